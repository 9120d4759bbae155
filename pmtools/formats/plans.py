"""A folder of old plan files: each a plan as it was on the status date that it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pmtools.errors import ProblemsError
from pmtools.formats import read_project, read_weeks
from pmtools.formats.folder import dated
from pmtools.formats.sources import KINDS, SCHEDULE_SUFFIXES
from pmtools.formats.text_file import refused
from pmtools.project import Project

Plan = Project | ProblemsError
_AT_ONCE = 20
"""Schedule files read by one start of Java."""


def read_plans(
    folder: str | Path, *, project_id: str = "", date_format: str = "YYYY-MM-DD"
) -> list[tuple[str, Plan]]:
    """Every plan of a folder and the folders in it, oldest first; a project folder gives its weeks.

    A folder with `project.csv` or `tasks.csv` is one plan. Files of other kinds, hidden ones and
    READMEs are left alone.

    Parameters
    ----------
    project_id
        Takes the place of the files' own ids, which for Microsoft Project are the file names.
    date_format
        How file names write the day, with any signs between: it counts for a file without a
        status date of its own.

    Returns
    -------
    list
        A name, with a remark where the day is not the file's own, and the Project or the error.

    Raises
    ------
    SourceError
        Where there is no such folder, or nothing in it to read.
    MissingExtra
        Where schedule files are there, but MPXJ or Java is not.
    """
    root = Path(folder)
    files = [*_plans_in(root)] if root.is_dir() else []
    if not files:
        raise refused(str(folder), "no plan is there", "a folder of plans", "Correct the path.")
    parts = (files[n : n + _AT_ONCE] for n in range(0, len(files), _AT_ONCE))
    read: Iterable[tuple[Path, Plan]] = chain.from_iterable(map(_read, parts))
    if files == [root]:
        read = ((root, week) for week in read_weeks(root))
    plans = [_named(file, plan, root, project_id, date_format) for file, plan in read]
    return sorted(plans, key=lambda named: (_day(named[1]), named[0]))


def _named(
    file: Path, plan: Plan, root: Path, project_id: str, date_format: str
) -> tuple[str, Plan]:
    """The name of a plan, and what it is; the name says where the status date is not its own."""
    name = root.name if file == root else file.relative_to(root).as_posix()
    if isinstance(plan, ProblemsError):
        return name, plan
    on, project = dated(file, plan, date_format)
    if on is None:
        remedy = f"Put the day into its name, written {date_format}."
        return name, refused("status date", "the file has none", "a day", remedy)
    if project is not plan:
        name += " (status date from its name)"
    elif "no status date" in plan.place("header"):
        name += " (status date: its latest progress)"
    header = replace(project.header, id=project_id or project.header.id)
    return name, project.replace(header=header)


def _day(plan: Plan) -> str:
    return "" if isinstance(plan, ProblemsError) else str(plan.header.status_date)


def _plans_in(folder: Path) -> Iterator[Path]:
    if (folder / "project.csv").is_file() or (folder / "tasks.csv").is_file():
        yield folder
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.stem.upper().startswith("README"):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _plans_in(path)
        elif path.suffix.lower() in (*KINDS, *SCHEDULE_SUFFIXES):
            yield path


def _read(files: list[Path]) -> Iterator[tuple[Path, Plan]]:
    """Schedule files together; where one of them cannot be read, each alone."""
    plans = [file for file in files if file.suffix.lower() in SCHEDULE_SUFFIXES]
    known: dict[Path, Project] = {}
    if plans:
        from pmtools.formats.schedule_file import read_schedule_files

        try:
            projects = read_schedule_files(plans, seconds=60 + 10 * len(plans))
            known = dict(zip(plans, projects, strict=True))
        except ProblemsError:
            known = {}
    for file in files:
        try:
            yield file, known.get(file) or read_project(file)
        except ProblemsError as error:
            yield file, error
