"""What a check found: told to a person, to a table, or to a script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import pandas as pd

from pmtools.check.rules import Severity
from pmtools.errors import Problem, ProjectError

SHOWN = 100


@dataclass(frozen=True)
class Finding:
    """One finding: where, what, and what to do about it."""

    code: str
    severity: Severity
    place: str
    message: str
    remedy: str
    task_ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.severity} {self.code} {self.place}: {self.message}. {self.remedy}"


@dataclass(frozen=True)
class Findings:
    """All findings, the gravest first.

    An error makes figures wrong, a warning makes them doubtful or incomplete, an info is good
    to know.
    """

    found: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Those that make figures wrong."""
        return tuple(f for f in self.found if f.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those that make figures doubtful or incomplete."""
        return tuple(f for f in self.found if f.severity == "warning")

    @property
    def frame(self) -> pd.DataFrame:
        """One row a finding: code, severity, place, message, remedy, task_ids.

        `task_ids` holds several ids separated by ";", as everywhere in the tables.
        """
        columns = ["code", "severity", "place", "message", "remedy"]
        data = {name: [getattr(f, name) for f in self.found] for name in columns}
        data["task_ids"] = [";".join(f.task_ids) for f in self.found]
        return pd.DataFrame(data, dtype="str")

    def raise_if_errors(self) -> Findings:
        """These findings again, where none is an error.

        Raises
        ------
        ProjectError
            With every error among the findings.
        """
        if self.errors:
            raise ProjectError(
                Problem(f.place, f.message, remedy=f.remedy, code=f.code) for f in self.errors
            )
        return self

    @property
    def summary(self) -> str:
        """`2 errors, 14 warnings, 3 infos`, or `nothing found`."""
        counts = {
            severity: sum(f.severity == severity for f in self.found)
            for severity in ("error", "warning", "info")
        }
        said = [f"{n} {severity}{'s' * (n > 1)}" for severity, n in counts.items() if n]
        return ", ".join(said) or "nothing found"

    def __str__(self) -> str:
        lines = [self.summary, *map(str, self.found[:SHOWN])]
        if len(self) > SHOWN:
            lines.append(f"... and {len(self) - SHOWN} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        heads = ("code", "severity", "place", "message", "remedy")
        head = "".join(f"<th>{name}</th>" for name in heads)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(getattr(f, name))}</td>" for name in heads) + "</tr>"
            for f in self.found[:SHOWN]
        )
        rest = f"<p>... and {len(self) - SHOWN} more</p>" if len(self) > SHOWN else ""
        table = f"<table><tr>{head}</tr>{body}</table>" if self.found else ""
        return f"<p>{self.summary}</p>{table}{rest}"
