"""Work items from Jira, Azure DevOps and lists of any make."""

import copy
import json
from contextlib import suppress
from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from hostile import HOSTILE, INVISIBLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmtools.errors import PmtoolsError, ProblemsError, SourceError
from pmtools.formats import read_project, read_work_items, write_project

JIRA = (
    "Summary,Issue key,Issue id,Issue Type,Status,Project key,Created,Resolved,Sprint,Sprint,"
    "Custom field (Epic Link),Status Category,Status Category Changed\n"
    "Log in,AB-1,1001,Story,Done,AB,01/Mar/24 10:15 AM,05/Mar/24 3:00 PM,S1,S2,AB-9,Done,"
    "05/Mar/24 3:00 PM\n"
    "Log out,AB-2,1002,Bug,In Review,AB,02/Mar/24 9:00 AM,,S1,,AB-9,In Progress,06/Mar/24 9:00 AM\n"
    "Pay,AB-3,1003,Story,To Do,AB,03/Mar/24 10:15 AM,,,,,To Do,\n"
    "Accounts,AB-9,1009,Epic,To Do,AB,01/Mar/24 9:00 AM,,,,,To Do,\n"
)
AZURE = (
    "ID,Work Item Type,Title,State,Area Path,Created Date,Activated Date,Closed Date\n"
    "1,Story,A,Closed,Shop\\Web,1/3/2024 10:15:00 AM,1/5/2024 10:15:00 AM,1/17/2024 4:15:00 PM\n"
    "2,Bug,B,Active,Shop\\Web,1/3/2024 10:15:00 AM,1/6/2024 10:15:00 AM,\n"
    "3,Bug,C,Removed,Shop\\Web,1/3/2024 10:15:00 AM,,\n"
)
ANY = (
    "Key,Opened on,Begun,Closed on,Who\n"
    "a,2024-01-01,2024-01-03,2024-01-05,Ann\n"
    "b,2024-01-01,2024-01-03,,Ann\n"
)
COLUMNS = {"id": "Key", "created": "Opened on", "started": "Begun", "finished": "Closed on"}
TO_DO, AT_WORK, DONE = (
    {"name": name, "statusCategory": {"id": 1, "key": key}}
    for name, key in (("To Do", "new"), ("Build", "indeterminate"), ("Done", "done"))
)


def issue(key="X-1", status=AT_WORK, changes=(), **fields):
    """An issue as Jira's REST interface gives it, its changes newest first."""
    histories = [
        {"created": at, "items": [{"field": "status", "fromString": a, "toString": b}]}
        for at, a, b in reversed(changes)
    ]
    said = {"summary": "A", "issuetype": {"name": "Story"}, "project": {"key": "X", "name": "Ex"},
            "created": "2024-03-01T10:00:00.000+0100", "status": status, **fields}  # fmt: skip
    history = {"total": len(histories), "histories": histories}
    return {"key": key, "fields": said, "changelog": history}


STEPS = (
    ("2024-03-02T23:30:00.000+0000", "To Do", "Build"),
    ("2024-03-04T09:00:00.000+0000", "Build", "Done"),
    ("2024-03-05T09:00:00.000+0000", "Done", "Build"),
)


@pytest.fixture
def file(tmp_path):
    def write(content, name="export.csv"):
        path = tmp_path / name
        is_text = isinstance(content, str)
        path.write_bytes(content.encode() if is_text else json.dumps(content).encode())
        return path

    return write


def moves_of(items):
    """Each change as (item, when, category)."""
    rows = items.transitions
    return [*zip(rows["item_id"], rows["at"].astype(str), rows["category"], strict=True)]


def refusal(read, *args, **how):
    with pytest.raises(ProblemsError) as caught:
        read(*args, **how)
    return str(caught.value)


def test_a_list_of_jira_is_known_by_its_headings(file):
    """Days with a month's name are clear; what was resolved is done; repeated headings are met.

    The list has no history: an item at work is so since its category changed.
    """
    items = read_work_items(file(JIRA))
    assert items.work_items["id"].tolist() == ["AB-1", "AB-2", "AB-3"]
    assert items.work_items["task_id"].tolist() == ["AB-9", "AB-9", ""]
    assert items.work_items["created"].iloc[1] == pd.Timestamp("2024-03-02 09:00")
    assert moves_of(items) == [
        ("AB-1", "2024-03-05 15:00:00", "done"), ("AB-2", "2024-03-06 09:00:00", "active")
    ]  # fmt: skip


def test_an_export_of_jira_is_a_project_of_its_epics(file):
    """An epic is a task with its remaining items; items of no epic are one task of their team."""
    project = read_project(file(JIRA))
    assert project.tasks["id"].tolist() == ["AB-9", "AB"]
    assert project.tasks["name"].tolist() == ["Accounts", "AB"]
    assert project.estimates["remaining_items"].tolist() == [1, 1]
    assert project.estimates["team"].tolist() == ["AB", "AB"]
    assert project.progress["percent_complete"].tolist() == [50]
    assert project.header.start == pd.Timestamp("2024-03-01")
    assert project.header.status_date == pd.Timestamp("2024-03-06 09:00")
    assert project.notes == (
        "export.csv: left out are removed items, and epics, which hold items: 1",
    )


def test_an_epic_whose_items_are_all_done_is_finished(file):
    """Its finish is that of its last item; before its status date it was not."""
    done = [issue(f"X-{n}", DONE, STEPS[:2], parent={"key": "E-1"}) for n in (1, 2)]
    path = file({"issues": done, "total": 2}, "jira.json")
    assert 'what state "Build" means (2 times)' in refusal(read_project, path)
    file("states:\n  Build: active\n", "jira.json.headings.yml")
    project = read_project(path)
    assert project.progress["actual_finish"].tolist() == [pd.Timestamp("2024-03-04 09:00")]
    before = read_project(path, "2024-03-03")
    assert before.progress["percent_complete"].tolist() == [0]
    assert before.estimates["remaining_items"].tolist() == [2]


def test_the_duration_of_an_epic_is_that_of_its_items_at_mean_throughput(file):
    """Four items done in two weeks: two a week, so six items are three weeks of 40 hours."""
    days = ("2024-03-01", "2024-03-05", "2024-03-09", "2024-03-15")
    done = "".join(f"{n},Web,E,{day}\n" for n, day in enumerate(days))
    left = "".join(f"{n},Web,E,\n" for n in range(4, 6)) + "9,App,,\n"
    path = file(f"id,team,task_id,finished\n{done}{left}")
    file("sheets:\n  export:\n    table: work item list\n    headings:\n      id: id\n"
         "      team: team\n      task_id: task_id\n      finished: finished\n",
         "export.csv.headings.yml")  # fmt: skip
    project = read_project(path)
    assert project.tasks["id"].tolist() == ["E", "App"]
    assert project.tasks["duration_hours"].iloc[0] == 6 * 40 / 2
    assert project.progress["remaining_hours"].tolist() == [2 * 40 / 2]
    assert pd.isna(project.tasks["duration_hours"].iloc[1])


def test_rest_json_keeps_each_change_in_the_projects_local_time(file):
    """23:30 UTC is the next day in Berlin; an item that was re-opened has all its changes."""
    path = file({"issues": [issue(changes=STEPS), issue("X-2", DONE, STEPS[:2])]}, "x.json")
    items = read_work_items(path, timezone="Europe/Berlin")
    assert items.work_items["team"].tolist() == ["Ex", "Ex"]
    assert sorted(moves_of(items))[:3] == [
        ("X-1", "2024-03-03 00:30:00", "active"),
        ("X-1", "2024-03-04 10:00:00", "done"),
        ("X-1", "2024-03-05 10:00:00", "active"),
    ]
    assert items.work_items["created"].iloc[0] == pd.Timestamp("2024-03-01 10:00")


def test_pages_of_a_search_are_one_list_and_each_issue_counts_once(file):
    """Pages overlap where issues were added meanwhile."""
    first, second = issue("X-1"), issue("X-2", TO_DO)
    pages = [{"issues": [first, second], "total": 2}, {"issues": [second], "total": 2}]
    assert len(read_work_items(file(pages, "x.json")).work_items) == 2
    assert len(read_work_items(file([first, second], "x.json")).work_items) == 2


def test_a_field_of_ones_own_can_be_the_team(file):
    """Jira numbers the fields that a company adds."""
    path = file([issue(customfield_10001={"value": "Web"})], "x.json")
    items = read_work_items(path, columns={"team": "customfield_10001"})
    assert items.work_items["team"].tolist() == ["Web"]


def test_a_list_of_azure_needs_its_order_of_day_and_month(file):
    """Each computer exports days in its own way: both readings are told, none is taken."""
    said = refusal(read_work_items, file(AZURE))
    assert "2024-03-01 or 2024-01-03" in said and "DD/MM/YYYY or MM/DD/YYYY" in said
    assert said.count("row 2") == 3
    items = read_work_items(file(AZURE), date_format="MM/DD/YYYY")
    assert moves_of(items) == [
        ("1", "2024-01-05 10:15:00", "active"), ("1", "2024-01-17 16:15:00", "done"),
        ("2", "2024-01-06 10:15:00", "active"),
    ]  # fmt: skip
    assert items.work_items["team"].unique().tolist() == ["Shop\\Web"]


def test_any_list_is_read_by_its_columns(file):
    """Our column -> its heading; what is not named is left out."""
    items = read_work_items(file(ANY), columns=COLUMNS)
    assert [(item, at[:10], to) for item, at, to in moves_of(items)] == [
        ("a", "2024-01-03", "active"), ("a", "2024-01-05", "done"), ("b", "2024-01-03", "active")
    ]  # fmt: skip


def test_a_list_without_known_headings_is_refused_with_a_proposal(file):
    """Nothing is taken for something without a person's word."""
    said = refusal(read_work_items, file(ANY))
    assert "no heading is known to be the id of an item" in said
    assert "columns={'id': 'Key', 'started': 'Begun'}" in said


def test_all_that_is_wrong_with_the_columns_is_told_at_once(file):
    """One run, one list of what to mend."""
    said = refusal(read_work_items, file(ANY), columns={"id": "Kye", "craeted": "Opened on"})
    assert 'no heading is "Kye" (nearest: "Key")' in said
    assert '"craeted" is no column (nearest: "created")' in said


def test_columns_and_states_can_be_kept_beside_the_file(file):
    """The mapping file that read_project uses for task lists serves lists of items too."""
    path = file(ANY.replace("Who", "Stage").replace("Ann", "QA"))
    headings = "".join(f"      {heading}: {name}\n" for name, heading in COLUMNS.items())
    mapping = path.with_name("export.csv.headings.yml")
    text = f"sheets:\n  export:\n    table: work item list\n    headings:\n{headings}"
    mapping.write_text(f"{text}      Stage: state\nstates:\n  QA: waiting\n")
    assert read_project(path).transitions["category"].tolist() == ["active", "active"]
    mapping.write_text(f"{text}      Stage: state\nstates:\n  QA: queue\n")
    assert 'state "QA" means "queue"' in refusal(read_project, path)


def test_a_state_that_nobody_explains_is_refused_once(file):
    """Whether a team waits or works in a state, only the team can say."""
    rows = "id,state,started\n" + "".join(f"{n},Wibble,2024-01-03\n" for n in range(9))
    said = refusal(read_work_items, file(rows))
    assert said.count("Wibble") == 2 and "(9 times)" in said and "to_do, active, waiting" in said
    items = read_work_items(file(rows), states={"wibble": "waiting"})
    assert set(items.transitions["category"]) == {"active"}


def test_jira_calls_a_blocked_item_in_progress_and_we_call_it_waiting(file):
    """A tool's three categories do not tell waiting from work; the state's name does."""
    steps = (*STEPS[:1], ("2024-03-03T09:00:00.000+0000", "Build", "Blocked"))
    blocked = {**AT_WORK, "name": "Blocked"}
    items = read_work_items(file([issue("X-1", blocked, steps), issue("X-2")], "x.json"))
    assert [to for *_, to in sorted(moves_of(items))] == ["active", "waiting"]


def test_a_finish_before_the_start_is_refused_each_with_its_row(file):
    """A negative cycle time is no cycle time."""
    rows = "id,started,finished\n1,2024-01-03,2024-01-02\n2,2024-01-03,2024-01-03\n"
    rows += "3,2024-02-01,2023-02-01\n"
    said = refusal(read_work_items, file(rows))
    assert "row 2: finished 2024-01-02 is before started 2024-01-03" in said
    assert "row 4" in said and "row 3" not in said
    rows = "id,state,started,changed\n1,Done,2024-01-03,2024-01-02\n"
    assert "is before started" in refusal(read_work_items, file(rows))
    rows = "id,state,started,finished\n1,In progress,2024-01-03,2024-01-02\n"
    assert len(read_work_items(file(rows)).transitions) == 1


def test_what_is_done_needs_a_day_and_what_is_open_is_not_finished(file):
    """Counting a done item nowhere would understate throughput; a re-opened one is open."""
    said = refusal(read_work_items, file("id,state,created\n1,Done,2024-01-02\n"))
    assert "row 2" in said and "no date says when it was finished" in said
    rows = "id,state,started,finished\n1,In progress,2024-01-02,2024-01-04\n"
    items = read_work_items(file(rows))
    assert moves_of(items) == [("1", "2024-01-02", "active")]
    assert "open again" in items.notes[0]


def test_the_same_item_twice_is_refused(file):
    """Which of two rows is right, we cannot know."""
    assert '"a"' in refusal(read_work_items, file(ANY + ANY.splitlines()[1]), columns=COLUMNS)


def test_a_workbook_of_items_below_a_title_is_read(tmp_path):
    """Jira's Excel export has a title above its headings, and real days in its cells."""
    book = openpyxl.Workbook()
    rows = [["Jira"], [], ["Project", "Key", "Status", "Created", "Resolved"]]
    rows.append(["Shop", "A-1", "Done", datetime(2024, 1, 3, 10), datetime(2024, 1, 5, 11)])
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "jira.xlsx")
    columns = {"id": "Key", "state": "Status", "created": "Created", "finished": "Resolved"}
    items = read_work_items(tmp_path / "jira.xlsx", columns=columns)
    assert moves_of(items) == [("A-1", "2024-01-05 11:00:00", "done")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_and_separator_is_read(tmp_path, encoding):
    """Excel saves lists with semicolons, and in the encoding of its country."""
    path = tmp_path / "items.csv"
    path.write_bytes("id;title;started\n1;Größe;2024-01-03\n".encode(encoding))
    assert read_work_items(path).work_items["title"].tolist() == ["Größe"]


@pytest.mark.parametrize("text", [*HOSTILE, *INVISIBLE.values()])
def test_hostile_text_comes_in_as_text(file, text):
    """A title is never a formula, a tag or a break of the line it stands in."""
    (title,) = read_work_items(file([issue(summary=text)], "x.json")).work_items["title"]
    assert title == text.replace("\x00", "").replace("\ud800", "")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"issues": [issue()], "total": 500}, "it holds 1 of 500 issues"),
        ({"issues": [issue()], "isLast": False}, "the last page is not in it"),
        ({"issues": [issue() | {"changelog": {"total": 3, "histories": []}}]}, "0 of 3 histories"),
        ({"issues": []}, "it holds 0 issues"),
        ({"errorMessages": ["no"]}, "no list of issues"),
        ([1, 2], "no list of issues"),
        ({"issues": [3, {"key": 7}]}, "issue 2: no issue with key and fields"),
        ([issue(created="yesterday")], 'row 1: created is "yesterday"'),
        ("{'issues': []}", "no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"issues": ' + "9" * 5000 + "}", "no JSON"),
    ],
)  # fmt: skip
def test_an_export_that_is_cut_short_or_broken_is_refused(file, content, told):
    """A page of fifty would look like a small team."""
    with pytest.raises(SourceError, match=told):
        read_work_items(file(content, "x.json"))


def paths_of(value, path=()):
    yield path
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in pairs:
        yield from paths_of(part, (*path, key))


WHOLE = {"issues": [issue(changes=STEPS), issue("X-2", DONE, STEPS[:2])], "total": 2}
PATHS = [path for path in paths_of(WHOLE) if path]
WRONG = st.sampled_from(
    [None, "", "x", 7, -1.5, True, [], {}, [[]], {"key": 1}, "2024-13-01", "\ud800"]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(PATHS), WRONG), min_size=1, max_size=3))
def test_a_damaged_export_is_read_or_refused_but_never_stops_the_reader(file, damages):
    """Whatever stands in place of a value: either items come out or a typed error."""
    content = copy.deepcopy(WHOLE)
    for path, value in damages:
        place = content
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    with suppress(PmtoolsError):
        assert len(read_work_items(file(content, "x.json")).work_items) <= 2


def test_items_are_written_and_read_again_with_their_project(file, tmp_path):
    """A folder keeps the items and every change of state."""
    path = file({"issues": [issue(changes=STEPS), issue("X-2", DONE, STEPS[:2])]}, "x.json")
    project = read_project(path)
    for name in ("folder", "book.xlsx"):
        write_project(project, tmp_path / name)
        again = read_project(tmp_path / name)
        assert again.transitions.equals(project.transitions)
        assert again.work_items.equals(project.work_items)


def test_an_export_lies_in_a_project_folder_beside_the_plan(file, tmp_path):
    """Its epics are found by the codes of the plan's tasks."""
    (tmp_path / "project.csv").write_text("field,value\nid,P\nname,P\nstart,2024-02-01\n")
    (tmp_path / "tasks.csv").write_text("id,code,name,duration_hours\n7,AB-9,Accounts,80\n")
    file(JIRA, "from jira.csv")
    project = read_project(tmp_path)
    assert project.tasks["id"].tolist() == ["7"]
    assert project.work_items["task_id"].tolist() == ["7", "7", ""]
    assert len(project.transitions) == 2
