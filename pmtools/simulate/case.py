"""A plan made ready for trials: its networks, ranges, risks and rates as one model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.errors import Problem, ProjectError, nearest
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, ScheduleOptions
from pmtools.schedule.progress import status_minute
from pmtools.simulate.correlation import copula_of, correlation_said
from pmtools.simulate.costs import Costs, costs_of
from pmtools.simulate.draws import MOST
from pmtools.simulate.model import Model, Ranges, TrialNetwork, Trials, key_of, longest_of, top_of
from pmtools.simulate.networks import trial_network
from pmtools.simulate.risks import MOST_CALENDARS, followers, leaves_below, open_risks, risk_arrays
from pmtools.simulate.trials import run
from pmtools.simulate.uncertainty import Uncertainty, remaining_tasks, uncertainty_of
from pmtools.words import plain

MOST_MONEY = 1e15


@dataclass(frozen=True)
class Settings:
    """What is assumed beside the plan: see `simulate`."""

    n_trials: int
    seed: int
    correlation: float | pd.DataFrame
    ranges: pd.DataFrame | None
    throughput: pd.DataFrame | None
    is_limited: bool
    threads: int
    without: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Case:
    """A model, and what its positions mean: `tasks` by position, `risks` with what they touch.

    `milestones` are the nodes of those that remain.
    """

    plan: Schedule
    model: Model
    tasks: pd.DataFrame
    risks: pd.DataFrame
    costs: Costs | CannotSay
    milestones: np.ndarray
    assumptions: tuple[str, ...]


def case_of(
    plan: Schedule, settings: Settings, *, as_responded: Collection[str] | None = None,
    network: TrialNetwork | None = None, may_be_certain: bool = False,
) -> Case | CannotSay:  # fmt: skip
    """The case of a plan; `network` is that of the plan, where it is known already.

    CannotSay for a finished project, for a backlog without history and, unless it
    `may_be_certain`, for a plan in which nothing is uncertain. Raises ProjectError as
    `uncertainty_of`, `open_risks` and `copula_of`, and for more than 4 calendar risks.
    """
    project = plan.project
    undated = _without_deadlines(project)
    network = network or trial_network(undated, plan.options)
    tasks = remaining_tasks(plan, network)
    if tasks.empty:
        return CannotSay("the project is finished")
    risks, risks_said = open_risks(project, tasks["task_id"], as_responded=as_responded)
    _refuse_unknown(settings.without, {*project.tasks["id"], *project.register["id"]})
    risks = risks[~risks["id"].isin(settings.without)].reset_index(drop=True)
    touched = {task for ids in risks["task_ids"] for task in ids}
    tasks = tasks[_may_last(project, tasks) | tasks["task_id"].isin(touched)].reset_index(drop=True)
    found = uncertainty_of(
        project, tasks, record=settings.ranges, throughput=settings.throughput,
        n_trials=settings.n_trials, seed=settings.seed,
    )  # fmt: skip
    if isinstance(found, CannotSay):
        return found
    is_certain = not (found.tasks["source"] != "").any() and risks.empty
    if is_certain and not may_be_certain:
        return CannotSay(
            "no task that remains has a range, and no risk is open: one date is not a forecast"
        )
    costs, (milestones, watched) = costs_of(plan), _watched(plan, network)
    week = plan.calendars[""].borders.week
    pace = (tasks["week"] / week if week else 0.0 * tasks["week"] + 1).set_axis(tasks["task_id"])
    with np.errstate(over="ignore", invalid="ignore"):  # refused below
        after = followers(project, touched)
        arrays, risk_tables = risk_arrays(risks, pace, after, len(found.tables))
    model = Model(
        plan=plan,
        networks=_networks(undated, plan.options, network, risks),
        variant=np.arange(2 ** int((risks["calendar_id"] != "").sum()), dtype=np.int32),
        node=tasks["node"].to_numpy(np.int64),
        key=np.array([key_of(f"task {each}") for each in tasks["task_id"]], np.uint64),
        remaining=_certain(found, tasks["task_id"].isin(_leaves(project, settings.without))),
        **copula_of(found.tasks["group"], settings.correlation),
        tables=np.concatenate([found.tables, risk_tables]),
        risks=arrays,
        **_money(plan, costs, tasks["task_id"]),
        watched=watched,
        critical_minutes=round(plan.options.critical_hours * 60),
    )
    _refuse_endless(project, model, tasks["task_id"], risks["row"])
    said = (correlation_said(settings.correlation), *found.assumptions, risks_said)
    return Case(plan, model, found.tasks, risks, costs, milestones, said)


def run_case(case: Case, settings: Settings) -> Trials:
    """The trials of a case."""
    return run(
        case.model, n_trials=settings.n_trials, seed=settings.seed, threads=settings.threads,
        is_limited=settings.is_limited,
    )  # fmt: skip


def _may_last(project: Project, tasks: pd.DataFrame) -> pd.Series:
    """Tasks with work left; those that nobody planned a time for may have a range or a backlog."""
    rows = tasks[["task_id"]].merge(project.estimates, on="task_id", how="left")
    is_estimated = rows["optimistic_hours"].notna() | (rows["team"].fillna("") != "")
    return (tasks["remaining"] > 0) | ((tasks["planned"] == 0) & ~tasks["is_point"] & is_estimated)


def _leaves(project: Project, ids: Collection[str]) -> set[str]:
    """The tasks themselves, and those below the summaries among them."""
    below = leaves_below(project)
    return {leaf for each in ids for leaf in below.get(each, ())}


def _certain(found: Uncertainty, is_without: pd.Series) -> Ranges:
    """The ranges; tasks whose uncertainty is removed take what is planned."""
    low = np.where(is_without, found.tasks["remaining"], found.minutes.low)
    return replace(found.minutes, low=low, span=np.where(is_without, 0.0, found.minutes.span))


def _refuse_endless(project: Project, model: Model, ids: pd.Series, rows: pd.Series) -> None:
    """What the trials would cut off at the largest number that they count with."""
    with np.errstate(over="ignore", invalid="ignore"):
        is_long = ~(longest_of(model) <= MOST)
        is_dear = ~(np.abs(top_of(model, model.risks.cost)[: len(rows)]) <= MOST_MONEY)
    place = {each: n for n, each in enumerate(project.tasks["id"])}
    problems = [
        Problem(project.place("tasks", place[each]),
                f'task "{plain(each)}" could last more than {int(MOST) // 60:,} hours', "",
                "Correct its estimate and the impacts of its risks.", "range-too-long")
        for each in ids[is_long]
    ] + [
        Problem(project.place("register", int(row)), "what the risk may cost is out of all bounds",
                f"at most {MOST_MONEY:,.0f}", "Correct it.", "cost-too-large")
        for row in rows[is_dear]
    ]  # fmt: skip
    if problems:
        raise ProjectError(problems)


def _refuse_unknown(without: Collection[str], known: set[str]) -> None:
    problems = [
        Problem("without", f'"{plain(each)}" is neither a task nor a risk', "",
                f"Correct the id{nearest(each, sorted(known))}.")
        for each in without if each not in known
    ]  # fmt: skip
    if problems:
        raise ProjectError(problems)


def _without_deadlines(project: Project) -> Project:
    """They move nothing; in a late project they would make every task critical in every trial."""
    if project.tasks["deadline"].isna().all():
        return project
    return project.replace(tasks=project.tasks.assign(deadline=pd.NaT))


def _networks(
    project: Project, options: ScheduleOptions, network: TrialNetwork, risks: pd.DataFrame
) -> tuple[TrialNetwork, ...]:
    """The network of the plan, and one for each other set of calendar risks that may occur."""
    bound = risks[risks["calendar_id"] != ""]
    if len(bound) > MOST_CALENDARS:
        many = f"{len(bound)} open risks change a calendar; at most {MOST_CALENDARS} can"
        remedy = "Give the others a delay or a growth instead."
        raise ProjectError([Problem(project.place("register"), many, "", remedy)])
    found = [network]
    for bits in range(1, 2 ** len(bound)):
        tasks = project.tasks.copy()
        for n, risk in enumerate(bound.itertuples()):
            if bits >> n & 1:
                tasks.loc[tasks["id"].isin(risk.task_ids), "calendar_id"] = risk.calendar_id
        found.append(trial_network(project.replace(tasks=tasks), options))
    return tuple(found)


def _money(plan: Schedule, costs: Costs | CannotSay, ids: pd.Series) -> dict[str, Any]:
    """`rate`, `fixed` and `time_rate`: level of effort costs what the plan says, and more or less
    as the project ends later or earlier.
    """
    if isinstance(costs, CannotSay):
        return {"rate": np.zeros(len(ids)), "fixed": 0.0, "time_rate": 0.0}
    calendar, status = plan.calendars[""], status_minute(plan.project)
    since = max(int(minutes_of(plan.project.header.start)), status)
    work = plan.tasks[~plan.tasks["kind"].isin(["summary", "level_of_effort"])]
    before = calendar.minutes_before
    length = int(before(minutes_of(work["finish"].max()))) - int(before(since))
    rows = plan.tasks.set_index("id").loc[costs.support.index]
    begin = np.maximum(minutes_of(rows["start"]), since)
    planned = before(minutes_of(rows["finish"])) - before(begin)
    return {
        "rate": costs.rate.reindex(ids).fillna(0.0).to_numpy(),
        "fixed": costs.spent + costs.fixed + float((costs.support * (planned - length)).sum()),
        "time_rate": float(costs.support.sum()),
    }


def _watched(plan: Schedule, network: TrialNetwork) -> tuple[np.ndarray, np.ndarray]:
    """The nodes of the milestones that remain; the same and what comes right before them."""
    ids = pd.Index(network.ids)
    kinds = plan.tasks.set_index("id")["kind"].reindex(ids).to_numpy()
    milestones = np.flatnonzero((kinds == "milestone") & network.is_open[: len(ids)])
    into = plan.links["successor_id"].isin(ids[milestones])
    before = ids.get_indexer(plan.links.loc[into, "predecessor_id"])
    return milestones, np.union1d(milestones, before[before >= 0]).astype(np.int64)
