"""Tables of planning: estimates, budget, whom to find, buffers, the reference class."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import Format, cells, day, money


def table_estimates(estimates: pd.DataFrame | CannotSay, *, hours_per_day: float = 8.0) -> Table:
    """What is uncertain, the widest range first: name, optimistic_hours, most_likely_hours,
    pessimistic_hours (said in days), distribution, correlation_group.
    """
    points = {
        "optimistic": "Optimistic",
        "most_likely": "Most likely",
        "pessimistic": "Pessimistic",
    }
    columns: dict[str, tuple[str, Format]] = {"name": ("Task", "text")}
    columns |= {name: (label, "days") for name, label in points.items()}
    columns |= {
        "distribution": ("Distribution", "text"),
        "correlation_group": ("Slips with", "text"),
    }
    if not isinstance(estimates, CannotSay):
        days = {name: estimates[f"{name}_hours"] / hours_per_day for name in points}
        estimates = estimates.assign(**days)
    empty = "No task that remains has a range."
    note = "In working days; tasks of one group tend to slip together."
    return table(estimates, columns, title="Widest ranges", empty=empty, note=note)


def table_budget(rows: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """From estimates to the budget: level, name, estimates, activity_contingency, work_packages,
    contingency_reserve, amount (columns of `budget_hierarchy`). What is nowhere is left out.
    """
    columns: Columns = {
        "what": ("Level", "text"), "estimates": ("Estimates", "money"),
        "activity_contingency": ("Activity contingency", "money"),
        "work_packages": ("Work packages", "money"),
        "contingency_reserve": ("Contingency reserve", "money"), "amount": ("Amount", "money"),
    }  # fmt: skip
    note = ""
    if not isinstance(rows, CannotSay):
        level = rows["level"].str.capitalize().mask(rows["level"] == "cost baseline",
                                                    "= Cost baseline (PMB)")  # fmt: skip
        level = level.replace({"Management reserve": "+ Management reserve", "Budget": "= Budget"})
        names = rows["name"].where(rows["name"] != "", "no control account")
        rows = rows.assign(what=names.where(rows["level"] == "control account", level))
        for column in ("contingency_reserve", "activity_contingency"):
            if not rows[column].any():
                columns = {name: how for name, how in columns.items() if name != column}
        if "activity_contingency" not in columns:
            columns = {name: how for name, how in columns.items() if name != "work_packages"}
        if (rows.loc[rows["level"] == "management reserve", "amount"] < 0).any():
            note = "Below zero: the approved budget does not pay for the confidence that is wanted."
    title = "From estimates to the budget"
    return table(rows, columns, title=title, note=note, currency=currency)


def table_hires(found: pd.DataFrame | CannotSay) -> Table:
    """Who must be found: role, by, until, n_weeks, shortfall_fte, shortfall_hours (columns of
    `hires`).
    """
    columns: Columns = {
        "role": ("Role", "text"), "by": ("From week of", "date"), "until": ("To week of", "date"),
        "n_weeks": ("Weeks short", "number"), "shortfall_hours": ("Short in all", "hours"),
        "shortfall_fte": ("Full-time, worst week", "ratio"),
    }  # fmt: skip
    note = ("People of a role stand in for each other, and no work is moved; less than a tenth of "
            "a full-time person is left out.")  # fmt: skip
    empty = "Every role has the hours that are needed."
    return table(found, columns, title="Who must be found by when", note=note, empty=empty)


def table_buffers(buffers: pd.DataFrame | CannotSay, *, hours_per_day: float = 8.0) -> Table:
    """The critical chain and those that feed it: kind, first, last, feeds, n_tasks, chain_hours,
    root_square_hours, cut_and_paste_hours, room_hours (said in days), root_square_finish.
    """
    days = {"chain": "Length", "root_square": "Buffer: root",
            "cut_and_paste": "Buffer: half", "room": "Room"}  # fmt: skip
    columns: dict[str, tuple[str, Format]] = {
        "kind": ("Chain", "text"), "through": ("From › to", "text"), "feeds": ("Runs into", "text")
    }  # fmt: skip
    columns |= {f"{name}_days": (label, "days") for name, label in days.items()}
    columns |= {"root_square_finish": ("Protected until", "date")}
    if not isinstance(buffers, CannotSay):
        ends = buffers["first"].where(buffers["n_tasks"] == 1, buffers["first"] + " › "
                                      + buffers["last"])  # fmt: skip
        kinds = {"project": "Critical", "feeding": "Feeding"}
        said = {f"{name}_days": buffers[f"{name}_hours"] / hours_per_day for name in days}
        buffers = buffers.assign(**said, through=ends, kind=buffers["kind"].replace(kinds))
    note = (
        "In working days. Root: of the sum of squares; half: of the chain. Room: until the chain "
        "is needed; where it is less than the buffer, plan it earlier."
    )
    empty = "No work is left: there is no chain to protect."
    return table(buffers, columns, title="Buffers", note=note, empty=empty)


def table_reference_class(rows: pd.DataFrame | CannotSay, *, currency: str) -> Table:
    """Overruns of comparable projects and this plan with them: source, quantity, kind,
    probability, overrun_percent, finish or amount, our_chance, cannot_say.
    """
    columns: Columns = {
        "source": ("Source", "text"), "quantity": ("Of", "text"),
        "probability": ("Share of projects", "share"), "overrun": ("Overran by", "text"),
        "then": ("This plan then", "text"), "our_chance": ("Our chance of more", "chance"),
    }  # fmt: skip
    if not isinstance(rows, CannotSay):
        amounts, dates = rows["amount"], rows["finish"]
        then = [day(at) if amount != amount else money(amount, currency)
                for amount, at in zip(amounts, dates, strict=True)]  # fmt: skip
        is_said = rows["cannot_say"] == ""
        overrun = rows["kind"] + " " + pd.Series(cells(list(rows["overrun_percent"]), "percent"))
        rows = rows.assign(
            then=pd.Series(then).where(is_said, rows["cannot_say"]),
            overrun=overrun.where(is_said, ""),
        )
    note = "Shares and tails only: overruns of IT projects have no mean that means anything."
    return table(rows, columns, title="The outside view", note=note)
