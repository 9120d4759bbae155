"""A project's files to this week's report: the notebook is run, and printed as HTML and PDF."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pmtools.errors import Problem, RunError, SourceError
from pmtools.files import publish, shipped, slug
from pmtools.report.provenance import Provenance, provenance
from pmtools.report.run import run_notebook

__all__ = ["Provenance", "ReportFiles", "provenance", "report", "run_notebook"]


@dataclass(frozen=True)
class ReportFiles:
    """Where the report lies: to open, to mail, and the executed notebook behind both."""

    html: Path
    pdf: Path
    notebook: Path

    def __str__(self) -> str:
        return f"HTML: {self.html}\nPDF:  {self.pdf}"


def report(
    project: str | Path,
    *,
    status_date: Any = None,
    out: str | Path = "out",
    history: str | Path | None = None,
    notebook: str | Path = "weekly_report",
    deadline: float = 600,
) -> ReportFiles:
    """Run a notebook on a project and write its report, whole or not at all.

    Parameters
    ----------
    project
        A file or folder that `read_project` reads.
    status_date
        A date or `YYYY-MM-DD`; None takes the project's own.
    out
        The files go to `out/<project>/<status date>/`, named after the notebook.
    history
        Database URL or path that the notebook records the week in; None as the notebook declares.
    notebook
        The name of one that comes with pmtools, or the path of an `.ipynb`.
    deadline
        Seconds that the notebook may run.

    Raises
    ------
    SourceError
        There is no such project or notebook.
    RunError
        The notebook did not come to its end; earlier reports stay as they were.
    """
    from pmtools.report.document import document
    from pmtools.report.html import html_of
    from pmtools.report.pdf import pdf_of

    source = Path(project)
    if not source.exists():
        remedy = "Give the path of a project's file or folder."
        raise SourceError([Problem(str(source), "there is no such file or folder", remedy=remedy)])
    path = _notebook(notebook)
    parameters = {"project": str(source.resolve())}
    if status_date is not None:
        parameters["status_date"] = str(status_date)[:10]
    if history is not None:
        parameters["history"] = _without_password(str(history))
    executed = run_notebook(path, parameters, folder=Path.cwd(), deadline=deadline)
    shown = document(executed)
    if not shown.project_id:
        raise RunError(f"Notebook {path.stem} does not say in its provenance of which project.")
    place = Path(out) / slug(shown.project_id) / (shown.status_date or "no-status-date")
    contents = {
        ".pdf": pdf_of(shown),
        ".ipynb": (json.dumps(executed, indent=1) + "\n").encode(),
        ".html": html_of(shown),
    }
    files = {end: publish(place / (path.stem + end), data) for end, data in contents.items()}
    return ReportFiles(files[".html"], files[".pdf"], files[".ipynb"])


def _without_password(history: str) -> str:
    """Parameters are kept in the executed notebook, which people mail: no secret goes there."""
    if "://" in history and urlsplit(history).password:
        raise RunError(
            "The URL of the history holds a password, which would be stored with the report. "
            "Leave it out and give it by PGPASSWORD or a .pgpass file."
        )
    return history


def _notebook(notebook: str | Path) -> Path:
    """A shipped notebook by its name, or the path of one."""
    path = Path(notebook)
    if path.suffix != ".ipynb":
        path = shipped("notebooks") / f"{path.name}.ipynb"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in shipped("notebooks").glob("*.ipynb"))) or "none"
        problem = Problem(str(notebook), "there is no such notebook", f"a path or one of: {known}")
        raise SourceError([problem])
    return path
