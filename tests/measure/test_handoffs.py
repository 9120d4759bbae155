"""Hand-offs: who owes what to whom."""

import handoff_plan
import pandas as pd
import pytest
from handoff_plan import LINKS, TASKS

from pmtools.measure.handoffs import handoffs
from pmtools.metrics import CannotSay


def found(plan=None, **how):
    """The hand-offs by their ends."""
    rows = handoffs(plan or handoff_plan.handoff_plan(), **how)
    return rows.set_index(rows["from_id"] + ">" + rows["to_id"])


def at(text):
    return pd.Timestamp(f"2026-03-{text}")


def without(column):
    """The tasks without this column."""
    return [{k: v for k, v in task.items() if k != column} for task in TASKS]


def test_a_handoff_is_a_link_between_departments():
    """Work inside one department is handed to nobody."""
    rows = found()
    assert sorted(rows.index) == ["install>test", "install>train", "lines>install", "order>install"]
    assert rows.loc["lines>install", ["sender", "receiver"]].tolist() == ["Networks", "Site"]


def test_it_is_due_when_the_predecessor_hands_over():
    """At its finish; at its start where the link starts there."""
    rows = found()
    assert rows.loc["lines>install", "due"] == at("18 17:00")
    assert rows.loc["install>train", "due"] == at("19 08:00")
    assert rows.loc["install>train", "link"] == "start to start + 2 working days"


def test_float_is_the_slack_of_the_link():
    """By so much the predecessor can be later without moving its successor.

    Of what is handed over, the days from the status date to the start of the successor are left.
    """
    rows = found()
    assert rows["float_days"].to_dict() == {
        "lines>install": 0, "install>train": 0, "install>test": 0, "order>install": 3,
    }  # fmt: skip
    assert rows.loc["order>install", "needed_by"] == at("18 17:00")
    assert rows.loc["install>train", "needed_by"] == at("19 08:00")


def test_lags_count_in_their_own_time():
    """A delivery that takes three days of a calendar must be sent off so long before."""
    links = [{**LINKS[1], "lag_hours": 72, "lag_kind": "elapsed"}, LINKS[0], *LINKS[2:]]
    rows = found(handoff_plan.handoff_plan(links=links))
    # Wednesday 18 March 17:00 and three days: the successor starts on Monday 23, 08:00. What
    # leaves on Friday 20, 08:00, arrives just then: Thursday evening in working time.
    assert rows.loc["lines>install", "needed_by"] == at("19 17:00")
    shifts = [{"id": "late", "weekday": day, "shift_start": "12:00", "shift_finish": "16:00"}
              for day in ("mon", "tue", "wed", "thu", "fri")]  # fmt: skip
    late = [{**LINKS[0], "lag_hours": 8, "lag_calendar": "late"}, *LINKS[1:]]
    rows = found(handoff_plan.handoff_plan(links=late, calendars=shifts))
    # Eight hours of four a day: on Tuesday and Wednesday, so by Tuesday noon.
    assert rows.loc["order>install", "needed_by"] == at("17 12:00")
    half = [{**LINKS[0], "lag_hours": 50, "lag_kind": "percent"}, *LINKS[1:]]
    rows = found(handoff_plan.handoff_plan(links=half))  # half of 40 hours before Thursday 19
    assert rows.loc["order>install", "needed_by"] == at("16 12:00")


def test_late_is_later_than_agreed_and_names_where_it_began():
    """Who passes a delay on is not who made it."""
    rows = found()
    assert rows["days_late"].to_dict() == {
        "lines>install": 3, "install>train": 3, "install>test": 3, "order>install": 0,
    }  # fmt: skip
    assert rows["is_late"].tolist() == [True, False, True, True]
    assert set(rows.loc[rows["is_late"], "late_by"]) == {"Networks"}
    assert set(rows.loc[rows["is_late"], "late_because"]) == {"Lines"}


def test_without_a_baseline_the_last_forecast_is_what_was_agreed():
    """A week ago the lines were to be ready on Friday."""
    early = pd.Timestamp("2026-03-06 23:59")
    half = {
        "status_date": early, "task_id": "lines", "actual_start": "2026-03-02 08:00",
        "percent_complete": 50, "remaining_hours": 40,
    }  # fmt: skip
    order = {**handoff_plan.PROGRESS[0], "status_date": early}
    weeks = [
        handoff_plan.handoff_plan(early, baseline=[], progress=[half, order]),
        handoff_plan.handoff_plan(baseline=[]),
    ]
    row = found(weeks).loc["lines>install"]
    assert row["last_due"] == at("13 17:00")
    assert (row["slip_days"], row["is_late"], row["late_by"]) == (3, True, "Networks")
    assert row["state"] == "late" and pd.isna(row["days_late"])


def test_the_state_says_at_whom_it_lies():
    """Handed over and not begun lies at the receiver; a day that passed is late."""
    assert found()["state"].to_dict() == {
        "lines>install": "late", "order>install": "waiting", "install>train": "due",
        "install>test": "due",
    }  # fmt: skip
    install = {
        "status_date": at("20 23:59"), "task_id": "install", "actual_start": "2026-03-19 08:00",
        "percent_complete": 40, "remaining_hours": 24,
    }  # fmt: skip
    lines = {**handoff_plan.PROGRESS[0], "task_id": "lines", "actual_finish": "2026-03-18 17:00",
             "status_date": at("18 23:59")}  # fmt: skip
    later = handoff_plan.handoff_plan(
        at("20 23:59"), progress=[*handoff_plan.PROGRESS, lines, install]
    )
    assert found(later)["state"].to_dict() == {
        "install>train": "waiting", "install>test": "late", "order>install": "done",
        "lines>install": "done",
    }  # fmt: skip


def test_waiting_is_counted_in_working_days():
    """What was handed over on Friday and is not begun a week later waits five days."""
    rows = found()
    assert rows.loc["order>install", ["wait_days", "waits_for"]].tolist() == [5, "for other inputs"]
    assert pd.isna(rows.loc["lines>install", "wait_days"])
    tuesday = found(handoff_plan.handoff_plan(at("17 23:59")))
    # The agreed Friday is over and the order is there: Site waits for the lines alone.
    row = tuesday.loc["lines>install"]
    assert (row["wait_days"], row["waits_for"]) == (2, "for this input alone")


def test_the_next_weeks_are_what_is_open_and_near():
    """Late and waiting ones stay in view whatever their date."""
    rows = found(weeks=1)
    assert sorted(rows.index) == ["install>train", "lines>install", "order>install"]


def test_the_link_of_a_summary_is_one_of_its_tasks():
    """A phase hands over when its last task does, and receives at its first."""
    tasks = [
        *TASKS[:2],
        {"id": "site", "name": "Site work", "kind": "summary"},
        {"id": "prepare", "name": "Prepare", "parent_id": "site", "duration_hours": 8,
         "department_id": "fac"},
        {"id": "mount", "name": "Mount", "parent_id": "site", "duration_hours": 16,
         "department_id": "hr"},
        TASKS[4],
    ]  # fmt: skip
    links = [
        {"predecessor_id": "lines", "successor_id": "site"},
        {"predecessor_id": "prepare", "successor_id": "mount"},
        {"predecessor_id": "site", "successor_id": "test"},
    ]
    rows = found(handoff_plan.handoff_plan(tasks=tasks, links=links, baseline=[]))
    assert sorted(rows.index) == ["lines>prepare", "mount>test", "prepare>mount"]


def test_without_departments_people_hand_over_to_people():
    """Imported plans seldom know departments; owners or those assigned do as well."""
    plan = handoff_plan.handoff_plan(tasks=without("department_id"), departments=[])
    rows = found(plan)
    assert rows.loc["lines>install", ["sender", "receiver"]].tolist() == ["Nina", "Fred"]
    assert set(rows["by"]) == {"person"} and set(found()["by"]) == {"department"}
    assert found(by="person").loc["lines>install", "sender"] == "Nina"


def test_where_nobody_is_named_nothing_can_be_said():
    """No link is invented between nobody and nobody."""
    tasks = [{k: task[k] for k in ("id", "name", "duration_hours")} for task in TASKS]
    said = handoffs(handoff_plan.handoff_plan(tasks=tasks))
    assert isinstance(said, CannotSay) and "name" in said.reason
    assert handoffs(said) is said
    with pytest.raises(ValueError, match="department, person"):
        handoffs(handoff_plan.handoff_plan(), by="team")


def test_a_plan_without_status_date_has_only_what_comes():
    """Nothing is late, and nobody waits, before anything is known."""
    rows = found(handoff_plan.handoff_plan(None, progress=[]))
    assert set(rows["state"]) == {"future"}
    assert rows["wait_days"].isna().all()
