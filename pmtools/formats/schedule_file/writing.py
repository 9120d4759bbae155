"""A project as a plan of Microsoft Project (XML) or Primavera P6 (XER); runs in a child process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from pmtools.formats.schedule_file.calendars import WEEKDAYS, Row
from pmtools.formats.schedule_file.java import (
    java_date,
    java_instant,
    java_integer,
    java_number,
    java_time,
    start_java,
    text,
)
from pmtools.formats.schedule_file.own_columns import OwnColumns
from pmtools.formats.schedule_file.resources import ACCRUALS, FOR_EVER
from pmtools.formats.schedule_file.rows import CONSTRAINTS, NO_CURRENCY

_CONSTRAINTS = {ours: java for java, ours in reversed([*CONSTRAINTS.items()])}
_ACCRUALS = {ours: java for java, ours in ACCRUALS.items()}

Tables = dict[str, list[Row]]


def write_plan(header: Row, tables: Tables, path: str) -> tuple[str, ...]:
    """Write to `path`, as XER or MSPDI by its ending; return what could not be held."""
    start_java()
    import jpype

    is_xer = path.endswith(".xer")
    name = "primavera.PrimaveraXERFileWriter" if is_xer else "mspdi.MSPDIWriter"
    plan = Plan(header, tables, is_xer)
    writer = jpype.JClass(f"org.mpxj.{name}")()
    if is_xer:
        writer.setCharset(jpype.JClass("java.nio.charset.StandardCharsets").UTF_8)
    writer.write(plan.file, path)
    return tuple(plan.notes)


class Plan:
    """MPXJ's file, filled from our tables."""

    def __init__(self, header: Row, tables: Tables, is_xer: bool) -> None:
        from org import mpxj

        self.mpxj, self.header, self.tables, self.is_xer = mpxj, header, tables, is_xer
        self.notes: list[str] = []
        self.file = mpxj.ProjectFile()
        self.own = OwnColumns(self.file)
        self.calendars = self._calendars()
        self._header()
        self.tasks = self._tasks()
        self.resources = self._resources()
        self._links()
        self._assignments()
        self._progress()
        self._baseline()
        self._costs()

    def _header(self) -> None:
        head, properties = self.header, self.file.getProjectProperties()
        properties.setProjectTitle(head["name"])
        properties.setName(head["name"])
        properties.setProjectID(head["id"])
        properties.setStartDate(java_instant(head["start"]))
        properties.setPlannedStart(java_instant(head["start"]))
        properties.setStatusDate(java_instant(head["status_date"]))
        properties.setMustFinishBy(java_instant(head["deadline"]))
        properties.setCurrencyCode(head["currency"] or None)
        if self.is_xer:
            self.file.getCurrencies().add(self._currency(head["currency"] or NO_CURRENCY))
        day = round(head["hours_per_day"] * 60)
        properties.setMinutesPerDay(java_integer(day))
        properties.setMinutesPerWeek(java_integer(5 * day))
        properties.setDefaultCalendar(self._calendar(head["calendar_id"]))

    def _currency(self, code: str) -> Any:
        builder = self.mpxj.Currency.Builder(self.file).currencyID(code).name(code).symbol(code)
        builder = builder.numberOfDecimalPlaces(java_integer(2)).exchangeRate(java_number(1.0))
        builder = builder.decimalSymbol(".").digitGroupingSymbol(",")
        return builder.positiveCurrencyFormat("#1.1").negativeCurrencyFormat("(#1.1)").build()

    def _calendar(self, calendar_id: str) -> Any:
        """That calendar; for "" the project's, or the usual week where it has none."""
        if calendar_id in self.calendars:
            return self.calendars[calendar_id]
        if not self.file.getCalendars():
            self.calendars[""] = self.file.addDefaultBaseCalendar()
        return self.calendars.get("", self.file.getCalendars()[0])

    def _calendars(self) -> dict[str, Any]:
        rows: dict[str, list[Row]] = {}
        for row in self.tables["calendars"]:
            rows.setdefault(row["id"], []).append(row)
        calendars = {key: self.file.addCalendar() for key in rows}
        for (key, calendar), number in zip(calendars.items(), _numbers(rows), strict=True):
            calendar.setUniqueID(java_integer(number))
            calendar.setName(next((row["name"] for row in rows[key] if row["name"]), key))
            base = next((row["base_id"] for row in rows[key] if row["base_id"]), "")
            self._week(calendar, rows[key], calendars.get(base))
        for row in self.tables["exceptions"]:
            last = row["to"] or row["from"]
            days = java_date(row["from"]), java_date(last)
            exception = calendars[row["calendar_id"]].addCalendarException(*days)
            exception.setName(row["name"] or None)
            self._shifts(exception, row["shifts"].split())
        return calendars

    def _week(self, calendar: Any, rows: list[Row], base: Any) -> None:
        """Days without a row are the base's, or off where there is none."""
        import jpype

        weekdays = dict(zip(WEEKDAYS, jpype.JClass("java.time.DayOfWeek").values(), strict=True))
        said = {row["weekday"] for row in rows}
        if base is not None:
            calendar.setParent(base)
        for word, day in weekdays.items():
            spans = [
                f"{row['shift_start']}-{row['shift_finish']}"
                for row in rows
                if row["weekday"] == word and row["shift_start"]
            ]
            unsaid = "DEFAULT" if base is not None and word not in said else "NON_WORKING"
            kind = "WORKING" if spans else unsaid
            calendar.setCalendarDayType(day, getattr(self.mpxj.DayType, kind))
            if kind != "DEFAULT":
                self._shifts(calendar.addCalendarHours(day), spans)

    def _shifts(self, hours: Any, spans: Iterable[str]) -> None:
        for span in spans:
            start, _, finish = span.partition("-")
            hours.add(self.mpxj.LocalTimeRange(java_time(start), java_time(finish)))

    def _tasks(self) -> dict[str, Any]:
        """Parents before their children, as both formats want them."""
        rows = [row for row in self.tables["tasks"] if row["is_active"] or not self.is_xer]
        if len(rows) < len(self.tables["tasks"]):
            self._note("inactive tasks are left out")
        numbers = dict(
            zip((row["id"] for row in rows), _numbers(r["id"] for r in rows), strict=True)
        )
        children: dict[str, list[Row]] = {}
        for row in rows:
            children.setdefault(row["parent_id"], []).append(row)
        tasks: dict[str, Any] = {}
        top = self._top(max(numbers.values(), default=0) + 1) if self.is_xer else self.file
        waiting = list(reversed(children.get("", [])))
        while waiting:
            row = waiting.pop()
            parent = tasks.get(row["parent_id"], top)
            tasks[row["id"]] = self._task(parent.addTask(), row, numbers[row["id"]], len(tasks) + 1)
            waiting += reversed(children.get(row["id"], []))
        return tasks

    def _top(self, unique_id: int) -> Any:
        """Primavera's WBS begins with the project itself."""
        top = self.file.addTask()
        top.setUniqueID(java_integer(unique_id))
        top.setName(self.header["name"])
        top.setWBS(self.header["id"])
        top.setSummary(True)
        return top

    def _task(self, task: Any, row: Row, unique_id: int, position: int) -> Any:
        task.setUniqueID(java_integer(unique_id))
        task.setID(java_integer(position))
        task.setName(row["name"])
        task.setWBS(row["wbs"] or None)
        task.setActive(row["is_active"])
        self._remark(task, row["notes"])
        task.setDeadline(java_instant(row["deadline"]))
        task.setPriority(self.mpxj.Priority.getInstance(round(row["priority"])))
        task.setFixedCost(java_number(row["fixed_cost"]))
        task.setFixedCostAccrual(self._enum("AccrueType", _ACCRUALS[row["cost_accrual"]]))
        is_elapsed = row["is_elapsed"] and not self.is_xer
        hours = row["duration_hours"]
        duration = None if hours is None else self._duration(hours, is_elapsed)
        task.setDuration(duration)
        task.setMilestone(row["kind"] == "milestone")
        task.setSummary(row["kind"] == "summary")
        if row["is_elapsed"] and self.is_xer:
            task.setCalendar(self._day_and_night())
        elif row["calendar_id"] or self.is_xer:
            task.setCalendar(self._calendar(row["calendar_id"]))
        constraint = _CONSTRAINTS.get(row["constraint"], "AS_SOON_AS_POSSIBLE")
        task.setConstraintType(self._enum("ConstraintType", constraint))
        task.setConstraintDate(java_instant(row["constraint_date"]))
        if self.is_xer and row["kind"] != "summary":
            self._activity(task, row, duration)
        is_activity = self.is_xer and row["kind"] != "summary"
        usual = {
            "id": str(unique_id),
            "wbs": "" if is_activity else row["wbs"],
            "code": (row["code"] or row["id"]) if is_activity else row["wbs"],
            "kind": "task" if row["kind"] == "level_of_effort" and not self.is_xer else row["kind"],
            "ev_method": "percent_complete",
        }
        self.own.put("Task", task, row, usual)
        return task

    def _remark(self, task: Any, notes: str) -> None:
        """Primavera keeps remarks by topic."""
        import jpype

        if notes and self.is_xer:
            topic, words = self.file.getNotesTopics().getDefaultTopic(), self.mpxj.Notes(notes)
            context = self.file.getProjectContext()
            remark = self.mpxj.StructuredNotes(context, task.getUniqueID(), topic, words)
            task.setNotesObject(self.mpxj.ParentNotes(jpype.JClass("java.util.List").of(remark)))
        elif notes:
            task.setNotes(notes)

    def _day_and_night(self) -> Any:
        """A calendar that makes an elapsed duration, which Primavera lacks, a working one."""
        name = "24 hours"
        calendar = self.file.getCalendarByName(name)
        if calendar is None:
            calendar = self.file.addCalendar()
            calendar.setName(name)
            row = {"shift_start": "00:00", "shift_finish": "24:00"}
            self._week(calendar, [row | {"weekday": day} for day in WEEKDAYS], None)
        return calendar

    def _activity(self, task: Any, row: Row, duration: Any) -> None:
        kinds = {"milestone": "FINISH_MILESTONE", "level_of_effort": "LEVEL_OF_EFFORT"}
        task.setActivityID(row["code"] or row["id"])
        task.setActivityType(self._enum("ActivityType", kinds.get(row["kind"], "TASK_DEPENDENT")))
        task.setPlannedDuration(duration)
        task.setRemainingDuration(duration)
        task.setPercentCompleteType(self._enum("PercentCompleteType", "PHYSICAL"))

    def _resources(self) -> dict[str, Any]:
        rows = self.tables["resources"]
        groups = {row["id"]: row["name"] for row in self.tables["departments"]}
        resources = {}
        for row, number in zip(rows, _numbers(row["id"] for row in rows), strict=True):
            resource = self.file.addResource()
            resource.setUniqueID(java_integer(number))
            resource.setName(row["name"])
            resource.setResourceID(row["id"])
            resource.setEmailAddress(row["email"] or None)
            resource.setGroup(groups.get(row["department_id"], row["department_id"]) or None)
            resource.setGeneric(row["kind"] == "role")
            equipment = "NON_LABOR" if self.is_xer else "WORK"
            kinds = {"material": "MATERIAL", "equipment": equipment}
            resource.setType(self._enum("ResourceType", kinds.get(row["kind"], "WORK")))
            resource.setAccrueAt(self._enum("AccrueType", _ACCRUALS[row["cost_accrual"]]))
            if row["calendar_id"]:
                resource.setCalendar(self._calendar(row["calendar_id"]))
            resource.setCostRateTable(0, self._prices(row))
            self._capacity(resource, row)
            native = ("equipment", "material") if self.is_xer else ("role", "material")
            usual = {
                "id": str(number),
                "name": row["name"] if not set(row["name"]) & set(",[]") else "",
                "kind": row["kind"] if row["kind"] in native else "person",
                "department_id": "" if self.is_xer else text(resource.getGroup()),
            }
            self.own.put("Resource", resource, row, usual)
            resources[row["id"]] = resource
        return resources

    def _prices(self, resource: Row) -> Any:
        table = self.mpxj.CostRateTable()
        rows = [row for row in self.tables["rates"] if row["resource_id"] == resource["id"]]
        rows = sorted(rows, key=lambda row: row["from"] or FOR_EVER[0]) or [{}]
        ends = [row["from"] - dt.timedelta(minutes=1) for row in rows[1:]] + [FOR_EVER[1]]
        for row, end in zip(rows, ends, strict=True):
            is_material = resource["kind"] == "material"
            rates = [
                self._rate(row.get(name) or 0.0, is_material)
                for name in ("hourly_rate", "overtime_rate")
            ]
            start = java_instant(row.get("from") or FOR_EVER[0])
            per_use = java_number(resource["cost_per_use"])
            table.add(self.mpxj.CostRateTableEntry(start, java_instant(end), per_use, *rates))
        return table

    def _rate(self, hourly: float, is_material: bool) -> Any:
        """Microsoft Project keeps cents: a price of an hour that has more is told for a year."""
        unit = self.mpxj.TimeUnit.HOURS
        if is_material or round(hourly, 2) == hourly or self.is_xer:
            return self.mpxj.Rate(float(hourly), unit)
        helper, year = self.mpxj.common.RateHelper, self.mpxj.TimeUnit.YEARS
        rate = self.mpxj.Rate(float(hourly), unit)
        return helper.convertFromHours(self.file.getProjectProperties(), rate, year)

    def _capacity(self, resource: Any, row: Row) -> None:
        if self.is_xer and self.tables["availability"]:
            self._note("availability of resources is left out")
        table = resource.getAvailability()
        table.clear()
        spans = [r for r in self.tables["availability"] if r["resource_id"] == row["id"]]
        here = FOR_EVER[0]
        for span in sorted(spans, key=lambda span: span["from"]):
            if span["from"] > here:
                before = span["from"] - dt.timedelta(minutes=1)
                self._available(table, here, before, row["capacity"])
            end = span["to"] + dt.timedelta(days=1, minutes=-1)
            self._available(table, span["from"], end, span["capacity"])
            here = end + dt.timedelta(minutes=1)
        self._available(table, here, FOR_EVER[1], row["capacity"])

    def _available(self, table: Any, start: dt.datetime, end: dt.datetime, capacity: float) -> None:
        units = java_number(100 * capacity)
        table.add(self.mpxj.Availability(java_instant(start), java_instant(end), units))

    def _links(self) -> None:
        names = {"FS": "FINISH_START", "SS": "START_START", "FF": "FINISH_FINISH"}
        for row in self.tables["links"]:
            before, after = (
                self.tasks.get(row[f"{end}_id"]) for end in ("predecessor", "successor")
            )
            if before is None or after is None:
                self._note("links to tasks that are not in the plan are left out")
                continue
            if self.is_xer and (before.getSummary() or after.getSummary()):
                self._note("links of summary tasks are left out")
                continue
            kind = self._enum("RelationType", names.get(row["kind"], "START_FINISH"))
            builder = self.mpxj.Relation.Builder().predecessorTask(before).type(kind)
            after.addPredecessor(builder.lag(self._lag(row, before)))

    def _lag(self, row: Row, before: Any) -> Any:
        lag, kind = row["lag_hours"], row["lag_kind"]
        if row["lag_calendar"]:
            self._note("calendars of lags are left out")
        if not self.is_xer and kind == "percent":
            return self.mpxj.Duration.getInstance(float(lag), self.mpxj.TimeUnit.PERCENT)
        if self.is_xer and kind == "percent":
            self._note("lags in percent are written as hours")
            lag = lag / 100 * float(before.getDuration().getDuration())
        if self.is_xer and kind == "elapsed" and lag:
            self._note("elapsed lags are written as working hours")
        return self._duration(lag, kind == "elapsed" and not self.is_xer)

    def _assignments(self) -> None:
        durations = {row["id"]: row["duration_hours"] or 0.0 for row in self.tables["tasks"]}
        for row in self.tables["assignments"]:
            if row["task_id"] not in self.tasks:
                continue
            resource = self.resources[row["resource_id"]]
            assignment = self.tasks[row["task_id"]].addResourceAssignment(resource)
            assignment.setUnits(java_number(100 * row["units"]))
            if resource.getType().name() == "MATERIAL":
                if not row["is_fixed_quantity"]:
                    assignment.setVariableRateUnits(self.mpxj.TimeUnit.HOURS)
                continue
            work = row["work_hours"]
            if work is None:
                work = row["units"] * durations[row["task_id"]]
            for put in (assignment.setWork, assignment.setRemainingWork, assignment.setPlannedWork):
                put(self._duration(work))

    def _progress(self) -> None:
        if len({row["status_date"] for row in self.tables["all_progress"]}) > 1:
            self._note("progress of earlier status dates is left out")
        durations = {row["id"]: row["duration_hours"] or 0.0 for row in self.tables["tasks"]}
        for row in self.tables["progress"]:
            task = self.tasks.get(row["task_id"])
            if task is None:
                continue
            percent = row["percent_complete"] or 0.0
            remaining = row["remaining_hours"]
            if remaining is None:
                remaining = durations[row["task_id"]] * (100 - percent) / 100
            done = max(durations[row["task_id"]] - remaining, 0.0)
            task.setActualStart(java_instant(row["actual_start"]))
            task.setActualFinish(java_instant(row["actual_finish"]))
            task.setPercentageComplete(java_number(percent))
            task.setPhysicalPercentComplete(java_number(percent))
            task.setRemainingDuration(self._duration(remaining))
            task.setActualDuration(self._duration(done))

    def _baseline(self) -> None:
        if self.tables["baseline"] and self.is_xer:
            self._note("the baseline is left out")
            return
        for row in self.tables["baseline"]:
            task = self.tasks.get(row["task_id"])
            if task is not None:
                task.setBaselineStart(java_instant(row["start"]))
                task.setBaselineFinish(java_instant(row["finish"]))
                for put, name in (
                    (task.setBaselineDuration, "duration_hours"),
                    (task.setBaselineWork, "work_hours"),
                ):
                    put(None if row[name] is None else self._duration(row[name]))
                task.setBaselineFixedCost(java_number(row["fixed_cost"]))
                task.setBaselineCost(java_number(row["cost"]))

    def _costs(self) -> None:
        if self.tables["costs"] and self.is_xer:
            self._note("actual costs are left out")
            return
        spent: dict[str, float] = {}
        for row in self.tables["costs"]:
            if row["kind"] != "actual" or row["task_id"] not in self.tasks:
                self._note("committed cost, and cost of no task, is left out")
                continue
            spent[row["task_id"]] = spent.get(row["task_id"], 0.0) + row["amount"]
        for task_id, amount in spent.items():
            self.tasks[task_id].setActualCost(java_number(amount))

    def _duration(self, hours: float, is_elapsed: bool = False) -> Any:
        unit = self.mpxj.TimeUnit.ELAPSED_HOURS if is_elapsed else self.mpxj.TimeUnit.HOURS
        return self.mpxj.Duration.getInstance(float(hours), unit)

    def _enum(self, kind: str, word: str) -> Any:
        return getattr(getattr(self.mpxj, kind), word)

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)


def _numbers(ids: Iterable[str]) -> list[int]:
    """The ids as whole numbers; new numbers for those that are none."""
    ids = list(ids)
    own = [int(i) if i.isascii() and i.isdigit() and str(int(i)) == i else 0 for i in ids]
    own = [number if 0 < number < 2**31 else 0 for number in own]
    free = iter(sorted(set(range(1, 2 * len(own) + 1)) - set(own)))
    return [number or next(free) for number in own]
