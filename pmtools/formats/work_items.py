"""Exported lists of work items -> work items, their changes of state, and a task an epic.

Lists give dates, not changes: such an item is active from its start and done from its finish.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd

from pmtools.errors import Problem, SourceError, nearest
from pmtools.formats.cells import Cell
from pmtools.formats.headings import WORK_ITEM_LIST, columns_of, synonyms
from pmtools.formats.rows import Rows, Sheet, Tables, format_of, key_of, top_of
from pmtools.project.schema import ITEM_CATEGORIES

Row = dict[str, Any]
EXPORTS = ({"issue_key", "issue_type", "status"}, {"id", "work_item_type", "state"})
"""Headings by which a list of Jira, or of Azure DevOps, is known: its headings need no one's word.
"""
LEFT_OUT = "left out"
CONTAINERS = ("epic", "feature", "initiative")
_DATES = [c.name for c in WORK_ITEM_LIST.columns if c.kind == "start"]
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_NAMED_MONTH = re.compile(r"(\d{1,2})[/ .-]([A-Za-z]{3})[a-z]*\.?[/ ,-](\d{4}|\d\d)\b")


class WorkItems(NamedTuple):
    """Tables `work_items` and `transitions` of a project, and what reading noticed."""

    work_items: pd.DataFrame
    transitions: pd.DataFrame
    notes: tuple[str, ...]


def recognised(sheets: dict[str, Sheet], columns: Mapping[str, str] | None) -> dict[str, Sheet]:
    """The sheet that is a list of work items, under that name and with our headings; or all.

    With `columns` (our column -> their heading) the first sheet is the list.
    """
    for sheet in sheets.values():
        top = top_of(sheet, {*synonyms()[WORK_ITEM_LIST.name], *WORK_ITEM_LIST.by_name})
        headings = [str(cell or "") for cell in sheet.rows[top]] if top >= 0 else []
        keys = {key_of(heading) for heading in headings}
        is_export = any(export <= keys for export in EXPORTS)
        if is_export or columns is not None:
            meant = {h: key_of(h) for h in headings if key_of(h) in WORK_ITEM_LIST.by_name}
            meant = columns_of(WORK_ITEM_LIST.name, headings) if is_export else meant
            meant = _with(meant, columns or {}, headings, sheet.place)
            return {WORK_ITEM_LIST.name: _ours(sheet, top, meant)}
    return sheets


def _with(
    meant: Mapping[str, str], columns: Mapping[str, str], headings: list[str], place: str
) -> dict[str, str]:
    """Heading -> our column, as the caller says; all that cannot be is told."""
    problems = []
    for name, heading in columns.items():
        if name not in WORK_ITEM_LIST.by_name:
            known = [*WORK_ITEM_LIST.by_name]
            problems.append(Problem("columns", f'"{name}" is no column{nearest(name, known)}',
                                    ", ".join(known)))  # fmt: skip
        if heading not in headings:
            problems.append(Problem(place, f'no heading is "{heading}"{nearest(heading, headings)}',
                                    "one of " + ", ".join(headings[:30])))  # fmt: skip
    left = {h: c for h, c in meant.items() if c and c not in columns and h not in columns.values()}
    found = {**left, **{heading: name for name, heading in columns.items()}}
    if not problems and "id" not in found.values():
        guess = {c: h for h, c in columns_of(WORK_ITEM_LIST.name, headings).items() if c}
        remedy = f"Say what the headings mean, such as columns={guess or {'id': headings[0]}}."
        problems.append(Problem(place, "no heading is known to be the id of an item", "", remedy))
    if problems:
        raise SourceError(problems)
    return found


def _ours(sheet: Sheet, top: int, meant: Mapping[str, str]) -> Sheet:
    """The sheet with our headings, each once; days with a month's name are written in figures."""
    left = dict(meant)
    names = [left.pop(str(heading), LEFT_OUT) for heading in sheet.rows[top]]
    dates = {index for index, name in enumerate(names) if name in _DATES}
    rows: list[list[Cell]] = [
        [_in_figures(cell) if index in dates else cell for index, cell in enumerate(row)]
        for row in sheet.rows[top + 1 :]
    ]
    return Sheet(sheet.place, [[*names], *rows], sheet.numbers[top:], sheet.notes)


def _in_figures(cell: Cell) -> Cell:
    found = _NAMED_MONTH.match(cell) if isinstance(cell, str) else None
    at = _MONTHS.find(found[2].casefold()) if found else -1
    if found is None or at % 4 or not isinstance(cell, str):
        return cell
    year = f"20{found[3]}"[-4:]
    return f"{year}-{at // 4 + 1:02}-{int(found[1]):02}{cell[found.end() :]}"


def spread_items(tables: Tables, states: Mapping[str, str]) -> None:
    """Put the rows of "work item list" into work_items and transitions, in place."""
    spreading = _Spreading(tables, tables.rows.pop(WORK_ITEM_LIST.name), states)
    for index, row in enumerate(spreading.rows.rows):
        spreading.item(index, row)
    spreading.finish()


class _Spreading:
    """Puts what one row of the list says into work_items and transitions."""

    def __init__(self, tables: Tables, rows: Rows[Row], states: Mapping[str, str]) -> None:
        self.tables, self.rows = tables, rows
        self.items = tables.rows["work_items"] = Rows[Row](rows.place)
        self.moves = tables.rows.setdefault("transitions", Rows[Row](rows.place))
        self.known = dict(synonyms()["states"])
        waiting = {word: name for word, name in self.known.items() if name == "waiting"}
        for row in rows.rows:
            if row.get("category") and row.get("state"):
                self.known[key_of(row["state"])] = self.known.get(key_of(row["category"]), "")
        self.known |= waiting | {key_of(state): name for state, name in states.items()}
        self.recorded = {move["item_id"] for move in self.moves.rows}
        self.is_whole = not tables.problems
        self.strange: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        for move in self.moves.rows:
            category = move.get("category") or self.category(move.get("to_state"))
            # What nobody explains is told once, not as an empty cell of each row.
            move["category"] = category or "active"

    def category(self, state: str | None) -> str | None:
        """What a state means; None, and to be told, where nobody says."""
        found = self.known.get(key_of(state or ""))
        if not found:
            self.strange[state or ""] += 1
        return found or None

    def item(self, index: int, row: Row) -> None:
        """An item, and its changes of state where they are not recorded one by one."""
        category = self.category(row["state"]) if row.get("state") else None
        if category == "left_out" or (row.get("kind") or "").casefold() in CONTAINERS:
            self.notes["left out are removed items, and epics, which hold items"] += 1
            self.tables.epics[row.get("id") or ""] = row.get("title") or ""
            return
        names = ("id", "team", "kind", "title", "created", "task_id")
        self.items.rows.append({name: row.get(name) for name in names})
        self.items.numbers.append(self.rows.numbers[index])
        if row.get("id") not in self.recorded:
            self.dates(index, row, category)

    def dates(self, index: int, row: Row, category: str | None) -> None:
        """The changes of state that the dates of a row tell."""
        state, started, finished = row.get("state") or "", row.get("started"), row.get("finished")
        changed, place = row.get("changed"), self.rows.at(index)
        if category not in (None, "done") and finished:
            self.notes["open again are items with a date of finish whose state is not done"] += 1
            finished = None
        if category == "done" and not finished:
            finished = changed
            if not changed and self.is_whole:
                found = f'its state is "{state}", but no date says when it was finished'
                remedy = "Export that date too (Resolved, Closed Date)."
                self.tables.report(place, found, "", remedy)
        if started and finished and finished < started:
            found = f"finished {finished:%Y-%m-%d} is before started {started:%Y-%m-%d}"
            self.tables.report(place, found, "", "Correct one of the two days.")
        if category in ("active", "waiting") and not (started or changed):
            self.notes["not started are items at work of which no date says since when"] += 1
        if started:
            self.move(index, row, started, "active", state if category == "active" else "started")
        if category in ("active", "waiting") and changed and (not started or changed > started):
            self.move(index, row, changed, category, state)
        if finished:
            self.move(index, row, finished, "done", state if category == "done" else "done")

    def move(self, index: int, row: Row, at: datetime, category: str, state: str) -> None:
        """One change of state."""
        told = {"item_id": row.get("id"), "at": at, "to_state": state, "category": category}
        self.moves.rows.append({**told, "from_state": ""})
        self.moves.numbers.append(self.rows.numbers[index])

    def finish(self) -> None:
        """Tell once what concerns many rows."""
        expected = ", ".join(ITEM_CATEGORIES)
        for state, n in self.strange.items():
            remedy = f'Say states={{"{state}": "active"}}, or so under `states:` in .headings.yml.'
            found = f'nobody says what state "{state}" means ({n} times)'
            self.tables.report(self.rows.place, found, expected, remedy)
        self.tables.notes += [f"{self.rows.place}: {told}: {n}" for told, n in self.notes.items()]
        there = {item["id"] for item in self.items.rows}
        kept = [move["item_id"] in there for move in self.moves.rows]
        self.moves.rows = [*compress(self.moves.rows, kept)]
        self.moves.numbers = [*compress(self.moves.numbers, kept)]


def spread_tasks(tables: Tables, until: datetime | None) -> None:
    """A task an epic, else a team, else the list, in place; its progress is its share of items.

    Its duration is that of its items at the mean throughput of its team, as if that team worked
    on nothing else: about one chance in two. A simulation gives the range.
    """
    items, moves = tables.rows["work_items"], tables.rows["transitions"]
    dates = [move["at"] for move in moves.rows if move.get("at")]
    on: Any = tables.header.get("status_date") or until or max(dates, default=None)
    past: dict[str, list[tuple[datetime, str]]] = {}
    for move in moves.rows:
        if move.get("at") and move.get("category") and move["at"] <= on:
            past.setdefault(move["item_id"], []).append((move["at"], move["category"]))
    known = {name: sorted(each, key=itemgetter(0)) for name, each in past.items()}
    done = {name: each[-1][0] for name, each in known.items() if each[-1][1] == "done"}
    groups: dict[str, list[Row]] = {}
    for item in items.rows:
        item["task_id"] = item.get("task_id") or item.get("team") or items.place
        groups.setdefault(item["task_id"], []).append(item)
    for name in ("tasks", "estimates", "progress"):
        tables.rows[name] = Rows(items.place)
    week = 5 * format_of(tables.header).hours_per_day
    for name, group in groups.items():
        team = Counter(item.get("team") or "" for item in group).most_common(1)[0][0]
        ids = [item["id"] for item in group]
        ends = [done[item] for item in ids if item in done]
        n_left, every = len(ids) - len(ends), _of_team(items.rows, team, done)
        weeks = max((on - min(every)).days / 7, 1.0) if every else float("nan")
        hours = week * weeks / max(len(every), 1)
        title = tables.epics.get(name) or name
        task = {"id": name, "name": title, "duration_hours": hours * len(ids)}
        tables.rows["tasks"].rows.append(task)
        remaining = {"task_id": name, "team": team, "remaining_items": n_left}
        tables.rows["estimates"].rows.append(remaining)
        begun = [known[item][0][0] for item in ids if item in known]
        if begun:
            row: Row = {"task_id": name, "status_date": on, "actual_start": min(begun)}
            row["percent_complete"] = 100.0 * len(ends) / len(ids)
            row["remaining_hours"] = hours * n_left
            row["actual_finish"] = None if n_left else max(ends)
            tables.rows["progress"].rows.append(row)
    created = [item["created"] for item in items.rows if item.get("created")]
    if (created or dates) and not tables.header.get("start"):
        tables.header["start"] = min(created + dates).replace(hour=0, minute=0, second=0)


def _of_team(items: list[Row], team: str, done: Mapping[str, datetime]) -> list[datetime]:
    return [done[i["id"]] for i in items if (i.get("team") or "") == team and i["id"] in done]
