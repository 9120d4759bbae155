"""The rules of a responsibility matrix, each a small function that yields what breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd

from pmtools.schedule import Schedule
from pmtools.words import day

RULES = {
    "nothing-stated": ("amber", "Name for each deliverable who answers for it and who does it."),
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


@dataclass(frozen=True)
class Case:
    """What the rules look at: the frames of `responsibility`, before they are shown."""

    plan: Schedule
    items: pd.DataFrame
    cells: pd.DataFrame
    parties: pd.DataFrame
    booked: set[tuple[str, str, str]]

    @cached_property
    def who(self) -> dict[str, Any]:
        """Each party by its id."""
        return {party.id: party for party in self.parties.itertuples()}

    @cached_property
    def heads(self) -> dict[str, str]:
        """The head of each department."""
        units = self.plan.project.departments
        return dict(zip(units["id"], units["head_id"], strict=True))

    def rows(self) -> Iterator[tuple[Any, list[Any]]]:
        """Each row that is open, and its cells.

        What a part (a task of a deliverable) takes over is judged where it is said.
        """
        by_row: dict[tuple[str, str], list[Any]] = {}
        for cell in self.cells.itertuples():
            by_row.setdefault((cell.kind, cell.id), []).append(cell)
        for item in self.items[~self.items["is_done"]].itertuples():
            cells = by_row.get((item.kind, item.id), [])
            yield item, _own(cells) if item.is_part else cells


def findings_of(
    case: Case, due_days: int, most_responsible: int, most_consulted: int, most_at_once: int
) -> pd.DataFrame:
    """What breaks a rule, the gravest and earliest first."""
    status = case.plan.status_date or case.plan.start
    soon = status + pd.Timedelta(days=due_days)
    rows: list[tuple[object, ...]] = []
    for item, cells in case.rows() if len(case.cells) else ():
        hits = chain(
            _letters(case, item, cells, soon),
            _crowds(cells, most_responsible, most_consulted),
            _leave(case, item, _own(cells), status),
            _presence(case, item, _own(cells)),
        )
        rows += [(*hit, item.kind, item.id, item.name, item.due) for hit in hits]
    if case.cells.empty:
        header, said = case.plan.project.header, "nobody has written down who is responsible"
        hit = _Hit("nothing-stated", "no roles", said)
        rows.append((*hit, "project", header.id, header.name, pd.NaT))
    for hit in chain(_at_once(case, most_at_once), _idle(case)):
        rows.append((*hit, "party", hit.party_id, case.who[hit.party_id].name, pd.NaT))
    given = [*_Hit._fields, "kind", "id", "what", "due"]
    frame = pd.DataFrame(rows, columns=given).astype({"due": "datetime64[us]"})
    frame = frame.assign(
        party=[case.who[party].name if party else "" for party in frame["party_id"]],
        signal=[RULES[code][0] for code in frame["code"]],
        remedy=[RULES[code][1] for code in frame["code"]],
    )
    frame["order"] = frame["signal"].map({"red": 0, "amber": 1, "info": 2})
    frame = frame.sort_values(["order", "due"], kind="stable", ignore_index=True)[COLUMNS]
    return frame.astype({name: "str" for name in COLUMNS if name != "due"})


def _own(cells: list[Any]) -> list[Any]:
    return [cell._replace(code=cell.stated) for cell in cells if cell.stated]


def _has(cells: list[Any], letter: str) -> list[Any]:
    return [cell for cell in cells if letter in cell.code]


def _letters(case: Case, item: Any, cells: list[Any], soon: pd.Timestamp) -> Iterator[_Hit]:
    """Exactly one A, at least one R (an A who has hours does it)."""
    leads = _has(cells, "A")
    does = _has(cells, "R") or any((*item[1:3], lead.party_id) in case.booked for lead in leads)
    if not cells:
        yield _Hit("no-role", "no role", "nobody has a role")
    elif not leads and not item.is_part:
        yield _Hit("no-accountable", "no A", "nobody answers for it (A)")
    if len(leads) > 1:
        names = ", ".join(lead.party for lead in leads)
        said = f"{len(leads)} parties answer for it (A): {names}"
        yield _Hit("several-accountable", f"{len(leads)} A", said)
    if cells and not does and not item.is_part:
        is_soon = item.due <= soon
        said = f"it is due on {day(item.due)}, and nobody does it (R)"
        code = "due-without-responsible" if is_soon else "no-responsible"
        yield _Hit(code, "no R", said if is_soon else "nobody does it (R)")


def _crowds(cells: list[Any], most_responsible: int, most_consulted: int) -> Iterator[_Hit]:
    """Many R wait for each other; many C make decisions slow."""
    if (n := len(_has(cells, "R"))) > most_responsible:
        said = f"{n} parties do it (R): each waits for the others"
        yield _Hit("too-many-responsible", f"{n} R", said)
    if (n := len(_has(cells, "C"))) > most_consulted:
        said = f"{n} parties must be asked (C): decisions take long"
        yield _Hit("too-many-consulted", f"{n} C", said)


def _leave(case: Case, item: Any, cells: list[Any], status: pd.Timestamp) -> Iterator[_Hit]:
    """Who answers for it (of a department its head) is there when it is due, or forecast."""
    for lead in _has(cells, "A"):
        person = case.who.get(case.heads.get(lead.party_id) or lead.party_id)
        for word, at in {"due": item.due, "forecast": item.forecast}.items():
            if at >= status and not pd.isna(on := day_off(case.plan, person, at)):
                said = f"{lead.party} (A) is on leave on {day(on)}, when it is {word}"
                yield _Hit("accountable-on-leave", "on leave", said, lead.party_id)
                break


def day_off(plan: Schedule, person: Any, at: pd.Timestamp) -> pd.Timestamp:
    """The last day of work up to `at` on which a person usually works, if they are off; else NaT.

    Who never works on Fridays is not on leave on a Friday: then the day before counts.
    """
    if person is None or person.kind not in ("person", "role"):
        return pd.NaT
    calendar = plan.calendars[person.calendar_id]
    on = plan.calendars[""].previous_work(at).normalize()
    usual = [on - pd.Timedelta(days=n) for n in range(7)]
    on = next((each for each in usual if calendar.week[each.day_of_week]), on)
    rows = plan.project.availability
    is_leave = (rows["from"] <= on) & (rows["to"] >= on) & (rows["capacity"] == 0)
    is_leave &= rows["resource_id"] == person.id
    return on if is_leave.any() or not calendar.is_working_day(on) else pd.NaT


def _presence(case: Case, item: Any, cells: list[Any]) -> Iterator[_Hit]:
    """A party is known and there; who answers for it or does it has hours on its tasks."""
    can_book = len(case.plan.project.assignments) and not pd.isna(item.forecast)
    for cell in cells:
        party, who = case.who[cell.party_id], f"{cell.party} ({cell.code})"
        if party.kind == "unknown":
            said = f"{who} is neither a person nor a department nor a stakeholder of the project"
            yield _Hit("unknown-party", "unknown", said, cell.party_id)
        elif party.capacity == 0:
            yield _Hit("unknown-party", "gone", f"{who} has no capacity any more", cell.party_id)
        elif can_book and party.kind != "stakeholder" and _is_idle(case, item, cell):
            said = f"{who} has no hours on its tasks"
            yield _Hit("role-without-hours", "no hours", said, cell.party_id)


def _is_idle(case: Case, item: Any, cell: Any) -> bool:
    return cell.code not in ("C", "I") and (*item[1:3], cell.party_id) not in case.booked


def _at_once(case: Case, most: int) -> Iterator[_Hit]:
    """One party does few things at the same time, and answers for few."""
    roles: dict[str, list[tuple[str, Any]]] = {}
    for item, cells in case.rows():
        for cell in cells if not item.is_part else ():
            roles.setdefault(cell.party_id, []).append((cell.code, item))
    for party_id, held in roles.items():
        name = case.who[party_id].name
        does = [item for code, item in held if "R" in code]
        at_once = {at.begin: sum(i.begin <= at.begin <= i.forecast for i in does) for at in does}
        at = max(at_once, key=at_once.__getitem__, default=None)
        if at is not None and (n := at_once[at]) > most:
            said = f"{name} does {n} at the same time (R), from {day(at)}"
            yield _Hit("many-responsible", f"{n} R at once", said, party_id)
        if (n := sum("A" in code for code, _ in held)) > most:
            said = f"{name} answers for {n} that are open (A)"
            yield _Hit("many-accountable", f"{n} A", said, party_id)


def _idle(case: Case) -> Iterator[_Hit]:
    """Who works on a deliverable has a role somewhere, by name or by department."""
    named, units = set(case.cells["party_id"]), set(case.cells["department_id"])
    busy = {party_id for kind, _, party_id in case.booked if kind == "deliverable"}
    for party_id in sorted(busy & case.who.keys()) if named else ():
        party = case.who[party_id]
        has_role = party_id in named | units or party.department_id in named
        if not has_role and party.kind in ("person", "role", "department"):
            said = f"{party.name} works on deliverables, but has no role"
            yield _Hit("party-without-role", "no role", said, party_id)
