"""Tables of a simulation: percentiles, milestones, goals, drivers, contingency, sensitive tasks."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table


def table_percentiles(quantiles: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """A row a chance: the date and the cost that are kept with it.

    Parameters
    ----------
    quantiles
        quantity (rows finish and cost are shown), probability, finish, amount.
    """
    columns: Columns = {
        "probability": ("Chance", "share"), "finish": ("Finished by", "date"),
        "amount": ("Cost at most", "money"),
    }  # fmt: skip
    if not isinstance(quantiles, CannotSay):
        rows = quantiles[quantiles["quantity"].isin(["finish", "cost"])]
        quantiles = rows.groupby("probability", as_index=False)[["finish", "amount"]].first()
    note = "Date and cost each by itself; the chance to keep both together is lower."
    title, empty = "Where the project may end", "No trial was run."
    return table(quantiles, columns, title=title, note=note, empty=empty, currency=currency)


def table_milestone_ranges(milestones: pd.DataFrame | CannotSay) -> Table:
    """The range of each milestone: name, forecast, p50, p80, p90, deadline, chance,
    merge_bias_days.
    """
    columns: Columns = {
        "name": ("Milestone", "text"), "forecast": ("Plan", "date"), "p50": ("P50", "date"),
        "p80": ("P80", "date"), "p90": ("P90", "date"), "deadline": ("Deadline", "date"),
        "chance": ("Chance", "chance"), "merge_bias_days": ("Merge bias", "days"),
    }  # fmt: skip
    note = {
        "chance": "Chance: to keep the deadline",
        "merge_bias_days": "Merge bias: working days it is later on average than the latest of "
        "what it waits for, because any of them may be late",
    }
    empty = "No milestone remains."
    return table(milestones, columns, title="Milestones: range", note=note, empty=empty)


def table_goals(goals: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """The chance of each goal: goal, due, amount, chance, cannot_say."""
    columns: Columns = {
        "goal": ("Goal", "text"), "due": ("Until", "date"), "amount": ("Budget", "money"),
        "chance": ("Chance", "chance"), "cannot_say": ("Cannot say, because", "text"),
    }  # fmt: skip
    note = {"due": "A goal counts as reached when the project is finished by its day"}
    empty = "There is no goal, no deadline and no budget."
    title = "Chance of each goal"
    return table(goals, columns, title=title, note=note, empty=empty, currency=currency)


def table_drivers(drivers: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """What drives the end, the largest first: driver, kind, days, cost, response_days,
    response_cost, days_per_cost.
    """
    columns: Columns = {
        "driver": ("Driver", "text"), "kind": ("Kind", "text"), "days": ("Later by", "signed_days"),
        "cost": ("Dearer by", "money"), "response_days": ("Response saves", "signed_days"),
        "response_cost": ("Response costs", "money"),
        "days_per_cost": ("Days saved per 1,000", "number"),
    }  # fmt: skip
    if not isinstance(drivers, CannotSay):
        words = {"uncertainty": "uncertain duration", "calendar": "days off"}
        drivers = drivers[(drivers["days"] != 0) | (drivers["cost"].fillna(0) != 0)]
        drivers = drivers.assign(
            kind=drivers["kind"].replace(words), cost=drivers["cost"].round() + 0.0
        )
    note = (
        "At the percentile that is committed to, with the same random numbers without the driver. "
        "Effects do not add up."
    )
    title, empty = "What drives the end", "Nothing drives the end by itself."
    return table(drivers, columns, title=title, note=note, empty=empty, currency=currency)


def table_contingency(needed: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """What a confidence takes in time and money, and the expected value of the risks beside it."""
    columns: Columns = {
        "quantity": ("Of", "text"), "plan_finish": ("Plan", "date"), "finish": ("Needed", "date"),
        "days": ("Contingency", "signed_days"), "plan": ("Planned cost", "money"),
        "amount": ("Cost needed", "money"), "reserve": ("Reserve", "money"),
        "expected_value": ("Expected value of risks", "money"),
        "confidence_of_expected_value": ("Risks cost no more with", "chance"),
    }  # fmt: skip
    if not isinstance(needed, CannotSay):
        is_time = needed["quantity"] == "time"
        money = ["plan", "amount", "expected_value"]
        needed = needed.assign(
            days=needed["contingency"].where(is_time),
            reserve=needed["contingency"].where(~is_time).round(),
            **{name: needed[name].round() for name in money},
        )
    note = "The management reserve is for what is in no register, and comes on top."
    return table(needed, columns, title="Contingency", note=note, currency=currency)


def table_sensitive_tasks(tasks: pd.DataFrame | CannotSay) -> Table:
    """Which tasks matter: name, criticality, cruciality, sensitivity, mean_hours."""
    columns: Columns = {
        "name": ("Task", "text"), "cruciality": ("Cruciality", "ratio"),
        "criticality": ("Critical in", "share"), "sensitivity": ("Sensitivity", "ratio"),
        "mean_hours": ("Takes on average", "hours"),
    }  # fmt: skip
    note = (
        "Cruciality: how strongly the finish goes with it, 0 to 1. Sensitivity: share of trials in "
        "which it is critical x its spread over that of the finish."
    )
    empty = "No task remains."
    return table(tasks, columns, title="Tasks that decide the finish", note=note, empty=empty)
