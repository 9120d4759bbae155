"""A project as a plan of Microsoft Project (XML) or Primavera P6 (XER); runs in a child process."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cached_property
from typing import Any

from pmtools.formats.schedule_file.calendars import NewCalendars, Row
from pmtools.formats.schedule_file.java import (
    java,
    java_class,
    java_duration,
    java_enum,
    put,
    start_java,
    word,
)
from pmtools.formats.schedule_file.options import are_hard, put_options
from pmtools.formats.schedule_file.own_columns import FLAGS, OwnColumns, whole_numbers
from pmtools.formats.schedule_file.resources import JAVA_ACCRUALS, NewResources
from pmtools.formats.schedule_file.rows import CONSTRAINTS, NO_CURRENCY

_CONSTRAINTS = {ours: java for java, ours in reversed([*CONSTRAINTS.items()])}
_SOFT = _CONSTRAINTS | {"MSO": "START_ON", "MFO": "FINISH_ON"}
"""Primavera's, where they give way to predecessors."""

Tables = dict[str, list[Row]]


def write_plans(jobs: list[tuple[Row, Tables, str]]) -> list[tuple[str, ...]]:
    """Write header and tables of each job to its path; return what each could not hold."""
    start_java()
    return [_write(*job) for job in jobs]


def _write(header: Row, tables: Tables, path: str) -> tuple[str, ...]:
    """XER or MSPDI by the ending of the path."""
    is_xer = path.endswith(".xer")
    name = "primavera.PrimaveraXERFileWriter" if is_xer else "mspdi.MSPDIWriter"
    plan = Plan(header, tables, is_xer)
    writer = java_class(f"org.mpxj.{name}")()
    if is_xer:
        writer.setCharset(java_class("java.nio.charset.StandardCharsets").UTF_8)
    writer.write(plan.file, path)
    return tuple(plan.notes)


class Plan:
    """MPXJ's file, filled from our tables."""

    def __init__(self, header: Row, tables: Tables, is_xer: bool) -> None:
        from org import mpxj

        self.mpxj, self.header, self.tables, self.is_xer = mpxj, header, tables, is_xer
        self.notes: list[str] = []
        self.file = mpxj.ProjectFile()
        self.file.getProjectConfig().setAutoWBS(False)
        self.own = OwnColumns(self.file)
        self.calendars = NewCalendars(self.file, tables["calendars"], tables["exceptions"])
        self._header()
        self.dates = {row["id"]: row for row in tables["dates"]}
        self.codes = Counter(row["code"] for row in tables["tasks"])
        ends = [row["successor_id"] for row in tables["links"] if row["kind"] in ("FS", "FF")]
        self.finishing = frozenset(ends)
        self.tasks = self._tasks()
        NewResources(self.file, tables, self.calendars, is_xer).assign(self.tasks)
        self._links()
        self._progress()
        self._dates()
        self._baseline()
        self._costs()
        if is_xer:
            self._tell_what_primavera_lacks()

    def _header(self) -> None:
        head, properties = self.header, self.file.getProjectProperties()
        day = round(head["hours_per_day"] * 60)
        put(
            properties,
            ProjectTitle=head["name"],
            Name=head["name"],
            ProjectID=head["id"],
            StartDate=head["start"],
            PlannedStart=head["start"],
            StatusDate=head["status_date"],
            MustFinishBy=head["deadline"],
            CurrencyCode=head["currency"],
            MinutesPerDay=day,
            MinutesPerWeek=5 * day,
            DefaultCalendar=self.calendars.of(head["calendar_id"]),
        )
        if not put_options(properties, head, self.is_xer):
            self._note("rules of scheduling that this tool lacks are left out: dates may differ")
        if self.is_xer:
            self.file.getCurrencies().add(self._currency(head["currency"] or NO_CURRENCY))

    def _currency(self, code: str) -> Any:
        builder = self.mpxj.Currency.Builder(self.file).currencyID(code).name(code).symbol(code)
        builder = builder.numberOfDecimalPlaces(java(2)).exchangeRate(java(1.0))
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
        head = self.header
        put(top, UniqueID=unique_id, Name=head["name"], WBS=head["id"], Summary=True)
        return top

    def _task(self, task: Any, row: Row, unique_id: int, position: int) -> Any:
        is_summary, is_elapsed = row["kind"] == "summary", row["is_elapsed"] and not self.is_xer
        is_activity = self.is_xer and not is_summary
        hours = row["duration_hours"] or (None if is_summary else 0.0)
        put(
            task,
            UniqueID=unique_id,
            ID=position,
            Name=row["name"],
            WBS=row["wbs"],
            Active=row["is_active"],
            Priority=self.mpxj.Priority.getInstance(round(row["priority"])),
            FixedCost=row["fixed_cost"],
            FixedCostAccrual=java_enum("AccrueType", JAVA_ACCRUALS[row["cost_accrual"]]),
            Duration=java_duration(hours, is_elapsed),
            Milestone=row["kind"] == "milestone",
            Summary=is_summary,
            **self._constraints(row),
            IgnoreResourceCalendar=row["ignores_resource_calendars"],
        )
        if row["levelling_delay_hours"] and not self.is_xer:
            task.setLevelingDelay(java_duration(row["levelling_delay_hours"], True))
        if row["is_elapsed"] and self.is_xer:
            task.setCalendar(self.calendars.day_and_night())
        elif row["calendar_id"] or self.is_xer:
            task.setCalendar(self.calendars.of(row["calendar_id"]))
        if row["notes"]:
            self._remark(task, row["notes"])
        if is_activity:
            self._activity(task, row)
        usual = {
            "id": str(unique_id),
            "wbs": "" if is_activity else row["wbs"],
            "code": self._activity_id(row) if is_activity else row["wbs"],
            "kind": "task" if row["kind"] == "level_of_effort" and not self.is_xer else row["kind"],
            "ev_method": "percent_complete",
            **{flag: word(task.getActivityType()) == kind for flag, kind in FLAGS.items()},
        }
        self.own.put("Task", task, row | {"rag_status": self._reported.get(row["id"], "")}, usual)
        return task

    @cached_property
    def _reported(self) -> dict[str, str]:
        """What the owner of each task reports: green, amber or red."""
        return {row["task_id"]: row["rag_status"] for row in self.tables["progress"]}

    def _constraints(self, row: Row) -> Row:
        """Primavera limits a finish by a constraint, or by a second one beside another."""
        kind, date, deadline = row["constraint"], row["constraint_date"], row["deadline"]
        found: Row = {} if self.is_xer else {"Deadline": deadline}
        if self.is_xer and deadline:
            # A constraint at midnight would hold to the end of that day.
            deadline -= dt.timedelta(minutes=deadline.time() == dt.time.min)
            limit = java_enum("ConstraintType", "FINISH_NO_LATER_THAN")
            if kind in ("SNET", "FNET", "SNLT"):
                found = {"SecondaryConstraintType": limit, "SecondaryConstraintDate": deadline}
            elif kind in ("", "ASAP", "FNLT") and row["kind"] != "summary":
                kind, date = "FNLT", min(date or deadline, deadline)
                self._note("deadlines are written as finishes no later than")
            else:
                self._note("deadlines of summaries and beside other constraints are left out")
        names = _SOFT if self.is_xer and not are_hard(self.header) else _CONSTRAINTS
        name = names.get(kind, "AS_SOON_AS_POSSIBLE")
        return found | {"ConstraintType": java_enum("ConstraintType", name), "ConstraintDate": date}

    def _remark(self, task: Any, notes: str) -> None:
        """Primavera keeps remarks by topic."""
        if not self.is_xer:
            task.setNotes(notes)
            return
        topic, words = self.file.getNotesTopics().getDefaultTopic(), self.mpxj.Notes(notes)
        context = self.file.getProjectContext()
        remark = self.mpxj.StructuredNotes(context, task.getUniqueID(), topic, words)
        task.setNotesObject(self.mpxj.ParentNotes(java_class("java.util.List").of(remark)))

    def _activity(self, task: Any, row: Row) -> None:
        is_finish = row["id"] in self.finishing and not row["is_start_milestone"]
        milestone = "FINISH_MILESTONE" if is_finish else "START_MILESTONE"
        usual = "RESOURCE_DEPENDENT" if row["is_resource_dependent"] else "TASK_DEPENDENT"
        kinds = {"milestone": milestone, "level_of_effort": "LEVEL_OF_EFFORT"}
        put(
            task,
            ActivityID=self._activity_id(row),
            ActivityType=java_enum("ActivityType", kinds.get(row["kind"], usual)),
            PlannedDuration=task.getDuration(),
            RemainingDuration=task.getDuration(),
            PercentCompleteType=java_enum("PercentCompleteType", "PHYSICAL"),
        )

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
            if row["task_id"] not in self.tasks:
                continue
            percent = row["percent_complete"] or 0.0
            remaining = row["remaining_hours"]
            if remaining is None:
                remaining = durations[row["task_id"]] * (100 - percent) / 100
            done = max(durations[row["task_id"]] - remaining, 0.0)
            put(
                self.tasks[row["task_id"]],
                ActualStart=row["actual_start"],
                ActualFinish=row["actual_finish"],
                PercentageComplete=percent,
                PhysicalPercentComplete=percent,
                RemainingDuration=java_duration(remaining),
                ActualDuration=java_duration(done),
                Resume=row["resume_date"],
                SuspendDate=row["resume_date"] and row["status_date"],
            )

    def _dates(self) -> None:
        """What the tool shows before it schedules by itself."""
        for task_id in self.dates.keys() & self.tasks.keys():
            row, task = self.dates[task_id], self.tasks[task_id]
            span = {"Start": row["start"], "Finish": row["finish"]}
            remaining = {
                f"{late}{end}": row[f"{late.lower()}_{end.lower()}"]
                for late in ("Early", "Late")
                for end in ("Start", "Finish")
            }
            put(task, **span, **remaining)
            if self.is_xer:
                planned = {f"Planned{end}": value for end, value in span.items()}
                put(task, **planned, **{f"Remaining{k}": v for k, v in remaining.items()})
            for assignment in task.getResourceAssignments():
                put(assignment, **span)

    def _baseline(self) -> None:
        for row in self.tables["baseline"] if not self.is_xer else ():
            if row["task_id"] in self.tasks:
                put(
                    self.tasks[row["task_id"]],
                    BaselineStart=row["start"],
                    BaselineFinish=row["finish"],
                    BaselineDuration=java_duration(row["duration_hours"]),
                    BaselineWork=java_duration(row["work_hours"]),
                    BaselineFixedCost=row["fixed_cost"],
                    BaselineCost=row["cost"],
                )

    def _costs(self) -> None:
        spent: dict[str, float] = {}
        for row in self.tables["costs"] if not self.is_xer else ():
            if row["kind"] != "actual" or row["task_id"] not in self.tasks:
                self._note("committed cost, and cost of no task, is left out")
                continue
            spent[row["task_id"]] = spent.get(row["task_id"], 0.0) + row["amount"]
        for task_id, amount in spent.items():
            put(self.tasks[task_id], ActualCost=amount)

    def _tell_what_primavera_lacks(self) -> None:
        lacking = {
            "fixed costs are left out": ("tasks", "fixed_cost"),
            "levelling delays are left out": ("tasks", "levelling_delay_hours"),
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
