"""Merges: whether all inputs of a task are there on the day it wants to start."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import unit_plan
from risky_plan import risky_plan

import pmtools as pm
from pmtools.calendars import minutes_of
from pmtools.measure.readiness import input_readiness
from pmtools.metrics import CannotSay
from pmtools.simulate import simulate
from pmtools.simulate.watching import moments_of

PROJECTS = Path(__file__).parents[2] / "templates" / "projects"
DAY = 24 * 60


def merge(correlation=0.0, kind="FS", n_parties=3, **estimates):
    """Tasks 1 and 2, each of another department, 40 hours by the plan, 20 to 60 in fact, both
    before 3: it wants to start at 16:00 of the second day, of 24 working hours like every day.
    """
    ranges = estimates or dict.fromkeys("12", (20, 40, 60, "uniform"))
    plan = risky_plan([40, 40, 8], [(1, 3), (2, 3)], estimates=ranges)
    departments = pd.DataFrame([{"id": f"d{n}", "name": f"D{n}"} for n in range(n_parties)])
    owners = [f"d{n % n_parties}" for n in range(3)]
    plan = plan.replace(
        tasks=plan.tasks.assign(department_id=owners), departments=departments,
        links=plan.links.assign(kind=kind),
    )  # fmt: skip
    return simulate(plan, n_trials=20_000, correlation=correlation)


def test_two_inputs_are_seldom_both_in_time():
    """Each alone is there before the second day is over in 28 of 40 cases; both in 0.7 squared."""
    rows = input_readiness(merge())
    assert rows["chance"].tolist() == pytest.approx([0.7, 0.7], abs=0.01)
    assert rows["chance_all"].tolist() == pytest.approx([0.49, 0.49], abs=0.01)
    assert rows["share_last"].tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    assert rows["n_inputs"].tolist() == [2, 2]


def test_what_moves_together_is_late_together():
    """Fully correlated inputs are as sure as one of them."""
    rows = input_readiness(merge(correlation=1.0))
    assert rows["chance_all"].tolist() == pytest.approx([0.7, 0.7], abs=0.01)


def test_by_when_all_are_there_is_a_percentile_of_the_latest():
    """The later of two uniform ones is below 20 + 40 x in a share of x squared: 55.8 hours."""
    ready = input_readiness(merge())["ready_p80"].iloc[0]
    hours = (ready - unit_plan.MONDAY) / pd.Timedelta(hours=1)
    assert hours == pytest.approx(20 + 40 * np.sqrt(0.8), abs=0.5)


def test_an_input_that_cannot_be_late_is_there():
    """Then the other one alone decides, and is always the last."""
    rows = input_readiness(merge(**{"2": (20, 40, 60, "uniform")})).set_index("from_id")
    assert rows.loc["1", ["chance", "share_last"]].tolist() == [1, 0]
    assert rows.loc["2", "share_last"] == 1
    assert (rows["chance_all"] == rows.loc["2", "chance"]).all()


def test_inputs_from_ones_own_department_count_too():
    """The merge is of all that a task waits for, if any of it comes from others."""
    rows = input_readiness(merge(n_parties=2)).set_index("from_id")
    assert rows["chance_all"].tolist() == pytest.approx([0.49, 0.49], abs=0.01)
    assert rows.loc["1", "from_department"] == rows.loc["1", "to_department"]


def test_what_holds_the_finish_alone_is_no_input_of_the_start():
    """A task can begin before what it must not finish before."""
    assert input_readiness(merge(kind="FF")).empty


@pytest.mark.parametrize("name", ["software-rollout", "hardware-installation", "network-upgrade"])
def test_the_chance_is_that_of_starting_on_the_day(name):
    """Where nothing else holds a task, it starts when its inputs are there: trial by trial."""
    plan = pm.schedule(pm.read_project(PROJECTS / name))
    forecast = simulate(plan, n_trials=1_000)
    rows = input_readiness(forecast).drop_duplicates("to_id")
    held = plan.links.loc[plan.links["kind"].isin(["FF", "SF"]), "successor_id"]
    rows = rows[~rows["to_id"].isin(held)]
    starts = moments_of(forecast, list(rows["to_id"]), "start") // DAY
    in_time = (starts <= minutes_of(rows["to_start"]) // DAY).mean(axis=0)
    assert len(rows) >= 5
    assert rows["chance_all"].tolist() == pytest.approx(in_time.tolist(), abs=1e-9)


def test_why_it_cannot_be_said_is_handed_on():
    """Without ranges, or without anybody who differs."""
    reason = CannotSay("no ranges")
    assert input_readiness(reason) is reason
    said = input_readiness(simulate(risky_plan([9], estimates={1: (5, 9, 12)}), n_trials=100))
    assert isinstance(said, CannotSay)
