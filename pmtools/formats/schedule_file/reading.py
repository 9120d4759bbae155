"""A schedule file through MPXJ to rows, compared with our own count; runs in a child process."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from pmtools.formats.schedule_file.java import start_java
from pmtools.formats.schedule_file.records import (
    AGAIN,
    KINDS,
    Records,
    encoding_of,
    kind_of,
    records_of,
    refusal,
)
from pmtools.formats.schedule_file.rows import Rows
from pmtools.formats.schedule_file.rules import (
    Counts,
    foreign_links,
    project_id,
    raw_counts,
    refuse_damage,
)

_READERS = {
    "mpp": "mpp.MPPReader",
    "mspdi": "mspdi.MSPDIReader",
    "mpx": "mpx.MPXReader",
    "xer": "primavera.PrimaveraXERFileReader",
    "pmxml": "primavera.PrimaveraPMFileReader",
}


def read_rows(paths: list[str]) -> list[dict[str, Any]]:
    """What `Rows.content` gives for each file: plain values that can be pickled."""
    return [_read(Path(path)) for path in paths]


def _read(path: Path) -> dict[str, Any]:
    kind = kind_of(path)
    records = records_of(path, kind)
    refuse_damage(path, kind, records)
    expected = raw_counts(path, kind, records)
    plan = _open(path, kind, records)
    _compare(path, expected, _counts(plan, kind))
    content = Rows(path, kind, plan).content()
    content["tables"]["links"] += foreign_links(records)
    return content


def _open(path: Path, kind: str, records: Records) -> Any:
    start_java()
    import jpype

    reader = jpype.JClass(f"org.mpxj.{_READERS[kind]}")()
    if kind == "xer":
        reader.setProjectID(int(project_id(path, records)))
        reader.setCharset(jpype.JClass("java.nio.charset.Charset").forName(encoding_of(path)))
    try:
        plan = reader.read(str(path))
    except jpype.JException as error:
        cause = error.getCause() or error
        words = f"the content is no whole {KINDS[kind]} file ({cause.toString()})"
        raise refusal(path, words, remedy=AGAIN) from None
    if plan is None or not len(plan.getTasks()):
        raise refusal(path, f"there is no task in this {KINDS[kind]} file", "at least one task")
    return plan


def _counts(plan: Any, kind: str) -> Counts:
    """What MPXJ returned, counted as `raw_counts` counts it."""
    tasks, kinds = list(plan.getTasks()), [str(link.getType()) for link in plan.getRelations()]
    is_microsoft = kind == "mspdi"
    fields = {
        "durations": "Duration" if is_microsoft else "PlannedDuration",
        "remaining durations": "RemainingDuration",
        "constraint dates": "ConstraintDate",
        "actual starts": "ActualStart",
        "actual finishes": "ActualFinish",
    }
    facts = tasks if is_microsoft else [t for t in tasks if t.getActivityType() is not None]
    return {
        "tasks": len(tasks),
        **{
            sort: sum(getattr(task, f"get{field}")() is not None for task in facts)
            for sort, field in fields.items()
        },
        "links": len(kinds),
        **Counter(f"{kind} links" for kind in kinds),
        "resources": len(plan.getResources()),
        "assignments": len(plan.getResourceAssignments()),
    }


def _compare(path: Path, expected: Counts, found: Counts) -> None:
    lost = [
        f"{wanted} {name} in the file, {found.get(name, 0)} could be read"
        for name, wanted in expected.items()
        if found.get(name, 0) != wanted
    ]
    if lost:
        raise refusal(path, f"incomplete import: {'; '.join(lost)}", remedy=AGAIN)
