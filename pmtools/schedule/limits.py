"""What bounds each task beside its links: project start, status date, constraints, progress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmtools.calendars import DAY, MISSING, Minutes, WorkCalendar, minutes_of
from pmtools.schedule.network import SF, SS, Network
from pmtools.schedule.progress import Progress, end_of_day, status_minute

NEVER = 2**62
PROJECT_START, STATUS_DATE, CONSTRAINT, RESUMED = range(4)
STARTS_NOT_BEFORE, FINISHES_NOT_BEFORE = ("SNET", "MSO"), ("FNET", "MFO")
STARTS_NOT_AFTER, FINISHES_NOT_AFTER = ("SNLT", "MSO"), ("FNLT", "MFO")


@dataclass(frozen=True)
class Limits:
    """One value a node, in working minutes of the node's own calendar; `lag` one a link.

    - duration: still to be scheduled
    - floor, floor_instant, floor_reason: no earlier start than this; the same as minutes since
      1970, of finished work its finish; what sets it
    - delay: elapsed minutes it waits after what links and floor allow
    - cap, is_finish_cap: a start that overrides predecessors and floor, NEVER where there is none;
      whether it is there for the sake of the finish
    - latest: no later finish, NEVER where only the project's finish limits it
    - is_pinned: `latest` holds also against the successors
    - begin: the actual start; else MISSING
    - took: working minutes of all of a started task, pauses left out
    - is_fixed: links count from `begin`, and it is the early and the late start
    - is_point: finished, and only hands on when its successors may go on; counted on 24 hours
    - is_linked: its predecessors limit it; is_deaf: it limits none of them
    - is_finished, is_late: shall start as late as possible
    - lag: what is left of it where the predecessor is under way
    """

    duration: Minutes
    floor: Minutes
    floor_instant: Minutes
    floor_reason: Minutes
    delay: Minutes
    cap: Minutes
    is_finish_cap: np.ndarray
    latest: Minutes
    is_pinned: np.ndarray
    begin: Minutes
    took: Minutes
    is_fixed: np.ndarray
    is_point: np.ndarray
    is_linked: np.ndarray
    is_deaf: np.ndarray
    is_finished: np.ndarray
    is_late: np.ndarray
    lag: Minutes


def limits_of(network: Network, progress: Progress, change: Minutes | int = 0) -> Limits:
    """The bounds of every node; hubs have none but the project start.

    `change`: working minutes that remain beyond what the progress says.

    What remains of started work is what is scheduled. Primavera re-expresses the network on the
    status date: what is finished is a point there that holds its successors as long as its
    predecessors hold it (retained logic), and of lags counts what is left. In Microsoft Project
    links count from actual dates; work that is under way pauses until its predecessors are done,
    but not at 0 percent (P. Harris, 99 Tricks and Traps for Microsoft Project).
    """
    options, rules = network.options, _Rules(network)
    is_at_status, done = options.is_work_after_status_date, progress.is_finished
    is_open, is_running = network.is_leaf & ~progress.is_started, progress.is_started & ~done
    is_retained = options.out_of_sequence == "retained_logic"
    begin = network.before(progress.start)
    duration, took = (each + change for each in _durations(network, progress))
    instant, reason = _floor(network, rules, progress)
    floor = network.before(instant)
    if not is_at_status:
        floor = np.where(is_running, np.maximum(floor, begin + took - duration), floor)
    is_late = rules.are("ALAP") & is_open
    is_held = rules.are(*FINISHES_NOT_BEFORE) & ~done
    held = np.where(is_held, network.before(rules.date) - duration, -NEVER)
    evening = network.ask(WorkCalendar.previous_work, np.where(is_held, rules.date, MISSING))
    cap, latest, is_pinned = _late(network, rules, duration, is_open)
    is_kept = rules.are("MFO") & is_running & options.are_constraints_hard
    is_point, is_past = done & is_at_status, done & (not is_at_status)
    floor = np.where(held > floor, held, floor)
    return Limits(
        duration=duration,
        floor=np.where(is_point, WorkCalendar.always().minutes_before(instant), floor),
        floor_instant=np.where(is_past, progress.finish, np.where(held >= floor, evening, instant)),
        floor_reason=np.where(held >= floor, CONSTRAINT, reason),
        delay=_delays(network, is_open & ~is_late),
        cap=cap,
        is_finish_cap=rules.are(*FINISHES_NOT_AFTER),
        latest=np.where(is_point, NEVER, latest),
        is_pinned=is_pinned | is_kept,
        begin=begin,
        took=took,
        is_fixed=progress.is_started & (not is_at_status),
        is_point=is_point,
        is_linked=~progress.is_started
        | (is_retained if is_at_status else is_running & (progress.percent > 0)),
        is_deaf=progress.is_started & (not is_retained) if is_at_status else done,
        is_finished=done,
        is_late=is_late,
        lag=_lags(network, progress) if is_at_status else network.lag,
    )


def _delays(network: Network, is_delayed: np.ndarray) -> Minutes:
    minutes = np.rint(network.of_task("levelling_delay_hours") * 60)
    return np.where(is_delayed, minutes, 0).astype(np.int64)


def _lags(network: Network, progress: Progress) -> Minutes:
    """Of lags from work that is under way, what is left on the status date, and no leads."""
    before, status = network.predecessor, status_minute(network.project)
    is_from_start = np.isin(network.kind, (SS, SF))
    actual = np.where(is_from_start, progress.start[before], progress.finish[before])
    is_known = (actual != MISSING) & (status != MISSING)
    span = np.where(is_known, actual, 0), np.where(is_known, status, 0)
    hours = network.calendars.ask(network.lag_calendar, WorkCalendar.hours_between, *span)
    passed = np.rint(np.maximum(hours, 0) * 60).astype(np.int64)
    is_passed = np.where(is_from_start, progress.is_started[before], progress.is_finished[before])
    return np.where(is_passed, np.maximum(network.lag - passed, 0), network.lag)


class _Rules:
    """Kind and instant of each constraint; a day of a finish is the end of that day."""

    def __init__(self, network: Network) -> None:
        tasks = network.project.tasks
        dates, kinds = minutes_of(tasks["constraint_date"]), tasks["constraint"].to_numpy(object)
        is_day = np.isin(kinds, ("FNET", "FNLT", "MFO")) & (dates != MISSING) & (dates % DAY == 0)
        self.network = network
        self.dates = end_of_day(np.where(is_day, dates + DAY, dates))
        self.kinds = np.where((dates == MISSING) & (kinds != "ALAP"), "", kinds)
        self.date = self.dates[network.task]

    def are(self, *kinds: str) -> np.ndarray:
        """Which nodes are tasks with a constraint of one of these kinds."""
        return np.isin(self.kinds, kinds)[self.network.task] & self.network.is_leaf

    def inherited(self, kinds: tuple[str, ...], tightest: np.ufunc, nothing: int) -> Minutes:
        """The tightest constraint of these kinds among the summaries above each node."""
        found = np.full(len(self.dates), nothing)
        ancestors, members = self.network.outline.pairs()
        chosen = np.isin(self.kinds, kinds)[ancestors]
        tightest.at(found, members[chosen], self.dates[ancestors[chosen]])
        return found[self.network.task]


def _durations(network: Network, progress: Progress) -> tuple[Minutes, Minutes]:
    """What is to be scheduled, and all that a started task takes.

    Where started tasks run on from their actual start, the whole of one is what was done and what
    remains: the remaining work over the share that remains, where that contradicts the plan.
    """
    known = np.where(progress.is_finished, progress.finish, MISSING)
    taken = np.maximum(network.before(known) - network.before(progress.start), 0)
    left = 1 - progress.percent / 100
    implied = np.rint(progress.remaining / np.where(left > 0, left, 1)).astype(np.int64)
    is_near = np.abs(network.duration * left - progress.remaining) <= 0.01 * network.duration
    whole = np.where(is_near, network.duration, implied)
    took = np.where(progress.is_finished, taken, whole)
    if network.options.is_work_after_status_date:
        return progress.remaining, took
    return np.where(progress.is_finished, taken, progress.remaining), took


def _floor(network: Network, rules: _Rules, progress: Progress) -> tuple[Minutes, Minutes]:
    """The earliest start allowed and its reason; summaries hand their constraint down."""
    floor = np.full(len(network.task), minutes_of(network.project.header.start))
    reason = np.full(len(network.task), PROJECT_START)
    own = np.where(rules.are(*STARTS_NOT_BEFORE), rules.date, MISSING)
    inherited = rules.inherited(STARTS_NOT_BEFORE, np.maximum, MISSING)
    bound = np.where(progress.is_started, MISSING, np.maximum(own, inherited))
    if network.options.is_work_after_status_date:
        status = status_minute(network.project)
        is_past = network.is_leaf & (floor < status)
        floor, reason = np.where(is_past, status, floor), np.where(is_past, STATUS_DATE, reason)
        has_begun = progress.is_started & ~progress.is_finished
        if network.options.out_of_sequence == "actual_dates":
            floor = np.maximum(floor, np.where(progress.is_finished, progress.finish, MISSING))
    else:
        has_begun = progress.is_started
        floor = np.where(has_begun, MISSING, floor)
    floor = np.maximum(floor, np.where(has_begun, progress.start, MISSING))
    resumed = np.where(progress.is_finished, MISSING, progress.resume)
    reason = np.where(bound > floor, CONSTRAINT, reason)
    floor = np.maximum(floor, bound)
    return np.maximum(floor, resumed), np.where(resumed > floor, RESUMED, reason)


def _late(
    network: Network, rules: _Rules, duration: Minutes, is_open: np.ndarray
) -> tuple[Minutes, Minutes, np.ndarray]:
    """Hard caps on starts, soft limits on finishes, and which of these are pinned."""
    is_start_bound = rules.are(*STARTS_NOT_AFTER) & is_open
    is_bound = is_start_bound | rules.are(*FINISHES_NOT_AFTER)
    finish = network.before(rules.date) + np.where(is_start_bound, duration, 0)
    latest = np.where(is_bound, finish, NEVER)
    is_hard = is_bound & is_open & network.options.are_constraints_hard
    cap = np.where(is_hard, latest - duration, NEVER)
    is_pinned = is_hard & rules.are("MSO", "MFO")
    deadline = end_of_day(minutes_of(network.of_task("deadline")))
    inherited = rules.inherited(FINISHES_NOT_AFTER, np.minimum, NEVER)
    bound = np.minimum(np.where(deadline == MISSING, NEVER, deadline), inherited)
    is_bound = (bound != NEVER) & network.is_leaf
    late = np.where(is_bound, network.before(np.where(is_bound, bound, MISSING)), NEVER)
    return cap, np.minimum(latest, late), is_pinned
