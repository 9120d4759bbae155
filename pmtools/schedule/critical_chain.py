"""Critical chain: the chain that sets the finish, what feeds it, and the buffers that protect it.

The safety that tasks do not keep for themselves is pooled: a project buffer after the chain, a
feeding buffer where another chain runs into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.schedule.levelling import Levelling
from pmtools.words import Statement, day, number

PLAN_AT, ACT_AT = 100 / 3, 200 / 3
"""Percent of the buffer consumed at which one plans, and acts, when half of the chain is done."""
TASKS = ("chain", "task_id", "name", "start", "finish", "safe_hours", "aggressive_hours")
BUFFERS = (
    *("chain", "kind", "first", "last", "feeds", "n_tasks", "chain_hours", "cut_and_paste_hours"),
    *("root_square_hours", "room_hours", "finish", "cut_and_paste_finish", "root_square_finish"),
)
METHODS = {"root_square": "root of the squares", "cut_and_paste": "half of the chain"}

Edges = dict[str, dict[str, float]]
"""By task: the tasks right before it, and the hours by which each is away from driving it."""


@dataclass(frozen=True, eq=False)
class CriticalChain(Statement):
    """The critical chain of a plan and its buffers, in working hours.

    - tasks, a row a task of a chain: chain (0 is the critical one, others feed it), task_id, name,
      start, finish, safe_hours, aggressive_hours
    - buffers, a row a chain: chain, kind (project or feeding), first, last, feeds (names of
      tasks), n_tasks, chain_hours (overlaps once), cut_and_paste_hours, root_square_hours (NaN
      without ranges), room_hours (from its end to where it is needed), finish of the chain,
      cut_and_paste_finish, root_square_finish (with the buffer)
    """

    plan: Schedule = field(default=None, repr=False)  # type: ignore[assignment]
    tasks: pd.DataFrame = field(default=None, repr=False)
    buffers: pd.DataFrame = field(default=None, repr=False)


def critical_chain(plan: Schedule | Levelling) -> CriticalChain:
    """The longest chain of the work that is left, what feeds it, and buffers by both methods.

    A task follows another that drives it by a link, or that hands somebody over to it without a
    pause: so the plan should be levelled. Level of effort is in no chain. Of the estimates, safe is
    pessimistic and aggressive is most likely, in proportion to what remains of the task; a task
    without an estimate takes what remains, and has no safety.

    Notes
    -----
    Cut and paste: half of the aggressive durations of the chain (Goldratt). Root square error
    method: 2 x root of the sum of squares of (safe - aggressive) / 2. Source: PM Knowledge Center,
    critical chain buffers.
    """
    waits = set(plan.moves["task_id"]) if isinstance(plan, Levelling) else set()
    plan = plan.schedule if isinstance(plan, Levelling) else plan
    work = plan.tasks[~plan.tasks["is_finished"]]
    work = work[~work["kind"].isin(["summary", "level_of_effort"])].set_index("id", drop=False)
    if work.empty:
        nothing = pd.DataFrame(columns=TASKS), pd.DataFrame(columns=BUFFERS)
        return CriticalChain("Cannot say, because no work is left", "unknown", plan, *nothing)
    work = work.assign(start=work["early_start"], finish=work["early_finish"], task_id=work["id"])
    work = work.join(_durations(plan, work))
    links = _links(plan, work)
    waits -= {after for after, into in links.items() if min(into.values(), default=1) <= 0}
    chains = _chains(work, links, _hand_overs(plan, work, waits))
    tasks = pd.concat([work.loc[ids].assign(chain=n) for n, (_, ids) in enumerate(chains)])
    buffers = _buffers(plan, tasks)
    buffers["kind"] = ["feeding" if feeds else "project" for feeds, _ in chains]
    buffers["feeds"] = [work["name"].get(feeds, "") for feeds, _ in chains]
    buffers["room_hours"] = [links[f][c[-1]] if f else np.nan for f, c in chains]
    words = _words(buffers.iloc[0], plan.project.header.hours_per_day)
    tasks = tasks[[*TASKS]].reset_index(drop=True)
    return CriticalChain(words, "info", plan, tasks, buffers[[*BUFFERS]])


def _durations(plan: Schedule, work: pd.DataFrame) -> pd.DataFrame:
    names = {"pessimistic_hours": "safe_hours", "most_likely_hours": "aggressive_hours"}
    known = plan.project.estimates.set_index("task_id")[[*names]].rename(columns=names)
    planned = plan.project.tasks.set_index("id")["duration_hours"].reindex(work.index)
    share = work["remaining_hours"] / planned.where(planned > 0)
    known = known.where(known["safe_hours"] >= known["aggressive_hours"])  # check says PM117
    known = known.reindex(work.index).mul(share, axis=0)
    aggressive = known["aggressive_hours"].fillna(work["remaining_hours"])
    safe, is_known = known["safe_hours"].fillna(aggressive), known.notna().all(axis=1)
    return known.assign(is_estimated=is_known, safe_hours=safe, aggressive_hours=aggressive)


def _links(plan: Schedule, work: pd.DataFrame) -> Edges:
    """Links between tasks that are left; of a linked summary its last, or its first, task."""
    parent = plan.tasks.set_index("id")["parent_id"]
    last, first = dict[str, str](), dict[str, str]()
    for way, leaves in ((last, work.sort_values("finish", kind="stable")["id"]),
                        (first, work.sort_values("start", kind="stable")["id"][::-1])):  # fmt: skip
        for leaf in leaves:
            above = leaf
            while above:
                way[above], above = leaf, parent[above]
    edges: Edges = {task: {} for task in work["id"]}
    rows = plan.links[["predecessor_id", "successor_id", "float_hours"]]
    for before, after, slack in rows.itertuples(index=False):
        if before in last and after in first:
            into = edges[first[after]]
            into[last[before]] = min(slack, into.get(last[before], slack))
    return edges


def _hand_overs(plan: Schedule, work: pd.DataFrame, waits: set[str]) -> dict[str, set[str]]:
    """Tasks right before each because the same resource goes on without a pause; before those that
    levelling made wait, the last one that has somebody in common.
    """
    count, found = plan.calendars[""].minutes_before, {task: set[str]() for task in work["id"]}
    dates = work[["start", "finish"]].apply(lambda column: count(minutes_of(column)))
    resources = plan.project.resources
    people = resources["id"][resources["kind"] != "material"]
    used = plan.project.assignments[["task_id", "resource_id"]]
    used = used[used["resource_id"].isin(people)]
    used = used.join(dates[dates["finish"] > dates["start"]], on="task_id", how="inner")
    pairs = used.merge(used, left_on=["resource_id", "finish"], right_on=["resource_id", "start"])
    late = used.merge(used[used["task_id"].isin(waits)], on="resource_id")
    late = late[late["finish_x"] <= late["start_y"]].sort_values("finish_x", kind="stable")
    pairs = pd.concat([pairs, late.drop_duplicates("task_id_y", keep="last")])
    for before, after in pairs[["task_id_x", "task_id_y"]].itertuples(index=False):
        found[after].add(before)
    return found


def _chains(
    work: pd.DataFrame, links: Edges, hand_overs: dict[str, set[str]]
) -> list[tuple[str, list[str]]]:
    """The critical chain, tasks in order, and those that feed it with the task that each feeds."""
    hours = work["aggressive_hours"].to_dict()
    before = {after: set(into) for after, into in links.items()}
    driving = {after: {b for b in links[after] if links[after][b] <= 0} for after in links}
    try:
        both = {after: driving[after] | hand_overs[after] for after in links}
        length, driving = _lengths(both, hours), both
    except CycleError:  # leads run backwards in time, hand-overs do not
        length = _lengths(driving, hours)
    ends = work["id"][work["finish"] == work["finish"].max()]
    chain = _back(max(ends[::-1], key=length.__getitem__), driving, length, set())
    chains, taken, length = [("", chain)], set(chain), _lengths(before, hours)
    merges = [(last, after) for after in chain for last in links[after]]
    for last, after in sorted(merges, key=lambda merge: -length[merge[0]]):
        if last not in taken and length[last] > 0:
            chains.append((after, _back(last, before, length, taken)))
            taken |= set(chains[-1][1])
    return chains


def _lengths(before: dict[str, set[str]], hours: dict[str, float]) -> dict[str, float]:
    """The hours of the longest chain up to the end of each task."""
    length: dict[str, float] = {}
    for task in TopologicalSorter(before).static_order():
        length[task] = hours[task] + max((length[b] for b in before[task]), default=0.0)
    return length


def _back(
    task: str, before: dict[str, set[str]], length: dict[str, float], taken: set[str]
) -> list[str]:
    chain = [task]
    while found := before[chain[-1]] - taken:
        chain.append(max(sorted(found), key=length.__getitem__))
    return chain[::-1]


def _buffers(plan: Schedule, tasks: pd.DataFrame) -> pd.DataFrame:
    """A row a chain; of a task that overlaps with those before it, only the rest adds length."""
    between, chain = plan.calendars[""].hours_between, tasks["chain"]
    before = tasks["finish"].groupby(chain).cummax().groupby(chain).shift()
    span = between(tasks["start"], tasks["finish"])
    alone = (between(before, tasks["finish"]) / span.where(span > 0)).fillna(1.0).clip(0, 1)
    deviation = (tasks["safe_hours"] - tasks["aggressive_hours"]) / 2
    tasks = tasks.assign(alone=alone * tasks["aggressive_hours"], square=deviation**2)
    found = tasks.groupby("chain", as_index=False).agg(
        first=("name", "first"), last=("name", "last"), n_tasks=("name", "size"),
        chain_hours=("alone", "sum"), square=("square", "sum"), finish=("finish", "last"),
        is_estimated=("is_estimated", "any"),
    )  # fmt: skip
    found["cut_and_paste_hours"] = found["chain_hours"] / 2
    found["root_square_hours"] = 2 * np.sqrt(found["square"]).where(found["is_estimated"])
    for method in METHODS:
        after = plan.calendars[""].add(found["finish"], found[f"{method}_hours"].fillna(0.0))
        found[f"{method}_finish"] = after.where(found[f"{method}_hours"].notna())
    return found


def _words(own: pd.Series, hours_per_day: float) -> str:
    buffers = [
        f"{number(own[f'{method}_hours'] / hours_per_day, 1)} days ({name}) protects "
        f"{day(own[f'{method}_finish'])}"
        for method, name in METHODS.items()
        if pd.notna(own[f"{method}_hours"])
    ]
    n = int(own["n_tasks"])
    chain = f"The critical chain of {n} task{'s' * (n != 1)} ends on {day(own['finish'])}"
    return f"{chain}; a buffer of {', one of '.join(buffers)}"


def buffer_use(
    schedules: Sequence[Schedule], chain: CriticalChain | None = None
) -> pd.DataFrame | CannotSay:
    """How much of the project buffer is used on each status date: what a fever chart draws.

    Parameters
    ----------
    schedules
        The plan as it was known on each status date, oldest first.
    chain
        The chain that was promised, with the buffer of the root square error method; without it
        that of the first schedule.

    Returns
    -------
    DataFrame
        `status_date`, `chain_percent` (complete, by aggressive durations), `buffer_percent`
        (consumed: how much later the chain ends, in working time; negative where earlier),
        `plan_at_percent`, `act_at_percent` (the zones there), `signal`.

    Notes
    -----
    At half of the chain one plans from a third of the buffer on, and acts from two thirds on; the
    lines rise so that the second reaches all of the buffer when the chain is done.
    """
    chain = chain or critical_chain(schedules[0])
    if not (chain.buffers["root_square_hours"][:1] > 0).any():
        return CannotSay("no task of the critical chain has a range: it has no buffer")
    buffer, end = chain.buffers[["root_square_hours", "finish"]].iloc[0]
    mine = chain.tasks[chain.tasks["chain"] == 0].set_index("task_id")["aggressive_hours"]
    first = chain.plan.tasks.set_index("id")["remaining_hours"].reindex(mine.index)
    rows = []
    for plan in schedules:
        now = plan.tasks.set_index("id").reindex(mine.index)
        left = (now["remaining_hours"].fillna(0.0) / first.where(first > 0)).fillna(0.0).clip(0, 1)
        late = plan.calendars[""].hours_between(end, now["finish"].max())
        rows.append((plan.status_date, 100 - 100 * (left @ mine) / mine.sum(), 100 * late / buffer))
    used = pd.DataFrame(rows, columns=["status_date", "chain_percent", "buffer_percent"])
    for name, at in (("plan_at_percent", PLAN_AT), ("act_at_percent", ACT_AT)):
        used[name] = at * (0.5 + used["chain_percent"] / 100)
    is_over = [
        used["buffer_percent"] > used[name] for name in ("act_at_percent", "plan_at_percent")
    ]
    return used.assign(signal=np.select(is_over, ["red", "amber"], "green"))
