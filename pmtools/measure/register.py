"""The register for review: what is open, what moved, what is stuck, what it costs to leave it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from pmtools.measure.milestones import looked_up, names_of
from pmtools.measure.postponed import ids_in, if_left
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.simulate.risks import leaves_below
from pmtools.words import money, number

DECISIONS = ("decision", "change")
IMPACTS = ("hours", "percent", "cost")
_SIMULATED = {"days": ("mean_days", "days", "response_mean_days"),
              "cost": ("mean_cost", "cost", "response_mean_cost")}  # fmt: skip


def open_items(project: Project, *kinds: str) -> pd.DataFrame:
    """The open items of the register, of these kinds or of all, with names for ids.

    Returns
    -------
    DataFrame
        Columns of `register` and of `rated`, and

        - owner, actionee, department (names), who_id: the actionee, else the owner; tasks (names)
        - is_overdue, days_overdue, age_days (since raised), review_days (since reviewed, else
          raised), proximity_days (until it may occur): calendar days, on the status date
    """
    rows = rated(project)
    rows = rows[(rows["status"] == "open") & (rows["kind"].isin(kinds) | (not kinds))]
    resources, status = project.resources, project.header.status_date or pd.NaT
    who = rows["actionee_id"].where(rows["actionee_id"] != "", rows["owner_id"])
    department = looked_up(resources.set_index("id")["department_id"], who).fillna("")
    names = dict(zip(project.tasks["id"], project.tasks["name"], strict=True))
    is_overdue = rows["due_date"] < status
    dates = {
        "age_days": rows["raised_date"],
        "days_overdue": rows["due_date"].where(is_overdue),
        "review_days": rows["updated_date"].fillna(rows["raised_date"]),
        "proximity_days": rows["trigger_date"],
    }
    since = {key: (status - each.dt.normalize()).dt.days for key, each in dates.items()}
    return rows.assign(
        who_id=who,
        owner=names_of(resources, rows["owner_id"]),
        actionee=names_of(resources, rows["actionee_id"]),
        department=names_of(project.departments, department),
        tasks=["; ".join(names.get(i, i) for i in ids_in(ids)) for ids in rows["task_ids"]],
        is_overdue=is_overdue,
        **(since | {"proximity_days": -since["proximity_days"]}),
    ).reset_index(drop=True)


def rated(project: Project) -> pd.DataFrame:
    """The register with the figures that count on the status date.

    Returns
    -------
    DataFrame
        Columns of `register`; is_responded: its response is in place, so that the residual
        figures count; probability (of an issue 1), impact_days (working days: the hours, and the
        percent by which its longest task would grow), impact_cost; residual_probability,
        residual_days, residual_cost: the same with the response, NaN where none is said.
    """
    rows, header = project.register, project.header
    is_said = rows.filter(like="residual_").notna().any(axis=1)
    in_place = rows["response_done_date"] <= (header.status_date or pd.NaT)
    likely = {
        on: rows[f"impact_{on}"].fillna(
            rows[[f"optimistic_impact_{on}", f"pessimistic_impact_{on}"]].mean(axis=1)
        )
        for on in IMPACTS
    }
    after = {on: rows[f"residual_impact_{on}"].fillna(likely[on]).where(is_said) for on in IMPACTS}
    now = {on: likely[on].mask(in_place & is_said, after[on]) for on in IMPACTS}
    below, hours = leaves_below(project), project.tasks.set_index("id")["duration_hours"]
    longest = [
        max((hours[leaf] for each in ids_in(ids) for leaf in below.get(each, ())), default=np.nan)
        for ids in rows["task_ids"]
    ]
    days = [
        of["hours"].add(of["percent"] * longest / 100, fill_value=0.0) / header.hours_per_day
        for of in (now, after)
    ]
    chance = rows["residual_probability"].fillna(rows["probability"]).where(is_said)
    probability = rows["probability"].mask(in_place & is_said, chance)
    return rows.assign(
        is_responded=in_place,
        probability=probability.where(rows["kind"] != "issue", 1.0),
        impact_days=days[0], impact_cost=now["cost"],
        residual_probability=chance, residual_days=days[1], residual_cost=after["cost"],
    )  # fmt: skip


def register(
    schedules: Sequence[Schedule],
    drivers: pd.DataFrame | CannotSay | None = None,
    *,
    cycle_days: int = 7,
    weeks: int = 2,
) -> pd.DataFrame:
    """All open items for review, those first that cost most to leave.

    Parameters
    ----------
    schedules
        Of each week, the last one is now; the one before gives the movement.
    drivers
        As `simulate.drivers` gives them: what each risk costs in the simulation. Without them, and
        of risks that are not simulated, exposure is probability x impact (PMBOK; PRINCE2 A.25).
    cycle_days
        From report to report; an item that was not reviewed for more than two of them is stale.
    weeks
        How long an item is left, from the status date on.

    Returns
    -------
    DataFrame
        Columns of `open_items`, and

        - is_stale; movement: new, up, down or same since the week before, by the days it may cost,
          else by money; "" where there is none
        - exposure_days, exposure_cost: expected value of a risk or issue; p80_days, p80_cost: what
          the P80 would gain without the risk; residual_days, residual_cost: expected once the
          response is in place; saved_days, saved_cost: what that saves; basis: simulated, or
          probability x impact
        - left_days: how much later the finish is (working days) if it is left: of a risk the
          exposure, of others with their unfinished tasks held back for that long
        - if_left, response_worth (the response of a risk against its cost): in words
    """
    plan = schedules[-1]
    items = _weighed(open_items(plan.project), drivers, plan)
    is_risk, currency = items["kind"] == "risk", plan.project.header.currency
    left = if_left(plan, items["task_ids"].where(~is_risk, ""), weeks=weeks)
    gains = ~is_risk & (items["impact_days"] < 0)
    words = left["words"].where(~gains, [_forgone(row) for row in items.itertuples()])
    items = items.assign(
        is_stale=items["review_days"] > 2 * cycle_days,
        movement=_movement(items, [week.project for week in schedules[-2:-1]]),
        left_days=left["days"].mask(is_risk, items["exposure_days"]),
        if_left=words.mask(is_risk, [_cost(r, currency) for r in items.itertuples()]),
        response_worth=[_worth(r, currency) for r in items.itertuples()],
    )
    # Days and money have no common unit: the rank of an item is its better place in either list.
    ranks = items[["left_days", "exposure_cost"]].rank(ascending=False, method="min")
    order = items.assign(rank=ranks.min(axis=1)).sort_values(["rank", "due_date", "id"])
    return items.loc[order.index].reset_index(drop=True)


def _forgone(row: Any) -> str:
    """What a decision would gain is lost while nobody takes it."""
    return f"the {number(-row.impact_days, 1)} d it would gain are not gained"


def _weighed(
    items: pd.DataFrame, drivers: pd.DataFrame | CannotSay | None, plan: Schedule
) -> pd.DataFrame:
    """The items with their exposure: of the simulation where it has them, else p x impact."""
    rows = drivers if isinstance(drivers, pd.DataFrame) else pd.DataFrame(columns=["id", "kind"])
    found = rows[rows["kind"] == "risk"].set_index("id").reindex(items["id"]).set_axis(items.index)
    work = set(plan.tasks.loc[~plan.tasks["is_finished"], "id"])
    is_risk = items["kind"] == "risk"
    is_done = is_risk & np.array(
        [bool(ids) and not work & {*ids_in(ids)} for ids in items["task_ids"]], bool
    )
    chances = {"impact": "probability", "residual": "residual_probability"}
    known, columns = pd.Series(False, items.index), {}
    for unit, names in _SIMULATED.items():
        mean, at, saved = (found.get(name, pd.Series(np.nan, items.index)) for name in names)
        known |= mean.notna()
        now, after = (
            (items[chance] * items[f"{what}_{unit}"]).mask(is_done, 0.0)
            for what, chance in chances.items()
        )
        columns[f"exposure_{unit}"] = mean.fillna(now)
        columns[f"p80_{unit}"] = at
        left = mean - saved.mask(items["is_responded"], 0.0)
        columns[f"residual_{unit}"] = left = left.where(mean.notna(), after)
        columns[f"saved_{unit}"] = (columns[f"exposure_{unit}"] - left).mask(items["is_responded"])
    basis = np.select([known, is_risk], ["simulated", "probability x impact"], "")
    return items.assign(**columns, basis=basis)


def _movement(items: pd.DataFrame, earlier: list[Project]) -> list[str]:
    if not earlier:
        return [""] * len(items)
    was = {(row["id"], row["kind"]): row for row in open_items(earlier[0]).to_dict("records")}
    words = []
    for row in items.to_dict("records"):
        if (before := was.get((row["id"], row["kind"]))) is None:
            words.append("new")
            continue
        grown = [_weight(row, unit) - _weight(before, unit) for unit in _SIMULATED]
        more = next((each for each in grown if abs(each) > 1e-9), 0.0)
        words.append("up" if more > 0 else "down" if more < 0 else "same")
    return words


def _weight(row: Any, unit: str) -> float:
    """Probability x impact; of what has no probability, the impact."""
    chance = 1.0 if pd.isna(row["probability"]) else row["probability"]
    return float(np.nan_to_num(chance * row[f"impact_{unit}"]))


def _cost(row: Any, currency: str) -> str:
    """What it costs on average to leave a risk, in words."""
    if pd.isna(row.exposure_days) and pd.isna(row.exposure_cost):
        return "cannot say, because it has no probability or no impact"
    days, cost = np.nan_to_num([row.exposure_days, row.exposure_cost])
    parts = [number(days, 1, "d", is_signed=True)] if abs(days) >= 0.05 else []
    parts += [money(round(cost), currency)] if abs(cost) >= 0.5 else []
    return f"{', '.join(parts)} on average" if parts else "nothing"


def _worth(row: Any, currency: str) -> str:
    """The response of a risk against its cost; "" where it has none that costs are known of."""
    spent = row.response_cost
    if row.kind != "risk" or pd.isna(spent):
        return ""
    if row.is_responded:
        return "in place"
    if pd.isna(row.saved_days) and pd.isna(row.saved_cost):
        return "its effect is not estimated" if spent else ""
    days, cost = np.nan_to_num([row.saved_days, row.saved_cost])
    if cost >= max(spent, 0.5):
        return "pays for itself"
    if days < 0.05:
        return "costs more than it saves"
    return f"a day costs {money(round((spent - cost) / days), currency)}"


def stuck(items: pd.DataFrame) -> pd.DataFrame:
    """Of a register for review what does not move: overdue, waiting for a decision, or stale.

    Returns
    -------
    DataFrame
        Columns of `register`, in its order, and `why` (words).
    """
    late, old = (
        pd.Series([f"{n:.0f} day{'s' * (n != 1)}" for n in items[name]], items.index, dtype="str")
        for name in ("days_overdue", "review_days")
    )
    waits = pd.Series("", items.index).mask(items["kind"].isin(DECISIONS), "waits for a decision")
    why = waits.mask(items["is_overdue"], "overdue for " + late)
    both = np.where(why != "", ", ", "")
    why = why.mask(items["is_stale"], why + both + "not reviewed for " + old)
    return items.assign(why=why)[why != ""].reset_index(drop=True)


def overdue_actions(project: Project, by: Literal["owner", "department"] = "owner") -> pd.DataFrame:
    """How many open actions are overdue: by who must act, the actionee or else the owner.

    Returns
    -------
    DataFrame
        `who` (name; "" where nobody is named), `n_open`, `n_overdue`, `rate` (overdue of open, 0
        to 1), `days_overdue` (calendar days, the longest), `what` (titles of those overdue); most
        overdue first.
    """
    rows = open_items(project, "action")
    who = names_of(project.resources, rows["who_id"]) if by == "owner" else rows["department"]
    rows = rows.assign(who=who, what=rows["title"].where(rows["is_overdue"]))
    found = rows.groupby("who", as_index=False).agg(
        n_open=("id", "size"),
        n_overdue=("is_overdue", "sum"),
        rate=("is_overdue", "mean"),
        days_overdue=("days_overdue", "max"),
        what=("what", lambda titles: "; ".join(titles.dropna())),
    )
    order = ["n_overdue", "days_overdue"]
    return found.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def became_issues(project: Project) -> pd.DataFrame:
    """Risks that occurred, beside the issues that came from them: said then, and what it is now.

    Returns
    -------
    DataFrame
        A row a risk and issue: `risk_id`, `risk`, `probability` (0 to 1), `said_days`,
        `said_cost` (impact as it was said); `issue_id`, `issue`, `owner`, `status`, `days`, `cost`
        (of the issue; "" and NaN where no issue is known), `more_days`, `more_cost`.
    """
    rows = rated(project)
    issues = rows[(rows["kind"] == "issue") & (rows["origin_id"] != "")]
    is_risk = (rows["kind"] == "risk") & (
        (rows["status"] == "occurred") | rows["id"].isin(issues["origin_id"])
    )
    names = {"id": "risk_id", "title": "risk", "impact_days": "said_days",
             "impact_cost": "said_cost"}  # fmt: skip
    risks = rows.loc[is_risk, [*names, "probability"]].rename(columns=names)
    issues = issues.assign(owner=names_of(project.resources, issues["owner_id"]))
    names = {"id": "issue_id", "title": "issue", "impact_days": "days", "impact_cost": "cost"}
    issues = issues[[*names, "origin_id", "owner", "status"]].rename(columns=names)
    found = risks.merge(issues, left_on="risk_id", right_on="origin_id", how="left")
    found = found.fillna(dict.fromkeys(["issue_id", "issue", "owner", "status"], ""))
    found["more_days"] = found["days"] - found["said_days"]
    found["more_cost"] = found["cost"] - found["said_cost"]
    return found.drop(columns="origin_id")
