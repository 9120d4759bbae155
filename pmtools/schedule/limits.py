"""What bounds each task beside its links: project start, status date, constraints, progress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmtools.calendars import DAY, MISSING, Minutes, minutes_of
from pmtools.project import Project
from pmtools.schedule.network import LEAF, Network
from pmtools.schedule.options import ScheduleOptions
from pmtools.schedule.outline import Outline
from pmtools.schedule.progress import Progress, end_of_day, status_minute

NEVER = 2**62
PROJECT_START, STATUS_DATE, CONSTRAINT = range(3)


@dataclass(frozen=True)
class Limits:
    """One value a node, in working minutes of the node's own calendar.

    Parameters
    ----------
    duration
        Working minutes still to be scheduled.
    floor, floor_instant, floor_reason
        No earlier start than this; the same as minutes since 1970; what sets it.
    cap
        A start that overrides predecessors and floor, NEVER where there is none.
    latest
        No later finish than this, NEVER where only the project's finish limits it.
    is_pinned
        `latest` holds also against the successors.
    is_fixed
        Start and finish are facts: `floor` is the start, whatever the links say.
    begin
        The start that links from this task count from, where it has started; else MISSING.
    resume
        Where what remains of a task that runs on from its actual start begins: the limit of its
        predecessors, as Microsoft Project has it; MISSING for all others.
    is_finished
        Passes no limit on to its predecessors.
    ignores_links
        Its predecessors no longer matter (progress override).
    is_late
        Shall start as late as possible.
    """

    duration: Minutes
    floor: Minutes
    floor_instant: Minutes
    floor_reason: Minutes
    cap: Minutes
    latest: Minutes
    is_pinned: np.ndarray
    is_fixed: np.ndarray
    begin: Minutes
    resume: Minutes
    is_finished: np.ndarray
    ignores_links: np.ndarray
    is_late: np.ndarray


def limits_of(
    project: Project,
    outline: Outline,
    network: Network,
    progress: Progress,
    options: ScheduleOptions,
) -> Limits:
    """The bounds of every node; hubs have none but the project start."""
    is_leaf = network.role == LEAF
    is_running = progress.is_started & ~progress.is_finished
    is_fixed = progress.is_finished | (is_running & (not options.is_work_after_status_date))
    duration = _durations(network, progress, is_running, options)
    constraint, date = _constraints(project, network)
    is_open = is_leaf & ~progress.is_started
    floor, reason = _floor(project, outline, network, constraint, date, is_open, options)
    floor_worked = _before(network, floor)
    finish_floor = np.where(
        np.isin(constraint, ("FNET", "MFO")) & ~progress.is_finished & is_leaf,
        _before(network, date) - duration,
        -NEVER,
    )
    reason = np.where(finish_floor > floor_worked, CONSTRAINT, reason)
    floor = np.where(finish_floor > floor_worked, MISSING, floor)
    floor_worked = np.maximum(floor_worked, finish_floor)
    begin = np.where(progress.is_started, _before(network, progress.start), MISSING)
    floor_worked = np.where(is_running, np.maximum(floor_worked, begin), floor_worked)
    floor_worked = np.where(is_fixed, begin, floor_worked)
    runs_on = is_fixed & is_running & (duration > 0)
    cap, latest, is_pinned = _late(
        project, outline, network, constraint, date, duration, is_open & ~is_fixed, options
    )
    return Limits(
        duration=duration,
        floor=floor_worked,
        floor_instant=np.where(is_fixed, progress.start, floor),
        floor_reason=reason,
        cap=cap,
        latest=latest,
        is_pinned=is_pinned,
        is_fixed=is_fixed,
        begin=begin,
        resume=np.where(runs_on, begin + duration - progress.remaining, MISSING),
        is_finished=progress.is_finished,
        ignores_links=is_running & (options.out_of_sequence == "progress_override"),
        is_late=(constraint == "ALAP") & is_open,
    )


def _before(network: Network, instants: Minutes) -> Minutes:
    """Working minutes before each node's instant, on the node's own calendar."""
    worked = np.full(len(instants), MISSING)
    for position, calendar in enumerate(network.calendars):
        mine = network.calendar == position
        if mine.any():
            worked[mine] = calendar.minutes_before(instants[mine])
    return worked


def _durations(
    network: Network, progress: Progress, is_running: np.ndarray, options: ScheduleOptions
) -> Minutes:
    """What is to be scheduled: all of a task, what remains of it, or what it really took.

    Where started tasks run on from their actual start, the whole of one is what was done and what
    remains: the remaining work over the share that remains, where that contradicts the plan.
    """
    took = _before(network, progress.finish) - _before(network, progress.start)
    if options.is_work_after_status_date:
        running = progress.remaining
    else:
        left = 1 - progress.percent / 100
        implied = progress.remaining / np.where(left > 0, left, 1)
        is_near = np.abs(network.duration * left - progress.remaining) <= 0.01 * network.duration
        running = np.where(is_near, network.duration, np.rint(implied)).astype(np.int64)
    unfinished = np.where(progress.is_started, running, progress.remaining)
    return np.where(progress.is_finished, np.maximum(took, 0), unfinished)


def _constraints(project: Project, network: Network) -> tuple[np.ndarray, Minutes]:
    """Kind and instant of each node's constraint; a day of a finish is the end of that day."""
    tasks = project.tasks
    dates = minutes_of(tasks["constraint_date"])
    kinds = tasks["constraint"].to_numpy(dtype=object)
    is_finish = np.isin(kinds, ("FNET", "FNLT", "MFO"))
    dates = np.where(is_finish & (dates != MISSING) & (dates % DAY == 0), dates + DAY, dates)
    is_empty = (dates == MISSING) & (kinds != "ALAP")
    return np.where(is_empty, "", kinds)[network.task], end_of_day(dates)[network.task]


def _floor(
    project: Project,
    outline: Outline,
    network: Network,
    constraint: np.ndarray,
    date: Minutes,
    is_open: np.ndarray,
    options: ScheduleOptions,
) -> tuple[Minutes, Minutes]:
    """The earliest start allowed and its reason; summaries hand their constraint down."""
    floor = np.full(len(network.task), minutes_of(project.header.start))
    reason = np.full(len(network.task), PROJECT_START)
    status = status_minute(project)
    if status != MISSING and options.is_work_after_status_date:
        reason = np.where((network.role == LEAF) & (status > floor), STATUS_DATE, reason)
        floor = np.where(network.role == LEAF, np.maximum(floor, status), floor)
    own = np.where(np.isin(constraint, ("SNET", "MSO")) & is_open, date, MISSING)
    inherited = _inherited(project, outline, network, ("SNET", "MSO"), np.maximum, MISSING)
    bound = np.maximum(own, np.where(is_open, inherited, MISSING))
    reason = np.where(bound > floor, CONSTRAINT, reason)
    return np.maximum(floor, bound), reason


def _late(
    project: Project,
    outline: Outline,
    network: Network,
    constraint: np.ndarray,
    date: Minutes,
    duration: Minutes,
    is_open: np.ndarray,
    options: ScheduleOptions,
) -> tuple[Minutes, Minutes, np.ndarray]:
    """Hard caps on starts, soft limits on finishes, and which of these are pinned."""
    is_leaf = network.role == LEAF
    worked = _before(network, date)
    finish = np.where(np.isin(constraint, ("SNLT", "MSO")), worked + duration, worked)
    is_start_bound = np.isin(constraint, ("SNLT", "MSO")) & is_open
    is_finish_bound = np.isin(constraint, ("FNLT", "MFO")) & is_leaf
    bounded = is_start_bound | is_finish_bound
    latest = np.where(bounded, finish, NEVER)
    is_hard = bounded & is_open & options.are_constraints_hard
    cap = np.where(is_hard, latest - duration, NEVER)
    is_pinned = is_hard & np.isin(constraint, ("MSO", "MFO"))
    deadline = end_of_day(minutes_of(project.tasks["deadline"]))[network.task]
    inherited = _inherited(project, outline, network, ("FNLT", "MFO"), np.minimum, NEVER)
    for bound in (np.where(deadline == MISSING, NEVER, deadline), inherited):
        known = (bound != NEVER) & is_leaf
        late = _before(network, np.where(known, bound, MISSING))
        latest = np.where(known & ~is_pinned, np.minimum(latest, late), latest)
    return cap, latest, is_pinned


def _inherited(
    project: Project,
    outline: Outline,
    network: Network,
    kinds: tuple[str, ...],
    tightest: np.ufunc,
    nothing: int,
) -> Minutes:
    """The tightest constraint of these kinds among the summaries above each node."""
    tasks = project.tasks
    dates = minutes_of(tasks["constraint_date"])
    if kinds[0].startswith("F"):
        dates = np.where((dates != MISSING) & (dates % DAY == 0), dates + DAY, dates)
    applies = tasks["constraint"].isin(kinds).to_numpy(bool) & (dates != MISSING)
    found = np.full(len(tasks), nothing)
    ancestors, members = outline.pairs()
    chosen = applies[ancestors]
    tightest.at(found, members[chosen], dates[ancestors[chosen]])
    return found[network.task]
