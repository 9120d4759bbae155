"""Run a model: blocks of trials on threads, by the network's rules, counted as they come."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from statistics import NormalDist

import numpy as np

from pmtools.calendars import Minutes, minutes_of
from pmtools.schedule.kernel import before
from pmtools.simulate import draws, kernel
from pmtools.simulate.draws import Draws, Room
from pmtools.simulate.model import Model, Ranges, Reals, Trials, key_of
from pmtools.simulate.networks import own_rules, trial_network

__all__ = ["durations_of", "run", "trial_network"]

BLOCK = 256
Passes = Callable[[Model], list[Callable[..., None]]]


def run(
    model: Model, *, n_trials: int, seed: int, threads: int = 1, is_limited: bool = False,
    block: int = 0,
) -> Trials:  # fmt: skip
    """Draw, schedule and count trials.

    Parameters
    ----------
    n_trials, seed
        The first of the endless row of trials of a seed.
    is_limited
        Nobody is asked for more than there is, in every trial: a list schedule (see `limited`).
        Floats are those that the links leave.
    threads, block
        Decide how fast it is, never what it finds; 0 trials a block chooses by `n_trials`.

    Raises
    ------
    ProjectError
        Where a trial needs more working time than a calendar without a weekly pattern has.

    Notes
    -----
    Remaining durations: the inverse distribution at correlated normal scores (Gaussian copula),
    times the growth by risks that occur, plus their delays, in whole minutes. Significance after
    Williams (1992), criticality by total float.
    """
    block = block or (BLOCK if n_trials < 16 * BLOCK else 2 * BLOCK)
    shares = np.array_split(np.arange(0, n_trials, block), threads)
    draws, passes = draws_of(model, seed), _passes
    if is_limited:  # the library of levelling is slow to import
        from pmtools.simulate.limited import limited, passes_of

        model, people = limited(model)
        passes = partial(passes_of, people)
    kept = _Kept(model, n_trials)

    def work(share: np.ndarray) -> Minutes:
        worker = _Worker(model, draws, min(block, n_trials), passes)
        for first in share.tolist():
            kept.keep(first, worker.do(first, n_trials - first))
        return worker.room.sums

    with ThreadPoolExecutor(threads) as pool:
        try:
            sums = [*(pool.map if threads > 1 else map)(work, filter(len, shares))]
        except OverflowError:
            for calendar in model.plan.calendars.values():
                if calendar.borders.week == 0:
                    calendar.instant_at(calendar.borders.total)  # raises, with its name
            raise
    return kept.counted(seed, np.sum(sums, axis=0))


def durations_of(model: Model, tasks: Minutes, *, n_trials: int, seed: int) -> Minutes:
    """The remaining minutes of some tasks of a model in each trial of a run, a column a task."""
    worker, rows = _Worker(model, draws_of(model, seed), BLOCK, _passes), model.node[tasks]
    blocks = [worker.draw(k).duration[rows].T.copy() for k in range(0, n_trials, BLOCK)]
    return np.concatenate(blocks)[:n_trials].astype(np.int64)


def draws_of(model: Model, seed: int) -> Draws:
    """What the compiled draws read."""
    risks, start = model.risks, _mixed(np.array([seed], np.uint64))
    keys = [_mixed(each ^ start) for each in (model.key, model.group_key, risks.key)]
    severity = _mixed(keys[2] ^ key_of("severity"))
    cells, bottom, unit = _packed(model.tables)

    def single(ranges: Ranges) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        low = ranges.low + ranges.span * bottom[ranges.table]
        span = ranges.span * unit[ranges.table] / 256
        return low.astype(np.float32), span.astype(np.float32), ranges.table.astype(np.int64)

    effects = [single(each) for each in (risks.growth, risks.delay, risks.cost)]
    growth, delay, price = (np.stack(each[:2], axis=1) for each in effects)
    owner = np.repeat(np.arange(len(model.node)), np.diff(risks.tasks_from))
    order = np.lexsort((risks.parallel[risks.tasks], owner))
    low, span, table = single(model.remaining)
    return Draws(
        node=model.node, low=low, span=span, table=table, key=keys[0],
        group=model.group.astype(np.int64), shared=model.shared.astype(np.float32),
        own=model.own.astype(np.float32), group_key=keys[1],
        mixing=model.mixing.astype(np.float32), cells=cells, normal=_normal_table(),
        occurs=keys[2], severity=severity, chance=risks.probability * 2.0**32,
        growth=growth, delay=delay, price=price,
        effects=np.stack([each[2] for each in effects]),
        parallel=risks.parallel, risks=risks.tasks[order], risks_from=risks.tasks_from,
        rate=model.rate,
    )  # fmt: skip


def _packed(tables: Reals) -> tuple[np.ndarray, Reals, Reals]:
    """Tables in one look-up: value and step to the next in 16 bits each, of the table's range."""
    bottom, unit = tables[:, 0], (tables[:, -1] - tables[:, 0]) / 0xFFFF
    values = np.rint((tables - bottom[:, None]) / np.where(unit == 0, 1, unit)[:, None])
    steps = np.diff(values, axis=1, append=values[:, -1:])
    return (values + 0x10000 * steps).astype(np.uint32), bottom, unit


def _mixed(keys: np.ndarray) -> np.ndarray:
    """Numbers that differ in one bit become unlike (splitmix64, Steele and others 2014)."""
    keys = keys.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(keys ^ (keys >> np.uint64(31)))


@cache
def _normal_table() -> Reals:
    """Normal scores by octaves of probability, of both halves: the median of each step."""
    octave, part = np.divmod(np.arange(draws.OCTAVES << draws.FINE), 1 << draws.FINE)
    chance = 2.0 ** (octave - draws.OCTAVES - 1) * (1 + (part + 0.5) / (1 << draws.FINE))
    scores = [NormalDist().inv_cdf(each) for each in chance.tolist()]
    return np.array([[score, -score] for score in [*scores, 0.0]], np.float32).ravel()


class _Kept:
    """A value a trial, as the blocks come."""

    def __init__(self, model: Model, n: int) -> None:
        self.model, self.finish, self.length = model, *np.zeros((2, n), np.int64)
        self.cost, self.watched = np.zeros(n), np.zeros((n, len(model.watched)), np.int64)
        self.occurred = np.zeros((n, len(model.risks.key)), bool)

    def keep(self, first: int, room: Room) -> None:
        """Store a block of trials."""
        n = room.n[0]
        rows = slice(first, first + n)
        self.finish[rows], self.length[rows] = room.instant[:n], room.length[:n]
        self.cost[rows] = (room.cost + self.model.time_rate * room.length)[:n]
        self.watched[rows], self.occurred[rows] = room.watched.T[:n], room.occurred.T[:n]

    def counted(self, seed: int, sums: Minutes) -> Trials:
        """With the statistics of all tasks."""
        network, n = self.model.networks[0], len(self.finish)
        usual = network.duration[: len(network.ids)]
        critical, total, square, product, weight = sums[: len(usual)].T
        mean, length = total / n, self.length.mean()
        variance = np.maximum(square / n - mean**2, 0)
        joint = product / n - mean * (length - _usual(self.model))
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = joint / np.sqrt(variance * self.length.var())
            significance = weight / kernel.SHARE / n / length
        return Trials(
            n, seed, self.finish, self.length, self.cost, self.watched, self.occurred, critical,
            mean + usual, np.sqrt(variance), correlation, significance,
        )  # fmt: skip


class _Worker:
    """What one thread has of its own."""

    def __init__(self, model: Model, draws: Draws, width: int, passes: Passes) -> None:
        self.model, self.draws, self.network = model, draws, model.networks[0]
        self.usual = self.network.duration.astype(np.int32)
        self.least = (self.network.duration[model.node] > 0).astype(np.int64)
        grows = (model.remaining.low != 0) | (model.remaining.span != 0)
        grows |= np.diff(model.risks.tasks_from) > 0
        is_plain = len(model.networks) == 1 and not (grows & (self.least == 0)).any()
        self.lanes = self.network.lanes if is_plain else None
        self.passes = [] if self.lanes else passes(model)
        self.open = np.flatnonzero(self.network.is_open)
        self.room = self._room(width)
        self.origin = (self.usual, np.int64(_usual(model)), np.int64(model.critical_minutes))

    def _room(self, width: int) -> Room:
        n, r = len(self.usual), len(self.model.risks.key)
        lanes, risks, groups = (n, width), (r, width), (len(self.model.group_key), width)
        points, watched = np.count_nonzero(self.usual == 0), len(self.model.watched)
        return Room(
            np.tile(self.usual[:, None], width), np.zeros(lanes, np.int32),
            np.zeros((0 if self.lanes else n, width), np.int32),
            np.zeros(groups, np.float32), np.zeros(risks, bool),
            np.zeros(risks, np.float32), np.zeros(risks, np.float32), np.zeros(width),
            np.zeros(width, np.int32), np.zeros(width, np.int32), np.zeros(width, np.int64),
            np.zeros((watched, width), np.int64), np.zeros((points, width), bool),
            np.zeros((n, 5), np.int64), np.array([width]),
        )  # fmt: skip

    def draw(self, first: int) -> Room:
        """Durations and costs of a block of trials."""
        self.room.cost[:] = self.model.fixed
        draws.draw(self.draws, self.room, first, self.least)
        return self.room

    def do(self, first: int, most: int) -> Room:
        """Draw, schedule and count a block of trials, at most so many."""
        model, network, room = self.model, self.network, self.draw(first)
        room.n[0] = min(most, len(room.end))
        clocks, calendar = network.rules.a.clocks, network.calendar
        if self.lanes:
            kernel.forward(self.lanes, room)
            kernel.instants(self.lanes, room, network.past, model.watched)
            kernel.measure(clocks, calendar, network.origin, room)
            kernel.backward(self.lanes, room, *self.origin)
        else:
            bits = np.maximum(model.risks.calendar, 0)
            is_set = room.occurred & (model.risks.calendar >= 0)[:, None]
            variant = model.variant[np.bitwise_or.reduce(is_set << bits[:, None], axis=0)]
            for each, passes in enumerate(self.passes):
                chosen = np.flatnonzero(variant[: room.n[0]] == each)
                passes(room, chosen, network.past, model.watched)
            kernel.measure(clocks, calendar, network.origin, room)
            kernel.count(room, self.open, *self.origin)
        return room


def _passes(model: Model) -> list[Callable[..., None]]:
    return [partial(kernel.passes, own_rules(each.rules)) for each in model.networks]


def _usual(model: Model) -> int:
    """The length of the plan."""
    network = model.networks[0]
    ends = (network.origin, int(minutes_of(model.plan.finish)))
    start, finish = (before(network.rules.a.clocks, network.calendar, x) for x in ends)
    return int(finish - start)
