"""Rules on people: availability, responsibilities, register and stakeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from pmtools.check.rules import Case, Hit, rule
from pmtools.errors import nearest

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
REVIEWED_WITHIN = pd.Timedelta(days=35)
RANKED = ["probability", "impact_hours", "impact_cost"]


@rule("PM401", "warning", "Let one period end before the next begins.")
def availability_does_not_overlap(case: Case) -> Iterator[Hit]:
    """For each day a resource has one capacity."""
    rows = case.project.availability.sort_values(["resource_id", "from"], kind="stable")
    latest = rows.groupby("resource_id")["to"].cummax().groupby(rows["resource_id"]).shift()
    yield from case.rows(
        "availability",
        (rows["from"] <= latest).sort_index(),
        lambda row: (
            f'resource "{row["resource_id"]}" has two capacities from {row["from"]:%Y-%m-%d} on'
        ),
    )


@rule("PM402", "warning", "Add the party to its table, or correct the id.")
def responsible_parties_exist(case: Case) -> Iterator[Hit]:
    """Who is responsible is a resource, a department or a stakeholder of the project."""
    project = case.project
    tables = (project.resources, project.departments, project.stakeholders)
    known = pd.concat([table["id"] for table in tables]).to_list()
    yield from case.rows(
        "responsibilities",
        ~project.responsibilities["party_id"].isin(known),
        lambda row: (
            f'party "{row["party_id"]}" is no resource, department or stakeholder'
            f"{nearest(row['party_id'], known)}"
        ),
    )


def _letters(case: Case) -> pd.DataFrame:
    """How often R, A, C and I stand at each deliverable, or at a task that has any."""
    rows = case.project.responsibilities
    what = rows["deliverable_id"].where(rows["deliverable_id"] != "", rows["task_id"])
    counts = pd.crosstab(what, rows["role"]).reindex(columns=["R", "A"], fill_value=0)
    if rows.empty:
        return counts
    everything = [*dict.fromkeys([*case.project.deliverables["id"], *what[what != ""]])]
    return counts.reindex(everything, fill_value=0)


def _named(case: Case, what: str) -> str:
    deliverables = case.project.deliverables.set_index("id")["name"]
    if what in deliverables.index:
        return f'deliverable "{deliverables[what]}" ({what})'
    return f"task {case.task(what)}"


@rule("PM403", "warning", "Name exactly one party with A.")
def one_party_is_accountable(case: Case) -> Iterator[Hit]:
    """Exactly one party is accountable (A) for a deliverable or task."""
    letters = _letters(case)
    for what, count in letters["A"][letters["A"] != 1].items():
        said = "no party is" if count == 0 else f"{count} parties are"
        yield case.table("responsibilities", f"{said} accountable (A) for {_named(case, what)}")


@rule("PM404", "warning", "Name who does it, with R.")
def someone_is_responsible(case: Case) -> Iterator[Hit]:
    """At least one party does the work (R) for a deliverable or task; A may do it itself."""
    letters = _letters(case)
    for what in letters.index[(letters["R"] == 0)]:
        yield case.table(
            "responsibilities", f"no party is responsible (R) for {_named(case, what)}"
        )


@rule("PM405", "warning", "Fill in one of the two.")
def responsibilities_name_their_object(case: Case) -> Iterator[Hit]:
    """A responsibility is for one deliverable or for one task."""
    rows = case.project.responsibilities
    has = (rows["deliverable_id"] != "").astype(int) + (rows["task_id"] != "")
    yield from case.rows(
        "responsibilities",
        has != 1,
        lambda row: (
            f'the {row["role"]} of "{row["party_id"]}" names '
            + (
                "both a deliverable and a task"
                if row["task_id"]
                else "neither deliverable nor task"
            )
        ),
    )


def _open(case: Case) -> Any:
    rows = case.project.register
    return rows["status"] == "open"


def _item(row: Any) -> str:
    return f'{row["kind"]} {row["id"]} "{row["title"]}"'


@rule("PM406", "warning", "Name the one owner.")
def open_items_have_an_owner(case: Case) -> Iterator[Hit]:
    """An open item of the register has one owner."""
    yield from case.rows(
        "register",
        _open(case) & (case.project.register["owner_id"] == ""),
        lambda row: f"{_item(row)} has no owner",
    )


@rule("PM407", "warning", "Settle it, or agree on a new date.")
def open_items_are_not_overdue(case: Case) -> Iterator[Hit]:
    """What is still open is not past its due date on the status date."""
    now = case.project.header.status_date
    yield from case.rows(
        "register",
        _open(case) & (case.project.register["due_date"] < (now if now is not None else pd.NaT)),
        lambda row: f"{_item(row)} was due on {row['due_date']:%Y-%m-%d} and is still open",
    )


@rule("PM408", "warning", "Review it and write the day of the review in updated_date.")
def open_items_are_reviewed(case: Case) -> Iterator[Hit]:
    """An open item was raised or reviewed within the last five weeks."""
    now = case.project.header.status_date
    seen = case.project.register["updated_date"].fillna(case.project.register["raised_date"])
    oldest = pd.NaT if now is None else now - REVIEWED_WITHIN
    yield from case.rows(
        "register",
        _open(case) & (seen < oldest),
        lambda row: f"{_item(row)} was last reviewed on {seen[row.name]:%Y-%m-%d}",
    )


@rule("PM409", "warning", "Estimate its probability and its impact in hours or cost.")
def open_risks_can_be_ranked(case: Case) -> Iterator[Hit]:
    """An open risk has a probability and an impact."""
    rows = case.project.register
    rated = rows["probability"].notna() & rows[["impact_hours", "impact_cost"]].notna().any(axis=1)
    yield from case.rows(
        "register",
        _open(case) & (rows["kind"] == "risk") & ~rated,
        lambda row: f"{_item(row)} has no probability or no impact, so it cannot be ranked",
    )


@rule("PM410", "info", "Fill in closed_date.")
def closed_items_say_when(case: Case) -> Iterator[Hit]:
    """A closed item of the register says when it was closed, not before it was raised."""
    rows = case.project.register
    undated = (rows["status"] == "closed") & rows["closed_date"].isna()
    yield from case.rows(
        "register",
        undated | (rows["closed_date"] < rows["raised_date"]),
        lambda row: (
            f"{_item(row)} is closed without a date"
            if pd.isna(row["closed_date"])
            else f"{_item(row)} was closed before it was raised"
        ),
    )


@rule("PM411", "warning", "Write one address, like name@company.example.")
def stakeholders_can_be_reached(case: Case) -> Iterator[Hit]:
    """A stakeholder has one e-mail address."""
    rows = case.project.stakeholders
    yield from case.rows(
        "stakeholders",
        ~rows["email"].str.fullmatch(ADDRESS.pattern),
        lambda row: (
            f'stakeholder "{row["name"]}" has '
            + (f'"{row["email"]}" as address' if row["email"] else "no e-mail address")
        ),
    )
