"""The rules of a responsibility matrix, each a small function that yields what breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd

from pmtools.schedule import Schedule
from pmtools.words import day

RULES = {
    "nothing-stated": (
        "amber",
        "Write down who answers for each deliverable (A), who does it (R).",
    ),
    "no-role": ("red", "Name who answers for it (A) and who does it (R)."),
    "no-accountable": ("red", "Name the one party with A."),
    "several-accountable": ("amber", "Leave one A; the others are R, C or I."),
    "no-responsible": ("amber", "Name who does it (R)."),
    "due-without-responsible": ("red", "Name who does it (R) today."),
    "too-many-responsible": ("amber", "Name one who leads, or split it."),
    "too-many-consulted": ("amber", "Make those whose answer is not needed I."),
    "accountable-on-leave": ("red", "Name a deputy, or agree on another day."),
    "role-without-hours": ("amber", "Book hours on its tasks, or name who works on them."),
    "unknown-party": ("red", "Correct the id, or name somebody who is here."),
    "many-responsible": ("amber", "Give some to somebody else, or do one after another."),
    "many-accountable": ("amber", "Share the A: who decides everything delays everything."),
    "party-without-role": ("info", "Give a role, or ask whether the party is needed."),
}
"""Each stable code: its signal, and what to do about it."""
COLUMNS = ["signal", "code", "kind", "id", "what", "due", "party_id", "party", "short",
           "message", "remedy"]  # fmt: skip


class _Hit(NamedTuple):
    code: str
    short: str
    message: str
    party_id: str = ""


class Case(NamedTuple):
    """What the rules look at: the frames of `responsibility`, before they are shown."""

    plan: Schedule
    items: pd.DataFrame
    cells: pd.DataFrame
    parties: pd.DataFrame
    booked: pd.DataFrame


def findings_of(
    case: Case, due_days: int, most_responsible: int, most_consulted: int, most_at_once: int
) -> pd.DataFrame:
    """What breaks a rule, the gravest and earliest first."""
    status = case.plan.status_date or case.plan.start
    soon = status + pd.Timedelta(days=due_days)
    booked = set(case.booked.itertuples(index=False, name=None))
    names = case.parties.set_index("id")["name"]
    by_row = dict(tuple(case.cells.groupby(["kind", "id"])))
    rows: list[tuple[object, ...]] = []
    for item in case.items[~case.items["is_done"]].itertuples() if len(case.cells) else ():
        cells = by_row.get((item.kind, item.id), case.cells[:0])
        if item.is_part:  # What it takes over is judged where it is said.
            cells = cells[~cells["is_inherited"]]
        hits = chain(
            _letters(item, cells, soon, booked),
            _crowds(cells, most_responsible, most_consulted),
            _leave(case, item, cells[~cells["is_inherited"]], status),
            _presence(case, item, cells[~cells["is_inherited"]], booked),
        )
        rows += [(*hit, item.kind, item.id, item.name, item.due) for hit in hits]
    if case.cells.empty:
        said = "nobody has written down who is responsible for what"
        header = case.plan.project.header
        hit = _Hit("nothing-stated", "no roles", said)
        rows.append((*hit, "project", header.id, header.name, pd.NaT))
    for hit in chain(_at_once(case, most_at_once), _idle(case)):
        rows.append((*hit, "party", hit.party_id, names[hit.party_id], pd.NaT))
    given = [*_Hit._fields, "kind", "id", "what", "due"]
    frame = pd.DataFrame(rows, columns=given).astype({"due": "datetime64[us]"})
    signals, remedies = ({code: rule[n] for code, rule in RULES.items()} for n in (0, 1))
    frame = frame.assign(
        party=frame["party_id"].map(names).fillna(""),
        signal=frame["code"].map(signals),
        remedy=frame["code"].map(remedies),
        order=frame["code"].map(signals).map({"red": 0, "amber": 1, "info": 2}),
    )
    frame = frame.sort_values(["order", "due"], kind="stable", ignore_index=True)[COLUMNS]
    return frame.astype({name: "str" for name in COLUMNS if name != "due"})


def _has(cells: pd.DataFrame, letter: str) -> pd.DataFrame:
    return cells[cells["code"].str.contains(letter)]


def _letters(
    item: Any, cells: pd.DataFrame, soon: pd.Timestamp, booked: set[Any]
) -> Iterator[_Hit]:
    """Exactly one A, at least one R (an A who has hours does it)."""
    leads = _has(cells, "A")
    if cells.empty:
        yield _Hit("no-role", "no role", "nobody has a role")
        return
    if leads.empty and not item.is_part:
        yield _Hit("no-accountable", "no A", "nobody answers for it (A)")
    if len(leads) > 1:
        said = f"{len(leads)} parties answer for it (A): {', '.join(leads['party'])}"
        yield _Hit("several-accountable", f"{len(leads)} A", said)
    does = any((item.kind, item.id, party) in booked for party in leads["party_id"])
    if item.is_part or does or len(_has(cells, "R")):
        return
    if item.due <= soon:
        said = f"it is due on {day(item.due)}, and nobody does it (R)"
        yield _Hit("due-without-responsible", "no R", said)
    else:
        yield _Hit("no-responsible", "no R", "nobody does it (R)")


def _crowds(cells: pd.DataFrame, most_responsible: int, most_consulted: int) -> Iterator[_Hit]:
    """Many R wait for each other; many C make decisions slow."""
    if (n := len(_has(cells, "R"))) > most_responsible:
        said = f"{n} parties do it (R): each waits for the others"
        yield _Hit("too-many-responsible", f"{n} R", said)
    if (n := len(_has(cells, "C"))) > most_consulted:
        said = f"{n} parties must be asked (C): decisions take long"
        yield _Hit("too-many-consulted", f"{n} C", said)


def _leave(case: Case, item: Any, cells: pd.DataFrame, status: pd.Timestamp) -> Iterator[_Hit]:
    """Who answers for it (of a department its head) is there when it is due, or forecast."""
    project = case.plan.project
    heads = project.departments.set_index("id")["head_id"]
    for lead in _has(cells, "A").itertuples():
        person = heads.get(lead.party_id) or lead.party_id
        for word, at in {"due": item.due, "forecast": item.forecast}.items():
            is_ahead = at >= status and person in set(project.resources["id"])
            if is_ahead and not pd.isna(on := day_off(case.plan, person, at)):
                said = f"{lead.party} (A) is on leave on {day(on)}, when it is {word}"
                yield _Hit("accountable-on-leave", "on leave", said, lead.party_id)
                break


def day_off(plan: Schedule, person_id: str, at: pd.Timestamp) -> pd.Timestamp:
    """The last day of work up to `at` on which a person usually works, if they are off; else NaT.

    Who never works on Fridays is not on leave on a Friday: then the day before counts.
    """
    project = plan.project
    calendar_id = project.resources.set_index("id").loc[person_id, "calendar_id"]
    calendar = plan.calendars[calendar_id]
    on = plan.calendars[""].previous_work(at).normalize()
    usual = [on - pd.Timedelta(days=n) for n in range(7)]
    on = next((each for each in usual if calendar.week[each.day_of_week]), on)
    rows = project.availability[project.availability["resource_id"] == person_id]
    is_leave = (rows["from"] <= on) & (rows["to"] >= on) & (rows["capacity"] == 0)
    return on if is_leave.any() or not calendar.is_working_day(on) else pd.NaT


def _presence(case: Case, item: Any, cells: pd.DataFrame, booked: set[Any]) -> Iterator[_Hit]:
    """A party is known and there; who answers for it or does it has hours on its tasks."""
    parties = case.parties.set_index("id")
    can_book = len(case.plan.project.assignments) and not pd.isna(item.forecast)
    for cell in cells.itertuples():
        kind, capacity = parties.loc[cell.party_id, ["kind", "capacity"]]
        who = f"{cell.party} ({cell.code})"
        if kind == "unknown":
            said = f"{who} is neither a person nor a department nor a stakeholder of the project"
            yield _Hit("unknown-party", "unknown", said, cell.party_id)
        elif capacity == 0:
            yield _Hit("unknown-party", "gone", f"{who} has no capacity any more", cell.party_id)
        elif can_book and kind != "stakeholder" and cell.code in ("A", "R", "A/R"):
            said = f"{who} has no hours on its tasks"
            if (item.kind, item.id, cell.party_id) not in booked:
                yield _Hit("role-without-hours", "no hours", said, cell.party_id)


def _at_once(case: Case, most: int) -> Iterator[_Hit]:
    """One party does few things at the same time, and answers for few."""
    whole = case.items.loc[~case.items["is_part"] & ~case.items["is_done"]]
    cells = case.cells.merge(whole[["kind", "id", "begin", "forecast"]], on=["kind", "id"])
    for party_id, rows in cells.groupby("party_id", sort=False):
        party, does = rows["party"].iloc[0], _has(rows, "R")
        spans = [(does["begin"] <= at) & (does["forecast"] >= at) for at in does["begin"]]
        n, at = max(((int(at.sum()), -k) for k, at in enumerate(spans)), default=(0, 0))
        if n > most:
            said = f"{party} does {n} at the same time (R), from {day(does['begin'].iloc[-at])}"
            yield _Hit("many-responsible", f"{n} R at once", said, str(party_id))
        if (n := len(_has(rows, "A"))) > most:
            said = f"{party} answers for {n} that are open (A)"
            yield _Hit("many-accountable", f"{n} A", said, str(party_id))


def _idle(case: Case) -> Iterator[_Hit]:
    """Who works on a deliverable has a role somewhere, by name or by department."""
    if case.cells.empty:
        return
    held = {*case.cells["party_id"], *case.cells["department_id"]}
    busy = set(case.booked.loc[case.booked["kind"] == "deliverable", "party_id"])
    for party in case.parties.itertuples():
        is_named = party.id in held or party.department_id in set(case.cells["party_id"])
        if party.id in busy and not is_named:
            said = f"{party.name} works on deliverables, but has no role"
            yield _Hit("party-without-role", "no role", said, party.id)
