"""Rules do not cry wolf, and what they say names the place and the way out."""

import pandas as pd
import pytest
from data_faults.clean_project import STATUS, clean_project, clean_rows, day
from data_faults.test_data_faults import faulty_project, last, link, task

from pmtools.check import check
from pmtools.project import Header, Project, Source

RIGHT = {
    "two tasks may start and finish together": lambda r, h: (
        link(r, ("2.2", "2.4"), kind="SS"), link(r, ("2.2", "2.4"), kind="FF")
    ),
    "weights may be percents": lambda r, h: [
        row.update(weight=100 * row["weight"]) for row in r["ev_milestones"]
    ],
    "less than one percent done is a percent among others": lambda r, h: last(r, "3.6").update(
        percent_complete=0.5, actual_finish=None, remaining_hours=15.9
    ),
    "0 and 1 percent say nothing of the scale": lambda r, h: r.update(progress=[
        {"status_date": STATUS, "task_id": "1.1", "actual_start": day(0), "percent_complete": 1},
        {"status_date": STATUS, "task_id": "1.2", "percent_complete": 0},
    ]),
    "a task finished on the status date itself is in time": lambda r, h: [
        row.update(status_date=row["status_date"].replace(hour=15, minute=0))
        for row in r["progress"]
    ],
    "money may be committed for later": lambda r, h: r["costs"].append(
        {"date": day(50), "task_id": "4.1", "amount": 10.0, "kind": "committed"}
    ),
    "two equal costs without a remark may both be right": lambda r, h: r["costs"].extend(
        [{"date": day(3), "task_id": "1.2", "amount": 10.0}] * 2
    ),
    "equipment may run more than 24 hours on a day": lambda r, h: (
        r["resources"].append({"id": "lab", "name": "Test lab", "kind": "equipment"}),
        r["timesheets"].append(
            {"date": day(3), "task_id": "1.2", "resource_id": "lab", "hours": 60}
        ),
    ),
    "a department or a stakeholder may be accountable": lambda r, h: [
        row.update(party_id={"ana": "s1", "ben": "it"}[row["party_id"]])
        for row in r["responsibilities"] if row["role"] in "AR"
    ] and r.update(responsibilities=[x for x in r["responsibilities"] if x["role"] in "AR"]),
    "a task takes over the roles of its deliverable that it does not state": lambda r, h: (
        task(r, "1.2").update(deliverable_id=r["deliverables"][0]["id"]),
        r["responsibilities"].append({"task_id": "1.2", "party_id": "ben", "role": "R"}),
    ),
    "a deadline on the day of the start is not before it": lambda r, h: h.update(
        deadline=day(47, "17:00")
    ),
    "a milestone reached after its deadline is late, not wrong": lambda r, h: (
        task(r, "M1").update(deadline=day(20)),
        r["progress"].append(
            {"status_date": STATUS, "task_id": "M1", "actual_start": day(23),
             "actual_finish": day(23), "percent_complete": 100, "remaining_hours": 0}
        ),
    ),
    "a negative cost is a credit note": lambda r, h: r["costs"][0].update(amount=-20.0),
    "a risk that occurred is followed by its issue": lambda r, h: (
        r["register"][0].update(status="occurred"), r["register"][1].update(origin_id="R1")
    ),
    "an issue may say what is done in its own words": lambda r, h: r["register"][0].update(
        kind="issue", response="", response_action="Badges asked for"
    ),
    "a closed risk needs no numbers": lambda r, h: r["register"][0].update(
        status="closed", closed_date=day(30, "00:00"), probability=None, owner_id=""
    ),
}  # fmt: skip
NAMES = (
    "Prüfung der Geräte, Straße 5", "Приёмка стенда", "Εγκατάσταση", "安装交换机", "تثبيت",
    "\u0646\u0631\u0645\u200c\u0627\u0641\u0632\u0627\u0631",
    "Team 👨\u200d👩\u200d👧", "Load of 50 kΩ and 3 µs", "Δt of IT-Проект", "Ship #1 & 2 (NA)",
    "<b>A</b>", "Two\nlines\tand a tab",
)  # fmt: skip


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_right_is_not_flagged(what):
    """A rule that cries wolf is switched off by its readers."""
    found = check(faulty_project(RIGHT[what]), today=STATUS)
    assert not [*found.errors, *found.warnings], str(found)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_language_are_names(name):
    """Only what hides or deceives is flagged, never a language, an emoji or a unit."""
    assert not len(check(faulty_project(lambda r, h: task(r, "4.1").update(name=name))))


def test_a_dangling_link_names_its_row_and_the_nearest_task():
    """The example of DESIGN: place, fault, remedy with the nearest id."""
    rows = clean_rows()
    rows["links"].append({"predecessor_id": "4.5", "successor_id": "M22"})
    numbers = tuple(range(2, 2 + len(rows["links"])))
    sources = {"links": Source('plan.xlsx, sheet "links"', numbers)}
    (finding,) = check(clean_project(**rows, sources=sources)).warnings
    assert str(finding) == (
        'warning PM102 plan.xlsx, sheet "links", row 28: successor "M22" is not in table "tasks". '
        'Add it to table "tasks" or correct it (nearest: "M2"); until then the row is left out.'
    )
    assert finding.task_ids == ("4.5",)


def test_a_task_is_linked_also_through_its_summary():
    """Work inside a linked summary waits for what the summary waits for."""
    pairs = (("1", "2"), ("2", "M1"), ("M1", "3"), ("3", "4"), ("4", "M2"))
    links = [{"predecessor_id": a, "successor_id": b} for a, b in pairs]
    assert {f.code for f in check(clean_project(links=links))} == {"PM105"}


def test_every_dangling_link_is_counted():
    """D3: three bad links are three findings, not one."""
    found = check(faulty_project(lambda r, h: link(r, ("x", "1.1"), ("1.1", "y"), ("z", "w"))))
    assert [f.code for f in found] == ["PM102"] * 4


def test_many_tasks_with_the_same_fault_are_one_finding():
    """Ninety tasks without owner are told once, with all their ids."""
    rows = clean_rows() | {"assignments": []}
    for row in rows["tasks"]:
        row["owner_id"] = ""
    (finding,) = check(clean_project(**rows)).warnings
    assert finding.message.startswith('24 tasks without owner: "Plan: Prepare" (1.1), ')
    assert finding.message.endswith(" and 21 more")
    assert len(finding.task_ids) == 24


def test_a_loop_is_printed_by_the_names_along_it():
    """D1: the reader sees the path, not an id."""
    (finding,) = check(faulty_project(lambda r, h: link(r, ("2.2", "2.1")))).errors
    assert '"Order: Build" > "Plan: Build"' in finding.message


def test_a_renamed_task_with_its_old_code_is_the_same_task():
    """D29: a better name does not make another task of it."""
    project = faulty_project(lambda r, h: task(r, "4.3").update(name="Install all clients"))
    assert not len(check(project, earlier=clean_project()))


def test_a_renamed_task_below_an_inserted_row_is_the_same_task():
    """D29: an inserted row shifts every WBS below it; the places of the tasks stay."""

    def inject(rows, header):
        for n in range(3, 7):
            task(rows, f"4.{n}")["wbs"] = f"4.{n + 1}"
        task(rows, "4.3")["name"] = "Train the users"
        place = rows["tasks"].index(task(rows, "4.3"))
        rows["tasks"].insert(place, task(rows, "4.2") | {"id": "N", "name": "Pilot", "wbs": "4.3"})

    found = check(faulty_project(inject), earlier=clean_project())
    assert "PM605" not in {finding.code for finding in found}, str(found)


def test_checking_is_the_same_every_time():
    """Same project, same findings, in the same order."""
    project = faulty_project(lambda r, h: link(r, ("x", "1.1"), ("1.1", "y")))
    assert check(project).frame.equals(check(project).frame)


def test_a_large_plan_is_checked_in_seconds():
    """Ten thousand tasks: a check must not be slower than the schedule it guards."""
    ids = [str(k) for k in range(10_000)]
    tasks = pd.DataFrame({"id": ids, "name": ids, "duration_hours": 8.0})
    links = pd.DataFrame({"predecessor_id": ids[:-1], "successor_id": [f"x{k}" for k in ids[1:]]})
    project = Project(Header("p", "P", day(0)), tasks=tasks, links=links)
    assert len(check(project)) > 9_999
