"""Changes of who works, and when: more people, other people, more hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from pmtools.calendars import DAY, WorkCalendar, minutes_of
from pmtools.decide.scenario.change import (
    Aspect,
    Change,
    finished,
    names_said,
    remaining_hours,
    rescaled,
    resource_name,
    with_cost,
    with_rows,
)  # fmt: skip
from pmtools.errors import Problem
from pmtools.project import Project
from pmtools.project.working_time import calendars_of
from pmtools.schedule import Schedule, schedule
from pmtools.words import day, number, percent


@dataclass(frozen=True)
class RampUp:
    """What a new person costs at first: adding people to a late project makes it later (Brooks).

    For `days` working days the newcomer does `productivity` of a usual hour's work, and takes
    `mentoring` of an hour from those who are there, for every hour. Judgements, to be adjusted:
    F. Brooks, The Mythical Man-Month (1975), gives the rule, not the numbers.
    """

    days: float = 10.0
    productivity: float = 0.5
    mentoring: float = 0.25

    def __str__(self) -> str:
        if not self.days:
            return "no ramp-up"
        return (
            f"ramp-up of {number(self.days)} d at {percent(100 * self.productivity)}, "
            f"mentoring {percent(100 * self.mentoring)}"
        )


@dataclass(frozen=True)
class AddPerson(Change):
    """A further person, or more of a role, shares the work that remains of some tasks.

    The work of a task can be shared in full; what the ramp-up costs is added.
    """

    kind: ClassVar[str] = "add_person"
    resource_id: str
    task_ids: tuple[str, ...]
    name: str = ""
    units: float = 1.0
    hourly_rate: float | None = None
    ramp_up: RampUp = field(default_factory=RampUp)

    def _is_new(self, project: Project) -> bool:
        return self.resource_id not in set(project.resources["id"])

    def sentence(self, project: Project) -> str:
        who = self.name if self._is_new(project) else resource_name(project, self.resource_id)
        who = who or self.resource_id
        share = "" if self.units == 1 else f" at {percent(100 * self.units)}"
        return f"{who}{share} joins {names_said(project, self.task_ids)} ({self.ramp_up})"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        for each in self.task_ids:
            yield "duration", each

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, *self.task_ids)
        yield from self.not_within("the share of a person", self.units, 0.05, 100)
        yield from self.not_within("the days of ramp-up", self.ramp_up.days, 0, 250)
        yield from self.not_within("the productivity", self.ramp_up.productivity, 0, 1)
        yield from self.not_within("the mentoring", self.ramp_up.mentoring, 0, 1)
        if self._is_new(project) and not self.name:
            yield from self.unknown(project, "resources", self.resource_id)
        used = project.assignments
        taken = used.loc[used["resource_id"] == self.resource_id, "task_id"]
        for each in [task for task in self.task_ids if task in set(taken)]:
            yield self.problem(f"the person is on {names_said(project, [each])} already",
                               "Choose another task, or another person.")  # fmt: skip

    def apply(self, project: Project) -> Project:
        new = {"task_id": list(self.task_ids), "resource_id": self.resource_id, "units": self.units}
        left = remaining_hours(project, self.task_ids)
        factors = self._factors(project, left)
        shorter = rescaled(project, factors, keeps_work=False)
        rows = pd.DataFrame(new).assign(
            work_hours=[self.units * left[task] * factors[task] for task in self.task_ids]
        )
        tables = {"assignments": with_rows(shorter, "assignments", rows.to_dict("records"))}
        if self._is_new(project):
            person = {"id": self.resource_id, "name": self.name, "capacity": max(1.0, self.units)}
            tables["resources"] = with_rows(shorter, "resources", [person])
        if self.hourly_rate is not None:
            rate = {"resource_id": self.resource_id, "hourly_rate": self.hourly_rate}
            others = shorter.rates[shorter.rates["resource_id"] != self.resource_id]
            tables["rates"] = pd.concat([others, pd.DataFrame([rate])], ignore_index=True)
        return shorter.replace(**tables)

    def _factors(self, project: Project, left: pd.Series) -> dict[str, float]:
        """What remains of each task, as a share: in the order of their starts, ramp-up once."""
        plan = schedule(project)
        starts = plan.tasks.set_index("id")["start"].reindex(list(self.task_ids))
        ramp = self.ramp_up.days * project.header.hours_per_day
        people = project.resources.loc[project.resources["kind"].isin(["person", "role"]), "id"]
        used = project.assignments[project.assignments["resource_id"].isin(people)]
        units = used.groupby("task_id")["units"].sum()
        found = {}
        for task in starts.sort_values(kind="stable").index:
            there, work = float(units.get(task, 0.0)) or 1.0, float(left[task])
            slow = there + self.units * (self.ramp_up.productivity - self.ramp_up.mentoring)
            in_ramp = min(ramp, work * there / slow) if slow > 0 else ramp
            rest = max(0.0, work * there - slow * in_ramp)
            lasts = in_ramp + rest / (there + self.units)
            ramp = max(0.0, ramp - lasts)
            found[task] = lasts / work if work > 0 else 1.0
        return found


@dataclass(frozen=True)
class SwapPerson(Change):
    """Somebody else does what remains of some tasks (all of theirs, where none is named).

    `speed` is the share of the work of the one who leaves that the other does in an hour.
    """

    kind: ClassVar[str] = "swap_person"
    leaves_id: str
    joins_id: str
    task_ids: tuple[str, ...] = ()
    speed: float = 1.0

    def _tasks(self, project: Project) -> list[str]:
        rows = project.assignments
        mine = rows.loc[rows["resource_id"] == self.leaves_id, "task_id"]
        wanted = mine if not self.task_ids else mine[mine.isin(self.task_ids)]
        return [task for task in wanted if task not in finished(project)]

    def sentence(self, project: Project) -> str:
        one, other = (resource_name(project, e) for e in (self.joins_id, self.leaves_id))
        speed = "" if self.speed == 1 else f", at {percent(100 * self.speed)} of the pace"
        return f"{one} instead of {other} on {names_said(project, self._tasks(project))}{speed}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        for each in self._tasks(project):
            yield "person", f"{self.leaves_id}\0{each}"

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.unknown(project, "resources", self.leaves_id, self.joins_id)
        yield from self.not_open(project, *self.task_ids)
        yield from self.not_within("the pace", self.speed, 0.05, 20)
        if not self._tasks(project):
            yield self.problem(f"{resource_name(project, self.leaves_id)} has nothing of it to do",
                               "Choose tasks on which they are assigned.")  # fmt: skip

    def apply(self, project: Project) -> Project:
        tasks, rows = self._tasks(project), project.assignments
        mine = (rows["resource_id"] == self.leaves_id) & rows["task_id"].isin(tasks)
        there = rows.loc[rows["resource_id"] == self.joins_id, "task_id"]
        doubled = mine & rows["task_id"].isin(there)
        given = rows.assign(resource_id=rows["resource_id"].mask(mine, self.joins_id))[~doubled]
        owned = (project.tasks["owner_id"] == self.leaves_id) & project.tasks["id"].isin(tasks)
        owner = project.tasks["owner_id"].mask(owned, self.joins_id)
        changed = project.replace(assignments=given, tasks=project.tasks.assign(owner_id=owner))
        if self.speed == 1:
            return changed
        return rescaled(changed, dict.fromkeys(tasks, 1 / self.speed), keeps_work=False)


@dataclass(frozen=True)
class Reassign(Change):
    """Another department, and its owner, does some tasks."""

    kind: ClassVar[str] = "reassign"
    task_ids: tuple[str, ...]
    department_id: str
    owner_id: str = ""

    def sentence(self, project: Project) -> str:
        names = project.departments.set_index("id")["name"]
        return f"{names_said(project, self.task_ids)} done by {names.get(self.department_id)}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        for each in self.task_ids:
            yield "department", each

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, *self.task_ids)
        yield from self.unknown(project, "departments", self.department_id)
        if self.owner_id:
            yield from self.unknown(project, "resources", self.owner_id)

    def apply(self, project: Project) -> Project:
        tasks = project.tasks
        mine = tasks["id"].isin(self.task_ids)
        department = tasks["department_id"].mask(mine, self.department_id)
        owner = tasks["owner_id"].mask(mine & (self.owner_id != ""), self.owner_id)
        return project.replace(tasks=tasks.assign(department_id=department, owner_id=owner))


@dataclass(frozen=True)
class Overtime(Change):
    """More hours a day, or work at weekends, on some tasks for a while.

    `hours_a_day` are worked after the last shift of each working day; with `weekends` the hours of
    a usual day are worked on Saturdays and Sundays too. An hour of overtime does `productivity` of
    an hour's work, and is paid at `premium` times the usual rate (or the overtime rate, where the
    table of rates has one); the extra pay falls on the tasks.
    """

    kind: ClassVar[str] = "overtime"
    task_ids: tuple[str, ...]
    first: pd.Timestamp
    last: pd.Timestamp
    hours_a_day: float = 0.0
    weekends: bool = False
    premium: float = 1.5
    productivity: float = 1.0

    def sentence(self, project: Project) -> str:
        extra = [f"{self.hours_a_day:.4g} h more a day"] if self.hours_a_day else []
        extra += ["work at weekends"] if self.weekends else []
        return (
            f"{' and '.join(extra)} on {names_said(project, self.task_ids)}, "
            f"{day(self.first)} to {day(self.last)}"
        )

    def aspects(self, project: Project) -> Iterator[Aspect]:
        for each in self.task_ids:
            yield "calendar", each

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, *self.task_ids)
        yield from self.not_within("overtime a day", self.hours_a_day, 0, 12)
        yield from self.not_within("the premium", self.premium, 0, 10)
        yield from self.not_within("the productivity of overtime", self.productivity, 0.05, 1)
        if not self.hours_a_day and not self.weekends:
            yield self.problem("there is no overtime in it", "Give hours a day, or weekends.")
        if self.last < self.first:
            yield self.problem(f"it ends on {day(self.last)} before it begins on {day(self.first)}",
                               "Exchange the two days.")  # fmt: skip
        elif (self.last - self.first).days > 366:
            yield self.problem("it lasts longer than a year", "Choose a shorter span.")

    def apply(self, project: Project) -> Project:
        changed = self.move(project)
        if not any(self._premium_of(project, task) for task in self.task_ids):
            return changed
        return with_cost(changed, self._extra_pay(project, schedule(changed)))

    def move(self, project: Project) -> Project:
        calendars = calendars_of(project)
        tasks = project.tasks.set_index("id")
        used = tasks.loc[list(self.task_ids), "calendar_id"]
        fresh = {each: self._fresh_id(project, each) for each in used.unique()}
        days = [self._days(calendars[each], new) for each, new in fresh.items()]
        base = project.header.calendar_id
        named = [
            {"id": new, "name": f"{calendars[each].name or 'Usual hours'} with overtime",
             "base_id": each or base}
            for each, new in fresh.items()
        ]  # fmt: skip
        mine = project.tasks["id"].isin(self.task_ids)
        worked = project.tasks["calendar_id"].mask(mine, project.tasks["calendar_id"].map(fresh))
        return project.replace(
            calendars=with_rows(project, "calendars", named),
            exceptions=with_rows(project, "exceptions", [row for rows in days for row in rows]),
            tasks=project.tasks.assign(
                calendar_id=worked,
                ignores_resource_calendars=project.tasks["ignores_resource_calendars"] | mine,
                is_resource_dependent=project.tasks["is_resource_dependent"] & ~mine,
            ),
        )

    def _fresh_id(self, project: Project, calendar_id: str) -> str:
        known, n = set(project.calendars["id"]), 1
        while (found := f"{calendar_id or 'usual'}+{n}") in known:
            n += 1
        return found

    def _days(self, calendar: WorkCalendar, new: str) -> Iterator[dict[str, Any]]:
        """An exception for each day that is longer."""
        usual = max(calendar.week, key=_length)
        for when in pd.date_range(self.first.normalize(), self.last.normalize()):
            ordinal = int(minutes_of(when)) // DAY
            shifts = calendar.shifts_on(ordinal)
            if shifts:
                end = shifts[-1][1]
                extra = round(60 * self.hours_a_day * self.productivity)
                longer = (*shifts, (end, min(end + extra, DAY))) if end < DAY else shifts
            elif self.weekends and when.day_of_week >= 5:
                longer = tuple(_shortened(usual, self.productivity))
            else:
                continue
            if longer != shifts:
                said = " ".join(f"{_clock(a)}-{_clock(b)}" for a, b in longer if a < b)
                yield {"calendar_id": new, "from": when, "to": when, "name": "Overtime",
                       "shifts": said}  # fmt: skip

    def _extra_pay(self, project: Project, plan: Schedule) -> dict[str, float]:
        """What the overtime hours cost above usual ones, by task, where rates are known."""
        tasks = plan.tasks.set_index("id").loc[list(self.task_ids)]
        before, after = calendars_of(project), plan.calendars
        usual = project.tasks.set_index("id")["calendar_id"]
        now = plan.project.tasks.set_index("id")["calendar_id"]
        since = plan.status_date or plan.start
        found = {}
        for task, row in tasks.iterrows():
            begin = max(row["start"], since)
            hours = after[now[task]].hours_between(begin, row["finish"])
            more = float(hours - before[usual[task]].hours_between(begin, row["finish"]))
            found[str(task)] = self._premium_of(project, str(task)) * more / self.productivity
        return found

    def _premium_of(self, project: Project, task: str) -> float:
        """Extra pay for an hour of overtime on a task, of all who are assigned."""
        used = project.assignments[project.assignments["task_id"] == task]
        rates = project.rates.drop_duplicates("resource_id", keep="last").set_index("resource_id")
        rates = rates.reindex(used["resource_id"])
        usual = rates["hourly_rate"].fillna(0)
        extra = (rates["overtime_rate"] - usual).fillna(usual * (self.premium - 1))
        return float((extra.to_numpy() * used["units"].to_numpy()).sum())


def _length(shifts: Any) -> int:
    return sum(end - start for start, end in shifts)


def _shortened(shifts: Any, share: float) -> Iterator[tuple[int, int]]:
    for start, end in shifts:
        yield start, start + round((end - start) * share)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
