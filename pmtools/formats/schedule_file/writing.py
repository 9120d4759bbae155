"""A project as a plan of Microsoft Project (XML) or Primavera P6 (XER); runs in a child process."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pmtools.formats.schedule_file.calendars import NewCalendars, Row
from pmtools.formats.schedule_file.java import (
    java_duration,
    java_enum,
    java_instant,
    java_integer,
    java_number,
    start_java,
)
from pmtools.formats.schedule_file.own_columns import OwnColumns, whole_numbers
from pmtools.formats.schedule_file.resources import JAVA_ACCRUALS, NewResources
from pmtools.formats.schedule_file.rows import CONSTRAINTS, NO_CURRENCY

_CONSTRAINTS = {ours: java for java, ours in reversed([*CONSTRAINTS.items()])}

Tables = dict[str, list[Row]]


def write_plans(jobs: list[tuple[Row, Tables, str]]) -> list[tuple[str, ...]]:
    """Write header and tables of each job to its path; return what each could not hold."""
    start_java()
    return [_write(*job) for job in jobs]


def _write(header: Row, tables: Tables, path: str) -> tuple[str, ...]:
    """XER or MSPDI by the ending of the path."""
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
        self.calendars = NewCalendars(self.file, tables["calendars"], tables["exceptions"])
        self._header()
        self.codes = Counter(row["code"] for row in tables["tasks"])
        self.tasks = self._tasks()
        NewResources(self.file, tables, self.calendars, is_xer).assign(self.tasks)
        self._links()
        self._progress()
        self._baseline()
        self._costs()
        if is_xer:
            self._tell_what_primavera_lacks()

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
        properties.setDefaultCalendar(self.calendars.of(head["calendar_id"]))

    def _currency(self, code: str) -> Any:
        builder = self.mpxj.Currency.Builder(self.file).currencyID(code).name(code).symbol(code)
        builder = builder.numberOfDecimalPlaces(java_integer(2)).exchangeRate(java_number(1.0))
        builder = builder.decimalSymbol(".").digitGroupingSymbol(",")
        return builder.positiveCurrencyFormat("#1.1").negativeCurrencyFormat("(#1.1)").build()

    def _tasks(self) -> dict[str, Any]:
        """Parents before their children, as both formats want them."""
        rows = [row for row in self.tables["tasks"] if row["is_active"] or not self.is_xer]
        if len(rows) < len(self.tables["tasks"]):
            self._note("inactive tasks are left out")
        if any(row["duration_hours"] is None and row["kind"] != "summary" for row in rows):
            self._note("tasks without a duration are written with 0 hours")
        numbers = whole_numbers(row["id"] for row in rows)
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
        task.setFixedCostAccrual(java_enum("AccrueType", JAVA_ACCRUALS[row["cost_accrual"]]))
        is_elapsed = row["is_elapsed"] and not self.is_xer
        is_summary = row["kind"] == "summary"
        hours = row["duration_hours"] or (None if is_summary else 0.0)
        duration = None if hours is None else java_duration(hours, is_elapsed)
        task.setDuration(duration)
        task.setMilestone(row["kind"] == "milestone")
        task.setSummary(is_summary)
        if row["is_elapsed"] and self.is_xer:
            task.setCalendar(self.calendars.day_and_night())
        elif row["calendar_id"] or self.is_xer:
            task.setCalendar(self.calendars.of(row["calendar_id"]))
        constraint = _CONSTRAINTS.get(row["constraint"], "AS_SOON_AS_POSSIBLE")
        task.setConstraintType(java_enum("ConstraintType", constraint))
        task.setConstraintDate(java_instant(row["constraint_date"]))
        is_activity = self.is_xer and not is_summary
        if is_activity:
            self._activity(task, row, duration)
        usual = {
            "id": str(unique_id),
            "wbs": "" if is_activity else row["wbs"],
            "code": self._activity_id(row) if is_activity else row["wbs"],
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

    def _activity(self, task: Any, row: Row, duration: Any) -> None:
        kinds = {"milestone": "FINISH_MILESTONE", "level_of_effort": "LEVEL_OF_EFFORT"}
        task.setActivityID(self._activity_id(row))
        task.setActivityType(java_enum("ActivityType", kinds.get(row["kind"], "TASK_DEPENDENT")))
        task.setPlannedDuration(duration)
        task.setRemainingDuration(duration)
        task.setPercentCompleteType(java_enum("PercentCompleteType", "PHYSICAL"))

    def _activity_id(self, row: Row) -> str:
        """Primavera wants it unique."""
        return row["code"] if self.codes[row["code"]] == 1 and row["code"] else row["id"]

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
            kind = java_enum("RelationType", names.get(row["kind"], "START_FINISH"))
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
            duration = before.getDuration()
            lag = lag / 100 * (float(duration.getDuration()) if duration else 0.0)
        if self.is_xer and kind == "elapsed" and lag:
            self._note("elapsed lags are written as working hours")
        return java_duration(lag, kind == "elapsed" and not self.is_xer)

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
            task.setRemainingDuration(java_duration(remaining))
            task.setActualDuration(java_duration(done))

    def _baseline(self) -> None:
        for row in self.tables["baseline"] if not self.is_xer else ():
            task = self.tasks.get(row["task_id"])
            if task is not None:
                task.setBaselineStart(java_instant(row["start"]))
                task.setBaselineFinish(java_instant(row["finish"]))
                for put, name in (
                    (task.setBaselineDuration, "duration_hours"),
                    (task.setBaselineWork, "work_hours"),
                ):
                    put(None if row[name] is None else java_duration(row[name]))
                task.setBaselineFixedCost(java_number(row["fixed_cost"]))
                task.setBaselineCost(java_number(row["cost"]))

    def _costs(self) -> None:
        spent: dict[str, float] = {}
        for row in self.tables["costs"] if not self.is_xer else ():
            if row["kind"] != "actual" or row["task_id"] not in self.tasks:
                self._note("committed cost, and cost of no task, is left out")
                continue
            spent[row["task_id"]] = spent.get(row["task_id"], 0.0) + row["amount"]
        for task_id, amount in spent.items():
            self.tasks[task_id].setActualCost(java_number(amount))

    def _tell_what_primavera_lacks(self) -> None:
        lacking = {
            "deadlines of tasks are left out": ("tasks", "deadline"),
            "fixed costs are left out": ("tasks", "fixed_cost"),
            "costs per use are left out": ("resources", "cost_per_use"),
            "availability of resources is left out": ("availability", "from"),
            "actual costs are left out": ("costs", "amount"),
            "the baseline is left out": ("baseline", "task_id"),
        }
        for words, (table, column) in lacking.items():
            if any(row[column] for row in self.tables[table]):
                self._note(words)

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)
