"""Scenarios are compared with the plan on the same random numbers."""

import pandas as pd
import pytest
from recovery_plans import random_plan
from small_plan import small_plan

import pmtools as pm
from pmtools.decide.comparison import AS_IS, compare
from pmtools.decide.scenario import Crash, Drop, Mitigate, MoveDeadline, Scenario
from pmtools.errors import ProjectError

FASTER = Scenario("Faster", (Crash("2", 24, 900), Mitigate("R")))


def test_the_first_row_is_the_plan_as_it_is():
    """The same figures as without any scenario."""
    plan = random_plan(1)
    found = compare(plan, [], n_trials=500)
    alone = pm.simulate(plan, n_trials=500)
    assert found.rows["scenario"].tolist() == [AS_IS]
    assert found.rows["p80"].iloc[0] == alone.finish_at(0.8)
    assert str(found) == "Nothing is compared with the plan."


def test_a_scenario_that_changes_nothing_has_the_figures_of_the_plan():
    """Same trials: not a minute of difference, nothing moves, nobody is affected."""
    found = compare(random_plan(2), [Scenario("Same")], n_trials=500)
    first, same = (found.rows.iloc[n].drop("scenario") for n in range(2))
    assert first.equals(same)
    assert found.moved.empty and same["n_moved"] == 0


def test_what_a_scenario_moves_is_listed_with_days_and_people():
    """Build a day and a half shorter: build, test and go live move, Ann and Bob are affected."""
    found = compare(small_plan(), [Scenario("Shorter", (Crash("2", 28),))])
    assert found.moved[["task_id", "owner", "days"]].to_numpy().tolist() == [
        ["2", "Bob", -1.5], ["3", "Ann", -1.5], ["4", "Bob", -1.5],
    ]  # fmt: skip
    row = found.rows.iloc[1]
    assert (row["n_moved"], row["people"]) == (3, "Ann, Bob")
    assert row["cannot_say"].startswith("no task that remains has a range")


def test_each_change_of_a_scenario_is_told_by_what_the_end_loses_without_it():
    """The P80 without one change, less the P80 with all: the same trials."""
    plan = random_plan(4)
    found = compare(plan, [FASTER], n_trials=500)
    assert found.effects["change"].tolist() == [*FASTER.sentences(plan.project)]
    only = FASTER.changes[1:]
    without = pm.simulate(Scenario("", only).apply(plan.project), n_trials=500)
    with_it = pm.simulate(FASTER.apply(plan.project), n_trials=500)
    hours = plan.calendars[""].hours_between(with_it.finish_at(0.8), without.finish_at(0.8))
    expected = round(hours / plan.project.header.hours_per_day, 1)
    assert found.effects["days"].iloc[0] == pytest.approx(expected)


def test_chances_of_the_deadline_and_the_budget_stand_side_by_side():
    """By scenario, also where the scenario moves the deadline."""
    plan = random_plan(3)
    late = pm.simulate(plan, n_trials=500).finish_at(0.9)
    moved = Scenario("Later", (MoveDeadline(pd.Timestamp(late)),))
    found = compare(plan, [moved, FASTER], n_trials=500)
    assert pd.isna(found.rows["chance"].iloc[0])
    assert found.rows["chance"].iloc[1] >= 0.9
    assert found.goals.columns.tolist() == ["goal", AS_IS, "Later", "Faster"]


def test_two_scenarios_of_one_name_are_told_apart():
    """The second gets a number."""
    found = compare(small_plan(), [Scenario("A", (Drop(("2",)),)), Scenario("A"), Scenario(AS_IS)])
    assert found.rows["scenario"].tolist() == [AS_IS, "A", "A (2)", f"{AS_IS} (2)"]


def test_a_scenario_that_cannot_be_applied_is_refused():
    """With all its problems."""
    with pytest.raises(ProjectError, match='"99" is not a task'):
        compare(small_plan(), [Scenario("A", (Drop(("99",)),))])


def test_a_comparison_says_each_scenario_in_a_sentence():
    """The P80 date of each against that of the plan."""
    found = compare(random_plan(4), [FASTER], n_trials=500)
    assert str(found).startswith("Faster: ") and " instead of " in str(found)
