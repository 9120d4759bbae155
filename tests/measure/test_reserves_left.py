"""The reserve left against what is still at risk."""

from dataclasses import replace

import pandas as pd
import pytest
from risky_plan import priced, risky_plan
from unit_plan import MONDAY

from pmtools.measure.reserves import reserves_left
from pmtools.metrics import CannotSay
from pmtools.simulate import simulate

RISKS = [{"id": "R1", "probability": 0.5, "impact_hours": 16, "impact_cost": 300, "task_ids": "1"}]


def reserves(hours=40, budget=None):
    """A task of 40 hours at 10; a risk of 16 hours (half of the time) and of 300."""
    project = priced(risky_plan([40], register=RISKS), {1: 10.0})
    deadline = hours and MONDAY + pd.Timedelta(hours=hours)
    header = {"deadline": deadline, "budget": budget}
    project = project.replace(header=replace(project.header, **header))
    return reserves_left(simulate(project, n_trials=2_000)).set_index("quantity")


def test_reserve_is_what_the_promise_leaves_above_the_plan():
    """48 hours promised for 40: a day; 1,000 for 400: 600."""
    found = reserves(48, 1_000.0)
    assert found["reserve"].to_dict() == {"time": 1, "cost": 600}


def test_what_is_at_risk_is_what_all_open_risks_cost_in_the_simulation():
    """On average a day, and half of 300 and of 16 hours at 10: 230; at P80 all of it."""
    found = reserves(48, 1_000.0)
    assert found["expected"].to_dict() == pytest.approx({"time": 1, "cost": 230}, rel=0.05)
    assert found["needed"].to_dict() == pytest.approx({"time": 2, "cost": 460})


@pytest.mark.parametrize(
    ("hours", "budget", "signal", "words"),
    [(56, 860.0, "green", "covers 80% confidence"),
     (54, 800.0, "amber", "covers the risks on average, but not 80% confidence"),
     (44, 500.0, "red", "less than the open risks cost on average"),
     (36, 300.0, "red", "nothing is left: the plan itself breaks the promise")],
)  # fmt: skip
def test_the_verdict_follows_what_the_reserve_covers(hours, budget, signal, words):
    """The confidence, the average, less than that, or nothing."""
    found = reserves(hours, budget)
    assert set(found["signal"]) == {signal} and set(found["verdict"]) == {words}


def test_without_a_promise_there_is_no_reserve():
    """Neither deadline, nor baseline, nor budget."""
    found = reserves(None)
    assert found["reserve"].isna().all() and set(found["signal"]) == {"unknown"}
    assert found.loc["time", "verdict"] == "cannot say, because no finish is promised"
    assert found.loc["cost", "verdict"] == "cannot say, because no budget is approved"


def test_the_reason_why_there_is_no_simulation_is_handed_on():
    """A finished project has no risk left."""
    reason = CannotSay("the project is finished")
    assert reserves_left(reason) is reason
