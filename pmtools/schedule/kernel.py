"""The passes of the critical path method, compiled: loops over int64 arrays and nothing else.

Every node counts in the working minutes of its own calendar, so that adding a duration is one
addition; only a link between two calendars goes through instants. In working time, Friday 17:00
and Monday 08:00 are one.

Forward: FS start >= finish + lag; SS start >= start + lag; FF finish >= finish + lag; SF finish >=
start + lag. Backward the same from the late dates, capped at the finish of the project, a deadline
or a constraint.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from pmtools.calendars import MISSING, WEEK
from pmtools.schedule.arrays import FF, FIRST, FS, LATEST, LEAF, SF, SS, nothing, records
from pmtools.schedule.machine_code import compiled

__all__ = [
    "backward", "before", "compiled", "earliest", "finish_at",
    "forward", "in_order", "place", "records", "settle", "start_at", "warm",
]  # fmt: skip


uncounted = partial(compiled, _nrt=False)
"""The same without counting who holds an array, which costs more than the work; it makes none."""
inlined = partial(uncounted, forceinline=True)
"""The same, as a part of what calls it: handing calendars on costs more than asking them."""


@compiled
def in_order(into, into_end, into_link, before):  # type: ignore[no-untyped-def]
    """Nodes after their predecessors, else as they come, until one is its own predecessor."""
    count, depth = 0, 0
    found, stack = np.empty_like(into), np.empty_like(into)
    looked, state = into.copy(), np.zeros(len(into), np.int8)
    for root in range(len(into)):
        if state[root] == 0:
            stack[0], state[root], depth = root, 1, 1
        while depth > 0:
            node = stack[depth - 1]
            if looked[node] < into_end[node]:
                earlier = before[into_link[looked[node]]]
                looked[node] += 1
                if state[earlier] == 1:
                    return found[:count]
                if state[earlier] == 0:
                    stack[depth], state[earlier] = earlier, 1
                    depth += 1
            else:
                found[count], state[node] = node, 2
                count += 1
                depth -= 1
    return found


@inlined
def before(clocks, calendar, minute):  # type: ignore[no-untyped-def]
    """Working minutes of a calendar before an instant."""
    mine = clocks.calendars[calendar]
    weeks = 0
    if minute < mine.first or minute >= mine.last:
        past = mine.first if minute < mine.first else mine.last - WEEK
        weeks = (minute - past) // WEEK
        minute -= weeks * WEEK
    minute -= mine.first
    cell = clocks.instants[np.uint64(mine.instant + (minute >> mine.instant_bits))]
    minute &= (1 << mine.instant_bits) - 1
    worked = min(max(minute - cell.start, 0), cell.length)
    worked += min(max(minute - cell.next_start, 0), cell.next_length)
    return weeks * mine.week + cell.worked + worked


@inlined
def start_at(clocks, calendar, worked):  # type: ignore[no-untyped-def]
    """The last instant with so many working minutes before it: a start of work."""
    mine = clocks.calendars[calendar]
    weeks = 0
    if worked < 0 or worked >= mine.total:
        if mine.week == 0:
            raise OverflowError("no working time is left")
        weeks = (worked if worked < 0 else worked - mine.total + mine.week) // mine.week
        worked -= weeks * mine.week
    cell = clocks.works[np.uint64(mine.work + (worked >> mine.work_bits))]
    inside = worked & ((1 << mine.work_bits) - 1)
    paused = (inside >= cell.pause) * cell.gap + (inside >= cell.next_pause) * cell.next_gap
    return weeks * WEEK + cell.ahead + worked + paused


@inlined
def finish_at(clocks, calendar, worked):  # type: ignore[no-untyped-def]
    """The first instant with so many working minutes before it: a finish of work."""
    mine = clocks.calendars[calendar]
    if worked == 0 and mine.week == 0:
        return mine.opening
    return start_at(clocks, calendar, worked - 1) + 1


@inlined
def reach_instant(clocks, link, placed):  # type: ignore[no-untyped-def]
    """What a link says of its successor's start or finish, as an instant."""
    instant = placed.instant if link.kind in (FS, FF) else placed.begins
    if link.lag == 0:
        return instant
    worked = before(clocks, link.lag_calendar, instant) + link.lag
    return finish_at(clocks, link.lag_calendar, worked)


@inlined
def reach(clocks, link, mine, placed, calendar):  # type: ignore[no-untyped-def]
    """The same in the working minutes of the successor's calendar, and as an instant if it is one.

    A lag on the successor's calendar ends in its working time.
    """
    instant = placed.instant if link.kind in (FS, FF) else placed.begins
    if link.lag != 0:
        if link.lag_calendar == calendar:
            return before(clocks, calendar, instant) + link.lag, MISSING
        if link.lag_calendar == mine.calendar:
            worked = placed.finish if link.kind in (FS, FF) else placed.begin
        else:
            worked = before(clocks, link.lag_calendar, instant)
        instant = finish_at(clocks, link.lag_calendar, worked + link.lag)
    return before(clocks, calendar, instant), instant


@uncounted
def _stand(a, s, node):  # type: ignore[no-untyped-def]
    """A milestone stands where its predecessor finished; one that opens on the next morning."""
    mine, placed = a.nodes[node], s.nodes[node]
    evening = finish_at(a.clocks, mine.calendar, placed.start)
    if mine.cap == placed.start and mine.is_finish_cap:
        return evening
    if mine.opens:
        return start_at(a.clocks, mine.calendar, placed.start)
    arrival = MISSING
    for position in range(mine.into, mine.into_end):
        at = a.into_link[position]
        if s.reached[at] == placed.start:
            link = a.links[at]
            arrival = max(arrival, reach_instant(a.clocks, link, s.nodes[link.before]))
    if placed.floor == placed.start:
        arrival = max(arrival, mine.floor_instant)
    if arrival != MISSING and arrival <= evening:
        return evening
    return start_at(a.clocks, mine.calendar, placed.start)


@uncounted
def delayed(clocks, mine, start):  # type: ignore[no-untyped-def]
    """The start of a node after its delay."""
    return before(clocks, mine.calendar, start_at(clocks, mine.calendar, start) + mine.delay)


@uncounted
def undelayed(clocks, mine, link, upper):  # type: ignore[no-untyped-def]
    """The event of a node without its delay that comes to `upper` of a link with it."""
    work = 0 if link.kind in (FS, SS) else mine.duration
    instant = start_at(clocks, mine.calendar, upper - work) - mine.delay
    found = before(clocks, mine.calendar, instant)
    is_later = start_at(clocks, mine.calendar, found) > instant
    return found - is_later + work


@uncounted
def place(a, s, nodes):  # type: ignore[no-untyped-def]
    """Put each node at the earliest start that its links, floor and cap allow.

    Its predecessors are placed before it.
    """
    for node in nodes:
        placed = s.nodes[node]
        if a.is_plain[node]:
            best = placed.floor
            for position in range(a.into[node], a.into_end[node]):
                reached = s.nodes[a.before[position]].start + a.weight[position]
                s.reached[a.into_link[position]] = reached
                best = max(best, reached)
            placed.start = best
            placed.begin = best
            placed.finish = best + a.duration[node]
            continue
        mine = a.nodes[node]
        is_first = mine.role == FIRST
        best = LATEST if is_first else placed.floor
        if mine.delay != 0:
            best = delayed(a.clocks, mine, best)
        arrived, arrival = MISSING, MISSING
        for position in range(mine.into, mine.into_end):
            at = a.into_link[position]
            link = a.links[at]
            earlier = s.nodes[link.before]
            if link.is_plain:
                reached = (earlier.finish if link.kind in (FS, FF) else earlier.begin) + link.lag
            else:
                reached, instant = reach(
                    a.clocks, link, a.nodes[link.before], earlier, mine.calendar
                )
            if link.kind in (FF, SF):
                reached -= mine.duration
                if mine.may_wait and not link.is_plain and reached >= arrived:
                    arrival = instant if reached > arrived else max(arrival, instant)
                    arrived = reached
            if mine.delay != 0:
                reached = delayed(a.clocks, mine, reached)
            s.reached[at] = reached
            if is_first:
                best = min(best, reached)
            elif mine.is_linked:
                best = max(best, reached)
        placed.start = min(best, mine.cap)
        placed.finish = placed.start + mine.duration
        if not mine.is_started:
            placed.begin = placed.start
        if mine.duration > 0 or mine.is_started:
            placed.begins = start_at(a.clocks, mine.calendar, placed.begin)
            placed.instant = finish_at(a.clocks, mine.calendar, placed.finish)
            if mine.is_started:  # what was done in free time
                placed.instant = max(placed.instant, mine.floor_instant)
            if arrived == placed.start:  # in its free time, P6 lets it finish there
                placed.instant = max(placed.instant, arrival)
        else:
            placed.instant = _stand(a, s, node)
            placed.begins = placed.instant


@compiled
def earliest(a, s, node):  # type: ignore[no-untyped-def]
    """Put one node, whose predecessors are placed, where it can start at the earliest."""
    place(a, s, np.array([node]))
    return s.nodes[node].start


@compiled
def settle(a, s, node, start):  # type: ignore[no-untyped-def]
    """Put one node at that start or later, also in the passes that follow."""
    s.nodes[node].floor = start
    place(a, s, np.array([node]))


@compiled
def forward(a, s):  # type: ignore[no-untyped-def]
    """The earliest start and finish of every node, predecessors first."""
    place(a, s, a.order)
    s.is_felt[:] = a.links.can_be_felt
    _mark_end(a, s)


@compiled
def _mark_end(a, s):  # type: ignore[no-untyped-def]
    """The finish of the project in the working minutes of each node's calendar.

    Of the links to a first start only the first is felt.
    """
    end = MISSING
    worked = np.full(len(a.clocks.calendars), MISSING)
    for node in range(len(a.nodes)):
        mine = a.nodes[node]
        if mine.is_ending and (mine.duration > 0 or mine.is_started):
            worked[mine.calendar] = max(worked[mine.calendar], s.nodes[node].finish)
        elif mine.is_ending:
            end = max(end, s.nodes[node].instant)
        elif mine.role == FIRST:
            for at in a.into_link[mine.into : mine.into_end]:
                s.is_felt[at] &= s.nodes[a.links[at].before].begins == s.nodes[node].instant
    for calendar in range(len(worked)):
        if worked[calendar] != MISSING:
            end = max(end, finish_at(a.clocks, calendar, worked[calendar]))
    for calendar in range(len(worked)):
        worked[calendar] = before(a.clocks, calendar, end)
    for node in range(len(a.nodes)):
        mine, placed = a.nodes[node], s.nodes[node]
        placed.end = placed.finish if mine.is_open_end else worked[mine.calendar]
        placed.limit = end


@inlined
def latest_at(clocks, calendar, worked):  # type: ignore[no-untyped-def]
    """The last instant with so many working minutes before it, also at the end of all work."""
    if clocks.calendars[calendar].week == 0 and worked == clocks.calendars[calendar].total:
        return finish_at(clocks, calendar, worked)
    return start_at(clocks, calendar, worked)


@inlined
def retreat(clocks, link, calendar, instant):  # type: ignore[no-untyped-def]
    """The latest event of the predecessor with which that of the successor is not past an instant.

    In working minutes of the predecessor's calendar, and as an instant if it may lie in free time.
    """
    if link.lag == 0:
        return before(clocks, calendar, instant), instant
    worked = before(clocks, link.lag_calendar, instant) - link.lag
    if link.lag_calendar == calendar:
        return worked, LATEST
    instant = start_at(clocks, link.lag_calendar, worked)
    return before(clocks, calendar, instant), instant


@inlined
def limit_of(clocks, calendar, worked, last):  # type: ignore[no-untyped-def]
    """The latest instant of a late start: before its free time, where a link ends in that."""
    instant = latest_at(clocks, calendar, worked)
    return instant if instant <= last else finish_at(clocks, calendar, worked)


@inlined
def events_of(clocks, link, after, later, far, near, runs):  # type: ignore[no-untyped-def]
    """The instants of the late and of the early event of a successor, for another calendar."""
    is_start = link.kind in (FS, SS)
    to, until, is_free = later.limit, later.begins, not (runs or after.delay != 0)
    if not (is_free and (is_start or after.duration == 0)):
        waits = after.may_wait and not is_start
        to = later.done if waits else latest_at(clocks, after.calendar, far)
    if not (is_free and is_start and after.duration > 0):
        until = latest_at(clocks, after.calendar, near)
    return to, until


@inlined
def shift(clocks, mine, placed, move):  # type: ignore[no-untyped-def]
    """Place a node so much later, also in the passes that follow."""
    placed.start += move
    placed.begin += move
    placed.finish += move
    placed.floor = placed.start
    placed.begins = start_at(clocks, mine.calendar, placed.begin)


@uncounted
def backward(a, s):  # type: ignore[no-untyped-def]
    """The latest finish of each node that delays no limit (`late`), and no early date (`free`).

    In Microsoft Project what remains of a started task stays where it is, whatever its float.
    Nodes that are to be `is_late` are moved to where they just delay no successor.
    """
    for position in range(len(a.order) - 1, -1, -1):
        node = a.order[position]
        mine, placed = a.nodes[node], s.nodes[node]
        late, work = min(placed.end, mine.latest), a.duration[node]
        free, last, done = LATEST, placed.limit, LATEST
        if a.is_plain_back[node]:
            late -= work
            for slot in range(a.out[node], a.out_end[node]):
                later = s.nodes[a.after[slot]]
                late = min(late, later.late - a.duration[a.after[slot]] - a.back[slot])
                free = min(free, later.start - a.back[slot])
            late, free = late + work, LATEST if free == LATEST else free + work
        else:
            for slot in range(mine.out, mine.out_end):
                at = a.out_link[slot]
                link = a.links[at]
                if not s.is_felt[at]:
                    continue
                after, later = a.nodes[link.after], s.nodes[link.after]
                is_start, is_hub = link.kind in (FS, SS), after.role != LEAF
                runs = is_start and after.is_started and after.duration > 0
                far, near = later.late, later.free if is_hub else later.finish
                if is_start:
                    far = later.start if runs else far - after.duration
                    near = near if is_hub else later.begin
                if after.delay != 0:
                    far = undelayed(a.clocks, after, link, far)
                    near = undelayed(a.clocks, after, link, near)
                if link.is_plain:
                    far, near = far - link.lag, near - link.lag
                else:
                    to, until = events_of(a.clocks, link, after, later, far, near, runs)
                    far, to = retreat(a.clocks, link, mine.calendar, to)
                    near, until = retreat(a.clocks, link, mine.calendar, until)
                    if link.kind in (SS, SF) or work == 0:  # in its free time, but not after it
                        last = min(last, to)
                        if mine.is_late and start_at(a.clocks, mine.calendar, near) > until:
                            near -= work > 0
                    else:
                        done = min(done, to)
                if link.kind in (SS, SF):
                    far, near = far + work, near + work
                late, free = late if mine.is_held else min(late, far), min(free, near)
        placed.late = late
        if not a.is_plain[node]:
            placed.limit = limit_of(a.clocks, mine.calendar, late - work, last)
            if mine.may_wait:
                placed.done = min(latest_at(a.clocks, mine.calendar, late), done)
        placed.free = placed.end if free == LATEST else free
        move = min(placed.free, placed.end, mine.latest) - placed.finish
        if mine.is_late and move > 0:
            shift(a.clocks, mine, placed, move)


def warm() -> None:
    """Compile all passes, so that the first schedule need not."""
    a, s = nothing()
    in_order(a.into, a.into_end, a.into_link, a.before)
    settle(a, s, 0, earliest(a, s, 0))
    forward(a, s)
    backward(a, s)
