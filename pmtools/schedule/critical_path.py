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
    project_finish: int


def dates_of(network: Network, limits: Limits, late_as_possible: str) -> Dates:
    """Early and late dates of every node.

    Parameters
    ----------
    network, limits
        As `network_of` and `limits_of` give them.
    late_as_possible
        Which float the tasks that shall start late use up: "free" or "total".
    """
    walk = _Walk(network, limits)
    walk.forward()
    late = walk.backward()
    if limits.is_late.any():
        if late_as_possible == "total":
            walk.floor = np.where(
                limits.is_late, np.maximum(limits.floor, late - limits.duration), limits.floor
            ).tolist()
            walk.forward()
        else:
            walk.use_free_float()
    return Dates(
        start=np.array(walk.start, np.int64),
        finish=np.array(walk.finish, np.int64),
        begin=np.array(walk.begin, np.int64),
        instant=np.array(walk.instant, np.int64),
        reached=np.array(walk.reached, np.int64),
        late_finish=late,
        free=np.array(walk.free_finish(), np.int64),
        project_finish=walk.end,
    )


class _Walk:
    """The arrays of a network as lists, which Python's loops read fastest."""

    def __init__(self, network: Network, limits: Limits) -> None:
        self.limits = limits
        self.order = network.order
        self.role = network.role.tolist()
        self.calendar = network.calendar.tolist()
        self.clocks = [Clock(calendar) for calendar in network.calendars]
        self.before = network.predecessor.tolist()
        self.after = network.successor.tolist()
        self.kind = network.kind.tolist()
        self.lag = network.lag.tolist()
        self.lag_calendar = network.lag_calendar.tolist()
        mine = network.calendar[network.successor]
        is_plain = (network.calendar[network.predecessor] == mine) & (
            (network.lag == 0) | (network.lag_calendar == mine)
        )
        self.is_plain = is_plain.tolist()
        self.incoming = network.links_by(network.successor)
        self.outgoing = network.links_by(network.predecessor)
        self.duration = limits.duration.tolist()
        self.floor = limits.floor.tolist()
        self.cap = limits.cap.tolist()
        self.is_fixed = limits.is_fixed.tolist()
        self.is_finished = limits.is_finished.tolist()
        self.ignores_links = limits.ignores_links.tolist()
        self.is_started = (limits.begin != MISSING).tolist()
        count = len(self.order)
        self.start, self.finish = [0] * count, [0] * count
        self.begin = limits.begin.tolist()
        self.instant = [0] * count
        self.end = 0
        self.reached = [0] * len(self.before)

    def forward(self) -> None:
        """The earliest start and finish of every node, predecessors first."""
        for node in self.order:
            duration, best = self.duration[node], self.floor[node]
            allowed = []
            for link in self.incoming[node]:
                reached = self.reach(link)
                if self.kind[link] >= FF:
                    reached -= duration
                self.reached[link] = reached
                allowed.append(reached)
            if self.role[node] == FIRST:
                best = min(allowed)
            elif allowed and not self.is_fixed[node] and not self.ignores_links[node]:
                best = max(best, *allowed)
            best = min(best, self.cap[node])
            self.start[node], self.finish[node] = best, best + duration
            if not self.is_started[node]:
                self.begin[node] = best
            if duration == 0:
                self.instant[node] = self._stand(node, best)
        leaves = [node for node in self.order if self.role[node] == LEAF]
        self.end = max(self.event(node, True) for node in leaves)

    def reach(self, link: int) -> int:
        """What a link says of its successor's start or finish, on the successor's calendar."""
        before = self.before[link]
        if self.is_plain[link]:
            worked = self.finish if self.kind[link] in (FS, FF) else self.begin
            return worked[before] + self.lag[link]
        return self.clocks[self.calendar[self.after[link]]].before(self.reach_instant(link))

    def reach_instant(self, link: int) -> int:
        """The same as an instant."""
        before, lag = self.before[link], self.lag[link]
        instant = self.event(before, self.kind[link] in (FS, FF))
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
        arrivals = [
            self.reach_instant(link) for link in self.incoming[node] if self.reached[link] == worked
        ]
        floor = int(self.limits.floor_instant[node])
        if self.floor[node] == worked and floor != MISSING:
            arrivals.append(floor)
        return evening if arrivals and max(arrivals) <= evening else clock.start(worked)

    def backward(self) -> Minutes:
        """The latest finish of every node that delays neither the project nor a limit."""
        limits = self.limits
        late = np.minimum(self._ends(), limits.latest).tolist()
        pinned = limits.is_pinned.tolist()
        resume = limits.resume.tolist()
        for node in reversed(self.order):
            if pinned[node] or self.is_finished[node]:
                continue
            for link in self.outgoing[node]:
                after = self.after[link]
                if self._is_felt(link):
                    upper = late[after]
                    if self.kind[link] <= SS:
                        upper = resume[after] if resume[after] != MISSING else (
                            upper - self.duration[after])  # fmt: skip
                    late[node] = min(late[node], self.retreat(link, upper))
        return np.array(late, np.int64)

    def _ends(self) -> Minutes:
        """The finish of the project in the working minutes of each node's calendar."""
        worked = [clock.before(self.end) for clock in self.clocks]
        return np.array([worked[calendar] for calendar in self.calendar], np.int64)

    def _is_felt(self, link: int) -> bool:
        """Whether a delay of the predecessor would reach the successor."""
        node, after = self.before[link], self.after[link]
        if self.is_finished[after] or self.ignores_links[after]:
            return False
        if self.kind[link] in (SS, SF) and self.is_started[node]:
            return False
        return self.role[after] != FIRST or self.event(node, False) == self.instant[after]

    def retreat(self, link: int, upper: int) -> int:
        """The latest finish of the predecessor with which the successor is not past `upper`."""
        node, after, lag = self.before[link], self.after[link], self.lag[link]
        if self.is_plain[link]:
            worked = upper - lag
        else:
            instant = self.clocks[self.calendar[after]].start(upper)
            if lag != 0:
                clock = self.clocks[self.lag_calendar[link]]
                instant = clock.start(clock.before(instant) - lag)
            worked = self.clocks[self.calendar[node]].before(instant)
        return worked + (self.duration[node] if self.kind[link] in (SS, SF) else 0)

    def free_finish(self) -> list[int]:
        """The latest finish of each node that delays no successor's early dates."""
        free = self._ends().tolist()
        for node in reversed(self.order):
            free[node] = self._free(node, free)
        return free

    def use_free_float(self) -> None:
        """Move the tasks that shall start late to where they just delay no successor."""
        free = self._ends().tolist()
        late = np.minimum(self._ends(), self.limits.latest).tolist()
        is_late = self.limits.is_late.tolist()
        for node in reversed(self.order):
            free[node] = self._free(node, free)
            move = min(free[node], late[node]) - self.finish[node]
            if is_late[node] and move > 0:
                self.floor[node] = self.start[node] + move
                self.start[node] += move
                self.finish[node] += move
        self.forward()

    def _free(self, node: int, free: list[int]) -> int:
        felt = [link for link in self.outgoing[node] if self._is_felt(link)]
        if not felt:
            return free[node]
        return min(self.retreat(link, self._upper(link, free)) for link in felt)

    def _upper(self, link: int, free: list[int]) -> int:
        after = self.after[link]
        if self.role[after] != LEAF:
            return free[after]
        return self.start[after] if self.kind[link] <= SS else self.finish[after]
