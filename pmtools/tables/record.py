"""Tables of the record: how good past forecasts were, and the next range by them."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import cells, percent

MOST_METHODS = 30


def table_forecast_accuracy(methods: pd.DataFrame | CannotSay) -> Table:
    """A row a quantity and method, the best first: quantity, method, n_projects, n_forecasts,
    error, bias (ratio), mape (percent), held (0 to 1), pinball_loss.
    """
    columns: Columns = {
        "quantity": ("Forecast of", "text"), "method": ("By", "text"),
        "n_projects": ("Projects", "number"), "n_forecasts": ("Forecasts", "number"),
        "error": ("Error", "number"), "bias": ("Actual / forecast", "ratio"),
        "mape": ("Off by", "percent"), "held": ("Held", "share"),
        "pinball_loss": ("Loss", "number"),
    }  # fmt: skip
    note = {
        "error": "Error: actual − forecast, in calendar days, of cost in percent of the actual; "
        "+ came later or dearer",
        "mape": "Off by: mean absolute error in percent of the actual",
        "held": "Held: not exceeded, the P50 of ranges",
        "pinball_loss": "Loss: pinball loss over P50, P80 and P90 in the same units; the smallest "
        "is the best",
    }
    empty = "No forecast in the record belongs to a project that is finished."
    title = "How good the forecasts of finished projects were"
    return table(methods, columns, title=title, note=note, empty=empty, n_rows=MOST_METHODS)


def table_coverage(coverage: pd.DataFrame | CannotSay) -> Table:
    """How many ranges held: quantity, method, probability, n_projects, n_forecasts, share, low,
    high (0 to 1), verdict.
    """
    columns: Columns = {
        "quantity": ("Forecast of", "text"), "method": ("By", "text"),
        "probability": ("Promised", "share"), "share": ("Held", "share"),
        "interval": ("95% interval", "text"), "n_projects": ("Projects", "number"),
        "n_forecasts": ("Forecasts", "number"), "verdict": ("So the range was", "text"),
    }  # fmt: skip
    if not isinstance(coverage, CannotSay):
        ends = zip(coverage["low"], coverage["high"], strict=True)
        said = [f"{percent(100 * low)} to {percent(100 * high)}" for low, high in ends]
        coverage = coverage.assign(interval=said)
    note = "One score a project; the interval is that of Clopper and Pearson."
    empty = "No range in the record belongs to a project that is finished."
    return table(coverage, columns, title="Did the ranges hold?", note=note, empty=empty)


def table_recalibrated(ranges: pd.DataFrame | CannotSay) -> Table:
    """The next finish by the record: probability, said, finish, n_projects, n_forecasts."""
    columns: Columns = {
        "chance": ("Chance", "text"), "said": ("Simulation says", "date"),
        "finish": ("The record says", "date"), "n_projects": ("Projects", "number"),
        "n_forecasts": ("Forecasts", "number"),
    }  # fmt: skip
    if not isinstance(ranges, CannotSay):
        ranges = ranges.assign(chance=cells(list(ranges["probability"]), "share"))
    note = "By the record: from what became of past forecasts of the same method."
    return table(ranges, columns, title="The finish, corrected by the record", note=note)


def table_recorded_weeks(weeks: pd.DataFrame | CannotSay) -> Table:
    """What a history holds of a project: status_date, revision, recorded_at, has_plan, is_late."""
    columns: Columns = {
        "status_date": ("Status date", "date"), "revision": ("Revision", "number"),
        "recorded_at": ("Recorded on", "date"), "has_plan": ("With its plan", "flag"),
        "is_late": ("After a later week", "flag"),
    }  # fmt: skip
    if not isinstance(weeks, CannotSay):
        weeks = weeks.sort_values(["status_date", "revision"], ascending=False)
    empty = "The history holds no week of this project."
    return table(weeks, columns, title="Weeks that are remembered", empty=empty)
