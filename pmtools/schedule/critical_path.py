"""Early and late dates of a network by the critical path method."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pmtools.calendars import MISSING, Minutes, WorkCalendar
from pmtools.schedule import kernel
from pmtools.schedule.arrays import (
    FF,
    FS,
    LATEST,
    LEAF,
    LINK,
    NODE,
    PLACE,
    SF,
    SS,
    Arrays,
    State,
    clocks_of,
    records,
)
from pmtools.schedule.limits import NEVER, Limits
from pmtools.schedule.network import CLOSING, FIRST, Network, by_node
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
    late_start: Minutes
    late_finish: Minutes
    free: Minutes


def dates_of(network: Network, limits: Limits) -> Dates:
    """Early and late dates of every node."""
    return settled(network, limits)[1]


def settled(network: Network, limits: Limits) -> tuple[Limits, Dates]:
    """The same, with the limits whose lags are that share of a summary that the dates give."""
    dates = _dates(network, limits)
    for _ in np.unique(network.row[_is_share(network)]):  # one summary may follow another
        lag = _shares(network, limits, dates)
        if (lag == limits.lag).all():
            break
        limits = replace(limits, lag=lag)
        dates = _dates(network, limits)
    return limits, dates


def _is_share(network: Network) -> np.ndarray:
    """Links whose lag is a share of the duration of a summary."""
    is_percent = (network.project.links["lag_kind"] == "percent").to_numpy()
    is_from = (network.row >= 0) & np.isin(network.role[network.predecessor], (CLOSING, FIRST))
    is_from[is_from] = is_percent[network.row[is_from]]
    return is_from


def _shares(network: Network, limits: Limits, dates: Dates) -> Minutes:
    """Lags that are a share of a summary: of the working time from its first to its last task."""
    outline, calendars = network.outline, network.calendars
    links = np.flatnonzero(_is_share(network))
    ancestors, members = outline.pairs()
    leaves = np.searchsorted(outline.leaves, members)
    begin = np.where(limits.begin == MISSING, dates.start, limits.begin)
    first, last = np.full(len(outline.parent), LATEST), np.full(len(outline.parent), MISSING)
    np.minimum.at(first, ancestors, network.at(begin, "start")[leaves])
    np.maximum.at(last, ancestors, network.at(dates.finish, "finish")[leaves])
    row = network.task[network.predecessor[links]]
    hours = calendars.ask(calendars.own[row], WorkCalendar.hours_between, first[row], last[row])
    percent = network.project.links["lag_hours"].to_numpy()[network.row[links]]
    lag = limits.lag.copy()
    lag[links] = np.rint(percent / 100 * hours * 60)
    return lag


def _dates(network: Network, limits: Limits) -> Dates:
    arrays = arrays_of(network, limits)
    state = state_of(arrays, limits)
    try:
        is_total = network.options.late_as_possible == "total"
        pass_both_ways(arrays, state, limits.floor, limits.is_late, is_total)
    except OverflowError:
        for calendar in network.calendars.by_position:
            if calendar.borders.week == 0:
                calendar.instant_at(calendar.borders.total)  # raises, with its name
        raise
    return _stretched(network, limits, _of_tasks(network, limits, arrays, state))


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
    finish, late = (
        np.where(limits.is_point, limits.begin + limits.took, each) for each in (finish, late)
    )
    begin = np.where(limits.begin == MISSING, start, limits.begin)
    is_paused = limits.is_fixed | limits.is_finished
    duration = np.where(is_paused, limits.took, finish - begin)
    return Dates(start, finish, duration, instant, reached, late - limits.duration, late, free)


def _stretched(network: Network, limits: Limits, dates: Dates) -> Dates:
    """Level of effort from the first start to the last finish that its links tie it to, as in P6.

    It decides nothing: it is placed when all others are. Where nothing ties one of its ends, its
    duration counts, and its float is that to the end of the project.
    """
    is_support = network.is_support & ~limits.is_finished
    if not is_support.any():
        return dates
    start, finish = dates.start.copy(), dates.finish.copy()
    late_start, late_finish = dates.late_start.copy(), dates.late_finish.copy()
    for _ in range(is_support.sum()):  # one may be tied to another
        for first, last in ((late_start, late_finish), (start, finish)):
            actual = np.where(limits.begin == MISSING, start, limits.begin)
            ties = _ties(network, is_support, dates, actual if first is start else first, last)
            opens, closes = _tied(network, is_support, ties)
            untied = last if first is late_start else first + finish - start
            is_open = is_support & (opens != LATEST) & (limits.begin == MISSING)
            floor = opens if first is late_start else limits.floor
            first[is_open] = np.maximum(opens, floor)[is_open]
            last[is_support] = np.where(closes == MISSING, untied, closes)[is_support]
        np.minimum(late_start, late_finish, out=late_start)
        np.maximum(start, finish, out=finish)
    is_untied = is_support & (closes == MISSING)
    late_finish = np.where(is_untied, np.maximum(late_finish, finish), late_finish)
    length, into = finish - start, is_support[network.successor]
    ties -= np.where(np.isin(network.kind, (FF, SF)), length[network.successor], 0)
    reached = np.where(into, ties, dates.reached)
    reached = np.where(is_support[network.predecessor], start[network.successor], reached)
    whole = finish - np.where(limits.begin == MISSING, start, limits.begin)
    ends = network.at(finish, "finish")
    return replace(
        dates, start=start, finish=finish, late_start=late_start, late_finish=late_finish,
        reached=reached, duration=np.where(is_support, whole, dates.duration),
        instant=np.where(is_support, np.maximum(ends, limits.floor_instant), dates.instant),
        free=np.where(is_support, late_finish, dates.free),
    )  # fmt: skip


def _ties(
    network: Network, is_support: np.ndarray, dates: Dates, first: Minutes, last: Minutes
) -> Minutes:
    """Where each link puts an end of the level of effort it ties, on the calendar of that."""
    stands = (first == dates.finish) & (last == dates.finish) & ~is_support
    finishes = np.where(stands, dates.instant, network.at(last, "finish"))
    starts = np.where((first == last) & ~is_support, finishes, network.at(first, "start"))
    into, before, after = is_support[network.successor], network.predecessor, network.successor
    other, mine = np.where(into, before, after), np.where(into, after, before)
    is_from_finish = np.isin(network.kind, (FS, FF))
    is_finish = np.where(into, is_from_finish, np.isin(network.kind, (FF, SF)))
    event = np.where(is_finish, finishes[other], starts[other])
    ask, calendar = network.calendars.ask, network.lag_calendar
    lag = np.where(into, network.lag, -network.lag)
    moved = ask(calendar, WorkCalendar.minutes_before, event) + lag
    event = np.where(lag == 0, event, ask(calendar, WorkCalendar.instant_at, moved))
    return ask(network.calendar[mine], WorkCalendar.minutes_before, event)


def _tied(network: Network, is_support: np.ndarray, ties: Minutes) -> tuple[Minutes, Minutes]:
    """The first start and the last finish of each level of effort."""
    count = len(is_support)
    opens, closes = np.full(count, LATEST), np.full(count, MISSING)
    for mine, to_start in ((network.successor, (FS, SS)), (network.predecessor, (SS, SF))):
        is_start, tied = np.isin(network.kind, to_start), is_support[mine]
        np.minimum.at(opens, mine[tied & is_start], ties[tied & is_start])
        np.maximum.at(closes, mine[tied & ~is_start], ties[tied & ~is_start])
    return opens, closes


@kernel.compiled
def pass_both_ways(a, s, floor, is_late, is_late_by_total):  # type: ignore[no-untyped-def]
    """Both passes, and once more where tasks start as late as their free or total float allows."""
    kernel.forward(a, s)
    kernel.backward(a, s)
    if not is_late.any():
        return
    late = s.nodes.late.copy()
    for node in range(len(late)):
        if is_late_by_total:
            latest = late[node] - a.duration[node] if is_late[node] else MISSING
            s.nodes[node].floor = max(floor[node], latest)
        a.nodes[node].is_late = is_late[node] and not is_late_by_total
    if not is_late_by_total:
        kernel.backward(a, s)
        a.nodes.is_late[:] = False
    kernel.forward(a, s)
    kernel.backward(a, s)
    s.nodes.late[:] = late


def arrays_of(network: Network, limits: Limits) -> Arrays:
    """What the compiled passes read."""
    count = len(network.order)
    calendar = np.where(limits.is_point, AROUND_THE_CLOCK, network.calendar)
    mine = calendar[network.successor]
    is_on_mine = (limits.lag == 0) | (network.lag_calendar == mine)
    work = network.is_leaf & ~network.is_support
    between = np.flatnonzero(
        ~(network.is_support[network.predecessor] | network.is_support[network.successor])
    )
    into, into_end, into_link = by_node(network.successor[between], count)
    out, out_end, out_link = by_node(network.predecessor[between], count)
    is_past = np.isin(network.kind, (SS, SF)) & limits.is_fixed[network.predecessor]
    nodes = records(
        NODE, count, role=network.role, calendar=calendar,
        duration=limits.duration, floor_instant=limits.floor_instant, cap=limits.cap,
        latest=limits.latest, delay=limits.delay, into=into, into_end=into_end, out=out,
        out_end=out_end, is_finish_cap=limits.is_finish_cap,
        is_linked=limits.is_linked, is_started=limits.is_fixed,
        is_held=limits.is_pinned | (limits.is_fixed & limits.is_finished),
        is_ending=work if work.any() else network.is_leaf,
        is_open_end=work & (out_end == out) & (network.options.open_ends == "critical"),
    )  # fmt: skip
    links = records(
        LINK, len(network.kind), before=network.predecessor, after=network.successor,
        kind=network.kind, lag=limits.lag, lag_calendar=network.lag_calendar,
        is_plain=(calendar[network.predecessor] == mine) & is_on_mine,
        can_be_felt=~(limits.is_deaf[network.successor] | is_past),
    )  # fmt: skip
    into_link, out_link = between[into_link], between[out_link]
    is_simple, weight = _plain(nodes, links)
    if network.options.is_work_after_status_date:  # P6: finishes in free time, start milestones
        is_late = ~links["is_plain"] & np.isin(network.kind, (FF, SF))
        nodes["may_wait"][links["after"][is_late]] = True
        nodes["opens"][links["before"]] = True
        nodes["opens"][links["before"][np.isin(network.kind, (FS, FF))]] = False
        nodes["opens"] &= network.is_leaf & ~limits.is_finish_cap
        nodes["opens"] |= network.is_start_milestone
        nodes["opens"] &= ~limits.is_finished
    return Arrays(
        clocks_of(network.calendars.by_position), network.order, nodes, links, into_link, out_link,
        into, into_end, network.predecessor[into_link], weight[into_link],
        out, out_end, network.successor[out_link], weight[out_link],
        limits.duration, *is_simple,
    )  # fmt: skip


def _plain(nodes: Any, links: Any) -> tuple[tuple[np.ndarray, np.ndarray], Minutes]:
    """Nodes that are plain forward and backward, and how long before its successor a link starts.

    From start to start every link is one number where both count on one calendar.
    """
    before, after = links["before"], links["after"]
    length = np.where(np.isin(links["kind"], (FS, FF)), nodes["duration"][before], 0)
    length -= np.where(np.isin(links["kind"], (FF, SF)), nodes["duration"][after], 0)
    is_odd = (nodes["role"] != LEAF) | nodes["is_started"] | (nodes["delay"] != 0)
    is_busy = ~links["is_plain"] | nodes["is_started"][before]
    forward = ~is_odd & nodes["is_linked"] & (nodes["duration"] > 0) & (nodes["cap"] == NEVER)
    forward[after[is_busy]] = False
    forward[before[is_busy | is_odd[after] | (nodes["duration"][after] == 0)]] = False
    backward = ~is_odd & ~nodes["is_held"]
    backward[before[is_busy | is_odd[after] | ~links["can_be_felt"]]] = False
    return (forward, backward), length + links["lag"]


def state_of(arrays: Arrays, limits: Limits) -> State:
    """Room for what the passes write; floors and actual starts are set."""
    placed = records(PLACE, len(arrays.nodes), floor=limits.floor, begin=limits.begin)
    count = len(arrays.links)
    return State(placed, np.zeros(count, np.int64), np.zeros(count, bool))
