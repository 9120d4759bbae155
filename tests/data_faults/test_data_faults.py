"""Every data fault of the catalogue is refused or flagged by the right code, never silent."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pytest
from data_faults.clean_project import STATUS, clean_project, clean_rows, day

from pmtools.check import RULES, check
from pmtools.errors import ProjectError
from pmtools.project import Header, Project


@dataclass(frozen=True)
class Fault:
    """A fault of the catalogue: `found` is the code of a finding, or text of the refusal."""

    id: str
    what: str
    found: str
    inject: Callable

    def __str__(self):
        return f"{self.id} {self.what}"


FAULTS: list[Fault] = []


def fault(id, what, found):
    """Put a fault into the rows of the clean project, or into the fields of its header."""

    def add(inject):
        FAULTS.append(Fault(id, what, found, inject))
        return inject

    return add


def task(rows, id_):
    return next(row for row in rows["tasks"] if row["id"] == id_)


def last(rows, id_):
    """The last progress row of a task."""
    return [row for row in rows["progress"] if row["task_id"] == id_][-1]


def link(rows, *pairs, **cells):
    rows["links"] += [{"predecessor_id": a, "successor_id": b} | cells for a, b in pairs]


# D1 to D3: links
fault("D1", "loop of two", "PM101")(lambda r, h: link(r, ("2.2", "2.1")))
fault("D1", "loop of three", "PM101")(lambda r, h: link(r, ("2.3", "2.1")))
fault("D1", "loop through a summary", "PM101")(lambda r, h: link(r, ("4", "3")))
fault("D2", "link to itself", "its own predecessor")(lambda r, h: link(r, ("2.1", "2.1")))
fault("D3", "unknown predecessor", "PM102")(lambda r, h: link(r, ("9.9", "2.1")))
fault("D3", "unknown successor", "PM102")(lambda r, h: link(r, ("2.1", "T-19")))
fault("D3", "progress of an unknown task", "PM103")(
    lambda r, h: r["progress"].append({"task_id": "9.9", "status_date": STATUS})
)
fault("D3", "hours of an unknown task", "PM103")(
    lambda r, h: r["timesheets"][0].update(task_id="9.9")
)
fault("D3", "cost of an unknown task", "PM103")(lambda r, h: r["costs"][0].update(task_id="9.9"))
fault("D3", "baseline of an unknown task", "PM103")(
    lambda r, h: r["baseline"][0].update(task_id="9.9")
)
fault("D3", "risk on an unknown task", "PM103")(
    lambda r, h: r["register"][0].update(task_ids="3.2;9.9")
)
fault("D3", "hours of an unknown person", "PM103")(
    lambda r, h: r["timesheets"][0].update(resource_id="dan")
)
fault("D3", "assignment of an unknown person", 'resource_id "dan" is not in table "resources"')(
    lambda r, h: r["assignments"][0].update(resource_id="dan")
)
fault("D3", "unknown summary", 'parent_id "9"')(lambda r, h: task(r, "2.1").update(parent_id="9"))
fault("D3", "same tasks linked twice", "PM104")(lambda r, h: link(r, ("1.1", "1.2"), kind="SS"))


# D4 to D7: ids, durations, percents, order
@fault("D4", "duplicate task id", 'id "2.1" is already in table "tasks", row 11')
def _(rows, header):
    rows["tasks"].append(task(rows, "2.1") | {"name": "Other"})


@fault("D4", "progress reported twice", "already in")
def _(rows, header):
    rows["progress"].append(dict(rows["progress"][-1]))


for number in (-1.0, float("inf"), 1e9, "5 days"):
    fault("D5", f"duration {number}", "duration_hours is")(
        lambda r, h, n=number: task(r, "2.1").update(duration_hours=n)
    )
fault("D5", "duration NaN", "PM111")(
    lambda r, h: task(r, "4.1").update(duration_hours=float("nan"))
)
fault("D5", "remaining hours below zero", "remaining_hours is -1")(
    lambda r, h: last(r, "3.6").update(remaining_hours=-1.0)
)
for number in (-5.0, 250.0):
    fault("D6", f"percent {number}", "percent_complete is")(
        lambda r, h, n=number: last(r, "3.6").update(percent_complete=n)
    )


@fault("D6", "percents as fractions", "PM201")
def _(rows, header):
    for row in rows["progress"]:
        row["percent_complete"] /= 100


fault("D7", "finished before started", "is before actual_start")(
    lambda r, h: last(r, "2.1").update(actual_finish=day(0))
)
fault("D7", "baseline finish before start", "finish 2026-02-02 08:00 is before start")(
    lambda r, h: r["baseline"][5].update(finish=day(0))
)


# D8, D9: status dates and progress
fault("D8", "started after the status date", "PM202")(
    lambda r, h: last(r, "3.6").update(actual_start=day(40), actual_finish=None)
)
fault("D8", "finished after the status date", "PM202")(
    lambda r, h: last(r, "3.5").update(actual_finish=day(40))
)
fault("D8", "status date in the future", "PM204")(
    lambda r, h: h.update(status_date=pd.Timestamp("2026-03-27 23:59"))
)
fault("D8", "status date older than the last", "PM203")(
    lambda r, h: h.update(status_date=pd.Timestamp("2026-03-13 23:59"))
)
fault("D8", "no status date", "PM205")(lambda r, h: h.update(status_date=None))
fault("D8", "no progress for weeks", "PM206")(
    lambda r, h: h.update(status_date=pd.Timestamp("2026-04-24 23:59"))
)
fault("D9", "percent without a start", "PM207")(
    lambda r, h: last(r, "3.6").update(actual_start=None, actual_finish=None)
)
fault("D9", "finish without a start", "PM207")(
    lambda r, h: last(r, "2.1").update(actual_start=None)
)
fault("D9", "complete without a finish", "PM208")(
    lambda r, h: last(r, "2.1").update(actual_finish=None)
)
fault("D9", "finished with work left", "PM209")(
    lambda r, h: last(r, "2.1").update(remaining_hours=8.0)
)
fault("D9", "finished at 80 percent", "PM209")(
    lambda r, h: last(r, "2.1").update(percent_complete=80.0)
)


# D10 to D13: money, sizes, calendars
fault("D10", "zero budget", "PM305")(lambda r, h: h.update(budget=0.0))


@fault("D10", "baseline without cost", "PM305")
def _(rows, header):
    for row in rows["baseline"]:
        row |= {"cost": 0.0, "work_hours": 0.0}


fault("D10", "budget below the baseline", "PM306")(lambda r, h: h.update(budget=100.0))
fault("D11", "no baseline", "PM303")(lambda r, h: r.update(baseline=[]))
fault("D11", "task that no one approved", "PM304")(lambda r, h: r["baseline"].pop())
fault("D11", "empty project", "PM601")(lambda r, h: only(r, []))
fault("D11", "single task", "PM601")(lambda r, h: only(r, [task(r, "4.1") | {"parent_id": ""}]))
fault("D11", "milestones only", "PM601")(lambda r, h: only(r, r["tasks"][-2:]))
fault("D11", "not started", "PM602")(lambda r, h: r.update(progress=[]))


def only(rows, tasks):
    """Nothing but these tasks."""
    rows.update({name: [] for name in rows if name != "calendars"} | {"tasks": tasks})


@fault("D11", "complete", "PM603")
def _(rows, header):
    facts = {"actual_start": day(0), "actual_finish": day(1), "status_date": STATUS}
    facts |= {"percent_complete": 100.0, "remaining_hours": 0.0}
    rows["progress"] = [facts | {"task_id": row["id"]} for row in rows["tasks"] if "." in row["id"]]
    rows["progress"] += [facts | {"task_id": id_} for id_ in ("M1", "M2")]


fault("D12", "no currency", "PM301")(lambda r, h: h.update(currency=""))
fault("D12", "two currencies", "PM302")(lambda r, h: h.update(currency="EUR, USD"))
fault("D12", "a currency for each amount", 'column "currency" is not known')(
    lambda r, h: r["costs"][0].update(currency="USD")
)


@fault("D13", "calendar without work", "PM120")
def _(rows, header):
    rows["calendars"].append({"id": "never", "name": "Never", "weekday": "mon"})
    task(rows, "4.1")["calendar_id"] = "never"


@fault("D13", "ten years of holidays", "PM120")
def _(rows, header):
    off = {"calendar_id": "office", "from": day(60, "00:00"), "to": pd.Timestamp("2036-01-01")}
    rows["exceptions"].append(off)


# D14 to D20: cells that other tools would turn into something else
for instant in ("2026-03-29 02:30+01:00", pd.Timestamp("2026-03-02", tz="Europe/Vienna")):
    fault("D14", f"time with a zone {instant!r}", "actual_start is")(
        lambda r, h, i=instant: last(r, "3.6").update(actual_start=i)
    )
fault("D14", "unknown time zone", "PM604")(lambda r, h: h.update(timezone="Europe/Wien"))
for word in ("01/02/2026", "13.02.2026"):
    fault("D15", f"day or month first {word}", "deadline is")(
        lambda r, h, w=word: task(r, "4.1").update(deadline=w)
    )
for word in ("today", "now"):
    fault("D16", word, "actual_start is")(
        lambda r, h, w=word: last(r, "3.6").update(actual_start=w)
    )
fault("D18", "decimal comma", "duration_hours is '2,5'")(
    lambda r, h: task(r, "4.1").update(duration_hours="2,5")
)
fault("D19", "serial number of a day", "deadline is 46000")(
    lambda r, h: task(r, "4.1").update(deadline=46000)
)
fault("D19", "day zero of a spreadsheet", 'deadline is "1900-02-28"')(
    lambda r, h: task(r, "4.1").update(deadline=pd.Timestamp("1900-02-28"))
)
fault("D20", "failed formula as a number", "amount is '#REF!'")(
    lambda r, h: r["costs"][0].update(amount="#REF!")
)
fault("D20", "failed formula as a name", "PM503")(
    lambda r, h: task(r, "4.1").update(name="#DIV/0!")
)


# D21 to D29: columns, text, far dates, ids over time
@fault("D21", "the same heading twice", "is there twice")
def _(rows, header):
    costs = pd.DataFrame(rows["costs"])
    rows["costs"] = pd.concat([costs, costs["amount"]], axis=1)


fault("D21", "unknown heading", 'nearest: "duration_hours"')(
    lambda r, h: task(r, "4.1").update(duration=5)
)
for name, what in (
    ("Install\u202e exe.fdp", "right-to-left"), ("In\u200bstall", "zero-width"),
    ("Ins\u200dtall", "joiner after a letter"), ("Install\x00", "NUL"), ("Re\x1b[31md", "escape"),
    ("Line\u2028break", "line separator"), ("\ufeffInstall", "byte order mark"),
):  # fmt: skip
    fault("D26", what, "PM501")(lambda r, h, n=name: task(r, "4.1").update(name=n))
for name in ("\u0406nstall", "Inst\u0430ll", "\u039fn call"):
    fault("D26", f"lookalike {name!a}", "PM502")(lambda r, h, n=name: task(r, "4.1").update(name=n))
fault("D26", "hidden character in a resource", "PM501")(
    lambda r, h: r["resources"][0].update(name="A\u200bna")
)
for year in ("1677-09-22", "9999-12-31"):
    fault("D28", f"day {year}", f'deadline is "{year}')(
        lambda r, h, y=year: task(r, "4.1").update(deadline=y)
    )
fault("D28", "far horizon", "PM504")(lambda r, h: task(r, "4.1").update(deadline="2076-03-20"))
fault("D29", "finished task is open again", "PM210")(
    lambda r, h: last(r, "2.1").update(
        actual_finish=None, percent_complete=50.0, remaining_hours=8.0
    )
)
fault("D29", "id given to another task", "PM605")(
    lambda r, h: task(r, "4.3").update(name="Train the users", wbs="5.1")
)


@fault("D29", "ids that are row numbers, after a row was inserted", "PM605")
def _(rows, header):
    names = [task(rows, f"4.{n}")["name"] for n in range(3, 7)]
    for n, name in enumerate(["Pilot", *names[:-1]], 3):
        task(rows, f"4.{n}")["name"] = name


@fault("D29", "task with a new id", "PM606")
def _(rows, header):
    task(rows, "4.6")["id"] = "4.7"
    for table in ("baseline", "assignments"):
        next(row for row in rows[table] if row["task_id"] == "4.6")["task_id"] = "4.7"
    for row in rows["links"]:
        row |= {end: "4.7" for end, id_ in row.items() if id_ == "4.6"}


# Beyond the catalogue: plans, people and registers that cannot be right
fault("", "summary with a link", "PM105")(lambda r, h: link(r, ("1", "2.3")))
fault("", "summary with people", "PM106")(
    lambda r, h: r["assignments"].append({"task_id": "1", "resource_id": "ana"})
)
fault("", "summary with a duration", "PM107")(lambda r, h: task(r, "1").update(duration_hours=9))
fault("", "task with subtasks", "PM108")(lambda r, h: task(r, "1").update(kind="task"))
fault("", "summary without subtasks", "PM109")(lambda r, h: task(r, "4.1").update(kind="summary"))
fault("", "milestone with a duration", "PM110")(lambda r, h: task(r, "M2").update(duration_hours=8))


@fault("", "task without owner", "PM112")
def _(rows, header):
    task(rows, "4.1")["owner_id"] = ""
    rows["assignments"] = [row for row in rows["assignments"] if row["task_id"] != "4.1"]


@fault("", "task without a link", "PM113")
def _(rows, header):
    rows["links"] = [row for row in rows["links"] if "M2" not in row.values()]


fault("", "deadline before the start", "PM114")(
    lambda r, h: task(r, "4.1").update(deadline="2026-01-05")
)
fault("", "project deadline before the start", "PM114")(lambda r, h: h.update(deadline=day(-9)))
fault("", "constraint without a date", "PM115")(
    lambda r, h: task(r, "4.1").update(constraint="MSO")
)
fault("", "date without a constraint", "PM116")(
    lambda r, h: task(r, "4.1").update(constraint_date=day(45))
)
fault("", "estimates out of order", "PM117")(
    lambda r, h: r["estimates"][0].update(optimistic_hours=50)
)
fault("", "range with one end", "PM121")(
    lambda r, h: r["estimates"][0].update(pessimistic_hours=None)
)
fault("", "weights that do not add up", "PM118")(
    lambda r, h: r["ev_milestones"][0].update(weight=0.5)
)
fault("", "weighted task without milestones", "PM119")(
    lambda r, h: task(r, "4.1").update(ev_method="weighted_milestones")
)
fault("", "progress on a summary", "PM211")(
    lambda r, h: r["progress"].append({"task_id": "1", "status_date": STATUS})
)
fault("", "a day of 30 hours", "PM212")(lambda r, h: r["timesheets"][0].update(hours=30))
fault("", "hours booked twice", "PM213")(
    lambda r, h: r["timesheets"].append(dict(r["timesheets"][0]))
)
fault("", "invoice booked twice", "PM213")(lambda r, h: r["costs"].append(dict(r["costs"][0])))
fault("", "person without a rate", "PM307")(lambda r, h: r["rates"].pop())
fault("", "two capacities at once", "PM401")(
    lambda r, h: r["availability"][1].update({"from": day(31, "00:00")})
)
fault("", "unknown party", "PM402")(lambda r, h: r["responsibilities"][1].update(party_id="x"))
fault("", "nobody accountable", "PM403")(lambda r, h: r["responsibilities"].pop(0))
fault("", "two accountable", "PM403")(lambda r, h: r["responsibilities"][2].update(role="A"))
fault("", "nobody responsible", "PM404")(lambda r, h: r["responsibilities"].pop(1))
fault("", "responsibility for nothing", "PM405")(
    lambda r, h: r["responsibilities"][2].update(deliverable_id="")
)
fault("", "risk without an owner", "PM406")(lambda r, h: r["register"][0].update(owner_id=""))
fault("", "overdue item", "PM407")(lambda r, h: r["register"][0].update(due_date=day(20)))
fault("", "item not reviewed", "PM408")(lambda r, h: r["register"][0].update(updated_date=day(4)))
fault("", "risk without probability", "PM409")(
    lambda r, h: r["register"][0].update(probability=None)
)
fault("", "impacts out of order", "PM412")(
    lambda r, h: r["register"][0].update(pessimistic_impact_hours=16)
)
fault("", "delay of no task", "PM413")(lambda r, h: r["register"][0].update(task_ids=""))
fault("", "risk that occurred without an issue", "PM414")(
    lambda r, h: r["register"][0].update(status="occurred")
)
fault("", "risk without a response", "PM415")(lambda r, h: r["register"][0].update(response=""))
fault("", "decision not looked at again", "PM416")(
    lambda r, h: r["register"][1].update(kind="decision", revisit_date=day(20, "00:00"))
)
fault("", "closed without a date", "PM410")(lambda r, h: r["register"][1].update(closed_date=None))
for address in ("", "nobody", "a@b.example, c@d.example", "a@b.example\nBcc: x@y.example"):
    fault("A8", f"address {address!r}", "PM411")(
        lambda r, h, a=address: r["stakeholders"][0].update(email=a)
    )


def faulty_project(inject):
    """The clean project with one fault in it."""
    rows, clean = clean_rows(), clean_project().header
    header = {name: getattr(clean, name) for name in clean.__dataclass_fields__}
    inject(rows, header)
    return clean_project(**rows, header=Header(**header))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_no_data_fault_is_silent(fault):
    """A fault is refused in words that name it, or flagged by its code."""
    if not fault.found.startswith("PM"):
        with pytest.raises(ProjectError) as refused:
            faulty_project(fault.inject)
        assert fault.found in str(refused.value)
        return
    found = check(faulty_project(fault.inject), today=STATUS, earlier=clean_project())
    assert fault.found in {finding.code for finding in found}, str(found)


def test_every_rule_is_shown_by_a_fault():
    """A rule that no fault can break is not tested."""
    shown = {fault.found for fault in FAULTS if fault.found.startswith("PM")}
    assert set(RULES) - shown == {"PM607"}, "PM607 repeats what reading noticed"


def test_most_of_the_catalogue_occurs_in_these_tables():
    """D1 to D29; D17, D22 to D25 and D27 belong to the readers of files."""
    shown = {int(fault.id[1:]) for fault in FAULTS if fault.id.startswith("D")}
    assert set(range(1, 30)) - shown == {17, 22, 23, 24, 25, 27}


@pytest.mark.parametrize("table", [name for name in clean_rows() if name != "tasks"])
def test_a_project_without_one_of_its_tables_can_be_checked(table):
    """Every table but tasks may be missing; what needs it says so, as a finding or not at all."""
    missing = {table: []}
    if table == "calendars":
        missing |= {"exceptions": [], "header": Header("p", "P", day(0))}
    if table == "resources":
        missing |= {"assignments": []}
    assert not check(clean_project(**missing)).errors


def test_tasks_alone_can_be_checked():
    """The smallest project: a header and one task."""
    found = check(Project(Header("p", "P", day(0)), tasks=[{"id": "1", "name": "A"}]))
    assert {f.code for f in found} == {"PM111", "PM112", "PM303", "PM601"}


def test_a_loop_of_ten_thousand_tasks_is_found():
    """D1: no recursion error, and an answer in seconds."""
    ids = [str(k) for k in range(10_000)]
    tasks = pd.DataFrame({"id": ids, "name": ids, "duration_hours": 8.0})
    links = pd.DataFrame({"predecessor_id": ids, "successor_id": [*ids[1:], "0"]})
    found = check(Project(Header("p", "P", day(0)), tasks=tasks, links=links))
    assert "PM101" in {finding.code for finding in found.errors}
