"""What a check found: told to a person, to a table, or to a script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import pandas as pd

from pmtools.check.rules import Severity
from pmtools.errors import Problem, ProjectError

SHOWN = 100
TOLD = ("code", "severity", "place", "message", "remedy")


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

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(f for f in self.found if f.severity == severity)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Those that make figures wrong."""
        return self._of("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those that make figures doubtful or incomplete."""
        return self._of("warning")

    @property
    def frame(self) -> pd.DataFrame:
        """One row a finding: code, severity, place, message, remedy, task_ids.

        `task_ids` holds several ids separated by ";", as everywhere in the tables.
        """
        data = {name: [getattr(f, name) for f in self.found] for name in TOLD}
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
        kinds = {"error": self.errors, "warning": self.warnings, "info": self._of("info")}
        said = [f"{len(f)} {kind}{'s' * (len(f) > 1)}" for kind, f in kinds.items() if f]
        return ", ".join(said) or "nothing found"

    @property
    def _rest(self) -> list[str]:
        return [f"... and {len(self) - SHOWN} more"] if len(self) > SHOWN else []

    def __str__(self) -> str:
        return "\n".join([self.summary, *map(str, self.found[:SHOWN]), *self._rest])

    def _repr_html_(self) -> str:
        rows = [TOLD, *([getattr(f, name) for name in TOLD] for f in self.found[:SHOWN])]
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
        table = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
        said = "".join(f"<p>{text}</p>" for text in (self.summary, *self._rest))
        return said + (table if self.found else "")
