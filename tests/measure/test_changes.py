"""What changed between two weeks."""

import pandas as pd
from small_plan import LINKS, TASKS, small_plan, two_weeks

from pmtools.measure.changes import changes, finish_moved_days
from pmtools.schedule import schedule


def changed(before, after):
    return changes(schedule(before), schedule(after))


def kinds(frame):
    return set(frame["kind"])


def test_nothing_changed_is_an_empty_table():
    """The same plan twice gives no row."""
    assert changed(small_plan(), small_plan()).empty


def test_progress_moves_the_finish_and_names_what_started():
    """Build started on time and is three days behind; the finish moved by three days."""
    before, after = two_weeks()
    found = changed(before, after).set_index("kind")
    assert found.loc["forecast", "days"] == 3.0
    assert (found.loc["forecast", "before"], found.loc["forecast", "after"]) == (
        "20 Mar 2026", "25 Mar 2026",
    )  # fmt: skip
    assert found.loc["started", "what"] == "Build"
    assert finish_moved_days(schedule(before), schedule(after)) == 3.0


def test_added_and_removed_tasks_are_scope():
    """A new task is named with its size; links of added tasks belong to the scope."""
    training = {"id": "5", "name": "Training", "duration_hours": 16}
    after = small_plan(
        tasks=[*TASKS, training], links=[*LINKS, {"predecessor_id": "1", "successor_id": "5"}]
    )
    added = changed(small_plan(), after)
    assert list(added["what"]) == ["Added: Training"]
    assert list(added["after"]) == ["2 d"]
    assert list(changed(after, small_plan())["what"]) == ["Removed: Training"]


def test_a_new_estimate_is_told_in_days():
    """Test grows from five to eight days."""
    tasks = [TASKS[0], TASKS[1], {**TASKS[2], "duration_hours": 64}, TASKS[3]]
    found = changed(small_plan(), small_plan(tasks=tasks)).set_index("kind").loc["estimate"]
    assert (found["what"], found["owner"], found["before"], found["after"], found["days"]) == (
        "Test", "Ann", "5 d", "8 d", 3.0,
    )  # fmt: skip


def test_changed_links_are_told_with_kind_and_lag():
    """Test may start with the build, a day later."""
    link = {"predecessor_id": "2", "successor_id": "3", "kind": "SS", "lag_hours": 8}
    found = changed(small_plan(), small_plan(links=[LINKS[0], link, LINKS[2]]))
    row = found.set_index("kind").loc["logic"]
    assert (row["what"], row["before"], row["after"]) == ("Test, after Build", "FS", "SS +8 h")


def test_the_register_tells_new_items_and_changed_states():
    """A risk that became an issue is news, and so is a new one."""
    risk = {"id": "R1", "kind": "risk", "title": "Late routers"}
    new = {"id": "R2", "kind": "risk", "title": "Key person ill"}
    before = small_plan(register=[risk])
    after = small_plan(register=[{**risk, "status": "occurred"}, new])
    found = changed(before, after)
    assert kinds(found) == {"register"}
    assert list(found["after"]) == ["occurred", "new, open"]


def test_the_order_of_rows_changes_nothing():
    """Shuffled tables give the same changes."""
    before, after = two_weeks()
    shuffled = after.replace(links=pd.DataFrame(LINKS[::-1]))
    assert changed(before, after).equals(changed(before, shuffled))
