"""Early and late dates of a network by the critical path method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmtools.calendars import MISSING, Minutes, WorkCalendar
from pmtools.schedule import kernel
from pmtools.schedule.kernel import Arrays, State, records
from pmtools.schedule.limits import Limits
from pmtools.schedule.network import SF, SS, Network
from pmtools.schedule.task_calendars import AROUND_THE_CLOCK


@dataclass(frozen=True)
class Dates:
    """The result of both passes, in working minutes of each node's own calendar.

    `start` and `finish` are those of what remains, `duration` all that a task takes; `instant` is
    where a node without duration stands, in minutes since 1970; `reached` the start that each link
    alone would allow its successor; `free` the finish that delays no successor.
    """

    start: Minutes
    finish: Minutes
    duration: Minutes
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
    return _of_tasks(network, limits, arrays, state)


def _of_tasks(network: Network, limits: Limits, arrays: Arrays, state: State) -> Dates:
    """What the passes found; of finished points what really was, counted on their own calendar."""
    start, finish, begin, instant, late, free = (
        state.nodes[name].copy() for name in ("start", "finish", "begin", "instant", "late", "free")
    )
    into_point = limits.is_point[network.successor]
    reached = state.reached.copy()
    reached[into_point] = network.calendars.ask(
        network.calendar[network.successor[into_point]],
        WorkCalendar.minutes_before,
        WorkCalendar.always().instant_at(reached[into_point]),
    )
    start = np.where(limits.is_point, limits.begin, start)
    finish = np.where(limits.is_point, limits.begin + limits.took, finish)
    begin = np.where(limits.begin == MISSING, start, limits.begin)
    is_paused = limits.is_fixed | limits.is_finished
    duration = np.where(is_paused, limits.took, finish - begin)
    return Dates(start, finish, duration, instant, reached, late, free)


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
    calendar = np.where(limits.is_point, AROUND_THE_CLOCK, network.calendar)
    mine = calendar[network.successor]
    is_on_mine = (limits.lag == 0) | (network.lag_calendar == mine)
    into, into_end, into_link = _by_node(network.successor, count)
    out, out_end, out_link = _by_node(network.predecessor, count)
    leads_on = out_end > out
    is_deaf = limits.is_deaf | (network.is_support & ~leads_on)
    is_past = np.isin(network.kind, (SS, SF)) & limits.is_fixed[network.predecessor]
    work = network.is_leaf & ~network.is_support
    nodes = records(
        kernel.NODE, count, role=network.role, calendar=calendar,
        duration=limits.duration, floor_instant=limits.floor_instant, cap=limits.cap,
        latest=limits.latest, delay=limits.delay, into=into, into_end=into_end, out=out,
        out_end=out_end, is_finish_cap=limits.is_finish_cap,
        is_linked=limits.is_linked, is_started=limits.is_fixed,
        is_held=limits.is_pinned | (limits.is_fixed & limits.is_finished), is_late=limits.is_late,
        is_leaf=network.is_leaf, is_ending=work if work.any() else network.is_leaf,
        is_support=network.is_support,
        is_open_end=work & ~leads_on & (network.options.open_ends == "critical"),
    )  # fmt: skip
    links = records(
        kernel.LINK, len(network.kind), before=network.predecessor, after=network.successor,
        kind=network.kind, lag=limits.lag, lag_calendar=network.lag_calendar,
        is_plain=(calendar[network.predecessor] == mine) & is_on_mine,
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
