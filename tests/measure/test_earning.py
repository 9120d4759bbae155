"""What progress earns under each rule."""

import numpy as np
import pandas as pd
import pytest
from small_plan import BASELINE, FRIDAYS, TASKS, small_plan

from pmtools.measure.budget import budget_of, time_phased
from pmtools.measure.earning import completion, earned_value_of
from pmtools.project.working_time import calendars_of

STARTED = {"status_date": FRIDAYS[0], "task_id": "1", "actual_start": "2026-03-02 08:00"}
DONE = STARTED | {"status_date": FRIDAYS[1], "actual_finish": "2026-03-10 17:00"}


def earned(progress, dates=FRIDAYS, **tables):
    """What the first task, with a budget of 4,000, has earned on each date."""
    project = small_plan(progress=progress, **{"baseline": BASELINE[:1]} | tables)
    budget, dates = budget_of(project), pd.DatetimeIndex(dates)
    planned = time_phased(budget, calendars_of(project), dates)
    return earned_value_of(project, budget, planned, dates)[:, 0].tolist()


def by_method(method):
    return [TASKS[0] | {"ev_method": method}, *TASKS[1:]]


@pytest.mark.parametrize(
    ("method", "shares"), [("0/100", [0, 1, 1]), ("50/50", [0.5, 1, 1]), ("25/75", [0.25, 1, 1])]
)
def test_a_formula_earns_at_the_start_and_at_the_finish(method, shares):
    """Whatever is reported between the two."""
    progress = [STARTED | {"percent_complete": 80}, DONE]
    assert earned(progress, tasks=by_method(method)) == [4000 * share for share in shares]


def test_a_package_that_slips_a_period_earns_nothing_in_it():
    """0/100 package of 5,000 that slips: EV 0, SV -5,000 (CAM guide, earning rules)."""
    baseline = [BASELINE[0] | {"cost": 5000}]
    [ev] = earned([STARTED], FRIDAYS[:1], tasks=by_method("0/100"), baseline=baseline)
    assert (ev, ev - 5000) == (0, -5000)


def test_percent_complete_earns_its_share_of_what_is_prorated():
    """Half done, half earned; complete, all earned, and 100 percent is finished."""
    progress = [
        STARTED | {"percent_complete": 50},
        STARTED | {"status_date": FRIDAYS[1], "percent_complete": 100},
    ]
    assert earned(progress) == [2000, 4000, 4000]


def test_what_accrues_at_the_start_is_earned_at_the_start():
    """A task exactly on plan has earned exactly what was planned, licence paid at the start too."""
    tasks = [TASKS[0] | {"cost_accrual": "start"}, *TASKS[1:]]
    baseline = [BASELINE[0] | {"fixed_cost": 1000}]
    progress = [STARTED | {"status_date": "2026-03-04 12:00", "percent_complete": 50}]
    found = earned(progress, ["2026-03-04 12:00"], tasks=tasks, baseline=baseline)
    assert found == [1000 + 0.5 * 3000]


def test_without_a_percentage_the_remaining_hours_tell():
    """10 of 40 hours left is 75%; more hours left than were planned is nothing."""
    progress = [STARTED | {"remaining_hours": 10}]
    assert earned(progress, FRIDAYS[:1]) == [3000]
    assert earned([STARTED | {"remaining_hours": 50}], FRIDAYS[:1]) == [0]
    assert earned([STARTED], FRIDAYS[:1]) == [0], "begun, and nothing else is known"


def test_weighted_milestones_earn_when_they_are_achieved():
    """Weights 1, 1 and 2: a quarter each, then a half; none stated earns at the finish only."""
    milestones = [
        {"task_id": "1", "name": "a", "weight": 1, "achieved_date": "2026-03-04 23:59"},
        {"task_id": "1", "name": "b", "weight": 1, "achieved_date": "2026-03-12 23:59"},
        {"task_id": "1", "name": "c", "weight": 2},
        {"task_id": "9", "name": "elsewhere", "weight": 2, "achieved_date": "2026-03-04 23:59"},
    ]
    tasks = by_method("weighted_milestones")
    assert earned([STARTED], tasks=tasks, ev_milestones=milestones) == [1000, 2000, 2000]
    assert earned([STARTED, DONE], tasks=tasks) == [0, 4000, 4000]


def test_level_of_effort_earns_what_was_planned():
    """So it can never be late, by construction."""
    assert earned([STARTED], ["2026-03-04 12:00"], tasks=by_method("level_of_effort")) == [2000]
    support = [TASKS[0] | {"kind": "level_of_effort"}, *TASKS[1:]]
    assert earned([], FRIDAYS[:1], tasks=support) == [4000]


def test_what_is_learnt_later_does_not_change_an_earlier_week():
    """Each date is measured by what was known on it; the last word up to it counts."""
    progress = [
        STARTED | {"status_date": FRIDAYS[1], "percent_complete": 60},
        STARTED | {"percent_complete": 75},
    ]
    assert earned(progress) == [3000, 2400, 2400]
    assert earned(progress[:1]) == [0, 2400, 2400]


def test_completion_is_what_was_known_on_the_day():
    """Finished from the status date on that says so, on the date it says."""
    project = small_plan(progress=[STARTED, DONE], baseline=BASELINE[:1])
    is_done, finish = completion(project, budget_of(project), pd.DatetimeIndex(FRIDAYS))
    assert is_done[:, 0].tolist() == [False, True, True]
    assert np.isnat(finish[0, 0])
    assert pd.Timestamp(finish[1, 0]) == pd.Timestamp("2026-03-10 17:00")
