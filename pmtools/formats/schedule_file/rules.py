"""What must hold in a schedule file before MPXJ reads it, and how many rows it must then return.

MPXJ drops or repairs a damaged row without a word: a link to no task, a task with a broken
duration, a second row with the same id. Here the rows themselves are looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pmtools.errors import Problem, SourceError
from pmtools.formats.schedule_file.records import AGAIN, LINE, Record, Records, refusal

Counts = dict[str, int]
"""How many of each sort, such as `tasks` or `FS links`."""

Fault = tuple[Record, str]

_NUMBER = r"[-+]?\d*[.,]?\d+([eE][-+]?\d+)?"
_DURATION = r"-?P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_TIME = r"\d\d:\d\d(:\d\d)?"
_INSTANT = r"\d{4}-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d(:\d\d(\.\d+)?)?"


@dataclass(frozen=True)
class Rule:
    """What holds for the rows of a table: filled columns, patterns and references."""

    key: str = ""
    needs: tuple[str, ...] = ()
    patterns: dict[str, str] = field(default_factory=dict)
    refers: dict[str, str] = field(default_factory=dict)


def _each(pattern: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, pattern)


_NOTHING = ("", "-1", "0", "-65535")
"""How the formats write that a row refers to nothing."""
# fmt: off
_RULES = {
    "mspdi": {
        "Calendar": Rule("UID", ("UID",), refers={"BaseCalendarUID": "Calendar"}),
        "WeekDay": Rule(needs=("DayType",), patterns={"DayType": "[0-7]", "DayWorking": "[01]"}),
        "WorkingTime": Rule(patterns=_each(_TIME, "FromTime", "ToTime")),
        "Task": Rule("UID", ("UID", "OutlineLevel", "Duration"), {
            **_each(r"\d+", "UID", "OutlineLevel", "PercentComplete", "Priority"),
            **_each("[0-7]", "ConstraintType"),
            **_each(_DURATION, "Duration", "RemainingDuration", "ActualDuration"),
            **_each(_INSTANT, "ActualStart", "ActualFinish", "ConstraintDate", "Deadline"),
            **_each(_NUMBER, "FixedCost", "ActualCost", "Cost"),
        }, {"CalendarUID": "Calendar"}),
        "Baseline": Rule(patterns={
            **_each(_DURATION, "Duration", "Work"), **_each(_INSTANT, "Start", "Finish"),
        }),
        "PredecessorLink": Rule("", ("PredecessorUID", "Type"), {
            "Type": "[0-3]", **_each(r"-?\d+", "LinkLag", "LagFormat"),
        }, {"PredecessorUID": "Task"}),
        "Resource": Rule("UID", ("UID", "Type"), {
            "Type": "[0-2]", **_each(_NUMBER, "MaxUnits", "StandardRate", "OvertimeRate"),
        }, {"CalendarUID": "Calendar"}),
        "Assignment": Rule("UID", ("UID", "TaskUID", "ResourceUID", "Units"), {
            "Work": _DURATION, "Units": _NUMBER,
        }, {"TaskUID": "Task", "ResourceUID": "Resource"}),
    },
    "pmxml": {
        "Relationship": Rule("", ("PredecessorActivityObjectId", "SuccessorActivityObjectId"),
            {"Lag": _NUMBER}),
    },
    "xer": {
        "PROJECT": Rule("proj_id", ("proj_id", "proj_short_name"), {"proj_id": r"\d+"}),
        "CALENDAR": Rule("clndr_id", ("clndr_id",), {"clndr_id": r"\d+"},
            {"base_clndr_id": "CALENDAR"}),
        "PROJWBS": Rule("wbs_id", ("wbs_id", "proj_id", "wbs_name"), {"wbs_id": r"\d+"},
            {"proj_id": "PROJECT"}),
        "TASK": Rule("task_id", ("task_id", "proj_id", "wbs_id", "clndr_id", "task_type",
            "task_code", "task_name", "target_drtn_hr_cnt", "status_code"), {
            **_each(r"\d+", "task_id"),
            **_each(_NUMBER, "target_drtn_hr_cnt", "remain_drtn_hr_cnt", "phys_complete_pct"),
            **_each(_INSTANT, "act_start_date", "act_end_date", "cstr_date", "cstr_date2"),
            **_each("TT_(Task|Rsrc|LOE|Mile|FinMile|WBS)", "task_type"),
            **_each("TK_(NotStart|Active|Complete)", "status_code"),
            **_each("CP_(Drtn|Phys|Units)", "complete_pct_type"),
            **_each("PT_(Top|High|Normal|Low|Lowest)", "priority_type"),
            **_each("CS_(ALAP|M(SO|EO)(A|B)?|MANDSTART|MANDFIN)", "cstr_type", "cstr_type2"),
        }, {"proj_id": "PROJECT", "wbs_id": "PROJWBS", "clndr_id": "CALENDAR"}),
        "TASKPRED": Rule("task_pred_id", ("task_id", "pred_task_id", "proj_id", "pred_proj_id",
            "pred_type", "lag_hr_cnt"), {
            "pred_type": "PR_(FS|SS|FF|SF)", "lag_hr_cnt": _NUMBER,
        }, {"task_id": "TASK", "proj_id": "PROJECT"}),
        "RSRC": Rule("rsrc_id", ("rsrc_id", "rsrc_name"), {"rsrc_id": r"\d+"},
            {"clndr_id": "CALENDAR"}),
        "TASKRSRC": Rule("taskrsrc_id", ("task_id", "proj_id"),
            _each(_NUMBER, "target_qty", "remain_qty", "act_reg_qty"),
            {"task_id": "TASK", "proj_id": "PROJECT", "rsrc_id": "RSRC"}),
    },
}
_TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "mspdi": {"tasks": ("Task",), "links": ("PredecessorLink",), "resources": ("Resource",),
        "assignments": ("Assignment",)},
    "xer": {"tasks": ("PROJWBS", "TASK"), "links": ("TASKPRED",), "resources": ("RSRC",),
        "assignments": ("TASKRSRC",)},
    "pmxml": {"tasks": ("WBS", "Activity"), "links": ("Relationship",), "resources": ("Resource",),
        "assignments": ("ResourceAssignment",)},
    "mpx": {"tasks": ("70",), "resources": ("50",), "assignments": ("75",)},
}
"""Where each sort of row stands; where a format has few rules, these counts are the check."""
_FILLED: dict[str, dict[str, str]] = {
    "mspdi": {"durations": "Duration", "remaining durations": "RemainingDuration",
        "constraint dates": "ConstraintDate", "actual starts": "ActualStart",
        "actual finishes": "ActualFinish"},
    "xer": {"durations": "target_drtn_hr_cnt", "remaining durations": "remain_drtn_hr_cnt",
        "constraint dates": "cstr_date", "actual starts": "act_start_date",
        "actual finishes": "act_end_date"},
    "pmxml": {"durations": "PlannedDuration", "remaining durations": "RemainingDuration",
        "actual starts": "ActualStartDate", "actual finishes": "ActualFinishDate"},
}
"""Columns of tasks whose filled cells are counted."""
_LINK_KINDS = {
    "0": "FF", "1": "FS", "2": "SF", "3": "SS", "Finish to Start": "FS", "Start to Start": "SS",
    "Finish to Finish": "FF", "Start to Finish": "SF",
}
# fmt: on


def refuse_damage(path: Path, kind: str, records: Records) -> None:
    """Raise SourceError with the rows that cannot be what their tool wrote."""
    problems = [
        Problem(f"{path.name}, line {row[LINE]}", words, remedy=AGAIN, code="schedule-file")
        for faults in (_faults(kind, records), _special_faults(kind, records))
        for row, words in faults
    ]
    if problems:
        raise SourceError(problems[:50])


def _faults(kind: str, records: Records) -> Iterator[Fault]:
    rules = _RULES.get(kind, {})
    keys = {
        table: Counter(row.get(rule.key, "") for row in records.get(table, []))
        for table, rule in rules.items()
    }
    for table, rule in rules.items():
        for row in records.get(table, []):
            key = row.get(rule.key, "")
            if key and keys[table][key] > 1:
                yield row, f'{table} {rule.key} "{key}" stands in several rows'
            for column in rule.needs:
                if not row.get(column) and row.get("IsNull") != "1":
                    yield row, f"{table} without {column}"
            for column, pattern in rule.patterns.items():
                if row.get(column) and not re.fullmatch(pattern, row[column]):
                    yield row, f'{table}: {column} is "{row[column][:40]}"'
            for column, target in rule.refers.items():
                word = row.get(column, "")
                if word not in _NOTHING and word not in keys[target]:
                    yield row, f'{table}: {column} "{word[:40]}" is no {target}'


def _special_faults(kind: str, records: Records) -> Iterator[Fault]:
    """Of rows that depend on their neighbours."""
    level = 0
    for row in records.get("Task", []) if kind == "mspdi" else ():
        here = int("0" + re.sub(r"\D", "", row.get("OutlineLevel", "")))
        if here > level + 1:
            yield row, f"Task: OutlineLevel {here} follows {level}"
        level = here
        if row.get("PercentComplete", "0") != "0" and not row.get("ActualStart"):
            yield row, "Task: PercentComplete without ActualStart"
    for row in records.get("TASK", []):
        if row.get("status_code") != "TK_NotStart" and not row.get("act_start_date"):
            yield row, "TASK: begun without act_start_date"
    for row in records.get("Assignment", []):
        if row.get("RemainingWork") and not row.get("Work"):
            yield row, "Assignment: RemainingWork without Work"
    for row in records.get("WorkingTime", []):
        if bool(row.get("FromTime")) != bool(row.get("ToTime")):
            yield row, "WorkingTime with only one of FromTime and ToTime"
    for row in records.get("CALENDAR", []):
        data = row.get("clndr_data", "")
        if data.count("(") != data.count(")") or (data and "DaysOfWeek" not in data):
            yield row, "CALENDAR: clndr_data is cut off"
    wbs = {row.get("wbs_id") for row in records.get("PROJWBS", [])}
    tops: Counter[str] = Counter()
    for row in records.get("PROJWBS", []):
        tops[row.get("proj_id", "")] += row.get("parent_wbs_id") not in wbs
        if tops[row.get("proj_id", "")] > 1:
            yield row, f'PROJWBS: parent_wbs_id "{row.get("parent_wbs_id", "")}" is no PROJWBS'
    tasks = {row.get("task_id") for row in records.get("TASK", [])}
    for row in records.get("TASKPRED", []):
        if row.get("pred_task_id") not in tasks and not _is_foreign(row):
            yield row, f'TASKPRED: pred_task_id "{row.get("pred_task_id", "")}" is no TASK'


def _is_foreign(link: Record) -> bool:
    """Whether a link of Primavera comes from another project."""
    if "pred_proj_id" in link:
        return link["pred_proj_id"] != link.get("proj_id")
    before, after = (link.get(f"{end}ProjectObjectId", "") for end in ("Predecessor", "Successor"))
    return before != after


def foreign_links(records: Records) -> list[dict[str, str | float]]:
    """Rows of table `links` whose predecessor is a task of another project, not in this file."""
    return [
        {
            "predecessor_id": link.get("pred_task_id") or link["PredecessorActivityObjectId"],
            "successor_id": link.get("task_id") or link["SuccessorActivityObjectId"],
            "kind": _link_kind(link),
            "lag_hours": float(link.get("lag_hr_cnt") or link.get("Lag") or 0),
        }
        for link in records.get("TASKPRED", []) + records.get("Relationship", [])
        if _is_foreign(link)
    ]


def _link_kind(link: Record) -> str:
    word = link.get("pred_type") or link.get("Type", "")
    return _LINK_KINDS.get(word, word.removeprefix("PR_"))


def project_id(path: Path, records: Records) -> str:
    """The id of the one project that was exported; others are only linked to it.

    Raises
    ------
    SourceError
        Where several projects were exported, or none.
    """
    rows = records.get("PROJECT", []) or records.get("Project", [])
    exported = [row for row in rows if row.get("export_flag") != "N"] or rows
    if len(exported) != 1:
        remedy = "Export each project to a file of its own."
        raise refusal(path, f"there are {len(exported)} projects in it", "one project", remedy)
    return exported[0].get("proj_id", "")


def raw_counts(path: Path, kind: str, records: Records) -> Counts:
    """How much of each sort MPXJ must return; nothing is known of the binary `mpp`."""
    project = project_id(path, records) if kind in ("xer", "pmxml") else ""
    own = {
        sort: [
            row
            for table in tables
            for row in records.get(table, [])
            if row.get("proj_id", project) == project and not _is_foreign(row)
        ]
        for sort, tables in _TABLES.get(kind, {}).items()
    }
    counts = {sort: len(rows) for sort, rows in own.items()}
    for sort, column in _FILLED.get(kind, {}).items():
        counts[sort] = sum(bool(row.get(column)) for row in own["tasks"])
    return counts | Counter(f"{_link_kind(row)} links" for row in own.get("links", []))
