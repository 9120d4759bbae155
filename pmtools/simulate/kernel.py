"""Both passes over a block of trials, and what is counted of them, compiled.

Sums are whole numbers: the same to the last bit however the trials are shared out.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from pmtools.calendars import MISSING
from pmtools.schedule.arrays import FF, FS, LATEST, SF
from pmtools.schedule.critical_path import pass_both_ways
from pmtools.schedule.kernel import before, compiled, finish_at, inlined, start_at

SHARE = 1 << 15
"""A share of one in whole numbers."""

Lanes = namedtuple(
    "Lanes",
    "clocks calendar order floor held latest into into_end earlier lag from_start to_finish "
    "out out_end later out_lag out_from_start out_to_finish point opens is_floor_morning "
    "is_ending past",
)
"""Open tasks on one calendar with plain links, in int32 working minutes (see `schedule.arrays`).

Per link: whether it comes from a start or goes to a finish, 1 or 0. `point`: row of a task without
duration, else -1; it stands on the next morning or where its predecessor finished.
"""

Rules = namedtuple(
    "Rules",
    "a s floor held morning evening cap latest must_start is_late is_late_by_total share is_open "
    "earliest",
)
"""A network in general: what its passes read and write, and how limits follow a duration d.

Start >= max(floor, held - d), set by an instant in the `morning` or `evening`; start <= cap, less d
where it is there for the finish; finish <= min(latest, must_start + d); lag = share * d.
"""


@compiled
def forward(n, r):  # type: ignore[no-untyped-def]
    """The early finish of every task in every trial, and the last of them."""
    r.end[:] = n.past
    for node in n.order:
        row, d = r.finish[node], r.duration[node]
        for k in range(len(row)):
            held = np.int32(n.held[node] - d[k])
            row[k] = held if held > n.floor[node] else n.floor[node]
        for at in range(n.into[node], n.into_end[node]):
            earlier, lag = r.finish[n.earlier[at]], n.lag[at]
            if n.from_start[at] or n.to_finish[at]:
                other, start, end = r.duration[n.earlier[at]], n.from_start[at], n.to_finish[at]
                for k in range(len(row)):
                    reached = np.int32(earlier[k] + lag - start * other[k] - end * d[k])
                    row[k] = reached if reached > row[k] else row[k]
            else:
                for k in range(len(row)):
                    reached = np.int32(earlier[k] + lag)
                    row[k] = reached if reached > row[k] else row[k]
        if n.point[node] >= 0:
            _stand(n, r, node)
        for k in range(len(row)):
            row[k] += d[k]
        if n.is_ending[node]:
            for k in range(len(row)):
                r.end[k] = row[k] if row[k] > r.end[k] else r.end[k]


@compiled
def _stand(n, r, node):  # type: ignore[no-untyped-def]
    """Whether a point stands in the morning: what holds it as long as anything is an instant."""
    row, morning = r.finish[node], r.morning[n.point[node]]
    for k in range(len(row)):
        morning[k] = n.opens[node] or (n.is_floor_morning[node] and row[k] == n.floor[node])
    for at in range(n.into[node], n.into_end[node]):
        other = n.earlier[at]
        point = n.point[other]
        if n.lag[at] == 0 and (point >= 0 or n.from_start[at]):
            for k in range(len(row)):
                reached = r.finish[other, k] - n.from_start[at] * r.duration[other, k]
                if reached == row[k] and (point < 0 or r.morning[point, k]):
                    morning[k] = True


@inlined
def _instant(n, r, node, k):  # type: ignore[no-untyped-def]
    """When a task finishes."""
    if n.point[node] >= 0 and r.morning[n.point[node], k]:
        return start_at(n.clocks, n.calendar, np.int64(r.finish[node, k]))
    return finish_at(n.clocks, n.calendar, np.int64(r.finish[node, k]))


@compiled
def instants(n, r, past, watched):  # type: ignore[no-untyped-def]
    """When the work and the watched tasks finish."""
    for k in range(r.n[0]):
        r.instant[k] = max(past, finish_at(n.clocks, n.calendar, np.int64(r.end[k])))
    for node in n.order:
        if n.is_ending[node] and n.point[node] >= 0:
            for k in range(r.n[0]):
                if r.finish[node, k] == r.end[k]:
                    r.instant[k] = max(r.instant[k], _instant(n, r, node, k))
    for row in range(len(watched)):
        for k in range(r.n[0]):
            r.watched[row, k] = _instant(n, r, watched[row], k)


@compiled
def measure(clocks, calendar, origin, r):  # type: ignore[no-untyped-def]
    """The working minutes of the project up to each finish."""
    start = before(clocks, calendar, origin)
    for k in range(r.n[0]):
        r.length[k] = before(clocks, calendar, r.instant[k]) - start


@compiled
def backward(n, r, usual, length, threshold):  # type: ignore[no-untyped-def]
    """The late start of every task in every trial, in place of its finish; counted at once."""
    row = np.empty(len(r.end), np.int32)
    for position in range(len(n.order) - 1, -1, -1):
        node = n.order[position]
        d, latest = r.duration[node], n.latest[node]
        for k in range(len(row)):
            row[k] = r.end[k] if r.end[k] < latest else latest
        for at in range(n.out[node], n.out_end[node]):
            later, lag = r.finish[n.later[at]], n.out_lag[at]
            if n.out_from_start[at] or n.out_to_finish[at]:
                other, start = r.duration[n.later[at]], n.out_from_start[at]
                end = n.out_to_finish[at]
                for k in range(len(row)):
                    limit = np.int32(later[k] - lag + end * other[k] + start * d[k])
                    row[k] = limit if limit < row[k] else row[k]
            else:
                for k in range(len(row)):
                    limit = np.int32(later[k] - lag)
                    row[k] = limit if limit < row[k] else row[k]
        tally(r, node, row, usual[node], length, threshold)
        for k in range(len(row)):
            r.finish[node, k] = row[k] - d[k]


@compiled
def tally(r, node, late, usual, length, threshold):  # type: ignore[no-untyped-def]
    """Add up a task over the trials: how often critical, and moments about the plan."""
    critical, total, square, product, weight = 0, 0, 0, 0, 0
    d, finish = r.duration[node], r.finish[node]
    for k in range(r.n[0]):
        slack = np.int32(late[k] - finish[k])
        critical += slack <= threshold
        x, y = np.int32(d[k] - usual), np.int32(r.length[k] - length)
        total += np.int64(x)
        square += np.int64(x) * np.int64(x)
        product += np.int64(x) * np.int64(y)
        span = np.int32(max(np.int32(d[k] + max(slack, np.int32(0))), np.int32(1)))
        share = np.int32(np.float32(d[k]) / np.float32(span) * np.float32(SHARE))
        weight += np.int64(share) * np.int64(r.length[k])
    sums = r.sums[node]
    sums[0] += critical
    sums[1] += total
    sums[2] += square
    sums[3] += product
    sums[4] += weight


@compiled
def count(r, nodes, usual, length, threshold):  # type: ignore[no-untyped-def]
    """Add up all tasks over the trials."""
    for node in nodes:
        tally(r, node, r.late[node], usual[node], length, threshold)


@compiled
def put(n, r, k):  # type: ignore[no-untyped-def]
    """Put the durations of a trial into the network."""
    a, nodes = n.a, n.a.nodes
    for node in a.order:
        d = np.int64(r.duration[node, k])
        held, floor = n.held[node] - d, n.floor[node]
        a.duration[node] = d
        nodes[node].duration = d
        nodes[node].cap = n.cap[node] - d * (
            nodes[node].is_finish_cap and n.cap[node] < LATEST // 2
        )
        nodes[node].latest = min(n.latest[node], n.must_start[node] + d)
        nodes[node].floor_instant = n.evening[node] if held >= floor else n.morning[node]
        n.earliest[node] = max(held, floor)
        n.s.nodes[node].floor = n.earliest[node]
    for at in range(len(n.share)):
        if n.share[at] != 0:
            a.links[at].lag = np.int64(np.rint(n.share[at] * a.duration[a.links[at].before]))
    for links, weights in ((a.into_link, a.weight), (a.out_link, a.back)):
        for position in range(len(links)):
            link = a.links[links[position]]
            weight = link.lag
            if link.kind == FS or link.kind == FF:
                weight += a.duration[link.before]
            if link.kind == FF or link.kind == SF:
                weight -= a.duration[link.after]
            weights[position] = weight


@compiled
def _finish(n, node):  # type: ignore[no-untyped-def]
    """When a task finishes."""
    placed = n.s.nodes[node]
    if placed.start == placed.finish:
        return placed.instant
    return finish_at(n.a.clocks, n.a.nodes[node].calendar, placed.finish)


@compiled
def note(n, r, k, past, watched):  # type: ignore[no-untyped-def]
    """Keep the dates that the passes found of a trial."""
    end, last = past, np.full(len(n.a.clocks.calendars), MISSING)
    for node in range(len(n.is_open)):
        placed, mine = n.s.nodes[node], n.a.nodes[node]
        r.finish[node, k] = placed.finish
        r.late[node, k] = min(placed.late, LATEST >> 33)
        if n.is_open[node] and mine.is_ending:
            if placed.start == placed.finish:
                end = max(end, placed.instant)
            else:
                last[mine.calendar] = max(last[mine.calendar], placed.finish)
    for calendar in range(len(last)):
        if last[calendar] != MISSING:
            end = max(end, finish_at(n.a.clocks, calendar, last[calendar]))
    r.instant[k] = end
    for row in range(len(watched)):
        r.watched[row, k] = _finish(n, watched[row])


@compiled
def passes(n, r, chosen, past, watched):  # type: ignore[no-untyped-def]
    """Both passes of `pmtools.schedule` for the chosen trials, one after another."""
    for k in chosen:
        put(n, r, k)
        pass_both_ways(n.a, n.s, n.earliest, n.is_late, n.is_late_by_total)
        note(n, r, k, past, watched)
