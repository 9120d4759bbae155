"""Whose scheduling rules hold: the few places where Microsoft Project and Primavera P6 differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
        (`retained_logic`) or at once (`progress_override`).
    late_as_possible
        Tasks that start as late as possible use up their `free` or their `total` float.
    are_resource_calendars_used
        A task is worked in the hours of the resources assigned to it.
    critical_hours
        A task is critical whose total float is at most this.

    Notes
    -----
    After the schedule options of docs.oracle.com (P6) and the comparison of both tools by Tom
    Boyle (planningplanet).
    """

    lag_calendar: Literal["predecessor", "successor", "project", "24h"] = "predecessor"
    is_work_after_status_date: bool = True
    are_constraints_hard: bool = False
    out_of_sequence: Literal["retained_logic", "progress_override"] = "retained_logic"
    late_as_possible: Literal["free", "total"] = "free"
    are_resource_calendars_used: bool = False
    critical_hours: float = 0.0


PRESETS = {
    "primavera_p6": ScheduleOptions(),
    "microsoft_project": ScheduleOptions(
        lag_calendar="successor",
        is_work_after_status_date=False,
        are_constraints_hard=True,
        late_as_possible="total",
        are_resource_calendars_used=True,
    ),
}
"""The options of each value of `header.scheduling`."""
