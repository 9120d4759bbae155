"""The register: what is at risk, what is stuck, which decision is needed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmtools.measure.milestones import names_of
from pmtools.project import Project


def top_risks(project: Project) -> pd.DataFrame:
    """Open risks and issues, the largest exposure first.

    Exposure is probability x impact (PMBOK; PRINCE2 A.25); an issue has happened, its probability
    is 1. Items without an impact come last.

    Returns
    -------
    DataFrame
        `id`, `kind`, `title`, `owner`, `probability`, `impact_days`, `impact_cost`,
        `exposure_days`, `exposure_cost`, `response_action`, `due_date`, `is_overdue`.
    """
    rows = _open(project, "risk", "issue")
    chance = rows["probability"].where(rows["kind"] == "risk", 1.0)
    days, cost = chance * rows["impact_days"], chance * rows["impact_cost"]
    # Days and money have no common unit: the rank of an item is its better place in either list.
    rank = np.fmin(days.rank(ascending=False), cost.rank(ascending=False))
    rows = rows.assign(probability=chance, exposure_days=days, exposure_cost=cost, rank=rank)
    columns = ["id", "kind", "title", "owner", "probability", "impact_days", "impact_cost"]
    columns += ["exposure_days", "exposure_cost", "response_action", "due_date", "is_overdue"]
    return rows.sort_values(["rank", "id"])[columns].reset_index(drop=True)


def decisions_needed(project: Project) -> pd.DataFrame:
    """Open decisions, and changes that wait for approval, the most urgent first.

    Returns
    -------
    DataFrame
        `id`, `kind`, `title`, `description`, `owner`, `due_date`, `is_overdue`,
        `impact_days`, `impact_cost`.
    """
    rows = _open(project, "decision", "change")
    columns = ["id", "kind", "title", "description", "owner", "due_date", "is_overdue"]
    columns += ["impact_days", "impact_cost"]
    return rows.sort_values("due_date", kind="stable")[columns].reset_index(drop=True)


def _open(project: Project, *kinds: str) -> pd.DataFrame:
    rows = project.register
    rows = rows[rows["kind"].isin(kinds) & (rows["status"] == "open")]
    return rows.assign(
        owner=names_of(project.resources, rows["owner_id"]),
        impact_days=rows["impact_hours"] / project.header.hours_per_day,
        is_overdue=rows["due_date"] < (project.header.status_date or pd.NaT),
    )
