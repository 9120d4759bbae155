"""Green outside, red inside: the chance that what was reported is too good, with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.measure.evidence import EVIDENCE, TOLERANCE_DAYS, reports
from pmtools.measure.milestones import names_of
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.simulate.result import PROBABILITIES, Simulation
from pmtools.words import Statement, chance_said, day, percent

PRIOR_REPORTS, TOO_GOOD, PLAN_IS_LATE = 3.0, 1 / 3, 0.9
"""Where no report has proved yet: one in three is too good, of those whose own plan is later than
they may be nine in ten. A judgement, which weighs as much as three reports."""
ENOUGH, STRONGEST, MOST_REASONS = 10, 5.0, 3


@dataclass(frozen=True, eq=False)
class Watermelon:
    """What was reported against the evidence.

    Attributes
    ----------
    tasks
        A row a report, the most probably wrong first: task_id, name, owner, department, rag_status,
        reported (words), promised, forecast (dates), probability (that it comes later than
        reported: by more than 5 working days where green, 20 where amber, 1 else), base (the same
        without evidence), reasons (words), is_telling (whether they speak against the report).
    departments
        department ("Project" the last), n_tasks, reported (words), n_expected (how many are too
        good: the sum of the probabilities), worst (name of the most probable).
    n_reports
        Tasks of which earlier reports have proved right or wrong: the base rate is from them.
    """

    tasks: pd.DataFrame | CannotSay
    departments: pd.DataFrame | CannotSay
    n_reports: int = 0

    @property
    def statement(self) -> Statement:
        """How many reports are probably too good, and the worst of them."""
        if isinstance(self.tasks, CannotSay):
            return Statement(f"How true the reports are, we {self.tasks}.", "unknown")
        rows = self.tasks[self.tasks["is_telling"] & (self.tasks["probability"] >= 0.5)]
        of = f"of {len(self.tasks)} report{'s' * (len(self.tasks) != 1)} of open work"
        if rows.empty:
            return Statement(f"None {of} is rather wrong than right.", "green")
        worst, verb = rows.iloc[0], "is" if len(rows) == 1 else "are"
        return Statement(
            f"{len(rows)} {of} {verb} rather too good than right. {worst['name']}: "
            f"{worst['reported']}, {chance_said(worst['probability'])} probable to come later, "
            f"because {worst['reasons']}.",
            "amber",
        )

    def __str__(self) -> str:
        return str(self.statement)

    def _repr_html_(self) -> str:
        return str(self.statement._repr_mimebundle_()["text/html"])


def watermelon(
    schedules: Sequence[Schedule], forecast: Simulation | CannotSay | None = None
) -> Watermelon:
    """How probably each report of open work is too good, and why.

    The base rate is how often earlier reports of the project, then of its department, came so
    much later (each task counts once; Beta-binomial). Each evidence multiplies the odds by its
    likelihood ratio: that of the project's own reports once ten tasks showed it, else a judgement.
    A milestone is judged by its simulated dates. What is reported red hides nothing.

    Parameters
    ----------
    schedules
        The schedule of each week as it was known then; the last is now.
    forecast
        The simulation of now, or why there is none.
    """
    now = schedules[-1]
    rows, n_reports = judged(reports(schedules), now.status_date)
    if rows.empty:
        why = "the project has no status date" if now.status_date is None else (
            "no work is under way, and no colour is reported")  # fmt: skip
        return Watermelon(CannotSay(why), CannotSay(why))
    rows = _simulated(rows, forecast)
    project = now.project
    rows["owner"] = names_of(project.resources, rows["owner_id"])
    rows["department"] = names_of(project.departments, rows["department_id"])
    on_plan = "on plan for " + rows["forecast"].map(day)
    begun = rows["percent"].map(percent) + " done, " + on_plan
    rows["reported"] = rows["rag_status"].where(
        rows["rag_status"] != "", begun.where(rows["is_started"], on_plan)
    )
    is_raised = (rows["probability"] > rows["base"]) | (rows["probability"] >= 0.5)
    rows["is_telling"] = is_raised & (rows["reasons"] != "") & (rows["rag_status"] != "red")
    rows = rows.sort_values("probability", ascending=False, kind="stable", ignore_index=True)
    columns = ["task_id", "name", "owner", "department", "rag_status", "reported", "promised",
               "forecast", "probability", "base", "reasons", "is_telling"]  # fmt: skip
    return Watermelon(rows[columns], _by_department(rows), n_reports)


def judged(found: pd.DataFrame, on: pd.Timestamp | None) -> tuple[pd.DataFrame, int]:
    """The reports of a status date with `base`, `probability` and `reasons`; by how many tasks.

    Earlier reports count once the day has passed from which on they are wrong.
    """
    rows = found[found["status_date"] == on].reset_index(drop=True)
    if rows.empty:
        return rows, 0
    past = found[(found["status_date"] < on) & np.isfinite(found["need_days"])]
    proved = past["forecast_days"] + past["need_days"].clip(lower=0) < rows["status_days"].max()
    past = past[proved]
    base = _base(rows, past)
    odds = base / (1 - base)
    for name, (with_it, without) in _ratios(past).items():
        odds = odds * np.where(rows[name] == 1, with_it, np.where(rows[name] == 0, without, 1.0))
    told = odds / (1 + odds)
    return rows.assign(base=base, probability=told, reasons=_reasons(rows)), past.task_id.nunique()


def _base(rows: pd.DataFrame, past: pd.DataFrame) -> np.ndarray:
    """How often earlier reports came as much later as each report may not."""
    weight = 1 / past.groupby("task_id")["task_id"].transform("size").to_numpy()
    need = rows["need_days"].to_numpy()[:, None]
    known = past["forecast_days"].to_numpy() + need < rows["status_days"].max()
    late = known & (past["late_days"].to_numpy() > need)
    mine = rows["department_id"].to_numpy()[:, None] == past["department_id"].to_numpy()
    prior = np.where(need[:, 0] < 0, PLAN_IS_LATE, TOO_GOOD)
    rate = prior
    for group in (~mine, mine):
        n_late, n_known = ((each & group) @ weight for each in (late, known))
        rate = (n_late + PRIOR_REPORTS * rate) / (n_known + PRIOR_REPORTS)
    return np.where(np.isinf(need[:, 0]), 0.0, rate)


def _ratios(past: pd.DataFrame) -> Mapping[str, tuple[float, float]]:
    """The likelihood ratios of each evidence: where it is seen, and where it is not."""
    late = past["late_days"] > past["need_days"]
    found = {}
    for name, evidence in EVIDENCE.items():
        found[name] = evidence.with_it, evidence.without
        if past.loc[past[name] == 1, "task_id"].nunique() < ENOUGH:
            continue
        shares = [
            [((past[name] == seen) & is_).sum() + 0.5 for is_ in (late, ~late)] for seen in (1, 0)
        ]
        n_late, n_right = np.sum(shares, axis=0)
        with_it, without = (
            float(np.clip(a / n_late / (b / n_right), 1 / STRONGEST, STRONGEST)) for a, b in shares
        )
        found[name] = with_it, without
    return found


def _reasons(rows: pd.DataFrame) -> list[str]:
    found = []
    for row in rows.itertuples():
        said = [each.said(row) for name, each in EVIDENCE.items() if getattr(row, name) == 1]
        if row.need_days < 0:
            said.insert(
                0, f"its own plan says {day(row.forecast)}, approved is {day(row.promised)}"
            )
        found.append("; ".join(said[:MOST_REASONS]))
    return found


def _simulated(rows: pd.DataFrame, forecast: Simulation | CannotSay | None) -> pd.DataFrame:
    """Milestones by their simulated dates, of which P10 to P95 are known."""
    if not isinstance(forecast, Simulation):
        return rows
    known = forecast.milestones.set_index("task_id")
    project, calendar = forecast.plan.project, forecast.plan.calendars[""]
    dates = known[[f"p{round(100 * p)}" for p in PROBABILITIES]]
    is_ranged = rows["task_id"].isin(known.index) & (rows["rag_status"] != "red")
    for n, row in rows[is_ranged].iterrows():
        hours = TOLERANCE_DAYS[row["rag_status"]] * project.header.hours_per_day
        latest = pd.Timestamp(calendar.add(row["promised"], hours))
        days = pd.Series([*dates.loc[row["task_id"]], latest])
        *ends, until = calendar.minutes_before(minutes_of(days))
        chance = np.interp(until, ends, PROBABILITIES, left=0.05, right=0.97)
        rows.loc[n, "probability"] = 1 - chance
        said = f"simulated chance to be reached by {day(latest)}: {chance_said(chance)}"
        rows.loc[n, "reasons"] = "; ".join(filter(None, [said, row["reasons"]]))
    return rows


def _by_department(rows: pd.DataFrame) -> pd.DataFrame:
    colours = rows["rag_status"].mask(rows["rag_status"] == "", "by percentage or plan")
    groups = [*rows.groupby("department", sort=True).indices.items(), ("Project", rows.index)]
    found = [
        {
            "department": name or "No department",
            "n_tasks": len(places),
            "reported": ", ".join(
                f"{n} {colour}" for colour, n in colours.iloc[places].value_counts().items()
            ),
            "n_expected": rows["probability"].iloc[places].sum(),
            "worst": rows["name"].iloc[places[0]],
        }
        for name, places in groups
    ]
    return pd.DataFrame(found)
