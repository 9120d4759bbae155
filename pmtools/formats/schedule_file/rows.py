"""Rows of our tables from what MPXJ read, by its own getters; runs in a child process.

Getters are used and not MPXJ's JSON, which loses what `elapsed` and `percent` mean in a lag.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pmtools.formats.schedule_file.calendars import Calendars, Row
from pmtools.formats.schedule_file.counts import refusal
from pmtools.formats.schedule_file.java import (
    hourly,
    hours,
    instant,
    is_elapsed,
    number,
    text,
)

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
ACCRUALS = {"START": "start", "END": "end", "PRORATED": "prorated"}
_RESOURCE_KINDS = {
    "WORK": "person",
    "NON_LABOR": "equipment",
    "MATERIAL": "material",
    "COST": "material",
}
_FOR_EVER = dt.datetime(1984, 1, 2), dt.datetime(2049, 12, 31)
"""MPXJ's bounds of a price or capacity that has no bounds: up to and from these instants."""


class Rows:
    """One file on its way to our tables."""

    def __init__(self, path: Path, kind: str, plan: Any) -> None:
        self.path, self.kind, self.plan = path, kind, plan
        self.is_primavera = kind in ("xer", "pmxml")
        self.properties = plan.getProjectProperties()
        self.calendars = Calendars(plan)
        every = [task for task in plan.getTasks() if not task.getNull()]
        self.root = self._root(every)
        self.tasks = [task for task in every if task != self.root]
        self.positions = {text(t.getUniqueID()): i for i, t in enumerate(self.tasks)}
        self.leaves = [task for task in self.tasks if self._kind(task) != "summary"]
        self.has_baseline = not self.is_primavera or bool(len(plan.getBaselines()))

    def content(self) -> dict[str, Any]:
        """Header, tables, row numbers as the source tool shows them, and what was derived."""
        status_date, note = self._status_date()
        progress = list(self._progress(status_date))
        tables = {
            "tasks": [self._task(task) for task in self.tasks],
            "links": sorted(map(self._link, self.plan.getRelations()), key=self._link_order),
            "progress": progress,
            "resources": list(self._resources()),
            "departments": [{"id": name, "name": name} for name in self._departments()],
            "rates": [row for r in self._named_resources() for row in self._rates(r)],
            "availability": [row for r in self._named_resources() for row in _availability(r)],
            "assignments": list(self._assignments()),
            "calendars": self.calendars.rows(),
            "exceptions": self.calendars.exception_rows(),
            "baseline": list(self._baseline()),
            "costs": list(self._costs(status_date)),
        }
        header = self._header() | {"status_date": status_date if progress or not note else None}
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
        start = p.getStartDate() or min(starts, key=str, default=None)
        top = text(self.root.getName()) if self.root is not None else ""
        return {
            "id": (text(p.getProjectID()) if self.is_primavera else "") or stem,
            "name": top or text(p.getProjectTitle()) or text(p.getName()) or stem,
            "start": instant(start),
            "currency": text(p.getCurrencyCode()),
            "deadline": instant(p.getMustFinishBy()),
            "hours_per_day": (number(p.getMinutesPerDay()) or 480) / 60,
            "calendar_id": self.calendars.id_of(self.plan.getDefaultCalendar()),
            "scheduling": "primavera_p6" if self.is_primavera else "microsoft_project",
        }

    def _status_date(self) -> tuple[dt.datetime | None, str]:
        """The file's own, or the last day for which it knows that something was done."""
        own = instant(self.properties.getStatusDate())
        facts = [
            instant(value)
            for task in self.leaves
            for value in (task.getActualStart(), task.getActualFinish(), task.getStop())
            if task.getActualStart() is not None and value is not None
        ]
        if own or not facts:
            return own, ""
        latest = max(fact for fact in facts if fact)
        return latest, f"no status date in the file; {latest:%Y-%m-%d %H:%M} is its last progress"

    def _kind(self, task: Any) -> str:
        activity = text(task.getActivityType() and task.getActivityType().name())
        if activity in ("LEVEL_OF_EFFORT", "HAMMOCK", "WBS_SUMMARY"):
            return "level_of_effort"
        if task.hasChildTasks() or (self.is_primavera and not activity):
            return "summary"
        return "milestone" if task.getMilestone() and not self._hours(task) else "task"

    def _defaults(self, task: Any) -> Any:
        """What a day is worth: Primavera asks the task's calendar, Microsoft the project."""
        return task.getEffectiveCalendar() if self.is_primavera else self.properties

    def _hours(self, task: Any) -> float:
        duration = task.getDuration() or task.getManualDuration()
        return hours(duration, self._defaults(task)) or 0.0

    def _task(self, task: Any) -> Row:
        constraint, constraint_date, remarks = self._constraint(task)
        parent = task.getParentTask()
        notes = [text(task.getNotes()).strip(), *remarks]
        return {
            "id": text(task.getUniqueID()),
            "code": text(task.getActivityID()) or text(task.getWBS()),
            "wbs": text(task.getWBS()),
            "name": text(task.getName()) or "(without name)",
            "parent_id": "" if parent in (None, self.root) else text(parent.getUniqueID()),
            "kind": self._kind(task),
            "duration_hours": self._hours(task),
            "is_elapsed": is_elapsed(task.getDuration()),
            "is_active": bool(task.getActive()),
            "calendar_id": self.calendars.id_of(task.getCalendar()),
            "constraint": constraint,
            "constraint_date": constraint_date,
            "deadline": instant(task.getDeadline()),
            "priority": number(task.getPriority() and task.getPriority().getValue()),
            "fixed_cost": number(task.getFixedCost()),
            "cost_accrual": ACCRUALS.get(_word(task.getFixedCostAccrual())),
            "owner_id": text(task.getPrimaryResourceUniqueID()),
            "notes": "\n".join(note for note in notes if note),
        }

    def _constraint(self, task: Any) -> tuple[str, dt.datetime | None, list[str]]:
        """One constraint with its date, and remarks on what one cannot say."""
        word, day = _word(task.getConstraintType()), instant(task.getConstraintDate())
        second = _word(task.getSecondaryConstraintType())
        remarks = []
        if second:
            until = instant(task.getSecondaryConstraintDate())
            remarks.append(f"[import] second constraint left out: {CONSTRAINTS[second]} {until}")
        if word in ("START_ON", "FINISH_ON"):
            remarks.append(f"[import] Primavera's {word} is held as {CONSTRAINTS[word]}")
        if _word(task.getTaskMode()) == "MANUALLY_SCHEDULED" or task.getExternalTask():
            pinned = instant(task.getStart())
            if pinned and self._kind(task) != "summary":
                return "MSO", pinned, [*remarks, "[import] scheduled by hand: held by MSO"]
        return CONSTRAINTS.get(word, ""), day if word in CONSTRAINTS else None, remarks

    def _link(self, link: Any) -> Row:
        before, lag = link.getPredecessorTask(), link.getLag()
        unit = lag.getUnits().name() if lag is not None else ""
        row = {
            "predecessor_id": text(before.getUniqueID()),
            "successor_id": text(link.getSuccessorTask().getUniqueID()),
            "kind": text(link.getType()),
        }
        if unit == "PERCENT":
            return row | {"lag_hours": float(lag.getDuration()), "lag_kind": "percent"}
        if unit == "ELAPSED_PERCENT":
            share = float(lag.getDuration()) / 100
            return row | {"lag_hours": share * self._hours(before), "lag_kind": "elapsed"}
        lag_kind, calendar = self._lag_calendar(link)
        kind = "elapsed" if is_elapsed(lag) else lag_kind
        return row | {
            "lag_hours": hours(lag, self._defaults(link.getSuccessorTask())) or 0.0,
            "lag_kind": kind,
            "lag_calendar": calendar if kind == "working" else "",
        }

    def _link_order(self, row: Row) -> tuple[int, int, str]:
        """By successor, then predecessor: each format stores them in an order of its own."""
        last = len(self.positions)
        before, after = row["predecessor_id"], row["successor_id"]
        return self.positions.get(after, last), self.positions.get(before, last), row["kind"]

    def _lag_calendar(self, link: Any) -> tuple[str, str]:
        """Primavera counts lag on the predecessor's calendar, unless the project says other."""
        setting = _word(self.properties.getRelationshipLagCalendar())
        if not self.is_primavera or not link.getLag().getDuration():
            return "working", ""
        if setting == "SUCCESSOR":
            calendar = link.getSuccessorTask().getEffectiveCalendar()
            return "working", self.calendars.id_of(calendar)
        if setting == "PROJECT_DEFAULT":
            return "working", self.calendars.id_of(self.plan.getDefaultCalendar())
        return ("elapsed" if setting == "TWENTY_FOUR_HOUR" else "working"), ""

    def _progress(self, status_date: dt.datetime | None) -> Iterator[Row]:
        for task in self.leaves:
            percent = self._percent(task)
            remaining = hours(task.getRemainingDuration(), self._defaults(task))
            if remaining is None:
                remaining = self._hours(task) * (100 - percent) / 100
            if task.getActualStart() is None and not percent:
                continue
            finished = instant(task.getActualFinish())
            yield {
                "status_date": status_date,
                "task_id": text(task.getUniqueID()),
                "actual_start": instant(task.getActualStart()),
                "actual_finish": finished,
                "remaining_hours": 0.0 if finished else remaining,
                "percent_complete": percent,
            }

    def _percent(self, task: Any) -> float:
        physical = _word(task.getEarnedValueMethod()) == "PHYSICAL_PERCENT_COMPLETE"
        if self.is_primavera:
            return number(task.getActivityPercentComplete()) or 0.0
        value = task.getPhysicalPercentComplete() if physical else task.getPercentageComplete()
        return number(value) or 0.0

    def _named_resources(self) -> list[Any]:
        """Not Microsoft's row 0, on which unassigned work is kept."""
        return [r for r in self.plan.getResources() if r.getUniqueID() and r.getName()]

    def _departments(self) -> list[str]:
        return list(
            dict.fromkeys(text(r.getGroup()) for r in self._named_resources() if r.getGroup())
        )

    def _resources(self) -> Iterator[Row]:
        for resource in self._named_resources():
            kind = _RESOURCE_KINDS.get(_word(resource.getType()), "person")
            per_use = [number(e.getCostPerUse()) for e in resource.getCostRateTable(0) or ()]
            yield {
                "id": text(resource.getUniqueID()),
                "name": text(resource.getName()),
                "kind": "role" if kind == "person" and resource.getGeneric() else kind,
                "department_id": text(resource.getGroup()),
                "email": text(resource.getEmailAddress()),
                "capacity": _capacities(resource)[-1],
                "cost_per_use": per_use[-1] if per_use else None,
                "cost_accrual": ACCRUALS.get(_word(resource.getAccrueAt())),
                "calendar_id": self.calendars.id_of(resource.getCalendar()),
            }

    def _rates(self, resource: Any) -> Iterator[Row]:
        """Prices by their first day; a resource that never costs anything has none."""
        if _word(resource.getType()) == "COST":
            yield {"resource_id": text(resource.getUniqueID()), "hourly_rate": 1.0}
            return
        material = _word(resource.getType()) == "MATERIAL"
        entries = [
            (
                instant(entry.getStartDate()),
                number(entry.getStandardRate() and entry.getStandardRate().getAmount())
                if material
                else hourly(entry.getStandardRate(), self.properties),
                hourly(entry.getOvertimeRate(), self.properties),
            )
            for entry in resource.getCostRateTable(0) or ()
        ]
        if any(standard or overtime for _, standard, overtime in entries):
            for start, standard, overtime in entries:
                yield {
                    "resource_id": text(resource.getUniqueID()),
                    "from": start if start and start > _FOR_EVER[0] else None,
                    "hourly_rate": standard,
                    "overtime_rate": overtime or None,
                }

    def _assignments(self) -> Iterator[Row]:
        """One row a task and resource: several roles of one person are added up."""
        known = {text(r.getUniqueID()) for r in self._named_resources()}
        rows: dict[tuple[str, str], Row] = {}
        for assignment in self.plan.getResourceAssignments():
            resource, task = assignment.getResource(), assignment.getTask()
            key = text(task and task.getUniqueID()), text(resource and resource.getUniqueID())
            if key[1] not in known or task == self.root:
                continue
            row = self._assignment(assignment, _word(resource.getType()))
            if key in rows:
                for name in ("units", "work_hours"):
                    row[name] = (row[name] or 0.0) + (rows[key][name] or 0.0)
            rows[key] = {"task_id": key[0], "resource_id": key[1], **row}
        yield from sorted(rows.values(), key=lambda row: self.positions[row["task_id"]])

    def _assignment(self, assignment: Any, kind: str) -> Row:
        if kind == "COST":
            cost = number(assignment.getCost()) or 0.0
            return {"units": cost, "work_hours": None, "is_fixed_quantity": True}
        units = (number(assignment.getUnits()) or 0.0) / 100
        if kind == "MATERIAL":
            fixed = assignment.getVariableRateUnits() is None
            return {"units": units, "work_hours": None, "is_fixed_quantity": fixed}
        work = hours(assignment.getWork(), self._defaults(assignment.getTask())) or 0.0
        return {"units": units, "work_hours": work, "is_fixed_quantity": False}

    def _baseline(self) -> Iterator[Row]:
        """The current baseline of the leaves; summaries are rolled up from them."""
        approved = instant(self.properties.getBaselineDate())
        unpriced = None if not any(number(t.getBaselineCost()) for t in self.leaves) else 0.0
        for task in self.leaves if self.has_baseline else ():
            start, finish = instant(task.getBaselineStart()), instant(task.getBaselineFinish())
            if start and finish:
                yield {
                    "task_id": text(task.getUniqueID()),
                    "start": start,
                    "finish": finish,
                    "duration_hours": hours(task.getBaselineDuration(), self._defaults(task)),
                    "work_hours": hours(task.getBaselineWork(), self._defaults(task)) or 0.0,
                    "fixed_cost": number(task.getBaselineFixedCost()) or 0.0,
                    "cost": number(task.getBaselineCost()) or unpriced,
                    "approved_date": approved and approved.date(),
                }

    def _costs(self, status_date: dt.datetime | None) -> Iterator[Row]:
        """Actual cost, where somebody recorded it.

        Without a record both tools compute it as percent complete times planned cost. Such
        numbers say nothing about money spent, so that none is taken over unless one differs.
        """
        spent = {task: number(task.getActualCost()) or 0.0 for task in self.leaves}
        if status_date and any(self._is_recorded(task, cost) for task, cost in spent.items()):
            for task, cost in spent.items():
                if cost:
                    day = instant(task.getActualFinish()) or status_date
                    yield {
                        "date": day.date(),
                        "task_id": text(task.getUniqueID()),
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


def _word(value: Any) -> str:
    """The name of a Java enum's value."""
    return "" if value is None else str(value.name())


def _capacities(resource: Any) -> list[float]:
    entries = [number(entry.getUnits()) for entry in resource.getAvailability() or ()]
    return [value / 100 for value in entries if value is not None] or [1.0]


def _availability(resource: Any) -> Iterable[Row]:
    """Spans with another capacity; the last one, which has no end, is the resource's own."""
    for entry in list(resource.getAvailability() or ())[:-1]:
        span, units = entry.getRange(), number(entry.getUnits())
        if units is not None:
            yield {
                "resource_id": text(resource.getUniqueID()),
                "from": (instant(span.getStart()) or _FOR_EVER[0]).date(),
                "to": (instant(span.getEnd()) or _FOR_EVER[1]).date(),
                "capacity": units / 100,
            }
