"""A list of tasks with everything beside it -> tasks, links, resources, assignments, progress."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.formats.cells import CellFormat, number_of, span_of
from pmtools.formats.rows import TableRows, Tables
from pmtools.project import TABLES, Source, frame_of

Row = dict[str, Any]

_LAG = r"(?P<lag>[+-]\s*[0-9][0-9.,\s]*[a-z%]*)"
_LINKS = (
    re.compile(rf"(?P<id>.+?)\s*(?P<kind>FS|SS|FF|SF|EA|AA|EE|AE)\s*{_LAG}?", re.I),
    re.compile(rf"(?P<id>.+?)(?P<kind>)\s*{_LAG}?", re.I),
)
_LONGEST_CELL, _LONGEST_WORD = 10_000, 500
_KINDS = {"EA": "FS", "AA": "SS", "EE": "FF", "AE": "SF"}
_RESOURCE = re.compile(r"(?P<name>[^\[\]]+?)\s*(?:\[(?P<units>[^\]]*)\])?")
_TASK_COLUMNS = [column.name for column in TABLES["tasks"].columns]


def spread(tables: Tables, form: CellFormat, until: datetime | None) -> None:
    """Put the rows of table "task list" into the project's tables, in place.

    `until` is the status date of the progress in the list, where the header has none. A planned
    start holds (as SNET) for a task without predecessors; the others start when their links
    let them. Tasks are summaries where others stand below them by parent, outline level or WBS.
    """
    part = tables.rows.pop("task list")
    rows = part.rows
    for number, row in enumerate(rows, 1):
        row["id"] = row["id"] if "id" in row else str(number)
        row["name"] = (row.get("name") or "").strip()
    _set_parents(rows)
    spreading = _Spreading(tables, part, form, until)
    parents = {row["parent_id"] for row in rows}
    made: dict[str, list[tuple[int, Row]]] = {}
    for index, row in enumerate(rows):
        for table, extra in spreading.tables_of(index, row, is_summary=row["id"] in parents):
            made.setdefault(table, []).extend((index, new) for new in extra)
    own = [{name: row[name] for name in _TASK_COLUMNS if name in row} for row in rows]
    tables.rows["tasks"] = TableRows(part.source, own)
    for table, new in made.items():
        before = tables.rows.get(table, TableRows(part.source, []))
        numbers = (*before.source.rows[: len(before.rows)], *(part.source.rows[i] for i, _ in new))
        source = Source(before.source.place, numbers)
        tables.rows[table] = TableRows(source, [*before.rows, *(row for _, row in new)])
    starts = [row["start"] for row in rows if row.get("start")]
    if starts and not tables.header.get("start"):
        tables.header["start"] = min(starts).replace(hour=0, minute=0)


def _set_parents(rows: list[Row]) -> None:
    """Parents as written, else by outline level, else by WBS: 1.2 stands below 1."""
    by_wbs = {row["wbs"]: row["id"] for row in rows if row.get("wbs")}
    open_levels: list[tuple[float, str]] = []
    for row in rows:
        level = row.get("outline_level")
        parent = row.get("parent_id") or ""
        if level is not None:
            open_levels = [(lvl, name) for lvl, name in open_levels if lvl < level]
            parent = parent or (open_levels[-1][1] if open_levels else "")
            open_levels.append((level, row["id"]))
        elif "." in (row.get("wbs") or ""):
            parent = parent or by_wbs.get(row["wbs"].rpartition(".")[0], "")
        row["parent_id"] = parent


class _Spreading:
    """What one row of the list says about each table."""

    def __init__(
        self, tables: Tables, part: TableRows, form: CellFormat, until: datetime | None
    ) -> None:
        self.tables, self.part, self.form = tables, part, form
        self.until = tables.header.get("status_date") or until
        self.ids = {row["id"] for row in part.rows}
        known = tables.rows["resources"].rows if "resources" in tables.rows else []
        self.resources = {row.get("name") or row["id"]: row["id"] for row in known}
        self.resources |= {row["id"]: row["id"] for row in known}
        self.new_resources: list[Row] = []
        self.calendar = WorkCalendar.from_tables(frame_of("calendars"), frame_of("exceptions"), "")

    def tables_of(
        self, index: int, row: Row, *, is_summary: bool
    ) -> Iterator[tuple[str, list[Row]]]:
        """New rows by their table; the row itself gets kind, duration and constraint."""
        links = [*self.links(index, row)]
        row |= self.task(row, is_summary=is_summary, has_links=bool(links))
        n_known = len(self.new_resources)
        assignments = [*self.assignments(index, row)]
        yield "resources", self.new_resources[n_known:]
        yield "assignments", assignments
        yield "links", links
        yield "progress", [*self.progress(index, row)]
        yield "baseline", [*self.baseline(row)]

    def report(self, index: int, found: str, expected: str, remedy: str) -> None:
        """Remember what is wrong in a row of the list."""
        self.tables.report(self.part.source.row(index), found, expected, remedy)

    def task(self, row: Row, *, is_summary: bool, has_links: bool) -> Row:
        """Kind, duration and constraint of the task."""
        hours = row.get("duration_hours")
        hours = row.get("duration") if hours is None else hours
        start, finish = row.get("start"), row.get("finish")
        if hours is None and start and finish:
            hours = float(self.calendar.hours_between(pd.Timestamp(start), pd.Timestamp(finish)))
        is_milestone = row.get("is_milestone") or hours == 0
        kind = "summary" if is_summary else "milestone" if is_milestone else "task"
        task: Row = {"kind": row.get("kind") or kind}
        if task["kind"] != "summary":
            task["duration_hours"] = 0.0 if is_milestone and hours is None else hours
            if start and not has_links and not row.get("constraint"):
                task |= {"constraint": "SNET", "constraint_date": start}
        return task

    def links(self, index: int, row: Row) -> Iterator[Row]:
        """The links that the cell `predecessors` says, such as `5FS+2d;7`."""
        has_decimal_comma = self.form.number_format.endswith(",5")
        for word in self._words(row, "predecessors", ";" if has_decimal_comma else "[;,]"):
            link = self._link(word)
            if link is None:
                expected = "ids of tasks, with kind and lag such as 5FS+2d, separated by ;"
                self.report(index, f'predecessor "{word[:80]}"', expected, "Correct the cell.")
            else:
                yield link | {"successor_id": row["id"]}

    def _words(self, row: Row, name: str, separator: str) -> list[str]:
        """The parts of a cell; a very long cell is one part, which then cannot be read."""
        text = row.get(name) or ""
        if len(text) > _LONGEST_CELL:
            return [text]
        return [word.strip() for word in re.split(separator, text) if word.strip()]

    def _link(self, word: str) -> Row | None:
        if word in self.ids:
            return {"predecessor_id": word}
        for pattern in _LINKS if len(word) < _LONGEST_WORD else ():
            found = pattern.fullmatch(word)
            if found and found["id"] in self.ids:
                kind = (found["kind"] or "FS").upper()
                span = span_of(re.sub(r"\s", "", found["lag"] or "0h"), self.form)
                link = {"predecessor_id": found["id"], "kind": _KINDS.get(kind, kind)}
                return span and link | {"lag_hours": span.amount, "lag_kind": span.kind}
        return None

    def assignments(self, index: int, row: Row) -> Iterator[Row]:
        """The resources that the cell `resource_names` says, such as `Ann[50%],Bob`."""
        for word in self._words(row, "resource_names", r"[;,](?![^\[]*\])"):
            found = _RESOURCE.fullmatch(word) if len(word) < _LONGEST_WORD else None
            units = self._units(found["units"]) if found else None
            if found is None or units is None:
                expected = "names with units, such as Ann[50%]"
                self.report(index, f'resource "{word[:80]}"', expected, "Correct the cell.")
                continue
            name = found["name"]
            if name not in self.resources:
                self.resources[name] = name
                kind = "material" if units[1] else "person"
                self.new_resources.append({"id": name, "name": name, "kind": kind})
            yield {
                "task_id": row["id"],
                "resource_id": self.resources[name],
                "units": units[0],
                "is_fixed_quantity": units[1],
            }

    def _units(self, text: str | None) -> tuple[float, bool] | None:
        """Units, and whether they are an amount of material: `[50%]`, `[2]`, `[10 t]`."""
        if text is None:
            return 1.0, False
        found = re.fullmatch(r"\s*([^A-Za-z%]*?)\s*(%|[A-Za-z].*)?", text)
        value = number_of(found[1], self.form.number_format) if found else None
        if found is None or value is None or value < 0:
            return None
        return (value / 100, False) if found[2] == "%" else (value, found[2] is not None)

    def progress(self, index: int, row: Row) -> Iterator[Row]:
        """What is known of a task that has begun; the planned dates are then the actual ones."""
        percent = row.get("percent_complete") or 0.0
        begun = row.get("actual_start") or row.get("actual_finish") or percent
        if not begun or row["kind"] == "summary":
            return
        if self.until is None:
            remedy = (
                "Say of which day it is: status_date under `project:` in the .headings.yml file, "
                'in a sheet "project", or --status-date.'
            )
            self.report(index, "there is progress", "a status date", remedy)
            self.until = datetime(1980, 1, 1)
        remaining = row.get("remaining_hours")
        if remaining is None and row.get("duration_hours") is not None:
            remaining = row["duration_hours"] * (1 - percent / 100)
        finish = row.get("actual_finish") or (row.get("finish") if percent == 100 else None)
        yield {
            "status_date": self.until,
            "task_id": row["id"],
            "actual_start": row.get("actual_start") or row.get("start"),
            "actual_finish": finish,
            "remaining_hours": 0.0 if finish else remaining,
            "percent_complete": 100.0 if finish else percent,
        }

    def baseline(self, row: Row) -> Iterator[Row]:
        """The approved dates, where both are there."""
        start, finish = row.get("baseline_start"), row.get("baseline_finish")
        if start and finish and row["kind"] != "summary":
            hours = self.calendar.hours_between(pd.Timestamp(start), pd.Timestamp(finish))
            yield {
                "task_id": row["id"],
                "start": start,
                "finish": finish,
                "duration_hours": float(hours),
                "cost": row.get("baseline_cost"),
            }
