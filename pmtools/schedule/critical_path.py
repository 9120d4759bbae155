"""Forward and backward pass of the critical path method over the arrays of a network.

Every node counts in the working minutes of its own calendar, so that adding a duration is one
addition; only a link between two calendars goes through instants. In working time, Friday 17:00
and Monday 08:00 are one.

Forward: FS start >= finish + lag; SS start >= start + lag; FF finish >= finish + lag; SF finish >=
start + lag. Backward the same from the late dates, capped at the finish of the project, a deadline
or a constraint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmtools.calendars import MISSING, Minutes
from pmtools.schedule.clock import Clock
from pmtools.schedule.limits import Limits
from pmtools.schedule.network import FF, FIRST, FS, LEAF, SF, SS, Network


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
    walk = _Walk(network, limits)
    walk.forward()
    late = np.array(walk.backward(), np.int64)
    if limits.is_late.any():
        if network.options.late_as_possible == "total":
            latest_start = np.where(limits.is_late, late - limits.duration, MISSING)
            walk.floor = np.maximum(limits.floor, latest_start).tolist()
        else:
            walk.free_finish(moves_late_tasks=True)
        walk.forward()
    found = (walk.start, walk.finish, walk.begin, walk.instant, walk.reached)
    start, finish, begin, instant, reached = (np.array(each, np.int64) for each in found)
    free = np.array(walk.free_finish(), np.int64)
    return Dates(start, finish, begin, instant, reached, late, free)


class _Walk:
    """The arrays of a network as lists, which Python's loops read fastest."""

    def __init__(self, network: Network, limits: Limits) -> None:
        self.order, self.incoming, self.outgoing = network.order, network.incoming, network.outgoing
        self.role, self.calendar = network.role.tolist(), network.calendar.tolist()
        self.clocks = [Clock(calendar) for calendar in network.calendars.by_position]
        self.before, self.after = network.predecessor.tolist(), network.successor.tolist()
        self.kind, self.lag = network.kind.tolist(), network.lag.tolist()
        self.lag_calendar = network.lag_calendar.tolist()
        mine = network.calendar[network.successor]
        is_on_mine = (network.lag == 0) | (network.lag_calendar == mine)
        self.is_plain = ((network.calendar[network.predecessor] == mine) & is_on_mine).tolist()
        self.is_from_finish = np.isin(network.kind, (FS, FF)).tolist()
        self.duration, self.floor = limits.duration.tolist(), limits.floor.tolist()
        self.floor_instant = limits.floor_instant.tolist()
        self.cap, self.is_finish_cap = limits.cap.tolist(), limits.is_finish_cap.tolist()
        self.latest = limits.latest.tolist()
        self.is_linked = (~(limits.is_fixed | limits.ignores_links)).tolist()
        self.is_started = (limits.begin != MISSING).tolist()
        self.is_held = (limits.is_pinned | limits.is_finished).tolist()
        self.is_late, self.resume = limits.is_late.tolist(), limits.resume.tolist()
        self.to_first = np.flatnonzero(network.role[network.successor] == FIRST).tolist()
        leads_on = np.bincount(network.predecessor, minlength=len(self.order)) > 0
        is_deaf = limits.is_finished | limits.ignores_links | (network.is_support & ~leads_on)
        is_past = np.isin(network.kind, (SS, SF)) & (limits.begin != MISSING)[network.predecessor]
        self.is_felt = (~(is_deaf[network.successor] | is_past)).tolist()
        self.felt: list[list[int]] = []
        count = len(self.order)
        self.start, self.finish, self.instant = [0] * count, [0] * count, [0] * count
        self.begin, self.reached = limits.begin.tolist(), [0] * len(self.before)
        work = network.is_leaf & ~network.is_support
        self.support = np.flatnonzero(network.is_support).tolist()
        self.ending = np.flatnonzero(work if work.any() else network.is_leaf).tolist()
        self.end = 0

    def forward(self) -> None:
        """The earliest start and finish of every node, predecessors first."""
        for node in self.order:
            duration, best = self.duration[node], self.floor[node]
            for link in self.incoming[node]:
                reached = self.reach(link)
                self.reached[link] = reached - duration if self.kind[link] >= FF else reached
            allowed = [self.reached[link] for link in self.incoming[node]]
            if self.role[node] == FIRST:
                best = min(allowed)
            elif self.is_linked[node]:
                best = max([best, *allowed])
            best = min(best, self.cap[node])
            self.start[node], self.finish[node] = best, best + duration
            if not self.is_started[node]:
                self.begin[node] = best
            if duration == 0:
                self.instant[node] = self._stand(node, best)
        self.end = max(self.event(node, True) for node in self.ending)
        self.felt = self._felt()

    def _felt(self) -> list[list[int]]:
        """The links through which a delay of each node would reach a successor."""
        is_felt = self.is_felt.copy()
        for link in self.to_first:
            is_first = self.event(self.before[link], False) == self.instant[self.after[link]]
            is_felt[link] = is_felt[link] and is_first
        return [[link for link in links if is_felt[link]] for links in self.outgoing]

    def reach(self, link: int) -> int:
        """What a link says of its successor's start or finish, on the successor's calendar."""
        if self.is_plain[link]:
            worked = self.finish if self.is_from_finish[link] else self.begin
            return worked[self.before[link]] + self.lag[link]
        return self.clocks[self.calendar[self.after[link]]].before(self.reach_instant(link))

    def reach_instant(self, link: int) -> int:
        """The same as an instant."""
        instant, lag = self.event(self.before[link], self.is_from_finish[link]), self.lag[link]
        if lag == 0:
            return instant
        clock = self.clocks[self.lag_calendar[link]]
        return clock.finish(clock.before(instant) + lag)

    def event(self, node: int, is_finish: bool) -> int:
        """The instant a node finishes, or starts."""
        if self.duration[node] == 0 and not self.is_started[node]:
            return self.instant[node]
        clock = self.clocks[self.calendar[node]]
        return clock.finish(self.finish[node]) if is_finish else clock.start(self.begin[node])

    def _stand(self, node: int, worked: int) -> int:
        """A milestone stands where its predecessor finished, not on the next working morning."""
        clock = self.clocks[self.calendar[node]]
        evening = clock.finish(worked)
        if self.cap[node] == worked and self.is_finish_cap[node]:
            return evening
        links = (link for link in self.incoming[node] if self.reached[link] == worked)
        arrivals = [self.reach_instant(link) for link in links]
        if self.floor[node] == worked:
            arrivals.append(self.floor_instant[node])
        return evening if arrivals and max(arrivals) <= evening else clock.start(worked)

    def backward(self) -> list[int]:
        """The latest finish of every node that delays neither the project nor a limit."""
        late = [min(pair) for pair in zip(self._ends(), self.latest, strict=True)]
        for node in reversed(self.order):
            if self.is_held[node]:
                continue
            for link in self.felt[node]:
                after = self.after[link]
                upper = late[after]
                if self.kind[link] <= SS:
                    resume = self.resume[after]
                    upper = upper - self.duration[after] if resume == MISSING else resume
                late[node] = min(late[node], self.retreat(link, upper))
        return late

    def _ends(self) -> list[int]:
        """The finish of the project in the working minutes of each node's calendar.

        It is that of the work; support may go on after it.
        """
        worked = [clock.before(self.end) for clock in self.clocks]
        ends = [worked[calendar] for calendar in self.calendar]
        for node in self.support:
            ends[node] = max(ends[node], self.finish[node])
        return ends

    def retreat(self, link: int, upper: int) -> int:
        """The latest finish of the predecessor with which the successor is not past `upper`."""
        node, lag = self.before[link], self.lag[link]
        if self.is_plain[link]:
            worked = upper - lag
        else:
            clock = self.clocks[self.calendar[self.after[link]]]
            is_over = clock.week == 0 and upper == clock.total
            instant = clock.finish(upper) if is_over else clock.start(upper)
            if lag != 0:
                clock = self.clocks[self.lag_calendar[link]]
                instant = clock.start(clock.before(instant) - lag)
            worked = self.clocks[self.calendar[node]].before(instant)
        return worked if self.is_from_finish[link] else worked + self.duration[node]

    def free_finish(self, *, moves_late_tasks: bool = False) -> list[int]:
        """The latest finish of each node that delays no successor's early dates.

        Tasks that shall start late can be moved to where they just delay none.
        """
        ends = self._ends()
        free = ends.copy()
        for node in reversed(self.order):
            if links := self.felt[node]:
                free[node] = min(self.retreat(link, self._upper(link, free)) for link in links)
            move = min(free[node], ends[node], self.latest[node]) - self.finish[node]
            if moves_late_tasks and self.is_late[node] and move > 0:
                self.start[node] += move
                self.finish[node] += move
                self.floor[node] = self.start[node]
        return free

    def _upper(self, link: int, free: list[int]) -> int:
        after = self.after[link]
        if self.role[after] != LEAF:
            return free[after]
        return self.start[after] if self.kind[link] <= SS else self.finish[after]
