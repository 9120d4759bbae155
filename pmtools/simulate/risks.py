"""Risks of the register as drivers of tasks (after Hulett, Integrated Cost-Schedule Risk Analysis).

A risk occurs or not, and then reaches all its tasks in the same trial: that is what correlates
them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from pmtools.errors import Problem, ProjectError, nearest
from pmtools.project import Project
from pmtools.simulate.distributions import quantiles
from pmtools.simulate.model import GRID, Ranges, Risks, key_of
from pmtools.words import plain

IMPACTS = ("hours", "percent", "cost")
MOST_CALENDARS = 4
ENDS = ("low", "mode", "high")
REASONS = ["of no work that is left", "without impact", "without probability",
           "that would delay no task"]  # fmt: skip
UNITS = {"hours": 60.0, "percent": 0.01, "cost": 1.0}


def open_risks(
    project: Project, task_ids: Collection[str], *, as_responded: Collection[str] | None = None
) -> tuple[pd.DataFrame, str]:
    """The risks that may still occur, and in words which are left out.

    Closed, retired and rejected risks cannot occur; one that has occurred is part of the plan; one
    whose tasks are all finished, inactive or level of effort delays nothing. Once its response is
    in place, the residual figures count: the most likely impact is the residual one, and the three
    points keep their ratio to it.

    Parameters
    ----------
    task_ids
        Tasks that remain; a summary that a risk names stands for those below it.
    as_responded
        Ids of the risks whose response counts as in place; None: as the status date says.

    Returns
    -------
    id, title, owner_id, probability, response_cost, is_responded, parallel_group, calendar_id,
    task_ids (tuples), and low, mode, high of each impact, such as `hours_low`.

    Raises
    ------
    ProjectError
        For an open risk with an unknown task, or impacts that are not in order.
    """
    rows = project.register[project.register["kind"] == "risk"].reset_index(names="row")
    is_open = (rows["status"] == "open").to_numpy()
    rows, n_shut = rows[is_open], int((~is_open).sum())
    if as_responded is None:
        known = project.header.status_date or project.header.start
        in_place = rows["response_done_date"] <= known
    else:
        in_place = rows["id"].isin(list(as_responded))
    found = rows[["row", "id", "title", "owner_id", "response_cost", "parallel_group"]].assign(
        calendar_id=rows["calendar_id"],
        is_responded=in_place,
        task_ids=[tuple(filter(None, map(str.strip, ids.split(";")))) for ids in rows["task_ids"]],
        probability=rows["residual_probability"].where(in_place).fillna(rows["probability"]),
        **{name: each for impact in IMPACTS for name, each in _three(rows, impact, in_place)},
    )
    problems = [problem for row in found.to_dict("records") for problem in _wrong(project, row)]
    if problems:
        raise ProjectError(problems)
    below, remaining = leaves_below(project), set(task_ids)
    named = [bool(ids) for ids in found["task_ids"]]
    found["task_ids"] = [
        tuple(dict.fromkeys(leaf for each in ids for leaf in below[each] if leaf in remaining))
        for ids in found["task_ids"]
    ]
    reasons = _reasons(found, np.array(named, bool))
    left_out = {"closed or occurred": n_shut, **{why: (reasons == why).sum() for why in REASONS}}
    found = found[reasons == ""].reset_index(drop=True)
    return found, _said(found, left_out)


def _reasons(found: pd.DataFrame, is_named: np.ndarray) -> np.ndarray:
    """Why each open risk cannot be simulated; "" where it can."""
    impacts = {
        impact: (found[[f"{impact}_{end}" for end in ENDS]] != 0).any(axis=1).to_numpy()
        for impact in IMPACTS
    }
    delays = impacts["hours"] | impacts["percent"] | (found["calendar_id"] != "").to_numpy()
    is_left = found["task_ids"].map(bool).to_numpy(bool)
    cases = [
        is_named & ~is_left,
        ~(delays | impacts["cost"]),
        found["probability"].isna().to_numpy(),
        delays & ~is_named,
    ]
    return np.select(cases, REASONS, "")


def _said(found: pd.DataFrame, left_out: dict[str, int]) -> str:
    """How many may occur, and how many are left out."""
    said = f"{len(found)} open risk{'s' * (len(found) != 1)} may occur"
    if len(found):
        said += f", {int(found['is_responded'].sum())} with the response in place"
    absent = [f"{count} {why}" for why, count in left_out.items() if count]
    return f"{said}; left out: {', '.join(absent)}." if absent else f"{said}."


def _three(rows: pd.DataFrame, impact: str, in_place: pd.Series) -> Iterator[tuple[str, pd.Series]]:
    """`hours_low`, `hours_mode`, `hours_high`: what is not said is the most likely, or nothing."""
    low, mode, high = (rows[f"{end}impact_{impact}"] for end in ("optimistic_", "", "pessimistic_"))
    mode = mode.fillna((low + high) / 2).fillna(low).fillna(high).fillna(0.0)
    residual = rows[f"residual_impact_{impact}"].where(in_place)
    ratio = (residual / mode.where(mode != 0)).fillna(residual.isna().astype("float64"))
    for end, each in (("low", low), ("mode", mode), ("high", high)):
        scaled = each.fillna(mode) * ratio
        yield f"{impact}_{end}", scaled.mask(residual.notna() & (mode == 0), residual)


def _wrong(project: Project, row: dict[str, object]) -> Iterator[Problem]:
    """What keeps an open risk from being simulated."""
    place, said = project.place("register", int(str(row["row"]))), f'risk "{plain(row["id"])}"'
    three = {impact: [row[f"{impact}_{e}"] for e in ENDS] for impact in IMPACTS}
    for impact, values in three.items():
        if values != sorted(values):  # type: ignore[type-var]
            found = f"the impacts of {said} on {impact} are {', '.join(f'{v:g}' for v in values)}"
            remedy = "Put them in order: optimistic, most likely, pessimistic."
            yield Problem(place, found, "", remedy, "points-out-of-order")
    ids, known = row["task_ids"], project.tasks["id"].tolist()
    for task_id in (each for each in ids if each not in known):  # type: ignore[attr-defined]
        found = f'{said} touches task "{plain(task_id)}", which is not in table "tasks"'
        remedy = f"Correct the id{nearest(task_id, known)}."
        yield Problem(place, found, "", remedy, "unknown-task")


def risk_arrays(
    rows: pd.DataFrame, pace: pd.Series, after: dict[str, set[str]], n_tables: int
) -> tuple[Risks, np.ndarray]:
    """The risks as `Model` holds them, and their tables, which follow `n_tables` others.

    A delay falls once: on those tasks of a risk that come after no other of its tasks. It is meant
    in hours of the project's calendar: a task that is worked on weekends only loses as much time
    as the others. Delays are entries of their own, with the key of their risk: they occur with it.

    Parameters
    ----------
    rows
        As `open_risks` gives them.
    pace
        By id of the tasks of the model, in its order: working time in a usual week, against that
        of the project's calendar.
    after
        The tasks that follow each task, directly or not.
    """
    delays = rows.assign(
        task_ids=[_firsts(ids, after) for ids in rows["task_ids"]], calendar_id="",
        **{f"{i}_{e}": 0.0 for i in ("percent", "cost") for e in ENDS},
    )  # fmt: skip
    delays = delays[(rows[["hours_low", "hours_high"]] != 0).any(axis=1)].explode("task_ids")
    share = delays["task_ids"].map(pace).to_numpy()
    hours = [f"hours_{end}" for end in ENDS]
    delays[hours] = delays[hours].mul(share, axis=0)
    is_delay = np.repeat([0, 1], [len(rows), len(delays)])
    rows = pd.concat([rows.assign(**dict.fromkeys(hours, 0.0)), delays], ignore_index=True)
    touched = rows["task_ids"].explode().dropna()
    place = pace.index.get_indexer(touched)
    order = np.argsort(place, kind="stable")
    counts = np.bincount(place, minlength=len(pace))
    modes, ranges = [], {}
    for impact, unit in UNITS.items():
        low, mode, high = (rows[f"{impact}_{end}"].to_numpy(np.float64) for end in ENDS)
        modes.append(np.divide(mode - low, high - low, np.zeros_like(low), where=high > low))
        table = n_tables + np.arange(len(rows)) + len(rows) * (len(modes) - 1)
        ranges[impact] = Ranges(table.astype(np.int32), low * unit, (high - low) * unit)
    is_grouped = (rows["parallel_group"] != "").to_numpy()
    parallel = np.where(is_grouped, 2 * rows["parallel_group"].factorize()[0] + is_delay, -1)
    calendar = np.where(rows["calendar_id"] != "", (rows["calendar_id"] != "").cumsum() - 1, -1)
    risks = Risks(
        key=np.array([key_of(f"risk {each}") for each in rows["id"]], np.uint64),
        probability=rows["probability"].fillna(0.0).to_numpy(np.float64),
        growth=ranges["percent"], delay=ranges["hours"], cost=ranges["cost"],
        parallel=parallel.astype(np.int32), calendar=calendar.astype(np.int32),
        tasks=touched.index.to_numpy(np.int64)[order],
        tasks_from=np.r_[0, np.cumsum(counts)].astype(np.int64),
    )  # fmt: skip
    return risks, quantiles("triangular", np.concatenate(modes), GRID)


def _firsts(ids: tuple[str, ...], after: dict[str, set[str]]) -> tuple[str, ...]:
    later = {task for each in ids for task in after.get(each, ())}
    return tuple(each for each in ids if each not in later)


def leaves_below(project: Project) -> dict[str, list[str]]:
    """The tasks without subtasks below each task; of these themselves."""
    tasks = project.tasks
    above = dict(zip(tasks["id"].tolist(), tasks["parent_id"].tolist(), strict=True))
    found: dict[str, list[str]] = {each: [] for each in above}
    parents = {*above.values()}
    for leaf in (each for each in above if each not in parents):
        here = leaf
        while here:
            found[here].append(leaf)
            here = above.get(here, "")
    return found


def followers(project: Project, starts: Collection[str]) -> dict[str, set[str]]:
    """The tasks that follow each of `starts` by links, directly or not."""
    below, found = leaves_below(project), {}
    links: dict[str, list[str]] = {}
    ends = project.links[["predecessor_id", "successor_id"]].to_numpy().tolist()
    for before, after in ends:
        for leaf in below.get(before, ()):
            links.setdefault(leaf, []).extend(below.get(after, ()))
    for start in starts:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            new = [after for after in links.get(waiting.pop(), ()) if after not in seen]
            seen.update(new)
            waiting += new
        found[start] = seen
    return found
