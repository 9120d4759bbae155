"""Early and late dates of a network by the critical path method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmtools.calendars import MISSING, Minutes
from pmtools.schedule import kernel
from pmtools.schedule.kernel import Arrays, State, records
from pmtools.schedule.limits import Limits
from pmtools.schedule.network import SF, SS, Network


@dataclass(frozen=True)
class Dates:
    """The result of both passes, in working minutes of each node's own calendar.

    `begin` is the start that links count from (of a started task its actual start), `instant` where
    a node without duration stands, in minutes since 1970; `reached` the start that each link alone
    would allow its successor; `free` the finish that delays no successor.
    """

    start: Minutes
    finish: Minutes
    begin: Minutes
    instant: Minutes
    reached: Minutes
    late_finish: Minutes
    free: Minutes


def dates_of(network: Network, limits: Limits) -> Dates:
    """Early and late dates of every node."""
    arrays = arrays_of(network, limits)
    state = state_of(arrays, limits)
    try:
        _pass_both_ways(arrays, state, limits, network.options.late_as_possible == "total")
    except OverflowError:
        for calendar in network.calendars.by_position:
            if calendar.borders.week == 0:
                calendar.instant_at(calendar.borders.total)  # raises, with its name
        raise
    start, finish, begin, instant, late, free = (
        state.nodes[name].copy() for name in ("start", "finish", "begin", "instant", "late", "free")
    )
    return Dates(start, finish, begin, instant, state.reached, late, free)


def _pass_both_ways(arrays: Arrays, state: State, limits: Limits, is_late_by_total: bool) -> None:
    kernel.forward(arrays, state)
    kernel.backward(arrays, state)
    if limits.is_late.any():
        late = state.nodes["late"].copy()
        if is_late_by_total:
            latest_start = np.where(limits.is_late, late - limits.duration, MISSING)
            state.nodes["floor"] = np.maximum(limits.floor, latest_start)
        else:
            kernel.free_finish(arrays, state, True)
        kernel.forward(arrays, state)
        state.nodes["late"] = late
    kernel.free_finish(arrays, state, False)


def arrays_of(network: Network, limits: Limits) -> Arrays:
    """What the compiled passes read."""
    count = len(network.order)
    mine = network.calendar[network.successor]
    is_on_mine = (network.lag == 0) | (network.lag_calendar == mine)
    is_started = limits.begin != MISSING
    into, into_end, into_link = _by_node(network.successor, count)
    out, out_end, out_link = _by_node(network.predecessor, count)
    leads_on = out_end > out
    is_deaf = limits.is_finished | limits.ignores_links | (network.is_support & ~leads_on)
    is_past = np.isin(network.kind, (SS, SF)) & is_started[network.predecessor]
    work = network.is_leaf & ~network.is_support
    nodes = records(
        kernel.NODE, count, role=network.role, calendar=network.calendar,
        duration=limits.duration, floor_instant=limits.floor_instant, cap=limits.cap,
        latest=limits.latest, resume=limits.resume, into=into, into_end=into_end, out=out,
        out_end=out_end, is_finish_cap=limits.is_finish_cap,
        is_linked=~(limits.is_fixed | limits.ignores_links), is_started=is_started,
        is_held=limits.is_pinned | limits.is_finished, is_late=limits.is_late,
        is_leaf=network.is_leaf, is_ending=work if work.any() else network.is_leaf,
        is_support=network.is_support,
        is_open_end=work & ~leads_on & (network.options.open_ends == "critical"),
    )  # fmt: skip
    links = records(
        kernel.LINK, len(network.kind), before=network.predecessor, after=network.successor,
        kind=network.kind, lag=network.lag, lag_calendar=network.lag_calendar,
        is_plain=(network.calendar[network.predecessor] == mine) & is_on_mine,
        can_be_felt=~(is_deaf[network.successor] | is_past),
    )  # fmt: skip
    clocks = kernel.clocks_of(network.calendars.by_position)
    return Arrays(clocks, np.array(network.order, np.int64), nodes, links, into_link, out_link)


def _by_node(ends: Minutes, count: int) -> tuple[Minutes, Minutes, Minutes]:
    """The links sorted by the node at one end; where those of each node begin and end."""
    until = np.cumsum(np.bincount(ends, minlength=count)).astype(np.int64)
    return np.r_[0, until[:-1]], until, np.argsort(ends, kind="stable").astype(np.int64)


def state_of(arrays: Arrays, limits: Limits) -> State:
    """Room for what the passes write; floors and actual starts are set."""
    placed = records(kernel.PLACE, len(arrays.nodes), floor=limits.floor, begin=limits.begin)
    count = len(arrays.links)
    return State(placed, np.zeros(count, np.int64), np.zeros(count, bool))
