"""Scenarios: named lists of changes that turn a project into another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, get_type_hints

import pandas as pd

from pmtools.decide.scenario.change import Aspect, Change
from pmtools.decide.scenario.people import AddPerson, Overtime, RampUp, Reassign, SwapPerson
from pmtools.decide.scenario.terms import (
    Accept,
    ChangeBudget,
    ChangeCalendar,
    Mitigate,
    MoveDeadline,
)  # fmt: skip
from pmtools.decide.scenario.work import (
    WHOLE,
    Crash,
    Drop,
    Overlap,
    Postpone,
    Reorder,
    Split,
)  # fmt: skip
from pmtools.errors import Problem, ProjectError, nearest
from pmtools.formats.scenario_file import read_scenario_file, write_scenario_file
from pmtools.project import Project
from pmtools.words import day, plain

__all__ = ["CHANGES", "Accept", "AddPerson", "Change", "ChangeBudget", "ChangeCalendar", "Crash",
           "Drop", "Mitigate", "MoveDeadline", "Overlap", "Overtime", "Postpone", "RampUp",
           "Reassign", "Reorder", "Scenario", "Split", "SwapPerson", "read_scenarios",
           "write_scenarios"]  # fmt: skip

CHANGES: Mapping[str, type[Change]] = {
    each.kind: each
    for each in (Crash, Overlap, Split, Reorder, Drop, Postpone, AddPerson, SwapPerson, Reassign,
                 Overtime, Mitigate, Accept, ChangeCalendar, MoveDeadline, ChangeBudget)
}  # fmt: skip
"""Every kind of change by its name in a file."""


@dataclass(frozen=True)
class Scenario:
    """A named list of changes; `apply` gives the project that they make of a project.

    Changes are applied in their order. `project_id` and `status_date` say for which snapshot the
    scenario was made; without them it fits any.
    """

    name: str
    changes: tuple[Change, ...] = ()
    project_id: str = ""
    status_date: pd.Timestamp | None = None

    def apply(self, project: Project) -> Project:
        """The changed project.

        Raises
        ------
        ProjectError
            With every problem: changes that cannot be (a finished task, an unknown person, a
            number out of bounds), two that settle the same, and another snapshot than that for
            which the scenario was made.
        """
        if problems := [*self.problems(project)]:
            raise ProjectError(problems)
        for change in self.changes:
            project = change.apply(project)
        return project

    def problems(self, project: Project) -> Iterator[Problem]:
        """What stands against this scenario, in this project."""
        yield from self._of_another(project)
        for change in self.changes:
            yield from change.problems(project)
        yield from self.conflicts(project)

    def _of_another(self, project: Project) -> Iterator[Problem]:
        header, place = project.header, f'scenario "{plain(self.name, 60)}"'
        if self.project_id and self.project_id != header.id:
            yield Problem(place, f'it was made for project "{self.project_id}"',
                          f'"{header.id}"', "Choose the project it was made for.")  # fmt: skip
        elif self.status_date is not None and header.status_date != self.status_date:
            yield Problem(place, f"it was made for the status of {day(self.status_date)}",
                          day(header.status_date), "See what has changed since, and renew it: "
                          "Scenario.renewed(project).")  # fmt: skip

    def conflicts(self, project: Project) -> Iterator[Problem]:
        """Pairs of changes that settle the same, or change what another leaves out."""
        seen: dict[Aspect, Change] = {}
        dropped: dict[str, Change] = {}
        for change in self.changes:
            if any(change.problems(project)):
                continue
            for aspect, key in change.aspects(project):
                other = seen.get((aspect, key))
                parts = key.split("\0") if aspect in ("link", "person") else [key]
                other = other or next((dropped[part] for part in parts if part in dropped), None)
                if aspect == WHOLE:
                    dropped[key] = change
                    mine = (c for (what, whose), c in seen.items() if key in whose.split("\0")
                            and what not in ("risk", "budget", "department"))  # fmt: skip
                    other = other or next(mine, None)
                if other is not None and other is not change:
                    yield change.problem(
                        f'"{change.sentence(project)}" contradicts "{other.sentence(project)}"',
                        "Keep one of the two.")  # fmt: skip
                    break
                seen[aspect, key] = change

    def sentences(self, project: Project) -> tuple[str, ...]:
        """What is done, a sentence a change."""
        return tuple(change.sentence(project) for change in self.changes)

    def renewed(self, project: Project) -> Scenario:
        """The same changes for the snapshot of a project."""
        return Scenario(self.name, self.changes, project.header.id, project.header.status_date)

    def __add__(self, other: Scenario) -> Scenario:
        """Both: first these changes, then the others."""
        name = f"{self.name} and {other.name}"
        return Scenario(name, (*self.changes, *other.changes), self.project_id or other.project_id,
                        self.status_date or other.status_date)  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a readable file; `from_dict` reads it."""
        head: dict[str, Any] = {"name": self.name}
        if self.project_id:
            head["project"] = self.project_id
        if self.status_date is not None:
            head["status_date"] = _plain(self.status_date)
        return head | {"changes": [{each.kind: _plain(each)} for each in self.changes]}

    @classmethod
    def from_dict(cls, data: Any, place: str = "scenario") -> Scenario:
        """A scenario from plain data.

        Raises
        ------
        ProjectError
            With every problem: unknown changes and fields, missing fields, values of another kind.
        """
        reader = _Reader(place)
        found = reader.scenario(cls, data)
        if reader.problems or found is None:
            raise ProjectError(reader.problems)
        return found


def read_scenarios(path: str) -> tuple[Scenario, ...]:
    """The scenarios of a YAML file: one, or a list of them; of no file ("") none.

    Raises
    ------
    SourceError
        Where the file cannot be read or is no YAML.
    ProjectError
        With every problem of what it says.
    """
    if not path:
        return ()
    return tuple(
        Scenario.from_dict(data, f"{path}, scenario {n}")
        for n, data in enumerate(read_scenario_file(path), 1)
    )


def write_scenarios(scenarios: Sequence[Scenario], path: str) -> None:
    """Write scenarios to a YAML file that people can read and `read_scenarios` reads."""
    write_scenario_file(path, [each.to_dict() for each in scenarios])


def _plain(value: Any) -> Any:
    """As YAML and JSON have it; what has its usual value is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        cells = {each.name: getattr(value, each.name) for each in fields(value)}
        usual = {
            each.name: each.default if each.default_factory is MISSING else each.default_factory()
            for each in fields(value)
        }
        return {name: _plain(cell) for name, cell in cells.items() if cell != usual[name]}
    if isinstance(value, pd.Timestamp):
        has_time = value != value.normalize()
        return value.strftime("%Y-%m-%d %H:%M" if has_time else "%Y-%m-%d")
    return [*value] if isinstance(value, tuple) else value


class _Reader:
    """Plain data to scenarios; what is wrong is collected with its place."""

    def __init__(self, place: str) -> None:
        self.place, self.problems = place, list[Problem]()

    def wrong(self, place: str, found: str, expected: str = "", remedy: str = "") -> None:
        self.problems.append(Problem(place, found, expected, remedy or "Correct it.", "scenario"))

    def scenario(self, kind: type[Scenario], data: Any) -> Scenario | None:
        if not isinstance(data, dict) or not isinstance(data.get("changes", []), list):
            self.wrong(self.place, "it is no scenario", "name and changes")
            return None
        known = ("name", "project", "status_date", "changes")
        for key in data.keys() - set(known):
            self.wrong(self.place, f'"{plain(key, 40)}" is no part of a scenario',
                       ", ".join(known), f"Correct it{nearest(str(key), known)}.")  # fmt: skip
        made = [self.change(n, each) for n, each in enumerate(data.get("changes", []), 1)]
        when = data.get("status_date")
        status = self.value(self.place, "status_date", pd.Timestamp, when) if when else None
        name = str(data.get("name") or "")
        if not name:
            self.wrong(self.place, "it has no name", "", "Give it one.")
        changes = tuple(each for each in made if each is not None)
        return kind(name, changes, str(data.get("project") or ""), status)

    def change(self, n: int, data: Any) -> Change | None:
        place = f"{self.place}, change {n}"
        if not isinstance(data, dict) or len(data) != 1:
            self.wrong(place, "it is no change", "one name with its fields")
            return None
        ((name, cells),) = data.items()
        if name not in CHANGES:
            self.wrong(place, f'"{plain(name, 40)}" is no change', ", ".join(CHANGES),
                       f"Correct it{nearest(str(name), [*CHANGES])}.")  # fmt: skip
            return None
        return self.filled(f"{place}, {name}", CHANGES[name], cells)

    def filled(self, place: str, kind: type[Any], cells: Any) -> Any:
        if not isinstance(cells, dict):
            self.wrong(place, "it has no fields", ", ".join(each.name for each in fields(kind)))
            return None
        hints, before = get_type_hints(kind), len(self.problems)
        names = [each.name for each in fields(kind)]
        for key in cells.keys() - set(names):
            self.wrong(place, f'"{plain(key, 40)}" is none of its fields', ", ".join(names),
                       f"Correct it{nearest(str(key), names)}.")  # fmt: skip
        found = {}
        for each in fields(kind):
            if each.name in cells:
                found[each.name] = self.value(place, each.name, hints[each.name], cells[each.name])
            elif each.default is MISSING and each.default_factory is MISSING:
                self.wrong(place, f"{each.name} is missing", "", "Add it.")
        return kind(**found) if len(self.problems) == before else None

    def value(self, place: str, name: str, kind: Any, cell: Any) -> Any:
        said = str(kind)
        if isinstance(kind, type) and is_dataclass(kind):
            return self.filled(f"{place}, {name}", kind, cell)
        if "Timestamp" in said:
            found = pd.to_datetime(str(cell), errors="coerce", format="ISO8601")
            if pd.isna(found):
                self.wrong(place, f'{name} is "{plain(cell, 40)}"', "a day such as 2026-11-30")
            return found
        if said.startswith("tuple"):
            cells = [cell] if isinstance(cell, str) else cell
            if not isinstance(cells, list) or not all(isinstance(e, str) for e in cells):
                self.wrong(place, f'{name} is "{plain(cell, 40)}"', "a list of ids, quoted")
                return ()
            return tuple(cells)
        wanted: Any = bool if kind is bool else (int, float) if "float" in said else str
        if not isinstance(cell, wanted) or (isinstance(cell, bool) and kind is not bool):
            expected = "yes or no" if kind is bool else "a number" if "float" in said else "text"
            self.wrong(place, f'{name} is "{plain(cell, 40)}"', expected)
        return float(cell) if "float" in said and isinstance(cell, (int, float)) else cell
