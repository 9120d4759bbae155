"""Who must act first."""

import pandas as pd
from small_plan import DESIGN_DONE, FRIDAYS, TASKS, small_plan

from pmtools.measure.urgency import who_must_act
from pmtools.schedule import schedule


def asked(project, **how):
    found = who_must_act(schedule(project), **how)
    return list(zip(found["party"], found["first"], found["days_overdue"], strict=True))


def action(name, owner="bob", **more):
    return {"id": name, "kind": "action", "title": name, "owner_id": owner, **more}


def test_who_can_act_on_what_is_overdue_comes_before_those_who_wait_for_it():
    """On 3 April build and test are overdue; test cannot begin before build is finished."""
    found = who_must_act(schedule(small_plan(pd.Timestamp("2026-04-03 23:59"), [DESIGN_DONE])))
    assert found["party"].tolist() == ["Bob", "Ann"]
    assert found["first"].tolist() == ["Build", "Test"]
    assert found["days_overdue"].tolist() == [15.0, 10.0]
    assert found["n_overdue"].tolist() == [2, 1]
    assert found["n_waiting"].tolist() == [1, 1]


def test_work_that_a_tool_leaves_in_the_past_waits_all_the_same():
    """Microsoft Project does not move what was not begun: test still waits for build."""
    late, header = pd.Timestamp("2026-04-03 23:59"), {"scheduling": "microsoft_project"}
    found = who_must_act(schedule(small_plan(late, [DESIGN_DONE], header=header)))
    assert found[["party", "n_waiting"]].to_numpy().tolist() == [["Bob", 1], ["Ann", 1]]


def test_what_is_only_due_comes_after_what_is_overdue():
    """On 6 March nothing is overdue; within two weeks Bob builds and Ann tests."""
    project = small_plan(FRIDAYS[0], [DESIGN_DONE])
    found = who_must_act(schedule(project))
    assert found["first"].tolist() == ["Build", "Test"]
    assert found["days_overdue"].isna().all()
    assert found["n_due"].tolist() == [2, 1]
    assert asked(project, weeks=1)[1:] == []


def test_overdue_actions_count_with_who_carries_them_out():
    """Ann owns it, Bob acts; what is closed or due later is no action overdue."""
    rows = [
        action("Call", owner="ann", actionee_id="bob", due_date="2026-03-03"),
        action("Write", due_date="2026-03-20"),
        action("Ask", due_date="2026-03-02", status="closed"),
    ]
    found = who_must_act(schedule(small_plan(FRIDAYS[0], [DESIGN_DONE], register=rows)))
    assert found[["party", "first", "n_actions", "days_overdue"]].iloc[0].tolist() == [
        "Bob", "Call", 1, 3.0,
    ]  # fmt: skip


def test_what_nobody_owns_is_named_and_an_idle_plan_asks_nobody():
    """Empty is a frame with its columns; a plan of work without owners is not empty."""
    tasks = [task | {"owner_id": ""} for task in TASKS]
    assert asked(small_plan(FRIDAYS[0], tasks=tasks))[0][0] == "nobody named"
    done = [DESIGN_DONE | {"task_id": n} for n in "1234"]
    found = who_must_act(schedule(small_plan(FRIDAYS[0], done)))
    assert found.empty and "n_due" in found
    assert [row[1] for row in asked(small_plan())] == ["Design", "Build"]
