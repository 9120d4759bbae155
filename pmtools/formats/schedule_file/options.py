"""The rules by which a tool schedules: its options in a file, and our fields of the header."""

from __future__ import annotations

from typing import Any

from pmtools.formats.schedule_file.java import hours, java_duration, java_enum, put, word

_CHOICES = {
    "lag_calendar": ("RelationshipLagCalendar", {
        "PREDECESSOR": "predecessor", "SUCCESSOR": "successor", "PROJECT_DEFAULT": "project",
        "TWENTY_FOUR_HOUR": "24h",
    }),
    "out_of_sequence": ("SchedulingProgressedActivities", {
        "RETAINED_LOGIC": "retained_logic", "PROGRESS_OVERRIDE": "progress_override",
        "ACTUAL_DATES": "actual_dates",
    }),
    "total_float": ("TotalSlackCalculationType", {
        "FINISH_SLACK": "finish", "START_SLACK": "start", "SMALLEST_SLACK": "smallest",
    }),
    "critical_by": ("CriticalActivityType", {
        "TOTAL_FLOAT": "total_float", "LONGEST_PATH": "longest_path",
    }),
}  # fmt: skip
"""Field of the header: property of MPXJ, named as its enum, and what its values are to us."""
_USUAL = {
    "lag_calendar": "predecessor",
    "out_of_sequence": "retained_logic",
    "total_float": "finish",
    "critical_by": "total_float",
}
_MICROSOFT = _USUAL | {"lag_calendar": "successor", "total_float": "smallest"}
"""What the fields mean where nothing is said, in Primavera and in Microsoft Project."""
GIVES_WAY = {"START_ON", "FINISH_ON", "START_NO_LATER_THAN", "FINISH_NO_LATER_THAN"}
MANDATORY = {"MUST_START_ON", "MUST_FINISH_ON"}


def options_of(plan: Any, is_primavera: bool) -> dict[str, Any]:
    """What a file says of its rules, as far as it is not what its tool always does.

    Primavera's mandatory constraints make all constraints hard where no other one gives way.
    """
    properties = plan.getProjectProperties()
    found: dict[str, Any] = {"scheduling": "primavera_p6" if is_primavera else "microsoft_project"}
    for name, (field, ours) in _CHOICES.items() if is_primavera else ():
        said = ours.get(word(getattr(properties, f"get{field}")()), _USUAL[name])
        found[name] = "" if said == _USUAL[name] else said
    limit = hours(properties.getCriticalSlackLimit(), properties)
    is_open = (
        properties.getMakeOpenEndedActivitiesCritical()
        if is_primavera
        else properties.getMultipleCriticalPaths()
    )
    strength = "" if properties.getHonorConstraints() else "soft"
    if is_primavera:
        kinds = {word(task.getConstraintType()) for task in plan.getTasks()}
        strength = "hard" if kinds & MANDATORY and not kinds & GIVES_WAY else ""
    return found | {
        "critical_hours": limit or None,
        "open_ends": "critical" if is_open else "",
        "constraints": strength,
    }


def are_hard(header: dict[str, Any]) -> bool:
    """Whether must and no-later-than dates override predecessors, as Microsoft Project has it."""
    strict = ("hard", "") if header["scheduling"] == "microsoft_project" else ("hard",)
    return header["constraints"] in strict


def put_options(properties: Any, header: dict[str, Any], is_primavera: bool) -> bool:
    """The same on the way back; whether the tool has all these rules."""
    is_microsoft = header["scheduling"] == "microsoft_project"
    usual = _MICROSOFT if is_microsoft else _USUAL
    meant = {name: header[name] or usual[name] for name in _CHOICES}
    for name, (field, ours) in _CHOICES.items() if is_primavera else ():
        java_names = {value: java for java, value in ours.items()}
        getattr(properties, f"set{field}")(java_enum(field, java_names[meant[name]]))
    is_open = header["open_ends"] == "critical"
    put(
        properties,
        CriticalSlackLimit=java_duration(header["critical_hours"] or 0.0),
        HonorConstraints=are_hard(header),
        MultipleCriticalPaths=is_open,
        MakeOpenEndedActivitiesCritical=is_open,
    )
    return is_microsoft != is_primavera and (is_primavera or meant == _MICROSOFT)
