"""The register: exposure and decisions."""

import numpy as np
import pandas as pd
import pytest
from small_plan import DESIGN_DONE, FRIDAYS, small_plan

from pmtools.measure.milestones import schedule_weeks
from pmtools.measure.register import became_issues, open_items, overdue_actions, register, stuck
from pmtools.metrics import CannotSay
from pmtools.simulate import simulate
from pmtools.simulate.drivers import drivers

ITEMS = [
    {"id": "R1", "kind": "risk", "title": "Late routers", "probability": 0.5, "impact_hours": 80,
     "impact_cost": 10_000, "owner_id": "ann"},
    {"id": "R2", "kind": "risk", "title": "Key person ill", "probability": 0.1,
     "impact_hours": 16, "impact_cost": 1_000},
    {"id": "R3", "kind": "risk", "title": "Past", "probability": 0.9, "status": "closed"},
    {"id": "I1", "kind": "issue", "title": "Firewall refused", "impact_hours": 24,
     "impact_cost": 50_000, "due_date": "2026-03-01"},
    {"id": "D1", "kind": "decision", "title": "Which vendor?", "due_date": "2026-03-20"},
    {"id": "D2", "kind": "decision", "title": "Old", "status": "approved"},
    {"id": "C1", "kind": "change", "title": "Two more sites", "due_date": "2026-03-10"},
]  # fmt: skip


def open_register(items=ITEMS, status=FRIDAYS[0]):
    """The register of a week without a simulation, by id."""
    return register(schedule_weeks([small_plan(status, register=items)])).set_index("id")


def test_exposure_is_probability_times_impact():
    """A risk of 0.5 over ten days and 10,000 weighs five days and 5,000."""
    found = open_register()
    assert found.loc["R1", "exposure_days"] == 5.0
    assert found.loc["R1", "exposure_cost"] == 5_000
    assert found.loc["R1", "owner"] == "Ann"


def test_an_issue_has_happened_and_counts_in_full():
    """An issue's probability is one; the closed risk and the decided decision are not shown."""
    found = open_register()
    assert found.loc["I1", "exposure_cost"] == 50_000
    assert set(found.index) == {"R1", "R2", "I1", "D1", "C1"}


def test_items_past_their_day_are_overdue():
    """The issue was due on 1 March; nothing without a day is overdue."""
    found = open_register()["is_overdue"]
    assert found[found].index.tolist() == ["I1"]


def test_an_item_is_due_until_the_end_of_its_day():
    """What is due today is not overdue tonight."""
    today = [{"id": "D1", "kind": "decision", "title": "Vendor?", "due_date": "2026-03-06"}]
    assert not open_register(today)["is_overdue"].any()
    assert open_register(today, FRIDAYS[1])["is_overdue"].all()


def test_days_and_money_rank_side_by_side_and_what_is_not_weighed_comes_last():
    """The longest delay and the dearest item both come first; an item without impact is last."""
    items = [
        {"id": "R1", "kind": "risk", "title": "Not weighed", "probability": 0.9},
        {"id": "R2", "kind": "risk", "title": "Middle", "probability": 0.5, "impact_hours": 40,
         "impact_cost": 500},
        {"id": "R3", "kind": "risk", "title": "Dear", "probability": 0.5, "impact_cost": 9000},
        {"id": "R4", "kind": "risk", "title": "Long", "probability": 0.5, "impact_hours": 400},
    ]  # fmt: skip
    assert list(open_register(items).index) == ["R3", "R4", "R2", "R1"]


def test_a_gain_is_no_risk():
    """An opportunity with a negative impact stands below every threat."""
    items = [
        {"id": "R1", "kind": "risk", "title": "Rebate", "probability": 0.9, "impact_cost": -9000},
        {"id": "R2", "kind": "risk", "title": "Fee", "probability": 0.1, "impact_cost": 100},
    ]
    assert list(open_register(items).index) == ["R2", "R1"]


def test_without_a_status_date_nothing_is_overdue():
    """What is late can only be said on a day."""
    assert not open_items(small_plan(register=ITEMS))["is_overdue"].any()
    assert open_items(small_plan(), "risk").empty
    assert pd.api.types.is_bool_dtype(open_items(small_plan())["is_overdue"])


PRICED = {
    "assignments": [{"task_id": n, "resource_id": "ann"} for n in "123"],
    "rates": [{"resource_id": "ann", "hourly_rate": 50.0}],
    "costs": [{"date": "2026-03-06", "task_id": "1", "amount": 2_000}],
}
RISK = {"id": "R1", "kind": "risk", "title": "Late", "probability": 0.5, "impact_hours": 16,
        "impact_cost": 1_000, "task_ids": "2", "owner_id": "ann", "raised_date": "2026-02-20",
        "updated_date": "2026-03-02", "trigger_date": "2026-03-16"}  # fmt: skip
RESPONSE = {"response_cost": 400, "residual_probability": 0.1}


def week(*items, status=FRIDAYS[0], **tables):
    return small_plan(status, [DESIGN_DONE], register=list(items), **PRICED, **tables)


def reviewed(*items, before=None, simulated=True, **how):
    """The register of a week, by id; `before` are the items of the week before."""
    weeks = [week(*items)] if before is None else [week(*before), week(*items, status=FRIDAYS[1])]
    schedules = schedule_weeks(weeks)
    found = drivers(simulate(schedules[-1], n_trials=2_000)) if simulated else None
    return register(schedules, found, **how).set_index("id")


def test_the_exposure_of_a_risk_is_what_it_costs_in_the_simulation():
    """Half a chance of two days on the critical path and of 1,000: a day of work, 400, and 500.

    With the risk the P80 is two days later.
    """
    row = reviewed(RISK).loc["R1"]
    assert row["basis"] == "simulated"
    assert row["exposure_days"] == pytest.approx(1, abs=0.05)
    assert row["exposure_cost"] == pytest.approx(900, abs=25)
    assert row["p80_days"] == pytest.approx(2)
    assert row["left_days"] == row["exposure_days"]


def test_float_absorbs_the_delay_of_a_risk():
    """Probability x impact says a day also where it delays nothing: a colour would too."""
    beside = {"tasks": [*small_plan().tasks.to_dict("records"),
                        {"id": "9", "name": "Survey", "duration_hours": 8}]}  # fmt: skip
    project = week({**RISK, "task_ids": "9"}, **beside)
    schedules = schedule_weeks([project])
    found = register(schedules, drivers(simulate(schedules[-1], n_trials=500)))
    assert found["exposure_days"].tolist() == [0]
    assert register(schedules)["exposure_days"].tolist() == [1]


@pytest.mark.parametrize("unknown", [None, CannotSay("the project is finished")])
def test_without_a_simulation_exposure_is_probability_times_impact_and_says_so(unknown):
    """Half of two days, and of 1,000."""
    row = register(schedule_weeks([week(RISK)]), unknown).iloc[0]
    assert row[["exposure_days", "exposure_cost"]].tolist() == [1, 500]
    assert row["basis"] == "probability x impact"
    assert np.isnan(row["p80_days"])


def test_a_risk_of_finished_work_cannot_cost_anything_more():
    """Design is done: what threatened it is over."""
    row = reviewed({**RISK, "task_ids": "1"}, simulated=False).loc["R1"]
    assert row[["exposure_days", "exposure_cost"]].tolist() == [0, 0]


def test_a_response_is_weighed_against_its_cost():
    """From 50 to 10 percent of 1,800: 720 saved, for 300; without the work 400, for 900."""
    cheap = reviewed({**RISK, **RESPONSE, "response_cost": 300}).loc["R1"]
    assert cheap["residual_days"] == pytest.approx(0.2, abs=0.05)
    assert cheap["residual_cost"] == pytest.approx(180, abs=25)
    assert cheap["response_worth"] == "pays for itself"
    assert cheap["saved_cost"] == pytest.approx(720, abs=25)
    dear = reviewed({**RISK, **RESPONSE, "response_cost": 900}, simulated=False).loc["R1"]
    assert dear["response_worth"] == "a day costs EUR 625"
    without = {**PRICED, "costs": []}
    project = small_plan(FRIDAYS[0], [DESIGN_DONE], register=[{**RISK, **RESPONSE}], **without)
    schedules = schedule_weeks([project])
    unpriced = register(schedules, drivers(simulate(schedules[-1], n_trials=500))).iloc[0]
    assert unpriced[["exposure_cost", "residual_cost"]].tolist() == [500, 100]
    useless = {**RISK, "impact_hours": None, **RESPONSE, "response_cost": 900}
    worth = reviewed(useless, simulated=False).loc["R1", "response_worth"]
    assert worth == "costs more than it saves"


def test_a_response_without_an_estimate_of_its_effect_cannot_be_weighed():
    """And one that is in place is not weighed again: its residual figures count."""
    assert reviewed({**RISK, "response_cost": 9}).loc["R1", "response_worth"] == (
        "its effect is not estimated"
    )
    placed = reviewed({**RISK, **RESPONSE, "response_done_date": "2026-03-05"}).loc["R1"]
    assert placed["response_worth"] == "in place"
    assert placed["probability"] == 0.1
    assert placed["exposure_days"] == placed["residual_days"] == pytest.approx(0.2, abs=0.05)


def test_what_it_costs_to_leave_an_item_is_scheduled():
    """A decision on build moves the finish by the two weeks it is left; one on test by one week."""
    found = reviewed(
        {"id": "D1", "kind": "decision", "title": "Which?", "task_ids": "2"},
        {"id": "T1", "kind": "action", "title": "Ask", "task_ids": "3"},
        {"id": "A1", "kind": "assumption", "title": "Quiet", "task_ids": "1"},
        simulated=False,
    )
    assert found["left_days"].to_dict() == {"D1": 10, "T1": 5, "A1": 0}
    assert found.loc["D1", "if_left"] == "two weeks move the finish +10 d"
    assert found.index[0] == "D1"


def test_items_move_from_week_to_week():
    """By the days they may cost, else by money; new is what was not open before."""
    issue = {"id": "I1", "kind": "issue", "title": "Cable", "impact_cost": 100}
    before = [RISK, issue, {**RISK, "id": "R2"}, {**RISK, "id": "R3", "status": "closed"}]
    now = [{**RISK, "probability": 0.6}, {**issue, "impact_cost": 50}, {**RISK, "id": "R2"},
           {**RISK, "id": "R3"}]  # fmt: skip
    found = reviewed(*now, before=before, simulated=False)["movement"]
    assert found.to_dict() == {"R1": "up", "I1": "down", "R2": "same", "R3": "new"}
    assert set(reviewed(*now, simulated=False)["movement"]) == {""}


def test_an_id_used_again_for_another_kind_is_new():
    """What was an action is no decision that stayed the same."""
    before = [{"id": "X", "kind": "action", "title": "Ask"}]
    now = [{"id": "X", "kind": "decision", "title": "Which?"}]
    assert reviewed(*now, before=before, simulated=False).loc["X", "movement"] == "new"


def test_items_age_and_reviews_become_stale():
    """On 13 March: raised 21 days ago, reviewed 11 days ago, may occur in three days.

    Stale is what was not reviewed for more than two cycles: not of a week, but of five days.
    """
    row = reviewed(RISK, before=[RISK], simulated=False).loc["R1"]
    assert row[["age_days", "review_days", "proximity_days"]].tolist() == [21, 11, 3]
    assert not row["is_stale"]
    assert reviewed(RISK, before=[], simulated=False, cycle_days=5).loc["R1", "is_stale"]
    exact = {**RISK, "updated_date": "2026-02-27"}
    assert not reviewed(exact, before=[], simulated=False).loc["R1", "is_stale"]


def test_items_name_their_people_and_tasks():
    """Names for ids; who must act is the actionee, else the owner."""
    people = {"resources": [{"id": "ann", "name": "Ann", "department_id": "it"},
                            {"id": "bob", "name": "Bob", "department_id": "qa"}]}  # fmt: skip
    project = small_plan(FRIDAYS[0], register=[{**RISK, "task_ids": "2; 3", "actionee_id": "bob"},
                                               {**RISK, "id": "R2"}], **people)  # fmt: skip
    found = open_items(project).set_index("id")
    assert found.loc["R1", ["owner", "actionee", "department", "tasks"]].tolist() == [
        "Ann", "Bob", "Quality", "Build; Test",
    ]  # fmt: skip
    assert found.loc["R2", ["who_id", "department"]].tolist() == ["ann", "IT"]


def test_what_is_stuck_says_why():
    """Overdue, waiting for a decision, not reviewed for long; what moves is not among it."""
    found = stuck(reviewed(
        {"id": "D1", "kind": "decision", "title": "Which?", "due_date": "2026-03-20"},
        {"id": "D2", "kind": "change", "title": "More?", "due_date": "2026-03-05"},
        {"id": "T1", "kind": "action", "title": "Ask", "due_date": "2026-03-04",
         "raised_date": "2026-02-01"},
        {"id": "T2", "kind": "action", "title": "Tell", "due_date": "2026-03-06"},
        simulated=False,
    ).reset_index()).set_index("id")["why"]  # fmt: skip
    assert found.to_dict() == {
        "D1": "waits for a decision",
        "D2": "overdue for 1 day",
        "T1": "overdue for 2 days, not reviewed for 33 days",
    }


def test_the_overdue_rate_is_overdue_of_open_actions():
    """Ann has two, one of them late; Bob acts for her on a third; closed ones do not count."""
    action = {"kind": "action", "title": "Ask", "owner_id": "ann", "due_date": "2026-03-09"}
    late = {"due_date": "2026-03-02", "title": "Tell"}
    project = week(
        {**action, "id": "1"}, {**action, "id": "2", **late},
        {**action, "id": "3", "actionee_id": "bob"}, {**action, "id": "4", "status": "closed"},
    )  # fmt: skip
    found = overdue_actions(project).set_index("who")
    assert found.loc["Ann", ["n_open", "n_overdue", "rate", "days_overdue", "what"]].tolist() == [
        2, 1, 0.5, 4, "Tell",
    ]  # fmt: skip
    assert found.loc["Bob", ["n_open", "rate"]].tolist() == [1, 0]
    assert overdue_actions(project, by="department")["n_open"].tolist() == [3]
    assert overdue_actions(week()).empty


def test_a_risk_that_became_an_issue_shows_what_was_said_and_what_it_is():
    """Two days and 1,000 were said; it is three days and 700; another is followed by nobody."""
    found = became_issues(week(
        {**RISK, "status": "occurred"}, {**RISK, "id": "R2", "status": "occurred"},
        {**RISK, "id": "R3"},
        {"id": "I1", "kind": "issue", "title": "It is late", "impact_hours": 24,
         "impact_cost": 700, "origin_id": "R1", "owner_id": "bob"},
    )).set_index("risk_id")  # fmt: skip
    assert found.loc["R1", ["said_days", "days", "more_days"]].tolist() == [2, 3, 1]
    assert found.loc["R1", ["said_cost", "cost", "more_cost"]].tolist() == [1000, 700, -300]
    assert found.loc["R1", ["issue_id", "owner", "status"]].tolist() == ["I1", "Bob", "open"]
    assert found.loc["R2", "issue_id"] == "" and np.isnan(found.loc["R2", "days"])
    assert "R3" not in found.index


def test_an_empty_register_is_an_empty_table():
    """A project without a register is reviewed too."""
    schedules = schedule_weeks([small_plan(), small_plan()])
    found = register(schedules)
    assert found.empty and {"left_days", "if_left", "movement", "is_stale"} <= {*found}
    assert stuck(found).empty and became_issues(small_plan()).empty
