"""Published problems with known optima (PSPLIB; bounds of Ghent University, 2024, and Kobe)."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from levelling_problems import violations
from psplib_problems import FOLDER, best_known, read_psplib
from real_data import needs_data

from pmtools.schedule.levelling.search import first_plan, search


@needs_data
def test_optimum_of_j301_1_is_43():
    """Kolisch and Sprecher 1996: critical path 38, optimum 43; proven, and never below it."""
    problem = read_psplib(FOLDER / "j30" / "j301_1.sm")
    alone = first_plan(replace(problem, demand=np.zeros_like(problem.demand)))
    found = search(problem, time_limit=20)
    assert (alone.finish, found.finish, found.bound, found.is_optimal) == (38, 43, 43, True)
    assert 43 <= first_plan(problem).finish <= 49


@needs_data
def test_length_of_every_critical_path_is_the_published_one():
    """All 300 problems: without people the first plan is the critical path."""
    for path, known in best_known().items():
        problem = read_psplib(path)
        alone = first_plan(replace(problem, demand=np.zeros_like(problem.demand)))
        assert alone.finish == known["path"], path.name


@pytest.mark.parametrize("name", ["j30", "j60", "j90", "j120"])
@needs_data
def test_plans_are_feasible_and_between_the_published_bounds(name):
    """No plan beats the proven lower bound, no bound of ours the best plan known."""
    chosen = ((path, known) for path, known in best_known().items() if known["set"] == name)
    for path, known in islice(chosen, 0, None, 12):
        problem = read_psplib(path)
        found = search(problem, time_limit=20, max_schedules=3_000)
        assert violations(problem, found.start) == [], path.name
        assert found.finish >= known["lower"], path.name
        assert found.bound <= known["upper"], path.name
        assert found.finish <= 1.1 * known["upper"], path.name


@needs_data
def test_problems_of_thirty_tasks_are_solved_to_proof():
    """Every twelfth of j30 within its five seconds."""
    chosen = [each for each in best_known().items() if each[1]["set"] == "j30"]
    for path, known in chosen[5::12]:
        found = search(read_psplib(path), time_limit=10)
        assert (found.finish, found.is_optimal) == (known["upper"], True), path.name
