"""Tables of the register: risks, open items, what is stuck, what became an issue, reserves."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import cells, day, is_missing, money


def table_risks(items: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """The risks of a register for review: id, title, owner, actionee, movement, probability,
    trigger_date, exposure_days, p80_days, exposure_cost.
    """
    columns: Columns = {
        "id": ("Id", "text"), "title": ("Risk", "text"), "owner": ("Owner / who acts", "text"),
        "movement": ("Since last", "text"), "probability": ("Chance", "share"),
        "trigger_date": ("Not before", "date"), "exposure_days": ("Expected delay", "signed_days"),
        "p80_days": ("Of the P80", "signed_days"), "exposure_cost": ("Expected cost", "money"),
    }  # fmt: skip
    note = {
        "exposure_days": "Expected: on average over all trials of the simulation, those in which "
        "it does not occur too; of risks that are not simulated probability x impact",
        "p80_days": "Of the P80: what the date that is 80% safe would gain without the risk",
    }
    if not isinstance(items, CannotSay):
        items = _acting(items[items["kind"] == "risk"])
        items = items.assign(exposure_cost=items["exposure_cost"].round() + 0.0)
    empty = "The register has no open risk."
    return table(items, columns, title="Risks", note=note, empty=empty, currency=currency)


def table_responses(items: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """The responses to the risks of a register for review: id, title, response_action,
    response_cost, saved_days, saved_cost, response_worth.
    """
    columns: Columns = {
        "id": ("Id", "text"), "title": ("Risk", "text"), "response_action": ("What we do", "text"),
        "response_cost": ("Costs", "money"), "saved_days": ("Saves", "days"),
        "saved_cost": ("Saves", "money"), "response_worth": ("Is it worth it?", "text"),
    }  # fmt: skip
    if not isinstance(items, CannotSay):
        is_said = (items["response_action"] != "") | (items["response_cost"] > 0)
        items = items[(items["kind"] == "risk") & is_said]
        items = items.assign(saved_cost=items["saved_cost"].round() + 0.0)
    note = {"saved_days": "Saves: on average, once it is in place"}
    empty = "No open risk has a response."
    return table(items, columns, title="Responses", note=note, empty=empty, currency=currency)


def table_open_items(items: pd.DataFrame | CannotSay) -> Table:
    """All but the risks of a register for review: kind, id, title, owner, actionee, movement,
    due_date, age_days, if_left, response_action.
    """
    columns: Columns = {
        "item": ("Item", "text"), "title": ("What", "text"),
        "owner": ("Owner / who acts", "text"), "movement": ("Since last", "text"),
        "due_date": ("Until", "date"), "age_days": ("Open for", "days"),
        "if_left": ("If left", "text"), "response_action": ("What we do", "text"),
    }  # fmt: skip
    note = {
        "if_left": "If left: how many working days later, with its unfinished tasks held back for "
        "that long from now",
        "age_days": "Open for: calendar days",
    }
    if not isinstance(items, CannotSay):
        items = _acting(items[items["kind"] != "risk"])
    empty = "The register has no open issue, decision, action, dependency or assumption."
    return table(items, columns, title="Everything else that is open", note=note, empty=empty)


def table_stuck(items: pd.DataFrame | CannotSay) -> Table:
    """What does not move: kind, id, title, owner, actionee, why, due_date, if_left."""
    columns: Columns = {
        "item": ("Item", "text"), "title": ("What", "text"),
        "owner": ("Owner / who acts", "text"), "why": ("Stuck", "text"),
        "due_date": ("Until", "date"), "if_left": ("If left", "text"),
    }  # fmt: skip
    items = items if isinstance(items, CannotSay) else _acting(items)
    empty = "Nothing is overdue, waits for a decision, or was not reviewed for long."
    return table(items, columns, title="What is stuck", empty=empty)


def _acting(items: pd.DataFrame) -> pd.DataFrame:
    """The items by kind and id; with the owner, and who acts where that is somebody else."""
    acts = items["actionee"].where(items["actionee"] != items["owner"], "")
    both = (items["owner"] + " / " + acts).where(acts != "", items["owner"])
    item = items["kind"].str.capitalize() + " " + items["id"]
    return items.assign(owner=both.str.removeprefix(" / "), item=item)


def table_overdue_actions(rates: pd.DataFrame | CannotSay) -> Table:
    """Who has open actions: who, n_open, n_overdue, rate (0 to 1), days_overdue, what."""
    columns: Columns = {
        "who": ("Who", "text"), "n_open": ("Open", "number"), "n_overdue": ("Overdue", "number"),
        "rate": ("Overdue rate", "share"), "days_overdue": ("Longest", "days"),
        "what": ("Which", "text"),
    }  # fmt: skip
    if not isinstance(rates, CannotSay):
        rates = rates.assign(who=rates["who"].where(rates["who"] != "", "nobody named"))
    note = {"days_overdue": "Longest: calendar days since it was due"}
    empty = "No action is open."
    return table(rates, columns, title="Overdue actions", note=note, empty=empty)


def table_became_issues(rows: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """Risks that occurred: risk_id, risk, probability (0 to 1), said_days, said_cost, issue_id,
    issue, owner, status, days, cost.
    """
    columns: Columns = {
        "risk_id": ("Risk", "text"), "risk": ("What was feared", "text"),
        "probability": ("Chance said", "share"), "said_days": ("Delay said", "days"),
        "said_cost": ("Cost said", "money"), "issue_id": ("Issue", "text"),
        "days": ("Delay now", "days"), "cost": ("Cost now", "money"), "owner": ("Owner", "text"),
        "status": ("Status", "text"),
    }  # fmt: skip
    if not isinstance(rows, CannotSay):
        rows = rows.assign(issue_id=rows["issue_id"].where(rows["issue_id"] != "", "none known"))
    empty = "No risk has occurred."
    title = "Risks that became issues"
    return table(rows, columns, title=title, empty=empty, currency=currency)


def table_reserves(rows: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """The reserve left against what is at risk: quantity, promised_finish or promised, plan_finish
    or plan, reserve, expected, needed (working days, or money), signal, verdict.
    """
    columns: Columns = {
        "what": ("Of", "text"), "promised_": ("Promised", "text"), "plan_": ("Plan", "text"),
        "reserve_": ("Reserve left", "text"), "expected_": ("Open risks cost", "text"),
        "needed_": ("Needed", "text"), "signal": ("Status", "signal"), "verdict": ("So", "text"),
    }  # fmt: skip
    if not isinstance(rows, CannotSay):
        said = [_reserve(row, currency) for row in rows.to_dict("records")]
        rows = rows.assign(**{name: [each[name] for each in said] for name in list(columns)[:6]})
    note = {
        "expected_": "Open risks cost: all of them together, on average over the trials, what "
        "their delays cost included",
        "needed_": "Needed: above the plan, for the confidence that is wanted",
    }
    title = "Reserve left against what is at risk"
    return table(rows, columns, title=title, note=note, currency=currency)


def _reserve(row: dict[Any, Any], currency: str) -> dict[str, str]:
    amounts = [row[name] for name in ("reserve", "expected", "needed")]
    if row["quantity"] == "time":
        told = ["Finish", day(row["promised_finish"]), day(row["plan_finish"])]
        told += cells(amounts, "signed_days")
    else:
        told = ["Cost", *(_money(row[name], currency) for name in ("promised", "plan"))]
        told += [_money(each, currency) for each in amounts]
    names = ("what", "promised_", "plan_", "reserve_", "expected_", "needed_")
    return dict(zip(names, told, strict=True))


def _money(amount: float, currency: str) -> str:
    return money(amount if is_missing(amount) else round(amount), currency)
