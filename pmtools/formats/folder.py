"""A project folder: one CSV file a table, other sources beside them, earlier versions below."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial, reduce
from pathlib import Path
from typing import Any

import pandas as pd

from pmtools.errors import Problem, SourceError
from pmtools.files import publish
from pmtools.formats.cells import CellFormat, day_of, status_date_of, write_cell
from pmtools.formats.layout import Line, lines_of, sheets_of
from pmtools.formats.rows import Tables, clean, format_of, project_of
from pmtools.formats.sources import KINDS, SCHEDULE_SUFFIXES, Role, read_files
from pmtools.formats.text_file import csv_bytes, escaped, refused
from pmtools.project import Project

EARLIER = "earlier"
_READ_ELSEWHERE = (".headings.yml", "scenarios.yml")


@dataclass
class Contents:
    """All that a source says: tables now, tables as they were, schedule files by status date.

    Earlier versions are read when they are asked for.
    """

    path: Path
    now: Tables = field(default_factory=Tables)
    versions: Sequence[tuple[pd.Timestamp, Callable[[], Tables]]] = ()
    plans: list[tuple[pd.Timestamp | None, Project]] = field(default_factory=list)
    _made: dict[tuple[int, int], Project] = field(default_factory=dict, repr=False)

    def project(self, status_date: pd.Timestamp | None = None) -> Project:
        """The Project as it was planned and known on a status date; as it is now without one."""
        versions = [
            version
            for until, version in reversed(self.versions)
            if status_date is not None and status_date.normalize() <= until
        ]
        plans = [
            p for on, p in self.plans if status_date is None or on is None or on <= status_date
        ]
        if self.plans and not plans:
            raise refused(
                self.path.name,
                f"no schedule file is of {status_date:%Y-%m-%d} or before",
                f"a status date from {self.plans[0][0]:%Y-%m-%d}",
                "Ask for a later status date.",
            )
        # Most weeks were planned alike: only what they knew differs.
        key = len(versions), len(plans)
        if key not in self._made:
            tables = reduce(_overlaid, (version() for version in versions), self.now)
            self._made[key] = project_of(tables, _last_of(plans) if plans else None)
        return self._made[key]


def _overlaid(tables: Tables, version: Tables) -> Tables:
    return Tables(
        tables.header | version.header,
        tables.header_place,
        tables.rows | version.rows,
        tables.problems + version.problems,
        tables.notes + version.notes,
    )


def _last_of(plans: list[Project]) -> Project:
    """The last schedule file, with the progress and baselines of those before."""
    if len(plans) == 1:
        return plans[0]
    return plans[-1].replace(
        progress=_appended(plans, "progress", ["status_date", "task_id"]),
        baseline=_appended(plans, "baseline", ["baseline", "task_id"]),
    )


def _appended(plans: list[Project], table: str, key: list[str]) -> pd.DataFrame:
    rows = pd.concat([getattr(plan, table) for plan in plans], ignore_index=True)
    return rows.drop_duplicates(key, keep="last").reset_index(drop=True)


def read_folder(path: Path, until: pd.Timestamp | None = None) -> Contents:
    """Read every table of a folder and its schedule files, and find its earlier versions.

    Problems of tables wait until a Project is asked for.
    """
    files = [*_files(path, path)]
    plans = _plans([file for file in files if file.suffix.lower() in SCHEDULE_SUFFIXES])
    role: Role = "beside a plan" if plans else "folder"

    def tables_of(folder: Path, declared: Mapping[str, Any]) -> Tables:
        tables = [file for file in _files(folder, path) if file.suffix.lower() in KINDS]
        places = [(file, f"{folder.name}/{file.name}") for file in tables]
        header_place = f"{folder.name}/project.csv"
        return read_files(places, header_place, declared, role=role, until=until)

    declared = vars(plans[-1][1].header) if plans else {}
    now = tables_of(path, declared)
    now.notes += [
        f"{path.name}/{file.name}: not read, it is none of the known kinds of files"
        for file in files
        if not file.name.lower().endswith((*KINDS, *SCHEDULE_SUFFIXES, *_READ_ELSEWHERE))
    ]
    if not plans:
        _report_missing(path, now)
    known = {**declared, **now.header}
    folders = sorted(f for f in (path / EARLIER).glob("[!.]*") if f.is_dir())
    versions = [(_day_named(f), cache(partial(tables_of, f, known))) for f in folders]
    return Contents(path, now, versions, plans)


def _report_missing(path: Path, tables: Tables) -> None:
    """Only where no file was refused: such a file may hold what seems to be missing."""
    wanted = {"project.csv": tables.header, "tasks.csv": "tasks" in tables.rows}
    for name in [n for n, is_there in wanted.items() if not is_there and not tables.problems]:
        remedy = "Add it, or start from `pmtools new`; a schedule file does instead of both."
        tables.report(f"{path.name}/{name}", "the file is missing", "", remedy)


def _day_named(folder: Path) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(folder.name))
    except ValueError:
        place = f"{EARLIER}/{folder.name}"
        raise refused(place, "the name is no day", "YYYY-MM-DD", "Rename the folder.") from None


def _files(folder: Path, project: Path) -> Iterator[Path]:
    """The files that count, none of them outside the project by a symbolic link."""
    for file in sorted(folder.iterdir()):
        is_prose = file.stem.upper().startswith("README") or file.suffix.lower() == ".md"
        if file.name.startswith((".", "~$")) or file.is_dir() or is_prose:
            continue
        if not file.resolve().is_relative_to(project.resolve()):
            raise refused(file.name, "it is a link to a file outside the folder", "", "Copy it in.")
        yield file


def _plans(files: list[Path]) -> list[tuple[pd.Timestamp | None, Project]]:
    """Schedule files in the order of their status dates: the file's own, else that of its name."""
    if not files:
        return []
    from pmtools.formats.schedule_file import read_schedule_files

    plans = [dated(f, p) for f, p in zip(files, read_schedule_files(files), strict=True)]
    undated = [
        Problem(file.name, "the file has no status date", "one, as there are several plans",
                "Set it in the tool, or put the day into the name, as in plan-2026-03-02.mpp.")
        for file, (on, _) in zip(files, plans, strict=True) if on is None and len(files) > 1
    ]  # fmt: skip
    if undated:
        raise SourceError(undated)
    return sorted(plans, key=lambda plan: str(plan[0]))


def dated(
    file: Path, project: Project, date_format: str = "YYYY-MM-DD"
) -> tuple[pd.Timestamp | None, Project]:
    """The status date of a schedule file and its Project; without one, of the day in its name."""
    on = project.header.status_date
    if on is not None and "no status date" not in project.place("header"):
        return on, project
    fields = re.findall("YYYY|MM|DD", date_format)
    digits = {"YYYY": r"(?P<YYYY>20\d\d)", "MM": r"(?P<MM>\d\d)", "DD": r"(?P<DD>\d\d)"}
    pattern = "[-_. ]?".join(digits[field] for field in fields)
    named = re.search(rf"(?<!\d){pattern}(?!\d)", file.stem)
    day = day_of("{YYYY}-{MM}-{DD}".format(**named.groupdict()), CellFormat())[0] if named else None
    if day is None:
        return on, project
    on = status_date_of(day)
    header = replace(project.header, status_date=on)
    return on, project.replace(header=header, progress=project.progress.assign(status_date=on))


def write_folder(project: Project, path: Path) -> tuple[str, ...]:
    """Write a new project folder, whole or not at all; says what had to be cleaned."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        remedy = "Give another name, or move the old one away."
        raise refused(str(path), "it is there already, and not empty", "a new folder", remedy)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=".publish-"))
    try:
        form = format_of(vars(project.header))
        notes: list[str] = []
        for name, lines in sheets_of(project):
            notes += _write(lines, form, temporary / f"{name}.csv")
        temporary.chmod(0o755)
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return tuple(notes)


def write_table(project: Project, table: str, path: Path) -> tuple[str, ...]:
    """Write one table of a project as CSV, in place of what is there, at once.

    Numbers are written in the project's number format; says what had to be cleaned.
    """
    return _write(lines_of(project, table), format_of(vars(project.header)), path)


def _write(lines: Iterable[Line], form: CellFormat, path: Path) -> tuple[str, ...]:
    rows: list[list[str]] = []
    n_removed = 0
    for line in lines:
        rows.append([])
        for column, value in line:
            text, n = clean(write_cell(column, value, form))
            n_removed += n
            rows[-1].append(escaped(text) if column.kind in ("text", "id", "ids") else text)
    publish(path, csv_bytes(rows))
    return (f"{path.name}: {n_removed} control characters were removed",) if n_removed else ()
