"""The network of a plan as its trials read it."""

from __future__ import annotations

import numpy as np

from pmtools.calendars import MISSING, minutes_of
from pmtools.project import Project
from pmtools.schedule.arrays import FF, FS, SF, SS, Arrays
from pmtools.schedule.critical_path import arrays_of, pass_both_ways, settled, state_of
from pmtools.schedule.limits import NEVER, Limits, limits_of
from pmtools.schedule.network import Network, by_node, network_of
from pmtools.schedule.options import ScheduleOptions, options_of
from pmtools.schedule.progress import progress_of, status_minute
from pmtools.simulate.kernel import Lanes, Rules
from pmtools.simulate.model import TrialNetwork

LONG = 1 << 40
"""Minutes that outlast every date."""
FAR = 1 << 30
"""The same in the lanes."""


def trial_network(project: Project, options: ScheduleOptions | None = None) -> TrialNetwork:
    """The network of a project, and how its limits follow from the durations of a trial.

    A limit is the larger or smaller of a date and a date less the duration: what it is without
    duration and with an endless one tells both. A lag that is a percentage of a task follows that;
    of a summary it stays as in the plan.
    """
    network = network_of(project, options or options_of(project.header))
    progress = progress_of(network)
    limits, _ = settled(network, limits_of(network, progress))
    is_open = network.is_leaf & ~progress.is_finished
    none = limits_of(network, progress, np.where(is_open, -limits.duration, 0))
    long = limits_of(network, progress, np.where(is_open, LONG, 0))
    is_held = (none.floor > long.floor) | (none.floor_instant != long.floor_instant)
    arrays = arrays_of(network, limits)
    state, is_total = state_of(arrays, limits), network.options.late_as_possible == "total"
    pass_both_ways(arrays, state, limits.floor, limits.is_late, is_total)
    rules = Rules(
        _without_past(arrays, network.is_leaf & progress.is_finished), state, long.floor,
        np.where(is_held, none.floor, -NEVER), long.floor_instant, none.floor_instant, none.cap,
        long.latest, none.latest, limits.is_late, is_total,
        _shares(network, limits, is_open & ~progress.is_started), is_open, long.floor.copy(),
    )  # fmt: skip
    ids = project.tasks["id"].iloc[network.outline.leaves]
    start, status = int(minutes_of(project.header.start)), status_minute(project)
    is_open = is_open & ~network.is_support
    past = progress.finish[progress.is_finished & network.is_leaf].max(initial=MISSING)
    return TrialNetwork(
        project, network.options, rules, _lanes_of(network, limits, rules, is_open), tuple(ids),
        limits.duration, is_open, int(past), max(start, status), network.calendars.position[""],
    )  # fmt: skip


def _without_past(a: Arrays, is_past: np.ndarray) -> Arrays:
    """What is finished stays where it was placed, if it waits for nothing that is open."""
    links = a.links[a.into_link]
    if (is_past[links["after"]] & ~is_past[links["before"]]).any():
        return a
    return a._replace(order=a.order[~is_past[a.order]])


def _shares(network: Network, limits: Limits, is_whole: np.ndarray) -> np.ndarray:
    """The share of its predecessor's duration that each lag is, where all of that is still open."""
    columns = network.project.links
    percent = columns["lag_hours"].where(columns["lag_kind"] == "percent", 0).to_numpy()
    share = np.zeros(len(network.row))
    share[network.row >= 0] = percent[network.row[network.row >= 0]] / 100
    is_whole = is_whole & (network.duration == limits.duration)
    return np.where(is_whole[network.predecessor], share, 0)


def _lanes_of(network: Network, limits: Limits, rules: Rules, is_open: np.ndarray) -> Lanes | None:
    """The open tasks where all that they heed is one addition; what is finished is a date."""
    a, s = rules.a, rules.s
    between = np.zeros(len(a.links), bool)
    between[a.into_link] = True
    before, after, kind = a.links["before"], a.links["after"], a.links["kind"]
    inner = np.flatnonzero(between & is_open[before] & is_open[after])
    past = np.flatnonzero(between & ~is_open[before] & is_open[after])
    if limits.is_late.any() or not _are_plain(network, rules, is_open, inner, between):
        return None
    to_finish, own = np.isin(kind, (FF, SF)), limits.duration[after]
    floor, held = rules.floor.copy(), rules.held.copy()
    for bound, links, plus in (
        (floor, past[~to_finish[past]], 0), (held, past[to_finish[past]], own),
    ):  # fmt: skip
        np.maximum.at(bound, after[links], s.reached[links] + (plus * to_finish)[links])
    is_point = is_open & (limits.duration == 0)
    floor = np.where(is_point, np.maximum(floor, held), floor)
    calendar = int(a.nodes["calendar"][is_open][0])
    done = s.nodes["instant"][a.nodes["is_ending"] & ~is_open].max(initial=MISSING)
    into, into_end, into_link = by_node(after[inner], len(is_open))
    out, out_end, out_link = by_node(before[inner], len(is_open))
    into_link, out_link = inner[into_link], inner[out_link]
    from_start, to_finish = np.isin(kind, (SS, SF)).astype(np.int32), to_finish.astype(np.int32)
    lag = a.links["lag"].astype(np.int32)
    return Lanes(
        clocks=a.clocks, calendar=calendar, order=a.order[is_open[a.order]], floor=_near(floor),
        held=_near(held), latest=_near(rules.latest), into=into, into_end=into_end,
        earlier=before[into_link], lag=lag[into_link], from_start=from_start[into_link],
        to_finish=to_finish[into_link], out=out, out_end=out_end, later=after[out_link],
        out_lag=lag[out_link], out_from_start=from_start[out_link],
        out_to_finish=to_finish[out_link],
        point=np.where(is_point, np.cumsum(is_point) - 1, -1), opens=a.nodes["opens"].copy(),
        is_floor_morning=_mornings(network, limits, rules, past, floor),
        is_ending=a.nodes["is_ending"].copy(),
        past=_near(network.calendars.by_position[calendar].minutes_before(np.array([done])))[0],
    )  # fmt: skip


def _near(minutes: np.ndarray) -> np.ndarray:
    return np.clip(minutes, -FAR, FAR).astype(np.int32)


def _are_plain(
    network: Network, rules: Rules, is_open: np.ndarray, inner: np.ndarray, between: np.ndarray
) -> bool:
    """Whether all that is open counts on one calendar, and no instant or cap moves it."""
    a, nodes, links = rules.a, rules.a.nodes[is_open], rules.a.links[inner]
    odd = ("is_started", "is_held", "is_open_end", "may_wait")
    return bool(
        network.is_leaf.all()
        and len(np.unique(nodes["calendar"])) == 1
        and not any(nodes[name].any() for name in odd)
        and not nodes["delay"].any()
        and (nodes["cap"] == NEVER).all()
        and nodes["is_linked"].all()
        and (rules.latest == rules.must_start)[is_open].all()
        and links["is_plain"].all()
        and links["can_be_felt"].all()
        and not rules.share[inner].any()
        and not (between & is_open[a.links["before"]] & ~is_open[a.links["after"]]).any()
    )


def _mornings(
    network: Network, limits: Limits, rules: Rules, past: np.ndarray, floor: np.ndarray
) -> np.ndarray:
    """Where a point stands on its floor because something holds it until the next morning."""
    s, links = rules.s, rules.a.links[past]
    evening = network.at(floor, "finish")
    is_morning = (limits.floor == floor) & (limits.floor_instant > evening)
    is_finish = np.isin(links["kind"], (FS, FF))
    earlier = s.nodes[links["before"]]
    instant = np.where(is_finish, earlier["instant"], earlier["begins"])
    is_tight = (s.reached[past] == floor[links["after"]]) & (links["lag"] == 0)
    is_morning[links["after"][is_tight & (instant > evening[links["after"]])]] = True
    return is_morning


def own_rules(rules: Rules) -> Rules:
    """A copy that one thread can write to."""
    a = rules.a
    a = a._replace(
        nodes=a.nodes.copy(), links=a.links.copy(), weight=a.weight.copy(), back=a.back.copy(),
        duration=a.duration.copy(),
    )  # fmt: skip
    state = rules.s._make(each.copy() for each in rules.s)
    return rules._replace(a=a, s=state, earliest=rules.earliest.copy())
