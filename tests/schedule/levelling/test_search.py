"""A levelled plan breaks nothing, is the same for the same seed, and is as good as can be."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from levelling_problems import finish_of, lateness_of, on_calendars, problems, violations
from psplib_problems import problem_of

from pmtools.schedule.levelling.search import first_plan, search

some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
SMALL = problem_of([3, 4, 2, 1], [(0, 1), (2, 3)], [[4], [1], [3], [3]], [4])


def quick(problem, **options):
    return search(problem, **({"time_limit": 30, "seed": 1, "max_schedules": 400} | options))


def middling(n, seed):
    draw = np.random.default_rng(seed)
    links = [(i, i + n // 8) for i in range(n - n // 8)]
    return problem_of(draw.integers(1, 9, n), links, draw.integers(0, 5, (n, 6)), [9] * 6)


@some
@given(problems(most=9))
def test_a_levelled_plan_keeps_every_link_and_asks_nobody_for_more_than_there_is(problem):
    """Links of all kinds, lags, calendars, changing capacity: checked slot by slot."""
    for found in (first_plan(problem), quick(problem)):
        assert violations(problem, found.start) == []
        assert found.finish == finish_of(problem, found.start)


@some
@given(problems(most=9, is_plain=True))
def test_a_levelled_plan_on_one_calendar_is_feasible(problem):
    """The path for one calendar and plain links obeys the same checker."""
    found = quick(problem)
    assert violations(problem, found.start) == []
    assert found.finish == finish_of(problem, found.start)


@some
@given(problems(most=9))
def test_levelling_never_beats_the_critical_path(problem):
    """People can only delay: the finish is at or after that of the same plan without demand."""
    found = quick(problem)
    path = first_plan(replace(problem, demand=np.zeros_like(problem.demand)))
    assert path.finish <= found.bound <= found.finish


@some
@given(problems(most=9, is_plain=True))
def test_one_calendar_as_a_table_gives_the_same_plan(problem):
    """The general path is the plain path where both apply."""
    table = on_calendars(problem, np.ones((1, problem.horizon), bool))
    assert quick(problem).start.tolist() == quick(table).start.tolist()


@some
@given(problems(most=7, is_plain=True), st.integers(0, 6))
def test_what_is_started_stays_where_it_is(problem, task):
    """Fixed tasks keep their start, even over capacity; all others plan around them."""
    assume(task < len(problem.duration))
    fixed = np.full(len(problem.duration), -1)
    fixed[task] = 2
    problem = replace(problem, fixed=fixed)
    found = quick(problem)
    assert violations(problem, found.start) == []


def test_the_same_seed_gives_the_same_plan():
    """Two workers exchange by counts of schedules, never by the clock."""
    problem = middling(60, 3)
    runs = [search(problem, time_limit=60, seed=5, max_schedules=30_000) for _ in range(2)]
    assert runs[0].start.tolist() == runs[1].start.tolist()
    assert runs[0].n_schedules == runs[1].n_schedules
    assert violations(problem, runs[0].start) == []


def test_small_problem_of_four_tasks():
    """R package ProjectManagement: durations 3, 4, 2, 1 finish in 7 with starts 0, 3, 3, 5."""
    found = quick(SMALL)
    assert (found.finish, found.is_optimal) == (7, True)
    assert found.start.tolist() == [0, 3, 3, 5]


def test_no_time_still_gives_a_feasible_plan():
    """A time limit of 0 is a first plan by rules."""
    found = search(SMALL, time_limit=0)
    assert found.start.tolist() == first_plan(SMALL).start.tolist()
    assert violations(SMALL, found.start) == []


def test_the_history_improves_and_ends_at_the_finish():
    """Seconds rise, finishes fall."""
    found = search(middling(40, 4), time_limit=0.3)
    seconds, ends = zip(*found.history, strict=True)
    assert list(seconds) == sorted(seconds)
    assert list(ends) == sorted(set(ends), reverse=True)
    assert ends[-1] == found.finish


def test_a_due_date_comes_before_the_finish():
    """One person: what is due goes first, though the project ends later for it."""
    problem = problem_of([2, 2, 4], [(0, 2)], [[1], [1], [0]], [1])
    assert quick(problem).finish == 6
    found = quick(replace(problem, due=np.array([problem.horizon, 2, problem.horizon])))
    assert (found.start[1], found.lateness, found.finish) == (0, 0, 8)


def test_lateness_is_what_is_missed_of_all_due_dates():
    """Two tasks of two days due on day 2 for one person: one is two days late."""
    problem = replace(problem_of([2, 2], [], [[1], [1]], [1]), due=np.array([2, 2]))
    found = quick(problem)
    assert found.lateness == lateness_of(problem, found.start) == 2
    assert not found.is_optimal or found.bound == found.finish


@pytest.mark.parametrize("weight", [(1, 3), (3, 1)])
def test_of_two_plans_that_finish_together_the_nearer_wins(weight):
    """Of two tasks with float for one person, the one that is dear to move stays."""
    problem = problem_of([5, 1, 1], [], [[0], [1], [1]], [1])
    problem = replace(problem, weight=np.array([0, *weight]), reference=np.array([0, 1, 1]))
    found = quick(problem, max_schedules=2_000)
    assert found.finish == 5
    assert found.start[1 + int(np.argmax(weight))] == 1
    assert found.movement == 1


def test_within_float_a_conflict_that_cannot_be_solved_stays():
    """Two tasks of three days for one person, neither with float: both keep their start."""
    problem = problem_of([3, 3], [], [[1], [1]], [1])
    found = quick(replace(problem, latest=np.array([0, 0])))
    assert found.start.tolist() == [0, 0]


def test_within_float_a_task_moves_as_far_as_its_float():
    """Two tasks of two days for one person beside ten days of other work: finish unchanged."""
    problem = problem_of([2, 2, 10], [], [[1], [1], [0]], [1])
    found = quick(replace(problem, latest=np.array([8, 8, 0])))
    assert (sorted(found.start[:2].tolist()), found.finish) == ([0, 2], 10)


def test_what_ignores_capacity_is_not_delayed_but_takes_its_share():
    """Priority 1000: the task starts at once; the others see what is left."""
    problem = problem_of([3, 3, 1], [], [[1], [1], [1]], [1])
    found = quick(replace(problem, ignores_capacity=np.array([0, 1, 0])))
    assert found.start[1] == 0
    assert found.finish == 7


def test_more_people_later_are_waited_for():
    """Capacity changes over time: two are needed, the second comes in slot 4."""
    problem = problem_of([2, 2, 6], [(0, 1)], [[2], [1], [0]], [2])
    capacity = problem.capacity.copy()
    capacity[:, :4] = 1
    assert quick(replace(problem, capacity=capacity)).start.tolist() == [4, 6, 0]
