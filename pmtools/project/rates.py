"""What an hour of a resource costs on a day."""

from __future__ import annotations

import pandas as pd


def rates_on(rates: pd.DataFrame, resource_ids: pd.Series, days: pd.Series) -> pd.Series:
    """The hourly rate of each resource that holds on each day; NaN where none does."""
    wanted = pd.DataFrame({"resource_id": resource_ids.array, "from": days.array})
    wanted["from"] = wanted["from"].astype("datetime64[us]")
    known = rates[["resource_id", "from", "hourly_rate"]].copy()
    known["from"] = known["from"].fillna(pd.Timestamp("1900-01-01"))
    found = pd.merge_asof(
        wanted.reset_index().sort_values("from", kind="stable"),
        known.sort_values("from", kind="stable"),
        on="from",
        by="resource_id",
    )
    by_position = found.set_index("index")["hourly_rate"].sort_index()
    return pd.Series(by_position.to_numpy(), index=resource_ids.index)
