"""What changed between two weeks."""

import pandas as pd
import pytest
from small_plan import (
    BASELINE,
    BUILD_HALF,
    DESIGN_DONE,
    FRIDAYS,
    LINKS,
    TASKS,
    small_plan,
    two_weeks,
)

from pmtools.measure.changes import changes, changes_since_last, finish_moved_days
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule


def changed(before, after):
    return changes(schedule(before), schedule(after)).frame


def kinds(frame):
    return set(frame["kind"])


def told(frame, kind):
    """Before and after of each change of a kind, by what changed."""
    rows = frame[frame["kind"] == kind]
    return dict(zip(rows["what"], zip(rows["before"], rows["after"], strict=True), strict=True))


def task_changed(n, **facts):
    return [task | (facts if task["id"] == n else {}) for task in TASKS]


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
    """Test may start with the build, a day later: in words and whole days, not in codes."""
    link = {"predecessor_id": "2", "successor_id": "3", "kind": "SS", "lag_hours": 8}
    found = changed(small_plan(), small_plan(links=[LINKS[0], link, LINKS[2]]))
    assert told(found, "logic") == {
        "Test, linked to Build": ("finish to start", "starts with it + 1 working day")
    }


@pytest.mark.parametrize(
    ("lag", "words"),
    [
        ({"lag_hours": 32}, "finish to start + 4 working days"),
        ({"lag_hours": -16}, "finish to start - 2 working days"),
        ({"lag_hours": 4}, "finish to start + 4 working hours"),
        ({"lag_hours": 48, "lag_kind": "elapsed"}, "finish to start + 2 elapsed days"),
        ({"lag_hours": 50, "lag_kind": "percent"}, "finish to start + 50% of its duration"),
        ({"kind": "FF"}, "finishes with it"),
        ({"kind": "SF"}, "start to finish"),
    ],
)
def test_lags_are_told_in_days_where_they_are_whole_days(lag, words):
    """A manager reads days, hours only below a day."""
    found = changed(small_plan(), small_plan(links=[*LINKS[:2], LINKS[2] | lag]))
    assert told(found, "logic") == {"Go live, linked to Test": ("finish to start", words)}


def test_a_removed_link_is_told_and_two_links_of_a_pair_stand_together():
    """What no longer waits, and what waits besides: the link that stayed is not told again."""
    second = LINKS[0] | {"kind": "FF"}
    found = told(changed(small_plan(), small_plan(links=[LINKS[0], second, LINKS[2]])), "logic")
    assert found == {
        "Build, linked to Design": ("no link", "finishes with it"),
        "Test, linked to Build": ("finish to start", "no link"),
    }


def test_a_renamed_or_reassigned_task_is_the_same_task():
    """Neither added nor removed: its id says who it is."""
    found = changed(small_plan(), small_plan(tasks=task_changed("2", name="Build it")))
    assert found[["kind", "what", "before", "after"]].to_numpy().tolist() == [
        ["scope", "Renamed: Build it", "Build", "Build it"]
    ]
    found = changed(small_plan(), small_plan(tasks=task_changed("2", owner_id="ann")))
    assert told(found, "owner") == {"Build": ("Bob", "Ann")}
    assert kinds(found) == {"owner"}


def test_a_reopened_task_is_news():
    """Design was finished; now it has two days left, and its finish moves."""
    reopened = DESIGN_DONE | {
        "status_date": FRIDAYS[1], "actual_finish": None, "percent_complete": 60,
        "remaining_hours": 16,
    }  # fmt: skip
    before = small_plan(FRIDAYS[0], [DESIGN_DONE])
    found = changed(before, small_plan(FRIDAYS[1], [DESIGN_DONE, reopened]))
    row = found.set_index("kind").loc["reopened"]
    assert (row["what"], row["owner"]) == ("Design", "Ann")
    assert (row["before"], row["after"]) == ("finished 6 Mar 2026", "60%, 2 d left")
    assert row["days"] == 7.0
    withdrawn = DESIGN_DONE | {"actual_start": None, "actual_finish": None,
                               "percent_complete": 0, "remaining_hours": 40}  # fmt: skip
    found = changed(before, small_plan(FRIDAYS[0], [withdrawn]))
    assert told(found, "reopened") == {"Design": ("finished 6 Mar 2026", "not started")}


def test_progress_of_work_under_way_is_told_with_what_is_left():
    """From half done with three days left to 80 percent with one; it ends two days later."""
    later = BUILD_HALF | {"status_date": FRIDAYS[2], "percent_complete": 80, "remaining_hours": 8}
    before = two_weeks()[1]
    after = small_plan(FRIDAYS[2], [DESIGN_DONE, BUILD_HALF, later])
    row = changed(before, after).set_index("kind").loc["progress"]
    assert (row["what"], row["before"], row["after"]) == ("Build", "50%, 3 d left", "80%, 1 d left")
    assert row["days"] == 3.0
    assert "estimate" not in kinds(changed(before, after))


def test_finished_work_is_told_once():
    """Build was under way and is finished, two days late: no progress, no estimate beside it."""
    done = BUILD_HALF | {"status_date": FRIDAYS[2], "actual_finish": "2026-03-20 17:00",
                         "percent_complete": 100, "remaining_hours": 0}  # fmt: skip
    found = changed(two_weeks()[1], small_plan(FRIDAYS[2], [DESIGN_DONE, BUILD_HALF, done]))
    build = found[found["what"] == "Build"]
    assert list(build["kind"]) == ["finished"]
    assert (build["before"].iloc[0], build["after"].iloc[0]) == ("18 Mar 2026", "20 Mar 2026")
    assert build["days"].iloc[0] == 2.0


def test_the_last_two_weeks_are_compared():
    """With one week only, it says why there is nothing to compare."""
    weeks = [schedule(week) for week in two_weeks()]
    assert changes_since_last([weeks[1], *weeks]).equals(changes(*weeks).frame)
    assert isinstance(changes_since_last(weeks[:1]), CannotSay)


def test_work_that_stands_still_is_told_by_its_finish():
    """Nothing was reported on the build: a week passed, and its finish moves by that week."""
    stuck = changed(two_weeks()[1], small_plan(FRIDAYS[2], [DESIGN_DONE, BUILD_HALF]))
    row = stuck.set_index("kind").loc["progress"]
    assert (row["before"], row["after"], row["days"]) == ("50%, 3 d left", "50%, 3 d left", 5.0)


def test_a_new_baseline_is_told_with_its_finish_and_cost():
    """What is measured against has changed: nobody may miss that."""
    new = [row | {"baseline": "2", "approved_by": "Board", "approved_date": "2026-03-05"}
           for row in BASELINE]  # fmt: skip
    new[3] |= {"start": "2026-03-25 17:00", "finish": "2026-03-25 17:00", "cost": 500}
    found = changed(small_plan(), small_plan(baseline=[*BASELINE, *new])).set_index("kind")
    row = found.loc["promise"]
    assert row["what"] == 'Baseline "2" approved by Board on 5 Mar 2026'
    assert (row["before"], row["after"]) == ("20 Mar 2026, EUR 10,000", "25 Mar 2026, EUR 10,500")
    assert row["days"] == 3.0
    first = changed(small_plan(baseline=[]), small_plan())
    assert told(first, "promise") == {'Baseline "1" approved': ("none", "20 Mar 2026, EUR 10,000")}


def test_a_baseline_that_was_rewritten_is_not_told_as_approved():
    """Overwriting what was approved is a finding; the order of its rows is none."""
    rewritten = [BASELINE[0] | {"cost": 1}, *BASELINE[1:]]
    found = changed(small_plan(), small_plan(baseline=rewritten))
    assert list(found["what"]) == ['Baseline "1" changed without a new approval']
    assert changed(small_plan(), small_plan(baseline=BASELINE[::-1])).empty


def test_a_promise_that_moved_is_told():
    """A later deadline or a larger budget makes a red project green: it is said."""
    header = {"deadline": pd.Timestamp("2026-03-20 23:59"), "budget": 9000.0}
    later = {"deadline": pd.Timestamp("2026-03-27 23:59"), "budget": 12_000.0}
    found = changed(small_plan(header=header), small_plan(header=later))
    assert told(found, "promise") == {
        "Deadline of the project": ("20 Mar 2026", "27 Mar 2026"),
        "Budget of the project": ("EUR 9,000", "EUR 12,000"),
    }
    found = changed(small_plan(), small_plan(tasks=task_changed("2", deadline="2026-03-16")))
    assert told(found, "promise") == {"Deadline: Build": ("–", "16 Mar 2026")}


def test_the_register_tells_new_items_and_changed_states():
    """A risk that became an issue is news, and so is a new one."""
    risk = {"id": "R1", "kind": "risk", "title": "Late routers"}
    new = {"id": "R2", "kind": "risk", "title": "Key person ill"}
    before = small_plan(register=[risk])
    after = small_plan(register=[{**risk, "status": "occurred"}, new])
    found = changed(before, after)
    assert kinds(found) == {"register"}
    assert list(found["after"]) == ["occurred", "new, open"]
    assert changed(after, before)["after"].tolist() == ["open", "removed"]


def test_what_changed_in_a_register_item_is_told_and_nothing_else():
    """Likelier, later, dearer, with another owner: each with its old and new value."""
    risk = {"id": "R1", "kind": "risk", "title": "Late routers", "probability": 0.3,
            "impact_hours": 16, "impact_cost": 1000, "due_date": "2026-03-13",
            "owner_id": "ann"}  # fmt: skip
    worse = risk | {"probability": 0.7, "due_date": "2026-03-20", "owner_id": "bob"}
    found = changed(small_plan(register=[risk]), small_plan(register=[worse])).iloc[0]
    assert found["before"] == "owner Ann, due 13 Mar 2026, probability 30%"
    assert found["after"] == "owner Bob, due 20 Mar 2026, probability 70%"
    assert (found["what"], found["owner"]) == ("Risk R1: Late routers", "Bob")
    dearer = risk | {"impact_hours": 40, "impact_cost": None}
    found = changed(small_plan(register=[risk]), small_plan(register=[dearer])).iloc[0]
    assert found["before"] == "delay 2 d, cost EUR 1,000"
    assert found["after"] == "delay 5 d, cost –"


def test_the_order_of_rows_changes_nothing():
    """Shuffled tables give the same changes."""
    before, after = two_weeks()
    links = [*LINKS, LINKS[0] | {"kind": "FF"}]
    linked, shuffled = (after.replace(links=pd.DataFrame(rows)) for rows in (links, links[::-1]))
    assert changed(linked, shuffled).empty
    assert changed(before, linked).equals(changed(before, shuffled))


def test_changes_of_projects_and_of_their_schedules_are_the_same():
    """A notebook has schedules, the command line projects."""
    before, after = two_weeks()
    of_projects, of_schedules = changes(before, after), changes(schedule(before), schedule(after))
    assert of_projects.frame.equals(of_schedules.frame)
    assert of_projects.cells.equals(of_schedules.cells)
    assert of_projects.n == len(of_projects.cells) == 2


def test_in_a_terminal_and_in_a_notebook_changes_are_counted_by_group():
    """With what is doubtful: here two weeks the wrong way round."""
    before, after = two_weeks()
    assert str(changes(before, after)) == "2 changes: progress 2"
    said = str(changes(after, before))
    assert said.startswith("2 changes: progress 2")
    assert "Doubtful: Rollout (P1): before (13 Mar 2026) is later than after (6 Mar 2026)" in said
    shown = changes(before, small_plan(tasks=task_changed("2", name="<b>Build</b>")))._repr_html_()
    assert "&lt;b&gt;Build" in shown
    assert "<b>Build" not in shown
    assert changes(before, before)._repr_html_() == "<p>0 changes</p>"


def test_tasks_with_other_ids_are_not_told_as_removed_and_added():
    """The plan was renumbered while Build went on: only that is told."""
    before, after = two_weeks()
    number = {task["id"]: f"T{task['id']}" for task in TASKS}
    renumbered = after.replace(
        tasks=after.tasks.assign(id=after.tasks["id"].map(number)),
        links=after.links.replace(number),
        baseline=after.baseline.assign(task_id=after.baseline["task_id"].map(number)),
        progress=after.progress.assign(task_id=after.progress["task_id"].map(number)),
    )
    told, known = changed(before, renumbered), changed(before, after)
    assert told.equals(known)
    assert not kinds(told) & {"scope", "logic", "promise"}


def test_people_calendars_and_money_are_told():
    """Who came onto a task, who is away, what it costs."""
    people = [{"task_id": "2", "resource_id": "bob", "work_hours": 40}]
    leave = [{"resource_id": "ann", "from": "2026-03-16", "to": "2026-03-20", "capacity": 0}]
    costs = [{"date": "2026-03-05", "task_id": "1", "amount": 1200}]
    after = small_plan(assignments=people, availability=leave, costs=costs,
                       tasks=task_changed("3", fixed_cost=500))  # fmt: skip
    found = changed(small_plan(), after)
    assert found[["kind", "what", "before", "after"]].to_numpy().tolist() == [
        ["assignment", "Build, Bob", "not assigned", "work 5 d"],
        ["calendar", "Ann", "", "from 16 Mar 2026, to 20 Mar 2026, capacity 0"],
        ["cost", "Fixed cost: Test", "EUR 0", "EUR 500"],
        ["cost", "Cost booked, actual", "EUR 0", "EUR 1,200"],
    ]
    more = after.replace(assignments=after.assignments.assign(work_hours=60, units=0.5))
    assert told(changed(after, more), "assignment") == {
        "Build, Bob": ("units 1, work 5 d", "units 0.50, work 7.5 d")
    }


def test_the_most_important_stands_first():
    """Kinds in their order, and within a kind what moved furthest."""
    tasks = [
        TASKS[0] | {"duration_hours": 48},
        TASKS[1],
        TASKS[2] | {"duration_hours": 80},
        TASKS[3],
    ]
    found = changed(small_plan(), small_plan(tasks=tasks))
    assert list(found["kind"]) == ["forecast", "estimate", "estimate"]
    assert list(found["what"])[1:] == ["Test", "Design"]


def test_an_id_of_another_task_is_told_as_removed_and_added():
    """Not as a renamed task of another length."""
    was = [*TASKS, {"id": "9", "name": "Migrate data", "duration_hours": 8}]
    now = [*TASKS, {"id": "9", "name": "Throw a party", "duration_hours": 16}]
    links = [[*LINKS, {"predecessor_id": end, "successor_id": "9"}] for end in ("1", "4")]
    after = small_plan(tasks=now, links=links[1])
    found = changes(small_plan(tasks=was, links=links[0]), after)
    assert [row["what"] for _, row in found.frame.iterrows() if row["kind"] == "scope"] == [
        "Removed: Migrate data", "Added: Throw a party",
    ]  # fmt: skip
    assert "re-used" in str(found)
    assert found.frame["kind"].iloc[0] == "doubtful"
    assert found.frame["what"].iloc[0].startswith("Migrate data: re-used")
