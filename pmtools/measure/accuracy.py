"""How good the forecasts were, once it is known what came: error, bias, coverage, pinball loss.

Every measure gives each finished project one score, the mean over its weeks, however often it was
forecast. Durations are counted in calendar days since the start of the project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pmtools.history import History
from pmtools.measure.binomial import binomial_interval
from pmtools.measure.budget import last_approved
from pmtools.measure.indices import ratio
from pmtools.measure.recalibration import FEWEST, ranges_from_record
from pmtools.measure.record import finished_on
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.words import Signal, Statement, number, percent

if TYPE_CHECKING:
    from pmtools.simulate.result import Simulation

PROMISED = (0.5, 0.8, 0.9)
NOT_OFF, NEAR = "not shown to be off", 0.1
PLAN, LAST, RANGES = "critical path", "last report", "simulation"
_KEYS = ["quantity", "method"]
SCORED = ["project_id", "status_date", "quantity", "method", "probability", "so_far", "forecast",
          "actual"]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Accuracy:
    """How good past forecasts were.

    Attributes
    ----------
    methods
        A row a quantity and method: `quantity` (finish, cost, milestone), `method`, `n_projects`,
        `n_forecasts`, `error` (actual - forecast), `bias` (median of actual / forecast: above 1
        it came later or dearer than said), `mape` (mean absolute error, percent of the actual),
        `held` (share not exceeded, 0 to 1; of ranges the P50),
        `pinball_loss` (mean over P50, P80 and P90; a single date or amount stands for all three).
        Error and loss in calendar days, of cost in percent of the actual: currencies do not mix.
        The smallest loss of each quantity first.
    coverage
        A row a quantity, method and promised `probability` (0 to 1) of those with ranges:
        `n_projects`, `n_forecasts`, `share` that held (0 to 1), `low`, `high` (its 95 % interval
        after Clopper and Pearson), `verdict`: too narrow, too wide, or not shown to be off.
    scored
        A row a forecast that could be scored: project_id, status_date, quantity, method,
        probability, so_far, forecast, actual (days since the start of the project, or money).
    """

    methods: pd.DataFrame
    coverage: pd.DataFrame
    scored: pd.DataFrame

    def record(self, quantity: str, method: str) -> pd.DataFrame:
        """The forecasts that `ranges_from_record` learns from: single ones, of ranges the P50."""
        rows = _middle(self.scored)
        return rows[(rows["quantity"] == quantity) & (rows["method"] == method)]

    def trust(
        self, probability: float = 0.8, *, quantity: str = "finish", method: str = RANGES
    ) -> Statement:
        """One sentence: how many of the past ranges held, and how sure that is."""
        rows = self.coverage[self.coverage[_KEYS].eq([quantity, method]).all(axis=1)]
        row = rows[np.isclose(rows["probability"], probability)]
        n = int(row["n_projects"].iloc[0]) if len(row) else 0
        name = f"P{number(100 * probability)}"
        if n < FEWEST:
            said = f"{n} finished projects have {name} forecasts in the record; {FEWEST} are needed"
            return Statement(f"How far to trust the ranges: {CannotSay(said)}.", "unknown")
        share, low, high, verdict = row[["share", "low", "high", "verdict"]].iloc[0]
        n_forecasts = int(row["n_forecasts"].iloc[0])
        counted = f"Of {n} past {name} forecasts {number(share * n)} held ({percent(100 * share)}"
        if n_forecasts != n:
            counted = f"Of the {name} forecasts of {n} finished projects {percent(100 * share)} "
            counted += f"held ({n_forecasts} forecasts, one score a project"
        interval = f"95% interval {percent(100 * low)} to {percent(100 * high)}"
        is_near = verdict == NOT_OFF and abs(share - probability) <= NEAR
        signal: Signal = "green" if is_near else "info" if verdict == NOT_OFF else "amber"
        return Statement(f"{counted}, {interval}): the ranges are {verdict}.", signal)

    def __str__(self) -> str:
        return "\n\n".join([str(self.trust()), str(self.methods), str(self.coverage)])


class NoRecord(CannotSay):
    """Why there is no record. Its parts are the same reason, so that a report shows it there."""

    @property
    def methods(self) -> CannotSay:
        """The reason."""
        return self

    coverage = methods

    def trust(self, *_: Any, **__: Any) -> Statement:
        """The reason, as a sentence."""
        return Statement(f"How far to trust the ranges: {self}.", "unknown")


def forecast_record(history: str) -> Accuracy | NoRecord:
    """How good the forecasts of all projects in a history database were.

    Raises
    ------
    HistoryError
        Where the database cannot be used.
    """
    if not history:
        return NoRecord("no history database was named: no past forecast is known")
    past = History(history)
    return forecast_accuracy(past.forecasts(), past.outcomes())


def forecast_accuracy(forecasts: pd.DataFrame, outcomes: pd.DataFrame) -> Accuracy:
    """Score forecasts that were made before the outcome by what came.

    Only projects that are finished count: of one on its way the late milestones are not known yet.

    Parameters
    ----------
    forecasts
        As `History.forecasts` gives them; `is_before` and `spent` may be missing.
    outcomes
        As `History.outcomes` gives them: project_id, quantity, start, finish, amount.

    Returns
    -------
    Accuracy
        With the method "last report" beside the others: the plan's date of the status date before.
    """
    scored = _scored(forecasts, outcomes)
    each = promise_scores(scored)
    return Accuracy(_methods(scored, each), _coverage(each), scored)


def _scored(forecasts: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    known = {"finish": "actual_finish", "amount": "actual_amount"}
    known = outcomes[["project_id", "quantity", "start", *known]].rename(columns=known)
    known = known[known["project_id"].isin(known.query("quantity == 'finish'")["project_id"])]
    rows = forecasts.merge(known, on=["project_id", "quantity"])
    is_before = rows.get("is_before", pd.Series(True, index=rows.index))
    rows = rows[is_before & (rows["status_date"] < rows["actual_finish"])]
    is_money = rows["quantity"] == "cost"
    dates = {"so_far": "status_date", "forecast": "finish", "actual": "actual_finish"}
    amounts = {"so_far": "spent", "forecast": "amount", "actual": "actual_amount"}
    figures = {
        name: ((_day_end(rows[at]) - pd.to_datetime(rows["start"])) / pd.Timedelta(days=1)).mask(
            is_money, rows.get(amounts[name], np.nan)
        )
        for name, at in dates.items()
    }
    rows = rows.assign(**figures, quantity=rows["quantity"].str.split(":").str[0])
    rows = rows.dropna(subset=["forecast", "actual"]).sort_values("status_date", kind="stable")
    plan = rows[rows["method"] == PLAN]
    before = plan.groupby(["project_id", "quantity"])["forecast"].shift()
    last = plan.assign(forecast=before, method=LAST).dropna(subset="forecast")
    return pd.concat([rows, last], ignore_index=True)[SCORED]


def _day_end(instants: pd.Series) -> pd.Series:
    """A day is promised, not its hour: what came later on that day is kept."""
    return (pd.to_datetime(instants) - pd.Timedelta(minutes=1)).dt.ceil("D")


def _middle(scored: pd.DataFrame) -> pd.DataFrame:
    """Single forecasts, and the P50 of ranges."""
    return scored[scored["probability"].isna() | np.isclose(scored["probability"], 0.5)]


def _missed(scored: pd.DataFrame) -> pd.Series:
    """By how much it came later or dearer than said: days, of cost percent of the actual."""
    missed, is_cost = scored["actual"] - scored["forecast"], scored["quantity"] == "cost"
    return missed.mask(is_cost, 100 * ratio(missed, scored["actual"]))


def promise_scores(scored: pd.DataFrame) -> pd.DataFrame:
    """A row a forecast and promise of P50, P80, P90: is_range, is_held and pinball loss.

    Source: Koenker and Bassett 1978, the loss that the quantile of that probability makes least.
    """
    is_point = scored["probability"].isna()
    promises = pd.DataFrame({"probability": PROMISED})
    points = scored[is_point].drop(columns="probability").merge(promises, how="cross")
    ranges = scored[scored["probability"].round(6).isin(PROMISED)]
    each = pd.concat([ranges.assign(is_range=True), points.assign(is_range=False)])
    missed, p = _missed(each), each["probability"]
    return each.assign(is_held=missed <= 0, pinball_loss=np.maximum(p * missed, (p - 1) * missed))


def _methods(scored: pd.DataFrame, each: pd.DataFrame) -> pd.DataFrame:
    rows, projects = _middle(scored), [*_KEYS, "project_id"]
    size = 100 * ratio((rows["actual"] - rows["forecast"]).abs(), rows["actual"])
    bias = ratio(rows["actual"], rows["forecast"])
    held = rows["actual"] <= rows["forecast"]
    rows = rows.assign(error=_missed(rows), bias=bias, mape=size, held=held)
    by_project = rows.groupby(projects).agg(
        n_forecasts=("error", "size"), error=("error", "mean"), bias=("bias", "median"),
        mape=("mape", "mean"), held=("held", "mean"),
    )  # fmt: skip
    by_project["pinball_loss"] = each.groupby(projects)["pinball_loss"].mean()
    found = by_project.groupby(_KEYS).agg(
        n_projects=("error", "size"), n_forecasts=("n_forecasts", "sum"), error=("error", "mean"),
        bias=("bias", "median"), mape=("mape", "mean"), held=("held", "mean"),
        pinball_loss=("pinball_loss", "mean"),
    )  # fmt: skip
    return found.reset_index().sort_values(["quantity", "pinball_loss"], ignore_index=True)


def _coverage(each: pd.DataFrame) -> pd.DataFrame:
    keys = [*_KEYS, "probability"]
    ranges = each[each["is_range"]]
    by_project = ranges.groupby([*keys, "project_id"])["is_held"].agg(["mean", "size"])
    found = by_project.groupby(keys).agg(
        n_projects=("mean", "size"), n_forecasts=("size", "sum"), share=("mean", "mean")
    )
    found = found.reset_index()
    counts = zip(found["share"] * found["n_projects"], found["n_projects"], strict=True)
    bounds = np.array([binomial_interval(*count) for count in counts]).reshape(-1, 2)
    found["low"], found["high"] = bounds.T
    promised = found["probability"]
    is_off = [found["high"] < promised, found["low"] > promised]
    found["verdict"] = np.select(is_off, ["too narrow", "too wide"], NOT_OFF)
    return found


def recalibrated(
    accuracy: Accuracy | CannotSay, plan: Schedule, simulation: Simulation | CannotSay | None = None
) -> pd.DataFrame | CannotSay:
    """The range of the next finish, from what became of the past forecasts of the same method.

    Parameters
    ----------
    simulation
        Its P50 is the forecast; without it the date of the plan is.

    Returns
    -------
    DataFrame
        `probability`, `said` (the simulation's own date, NaT without one), `finish` (by the
        record; NaT where it has too few projects for so high a probability), `n_projects`,
        `n_forecasts`. CannotSay with the count below 10 finished projects.
    """
    if isinstance(accuracy, CannotSay):
        return accuracy
    if plan.status_date is None:
        return CannotSay("the project has no status date")
    if not pd.isna(finished_on(plan)):
        return CannotSay("the project is finished")
    start, day = plan.tasks["start"].min(), pd.Timedelta(days=1)
    if simulation is None or isinstance(simulation, CannotSay):
        method, said = PLAN, [pd.NaT] * len(PROMISED)
        middle = plan.finish
    else:
        method, said = RANGES, [simulation.finish_at(p) for p in PROMISED]
        middle = said[0]
    record = accuracy.record("finish", method)
    found = ranges_from_record(
        record, (plan.status_date - start) / day, (middle - start) / day, PROMISED
    )
    if isinstance(found, CannotSay):
        return found
    columns: dict[str, Any] = {"probability": PROMISED, "said": pd.to_datetime(said)}
    columns["finish"] = (start + pd.to_timedelta(found, unit="D")).round("min")
    counts = {"n_projects": record["project_id"].nunique(), "n_forecasts": len(record)}
    return pd.DataFrame(columns).assign(**counts)


def forecast_cone(
    plans: Sequence[Schedule], history: str = "", simulation: Simulation | CannotSay | None = None
) -> pd.DataFrame:
    """What the finish was forecast for on each status date, for `chart_forecast_cone`.

    Parameters
    ----------
    plans
        The schedule of each past week as it was known then, the last is now.
    history
        Database of the ranges that were recorded; empty: those of the past are not known.
    simulation
        The range of now.

    Returns
    -------
    DataFrame
        `status_date`, `plan`, `baseline` (as approved then), `actual` (NaT until all is finished)
        and, where there are any, `p50`, `p80`, `p90`.
    """
    now, dated = plans[-1], [plan for plan in plans if plan.status_date is not None]
    rows = [
        (plan.status_date, plan.finish, last_approved(plan.project)["finish"].max())
        for plan in dated
    ]
    cone = pd.DataFrame(rows, columns=["status_date", "plan", "baseline"])
    cone["actual"] = finished_on(now)
    ranges = History(history).forecasts(now.project.header.id) if history else pd.DataFrame()
    if simulation is not None and not isinstance(simulation, CannotSay):
        last = simulation.quantiles.assign(status_date=now.status_date, method=RANGES)
        ranges = pd.concat([ranges, last], ignore_index=True)
    if ranges.empty:
        return cone
    ranges = ranges[ranges["quantity"].eq("finish") & ranges["method"].eq(RANGES)]
    names = {probability: f"p{100 * probability:.0f}" for probability in PROMISED}
    ranges = ranges.assign(name=ranges["probability"].round(6).map(names)).dropna(subset="name")
    wide = ranges.pivot_table(index="status_date", columns="name", values="finish", aggfunc="last")
    return cone.merge(wide, on="status_date", how="left")
