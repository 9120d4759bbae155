"""Resource limits in every trial: one list schedule each, by the rules of `pm.level`.

Serial schedule generation in one order for all trials, so that they differ by their durations
alone: that of the better of the two priority rules from which levelling begins.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from heapq import heapify, heappop, heappush

import numpy as np

from pmtools.calendars import MISSING, Minutes
from pmtools.errors import ProjectError
from pmtools.schedule import Schedule, schedule
from pmtools.schedule.critical_path import pass_both_ways
from pmtools.schedule.kernel import compiled, earliest, finish_at, settle, start_at
from pmtools.schedule.levelling import rules_of, unlevelled
from pmtools.schedule.levelling.capacity import ROUNDING
from pmtools.schedule.levelling.case import Case, case_of
from pmtools.schedule.levelling.placement import place_in
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.progress import progress_of
from pmtools.simulate.kernel import note, put
from pmtools.simulate.model import Model, longest_of
from pmtools.simulate.networks import own_rules, trial_network

People = namedtuple(
    "People",
    "sequence waits latest need need_end resource units column is_off_heeded "
    "count edges left is_off worked usual_count usual_edges usual_left usual_is_off usual_worked",
)
"""The order of the nodes, whom they need, and what is free of each resource between `edges`.

`worked`: working minutes before each edge, by resource and `column` of a calendar. What is `usual`
is so before anything is planned. See `schedule.levelling.capacity`.
"""


def limited(model: Model) -> tuple[Model, list[People]]:
    """The model without lanes and earlier levelling, and the people of each of its networks."""
    longest, networks, people = _longest(model), [], []
    for network in model.networks:
        plan = schedule(network.project, options=network.options)
        people.append(people_of(plan, longest))
        free = trial_network(unlevelled(plan.project, plan), plan.options)
        networks.append(replace(free, lanes=None))
    return replace(model, networks=tuple(networks)), people


def passes_of(people: list[People], model: Model) -> list[Callable[..., None]]:
    """What schedules trials on each network, with arrays that one thread can write to."""
    now = ("count", "edges", "left", "is_off", "worked")
    return [
        partial(
            limited_passes,
            each._replace(**{name: getattr(each, name).copy() for name in now}),
            own_rules(network.rules),
        )
        for each, network in zip(people, model.networks, strict=True)
    ]


def _longest(model: Model) -> Minutes:
    """The most that the tasks can take, by node."""
    found = model.networks[0].duration.copy()
    found[model.node] = np.maximum(found[model.node], np.ceil(longest_of(model)))
    return found


def people_of(plan: Schedule, longest: Minutes) -> People:
    """Who is needed and free, as far as the `longest` durations of the nodes can reach.

    Raises
    ------
    ProjectError
        As `pm.level`, for each assignment that asks for more than there ever is.
    """
    network = network_of(unlevelled(plan.project, plan), plan.options)
    progress = progress_of(network)
    limits = limits_of(network, progress)
    case = case_of(network, limits, plan)
    keys = min(rules_of(case), key=lambda each: place_in(case, each).cost)
    try:
        wide = case_of(network, limits_of(network, progress, longest - limits.duration), plan).whole
    except ProjectError:  # at its longest a task outlasts those who do it; in the plan it does not
        wide = case.whole
    columns = np.unique(network.calendar)
    column = np.zeros(network.calendar.max() + 1, np.int64)
    column[columns] = np.arange(len(columns))
    needs = [need for each in case.needs for need in each]
    n_needs = np.array([len(each) for each in case.needs])
    uses = np.bincount([need.resource for need in needs], minlength=len(wide))
    size = max([len(free.edges) + 2 * int(n) for free, n in zip(wide, uses, strict=True)] or [0])
    count = np.array([len(free.edges) for free in wide], np.int64)
    edges = np.zeros((len(wide), size), np.int64)
    left, is_off = np.zeros(edges.shape), np.zeros(edges.shape, bool)
    worked = np.zeros((len(wide), len(columns), size), np.int64)
    for row, free in enumerate(wide):
        edges[row, : len(free.edges)] = free.edges
        left[row, : len(free.left)], is_off[row, : len(free.is_off)] = free.stated, free.is_off
        for calendar, minutes in free.worked.items():
            worked[row, column[calendar], : len(minutes)] = minutes
    return People(
        sequence=_sequence(case, keys), waits=case.waits, latest=case.latest,
        need=np.cumsum(n_needs) - n_needs, need_end=np.cumsum(n_needs),
        resource=np.array([need.resource for need in needs], np.int64),
        units=np.array([need.units for need in needs], np.float64), column=column,
        is_off_heeded=np.array([free.is_off_heeded for free in wide], bool),
        count=count, edges=edges, left=left, is_off=is_off, worked=worked, usual_count=count,
        usual_edges=edges, usual_left=left, usual_is_off=is_off, usual_worked=worked,
    )  # fmt: skip


def _sequence(case: Case, keys: Minutes) -> Minutes:
    """What stays where it is, then the rest in the order of `placement.place_in`."""
    order = case.arrays.order
    n_before = np.bincount(
        [node for nodes in case.after for node in nodes], minlength=len(case.needs)
    )
    priority = np.where(case.waits, keys, MISSING).tolist()
    heap = [(priority[n], n) for n in np.flatnonzero(case.moves & (n_before == 0)).tolist()]
    heapify(heap)
    found = order[~case.moves[order]].tolist()
    while heap:
        found.append(heappop(heap)[1])
        for after in case.after[found[-1]]:
            n_before[after] -= 1
            if n_before[after] == 0:
                heappush(heap, (priority[after], after))
    return np.array(found, np.int64)


@compiled
def limited_passes(p, n, r, chosen, past, watched):  # type: ignore[no-untyped-def]
    """The chosen trials, everybody asked for no more than there is; see `kernel.passes`."""
    for k in chosen:
        put(n, r, k)
        level(p, n.a, n.s)
        pass_both_ways(n.a, n.s, n.earliest, n.is_late, False)
        note(n, r, k, past, watched)


@compiled
def level(p, a, s):  # type: ignore[no-untyped-def]
    """Raise the floor of every node to where those it needs are free; the rest follows."""
    p.count[:], p.edges[:], p.left[:] = p.usual_count, p.usual_edges, p.usual_left
    p.is_off[:], p.worked[:] = p.usual_is_off, p.usual_worked
    for node in p.sequence:
        start, mine = earliest(a, s, node), a.nodes[node]
        if p.need[node] == p.need_end[node]:
            continue
        if p.waits[node]:
            fit = _first_fit(p, node, p.column[mine.calendar], start, mine.duration)
            if fit > start and fit <= p.latest[node] and fit <= mine.cap:
                settle(a, s, node, fit)
                start = s.nodes[node].start
        first = start_at(a.clocks, mine.calendar, start)
        last = finish_at(a.clocks, mine.calendar, start + mine.duration)
        for at in range(p.need[node], p.need_end[node]):
            _take(p, p.resource[at], p.column[mine.calendar], first, last, p.units[at])


@compiled
def _first_fit(p, node, column, start, duration):  # type: ignore[no-untyped-def]
    """The first start from `start` on at which everybody is free; all are after the last edge."""
    is_settled = False
    while not is_settled:
        is_settled = True
        for at in range(p.need[node], p.need_end[node]):
            fit = _fit(p, p.resource[at], column, start, duration, p.units[at])
            if fit > start:
                start, is_settled = fit, False
    return start


@compiled
def _fit(p, row, column, start, duration, units):  # type: ignore[no-untyped-def]
    """The same for one resource, in working minutes of the task."""
    worked, count = p.worked[row, column], p.count[row]
    at = max(np.searchsorted(worked[:count], start, side="right") - 1, 0)
    while at + 1 < count and worked[at] < start + duration:
        is_short = p.left[row, at] < units - ROUNDING
        is_short |= p.is_off[row, at] and p.is_off_heeded[row]
        if is_short and worked[at + 1] > worked[at]:
            start = max(start, worked[at + 1])
        at += 1
    return start


@compiled
def _take(p, row, column, first, last, units):  # type: ignore[no-untyped-def]
    """What a task needs from `first` to `last` is not free any more."""
    begin = _split(p, row, first)
    end = _split(p, row, last)
    for at in range(begin, end):
        if p.worked[row, column, at + 1] > p.worked[row, column, at]:
            p.left[row, at] -= units


@compiled
def _split(p, row, minute):  # type: ignore[no-untyped-def]
    """The position of an edge at that minute, which is put in where there is none."""
    edges, left, is_off, worked = p.edges[row], p.left[row], p.is_off[row], p.worked[row]
    count = p.count[row]
    at = np.searchsorted(edges[:count], minute)
    if at == 0 or at == count or edges[at] == minute:
        return min(at, count - 1)
    for place in range(count, at, -1):
        edges[place], left[place] = edges[place - 1], left[place - 1]
        is_off[place] = is_off[place - 1]
        for column in range(len(worked)):
            worked[column, place] = worked[column, place - 1]
    for column in range(len(worked)):
        more = min(minute - edges[at - 1], worked[column, at + 1] - worked[column, at - 1])
        worked[column, at] = worked[column, at - 1] + more
    edges[at], left[at], is_off[at] = minute, left[at - 1], is_off[at - 1]
    p.count[row] += 1
    return at
