"""Single tasks in the trials of a simulation."""

import numpy as np
import pytest
import unit_plan
from handoff_plan import handoff_project
from risky_plan import risky_plan

from pmtools.simulate import simulate
from pmtools.simulate.watching import moments_of

RANGES = {
    "lines": (16, 24, 60), "install": (24, 40, 80), "train": (8, 16, 24), "test": (30, 40, 90)
}  # fmt: skip


def forecast(**how):
    """The hand-off plan with a range on each open task."""
    rows = [
        {"task_id": task, "optimistic_hours": low, "most_likely_hours": mode,
         "pessimistic_hours": high}
        for task, (low, mode, high) in RANGES.items()
    ]  # fmt: skip
    return simulate(handoff_project(estimates=rows), n_trials=1_000, **how)


@pytest.mark.parametrize("how", [{}, {"resources": True}, {"threads": 2, "seed": 7}])
def test_the_trials_are_the_same_again(how):
    """What is watched is a part of the forecast that is known, not of another one."""
    found = forecast(**how)
    finishes = moments_of(found, ["train", "test"])
    assert np.array_equal(finishes.max(axis=1), found.trials.finish)


def test_a_task_starts_where_its_predecessor_lets_it():
    """By its own calendar: what is ready on Friday evening starts on Monday morning."""
    found = forecast()
    (lines,) = moments_of(found, ["lines"]).T
    calendar = found.plan.calendars[""]
    assert np.array_equal(moments_of(found, ["install"], "start")[:, 0], calendar.next_work(lines))


def test_a_certain_task_and_a_milestone_have_starts_too():
    """A milestone starts where it finishes; what does not vary takes what is planned."""
    found = simulate(risky_plan([10, 5, 0], [(1, 2), (2, 3)], estimates={1: (5, 10, 40)}))
    at = {each: moments_of(found, [each], "start")[:, 0] for each in "123"}
    assert np.array_equal(at["2"], moments_of(found, ["1"])[:, 0])
    assert np.array_equal(at["3"], at["2"] + 5 * 60)
    assert (at["1"] == unit_plan.MONDAY.timestamp() // 60).all()
    assert moments_of(found, []).shape == (found.n_trials, 0)
