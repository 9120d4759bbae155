"""Tables of what could be changed: scenarios, options, levers, and what each change does."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import chance_said, money, number, percent


def table_scenarios(rows: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """Scenarios beside the plan as it is: columns of `Comparison.rows`."""
    columns: Columns = {
        "scenario": ("Scenario", "text"), "finish": ("Plan ends", "date"),
        "p80": ("P80", "date"), "cost_p80": ("Cost, P80", "money"),
        "chance": ("Deadline", "chance"), "chance_budget": ("Budget", "chance"),
        "chance_both": ("Both", "chance"), "overload_hours": ("Overload", "hours"),
        "n_moved": ("Tasks moved", "number"), "people": ("People affected", "text"),
        "cannot_say": ("No range, because", "text"),
    }  # fmt: skip
    note = (
        "All on the same trials. Overload: hours above capacity in twelve weeks. Moved: unfinished "
        "tasks that end half a day or more earlier or later."
    )
    empty = "No scenario is compared."
    title = "Scenarios side by side"
    return table(rows, columns, title=title, note=note, currency=currency, empty=empty)


def table_options(options: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """The ways back, the cheapest first: columns of `Recovery.options`."""
    columns: Columns = {
        "option": ("Option", "text"), "changes": ("What is done", "text"),
        "cost": ("Costs", "money"), "chance": ("Chance (95% interval)", "text"),
        "p80": ("P80", "date"),
        "n_moved": ("Tasks moved", "number"), "people": ("People affected", "text"),
        "proof": ("Is there a cheaper one?", "text"),
    }  # fmt: skip
    if not isinstance(options, CannotSay):
        options = options.reindex(columns=[*dict.fromkeys([*options, *_OPTIONS])])
        proof = [
            "it is not enough, but comes closest" if not row.is_enough else "no, proved"
            if row.is_proved else f"none found; none below {money(row.bound, currency)}"
            for row in options.itertuples()
        ]  # fmt: skip
        chance = [
            f"{chance_said(row.chance)} ({percent(100 * row.low)} to {percent(100 * row.high)})"
            for row in options.itertuples()
        ]
        options = options.assign(chance=chance, proof=proof)
    note = "Chances are of fresh trials, not of those by which the options were chosen."
    empty = "There is no option: none is needed, or none was found."
    title = "Ways back"
    return table(options, columns, title=title, note=note, currency=currency, empty=empty)


_OPTIONS = ("option", "changes", "cost", "chance", "low", "high", "p80", "n_moved", "people",
            "is_proved", "bound", "is_enough")  # fmt: skip


def table_levers(levers: pd.DataFrame | CannotSay, *, currency: str, n_rows: int = 12) -> Table:
    """What could be changed, and what each gains alone: columns of `Recovery.levers`."""
    columns: Columns = {
        "lever": ("Change", "text"), "kind": ("Kind", "text"), "cost": ("Costs", "money"),
        "chance": ("Chance with it alone", "chance"), "said": ("Gain in points", "text"),
    }  # fmt: skip
    if not isinstance(levers, CannotSay):
        gain = [number(100 * each, 1, is_signed=True) for each in levers["gain"]]
        levers = levers.assign(kind=levers["kind"].str.replace("_", " "), said=gain)
    note = (
        "Points: hundredths of the chance that the goal is met. Gains do not add up: two changes "
        "may help the same path, or each only together with the other."
    )
    empty = "The data allow no change of the permitted kinds."
    title = "What each change gains alone"
    return table(levers, columns, title=title, note=note, currency=currency, empty=empty,
                 n_rows=n_rows)  # fmt: skip


def table_scenario_effects(effects: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """What each change of a scenario does: scenario, change, days, cost."""
    columns: Columns = {
        "scenario": ("Scenario", "text"), "change": ("Change", "text"),
        "days": ("P80 without it", "signed_days"), "cost": ("Cost without it", "signed_money"),
    }  # fmt: skip
    note = "The scenario without that one change: + is later or dearer, so the change helps."
    empty = "No scenario has two changes to tell apart."
    title = "What each change does"
    return table(effects, columns, title=title, note=note, currency=currency, empty=empty)
