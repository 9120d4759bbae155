"""Random levelling problems, and what must hold of a levelled plan, slot by slot."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from psplib_problems import problem_of

from pmtools.schedule.network import FF, FS, SF


@st.composite
def problems(draw, most=5, *, is_plain=False, n_resources=None):
    """Tasks with links of all kinds and people whose number changes; on up to three calendars."""
    n, r = draw(st.integers(1, most)), n_resources or draw(st.integers(1, 6))
    duration = np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), np.int64)
    pairs = [(i, j) for j in range(n) for i in range(j)]
    links = draw(st.lists(st.sampled_from(pairs), max_size=n, unique=True)) if pairs else []
    m, horizon = len(links), 4 * int(sum(duration)) + 6 * n + 30
    capacity = np.full((r, horizon), 3)
    demand = draw(st.lists(st.lists(st.integers(0, 3), min_size=r, max_size=r), min_size=n,
                           max_size=n))  # fmt: skip
    problem = problem_of(duration, links, demand, capacity[:, 0])
    numbers = st.lists(st.integers(0, 3), min_size=max(n, m), max_size=max(n, m))
    problem = replace(
        problem, horizon=horizon, capacity=capacity, latest=np.full(n, horizon),
        due=np.full(n, horizon), reference=np.array(draw(numbers))[:n] * 2,
        weight=np.array(draw(numbers))[:n],
    )  # fmt: skip
    if is_plain:
        return problem
    capacity[:, 2:8] = np.array(draw(st.lists(st.integers(0, 3), min_size=6, max_size=6)), np.int64)
    problem = replace(
        problem, kind=np.array(draw(numbers))[:m], lag=np.array(draw(numbers))[:m] - 1,
        earliest=np.array(draw(numbers))[:n] * (np.array(draw(numbers))[:n] > 1),
    )  # fmt: skip
    return with_calendars(problem, draw(st.integers(1, 3)), draw)


def with_calendars(problem, count, draw):
    """The same tasks on calendars that have some of the first slots free."""
    if count == 1:
        return problem
    is_off = st.lists(st.integers(0, 20), max_size=9, unique=True)
    days = np.ones((count, problem.horizon), bool)
    for calendar in range(count):
        days[calendar, draw(is_off)] = False
    n, m = len(problem.duration), len(problem.kind)
    some = st.integers(0, count - 1)
    return replace(
        on_calendars(problem, days),
        calendar=np.array(draw(st.lists(some, min_size=n, max_size=n)), np.int64),
        lag_calendar=np.array(draw(st.lists(some, min_size=m, max_size=m)), np.int64),
    )


def on_calendars(problem, days):
    """With the slots in which each calendar works (calendar, slot) as tables."""
    before = np.zeros((len(days), problem.horizon + 1), np.int64)
    before[:, 1:] = days.cumsum(axis=1)
    most = int(before[:, -1].max())
    at = np.full((len(days), most), problem.horizon)
    for row, works in zip(at, days, strict=True):
        slots = np.flatnonzero(works)
        row[: len(slots)] = slots
    return replace(problem, before=before, at=at)


def slots_of(problem, task, start):
    """The slots in which a task is worked on that begins in a slot."""
    duration = problem.duration[task]
    if problem.at.size == 0:
        return list(range(start, start + duration))
    calendar = problem.calendar[task]
    works = [s for s in range(start, problem.horizon) if problem.before[calendar, s + 1] >
             problem.before[calendar, s]]  # fmt: skip
    return works[:duration]


def stands_in_work(problem, task, start):
    """Whether the calendar of a task works in the slot in which it starts; of milestones too."""
    worked = [_worked(problem, problem.calendar[task], start + more) for more in (0, 1)]
    return worked[0] < worked[1]


def violations(problem, start):
    """Everything in which a plan breaks its problem, in words."""
    found = []
    work = [slots_of(problem, task, int(start[task])) for task in range(len(start))]
    for task, slots in enumerate(work):
        fixed = problem.fixed[task]
        if fixed >= 0:
            if start[task] != fixed:
                found.append(f"{task} moved from {fixed}")
            continue
        if start[task] < problem.earliest[task]:
            found.append(f"{task} before {problem.earliest[task]}")
        is_whole = len(slots) == problem.duration[task]
        if not (is_whole and stands_in_work(problem, task, int(start[task]))):
            found.append(f"{task} starts in a slot without work")
    for link in range(len(problem.kind)):
        if not keeps_link(problem, link, start, work):
            found.append(f"link {problem.predecessor[link]} to {problem.successor[link]}")
    return found + overloads(problem, start, work)


def keeps_link(problem, link, start, work):
    """Whether the successor starts, or finishes, at or after what the link says."""
    before, after = problem.predecessor[link], problem.successor[link]
    if problem.fixed[after] >= 0:
        return True
    kind, begin = problem.kind[link], int(start[before])
    event = work[before][-1] + 1 if kind in (FS, FF) and work[before] else begin
    lag, calendar = problem.lag[link], problem.lag_calendar[link]
    if lag:
        worked = _worked(problem, calendar, event) + lag
        event = next(s for s in range(problem.horizon + 1)
                     if _worked(problem, calendar, s) >= worked)  # fmt: skip
    mine = problem.calendar[after]
    has = _worked(problem, mine, int(start[after]))
    if kind in (FF, SF):
        has += problem.duration[after]
    return has >= _worked(problem, mine, event)


def _worked(problem, calendar, slot):
    return slot if problem.at.size == 0 else int(problem.before[calendar, slot])


def overloads(problem, start, work):
    """Slots with more work than people, where no task had to be there."""
    found, left = [], problem.capacity.copy()
    may = (problem.fixed >= 0) | (problem.ignores_capacity > 0) | (start >= problem.latest)
    for task in np.flatnonzero(problem.fixed >= 0):
        for slot in work[task]:
            left[:, slot] -= problem.demand[task]
    left = np.maximum(left, 0)
    used = np.zeros_like(left)
    excused = np.zeros_like(left, bool)
    for task, slots in enumerate(work):
        for slot in slots if problem.fixed[task] < 0 else ():
            used[:, slot] += problem.demand[task]
            excused[:, slot] |= may[task]
    for resource, slot in np.argwhere((used > left) & ~excused):
        found.append(f"resource {resource} in slot {slot}")
    return found


def finish_of(problem, start):
    """The slot after the last that is worked in; milestones take none."""
    work = [slots_of(problem, task, int(start[task])) for task in range(len(start))]
    ends = [slots[-1] + 1 if slots else start[task] for task, slots in enumerate(work)]
    return int(max(ends))


def lateness_of(problem, start):
    """Slots by which tasks finish after they are due, added up."""
    late = 0
    for task in range(len(start)):
        slots = slots_of(problem, task, int(start[task]))
        end = slots[-1] + 1 if slots else int(start[task])
        if problem.due[task] < problem.horizon:
            late += max(0, end - int(problem.due[task]))
    return late


def is_there_a_better(problem, finish):
    """Whether any plan finishes earlier: all of them are tried, task by task."""
    n = len(problem.duration)
    slots = {
        (task, t): work
        for task in range(n)
        for t in range(int(problem.earliest[task]), finish)
        if len(work := slots_of(problem, task, t)) == problem.duration[task]
        and (work[-1] + 1 if work else t) < finish
        and stands_in_work(problem, task, t)
    }
    into = [[k for k in range(len(problem.kind)) if problem.successor[k] == j] for j in range(n)]
    left = problem.capacity.copy()
    start, work = np.zeros(n, np.int64), [[] for _ in range(n)]

    def place(task):
        if task == n:
            return True
        for t in range(finish):
            mine = slots.get((task, t))
            if mine is None or not (left[:, mine] >= problem.demand[task][:, None]).all():
                continue
            start[task], work[task] = t, mine
            if all(keeps_link(problem, link, start, work) for link in into[task]):
                left[:, mine] -= problem.demand[task][:, None]
                is_found = place(task + 1)
                left[:, mine] += problem.demand[task][:, None]
                if is_found:
                    return True
        return False

    return place(0)
