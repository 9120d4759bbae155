"""Which row of an earlier snapshot is which of a later one."""

import pandas as pd
import pytest
from small_plan import BASELINE, FRIDAYS, LINKS, TASKS, small_plan, two_weeks

from pmtools.measure.matching import matched

SUMMARIES = [
    {"id": "A", "name": "Phase one", "kind": "summary"},
    {"id": "B", "name": "Phase two", "kind": "summary"},
]
PLACED = [*SUMMARIES, *(task | {"parent_id": "A"} for task in TASKS)]


def numbered(change, tasks=PLACED, links=LINKS):
    """The plan with other ids of its tasks, wherever they stand."""
    return small_plan(
        tasks=[
            task | {"id": change(task["id"]), "parent_id": change(task.get("parent_id", ""))}
            for task in tasks
        ],
        links=[{end: change(id_) for end, id_ in link.items()} for link in links],
        baseline=[row | {"task_id": change(row["task_id"])} for row in BASELINE],
        register=[{"id": "R1", "kind": "risk", "title": "Late", "task_ids": change("2")}],
    )


def same(id_):
    return id_


def other(id_):
    return id_ and f"X{id_}"


def with_tasks(tasks, links=LINKS):
    return small_plan(tasks=tasks, links=links)


def changed(id_, tasks=PLACED, **facts):
    return [task | (facts if task["id"] == id_ else {}) for task in tasks]


def reasons(matching):
    return list(matching.doubtful["reason"])


def test_where_no_id_differs_the_earlier_project_stays_itself():
    """Nothing is copied, nothing doubtful, and every row is matched by its id."""
    before, after = two_weeks()
    found = matched(before, after)
    assert found.before is before
    assert found.doubtful.empty
    assert set(found.pairs["how"]) == {"id"}
    assert (found.pairs["before_id"] == found.pairs["after_id"]).all()
    assert len(found.pairs) == 4 + 2 + 2


def test_other_ids_are_matched_by_name_and_place_in_every_table():
    """The earlier plan with the later ids is the later plan: also in links and lists of ids."""
    before, after = numbered(same), numbered(other)
    found = matched(before, after)
    assert found.before.equals(after)
    tasks = found.pairs[found.pairs["table"] == "tasks"]
    assert set(tasks["how"]) == {"name and place"}
    assert dict(zip(tasks["before_id"], tasks["after_id"], strict=True))["2"] == "X2"
    assert found.doubtful.empty


def test_tasks_renumbered_among_themselves_are_found():
    """A task put in front, all numbers behind it one higher: none counts as renamed."""
    before = numbered(same)
    shifted = numbered(lambda id_: str(int(id_) + 1) if id_.isdigit() else id_)
    first = {"id": "1", "name": "Kick-off", "parent_id": "A", "kind": "milestone"}
    after = shifted.replace(tasks=pd.concat([shifted.tasks, pd.DataFrame([first])]))
    found = matched(before, after)
    assert found.before.equals(shifted)
    assert "the id stands for another row; by name and place: 2" in reasons(found)


def test_swapped_names_are_two_renamed_tasks():
    """Owner, length and links say that each is what its id says."""
    tasks = changed("1", changed("3", duration_hours=80), name="Test")
    tasks = changed("3", tasks, name="Design")
    before = with_tasks(changed("3", duration_hours=80))
    assert matched(before, with_tasks(tasks)).before is before


@pytest.mark.parametrize("tasks", [TASKS, PLACED])
def test_an_id_of_another_task_is_not_the_same_task(tasks):
    """Another name, another place and none of its links: removed and added, and said so."""
    before = with_tasks([*tasks, {"id": "9", "name": "Migrate data"}],
                        [*LINKS, {"predecessor_id": "1", "successor_id": "9"}])  # fmt: skip
    reused = {"id": "9", "name": "Throw a party", "parent_id": tasks[-1].get("parent_id", "")}
    after = with_tasks([*tasks, reused], [*LINKS, {"predecessor_id": "4", "successor_id": "9"}])
    found = matched(before, after)
    assert reasons(found) == ["re-used: another name, another place and none of its links"]
    assert "9 (earlier)" in set(found.before.tasks["id"])
    assert "9 (earlier)" in set(found.before.links["successor_id"])
    assert "9" not in set(found.pairs["before_id"])


def test_a_task_renamed_and_moved_at_once_is_doubtful_but_matched():
    """Its links say that it is the same; a person should look at it."""
    found = matched(with_tasks(PLACED), with_tasks(changed("2", name="Make", parent_id="B")))
    assert reasons(found) == ["renamed and moved at once"]
    pair = found.pairs.set_index("before_id").loc["2"]
    assert (pair["after_id"], pair["doubt"]) == ("2", "renamed and moved at once")


def test_a_task_only_renamed_or_only_moved_is_not_doubtful():
    """Its id and what stayed say who it is."""
    for facts in ({"name": "Make"}, {"parent_id": "B"}):
        assert matched(with_tasks(PLACED), with_tasks(changed("2", **facts))).doubtful.empty


def test_two_candidates_are_not_guessed_between():
    """Two tasks of that name in one place, without anything that tells them apart."""
    before = with_tasks([*PLACED, {"id": "8", "name": "Review", "parent_id": "A"}])
    twice = [{"id": id_, "name": "review ", "parent_id": "A"} for id_ in ("18", "19")]
    found = matched(before, with_tasks([*PLACED, *twice]))
    assert found.before is before
    assert found.doubtful.iloc[0].tolist() == [
        "tasks", "8", "18, 19", "Review",
        "2 added with that name, none or several in its place",
    ]  # fmt: skip


def test_of_one_name_the_wbs_code_or_the_links_tell_which():
    """Where the summaries above do not tell, the code does, and then the neighbours."""
    twice = [{"id": "8", "name": "Review", "parent_id": "A", "wbs": "1.8"},
             {"id": "9", "name": "Review", "parent_id": "A"}]  # fmt: skip
    links = [*LINKS, {"predecessor_id": "1", "successor_id": "9"}]
    again = [row | {"id": f"{row['id']}0"} for row in twice]
    relinked = [*LINKS, {"predecessor_id": "1", "successor_id": "90"}]
    found = matched(with_tasks([*PLACED, *twice], links), with_tasks([*PLACED, *again], relinked))
    how = found.pairs.set_index("before_id")
    assert (how.loc["8", "after_id"], how.loc["8", "how"]) == ("80", "name and WBS")
    assert (how.loc["9", "after_id"], how.loc["9", "how"]) == ("90", "name and links")


def test_people_are_matched_by_their_address_before_their_name():
    """Ann married; her address stayed. Everything that refers to her follows."""
    people = [{"id": "ann", "name": "Ann Low", "email": "ann@x.org"}, {"id": "bob", "name": "Bob"}]
    later = [{"id": "p1", "name": "Ann High", "email": "Ann@x.org"}, {"id": "p2", "name": "Bob"}]
    seats = [{"task_id": "1", "resource_id": "ann"}]
    answers = [{"task_id": "1", "party_id": "ann", "role": "R"}]
    before = small_plan(resources=people, assignments=seats, responsibilities=answers)
    found = matched(before, small_plan(resources=later))
    how = found.pairs.set_index("before_id")["how"]
    assert (how["ann"], how["bob"]) == ("email", "name")
    assert list(found.before.assignments["resource_id"]) == ["p1"]
    assert list(found.before.responsibilities["party_id"]) == ["p1"]
    assert set(found.before.tasks["owner_id"]) == {"p1", "p2"}


def test_calendars_are_matched_by_name_with_all_their_rows():
    """A calendar is several rows of one id; the header names it too."""

    def plan(id_):
        shifts = [{"id": id_, "name": "Office", "weekday": day, "shift_start": "08:00",
                   "shift_finish": "16:00"} for day in ("mon", "tue")]  # fmt: skip
        off = [{"calendar_id": id_, "from": "2026-03-04"}]
        return small_plan(calendars=shifts, exceptions=off, header={"calendar_id": id_})

    assert matched(plan("1"), plan("7")).before.equals(plan("7"))


def test_two_projects_and_snapshots_out_of_order_are_named():
    """Another id of the project, a later status date before an earlier one, no task in both."""
    before, after = two_weeks()
    assert reasons(matched(after, before)) == [
        "before (13 Mar 2026) is later than after (6 Mar 2026)"
    ]
    strange = small_plan(FRIDAYS[1], tasks=[{"id": "77", "name": "Dig"}], links=[], baseline=[],
                         header={"id": "P2"})  # fmt: skip
    assert reasons(matched(before, strange)) == [
        'the projects have different ids, "P1" and "P2"',
        "0 of 1 tasks have kept their name: are they two projects?",
    ]


def test_two_projects_that_number_their_tasks_alike_are_named():
    """The same ids and links, but none of the names: not a plan in which all was renamed."""
    other = [task | {"name": f"Dig hole {task['id']}"} for task in TASKS]
    found = matched(with_tasks(TASKS), with_tasks(other))
    assert reasons(found) == ["0 of 4 tasks have kept their name: are they two projects?"]


def test_rows_that_outlived_their_task_do_not_stop_the_matching():
    """Progress of a task long gone stands beside that of the task which has its number now."""
    told = {"status_date": FRIDAYS[0], "percent_complete": 10}
    before = numbered(same).replace(
        progress=pd.DataFrame([told | {"task_id": id_} for id_ in ("2", "X2")])
    )
    found = matched(before, numbered(other))
    assert len(found.before.progress) == 2
    assert "X2" in set(found.before.progress["task_id"])
