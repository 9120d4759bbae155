"""Who and what does the work: resources, prices, capacities, assignments; in a child process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pmtools.formats.schedule_file.calendars import Calendars, NewCalendars, Row
from pmtools.formats.schedule_file.java import (
    hourly,
    hours,
    instant,
    java,
    java_duration,
    java_enum,
    number,
    put,
    text,
    word,
)
from pmtools.formats.schedule_file.own_columns import OwnColumns, whole_numbers

ACCRUALS = {"START": "start", "END": "end", "PRORATED": "prorated"}
JAVA_ACCRUALS = {ours: java for java, ours in ACCRUALS.items()}
FOR_EVER = dt.datetime(1984, 1, 1), dt.datetime(2049, 12, 31, 23, 59)
"""MPXJ's bounds of a price or capacity that has no bounds."""

_KINDS = {"WORK": "person", "NON_LABOR": "equipment", "MATERIAL": "material", "COST": "material"}


class Resources:
    """The resources of a plan; not Microsoft's row 0, on which unassigned work is kept."""

    def __init__(self, plan: Any, own: OwnColumns, calendars: Calendars) -> None:
        self.plan, self.own, self.calendars = plan, own, calendars
        self.properties = plan.getProjectProperties()
        named = [r for r in plan.getResources() if r.getUniqueID() and r.getName()]
        self.by_id = {own.id_of("Resource", resource): resource for resource in named}

    def rows(self) -> Iterator[Row]:
        """Rows of table `resources`; Microsoft's group is the department."""
        for resource_id, resource in self.by_id.items():
            kind = _KINDS.get(word(resource.getType()), "person")
            per_use = [number(e.getCostPerUse()) for e in resource.getCostRateTable(0) or ()]
            capacities = [number(entry.getUnits()) for entry in resource.getAvailability() or ()]
            yield {
                "id": resource_id,
                "name": text(resource.getName()),
                "kind": "role" if kind == "person" and resource.getGeneric() else kind,
                "department_id": text(resource.getGroup()),
                "email": text(resource.getEmailAddress()),
                "capacity": ((capacities or [None])[-1] or 100.0) / 100,
                "cost_per_use": per_use[-1] if per_use else None,
                "cost_accrual": ACCRUALS.get(word(resource.getAccrueAt())),
                "calendar_id": self.calendars.id_of(resource.getCalendar()),
                **self.own.of("Resource", resource),
            }

    def departments(self) -> list[Row]:
        """One row a group of resources."""
        groups: dict[str, str] = {}
        for resource in self.by_id.values():
            group = text(resource.getGroup())
            department = self.own.of("Resource", resource).get("department_id", group)
            if department:
                groups.setdefault(department, group or department)
        return [{"id": key, "name": name} for key, name in groups.items()]

    def rates(self) -> Iterator[Row]:
        """Prices by their first day; a resource that never costs anything has none."""
        for resource_id, resource in self.by_id.items():
            if word(resource.getType()) == "COST":
                yield {"resource_id": resource_id, "hourly_rate": 1.0}
                continue
            prices = [self._price(resource, e) for e in resource.getCostRateTable(0) or ()]
            if any(price["hourly_rate"] or price["overtime_rate"] for price in prices):
                yield from ({"resource_id": resource_id, **price} for price in prices)

    def _price(self, resource: Any, entry: Any) -> Row:
        start, standard = instant(entry.getStartDate()), entry.getStandardRate()
        is_material = word(resource.getType()) == "MATERIAL"
        amount = number(standard and standard.getAmount())
        return {
            "from": start.date() if start and start.date() > FOR_EVER[0].date() else None,
            "hourly_rate": amount if is_material else hourly(standard, self.properties),
            "overtime_rate": hourly(entry.getOvertimeRate(), self.properties) or None,
        }

    def availability(self) -> Iterator[Row]:
        """Spans with another capacity than the last one, which is the resource's own."""
        for resource_id, resource in self.by_id.items():
            entries = list(resource.getAvailability() or ())
            for entry in entries[:-1]:
                span, units = entry.getRange(), number(entry.getUnits())
                if units is not None and units != number(entries[-1].getUnits()):
                    yield {
                        "resource_id": resource_id,
                        "from": (instant(span.getStart()) or FOR_EVER[0]).date(),
                        "to": (instant(span.getEnd()) or FOR_EVER[1]).date(),
                        "capacity": units / 100,
                    }

    def assignments(self, tasks: dict[str, Any]) -> list[Row]:
        """One row a task and resource: several roles of one person are added up."""
        order = {task_id: position for position, task_id in enumerate(tasks)}
        rows: dict[tuple[str, str], Row] = {}
        for assignment in self.plan.getResourceAssignments():
            task_id = self.own.id_of("Task", assignment.getTask())
            resource_id = self.own.id_of("Resource", assignment.getResource())
            if task_id not in tasks or resource_id not in self.by_id:
                continue
            row = self._assignment(assignment, tasks[task_id])
            before = rows.get((task_id, resource_id), {"units": 0.0, "work_hours": None})
            row["units"] += before["units"]
            if before["work_hours"] is not None:
                row["work_hours"] += before["work_hours"]
            rows[task_id, resource_id] = {"task_id": task_id, "resource_id": resource_id, **row}
        return sorted(rows.values(), key=lambda row: order[row["task_id"]])

    def _assignment(self, assignment: Any, defaults: Any) -> Row:
        kind = word(assignment.getResource().getType())
        if kind == "COST":
            cost = number(assignment.getCost()) or 0.0
            return {"units": cost, "work_hours": None, "is_fixed_quantity": True}
        units = (number(assignment.getUnits()) or 0.0) / 100
        if kind == "MATERIAL":
            is_fixed = assignment.getVariableRateUnits() is None
            return {"units": units, "work_hours": None, "is_fixed_quantity": is_fixed}
        work = hours(assignment.getWork(), defaults) or 0.0
        return {"units": units, "work_hours": work, "is_fixed_quantity": False}


class NewResources:
    """Resources for a file that is being written."""

    def __init__(
        self, file: Any, tables: dict[str, list[Row]], calendars: NewCalendars, is_xer: bool
    ) -> None:
        from org import mpxj

        self.mpxj, self.file, self.tables, self.is_xer = mpxj, file, tables, is_xer
        self.own, self.calendars = OwnColumns(file), calendars
        self.by_id = self._add()

    def assign(self, tasks: dict[str, Any]) -> None:
        """Put the resources on the tasks that were written."""
        durations = {row["id"]: row["duration_hours"] or 0.0 for row in self.tables["tasks"]}
        for row in self.tables["assignments"]:
            if row["task_id"] not in tasks:
                continue
            resource = self.by_id[row["resource_id"]]
            assignment = tasks[row["task_id"]].addResourceAssignment(resource)
            put(assignment, Units=100 * row["units"])
            if resource.getType().name() == "MATERIAL":
                if not row["is_fixed_quantity"]:
                    put(assignment, VariableRateUnits=java_enum("TimeUnit", "HOURS"))
                continue
            work = row["work_hours"]
            if work is None:
                work = row["units"] * durations[row["task_id"]]
            work = java_duration(work)
            put(assignment, Work=work, RemainingWork=work, PlannedWork=work)

    def _add(self) -> dict[str, Any]:
        rows = self.tables["resources"]
        numbers = whole_numbers(row["id"] for row in rows)
        return {row["id"]: self._resource(row, numbers[row["id"]]) for row in rows}

    def _resource(self, row: Row, unique_id: int) -> Any:
        groups = {row["id"]: row["name"] for row in self.tables["departments"]}
        group = groups.get(row["department_id"], row["department_id"])
        equipment = "NON_LABOR" if self.is_xer else "WORK"
        kind = {"material": "MATERIAL", "equipment": equipment}.get(row["kind"], "WORK")
        resource = self.file.addResource()
        put(
            resource,
            UniqueID=unique_id,
            Name=row["name"],
            ResourceID=row["id"],
            EmailAddress=row["email"],
            Group=group,
            Generic=row["kind"] == "role",
            Type=java_enum("ResourceType", kind),
            AccrueAt=java_enum("AccrueType", JAVA_ACCRUALS[row["cost_accrual"]]),
        )
        if row["calendar_id"]:
            resource.setCalendar(self.calendars.of(row["calendar_id"]))
        resource.setCostRateTable(0, self._prices(row))
        self._capacity(resource.getAvailability(), row)
        native = ("equipment" if self.is_xer else "role", "material")
        usual = {
            "id": str(unique_id),
            "name": row["name"] if not set(row["name"]) & set(",[]") else "",
            "kind": row["kind"] if row["kind"] in native else "person",
            "department_id": "" if self.is_xer else group,
        }
        self.own.put("Resource", resource, row, usual)
        return resource

    def _of(self, table: str, resource: Row) -> list[Row]:
        """Rows of a resource by their first day."""
        rows = [row for row in self.tables[table] if row["resource_id"] == resource["id"]]
        return sorted(rows, key=lambda row: row["from"] or FOR_EVER[0])

    def _prices(self, resource: Row) -> Any:
        table = self.mpxj.CostRateTable()
        rows = self._of("rates", resource) or [{}]
        ends = [row["from"] - dt.timedelta(minutes=1) for row in rows[1:]] + [FOR_EVER[1]]
        for row, end in zip(rows, ends, strict=True):
            rates = [
                self._rate(row.get(name) or 0.0, resource["kind"] == "material")
                for name in ("hourly_rate", "overtime_rate")
            ]
            span = (row.get("from") or FOR_EVER[0], end, resource["cost_per_use"])
            table.add(self.mpxj.CostRateTableEntry(*map(java, span), *rates))
        return table

    def _rate(self, hourly: float, is_material: bool) -> Any:
        """Microsoft Project keeps cents: a price of an hour that has more is told for a year."""
        rate = self.mpxj.Rate(hourly, java_enum("TimeUnit", "HOURS"))
        if is_material or round(hourly, 2) == hourly or self.is_xer:
            return rate
        helper, year = self.mpxj.common.RateHelper, java_enum("TimeUnit", "YEARS")
        return helper.convertFromHours(self.file.getProjectProperties(), rate, year)

    def _capacity(self, table: Any, resource: Row) -> None:
        usual, minute = resource["capacity"], dt.timedelta(minutes=1)
        spans, here = [], FOR_EVER[0]
        for row in self._of("availability", resource):
            if row["from"] > here:
                spans.append((here, row["from"] - minute, usual))
            end = row["to"] + dt.timedelta(days=1) - minute
            spans.append((row["from"], end, row["capacity"]))
            here = end + minute
        table.clear()
        for start, end, capacity in [*spans, (here, FOR_EVER[1], usual)]:
            table.add(self.mpxj.Availability(java(start), java(end), java(100 * capacity)))
