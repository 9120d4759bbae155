"""Tables of flow: when a backlog is finished, how much of it by then."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table


def table_flow_forecasts(
    forecasts: pd.DataFrame | CannotSay, *, title: str = "Forecasts by throughput"
) -> Table:
    """When so many items are finished, or how many in so many weeks, by chance.

    Parameters
    ----------
    forecasts
        probability, weeks, finish, and of `how_many` n_items (columns of `Flow.when` and
        `Flow.how_many`).
    """
    columns: Columns = {
        "probability": ("Chance", "share"), "n_items": ("Items, at least", "number"),
        "weeks": ("Weeks", "number"), "finish": ("Finished by", "date"),
    }  # fmt: skip
    if not isinstance(forecasts, CannotSay):
        columns = {name: how for name, how in columns.items() if name in forecasts}
    note = "Weeks of the record drawn again at random; the higher the chance, the later or fewer."
    return table(forecasts, columns, title=title, note=note)
