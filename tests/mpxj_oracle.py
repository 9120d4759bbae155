"""The dates that MPXJ's own schedulers give a project: an oracle independent of pmtools.

Projects go in and dates come out of one child process: a Java machine cannot be started twice.
"""

import json
import pickle
import subprocess
import sys
from functools import cache
from typing import Any

import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.formats.schedule_file.java import start_java
from pmtools.project import Project
from pmtools.project.working_time import calendars_of

DATES = ("early_start", "early_finish", "late_start", "late_finish")
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
EPOCH = pd.Timestamp("1970-01-01")
LINKS = {"FS": "FINISH_START", "SS": "START_START", "FF": "FINISH_FINISH", "SF": "START_FINISH"}
CONSTRAINTS = {
    "": "AS_SOON_AS_POSSIBLE",
    "ALAP": "AS_LATE_AS_POSSIBLE",
    "SNET": "START_NO_EARLIER_THAN",
    "SNLT": "START_NO_LATER_THAN",
    "FNET": "FINISH_NO_EARLIER_THAN",
    "FNLT": "FINISH_NO_LATER_THAN",
    "MSO": "MUST_START_ON",
    "MFO": "MUST_FINISH_ON",
}
SOFT = {"MSO": "START_ON", "MFO": "FINISH_ON"}
"""What the two are called where they give way to predecessors, as in Primavera."""
LAG_CALENDARS = {
    "": "PREDECESSOR", "predecessor": "PREDECESSOR", "successor": "SUCCESSOR",
    "project": "PROJECT_DEFAULT", "24h": "TWENTY_FOUR_HOUR",
}  # fmt: skip
FLOATS = {"": "FINISH_SLACK", "finish": "FINISH_SLACK", "start": "START_SLACK",
    "smallest": "SMALLEST_SLACK"}  # fmt: skip


def oracle(projects: list[Project]) -> list[pd.DataFrame]:
    """Early and late dates and total float of the tasks of each project, by task id."""
    done = subprocess.run(
        [sys.executable, __file__], input=pickle.dumps(projects), capture_output=True, check=True
    )
    return [_frame(rows) for rows in json.loads(done.stdout)]


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).set_index("id")
    return frame.assign(**{name: pd.to_datetime(frame[name], format="ISO8601") for name in DATES})


@cache
def java_class(name: str) -> Any:
    """A class of Java by its full name."""
    import jpype

    return jpype.JClass(name)


@cache
def java_enum(kind: str, name: str) -> Any:
    """A value of one of MPXJ's enums."""
    return getattr(java_class(f"org.mpxj.{kind}"), name)


def java_duration(hours: float, unit: str = "HOURS") -> Any:
    """A Duration."""
    return java_class("org.mpxj.Duration").getInstance(hours, java_enum("TimeUnit", unit))


def instant(value: Any) -> Any:
    """A LocalDateTime; null where it is not known."""
    if value is None or pd.isna(value):
        return None
    seconds = (value - EPOCH) // pd.Timedelta(seconds=1)
    return java_class("java.time.LocalDateTime").ofEpochSecond(seconds, 0, _utc())


@cache
def _utc() -> Any:
    return java_class("java.time.ZoneOffset").UTC


def put(target: Any, **values: Any) -> None:
    """Set fields of an MPXJ object by their names in Java."""
    for name, value in values.items():
        if value is not None:
            getattr(target, f"set{name}")(value)


def scheduled(project: Project) -> list[dict[str, Any]]:
    """One project through MPXJ; only where Java runs."""
    file = java_class("org.mpxj.ProjectFile")()
    is_primavera = project.header.scheduling == "primavera_p6"
    calendars = {name: _calendar(file, each) for name, each in calendars_of(project).items()}
    properties = file.getProjectProperties()
    put(
        properties,
        DefaultCalendar=calendars[""],
        StatusDate=instant(project.header.status_date),
        RelationshipLagCalendar=java_enum(
            "RelationshipLagCalendar", LAG_CALENDARS[project.header.lag_calendar]
        ),
        TotalSlackCalculationType=java_enum(
            "TotalSlackCalculationType", FLOATS[project.header.total_float]
        ),
    )
    tasks = _tasks(file, project, calendars, is_primavera)
    for link in project.links.to_dict("records"):
        _link(tasks, link)
    name = "Primavera" if is_primavera else "Microsoft"
    scheduler = java_class(f"org.mpxj.cpm.{name}Scheduler")()
    scheduler.schedule(file, instant(project.header.start))
    return [
        {"id": key, **_dates(task, is_primavera), "total_float": _float(task)}
        for key, task in tasks.items()
        if not task.getSummary()
    ]


def _calendar(file: Any, calendar: WorkCalendar) -> Any:
    """A calendar in MPXJ; a night that reaches into the next day is not needed here."""
    found = file.addCalendar()
    put(found, Name=calendar.id or "default")
    for day, shifts in zip(DAYS, calendar.week, strict=True):
        weekday = getattr(java_class("java.time.DayOfWeek"), day)
        found.setCalendarDayType(
            weekday, java_enum("DayType", "WORKING" if shifts else "NON_WORKING")
        )
        _add_hours(found.addCalendarHours(weekday), shifts)
    for first, last, shifts in calendar.exceptions:
        ends = (java_class("java.time.LocalDate").ofEpochDay(day) for day in (first, last))
        _add_hours(found.addCalendarException(*ends), shifts)
    return found


def _add_hours(target: Any, shifts: Any) -> None:
    clock = java_class("java.time.LocalTime")
    for start, finish in shifts:
        ends = (clock.ofSecondOfDay(minute % 1440 * 60) for minute in (start, finish))
        target.add(java_class("org.mpxj.LocalTimeRange")(*ends))


def _tasks(file: Any, project: Project, calendars: Any, is_primavera: bool) -> dict[str, Any]:
    reported = project.latest_progress()
    known = dict(zip(reported["task_id"], reported.to_dict("records"), strict=True))
    clocks = calendars_of(project)
    finishing = set(project.links.loc[project.links["kind"].isin(["FS", "FF"]), "successor_id"])
    tasks: dict[str, Any] = {}
    until = java_enum("ConstraintType", "FINISH_NO_LATER_THAN")
    for number, row in enumerate(project.tasks.to_dict("records"), 1):
        parent = tasks[row["parent_id"]] if row["parent_id"] else file
        task = tasks[row["id"]] = parent.addTask()
        is_milestone = row["kind"] == "milestone"
        is_end = row["id"] in finishing or row["constraint"] in ("FNET", "FNLT", "MFO")
        is_start = row["is_start_milestone"] or not is_end
        kind = "START_MILESTONE" if is_start else "FINISH_MILESTONE"
        kind = {"milestone": kind, "level_of_effort": "LEVEL_OF_EFFORT"}.get(
            row["kind"], "TASK_DEPENDENT"
        )
        names = CONSTRAINTS | (SOFT if is_primavera else {})
        constraint, date = row["constraint"], row["constraint_date"]
        if not constraint and not is_primavera and not row["levelling_delay_hours"]:
            constraint, date = "SNET", project.header.start
        put(
            task,
            UniqueID=java_class("java.lang.Integer")(number),
            Name=row["name"],
            Active=bool(row["is_active"]),
            Milestone=is_milestone,
            ActivityType=java_enum("ActivityType", kind) if is_primavera else None,
            PercentCompleteType=java_enum("PercentCompleteType", "PHYSICAL"),
            ConstraintType=java_enum("ConstraintType", names[constraint]),
            ConstraintDate=instant(date),
            Deadline=instant(row["deadline"]),
            SecondaryConstraintType=until if pd.notna(row["deadline"]) else None,
            SecondaryConstraintDate=instant(row["deadline"]),
            LevelingDelay=java_duration(row["levelling_delay_hours"], "ELAPSED_HOURS"),
            Calendar=calendars[row["calendar_id"]] if is_primavera or row["calendar_id"] else None,
        )
        task.setSummary(row["kind"] == "summary")
        if row["kind"] != "summary":
            _progress(project, task, row, known.get(row["id"], {}), clocks, is_primavera)
    return tasks


def _progress(
    project: Project, task: Any, row: Any, fact: Any, clocks: Any, is_primavera: bool
) -> None:
    """Durations done, left and in all: Primavera's in all reaches from start to finish."""
    hours = 0.0 if pd.isna(row["duration_hours"]) else row["duration_hours"]
    start, finish = fact.get("actual_start"), fact.get("actual_finish")
    left = hours if not fact else 0.0 if pd.notna(finish) else fact["remaining_hours"]
    done, unit = hours - left, "ELAPSED_HOURS" if row["is_elapsed"] else "HOURS"
    if is_primavera and fact:
        until = project.header.status_date if pd.isna(finish) else finish
        done = max(0.0, clocks[row["calendar_id"]].hours_between(start, until))
        hours = done + left
    put(
        task,
        Duration=java_duration(hours, unit),
        PlannedDuration=java_duration(hours, unit),
        ActualDuration=java_duration(done, unit),
        RemainingDuration=java_duration(left, unit),
        ActualStart=instant(start),
        ActualFinish=instant(finish),
    )


UNITS = {"working": "HOURS", "elapsed": "ELAPSED_HOURS", "percent": "PERCENT"}


def _link(tasks: dict[str, Any], link: Any) -> None:
    relation = java_class("org.mpxj.Relation$Builder")()
    relation.predecessorTask(tasks[link["predecessor_id"]])
    relation.type(java_enum("RelationType", LINKS[link["kind"]]))
    relation.lag(java_duration(link["lag_hours"], UNITS[link["lag_kind"]]))
    tasks[link["successor_id"]].addPredecessor(relation)


def _dates(task: Any, is_primavera: bool) -> dict[str, str | None]:
    """Of tasks as late as possible, the dates at which MPXJ's Microsoft scheduler plans them."""
    moves = task.getConstraintType().name() == "AS_LATE_AS_POSSIBLE" and not is_primavera
    found = {}
    for name in DATES:
        field = name.removeprefix("early_") if moves and task.getActualStart() is None else name
        value = getattr(task, "get" + field.title().replace("_", ""))()
        found[name] = None if value is None else str(value)
    return found


def _float(task: Any) -> float | None:
    """Total float in hours."""
    value = task.getTotalSlack()
    return None if value is None else float(value.getDuration())


if __name__ == "__main__":
    start_java()
    json.dump([scheduled(each) for each in pickle.load(sys.stdin.buffer)], sys.stdout)
