"""A list of tasks with everything beside it -> tasks, links, resources, assignments, progress."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.formats.cells import CellFormat, number_of, span_of
from pmtools.formats.rows import Rows, Tables
from pmtools.project import TABLES, frame_of

Row = dict[str, Any]

_LAG = r"(?P<lag>[+-]\s*[0-9][0-9.,\s]*[a-z%]*)"
_LINKS = (
    re.compile(rf"(?P<id>.+?)\s*(?P<kind>FS|SS|FF|SF|EA|AA|EE|AE)\s*{_LAG}?", re.I),
    re.compile(rf"(?P<id>.+?)(?P<kind>)\s*{_LAG}?", re.I),
)
_LONGEST_CELL, _LONGEST_WORD = 10_000, 500
_KINDS = {"EA": "FS", "AA": "SS", "EE": "FF", "AE": "SF"}
_RESOURCE = re.compile(r"(?P<name>[^\[\]]+?)\s*(?:\[(?P<units>[^\]]*)\])?")


def spread(tables: Tables, form: CellFormat, until: datetime | None) -> None:
    """Put the rows of table "task list" into the project's tables, in place.

    `until` is the status date of the progress in the list, where the header has none. A planned
    start holds (as SNET) for a task without predecessors; the others start when their links
    let them. Tasks are summaries where others stand below them by parent, outline level or WBS.
    """
    rows = tables.rows.pop("task list")
    for number, row in enumerate(rows.rows, 1):
        row["id"] = row["id"] if "id" in row else str(number)
        row["name"] = (row.get("name") or "").strip()
    _set_parents(rows.rows)
    parents = {row["parent_id"] for row in rows.rows}
    tables.rows["tasks"] = Rows(rows.place)
    spreading = _Spreading(tables, rows, form, until)
    for index, row in enumerate(rows.rows):
        spreading.links(index, row)
        spreading.task(index, row, is_summary=row["id"] in parents)
        spreading.assignments(index, row)
        spreading.progress(index, row)
        spreading.baseline(index, row)
    starts = [row["start"] for row in rows.rows if row.get("start")]
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
    """Puts what one row of the list says into each of the tables."""

    def __init__(
        self, tables: Tables, rows: Rows[Row], form: CellFormat, until: datetime | None
    ) -> None:
        self.tables, self.rows, self.form = tables, rows, form
        self.until = tables.header.get("status_date") or until
        self.ids = {row["id"] for row in rows.rows}
        known = tables.rows["resources"].rows if "resources" in tables.rows else []
        self.resources = {row.get("name") or row.get("id"): row.get("id") for row in known}
        self.resources |= {row.get("id"): row.get("id") for row in known}
        self.calendar = WorkCalendar.from_tables(frame_of("calendars"), frame_of("exceptions"), "")

    def put(self, table: str, index: int, row: Row) -> None:
        """Add a row to a table, as told in the row of the list at that index."""
        into = self.tables.rows.setdefault(table, Rows(self.rows.place))
        into.rows.append(row)
        into.numbers.append(self.rows.numbers[index])

    def words(self, row: Row, name: str, separator: str) -> list[str]:
        """The parts of a cell; a very long cell is one part, which then cannot be read."""
        text = row.get(name) or ""
        if len(text) > _LONGEST_CELL:
            return [text]
        return [word.strip() for word in re.split(separator, text) if word.strip()]

    def hours_between(self, start: datetime, finish: datetime) -> float:
        """Working hours of the standard calendar: the list has no other."""
        return float(self.calendar.hours_between(pd.Timestamp(start), pd.Timestamp(finish)))

    def links(self, index: int, row: Row) -> None:
        """The links that the cell `predecessors` says, such as `5FS+2d;7`."""
        has_decimal_comma = self.form.number_format.endswith(",5")
        row["has_links"] = False
        for word in self.words(row, "predecessors", ";" if has_decimal_comma else "[;,]"):
            link = self._link(word)
            row["has_links"] = row["has_links"] or link is not None
            if link is None:
                expected = "ids of tasks, with kind and lag such as 5FS+2d, separated by ;"
                found = f'predecessor "{word[:80]}"'
                self.tables.report(self.rows.at(index), found, expected, "Correct the cell.")
            else:
                self.put("links", index, link | {"successor_id": row["id"]})

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

    def task(self, index: int, row: Row, *, is_summary: bool) -> None:
        """The task itself, with its kind, duration and constraint."""
        hours = row.get("duration_hours")
        hours = row.get("duration") if hours is None else hours
        start, finish = row.get("start"), row.get("finish")
        if hours is None and start and finish:
            hours = self.hours_between(start, finish)
        is_milestone = row.get("is_milestone") or hours == 0
        kind = "summary" if is_summary else "milestone" if is_milestone else "task"
        row["kind"] = row.get("kind") or kind
        if row["kind"] != "summary":
            row["duration_hours"] = 0.0 if is_milestone and hours is None else hours
            if start and not row["has_links"] and not row.get("constraint"):
                row |= {"constraint": "SNET", "constraint_date": start}
        columns = TABLES["tasks"].by_name
        self.put("tasks", index, {name: cell for name, cell in row.items() if name in columns})

    def assignments(self, index: int, row: Row) -> None:
        """The resources that the cell `resource_names` says, such as `Ann[50%],Bob`."""
        for word in self.words(row, "resource_names", r"[;,](?![^\[]*\])"):
            found = _RESOURCE.fullmatch(word) if len(word) < _LONGEST_WORD else None
            units = self._units(found["units"]) if found else None
            if found is None or units is None:
                told = self.rows.at(index), f'resource "{word[:80]}"'
                self.tables.report(*told, "names with units, such as Ann[50%]", "Correct the cell.")
                continue
            name, (amount, is_material) = found["name"], units
            if name not in self.resources:
                self.resources[name] = name
                kind = "material" if is_material else "person"
                self.put("resources", index, {"id": name, "name": name, "kind": kind})
            assignment = {"task_id": row["id"], "resource_id": self.resources[name]}
            assignment |= {"units": amount, "is_fixed_quantity": is_material}
            self.put("assignments", index, assignment)

    def _units(self, text: str | None) -> tuple[float, bool] | None:
        """Units, and whether they are an amount of material: `[50%]`, `[2]`, `[10 t]`."""
        if text is None:
            return 1.0, False
        found = re.fullmatch(r"\s*([^A-Za-z%]*?)\s*(%|[A-Za-z].*)?", text)
        value = number_of(found[1], self.form.number_format) if found else None
        if found is None or value is None or value < 0:
            return None
        return (value / 100, False) if found[2] == "%" else (value, found[2] is not None)

    def progress(self, index: int, row: Row) -> None:
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
            self.tables.report(self.rows.at(index), "there is progress", "a status date", remedy)
            self.until = datetime(1980, 1, 1)
        remaining = row.get("remaining_hours")
        if remaining is None and row.get("duration_hours") is not None:
            remaining = row["duration_hours"] * (1 - percent / 100)
        finish = row.get("actual_finish") or (row.get("finish") if percent == 100 else None)
        known = {"status_date": self.until, "task_id": row["id"], "actual_finish": finish}
        known["actual_start"] = row.get("actual_start") or row.get("start")
        known["remaining_hours"] = 0.0 if finish else remaining
        known["percent_complete"] = 100.0 if finish else percent
        self.put("progress", index, known)

    def baseline(self, index: int, row: Row) -> None:
        """The approved dates, where both are there."""
        start, finish = row.get("baseline_start"), row.get("baseline_finish")
        if start and finish and row["kind"] != "summary":
            approved = {"task_id": row["id"], "start": start, "finish": finish}
            approved["duration_hours"] = self.hours_between(start, finish)
            self.put("baseline", index, approved | {"cost": row.get("baseline_cost")})
