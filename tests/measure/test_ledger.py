"""What moved the date and the budget, and what approved it."""

import pandas as pd
import pytest
from small_plan import BASELINE, BUILD_HALF, DESIGN_DONE, FRIDAYS, TASKS, small_plan, two_weeks

from pmtools.errors import ProjectError
from pmtools.measure.ledger import NO_CHANGE, WITHOUT, ledger
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule
from pmtools.tables import table_ledger, table_scope_ledger

CHANGE = {"id": "C1", "kind": "change", "title": "More tests", "task_ids": "3",
          "impact_hours": 24}  # fmt: skip
DECIDED = CHANGE | {"status": "approved", "decided_by": "ann", "closed_date": "2026-03-10"}
LONGER = [*TASKS[:2], TASKS[2] | {"duration_hours": 64}, TASKS[3]]


def week(n, **tables):
    """The plan on a Friday, work going as planned."""
    return small_plan(FRIDAYS[n], [DESIGN_DONE], **tables)


def moved(*weeks):
    """The rows of a ledger by what moved; of one thing, the last."""
    return ledger(weeks).set_index("what")


def test_a_change_approved_in_the_register_stands_beside_what_it_moved():
    """Test grows by three days; change C1 names it and was approved since."""
    row = moved(week(0, register=[CHANGE]), week(0, tasks=LONGER, register=[DECIDED]))
    assert row.loc["Forecast finish", ["before", "after", "days"]].tolist() == [
        "20 Mar 2026", "25 Mar 2026", 3.0,
    ]  # fmt: skip
    assert row.loc["Scope", "approval"] == "Change C1: More tests, decided by Ann on 10 Mar 2026"
    assert row.loc["Forecast finish", "approval"] == "Change C1"
    assert set(row["because"]) == {"Test 5 d → 8 d"}
    assert row["is_approved"].all()
    assert list(row.index) == ["Forecast finish", "Scope"]


def test_what_moved_without_approval_is_named():
    """The change is still open, or rejected, or names another task; Build grows beside it."""
    for register in ([CHANGE], [DECIDED | {"status": "rejected"}], [DECIDED | {"task_ids": "1"}]):
        row = moved(week(0), week(0, tasks=LONGER, register=register))
        assert row.loc["Scope", "approval"] == WITHOUT
        assert row.loc["Forecast finish", "approval"] == f"{WITHOUT}: Test 5 d → 8 d"
        assert not row["is_approved"].any()
    both = [TASKS[0], TASKS[1] | {"duration_hours": 48}, *LONGER[2:]]
    rows = ledger([week(0), week(0, tasks=both, register=[DECIDED])])
    finish, *scope = rows.itertuples()
    assert finish.approval.endswith(f"; {WITHOUT}: Build 5 d → 6 d")
    assert not finish.is_approved
    assert [(row.because, row.is_approved) for row in scope] == [
        ("Build 5 d → 6 d", False), ("Test 5 d → 8 d", True),
    ]  # fmt: skip


def test_an_approval_counts_once():
    """A second growth of the same task needs another decision."""
    longest = [*TASKS[:2], TASKS[2] | {"duration_hours": 80}, TASKS[3]]
    weeks = [week(0), week(0, tasks=LONGER, register=[DECIDED]),
             week(0, tasks=longest, register=[DECIDED])]  # fmt: skip
    rows = ledger(weeks)
    assert list(rows.loc[rows["what"] == "Scope", "is_approved"]) == [False, True]
    late = [week(0, register=[DECIDED]), week(0, tasks=LONGER, register=[DECIDED])]
    assert not ledger(late)["is_approved"].any()


def test_of_two_decisions_the_newer_one_counts():
    """The older one waited for the plan to follow; the newer one is what the plan follows."""
    newer = DECIDED | {"id": "C2", "title": "Still more tests"}
    row = moved(week(0), week(0, register=[DECIDED]),
                week(0, tasks=LONGER, register=[DECIDED, newer]))  # fmt: skip
    assert row.loc["Forecast finish", "approval"] == "Change C2"
    row = moved(week(0), week(0, register=[DECIDED]), week(0, tasks=LONGER, register=[DECIDED]))
    assert row.loc["Forecast finish", "approval"] == "Change C1"


def test_progress_alone_needs_no_approval():
    """Build is three days behind: nobody changed the plan."""
    rows = ledger(two_weeks())
    assert rows[["what", "days", "approval", "is_approved"]].to_numpy().tolist() == [
        ["Forecast finish", 3.0, NO_CHANGE, True]
    ]
    assert ledger([week(0), week(0)]).empty


def test_a_new_baseline_moves_date_and_budget_with_its_approval():
    """Approved by the board; overwritten, it has none."""
    new = [row | {"baseline": "2", "approved_by": "Board", "approved_date": "2026-03-05"}
           for row in BASELINE]  # fmt: skip
    new[2] |= {"finish": "2026-03-25 17:00", "cost": 2500, "change_id": "C1"}
    new[3] |= {"start": "2026-03-25 17:00", "finish": "2026-03-25 17:00"}
    row = moved(week(0), week(0, tasks=LONGER, baseline=[*BASELINE, *new]))
    approval = 'Baseline "2" approved by Board on 5 Mar 2026'
    assert row.loc["Baseline finish", ["days", "approval"]].tolist() == [3.0, approval]
    assert row.loc["Budget at completion", ["before", "after", "amount", "approval"]].tolist() == [
        "EUR 10,000", "EUR 10,500", 500.0, approval,
    ]  # fmt: skip
    assert row.loc["Scope", "approval"] == "Change C1"
    rewritten = [row | {"baseline": "1", "approved_by": ""} for row in new]
    row = moved(week(0), week(0, baseline=rewritten))
    assert row.loc["Budget at completion", ["approval", "is_approved"]].tolist() == [WITHOUT, False]


def test_a_new_baseline_approves_the_plan_as_it_stands():
    """Also what no change of the register names: it was looked at as a whole."""
    new = [row | {"baseline": "2", "approved_by": "Board", "approved_date": "2026-03-05"}
           for row in BASELINE]  # fmt: skip
    row = moved(week(0), week(0, tasks=LONGER, baseline=[*BASELINE, *new]))
    assert row.loc["Scope", "approval"] == 'Baseline "2" approved by Board on 5 Mar 2026'


def test_deadline_and_budget_of_the_project_are_approved_by_what_was_decided_since():
    """A larger budget without a decision is named as such."""
    was = {"deadline": pd.Timestamp("2026-03-20 23:59"), "budget": 9000.0}
    now = {"deadline": pd.Timestamp("2026-03-27 23:59"), "budget": 12_000.0}
    row = moved(week(0, header=was), week(0, header=now, register=[DECIDED]))
    assert row.loc["Deadline", ["days", "is_approved"]].tolist() == [5.0, True]
    assert row.loc["Budget", ["before", "after", "amount"]].tolist() == [
        "EUR 9,000", "EUR 12,000", 3000.0,
    ]  # fmt: skip
    row = moved(week(0, header=was), week(0, header=now))
    assert set(row["approval"]) == {WITHOUT}


def test_added_tasks_and_changed_links_are_scope():
    """A task comes with its links; a link between old tasks is told by itself."""
    training = {"id": "5", "name": "Training", "duration_hours": 16}
    links = [
        {"predecessor_id": "1", "successor_id": "5"},
        {"predecessor_id": "2", "successor_id": "3"},
    ]
    row = moved(week(0), week(0, tasks=[*TASKS, training], links=links))
    assert row.loc["Scope", "because"] == (
        "Training added; Build, linked to Design: link removed; "
        "Go live, linked to Test: link removed"
    )


def test_a_holiday_that_moves_the_date_is_a_change_of_the_plan():
    """Not progress, and not approved by anybody unless a decision says so."""
    hours = {"id": "c", "name": "Office", "shift_start": "08:00", "shift_finish": "16:00"}
    week_of = [hours | {"weekday": day} for day in ("mon", "tue", "wed", "thu", "fri")]
    off = [{"calendar_id": "c", "from": "2026-03-18", "name": "Strike"}]
    rest = {"calendars": week_of, "header": {"calendar_id": "c"}}
    row = moved(week(0, **rest), week(0, exceptions=off, **rest))
    assert row.loc["Forecast finish", ["days", "because", "is_approved"]].tolist() == [
        1.0, "Office, Strike added", False,
    ]  # fmt: skip


def test_long_lists_are_cut_and_counted():
    """Ten tasks grew: four are named, the others counted."""
    tasks = [{"id": str(n), "name": f"Task {n}", "duration_hours": 8} for n in range(10)]
    more = [task | {"duration_hours": 16} for task in tasks]
    weeks = [small_plan(FRIDAYS[0], tasks=of, links=[], baseline=[]) for of in (tasks, more)]
    assert moved(*weeks).loc["Scope", "because"].endswith("Task 3 1 d → 2 d; and 6 more")


def test_schedules_and_projects_give_the_same_ledger():
    """Weeks that are scheduled already are not scheduled again."""
    weeks = [week(0, register=[CHANGE]), week(0, tasks=LONGER, register=[DECIDED])]
    pd.testing.assert_frame_equal(ledger(weeks), ledger([schedule(week) for week in weeks]))


def test_one_week_says_nothing_and_weeks_out_of_order_are_refused():
    """With the snapshot that is older than the one before it."""
    before, after = two_weeks()
    assert isinstance(ledger([after]), CannotSay)
    with pytest.raises(ProjectError, match="snapshot 2: 6 Mar 2026 is before 13 Mar 2026"):
        ledger([after, before])


def test_the_tables_say_who_approved():
    """In words and with the currency; without rows, that nothing moved."""
    rows = ledger([week(0, register=[CHANGE]), week(0, tasks=LONGER, register=[DECIDED])])
    shown, scope = str(table_ledger(rows, currency="EUR")), str(table_scope_ledger(rows))
    assert "20 Mar 2026 → 25 Mar 2026" in shown
    assert "Scope" not in shown
    assert "decided by Ann" in scope
    assert "has not changed" in str(table_scope_ledger(rows[:0]))
    assert "neither" in str(table_ledger(rows[:0], currency="EUR")).lower()
    assert "only one status date" in str(table_ledger(ledger([week(0)]), currency="EUR"))


def test_build_half_done_is_progress():
    """A task under way that is half done needs no approval for what is left of it."""
    after = small_plan(FRIDAYS[1], [DESIGN_DONE, BUILD_HALF | {"remaining_hours": 80}])
    assert ledger([two_weeks()[0], after])["is_approved"].all()
