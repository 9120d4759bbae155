"""The rules by which a tool schedules: its options in a file, and our fields of the header."""

from __future__ import annotations

from typing import Any

from pmtools.formats.schedule_file.java import hours, java_duration, java_enum, put, word

_CHOICES = {
    "lag_calendar": ("RelationshipLagCalendar", "RelationshipLagCalendar", {
        "PREDECESSOR": "predecessor", "SUCCESSOR": "successor", "PROJECT_DEFAULT": "project",
        "TWENTY_FOUR_HOUR": "24h",
    }),
    "out_of_sequence": ("SchedulingProgressedActivities", "SchedulingProgressedActivities", {
        "RETAINED_LOGIC": "retained_logic", "PROGRESS_OVERRIDE": "progress_override",
        "ACTUAL_DATES": "actual_dates",
    }),
    "total_float": ("TotalSlackCalculationType", "TotalSlackCalculationType", {
        "FINISH_SLACK": "finish", "START_SLACK": "start", "SMALLEST_SLACK": "smallest",
    }),
    "critical_by": ("CriticalActivityType", "CriticalActivityType", {
        "TOTAL_FLOAT": "total_float", "LONGEST_PATH": "longest_path",
    }),
}  # fmt: skip
"""Field of the header: property and enum of MPXJ, and what its values are to us."""
_USUAL = {
    "lag_calendar": "predecessor",
    "out_of_sequence": "retained_logic",
    "total_float": "finish",
    "critical_by": "total_float",
}


def options_of(properties: Any, is_primavera: bool) -> dict[str, Any]:
    """What a file says of its rules, as far as it is not what its tool always does."""
    found: dict[str, Any] = {"scheduling": "primavera_p6" if is_primavera else "microsoft_project"}
    for name, (getter, _, ours) in _CHOICES.items() if is_primavera else ():
        said = ours.get(word(getattr(properties, f"get{getter}")()), _USUAL[name])
        found[name] = "" if said == _USUAL[name] else said
    limit = hours(properties.getCriticalSlackLimit(), properties)
    is_open = (
        properties.getMakeOpenEndedActivitiesCritical()
        if is_primavera
        else properties.getMultipleCriticalPaths()
    )
    return found | {
        "critical_hours": limit or None,
        "open_ends": "critical" if is_open else "",
        "constraints": "" if is_primavera or properties.getHonorConstraints() else "soft",
    }


def put_options(properties: Any, header: dict[str, Any], is_primavera: bool) -> None:
    """The same on the way back."""
    for name, (setter, kind, ours) in _CHOICES.items() if is_primavera else ():
        java_names = {value: java for java, value in ours.items()}
        value = java_enum(kind, java_names[header[name] or _USUAL[name]])
        getattr(properties, f"set{setter}")(value)
    is_open = header["open_ends"] == "critical"
    put(
        properties,
        CriticalSlackLimit=java_duration(header["critical_hours"] or 0.0),
        HonorConstraints=header["constraints"] != "soft",
        MultipleCriticalPaths=is_open,
        MakeOpenEndedActivitiesCritical=is_open,
    )
