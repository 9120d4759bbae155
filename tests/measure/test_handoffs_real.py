"""Hand-offs of real and of starter projects."""

from pathlib import Path

import pytest
from dslib import DSLIB_IDS, read_dslib
from real_data import DATA, needs_data
from tools import needs_java

import pmtools as pm
from pmtools.measure.handoffs import inputs
from pmtools.metrics import CannotSay

PROJECTS = Path(__file__).parents[2] / "templates" / "projects"
STARTERS = ("software-rollout", "hardware-installation", "network-upgrade")


@pytest.mark.parametrize("name", STARTERS)
def test_what_has_float_is_due_before_it_is_needed(name):
    """The slack of the schedule and the day that is said agree, whatever the calendars and lags."""
    rows = inputs(pm.schedule(pm.read_project(PROJECTS / name)))
    rows = rows[~rows["is_begun"] & ~rows["is_handed_over"]]
    assert len(rows) > 20
    assert (rows["due"] <= rows["needed_by"]).all()
    tight = rows[(rows["float_hours"] == 0) & (rows["from_calendar"] == rows["to_calendar"])]
    plain = tight[(tight["lag_hours"] == 0) & (tight["kind"] == "FS")]
    assert len(plain) > 5 and (plain["due"] == plain["needed_by"]).all()


@pytest.mark.parametrize("name", STARTERS)
def test_the_matrix_counts_every_handoff_once(name):
    """Given is taken."""
    plans = pm.schedule_weeks(pm.read_weeks(PROJECTS / name))
    rows, pairs = pm.handoffs(plans), pm.dependency_matrix(plans)
    parties = pm.handoff_parties(plans)
    assert len(rows) == pairs["n"].sum() == parties["n_out"].sum() == parties["n_in"].sum()
    assert (rows["state"] != "done").sum() == pairs["n_open"].sum()
    assert (pairs["sender_id"] != pairs["receiver_id"]).all()


@pytest.mark.real_data
@needs_data
def test_executed_projects_have_handoffs_between_people_or_say_that_nobody_is_named():
    """They name no departments; many name resources that no task has."""
    found = {each: pm.handoffs(pm.schedule(read_dslib(each))) for each in DSLIB_IDS}
    said = {each for each, rows in found.items() if isinstance(rows, CannotSay)}
    assert len(found) == 16 and 0 < len(said) < 16
    for each in found.keys() - said:
        assert len(found[each]) and (found[each]["sender"] == found[each]["from_owner"]).all()
    assert {found[each].reason for each in said} == {
        "the tasks do not name two departments or owners"
    }


@pytest.mark.real_data
@pytest.mark.java
@needs_java
@needs_data
def test_a_plan_of_microsoft_project_has_handoffs_between_trades():
    """Resources that do the work stand for departments, which the file does not know."""
    folder = DATA / "msp_schedules"
    plan = pm.schedule(pm.read_project(folder / "Commercial construction project plan.mpp"))
    rows = pm.handoffs(plan)
    assert {"Electric Contractor", "Plumbing Contractor"} <= {*rows["sender"]}
    assert len(pm.calendar_of(plan, person="Electric Contractor")) > 5
