"""The register: what is at risk, what is stuck, which decision is needed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmtools.measure.milestones import names_of
from pmtools.project import Project


def top_risks(project: Project) -> pd.DataFrame:
    """Open risks and issues, the largest exposure first.

    Exposure is probability x impact (`standards`: PMBOK, PRINCE2 A.25); an issue has happened,
    its probability is 1. Items without an impact come last.

    Returns
    -------
    DataFrame
        `id`, `kind`, `title`, `owner`, `probability`, `impact_days`, `impact_cost`,
        `exposure_days`, `exposure_cost`, `response_action`, `due_date`, `is_overdue`.
    """
    rows = _open(project, ("risk", "issue"))
    probability = rows["probability"].where(rows["kind"] == "risk", 1.0)
    impact_days = rows["impact_hours"] / project.header.hours_per_day
    rows = rows.assign(
        probability=probability,
        impact_days=impact_days,
        exposure_days=probability * impact_days,
        exposure_cost=probability * rows["impact_cost"],
    )
    # Days and money have no common unit: the rank of an item is its better place in either list.
    rank = np.fmin(
        rows["exposure_days"].rank(ascending=False), rows["exposure_cost"].rank(ascending=False)
    )
    order = rows.assign(_rank=rank).sort_values(["_rank", "id"], na_position="last")
    columns = ["id", "kind", "title", "owner", "probability", "impact_days", "impact_cost"]
    columns += ["exposure_days", "exposure_cost", "response_action", "due_date", "is_overdue"]
    return order[columns].reset_index(drop=True)


def decisions_needed(project: Project) -> pd.DataFrame:
    """Open decisions, and changes that wait for approval, the most urgent first.

    Returns
    -------
    DataFrame
        `id`, `kind`, `title`, `description`, `owner`, `due_date`, `is_overdue`,
        `impact_days`, `impact_cost`.
    """
    rows = _open(project, ("decision", "change"))
    rows = rows.assign(impact_days=rows["impact_hours"] / project.header.hours_per_day)
    columns = ["id", "kind", "title", "description", "owner", "due_date", "is_overdue"]
    columns += ["impact_days", "impact_cost"]
    return rows.sort_values("due_date", kind="stable")[columns].reset_index(drop=True)


def _open(project: Project, kinds: tuple[str, ...]) -> pd.DataFrame:
    rows = project.register
    rows = rows[rows["kind"].isin(kinds) & (rows["status"] == "open")]
    status = project.header.status_date
    late = rows["due_date"] < status if status is not None else rows["due_date"].isna() & False
    return rows.assign(owner=names_of(project.resources, rows["owner_id"]), is_overdue=late)
