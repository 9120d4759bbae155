"""What bounds each task beside its links: project start, status date, constraints, progress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmtools.calendars import DAY, MISSING, Minutes, WorkCalendar, minutes_of
from pmtools.schedule.network import Network
from pmtools.schedule.progress import Progress, end_of_day, status_minute

NEVER = 2**62
PROJECT_START, STATUS_DATE, CONSTRAINT = range(3)
STARTS_NOT_BEFORE, FINISHES_NOT_BEFORE = ("SNET", "MSO"), ("FNET", "MFO")
STARTS_NOT_AFTER, FINISHES_NOT_AFTER = ("SNLT", "MSO"), ("FNLT", "MFO")


@dataclass(frozen=True)
class Limits:
    """One value a node, in working minutes of the node's own calendar.

    - duration: still to be scheduled
    - floor, floor_instant, floor_reason: no earlier start than this; the same as minutes since
      1970; what sets it
    - cap, is_finish_cap: a start that overrides predecessors and floor, NEVER where there is none;
      whether it is there for the sake of the finish
    - latest: no later finish, NEVER where only the project's finish limits it
    - is_pinned: `latest` holds also against the successors
    - is_fixed: start and finish are facts: `floor` is the start, whatever the links say
    - begin: the start that links from it count from, where it has started; else MISSING
    - resume: where what remains of a task that runs on from its actual start begins: the limit of
      its predecessors, as Microsoft Project has it; MISSING for all others
    - is_finished: passes no limit on to its predecessors
    - ignores_links: its predecessors no longer matter (progress override)
    - is_late: shall start as late as possible
    """

    duration: Minutes
    floor: Minutes
    floor_instant: Minutes
    floor_reason: Minutes
    cap: Minutes
    is_finish_cap: np.ndarray
    latest: Minutes
    is_pinned: np.ndarray
    is_fixed: np.ndarray
    begin: Minutes
    resume: Minutes
    is_finished: np.ndarray
    ignores_links: np.ndarray
    is_late: np.ndarray


def limits_of(network: Network, progress: Progress) -> Limits:
    """The bounds of every node; hubs have none but the project start."""
    options, rules = network.options, _Rules(network)
    is_open = network.is_leaf & ~progress.is_started
    is_running = progress.is_started & ~progress.is_finished
    is_fixed = progress.is_finished | (is_running & (not options.is_work_after_status_date))
    duration = _durations(network, progress, is_running)
    begin = network.before(progress.start)
    instant, reason = _floor(network, rules, is_open)
    floor = network.before(instant)
    is_held = rules.are(*FINISHES_NOT_BEFORE) & ~progress.is_finished
    held = np.where(is_held, network.before(rules.date) - duration, -NEVER)
    evening = network.ask(WorkCalendar.previous_work, np.where(is_held, rules.date, MISSING))
    cap, latest, is_pinned = _late(network, rules, duration, is_open)
    runs_on = is_fixed & is_running & (duration > 0)
    return Limits(
        duration=duration,
        floor=np.where(is_fixed, begin, np.maximum(np.maximum(floor, held), begin)),
        floor_instant=np.where(is_fixed, progress.start, np.where(held > floor, evening, instant)),
        floor_reason=np.where(held > floor, CONSTRAINT, reason),
        cap=cap,
        is_finish_cap=rules.are(*FINISHES_NOT_AFTER),
        latest=latest,
        is_pinned=is_pinned,
        is_fixed=is_fixed,
        begin=begin,
        resume=np.where(runs_on, begin + duration - progress.remaining, MISSING),
        is_finished=progress.is_finished,
        ignores_links=is_running & (options.out_of_sequence == "progress_override"),
        is_late=rules.are("ALAP") & is_open,
    )


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


def _durations(network: Network, progress: Progress, is_running: np.ndarray) -> Minutes:
    """What is to be scheduled: all of a task, what remains of it, or what it really took.

    Where started tasks run on from their actual start, the whole of one is what was done and what
    remains: the remaining work over the share that remains, where that contradicts the plan.
    """
    took = network.before(progress.finish) - network.before(progress.start)
    duration = progress.remaining
    if not network.options.is_work_after_status_date:
        left = 1 - progress.percent / 100
        implied = np.rint(progress.remaining / np.where(left > 0, left, 1)).astype(np.int64)
        is_near = np.abs(network.duration * left - progress.remaining) <= 0.01 * network.duration
        whole = np.where(is_near, network.duration, implied)
        duration = np.where(is_running, whole, duration)
    return np.where(progress.is_finished, np.maximum(took, 0), duration)


def _floor(network: Network, rules: _Rules, is_open: np.ndarray) -> tuple[Minutes, Minutes]:
    """The earliest start allowed and its reason; summaries hand their constraint down."""
    floor = np.full(len(network.task), minutes_of(network.project.header.start))
    reason = np.full(len(network.task), PROJECT_START)
    status = status_minute(network.project)
    if network.options.is_work_after_status_date:
        is_past = network.is_leaf & (floor < status)
        floor, reason = np.where(is_past, status, floor), np.where(is_past, STATUS_DATE, reason)
    own = np.where(rules.are(*STARTS_NOT_BEFORE), rules.date, MISSING)
    inherited = rules.inherited(STARTS_NOT_BEFORE, np.maximum, MISSING)
    bound = np.where(is_open, np.maximum(own, inherited), MISSING)
    return np.maximum(floor, bound), np.where(bound > floor, CONSTRAINT, reason)


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
    is_bound = (bound != NEVER) & network.is_leaf & ~is_pinned
    late = np.where(is_bound, network.before(np.where(is_bound, bound, MISSING)), NEVER)
    return cap, np.minimum(latest, late), is_pinned
