"""What is called optimal is the best of all plans, tried one by one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from levelling_problems import is_there_a_better, problems, violations
from psplib_problems import problem_of

from pmtools.schedule.levelling.proof import Effort, bring_nearer, can_be_proven, prove
from pmtools.schedule.levelling.search import search

some = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
EFFORT = Effort(seconds=5, seed=1, workers=1)


@some
@given(problems(most=3))
def test_no_plan_finishes_before_the_bound(problem):
    """Links, lags, calendars and capacity of all kinds; all plans of three tasks are tried."""
    found = search(problem, time_limit=5, max_schedules=400)
    assert not is_there_a_better(problem, found.bound)


@some
@given(problems(most=3))
def test_what_is_called_optimal_is_optimal(problem):
    """No plan finishes earlier, and on one calendar each of these small plans is proven."""
    enough = None if can_be_proven(problem) else 400
    found = search(problem, time_limit=10, workers=1, max_schedules=enough)
    assert violations(problem, found.start) == []
    if can_be_proven(problem):
        assert found.is_optimal
    if found.is_optimal:
        assert not is_there_a_better(problem, found.finish)


@some
@given(problems(most=4, is_plain=True))
def test_an_optimum_on_one_calendar_is_that_of_trying_all_plans(problem):
    """Finish-to-start links and people whose number stays."""
    found = search(problem, time_limit=5, workers=1)
    assert found.is_optimal
    assert not is_there_a_better(problem, found.finish)


@some
@given(problems(most=5))
def test_a_proof_begins_with_any_plan_and_keeps_every_rule(problem):
    """The plan that CP-SAT gives is checked slot by slot, as that of the genetic search."""
    if not can_be_proven(problem):
        return
    start = search(problem, time_limit=5, max_schedules=1).start
    proof = prove(problem, problem.capacity, start, 0, EFFORT)
    assert proof.is_proven
    assert violations(problem, proof.start) == []
    assert (proof.start + problem.duration).max() == proof.bound


def test_tasks_apart_for_different_people_are_proven_one_after_another():
    """Three tasks of which each pair needs somebody both want: their durations add up."""
    demand = [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    found = search(problem_of([4, 5, 6], [], demand, [1, 1, 1]), time_limit=5)
    assert (found.finish, found.bound, found.is_optimal) == (15, 15, True)


def test_a_due_date_that_cannot_be_kept_is_missed_by_the_least():
    """Least lateness is proven before the finish is looked at."""
    problem = replace(
        problem_of([3, 2, 4], [(1, 2)], [[1], [1], [0]], [1]), due=np.array([3, 4, 30])
    )
    found = search(problem, time_limit=5)
    assert (found.lateness, found.finish, found.is_optimal) == (1, 9, True)


def test_movement_is_made_least_at_the_same_finish():
    """The dear task stays where it was in the plan of before, the cheap one moves."""
    problem = problem_of([6, 1, 1, 1], [], [[0], [1], [1], [1]], [1])
    problem = replace(problem, reference=np.array([0, 2, 2, 2]), weight=np.array([0, 9, 1, 1]))
    start = bring_nearer(problem, problem.capacity, np.array([0, 0, 1, 2]), EFFORT)
    assert start[1] == 2
    assert sorted(start[2:].tolist()) == [1, 3]
    assert search(problem, time_limit=1).movement == 2


@pytest.mark.parametrize("field", ["calendars", "ignores_capacity"])
def test_what_cpsat_is_not_told_is_not_proven(field):
    """Several calendars, and tasks that take people without asking, are left to the search."""
    problem = problem_of([1, 2], [], [[1], [1]], [1])
    if field == "calendars":
        slots = np.arange(problem.horizon + 1)[None]
        problem = replace(problem, before=slots, at=slots[:, :-1])
    else:
        problem = replace(problem, ignores_capacity=np.array([1, 0]))
    assert not can_be_proven(problem)
