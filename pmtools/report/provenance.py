"""What a report was made from: shown by the last cell, and proof that the last cell was reached."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from pmtools.project import Project
from pmtools.tables import table
from pmtools.words import Format, day

SENTINEL = "application/vnd.pmtools.sentinel+json"
_PACKAGES = ("pmtools", "pandas", "numpy", "altair")


def _said(value: Any) -> str:
    """A parameter in words; of a path on somebody's machine only its name."""
    is_path = isinstance(value, str) and Path(value).is_absolute()
    return Path(value).name if is_path else json.dumps(value, ensure_ascii=False).strip('"')


@dataclass(frozen=True)
class Provenance:
    """Project, status date, hash of the input, parameters, seed, versions. No clock in it."""

    project_id: str
    project_name: str
    status_date: str
    input_hash: str
    run_id: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> list[list[str]]:
        """What it says, as pairs of words."""
        used = [f"{name} = {_said(v)}" for name, v in self.parameters.items() if v != ""]
        seed = "none used" if self.seed is None else str(self.seed)
        return [
            ["Project", f"{self.project_name} ({self.project_id})"],
            ["Status date", day(pd.Timestamp(self.status_date)) if self.status_date else "none"],
            ["Input, SHA-256", self.input_hash[:32]],
            ["Parameters", "; ".join(used) or "defaults"],
            ["Seed", seed],
            ["Versions", ", ".join(f"{name} {v}" for name, v in self.versions.items())],
        ]

    def __str__(self) -> str:
        return "\n".join(f"{label}: {text}" for label, text in self.rows())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        sentinel = {
            "run_id": self.run_id,
            "project": {"id": self.project_id, "name": self.project_name},
            "status_date": self.status_date,
            "input_hash": self.input_hash,
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "versions": dict(self.versions),
        }
        columns: dict[str, tuple[str, Format]] = {
            "what": ("What", "text"),
            "value": ("Value", "text"),
        }
        facts = pd.DataFrame(self.rows(), columns=list(columns), dtype="str")
        shown = table(facts, columns, title="How this report was made")
        return {SENTINEL: sentinel} | shown._repr_mimebundle_()


def provenance(
    project: Project,
    *,
    run_id: str = "",
    parameters: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> Provenance:
    """What a notebook shows in its last cell: what its numbers were made from.

    Parameters
    ----------
    run_id
        The parameter of that name, as the runner has set it ("" when run by hand).
    parameters
        The notebook's other parameters, by name.
    """
    status_date = project.header.status_date
    return Provenance(
        project.header.id,
        project.header.name,
        "" if status_date is None else f"{status_date:%Y-%m-%d}",
        project.content_hash(),
        run_id,
        dict(parameters or {}),
        seed,
        {"Python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
    )
