"""Schedule generation and the genetic search over it, compiled.

Each task in turn gets the first start at which its links are kept and everybody it needs is free
(serial schedule generation). Four resources of 16 bits share a word of 64: with a guard bit above
each, one subtraction and one mask say whether a slot has room for all four. What is free in the
mirror of time moves tasks as late as can be, and then again as early (Valls, Ballestin and
Quintanilla 2005). The search crosses the starts of two plans: those of a stretch of time from one,
the rest from the other (after Debels and Vanhoucke 2007).
"""

from __future__ import annotations

import numpy as np

from pmtools.schedule.kernel import compiled
from pmtools.schedule.levelling.arrays import BITS, FIELDS, FINISH, GUARD, LATENESS, NEVER
from pmtools.schedule.network import FF, FS, SF

MUTATION = 20
"""Tasks of a thousand that a child places by chance."""


@compiled
def draw(random, below):  # type: ignore[no-untyped-def]
    """A random number from 0 to below - 1 (xorshift of Marsaglia 2003)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return np.int64((x >> np.uint64(11)) % np.uint64(below))


@compiled
def _sort(keys, order, counts):  # type: ignore[no-untyped-def]
    """Tasks by their keys, which are small numbers from 0 on (counting sort)."""
    top = 0
    for key in keys:
        top = max(top, key)
    counts[: top + 2] = 0
    for key in keys:
        counts[key + 1] += 1
    for key in range(top + 1):
        counts[key + 1] += counts[key]
    for task in range(len(keys)):
        order[counts[keys[task]]] = task
        counts[keys[task]] += 1


@compiled
def _arrival(side, arc, begin, finish):  # type: ignore[no-untyped-def]
    """The start that an arc allows the task that waits, where calendars differ."""
    calendar, duration = side.tasks[arc.after].calendar, side.tasks[arc.after].duration
    slot = finish if arc.kind in (FS, FF) else begin
    if arc.lag != 0:
        worked = side.before[arc.lag_calendar, slot] + arc.lag
        last = min(max(worked, 1), side.at.shape[1]) - 1
        slot = min(side.at[arc.lag_calendar, last] + 1, side.horizon) if worked > 0 else 0
    if arc.kind in (FF, SF):
        slot = side.at[calendar, max(side.before[calendar, slot] - duration, 0)]
    return slot


@compiled
def generate(side, w, start, origin):  # type: ignore[no-untyped-def]
    """Starts of all tasks in the order of `w.keys`, none before `origin`; (finish, overload).

    A task whose predecessors come later in the order waits for them; one that ignores capacity
    comes first, for all others to see what it leaves. The finish is -1 where the slots do not
    suffice. Overload counts slots of tasks that start although somebody is not free.
    """
    tasks, free, full, allowed, waiting = side.tasks, w.free, side.full, w.allowed, w.waiting
    many, is_plain = side.at.shape[0] > 0, side.is_plain
    used, last, overload = origin, origin, 0
    for j in range(0 if is_plain else len(tasks)):
        w.keys[j] = 0 if tasks[j].is_free else w.keys[j] + 1
    _sort(w.keys, w.order, w.counts)
    for j in range(len(tasks)):
        waiting[j] = tasks[j].n_before
        allowed[j] = max(tasks[j].earliest, origin)
        w.is_passed[j] = False
    for first in w.order:
        if waiting[first] > 0:
            w.is_passed[first] = True
            continue
        w.stack[0], top = first, 1
        while top > 0:
            top -= 1
            j = w.stack[top]
            task, t = tasks[j], allowed[j]
            if is_plain:  # the loop of `_fit` without its cases: half the time of the search
                amount = side.needs[task.need].amount if task.need < task.need_end else 0
                known, d = t - 1, task.duration
                while True:
                    finish = t + d
                    if finish > len(full):
                        return -1, 0
                    while used < finish:
                        free[used] = full[used]
                        used += 1
                    tau = finish - 1
                    while tau > known and (free[tau] - amount) & GUARD == GUARD:
                        tau -= 1
                    if tau <= known:
                        break
                    known, t = finish - 1, tau + 1
                for tau in range(t, finish):
                    free[tau] -= amount
            else:
                t, finish, used, more = _fit(side, w, task, t, used)
                overload += more
                if t < 0:
                    return -1, 0
            start[j] = t
            last = max(last, finish)
            for at in range(task.arc, task.arc_end):
                arc = side.arcs[at]
                reached = _arrival(side, arc, t, finish) if many else t + arc.distance
                allowed[arc.after] = max(allowed[arc.after], reached)
                waiting[arc.after] -= 1
                if waiting[arc.after] == 0 and w.is_passed[arc.after]:
                    w.stack[top] = arc.after
                    top += 1
    return last, overload


@compiled
def _fit(side, w, task, t, used):  # type: ignore[no-untyped-def]
    """The start from `t` on at which everybody is free, and what is left after it.

    Return start (-1 where there is none), finish, filled slots and overload. Slots of a task are
    counted on its own calendar.
    """
    many, free, full, horizon = side.at.shape[0] > 0, w.free, side.full, side.horizon
    d, at_slot = task.duration, side.at[task.calendar if many else 0 :]
    t = t if task.fixed < 0 else task.fixed
    if many:
        t = side.before[task.calendar, t]
    begin, known, overload = t, t - 1, 0
    if (at_slot[0, t] if many else t) > horizon:
        return -1, 0, used, 0
    while d > 0:
        end = t + d - 1
        slot = min(end, horizon)
        if many:
            slot = at_slot[0, end] if end < at_slot.shape[1] else horizon
        if slot >= horizon:
            return -1, 0, used, 0
        while used <= slot:
            for word in range(len(full) // horizon):
                free[word * horizon + used] = full[word * horizon + used]
            used += 1
        clash = known
        for at in range(task.need, task.need_end):
            need, tau = side.needs[at], end
            while tau > clash:
                slot = at_slot[0, tau] if many else tau
                if (free[need.word + slot] - need.amount) & GUARD != GUARD:
                    break
                tau -= 1
            clash = tau
        if clash <= known or task.fixed >= 0:
            break
        if task.is_free:
            overload = d
            break
        known, t = end, clash + 1
        if (at_slot[0, t] if many else t) > task.latest:
            t, overload = begin, d
            break
    for at in range(task.need, task.need if side.is_alone else task.need_end):
        need = side.needs[at]
        for tau in range(t, t + d):
            place = need.word + (at_slot[0, tau] if many else tau)
            free[place] = _less(free[place], need.amount)
    if not many:
        return t, t + d, used, overload
    return at_slot[0, t], (at_slot[0, t + d - 1] + 1 if d > 0 else at_slot[0, t]), used, overload


@compiled
def _less(free, amount):  # type: ignore[no-untyped-def]
    """What is left of each resource: nothing of one of which there was too little."""
    if (free - amount) & GUARD == GUARD:
        return free - amount
    left = np.int64(0)
    for field in range(FIELDS):
        shift = BITS * field
        mine = ((free >> shift) & 0x7FFF) - ((amount >> shift) & 0x7FFF)
        left |= np.int64(max(mine, 0)) << shift
    return left | GUARD


@compiled
def _finish_of(side, j, start):  # type: ignore[no-untyped-def]
    """The slot after the last of a task."""
    task = side.tasks[j]
    if side.at.shape[0] == 0 or task.duration == 0:
        return start + task.duration
    return side.at[task.calendar, side.before[task.calendar, start] + task.duration - 1] + 1


@compiled
def price(side, start, last, overload):  # type: ignore[no-untyped-def]
    """What counts first: overload, lateness, finish; and then: movement from the current plan."""
    late, movement = 0, 0
    if last < 0:
        return NEVER, NEVER
    for j in range(len(side.tasks) if side.is_priced else 0):
        task = side.tasks[j]
        if task.due < NEVER:
            late += max(0, _finish_of(side, j, start[j]) - task.due)
        movement += task.weight * abs(start[j] - task.reference)
    return (((overload * (LATENESS + 1)) + late) * (FINISH + 1)) + last, movement


@compiled
def _turn(side, w, start):  # type: ignore[no-untyped-def]
    """Sort tasks by their finishes, the last first: the starts of time's mirror; its origin."""
    one_calendar, low = side.at.shape[0] == 0, NEVER
    for j in range(len(start)):
        finish = start[j] + side.tasks[j].duration
        if not one_calendar:
            finish = _finish_of(side, j, start[j])
        w.keys[j] = side.horizon - finish
        low = min(low, w.keys[j])
    for j in range(len(start)):
        w.keys[j] -= low
    return low


@compiled
def justify(side, mirror, w, start):  # type: ignore[no-untyped-def]
    """All tasks as late as can be, and then as early; return as `generate`.

    The finish is -1 where the slots do not suffice.
    """
    origin = _turn(side, w, start)
    last, _ = generate(mirror, w, w.other, origin)
    if last < 0:
        return -1, 0
    _turn(mirror, w, w.other)
    return generate(side, w, start, 0)


@compiled
def breed(side, mirror, w, people, n_schedules, enough, moves):  # type: ignore[no-untyped-def]
    """Go on with the search for so many schedules, or until the cost is `enough`.

    With `moves`, plans are not justified, which would scatter tasks: the finish is found, and they
    only come nearer to the current plan. Return how many schedules were generated.
    """
    size = len(people.cost) - 1
    start, done = w.start, 0
    while done < n_schedules and people.cost[size] > enough:
        row = people.state[0]
        mother = father = -1
        if row < size:
            people.state[0] += 1
            _first_keys(side, w, row)
        else:
            mother, father = _tournament(w, people, size), _tournament(w, people, size)
            while father == mother:
                father = draw(w.random, size)
            _cross(side, w, people, mother, father)
        last, overload = generate(side, w, start, 0)
        done += 1
        cost, movement = price(side, start, last, overload)
        for _ in range(0 if moves or last < 0 else 4):
            w.kept[:] = start
            last, overload = justify(side, mirror, w, start)
            done += 2
            now, moved = price(side, start, last, overload)
            if now > cost or (now == cost and moved > movement):
                start[:] = w.kept
                break
            is_better, cost, movement = now < cost, now, moved
            if not is_better:
                break
        if mother >= 0:
            row = _loser(w, people, mother, father, cost, movement)
        if row >= 0 and (mother < 0 or _differs(people, row, start)):
            store(people, row, start, cost, movement)
        if compare(people, size, cost, movement) > 0:
            store(people, size, start, cost, movement)
    return done


@compiled
def store(people, row, start, cost, movement):  # type: ignore[no-untyped-def]
    """Put a plan in a row of the population."""
    people.starts[row] = start
    people.cost[row], people.movement[row] = cost, movement


@compiled
def _differs(people, row, start):  # type: ignore[no-untyped-def]
    same = 0
    for j in range(len(start)):
        same += people.starts[row, j] == start[j]
    return same < len(start)


@compiled
def compare(people, row, cost, movement):  # type: ignore[no-untyped-def]
    """Above 0 where a plan of this cost is better than that of the row, 0 where it is as good."""
    if cost != people.cost[row]:
        return people.cost[row] - cost
    return people.movement[row] - movement


@compiled
def _tournament(w, people, size):  # type: ignore[no-untyped-def]
    one, other = draw(w.random, size), draw(w.random, size)
    is_better = compare(people, one, people.cost[other], people.movement[other]) > 0
    return other if is_better else one


@compiled
def _loser(w, people, mother, father, cost, movement):  # type: ignore[no-untyped-def]
    """The plan a child replaces: a parent, or the worst of three, that is not better; else -1."""
    if compare(people, mother, cost, movement) >= 0:
        return mother
    if compare(people, father, cost, movement) >= 0:
        return father
    size = len(people.cost) - 1
    worst = draw(w.random, size)
    for _ in range(2):
        other = draw(w.random, size)
        if compare(people, worst, people.cost[other], people.movement[other]) < 0:
            worst = other
    return worst if compare(people, worst, cost, movement) >= 0 else -1


@compiled
def _first_keys(side, w, row):  # type: ignore[no-untyped-def]
    """By late finish, by late start, by the current plan and its priorities; then by chance."""
    top = 1
    for task in side.tasks:
        top = max(top, task.late)
    for j in range(len(side.tasks)):
        task = side.tasks[j]
        key = task.late
        if row == 1:
            key = task.late - task.duration
        elif row == 2:
            key = task.reference
        elif row == 3:
            key = task.rank
        elif row > 3:
            key = task.late - task.duration // 2 + draw(w.random, 1 + top // 3)
        w.keys[j] = max(0, key)


@compiled
def _cross(side, w, people, mother, father):  # type: ignore[no-untyped-def]
    """The tasks of a stretch of time as the mother has them, the others as the father does."""
    last = people.cost[mother] & FINISH
    length = last // 4 + draw(w.random, last // 2 + 1)
    begin = draw(w.random, max(1, last - length + 1))
    end, reach = begin + length, 1 + last // 8
    for j in range(len(side.tasks)):
        mine, other = people.starts[mother, j], people.starts[father, j]
        key = last + other
        if mine >= begin and mine + side.tasks[j].duration <= end:
            key = last + mine
        elif other < begin:
            key = other
        elif other >= end:
            key = 2 * last + other
        if draw(w.random, 1000) < MUTATION:
            key += draw(w.random, 2 * reach + 1) - reach
        w.keys[j] = max(0, key)
