"""What goes wrong, told so that the reader can mend it: place, expected, found, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHOWN = 100


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in the input.

    `str()` gives the sentence that a user reads:
    `plan.xlsx, sheet "links", row 14: successor "T-19" is not a task. Add it to ...`
    """

    place: str
    found: str
    expected: str = ""
    remedy: str = ""
    code: str = ""

    def __str__(self) -> str:
        expected = f"; expected {self.expected}" if self.expected else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.place}: {self.found}{expected}.{remedy}"


class PmtoolsError(Exception):
    """The parent of every error that pmtools raises on purpose."""


class ProblemsError(PmtoolsError):
    """Several problems, reported together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more problems")
        return "\n".join(lines)


class SourceError(ProblemsError):
    """A file cannot be read, or is not what it claims to be."""


class ProjectError(ProblemsError):
    """The tables were read, but they do not describe a project."""


class MissingExtra(PmtoolsError):
    """Something that is needed here is not installed; the message says what to install."""


class HistoryError(PmtoolsError):
    """The history database cannot be used as asked."""


class RunError(PmtoolsError):
    """A notebook did not run to its end, or was given parameters it does not have."""


class ProcessError(PmtoolsError):
    """A supervised child process failed, ran out of time or out of memory."""


def nearest(word: str, known: Sequence[str]) -> str:
    """` (nearest: "T-9")` for a misspelt word, or nothing where none is near."""
    match = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f' (nearest: "{match[0]}")' if match else ""
