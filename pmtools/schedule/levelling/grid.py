"""A case on slots of equal length: what the search reads, and its answer as an order."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from pmtools.calendars import MISSING, Minutes, Side, WorkCalendar
from pmtools.schedule.levelling.capacity import Amounts
from pmtools.schedule.levelling.case import Case, into_of
from pmtools.schedule.levelling.placement import Placement
from pmtools.schedule.levelling.problem import Problem
from pmtools.schedule.levelling.search import Found
from pmtools.schedule.limits import NEVER
from pmtools.schedule.network import FIRST
from pmtools.schedule.task_calendars import AROUND_THE_CLOCK

SLOTS = 20_000
LEAST = 100
"""Slots of the first plan: more are made coarser, fewer finer, so that orders differ."""
UNITS = 0x7FFF
"""The search counts resources in 15 bits."""


@dataclass(frozen=True)
class Grid:
    """A problem, and the node of each of its tasks.

    Slot 0 begins when `axis` has worked `origin` minutes, each has `length` of them. `is_exact`
    where nothing was rounded or left out, so that the bound of the search holds.
    """

    problem: Problem
    nodes: Minutes
    axis: WorkCalendar
    origin: int
    length: int
    is_exact: bool

    def keys(self, case: Case, found: Found) -> Minutes:
        """The order in which the search has the nodes."""
        keys = np.zeros(len(case.moves), np.int64)
        keys[self.nodes] = found.start
        return keys

    def bound(self, found: Found) -> int:
        """No plan as punctual is finished before this minute since 1970; MISSING if unknown."""
        if not self.is_exact:
            return MISSING
        slots = found.finish if found.is_optimal else found.bound
        return int(self.axis.instant_at(self.origin + slots * self.length, "finish"))


class _Axis:
    """Slots of working time where all work and lags are on one calendar, else of the clock."""

    def __init__(self, case: Case, nodes: Minutes, links: Minutes, end: int) -> None:
        self.case, self.nodes = case, nodes
        network, self.calendars = case.network, case.network.calendars.by_position
        works = case.limits.duration[nodes] > 0
        lags = case.limits.lag[links] != 0
        used = [case.arrays.nodes["calendar"][nodes][works], network.lag_calendar[links][lags]]
        self.used = np.unique(np.concatenate(used))
        self.is_one = len(self.used) == 1
        self.axis = self.calendars[self.used[0]] if self.is_one else WorkCalendar.always()
        if not self.is_one:
            self.used = np.unique(np.r_[AROUND_THE_CLOCK, self.used])
        self.origin = 0
        self.early = self.instants(case.state.nodes["start"], "start")
        stands = case.limits.duration[nodes] == 0
        self.early[stands] = case.state.nodes["instant"][nodes][stands]
        self.origin = int(self.worked(self.early).min())
        self.end = int(self.worked(end))

    def worked(self, instants: Minutes | int) -> Minutes:
        """Working minutes of the axis after the origin."""
        return np.asarray(self.axis.minutes_before(instants)) - self.origin

    def instants(self, worked: Minutes, side: Side) -> Minutes:
        """The instant of working minutes of each node."""
        calendar, mine = self.case.arrays.nodes["calendar"][self.nodes], worked[self.nodes]
        found = np.zeros(len(mine), np.int64)
        for position in np.unique(calendar):
            chosen = calendar == position
            found[chosen] = self.calendars[position].instant_at(mine[chosen], side)
        return found

    def position(self, calendar: Minutes) -> Minutes:
        """The place of calendars among those in use; the first for all others."""
        return np.where(np.isin(calendar, self.used), np.searchsorted(self.used, calendar), 0)


def grid_of(case: Case, plan: Placement) -> Grid:
    """The problem of a case that `plan` solves: what moves, and who is held by what stays."""
    needing = np.array([bool(each) for each in case.needs])
    nodes, links = np.flatnonzero(case.moves | needing), _links(case)
    place = np.zeros(len(needing), np.int64)
    place[nodes] = np.arange(len(nodes))
    axis, network, limits = _Axis(case, nodes, links, plan.cost[2]), case.network, case.limits
    duration, lag, early = limits.duration[nodes], limits.lag[links], axis.worked(axis.early)
    fine = _fineness(axis, np.concatenate([duration, lag, early]))
    length = fine * max(1, -(-axis.end // (fine * SLOTS)))
    length //= next(
        (n for n in range(1, LEAST) if fine % n == 0 and axis.end * n >= fine * LEAST), 1
    )

    def up(minutes: Minutes) -> Minutes:
        return -(-minutes // length)

    known = axis.worked(case.whole[0].edges[-1]) // length
    horizon = min(int(known), 3 * (axis.end + int(duration.max())) // (2 * length) + 3)
    begins = axis.axis.instant_at(axis.origin + np.arange(horizon + 1) * length)
    earliest = np.minimum(up(early), horizon - up(duration))

    def last(worked: Minutes, side: Side) -> Minutes:
        known = worked[nodes] < NEVER
        found = axis.worked(axis.instants(np.where(worked < NEVER, worked, 0), side)) // length
        return np.where(known, np.clip(found, earliest, horizon), horizon)

    demand, capacity, is_whole = _amounts(case, nodes, begins[:-1])
    before, at = _tables(axis, begins)
    is_free = case.moves & needing & ~case.waits
    calendar = np.where(duration > 0, case.arrays.nodes["calendar"][nodes], -1)
    lag_calendar = np.where(lag != 0, network.lag_calendar[links], -1)
    problem = Problem(
        horizon=horizon, duration=up(duration), calendar=axis.position(calendar),
        predecessor=place[network.predecessor[links]], successor=place[network.successor[links]],
        kind=network.kind[links], lag=up(lag), lag_calendar=axis.position(lag_calendar),
        earliest=earliest, latest=last(case.latest, "start"), due=last(limits.latest, "finish"),
        fixed=np.where(case.moves[nodes], -1, earliest), ignores_capacity=is_free[nodes],
        reference=np.maximum(axis.worked(axis.instants(case.reference, "start")) // length, 0),
        weight=case.weight[nodes], demand=demand, capacity=capacity, before=before, at=at,
    )  # fmt: skip
    is_exact = is_whole and length <= fine and not is_free.any()
    is_exact &= not (case.latest < NEVER).any() and not (network.role[nodes] == FIRST).any()
    return Grid(problem, nodes, axis.axis, axis.origin, length, bool(is_exact))


def _links(case: Case) -> Minutes:
    """Those between nodes that move; of the first start of a summary only the first."""
    moving = np.flatnonzero(case.moves).tolist()
    into = [into_of(case.arrays, case.state, node) for node in moving]
    links = np.concatenate([*into, np.zeros(0, np.int64)])
    return links[case.moves[case.network.predecessor[links]]]


def _fineness(axis: _Axis, spans: Minutes) -> int:
    """The longest slots that hold all spans, shifts and changes of capacity exactly."""
    borders = [spans]
    for free in axis.case.whole:
        worked = axis.worked(free.edges[1:-1])
        works = np.flatnonzero(np.diff(worked) > 0)
        had = free.at(free.edges[1:-1][works])
        changes = works[1:][had[1:] != had[:-1]] if axis.is_one else np.arange(len(worked))
        borders.append(worked[changes])
    for position in axis.used.tolist() if not axis.is_one else ():
        shifts = axis.calendars[position].borders
        borders += [axis.worked(shifts.starts), axis.worked(shifts.finishes)]
    return max(1, int(np.gcd.reduce(np.concatenate(borders))))


def _amounts(case: Case, nodes: Minutes, instants: Minutes) -> tuple[Minutes, Minutes, bool]:
    """What each task needs of each resource, and how many there are in each slot, as integers.

    And whether nothing was rounded.
    """
    units = np.zeros((len(nodes), len(case.whole)))
    for row, node in enumerate(nodes.tolist()):
        for need in case.needs[node]:
            units[row, need.resource] = need.units
    had = np.array([free.at(instants) for free in case.whole])
    had = np.minimum(had, units.sum(axis=0)[:, None])
    for demand, capacity in zip(units.T, had, strict=True):
        scale = _scale(np.unique(np.r_[demand, capacity]))
        demand *= scale
        capacity *= scale
    demand, capacity = np.ceil(units - 0.01), np.floor(had + 0.01)
    is_whole = _is_whole(units) and _is_whole(had)
    return demand.astype(np.int64), capacity.astype(np.int64), is_whole


def _is_whole(values: Amounts) -> bool:
    return bool(np.all(abs(values - np.rint(values)) < 0.01))


def _scale(values: Amounts) -> float:
    """By what units of a resource are whole numbers, if by anything."""
    parts = lcm(*(Fraction(v).limit_denominator(100).denominator for v in values.tolist()))
    most = UNITS / max(float(values[-1]), 1)
    near = (n for n in (parts, 10_000) if n <= most and _is_whole(values * n))
    return next(near, most)


def _tables(axis: _Axis, begins: Minutes) -> tuple[Minutes, Minutes]:
    """`Problem.before` and `Problem.at`; empty for one calendar."""
    if axis.is_one:
        return np.zeros((0, 0), np.int64), np.zeros((0, 0), np.int64)
    horizon, count = len(begins) - 1, len(axis.used)
    before, at = np.zeros((count, horizon + 1), np.int64), np.full((count, horizon + 1), horizon)
    for row, position in enumerate(axis.used.tolist()):
        works = np.diff(axis.calendars[position].minutes_before(begins)) > 0
        before[row, 1:] = np.cumsum(works)
        at[row, : works.sum()] = np.flatnonzero(works)
    return before, at
