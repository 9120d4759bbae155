"""What stands where no way back is looked for, and the scenarios that come with the starters."""

from pathlib import Path

import decision_frames
import pandas as pd
import pytest
from small_plan import DESIGN_DONE, FRIDAYS, small_plan

import pmtools as pm
from pmtools.metrics import CannotSay

STARTERS = Path(__file__).parents[2] / "templates" / "projects"


def passed():
    """A way back to a deadline of the project that has passed."""
    header = {"deadline": pd.Timestamp("2026-03-05 23:59")}
    project = small_plan(status_date=FRIDAYS[0], progress=[DESIGN_DONE], header=header)
    return pm.recover(project)


def test_a_deadline_of_the_project_that_has_passed_is_a_reason_not_an_error():
    """The report of a late project is still made, and says what to do."""
    assert passed().reason == "the deadline 5 Mar 2026 has passed: give one to come"


def test_each_part_of_a_way_back_that_is_not_looked_for_tells_the_reason():
    """A notebook has no `if`: charts and tables show why."""
    back, money = passed(), {"currency": "EUR"}
    shown = [
        back.statement,
        pm.chart_way_back(back.options, back.base_chance, back.target, **money),
        pm.chart_before_after(back.moved),
        pm.table_options(back.options, **money),
        pm.table_levers(back.levers, **money),
    ]
    assert all("annot say, because the deadline 5 Mar 2026 has passed" in str(s) for s in shown)
    assert back.best is None and [*back.scenarios.values()] == []


def test_what_the_recommended_option_moves_is_that_of_the_last_option():
    """Of the options, cheapest first, the last is the one that is recommended."""
    plan = pm.schedule(small_plan())
    choices = [pm.lever_of(plan, pm.Crash("2", 24), 100.0)]
    back = pm.recover(plan, deadline="2026-03-18", confidence=0.8, choices=choices)
    assert back.moved[["name", "days"]].values.tolist() == [
        ["Build", -2.0], ["Test", -2.0], ["Go live", -2.0]
    ]  # fmt: skip


def test_a_goal_that_is_met_needs_no_option_and_moves_nothing():
    """Nothing is drawn as if it were an option."""
    back = pm.recover(small_plan(), deadline="2026-12-31", choices=[])
    assert isinstance(back.moved, CannotSay)
    said = pm.table_options(back.options, currency="EUR")
    assert said.rows() == [] and "none is needed" in str(said)


def test_no_file_of_scenarios_has_no_scenarios():
    """An empty parameter is no file."""
    assert pm.read_scenarios("") == ()


@pytest.mark.parametrize("starter", sorted(f.name for f in STARTERS.iterdir() if f.is_dir()))
def test_the_scenarios_of_each_starter_can_be_made_and_move_something(starter):
    """What comes with a starter is read without a note, and is no dead letter."""
    project = pm.read_project(STARTERS / starter)
    assert not [note for note in project.notes if "scenarios" in note]
    scenarios = pm.read_scenarios(str(STARTERS / starter / "scenarios.yml"))
    assert len(scenarios) == 2
    compared = pm.compare(project, scenarios, n_trials=300)
    figures = compared.rows[["p80", "cost_p80", "chance", "chance_budget"]]
    assert len(figures.drop_duplicates()) == 3


def test_an_option_that_is_not_enough_is_not_said_to_be_the_cheapest():
    """It comes closest; no bound is known for what nothing reaches."""
    options = decision_frames.options().assign(
        is_enough=[True, True, False], is_proved=False, bound=[0.0, 900.0, float("inf")]
    )
    said = [row[-1] for row in pm.table_options(options, currency="EUR").rows()]
    assert said[1:] == ["none found; none below EUR 900", "it is not enough, but comes closest"]
