"""What is to be levelled: a plan as its links have it, the people it needs, what may move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.calendars import DAY, MISSING, WEEK, Minutes, minutes_of
from pmtools.errors import Problem, ProjectError
from pmtools.schedule import Schedule, kernel
from pmtools.schedule.arrays import Arrays, State
from pmtools.schedule.critical_path import arrays_of, state_of
from pmtools.schedule.levelling.capacity import ROUNDING, Free, Need, first_fit, free_of
from pmtools.schedule.limits import NEVER, Limits
from pmtools.schedule.network import FIRST, Network
from pmtools.words import number, plain

NOT_DELAYED = 1000
"""The priority of a task that people do not delay."""


@dataclass(frozen=True)
class Case:
    """By node, what moves and what it needs.

    - state: the early dates without people; `end` is the finish of the work
    - needs: whom each node needs; `free` has what is left of each when all that stays is taken,
      `whole` all of it; `resources` their rows of table `resources`
    - moves: it can come later than in `state`; `waits`: also for people
    - reference, weight: its start in the current plan (working minutes); what a minute costs
    - latest: the last start (working minutes) that breaks no limit; NEVER where there is none
    - after: the nodes after it that move
    """

    network: Network
    limits: Limits
    arrays: Arrays
    state: State
    needs: list[list[Need]]
    resources: pd.DataFrame
    whole: list[Free]
    free: list[Free]
    moves: np.ndarray
    waits: np.ndarray
    reference: Minutes
    weight: Minutes
    latest: Minutes
    after: list[list[int]]

    @property
    def end(self) -> int:
        """The same without people."""
        return self.end_of(self.state)

    def end_of(self, state: State) -> int:
        """The instant at which the work is finished, in minutes since 1970."""
        nodes, placed = self.arrays.nodes, state.nodes
        stands = (nodes["duration"] == 0) & ~nodes["is_started"]
        finish = np.where(stands, 0, placed["finish"])
        instants = np.where(stands, placed["instant"], self.network.at(finish, "finish"))
        return int(instants[nodes["is_ending"]].max())

    def span(self, state: State, node: int) -> tuple[int, int]:
        """From when to when a node is worked on, in minutes since 1970."""
        placed, calendar = state.nodes[node], self.network.calendar[node]
        return (
            int(kernel.start_at(self.arrays.clocks, calendar, placed["start"])),
            int(kernel.finish_at(self.arrays.clocks, calendar, placed["finish"])),
        )

    def fit(self, free: list[Free], state: State, node: int) -> tuple[int, list[int]]:
        """The first start from that in `state` on at which all are free; see `first_fit`."""
        work = int(state.nodes["start"][node]), int(state.nodes["finish"][node])
        calendar = int(self.network.calendar[node])
        return first_fit(free, self.needs[node], calendar, work, self.span(state, node))

    def take(self, free: list[Free], state: State, node: int) -> None:
        """What a node needs while it is worked on is not free any more."""
        span = self.span(state, node)
        for need in self.needs[node]:
            free[need.resource].take(int(self.network.calendar[node]), *span, need.units)


def case_of(
    network: Network, limits: Limits, before: Schedule, *, within_float: bool = False
) -> Case:
    """What is to be levelled; `before` is the current plan.

    Raises
    ------
    ProjectError
        With one problem for each assignment that asks for more of a resource than there ever is.
    """
    arrays = arrays_of(network, limits)
    state = state_of(arrays, limits)
    kernel.forward(arrays, state)
    kernel.backward(arrays, state)
    rows, needs = _needs(network, limits)
    resources = network.project.resources.iloc[rows]
    priority = network.of_task("priority")
    is_needing = np.array([bool(each) for each in needs])
    is_open = limits.begin == MISSING
    waits = is_needing & is_open & (priority < NOT_DELAYED)
    waits &= state.nodes["start"] < limits.cap
    case = Case(
        network, limits, arrays, state, needs, resources, [], [], _moving(arrays, state, waits),
        waits, *_current(network, limits, before), latest=np.full(len(needs), NEVER), after=[],
    )  # fmt: skip
    case.latest[:] = _latest(case, within_float)
    case.after.extend(_successors(case))
    case.whole.extend(_all_of(case))
    _refuse_impossible(case)
    case.free.extend(free.copy() for free in case.whole)
    for node in np.flatnonzero(is_needing & ~case.moves).tolist():
        case.take(case.free, state, node)
    return case


def _needs(network: Network, limits: Limits) -> tuple[Minutes, list[list[Need]]]:
    """Rows of the resources that matter, and the needs of each node by their positions.

    Material, amounts that do not grow with time and level of effort are not levelled.
    """
    project, count = network.project, len(network.task)
    assigned = project.assignments
    node = pd.Index(project.tasks["id"].array[network.task[network.is_leaf]])
    node = node.get_indexer(assigned["task_id"])
    row = pd.Index(project.resources["id"]).get_indexer(assigned["resource_id"])
    is_levelled = (project.resources["kind"] != "material").to_numpy()
    is_open = ~limits.is_finished & ~network.is_support & (limits.duration > 0)
    units = assigned["units"].to_numpy()
    chosen = (node >= 0) & (row >= 0) & (units > 0) & ~assigned["is_fixed_quantity"].to_numpy(bool)
    chosen &= is_levelled[row] & is_open[node]
    rows, position = np.unique(row[chosen], return_inverse=True)
    needs: list[list[Need]] = [[] for _ in range(count)]
    for at, place, amount in zip(node[chosen], position, units[chosen], strict=True):
        needs[at].append(Need(int(place), float(amount)))
    return rows, needs


def _current(network: Network, limits: Limits, before: Schedule) -> tuple[Minutes, Minutes]:
    """Where each node starts in the current plan, and what it costs to move it."""
    planned = before.tasks.set_index("id")["early_start"].reindex(network.project.tasks["id"])
    is_work = network.is_leaf & (limits.duration > 0)
    start = network.before(minutes_of(planned)[network.task])
    weight = 1 + network.of_task("priority").astype(np.int64)
    return np.where(is_work, start, 0), np.where(is_work, weight, 0)


def _moving(arrays: Arrays, state: State, waits: np.ndarray) -> np.ndarray:
    """Which nodes may come later: those that wait for people, and what follows them."""
    moves, nodes = waits.copy(), arrays.nodes
    is_led = nodes["is_linked"] & (state.nodes["start"] < nodes["cap"])
    for node in arrays.order[is_led[arrays.order]].tolist():
        into = into_of(arrays, state, node)
        moves[node] |= moves[arrays.links["before"][into]].any()
    return moves


def into_of(arrays: Arrays, state: State, node: int) -> Minutes:
    """The links that can hold a node back; of the first start of a summary only the first."""
    mine = arrays.nodes[node]
    into = arrays.into_link[mine["into"] : mine["into_end"]]
    if mine["role"] == FIRST:
        return into[[state.reached[into].argmin()]]
    return into if mine["is_linked"] else into[:0]


def _successors(case: Case) -> list[list[int]]:
    """The nodes that move after each."""
    found: list[list[int]] = [[] for _ in case.needs]
    links = case.arrays.links[case.arrays.into_link]
    for before, after in links[["before", "after"]].tolist():
        if case.moves[before] and case.moves[after]:
            found[before].append(after)
    return found


def _latest(case: Case, within_float: bool) -> Minutes:
    """The last start that keeps the finish (within float), or the caps of all that follows."""
    arrays, limits, nodes = case.arrays, case.limits, case.state.nodes
    if within_float:
        return np.maximum(nodes["late"] - limits.duration, nodes["start"])
    if not (limits.cap < NEVER).any():
        return case.latest
    state = State(nodes.copy(), case.state.reached, case.state.is_felt)
    end = case.end + 100 * 53 * WEEK
    state.nodes["end"] = case.network.before(np.full(len(nodes), end))
    late = []
    for cap in (limits.cap, np.full_like(limits.cap, NEVER)):
        capped = arrays.nodes.copy()
        capped["latest"] = np.where(cap < NEVER, cap + limits.duration, NEVER)
        kernel.backward(arrays._replace(nodes=capped), state)
        late.append(state.nodes["late"] - limits.duration)
    return np.where(late[0] < late[1], np.maximum(late[0], nodes["start"]), NEVER)


def _all_of(case: Case) -> list[Free]:
    """Each resource from the first work to when all tasks one after another would be done."""
    network, availability = case.network, case.network.project.availability
    nodes = [node for node, needs in enumerate(case.needs) if needs]
    if not nodes:
        return []
    calendars = network.calendars
    used = [calendars.by_position[p] for p in np.unique(network.calendar[nodes])]
    spans = [case.span(case.state, node) for node in nodes]
    last = max([case.end, *(finish for _, finish in spans)])
    total = int(case.limits.duration[nodes].sum())
    if len(known := availability[availability["resource_id"].isin(case.resources["id"])]):
        last = max(last, int(minutes_of(known["to"]).max()) + DAY)
    ends = [c.instant_at(c.minutes_before(last) + total) for c in used if c.borders.week > 0]
    span = min([case.end, *(start for start, _ in spans)]) - WEEK, max([last, *ends]) + WEEK
    who: list[set[int]] = [set() for _ in range(len(case.resources))]
    for node in nodes:
        for need in case.needs[node]:
            who[need.resource].add(int(network.calendar[node]))
    return [
        free_of(
            row,
            availability[availability["resource_id"] == row["id"]],
            calendars.by_id[row["calendar_id"]],
            {position: calendars.by_position[position] for position in mine},
            span,
        )
        for (_, row), mine in zip(case.resources.iterrows(), who, strict=True)
    ]


def _refuse_impossible(case: Case) -> None:
    """Name every task that nobody could ever do; days off that a task cannot avoid do not count."""
    problems, project, whole = [], case.network.project, case.whole
    for node in np.flatnonzero(case.waits).tolist():
        needs = case.needs[node]
        short = [need for need in needs if need.units > whole[need.resource].most + ROUNDING]
        if not short and case.fit(whole, case.state, node)[0] == MISSING:
            for need in needs:
                whole[need.resource].is_off_heeded = False
            if case.fit(whole, case.state, node)[0] == MISSING:
                short = needs
        task = plain(project.tasks["name"].iloc[case.network.task[node]])
        for need in short:
            name, most = case.resources["name"].iloc[need.resource], whole[need.resource].most
            found = f'task "{task}" needs {number(need.units, 2)} of "{plain(name)}", of which '
            found += f"there is never more than {number(most, 2)} for as long as it takes"
            remedy = "Lower the units, shorten the task, or raise the capacity."
            problems.append(Problem(project.place("assignments"), found, "", remedy, "too-much"))
    if problems:
        raise ProjectError(problems)
