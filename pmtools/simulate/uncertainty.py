"""How long the work that remains may take: from table `estimates`, from a class, or the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import WEEK
from pmtools.errors import Problem, ProjectError
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.simulate.distributions import probabilities, quantiles
from pmtools.simulate.model import GRID, Ranges, TrialNetwork
from pmtools.simulate.throughput import weeks_to_finish
from pmtools.words import plain

CLASSES = {"5": (-0.5, 1.0), "4": (-0.3, 0.5), "3": (-0.2, 0.3), "2": (-0.15, 0.2),
           "1": (-0.1, 0.15)}  # fmt: skip
"""Ends of the range of an estimate class, as shares of the most likely value (AACE 18R-97)."""
FEWEST = 10
"""Finished tasks of a type from which its range is learnt."""
POINTS = ("optimistic_hours", "most_likely_hours", "pessimistic_hours")


@dataclass(frozen=True)
class Uncertainty:
    """Of each task that remains: minutes, by inverse distribution tables; and where from.

    `tasks` has `node`, `task_id`, `remaining` (planned minutes), `week` (minutes in a usual one),
    `group` and `source`: points, certain (three equal points), record, class, team, or "" where
    nothing is known of it.
    """

    tasks: pd.DataFrame
    minutes: Ranges
    tables: np.ndarray
    assumptions: tuple[str, ...]


def remaining_tasks(plan: Schedule, network: TrialNetwork) -> pd.DataFrame:
    """The tasks that are not finished: `node`, `task_id`, `remaining` and `planned` minutes.

    A milestone `is_point` and lasts no time; other tasks may just have no planned duration.
    `week` is the working minutes in a usual week of its calendar. Level of effort is left out:
    it goes along with the work.
    """
    ids = list(network.ids)
    tasks = plan.project.tasks.set_index("id").loc[ids]
    weeks = {name: calendar.borders.week for name, calendar in plan.calendars.items()}
    is_point = (tasks["kind"] == "milestone").to_numpy()
    planned = tasks["duration_hours"].fillna(0).to_numpy() * 60
    found = pd.DataFrame(
        {
            "node": np.arange(len(ids)),
            "task_id": ids,
            "name": tasks["name"].to_numpy(),
            "remaining": network.duration[: len(ids)],
            "planned": np.where(is_point, 0.0, planned),
            "is_point": is_point,
            "week": tasks["calendar_id"].map(weeks).mask(tasks["is_elapsed"], WEEK).to_numpy(),
        }
    )
    return found[network.is_open[: len(ids)]].reset_index(drop=True)


def uncertainty_of(
    project: Project,
    tasks: pd.DataFrame,
    *,
    record: pd.DataFrame | None = None,
    throughput: pd.DataFrame | None = None,
    n_trials: int = 10_000,
    seed: int = 1,
) -> Uncertainty | CannotSay:
    """The range of each task that remains.

    The throughput of its team counts, else its three points, else what the record says of its
    `task_type`, else its estimate class. Ranges are those of the whole task: what remains of one
    that has started has the same share of them. Ranges of a class end at its bounds; see
    `distributions` for what has no ends.

    Parameters
    ----------
    tasks
        As `remaining_tasks` gives them.
    record
        task_type, ratio (actual to estimated duration): a row a finished task.
    throughput
        team, week, n_items: finished items of each week, weeks without any included.

    Raises
    ------
    ProjectError
        For points that are not in order, a lognormal whose middle point is at its end, and ratios
        of the record that are none.
    """
    rows = tasks.merge(project.estimates, on="task_id", how="left")
    texts = ["distribution", "estimate_class", "correlation_group", "task_type", "team"]
    rows[texts] = rows[texts].fillna("")
    points = _points(rows)
    _refuse(project, rows.assign(**points))
    known = _learnt(record)
    is_certain = points["low"] == points["high"]
    has_points = rows[[POINTS[0], POINTS[2]]].notna().all(axis=1)
    weeks = {
        row.Index: _weeks(row, throughput, n_trials, seed)
        for row in rows[rows["team"] != ""].rename(columns={"name": "label"}).itertuples()
    }
    unknown = {n: each for n, each in weeks.items() if isinstance(each, CannotSay)}
    for n, reason in unknown.items():
        if not has_points[n]:
            return reason
    backlogs = {n: each for n, each in weeks.items() if not isinstance(each, CannotSay)}
    rows["source"] = np.select(
        [rows.index.isin([*backlogs]), has_points & is_certain, has_points,
         rows["task_type"].isin(known), points["low"].notna()],
        ["team", "certain", "points", "record", "class"], "",
    )  # fmt: skip
    minutes, tables = _tabled(rows, points, known, backlogs)
    found = rows[["node", "task_id", "name", "remaining", "week", "source"]].assign(
        group=rows["correlation_group"]
    )
    fallen = {each.reason for each in unknown.values()}
    return Uncertainty(found, minutes, tables, tuple(_said(rows, record, known, fallen)))


def _points(rows: pd.DataFrame) -> pd.DataFrame:
    """The three points in hours, those of a class where there are no others."""
    low, mode, high = (rows[name] for name in POINTS)
    mode = mode.fillna(rows["planned"] / 60)
    is_class = low.isna() & high.isna()
    less, more = (rows["estimate_class"].map({k: v[n] for k, v in CLASSES.items()}) for n in (0, 1))
    low = low.mask(is_class, mode * (1 + less.astype("float64")))
    high = high.mask(is_class, mode * (1 + more.astype("float64")))
    return pd.DataFrame({"low": low, "mode": mode, "high": high})


def _refuse(project: Project, rows: pd.DataFrame) -> None:
    row_of = pd.Series(range(len(project.estimates)), index=project.estimates["task_id"])
    low, mode, high = rows["low"], rows["mode"], rows["high"]
    is_one_sided = low.isna() != high.isna()
    is_bad = (low > mode) | (mode > high) | is_one_sided
    is_flat = (rows["distribution"] == "lognormal") & (low < high)
    is_flat &= (mode == low) | (mode == high)
    problems = [
        Problem(
            project.place("estimates", int(row_of[row.task_id])),
            f'task "{plain(row.name_)}" is estimated at {row.low:g}, {row.mode:g} and '
            f"{row.high:g} hours",
            "optimistic <= most likely <= pessimistic, a lognormal's most likely between both",
            "Correct the three points.",
            "points-out-of-order",
        )
        for row in rows[is_bad | is_flat].rename(columns={"name": "name_"}).itertuples()
    ]
    if problems:
        raise ProjectError(problems)


def _learnt(record: pd.DataFrame | None) -> dict[str, np.ndarray]:
    """The sorted ratios of each type of task of which enough are finished."""
    if record is None:
        return {}
    known = record.dropna(subset=["ratio"])
    if not ((known["ratio"] > 0) & np.isfinite(known["ratio"])).all():
        found, expected = "a ratio is no possible one", "actual by estimated duration, above 0"
        remedy = "Correct it, or leave the row out."
        raise ProjectError([Problem("ranges", found, expected, remedy, "no-ratio")])
    ratios = known.groupby("task_type")["ratio"]
    return {str(kind): np.sort(each) for kind, each in ratios if kind and len(each) >= FEWEST}


def _weeks(
    row: Any, throughput: pd.DataFrame | None, n_trials: int, seed: int
) -> np.ndarray | CannotSay:
    """Weeks that the backlog of a task takes, sorted."""
    if throughput is None or not (throughput["team"] == row.team).any():
        return CannotSay(f'nothing is known of the throughput of team "{plain(row.team)}"')
    if np.isnan(row.remaining_items):
        return CannotSay(f'it is not said how many items remain for "{plain(row.label)}"')
    weekly = throughput.loc[throughput["team"] == row.team, "n_items"]
    weeks = weeks_to_finish(weekly, row.remaining_items, n_trials=n_trials, seed=seed)
    if isinstance(weeks, CannotSay):
        return CannotSay(f'of team "{plain(row.team)}", {weeks.reason}')
    return np.sort(weeks)


def _tabled(
    rows: pd.DataFrame,
    points: pd.DataFrame,
    known: dict[str, np.ndarray],
    weeks: dict[Any, np.ndarray],
) -> tuple[Ranges, np.ndarray]:
    """Each distinct shape once, as a table; low and span of each task in minutes."""
    share = 60 * np.where(rows["planned"] > 0, rows["remaining"] / rows["planned"], 1.0)
    low, span = points["low"] * share, (points["high"] - points["low"]) * share
    source = rows["source"]
    is_shape = source.isin(["points", "class"])
    low = low.where(is_shape | (source == "certain"), 0.0).where(source != "", rows["remaining"])
    span = span.where(is_shape, 0.0)
    span = span.mask(source == "record", rows["remaining"]).mask(source == "team", rows["week"])
    mode = ((points["mode"] - points["low"]) / (points["high"] - points["low"])).round(6)
    has_no_end = rows["distribution"].isin(["normal", "lognormal"])
    shapes = pd.DataFrame(
        {
            "kind": rows["distribution"].where(is_shape, source),
            "mode": mode.where(is_shape, 0.0),
            "least": (-low / span).where(is_shape & has_no_end, -np.inf),
            "type": rows["task_type"].where(source == "record", ""),
            "backlog": np.where(source == "team", rows.index, -1),
        }
    )
    table = shapes.groupby([*shapes], sort=False).ngroup().to_numpy()
    distinct, chance = shapes.drop_duplicates(), probabilities(GRID)
    tables = np.zeros((len(distinct), len(GRID)))
    for kind, each in distinct.reset_index(drop=True).groupby("kind"):
        if kind == "record":
            drawn = [np.quantile(known[k], chance, method="median_unbiased") for k in each["type"]]
        elif kind == "team":
            drawn = [np.quantile(weeks[n], chance, method="inverted_cdf") for n in each["backlog"]]
        elif kind in ("certain", ""):
            continue
        else:
            shape = quantiles(str(kind), each["mode"].to_numpy(), GRID)
            drawn = np.maximum(shape, each["least"].to_numpy()[:, None])
        tables[each.index] = drawn
    return Ranges(table.astype(np.int32), low.to_numpy(), span.to_numpy()), tables


def _said(
    rows: pd.DataFrame, record: pd.DataFrame | None, known: dict[str, np.ndarray], fallen: set[str]
) -> list[str]:
    """In words, where the ranges come from and which tasks have none."""
    rows = rows[(rows["remaining"] > 0) | (rows["source"] != "")]
    counts = rows["source"].value_counts()
    said = {
        "points": "have three points",
        "class": "take the range of their estimate class (AACE 18R-97)",
        "record": "take the range of finished work of their type",
        "team": "last as long as their team's throughput makes of the backlog",
        "certain": "have three equal points and count as certain",
        "": "have no range and take exactly what is planned",
    }
    parts = [f"{counts[name]} {words}" for name, words in said.items() if counts.get(name, 0)]
    found = [f"Of {len(rows)} tasks that remain, {'; '.join(parts) or 'none takes time'}."]
    found += [f"A task takes its three points, because {each}." for each in sorted(fallen)]
    types = sorted(set(rows["task_type"]) - {""} - known.keys())
    if types and record is not None:
        n_known = record["task_type"].value_counts()
        few = ", ".join(f'"{plain(name)}" ({n_known.get(name, 0)})' for name in types)
        found.append(f"Too few finished tasks to learn from, at least {FEWEST}: {few}.")
    return found
