"""The tables of a project: their columns, units and rules, declared once.

Readers parse by them, validation checks by them, writers explain headings by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["text", "id", "ids", "number", "flag", "day", "start", "finish", "time"]
"""What a cell holds. Stored as:

- `text`, `id`: str, "" where nothing is said; an id stays as written (`00123`, `NA`)
- `ids`: str, several ids separated by ";"
- `number`: float64, NaN where nothing is said
- `flag`: bool
- `day`: datetime64 at midnight
- `start`: datetime64; a day without a time is its first minute, 00:00
- `finish`: datetime64; a day without a time is its last minute, 23:59
- `time`: str "HH:MM", "24:00" allowed
"""

LINK_KINDS = ("FS", "SS", "FF", "SF")
LAG_KINDS = ("working", "elapsed", "percent")
TASK_KINDS = ("task", "milestone", "summary", "level_of_effort")
CONSTRAINTS = ("", "ASAP", "ALAP", "SNET", "SNLT", "FNET", "FNLT", "MSO", "MFO")
EV_METHODS = (
    "percent_complete", "0/100", "50/50", "25/75", "weighted_milestones", "level_of_effort"
)  # fmt: skip
ACCRUALS = ("prorated", "start", "end")
RESOURCE_KINDS = ("person", "role", "equipment", "material")
REGISTER_KINDS = ("risk", "assumption", "issue", "dependency", "decision", "change", "action")
RACI = ("R", "A", "C", "I")
RAG = ("green", "amber", "red")
ISSUE_TYPES = ("request_for_change", "off_specification", "problem")
SEVERITIES = ("low", "medium", "high", "critical")
PRESETS = ("primavera_p6", "microsoft_project")
LAG_CALENDARS = ("predecessor", "successor", "project", "24h")
OUT_OF_SEQUENCE = ("retained_logic", "progress_override", "actual_dates")
STRENGTHS = ("hard", "soft")
TOTAL_FLOATS = ("finish", "start", "smallest")
CRITICAL_BY = ("total_float", "longest_path")
OPEN_ENDS = ("project_finish", "critical")
DISTRIBUTIONS = (
    "pert", "beta_pert", "triangular", "lognormal", "uniform", "normal", "discrete"
)  # fmt: skip
ITEM_CATEGORIES = ("to_do", "active", "waiting", "done")
ITEM_STATES = ("open", "closed", "occurred", "approved", "rejected")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Column:
    """A column: its kind, and what a cell of it must satisfy."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str | float | bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    refers_to: str = ""


@dataclass(frozen=True)
class TableSchema:
    """A table: what a row is, its columns, and the columns that tell two rows apart."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        return self.by_name[name]


def _text(name: str, help: str, **rules: object) -> Column:
    return Column(name, "text", help, **rules)  # type: ignore[arg-type]


def _id(name: str, help: str, **rules: object) -> Column:
    return Column(name, "id", help, **rules)  # type: ignore[arg-type]


def _ref(name: str, to: str, help: str, **rules: object) -> Column:
    return Column(name, "id", help, refers_to=to, **rules)  # type: ignore[arg-type]


def _number(name: str, help: str, **rules: object) -> Column:
    return Column(name, "number", help, **rules)  # type: ignore[arg-type]


# fmt: off
HEADER = (
    _id("id", "short name of the project, unique in the history", required=True),
    _text("name", "name of the project", required=True),
    Column("start", "start", "day the project starts", required=True),
    Column("status_date", "finish", "day up to which progress is known"),
    _text("currency", "ISO code of the one currency of this project"),
    _number("budget", "approved budget, in the currency", minimum=0),
    Column("deadline", "finish", "day by which the project must be finished"),
    _number("confidence", "chance wanted for a commitment", default=0.8, minimum=0, maximum=1),
    _number("hours_per_day", "what `1d` means", default=8.0, minimum=0.25, maximum=24),
    _text("timezone", "time zone of all times", default="UTC"),
    _ref("calendar_id", "calendars", "calendar of tasks without one of their own"),
    _text("date_format", "how days are written, e.g. DD/MM/YYYY", default="YYYY-MM-DD"),
    _text("number_format", "how numbers are written, e.g. 1.234,5", default="1234.5"),
    _text("scheduling", "whose scheduling rules hold", default="primavera_p6", choices=PRESETS),
    _text("lag_calendar", "calendar lags count on; empty: as `scheduling` has it",
        choices=("", *LAG_CALENDARS)),
    _text("out_of_sequence", "work that began before its predecessors allow",
        choices=("", *OUT_OF_SEQUENCE)),
    _text("constraints", "whether must and no-later-than dates override predecessors",
        choices=("", *STRENGTHS)),
    _text("total_float", "what total float is the difference of", choices=("", *TOTAL_FLOATS)),
    _text("critical_by", "what makes a task critical", choices=("", *CRITICAL_BY)),
    _number("critical_hours", "total float up to which a task is critical"),
    _text("open_ends", "float of a task without successor: up to the project finish, or none",
        choices=("", *OPEN_ENDS)),
)

_TABLES = (
    TableSchema("goals", "a goal", (
        _id("id", "id of the goal", required=True),
        _text("goal", "what shall be reached", required=True),
        _text("measure", "how one sees that it is reached"),
        _text("target", "value to be reached"),
        Column("due", "finish", "until when"),
        _ref("owner_id", "resources", "who answers for it"),
    ), ("id",)),
    TableSchema("tasks", "a task, milestone or summary", (
        _id("id", "id of the task", required=True),
        _text("code", "code that other systems use for it"),
        _text("wbs", "place in the work breakdown structure, e.g. 1.2.3"),
        _text("name", "name of the task", required=True),
        _ref("parent_id", "tasks", "summary task it belongs to"),
        _text("kind", ", ".join(TASK_KINDS), default="task", choices=TASK_KINDS),
        _number("duration_hours", "working hours from start to finish; `5d`, `2w`, `3ed` are read "
            "too", minimum=0, maximum=1e6),
        Column("is_start_milestone", "flag", "opens the work after it: stands at the next start of "
            "work (Primavera)", default=False),
        Column("is_elapsed", "flag", "duration counts the hours of day and night", default=False),
        Column("is_active", "flag", "inactive tasks are kept, but not scheduled", default=True),
        _ref("calendar_id", "calendars", "calendar of this task"),
        _text("constraint", "SNET, SNLT, FNET, FNLT, MSO, MFO, ALAP or empty", choices=CONSTRAINTS),
        Column("constraint_date", "start", "date of the constraint"),
        Column("deadline", "finish", "day by which the task must be finished; moves nothing"),
        _number("levelling_delay_hours", "elapsed hours it waits for people, after what its links "
            "allow", default=0.0, minimum=0, maximum=1e6),
        Column("ignores_resource_calendars", "flag", "worked in its own hours, whoever is assigned",
            default=False),
        Column("is_resource_dependent", "flag", "worked in the hours of whoever is assigned "
            "(Primavera)", default=False),
        _number("priority", "0 to 1000, higher is served first", default=500.0, minimum=0,
            maximum=1000),
        _text("control_account", "where its cost and progress are controlled"),
        _ref("deliverable_id", "deliverables", "what it delivers"),
        _text("ev_method", "earning rule", default="percent_complete", choices=EV_METHODS),
        _number("fixed_cost", "cost that does not depend on hours", default=0.0),
        _text("cost_accrual", "when the fixed cost falls: prorated, start or end",
            default="prorated", choices=ACCRUALS),
        _ref("owner_id", "resources", "the one person who answers for it"),
        _ref("department_id", "departments", "department that does it"),
        _text("notes", "remarks"),
    ), ("id",)),
    TableSchema("estimates", "what is uncertain about a task's duration", (
        _ref("task_id", "tasks", "the task", required=True),
        _number("optimistic_hours", "if all goes well", minimum=0),
        _number("most_likely_hours", "most likely", minimum=0),
        _number("pessimistic_hours", "if much goes wrong", minimum=0),
        _text("distribution", ", ".join(DISTRIBUTIONS), default="pert", choices=DISTRIBUTIONS),
        _text("estimate_class", "AACE class 1 to 5 where the points are not known",
            choices=("", *"12345")),
        _text("correlation_group", "tasks that tend to slip together"),
        _text("task_type", "kind of work: its range is learnt from finished work of that kind"),
        _text("team", "team whose throughput sets the duration"),
        _number("remaining_items", "items of the team's backlog still to be done", minimum=0),
    ), ("task_id",)),
    TableSchema("ev_milestones", "a weighted milestone inside a task", (
        _ref("task_id", "tasks", "the task", required=True),
        _text("name", "what is reached", required=True),
        _number("weight", "share of the task's budget", required=True, minimum=0),
        Column("achieved_date", "finish", "when it was reached"),
    ), ("task_id", "name")),
    TableSchema("links", "a dependency between two tasks", (
        _ref("predecessor_id", "tasks", "the task before", required=True),
        _ref("successor_id", "tasks", "the task after", required=True),
        _text("kind", "FS, SS, FF or SF", default="FS", choices=LINK_KINDS),
        _number("lag_hours", "hours to wait (or percent of the predecessor's duration); `2d`, "
            "`-4h`, `2ed`, `50%` are read too", default=0.0, minimum=-1e6, maximum=1e6),
        _text("lag_kind", "working, elapsed or percent", default="working", choices=LAG_KINDS),
        _ref("lag_calendar", "calendars", "calendar of the lag, where not the tool's usual one"),
    ), ("predecessor_id", "successor_id", "kind")),
    TableSchema("progress", "what was known of a task on a status date", (
        Column("status_date", "finish", "day the facts were known", required=True),
        _ref("task_id", "tasks", "the task", required=True),
        Column("actual_start", "start", "when work really began"),
        Column("actual_finish", "finish", "when it was really finished"),
        _number("remaining_hours", "working hours still needed", minimum=0, maximum=1e6),
        _number("percent_complete", "0 to 100", minimum=0, maximum=100),
        _text("rag_status", "what its owner reports: green, amber or red", choices=("", *RAG)),
        Column("resume_date", "start", "work that remains is not resumed before"),
        _text("note", "remark of the owner"),
    ), ("status_date", "task_id")),
    TableSchema("timesheets", "hours worked", (
        Column("date", "day", "day of the work", required=True),
        _ref("task_id", "tasks", "the task", required=True),
        _ref("resource_id", "resources", "who worked", required=True),
        _number("hours", "hours worked", required=True, minimum=0),
    )),
    TableSchema("resources", "a person, role, equipment or material", (
        _id("id", "id of the resource", required=True),
        _text("name", "name", required=True),
        _text("kind", "person, role, equipment or material", default="person",
            choices=RESOURCE_KINDS),
        _text("role", "what they do"),
        _ref("department_id", "departments", "department they belong to"),
        _text("email", "address"),
        _number("capacity", "how many at once, 0.5 is half-time", default=1.0, minimum=0),
        _number("cost_per_use", "cost each time it is used", default=0.0, minimum=0),
        _text("cost_accrual", "when the cost of its hours falls", default="prorated",
            choices=ACCRUALS),
        _ref("calendar_id", "calendars", "own working times"),
    ), ("id",)),
    TableSchema("rates", "a price from a day on", (
        _ref("resource_id", "resources", "the resource", required=True),
        Column("from", "day", "first day of this price; empty: always"),
        _number("hourly_rate", "cost of an hour (or of a unit of material)", minimum=0),
        _number("overtime_rate", "cost of an hour of overtime", minimum=0),
        _number("bill_rate", "what the client pays for an hour", minimum=0),
    ), ("resource_id", "from")),
    TableSchema("availability", "a capacity for a while", (
        _ref("resource_id", "resources", "the resource", required=True),
        Column("from", "day", "first day", required=True),
        Column("to", "day", "last day", required=True),
        _number("capacity", "how many at once; 0 is leave", required=True, minimum=0),
    )),
    TableSchema("assignments", "a resource on a task", (
        _ref("task_id", "tasks", "the task", required=True),
        _ref("resource_id", "resources", "the resource", required=True),
        _number("units", "share of the resource, 1 is full-time", default=1.0, minimum=0),
        _number("work_hours", "hours of work; empty: units x duration", minimum=0),
        Column("is_fixed_quantity", "flag", "units are an amount that does not grow with time",
            default=False),
    ), ("task_id", "resource_id")),
    TableSchema("calendars", "one shift of one weekday", (
        _id("id", "id of the calendar", required=True),
        _text("name", "name of the calendar"),
        _ref("base_id", "calendars",
            "calendar whose exceptions (and, without own shifts, weekdays) it takes over"),
        _text("weekday", "mon to sun; empty: only names the calendar", choices=("", *WEEKDAYS)),
        Column("shift_start", "time", "HH:MM; both empty: a day off"),
        Column("shift_finish", "time", "HH:MM"),
    )),
    TableSchema("exceptions", "days off, or with other hours", (
        _ref("calendar_id", "calendars", "the calendar", required=True),
        Column("from", "day", "first day", required=True),
        Column("to", "day", "last day; empty: only the first"),
        _text("name", "why"),
        _text("shifts", "e.g. 08:00-12:00 13:00-15:00; empty: off"),
    )),
    TableSchema("baseline", "a task as approved", (
        _id("baseline", "name of the baseline; the last one approved counts", default="1"),
        _ref("task_id", "tasks", "the task", required=True),
        Column("start", "start", "approved start", required=True),
        Column("finish", "finish", "approved finish", required=True),
        _number("duration_hours", "approved duration", minimum=0),
        _number("work_hours", "approved work", minimum=0),
        _number("fixed_cost", "approved cost that does not depend on hours"),
        _number("cost", "approved cost in all, fixed cost included"),
        _text("approved_by", "who approved"),
        Column("approved_date", "day", "when"),
        _ref("change_id", "register", "change of the register that led to it"),
    ), ("baseline", "task_id")),
    TableSchema("costs", "money spent or committed", (
        Column("date", "day", "when", required=True),
        _ref("task_id", "tasks", "the task; empty: the project"),
        _ref("resource_id", "resources", "the resource"),
        _text("kind", "actual or committed", default="actual", choices=("actual", "committed")),
        _number("amount", "in the project's currency", required=True),
        _text("note", "invoice number, remark"),
    )),
    TableSchema("register", "a risk, assumption, issue, dependency, decision, change or action", (
        _id("id", "id of the item", required=True),
        _text("kind", "what it is", required=True, choices=REGISTER_KINDS),
        _text("title", "in one line", required=True),
        _text("description", "cause, event, effect"),
        _text("category", "area it belongs to"),
        _text("status", ", ".join(ITEM_STATES), default="open", choices=ITEM_STATES),
        _ref("owner_id", "resources", "the one owner"),
        _ref("actionee_id", "resources", "who carries out the response, where not the owner"),
        _ref("raised_by", "resources", "who raised it"),
        Column("raised_date", "day", "when it was raised"),
        Column("updated_date", "day", "when it was last reviewed"),
        Column("due_date", "finish", "until when something must be done or decided"),
        Column("closed_date", "day", "when it was closed"),
        Column("trigger_date", "day", "when a risk may occur at the earliest (its proximity)"),
        Column("revisit_date", "day", "when a decision is looked at again"),
        _ref("origin_id", "register", "item it came from: the risk that became this issue"),
        _text("issue_type", ", ".join(ISSUE_TYPES), choices=("", *ISSUE_TYPES)),
        _text("severity", ", ".join(SEVERITIES), choices=("", *SEVERITIES)),
        _text("priority", ", ".join(SEVERITIES), choices=("", *SEVERITIES)),
        _text("options", "what can be decided"),
        _ref("decided_by", "resources", "who decided or approved"),
        _number("probability", "0 to 1", minimum=0, maximum=1),
        _number("impact_hours", "most likely delay"),
        _number("optimistic_impact_hours", "delay if it goes well"),
        _number("pessimistic_impact_hours", "delay if it goes badly"),
        _number("impact_percent", "most likely growth of the tasks it touches, 20: a fifth longer",
            minimum=-100),
        _number("optimistic_impact_percent", "growth if it goes well", minimum=-100),
        _number("pessimistic_impact_percent", "growth if it goes badly", minimum=-100),
        _number("impact_cost", "most likely cost"),
        _number("optimistic_impact_cost", "cost if it goes well"),
        _number("pessimistic_impact_cost", "cost if it goes badly"),
        _text("parallel_group", "risks of one group do not add up: the largest growth counts"),
        _ref("calendar_id", "calendars", "calendar on which its tasks are worked if it occurs"),
        _text("response",
            "avoid, reduce, fallback, transfer, accept, share, enhance, exploit, reject"),
        _text("response_action", "what is done about it"),
        _number("response_cost", "what the response costs"),
        _number("residual_probability", "0 to 1, after the response", minimum=0, maximum=1),
        _number("residual_impact_hours", "most likely delay after the response"),
        _number("residual_impact_percent", "most likely growth after the response", minimum=-100),
        _number("residual_impact_cost", "most likely cost after the response"),
        Column("response_done_date", "day", "when the response was in place; from then on the "
            "residual figures count"),
        Column("task_ids", "ids", "tasks it touches", refers_to="tasks"),
        _text("outcome", "what was decided, and why"),
    ), ("id",)),
    TableSchema("deliverables", "what is delivered", (
        _id("id", "id of the deliverable", required=True),
        _text("name", "name", required=True),
        Column("due", "finish", "until when"),
        _text("acceptance", "how it is accepted"),
    ), ("id",)),
    TableSchema("departments", "who answers for people", (
        _id("id", "id of the department", required=True),
        _text("name", "name", required=True),
        _ref("head_id", "resources", "its head"),
    ), ("id",)),
    TableSchema("responsibilities", "R, A, C or I of a party", (
        _ref("deliverable_id", "deliverables", "the deliverable, or"),
        _ref("task_id", "tasks", "the task"),
        _id("party_id", "a resource or department", required=True),
        _text("role", "R, A, C or I", required=True, choices=RACI),
    ), ("deliverable_id", "task_id", "party_id")),
    TableSchema("stakeholders", "who is told what, how often", (
        _id("id", "id", required=True),
        _text("name", "name", required=True),
        _ref("department_id", "departments", "department"),
        _text("email", "address"),
        _text("audience", "sponsor, client, team, department or manager"),
        _text("frequency", "how often"),
        _text("locale", "language of dates and numbers"),
        _text("format", "html, pdf"),
    ), ("id",)),
    TableSchema("work_items", "an item of a team's backlog, as in Jira", (
        _id("id", "key of the item", required=True),
        _text("team", "team that works on it"),
        _text("kind", "story, bug, ..."),
        _text("title", "in one line"),
        Column("created", "start", "when it was created"),
        _ref("task_id", "tasks", "task of the plan it belongs to"),
    ), ("id",)),
    TableSchema("transitions", "a work item changes its state", (
        _ref("item_id", "work_items", "the item", required=True),
        Column("at", "start", "when", required=True),
        _text("from_state", "state before"),
        _text("to_state", "state after", required=True),
        _text("category", "what the state after means: " + ", ".join(ITEM_CATEGORIES),
            required=True, choices=ITEM_CATEGORIES),
    ), ("item_id", "at", "to_state")),
)

# fmt: on
TABLES: Mapping[str, TableSchema] = {table.name: table for table in _TABLES}
"""Every table by its name. Only `tasks` (and the header) must be there."""
