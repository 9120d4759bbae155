"""Rows of our tables from what MPXJ read, by its own getters; runs in a child process.

Getters are used and not MPXJ's JSON, which loses what `elapsed` and `percent` mean in a lag.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmtools.formats.schedule_file.calendars import Calendars, Row
from pmtools.formats.schedule_file.java import (
    hours,
    instant,
    is_elapsed,
    java_enum,
    number,
    text,
    word,
)
from pmtools.formats.schedule_file.options import MANDATORY, options_of
from pmtools.formats.schedule_file.own_columns import FLAGS, OwnColumns
from pmtools.formats.schedule_file.records import refusal
from pmtools.formats.schedule_file.resources import ACCRUALS, Resources

CONSTRAINTS = {
    "AS_LATE_AS_POSSIBLE": "ALAP",
    "START_NO_EARLIER_THAN": "SNET",
    "START_NO_LATER_THAN": "SNLT",
    "FINISH_NO_EARLIER_THAN": "FNET",
    "FINISH_NO_LATER_THAN": "FNLT",
    "MUST_START_ON": "MSO",
    "MUST_FINISH_ON": "MFO",
    "START_ON": "MSO",
    "FINISH_ON": "MFO",
}
NO_CURRENCY = "XXX"
"""ISO 4217 says so; a file of Primavera always has a currency."""


class Rows:
    """One file on its way to our tables."""

    def __init__(self, path: Path, kind: str, plan: Any) -> None:
        self.path, self.kind, self.plan = path, kind, plan
        self.is_primavera = kind in ("xer", "pmxml")
        self.properties = plan.getProjectProperties()
        self.options = options_of(plan, self.is_primavera)
        self.calendars, self.own = Calendars(plan), OwnColumns(plan)
        self.resources = Resources(plan, self.own, self.calendars)
        every = [task for task in plan.getTasks() if not task.getNull()]
        self.root = self._root(every)
        self.tasks = [task for task in every if task != self.root]
        self.positions = {self._id(t): i for i, t in enumerate(self.tasks)}
        self.leaves = [task for task in self.tasks if self._kind(task) != "summary"]
        self.has_baseline = not self.is_primavera or bool(len(plan.getBaselines()))

    def content(self) -> dict[str, Any]:
        """Header, tables, row numbers as the source tool shows them, and what was derived."""
        status_date, note = self._status_date()
        tables = {
            "tasks": [self._task(task) for task in self.tasks],
            "links": sorted(map(self._link, self.plan.getRelations()), key=self._link_order),
            "progress": list(self._progress(status_date)),
            "resources": list(self.resources.rows()),
            "departments": self.resources.departments(),
            "rates": list(self.resources.rates()),
            "availability": list(self.resources.availability()),
            "assignments": self.resources.assignments(
                {self._id(task): self._defaults(task) for task in self.tasks}
            ),
            "calendars": self.calendars.rows(),
            "exceptions": self.calendars.exception_rows(),
            "baseline": list(self._baseline()),
            "costs": list(self._costs(status_date)),
        }
        header = self._header() | {"status_date": status_date}
        self._refuse_idle_calendars(header, tables)
        numbers = [int(task.getID() or 0) for task in self.tasks]
        return {"header": header, "tables": tables, "task_numbers": numbers, "note": note}

    def _root(self, tasks: list[Any]) -> Any:
        """The row that stands for the project itself: uid 0, or the top of Primavera's WBS."""
        tops = [task for task in tasks if task.getParentTask() is None]
        if self.is_primavera:
            is_wbs = len(tops) == 1 and tops[0].getActivityType() is None
            return tops[0] if is_wbs else None
        return next((task for task in tops if task.getUniqueID() == 0), None)

    def _header(self) -> Row:
        p = self.properties
        stem = self.path.name.removesuffix(self.path.suffix).removesuffix(".mspdi")
        starts = [task.getStart() for task in self.tasks if task.getStart() is not None]
        planned = p.getPlannedStart() if self.is_primavera else None
        start = planned or p.getStartDate() or min(starts, key=str, default=None)
        top = text(self.root.getName()) if self.root is not None else ""
        return {
            "id": (text(p.getProjectID()) if self.is_primavera else "") or stem,
            "name": top or text(p.getProjectTitle()) or text(p.getName()) or stem,
            "start": instant(start),
            "currency": text(p.getCurrencyCode()) or self._base_currency(),
            "deadline": instant(p.getMustFinishBy()),
            "hours_per_day": (number(p.getMinutesPerDay()) or 480) / 60,
            "calendar_id": self.calendars.id_of(self.plan.getDefaultCalendar()),
            **self.options,
        }

    def _base_currency(self) -> str:
        """Primavera's currency of exchange rate 1, where it is named by its ISO code."""
        base = [c for c in self.plan.getCurrencies() if number(c.getExchangeRate()) == 1.0]
        code = text(base[0].getCurrencyID()) if len(base) == 1 else ""
        return code if re.fullmatch("[A-Z]{3}", code) and code != NO_CURRENCY else ""

    def _status_date(self) -> tuple[dt.datetime | None, str]:
        """The file's own, or the last day for which it knows that something was done."""
        own = instant(self.properties.getStatusDate())
        facts = [
            instant(value)
            for task in self.leaves
            for value in (task.getActualStart(), task.getActualFinish(), task.getStop())
            if task.getActualStart() is not None
        ]
        latest = max(filter(None, facts), default=None)
        if own or latest is None:
            return own, ""
        return latest, f"no status date in the file; {latest:%Y-%m-%d %H:%M} is its last progress"

    def _kind(self, task: Any) -> str:
        activity = word(task.getActivityType())
        if activity in ("LEVEL_OF_EFFORT", "HAMMOCK", "WBS_SUMMARY"):
            return "level_of_effort"
        if task.hasChildTasks() or (self.is_primavera and not activity):
            return "summary"
        return "milestone" if task.getMilestone() and not self._hours(task) else "task"

    def _id(self, task: Any) -> str:
        return self.own.id_of("Task", task)

    def _defaults(self, task: Any) -> Any:
        """What a day is worth: Primavera asks the task's calendar, Microsoft the project."""
        return task.getEffectiveCalendar() if self.is_primavera else self.properties

    def _duration(self, task: Any) -> Any:
        """As planned; Primavera schedules what remains, also of a task that has not started."""
        if not self.is_primavera:
            return task.getDuration() or task.getManualDuration()
        remaining = None if task.getActualStart() else task.getRemainingDuration()
        return remaining or task.getPlannedDuration() or task.getDuration()

    def _hours(self, task: Any) -> float | None:
        return hours(self._duration(task), self._defaults(task))

    def _task(self, task: Any) -> Row:
        constraint, constraint_date, remarks = self._constraint(task)
        kind, parent = self._kind(task), task.getParentTask()
        # Primavera computes the spans of summaries from what is below them.
        is_computed = self.is_primavera and kind == "summary"
        return {
            "id": self._id(task),
            "code": self._code(task),
            "wbs": self._wbs(task),
            "name": text(task.getName()) or "(without name)",
            "parent_id": "" if parent in (None, self.root) else self._id(parent),
            "kind": kind,
            "duration_hours": None if is_computed else self._hours(task),
            "is_elapsed": is_elapsed(self._duration(task)),
            "is_active": bool(task.getActive()),
            "calendar_id": self._calendar_id(task),
            "constraint": constraint,
            "constraint_date": constraint_date,
            "deadline": instant(task.getDeadline()) or self._limit(task),
            "levelling_delay_hours": hours(task.getLevelingDelay(), self.properties) or 0.0,
            "ignores_resource_calendars": not self.is_primavera
            and bool(task.getIgnoreResourceCalendar()),
            **{flag: word(task.getActivityType()) == kind for flag, kind in FLAGS.items()},
            "priority": number(task.getPriority() and task.getPriority().getValue()),
            "fixed_cost": number(task.getFixedCost()),
            "cost_accrual": ACCRUALS.get(word(task.getFixedCostAccrual())),
            "owner_id": self.own.id_of("Resource", task.getPrimaryResource()),
            "notes": "\n".join(filter(None, [_notes(task), *remarks])),
            **{c: value for c, value in self.own.of("Task", task).items() if c != "rag_status"},
        }

    def _code(self, task: Any) -> str:
        activity = text(task.getActivityID()) if self._kind(task) != "summary" else ""
        return activity or self._wbs(task)

    def _wbs(self, task: Any) -> str:
        """Without the project's own code, with which each of Primavera's begins."""
        top = text(self.root.getWBS()) if self.is_primavera and self.root is not None else ""
        return text(task.getWBS()).removeprefix(top).removeprefix("." if top else "")

    def _calendar_id(self, task: Any) -> str:
        """Primavera gives each activity a calendar; the project's own is not said again."""
        own = self.calendars.id_of(task.getCalendar())
        usual = self.calendars.id_of(self.plan.getDefaultCalendar())
        return "" if self.is_primavera and own == usual else own

    def _constraint(self, task: Any) -> tuple[str, dt.datetime | None, list[str]]:
        """One constraint with its date, and remarks on what one cannot say."""
        kind, day = word(task.getConstraintType()), instant(task.getConstraintDate())
        second = CONSTRAINTS.get(word(task.getSecondaryConstraintType()), "")
        remarks = []
        if second not in ("", "FNLT"):
            until = instant(task.getSecondaryConstraintDate())
            remarks.append(f"[import] second constraint left out: {second} {until}")
        if self.is_primavera and kind in MANDATORY and self.options["constraints"] != "hard":
            remarks.append(f"[import] {kind} is held as one that gives way to predecessors")
        if word(task.getActivityType()) == "RESOURCE_DEPENDENT" and self._have_several(task):
            remarks.append("[import] resources with different calendars: worked in the task's own")
        if word(task.getTaskMode()) == "MANUALLY_SCHEDULED" or task.getExternalTask():
            pinned = instant(task.getStart())
            if pinned and self._kind(task) != "summary":
                return "MSO", pinned, [*remarks, "[import] scheduled by hand: held by MSO"]
        return CONSTRAINTS.get(kind, ""), day if kind in CONSTRAINTS else None, remarks

    def _have_several(self, task: Any) -> bool:
        """Whether the people and equipment of a task have different calendars."""
        assigned = [each.getResource() for each in task.getResourceAssignments()]
        working = [each for each in assigned if each and word(each.getType()) != "MATERIAL"]
        return len({self.calendars.id_of(each.getCalendar()) for each in working}) > 1

    def _limit(self, task: Any) -> dt.datetime | None:
        """Primavera's second constraint is its deadline."""
        is_one = CONSTRAINTS.get(word(task.getSecondaryConstraintType())) == "FNLT"
        return instant(task.getSecondaryConstraintDate()) if is_one else None

    def _link(self, link: Any) -> Row:
        before, lag = link.getPredecessorTask(), link.getLag()
        unit = lag.getUnits().name() if lag is not None else ""
        row = {
            "predecessor_id": self._id(before),
            "successor_id": self._id(link.getSuccessorTask()),
            "kind": text(link.getType()),
        }
        if unit == "PERCENT":
            return row | {"lag_hours": float(lag.getDuration()), "lag_kind": "percent"}
        if unit == "ELAPSED_PERCENT":
            share = float(lag.getDuration()) / 100
            return row | {"lag_hours": share * (self._hours(before) or 0.0), "lag_kind": "elapsed"}
        return row | {
            "lag_hours": hours(lag, self._defaults(link.getSuccessorTask())) or 0.0,
            "lag_kind": "elapsed" if is_elapsed(lag) else "working",
        }

    def _link_order(self, row: Row) -> tuple[int, int, str]:
        """By successor, then predecessor: each format stores them in an order of its own."""
        last = len(self.positions)
        before, after = row["predecessor_id"], row["successor_id"]
        return self.positions.get(after, last), self.positions.get(before, last), row["kind"]

    def _progress(self, status_date: dt.datetime | None) -> Iterator[Row]:
        for task in self.leaves:
            percent, finished = self._percent(task), instant(task.getActualFinish())
            if task.getActualStart() is None and not percent:
                continue
            remaining = hours(task.getRemainingDuration(), self._defaults(task))
            if remaining is None:
                remaining = (self._hours(task) or 0.0) * (100 - percent) / 100
            yield {
                "status_date": status_date,
                "task_id": self._id(task),
                "actual_start": instant(task.getActualStart()),
                "actual_finish": finished,
                "remaining_hours": 0.0 if finished else remaining,
                "percent_complete": percent,
                "rag_status": self.own.of("Task", task).get("rag_status", ""),
                "resume_date": None if finished else _resumed(task),
            }

    def _percent(self, task: Any) -> float:
        field = "PercentageComplete"
        if self.is_primavera:
            field = "ActivityPercentComplete"
        elif word(task.getEarnedValueMethod()) == "PHYSICAL_PERCENT_COMPLETE":
            field = "PhysicalPercentComplete"
        return number(getattr(task, f"get{field}")()) or 0.0

    def _baseline(self) -> Iterator[Row]:
        """The current baseline of the leaves; summaries are rolled up from them."""
        approved = instant(self.properties.getBaselineDate())
        has_fixed = any(number(task.getBaselineFixedCost()) for task in self.leaves)
        unpriced = 0.0 if any(number(task.getBaselineCost()) for task in self.leaves) else None
        for task in self.leaves if self.has_baseline else ():
            start, finish = instant(task.getBaselineStart()), instant(task.getBaselineFinish())
            day = self._defaults(task)
            if start and finish:
                yield {
                    "task_id": self._id(task),
                    "start": start,
                    "finish": finish,
                    "duration_hours": hours(task.getBaselineDuration(), day) or 0.0,
                    "work_hours": hours(task.getBaselineWork(), day) or 0.0,
                    "fixed_cost": number(task.getBaselineFixedCost()) if has_fixed else None,
                    "cost": number(task.getBaselineCost()) or unpriced,
                    "approved_date": approved and approved.date(),
                }

    def _costs(self, status_date: dt.datetime | None) -> Iterator[Row]:
        """Actual cost, where somebody recorded it.

        Without a record both tools compute it as percent complete times planned cost. Such
        numbers say nothing about money spent, so that none is taken over unless one differs.
        """
        spent = [(task, number(task.getActualCost()) or 0.0) for task in self.leaves]
        if not status_date or not any(self._is_recorded(*pair) for pair in spent):
            return
        for task, cost in spent:
            if cost:
                yield {
                    "date": (instant(task.getActualFinish()) or status_date).date(),
                    "task_id": self._id(task),
                    "amount": round(cost, 4),
                    "note": "actual cost in the schedule file",
                }

    def _is_recorded(self, task: Any, cost: float) -> bool:
        planned = number(task.getBaselineCost() if self.has_baseline else None)
        if not planned:
            planned = number(task.getCost()) or 0.0
        return abs(cost - planned * self._percent(task) / 100) > max(0.01 * planned, 0.05)

    def _refuse_idle_calendars(self, header: Row, tables: dict[str, list[Row]]) -> None:
        used = {header["calendar_id"]}
        used |= {row["calendar_id"] for name in ("tasks", "resources") for row in tables[name]}
        idle = self.calendars.without_work(used)
        if idle:
            names = ", ".join(f'"{name}"' for name in idle)
            raise refusal(self.path, f"no work is possible in calendar {names}")


def _resumed(task: Any) -> dt.datetime | None:
    """When work goes on after a pause; the night or weekend between two shifts is none."""
    stop, resume = task.getStop() or task.getSuspendDate(), task.getResume()
    if resume is None or task.getActualStart() is None:
        return None
    calendar = task.getEffectiveCalendar()
    is_paused = stop is None or (
        bool(resume.isAfter(stop))
        and float(calendar.getWork(stop, resume, java_enum("TimeUnit", "HOURS")).getDuration()) > 0
    )
    return instant(resume) if is_paused else None


def _notes(task: Any) -> str:
    """Remarks as one text; Primavera keeps them by topic, and names all but the usual one."""
    notes = task.getNotesObject()
    if not hasattr(notes, "getChildNotes"):
        return text(task.getNotes()).strip()
    usual = task.getParentFile().getNotesTopics().getDefaultTopic().getName()
    parts = []
    for note in notes.getChildNotes():
        topic = text(note.getNotesTopic().getName())
        words = "\n".join(line.strip() for line in text(note.getNotes()).strip().split("\n"))
        parts.append(words if topic == usual else f"{topic}: {words}")
    return "\n".join(parts)
