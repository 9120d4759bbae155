"""What date and budget we dare commit to."""

import pandas as pd
import pytest
from small_plan import LINKS, TASKS, small_plan

from pmtools.decide.commitment import commitment
from pmtools.metrics import CannotSay
from pmtools.simulate import simulate

A_DAY = pd.Timedelta(days=1)
PRICED = {
    "assignments": [{"task_id": task, "resource_id": "ann"} for task in ("1", "2", "3")],
    "rates": [{"resource_id": "ann", "hourly_rate": 50}],
}
POINTS = [
    {"task_id": task, "optimistic_hours": 30, "most_likely_hours": 40, "pessimistic_hours": 80,
     "correlation_group": "work"}
    for task in ("1", "2", "3")
]  # fmt: skip


def simulated(*, header=None, **tables):
    project = small_plan(estimates=POINTS, header=header or {}, **{**PRICED, **tables})
    return simulate(project, n_trials=2_000)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95])
def test_date_and_budget_are_kept_together_with_the_chance_that_is_promised(confidence):
    """Joint confidence: the promise holds for both in the same trial, and not a day earlier."""
    found = simulated()
    told = commitment(found, confidence=confidence)
    assert found.chance(finish=told.finish, cost=told.budget) >= confidence
    assert found.chance(finish=told.finish - A_DAY, cost=told.budget) < confidence
    assert told.finish.strftime("%H:%M") == "23:59"


@pytest.mark.parametrize("confidence", [0.5, 0.8])
def test_a_cost_that_many_trials_share_does_not_move_the_date(confidence):
    """Where the cost is certain, the date is that of the confidence, not the last of all."""
    project = small_plan(tasks=[{**task, "fixed_cost": 100} for task in TASKS], links=LINKS,
                         estimates=POINTS)  # fmt: skip
    found = simulate(project, n_trials=2_000)
    told = commitment(found, confidence=confidence)
    assert told.budget == found.cost.min() == found.cost.max()
    assert told.finish.normalize() == found.finish_at(confidence).normalize()


def test_each_alone_at_the_confidence_is_less_than_both():
    """NASA: P80 of the date and P80 of the cost together are not 80 %. The joint promise costs."""
    found = simulated(
        register=[{"id": "R", "kind": "risk", "title": "Price", "probability": 0.4,
                   "impact_cost": 4_000, "task_ids": "2"}],
    )  # fmt: skip
    assert found.chance(finish=found.finish_at(0.8), cost=found.cost_at(0.8)) < 0.8
    told = commitment(found, confidence=0.8)
    assert told.budget > found.cost_at(0.8)


def test_with_a_given_budget_the_date_is_the_earliest():
    """Any earlier day is less safe with the same money."""
    found = simulated()
    budget = found.cost_at(0.9)
    told = commitment(found, confidence=0.8, budget=budget)
    assert told.budget == budget
    assert found.chance(finish=told.finish, cost=budget) >= 0.8
    assert found.chance(finish=told.finish - A_DAY, cost=budget) < 0.8


def test_a_budget_that_is_too_small_has_no_date():
    """Where the cost alone is not safe enough, no date makes it so."""
    found = simulated()
    told = commitment(found, confidence=0.8, budget=found.cost_at(0.5))
    assert pd.isna(told.finish)
    assert told.text.startswith("No date is 80% safe with a budget of EUR ")
    assert "the cost alone needs EUR " in told.text


def test_what_is_wished_for_has_its_chance_in_the_sentence():
    """`the deadline of 27 Mar 2026 has a chance of 34%`, and both together."""
    wished = {"deadline": "2026-03-27", "budget": 7_000.0, "confidence": 0.9}
    found = simulated(header=wished)
    told = commitment(found)
    deadline = found.plan.project.header.deadline
    chances = (
        found.chance(finish=deadline), found.chance(cost=7_000.0),
        found.chance(finish=deadline, cost=7_000.0),
    )  # fmt: skip
    assert told.chances == chances
    assert told.confidence == 0.9
    assert f"the deadline of 27 Mar 2026 has a chance of {chances[0]:.0%}" in told.text
    assert f"both together a chance of {chances[2]:.0%}" in told.text


@pytest.mark.parametrize(
    ("deadline", "signal"),
    [("2026-12-31", "green"), ("2026-03-25", "amber"), ("2026-03-18", "red")],
)
def test_the_signal_says_whether_the_wish_is_as_safe_as_wanted(deadline, signal):
    """Green at the confidence, amber at least as likely as not, else red; without a wish a note."""
    assert commitment(simulated(header={"deadline": deadline})).signal == signal
    assert commitment(simulated()).signal == "info"


def test_without_rates_only_the_date_is_promised():
    """A cost that is not known is left out, not zero."""
    found = simulated(rates=[], baseline=[])
    assert isinstance(found.cost, CannotSay)
    told = commitment(found, budget=1_000.0)
    assert pd.isna(told.budget)
    assert told.text.startswith("We can commit to ")
    assert "budget" not in told.text


def test_without_ranges_there_is_no_commitment():
    """A chance that was not simulated is not promised."""
    told = commitment(simulate(small_plan(tasks=TASKS, links=LINKS)))
    assert told.signal == "unknown"
    assert told.text.startswith("Cannot say, because no task that remains has a range")
