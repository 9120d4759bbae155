"""Whose scheduling rules hold: the few places where Microsoft Project and Primavera P6 differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pmtools.project import Header


@dataclass(frozen=True)
class ScheduleOptions:
    """How a network is scheduled; a preset for each tool of record.

    Parameters
    ----------
    lag_calendar
        The calendar on which a working lag counts, where the link names none.
    is_work_after_status_date
        Remaining work is never before the status date; else an unstarted task keeps its place,
        and a started one runs on from its actual start.
    are_constraints_hard
        "Must" and "no later than" override the predecessors; else they only limit late dates.
    out_of_sequence
        Work that started before its predecessors allow goes on when they are done
        (`retained_logic`) or at once (`progress_override`); or at once where it started itself,
        while actual dates of predecessors that finished early hold for the others
        (`actual_dates`).
    late_as_possible
        Tasks that start as late as possible use up their `free` or their `total` float.
    are_resource_calendars_used
        A task is worked in the hours of the resources assigned to it.
    total_float
        Late minus early `finish`, late minus early `start`, or the `smallest` of both.
    critical_by
        Critical is what has little `total_float`, or what lies on the `longest_path`: the driving
        links back from the last finish.
    critical_hours
        The total float up to which a task is critical.
    open_ends
        A task without successor has float up to the `project_finish`, or none: it is `critical`.

    Notes
    -----
    After the schedule options of docs.oracle.com (P6) and the comparison of both tools by Tom
    Boyle (planningplanet).
    """

    lag_calendar: Literal["predecessor", "successor", "project", "24h"] = "predecessor"
    is_work_after_status_date: bool = True
    are_constraints_hard: bool = False
    out_of_sequence: Literal["retained_logic", "progress_override", "actual_dates"] = (
        "retained_logic"
    )
    late_as_possible: Literal["free", "total"] = "free"
    are_resource_calendars_used: bool = False
    total_float: Literal["finish", "start", "smallest"] = "finish"
    critical_by: Literal["total_float", "longest_path"] = "total_float"
    critical_hours: float = 0.0
    open_ends: Literal["project_finish", "critical"] = "project_finish"


PRESETS = {
    "primavera_p6": ScheduleOptions(),
    "microsoft_project": ScheduleOptions(
        lag_calendar="successor",
        is_work_after_status_date=False,
        are_constraints_hard=True,
        late_as_possible="total",
        are_resource_calendars_used=True,
        total_float="smallest",
    ),
}
"""The options of each value of `header.scheduling`."""

_OWN = ("lag_calendar", "out_of_sequence", "total_float", "critical_by", "critical_hours",
        "open_ends")  # fmt: skip


def options_of(header: Header) -> ScheduleOptions:
    """The rules of a project: the preset of its tool, and what the header says otherwise."""
    said: dict[str, Any] = {name: getattr(header, name) for name in _OWN}
    said = {name: value for name, value in said.items() if value not in ("", None)}
    if header.constraints:
        said["are_constraints_hard"] = header.constraints == "hard"
    return replace(PRESETS[header.scheduling or "primavera_p6"], **said)
