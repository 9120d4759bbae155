"""The laws of a run of trials: what may change its answer and what may not."""

from dataclasses import fields, replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from random_networks import network
from trial_models import model_of, no_risks, ranges, without_lanes

import pmtools as pm
from pmtools.simulate.model import Ranges, Risks, key_of
from pmtools.simulate.trials import durations_of, run, trial_network

N = 10_000
START = pd.Timestamp("2026-06-01 08:00")


def project(hours, links=(), **columns):
    """Tasks "1", "2" and so on, of so many hours, on the standard calendar."""
    ids = [str(i + 1) for i in range(len(hours))]
    tasks = pd.DataFrame({"id": ids, "name": ids, "duration_hours": hours} | columns)
    frame = pd.DataFrame(list(links), columns=["predecessor_id", "successor_id"])
    return pm.Project(pm.Header("p", "P", START), tasks=tasks, links=frame)


def chain(n=6):
    return project([80.0] * n, [(str(i), str(i + 1)) for i in range(1, n)])


def ladder(n=40):
    """Two chains with rungs, and a milestone that ends them."""
    links = [(str(i), str(i + 2)) for i in range(1, n - 1)]
    links += [(str(i), str(i + 3)) for i in range(1, n - 2, 2)]
    kinds = ["task"] * (n - 1) + ["milestone"]
    return project([40.0] * (n - 1) + [0.0], [*links, (str(n - 1), str(n))], kind=kinds)


def with_risk(model, probability, tasks, growth=0.0, delay=0.0, cost=0.0, parallel=-1, name="R"):
    """The model with one more risk on some of its tasks (positions)."""
    risks, one = model.risks, len(model.risks.key)
    lists = [
        [*risks.tasks[a:b], *([one] if i in tasks else [])]
        for i, (a, b) in enumerate(zip(risks.tasks_from, risks.tasks_from[1:], strict=False))
    ]

    def more(before, low):
        return Ranges(*(np.append(x, y) for x, y in zip(
            (before.table, before.low, before.span), (0, low, 0.0), strict=True)))  # fmt: skip

    return replace(model, risks=Risks(
        np.append(risks.key, key_of(name)), np.append(risks.probability, probability),
        more(risks.growth, growth), more(risks.delay, delay), more(risks.cost, cost),
        np.append(risks.parallel, parallel), np.append(risks.calendar, -1),
        np.array([risk for each in lists for risk in each], np.int64),
        np.cumsum([0, *map(len, lists)]),
    ))  # fmt: skip


def same(one, other):
    """Whether two runs are the same to the last bit."""
    return [
        each.name
        for each in fields(one)
        if not np.array_equal(
            *(np.asarray(getattr(x, each.name)) for x in (one, other)),
            equal_nan=each.name not in ("watched", "occurred"),
        )
    ]


@pytest.mark.parametrize("is_general", [False, True])
def test_threads_and_blocks_change_no_bit(is_general):
    """The result is the same for any number of threads and any size of block."""
    model = with_risk(model_of(ladder(), spread=1.0), 0.3, {3, 4}, growth=0.5, cost=9.9)
    assert model.networks[0].lanes is not None
    model = without_lanes(model) if is_general else model
    first = run(model, n_trials=700, seed=7)
    for threads, block in ((2, 256), (3, 64), (1, 17), (5, 700)):
        assert same(first, run(model, n_trials=700, seed=7, threads=threads, block=block)) == []


def test_lanes_and_the_passes_of_a_schedule_agree_to_the_last_bit():
    """Trials side by side are the sums of the passes, no other rules."""
    n_lanes = 0
    for each in (ladder(), chain(), *(network(seed, "primavera_p6") for seed in range(150))):
        model = model_of(each, spread=1.0)
        if len(model.node) and model.networks[0].lanes is not None:
            n_lanes += 1
            assert same(*(run(m, n_trials=50, seed=3) for m in (model, without_lanes(model)))) == []
    assert n_lanes > 10


def test_a_longer_run_begins_with_the_trials_of_a_shorter_one():
    """Trials are numbered: more of them change none that was there."""
    model = model_of(ladder(), spread=1.0)
    long, short = (run(model, n_trials=n, seed=1) for n in (900, 400))
    assert long.finish[:400].tolist() == short.finish.tolist()
    assert (long.n_critical >= short.n_critical).all()


def test_another_seed_gives_other_trials():
    """A seed is a choice of trials; the same one gives the same."""
    model = model_of(chain(), spread=1.0)
    one, again, other = (run(model, n_trials=200, seed=seed).finish for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).mean() > 0.9


def test_tasks_keep_their_random_numbers_when_others_come_and_go():
    """Numbers are keyed by task and trial, so that two plans can be compared trial by trial."""
    long, short = model_of(chain(6), spread=1.0), model_of(chain(4), spread=1.0)
    ours = durations_of(long, np.arange(4), n_trials=300, seed=5)
    assert (ours == durations_of(short, np.arange(4), n_trials=300, seed=5)).all()
    assert (ours[:, 0] != ours[:, 1]).mean() > 0.9


def test_redrawn_durations_are_those_of_the_run():
    """The durations of a chain add up to the length of each trial."""
    model = model_of(chain(), spread=1.0)
    trials = run(model, n_trials=300, seed=2)
    minutes = durations_of(model, np.arange(6), n_trials=300, seed=2)
    assert (minutes.sum(axis=1) == trials.length).all()
    assert trials.mean == pytest.approx(minutes.mean(axis=0), rel=1e-12)
    assert trials.sd == pytest.approx(minutes.std(axis=0), rel=1e-9)
    correlation = [np.corrcoef(column, trials.length)[0, 1] for column in minutes.T]
    assert trials.correlation == pytest.approx(correlation, rel=1e-9)
    assert trials.cost == pytest.approx(100 + minutes.sum(axis=1) + 0.5 * trials.length)


def test_scores_are_normal_and_correlated_as_said():
    """Evenly distributed durations stay so; scores of one group correlate by shared squared."""
    model = model_of(project([100.0] * 40), spread=1.0, shared=0.6)
    share = (durations_of(model, np.arange(40), n_trials=N, seed=3) - 6000) / 6000
    error = 1 / np.sqrt(N)
    for level in (0.001, 0.05, 0.5, 0.8, 0.99):
        expected = 5 * np.sqrt(level * (1 - level) / N)
        assert np.abs((share < level).mean(axis=0) - level).max() < expected
    scores = np.vectorize(NormalDist().inv_cdf)(np.clip(share, 1e-4, 1 - 1e-4))
    between = np.corrcoef(scores.T)[np.triu_indices(40, 1)]
    assert np.abs(between - 0.36).max() < 5 * error
    assert abs(between.mean() - 0.36) < 3 * error
    after = [np.corrcoef(column[1:], column[:-1])[0, 1] for column in scores.T]
    assert np.abs(after).max() < 5 * error


def test_without_a_group_tasks_are_independent():
    """Of 780 pairs of tasks none is correlated beyond chance."""
    model = model_of(project([100.0] * 40), spread=1.0, shared=0.0)
    minutes = durations_of(model, np.arange(40), n_trials=N, seed=4)
    between = np.corrcoef(minutes.T)[np.triu_indices(40, 1)]
    assert np.abs(between).max() < 5 / np.sqrt(N)
    assert between.std() == pytest.approx(1 / np.sqrt(N), rel=0.15)


def test_a_later_finish_is_more_certain_and_more_spread_is_never_narrower():
    """P50 is no later than P80, and a wider range of every task no narrower range of the end."""
    narrow, wide = (
        np.percentile(run(model_of(ladder(), spread=s), n_trials=N, seed=1).length,
                      [10, 50, 80, 90]) for s in (0.2, 0.6)
    )  # fmt: skip
    assert (np.diff(narrow) >= 0).all()
    assert wide[3] - wide[0] > narrow[3] - narrow[0]
    assert (wide >= narrow).all()


def test_removing_a_risk_delays_no_trial():
    """With common random numbers a threat that is gone makes no trial later, nor dearer."""
    for seed in range(25):
        plain = model_of(network(seed, "primavera_p6"), spread=0.5)
        if not len(plain.node) or plain.networks[0].rules.is_late.any():
            continue
        touched = set(range(0, len(plain.node), 2))
        other = with_risk(plain, 0.5, touched, growth=0.1, parallel=1, name="S")
        risky = with_risk(other, 0.4, touched, 0.4, 60.0, 7.0, parallel=1)
        with_it, without = (run(m, n_trials=500, seed=1) for m in (risky, other))
        assert (without.finish <= with_it.finish).all()
        assert (without.cost <= with_it.cost).all()


def test_risks_in_series_multiply_and_parallel_ones_do_not():
    """A hundred days, +20 % with .5 and +50 % with .3: Hulett's factors, mean 126.5 days."""
    expected = {
        (-1, -1): {100: 0.35, 120: 0.35, 150: 0.15, 180: 0.15},
        (1, 1): {100: 0.35, 120: 0.35, 150: 0.3},
    }
    for (one, other), shares in expected.items():
        model = model_of(project([800.0]))
        model = with_risk(model, 0.5, {0}, growth=0.2, parallel=one, name="R1")
        model = with_risk(model, 0.3, {0}, growth=0.5, parallel=other, name="R2")
        days = run(model, n_trials=N, seed=1).length / 480
        found, counts = np.unique(days, return_counts=True)
        assert found.tolist() == list(shares)
        for share, count in zip(shares.values(), counts, strict=True):
            assert abs(count / N - share) < 4 * np.sqrt(share * (1 - share) / N)


def test_a_risk_adds_hours_to_each_of_its_tasks_and_its_cost_once():
    """One severity: a risk that occurs delays all its tasks, and costs once."""
    model = with_risk(model_of(chain(3)), 0.25, {0, 2}, delay=120.0, cost=1000.0)
    trials = run(model, n_trials=N, seed=1)
    occurred = trials.occurred[:, 0]
    assert abs(occurred.mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / N)
    assert set(trials.length[occurred]) == {3 * 4800 + 240}
    assert set(trials.length[~occurred]) == {3 * 4800}
    more = 1000 + 240 + 0.5 * 240
    assert trials.cost[occurred].mean() - trials.cost[~occurred].mean() == pytest.approx(more)


def test_a_calendar_risk_works_the_plan_in_other_hours():
    """Where it occurs, the trial has the dates of the plan on the other calendar."""
    usual = chain(2)
    week = pd.DataFrame({"id": "short", "name": "short", "weekday": ["mon", "tue"],
                         "shift_start": "08:00", "shift_finish": "16:00"})  # fmt: skip
    other = usual.replace(calendars=pd.concat([usual.calendars, week]),
                          tasks=usual.tasks.assign(calendar_id="short"))  # fmt: skip
    model = with_risk(model_of(usual), 0.5, set(), name="strike")
    model = replace(model, networks=(*model.networks, trial_network(other)),
                    variant=np.array([0, 1]), watched=np.array([1]),
                    risks=replace(model.risks, calendar=np.array([0])))  # fmt: skip
    trials = run(model, n_trials=400, seed=1)
    finish = {bool(x): set(trials.finish[trials.occurred[:, 0] == x]) for x in (0, 1)}
    dates = [pm.schedule(each).finish for each in (usual, other)]
    assert finish == {
        x: {int(date.value // 60_000_000_000)} for x, date in zip((False, True), dates, strict=True)
    }
    assert (trials.watched[:, 0] == trials.finish).all()


def test_certain_tasks_take_what_the_plan_says():
    """Three equal points are certainty: no spread, and no correlation to speak of."""
    model = model_of(chain())
    model = replace(model, remaining=ranges(model.remaining.low), risks=no_risks(6))
    trials = run(model, n_trials=100, seed=1)
    assert set(trials.length) == {6 * 4800}
    assert np.isnan(trials.correlation).all()
    assert trials.n_critical.tolist() == [100] * 6


@pytest.mark.parametrize("is_general", [False, True])
def test_a_trial_that_runs_out_of_working_time_names_the_calendar(is_general):
    """A calendar of single days has an end; a trial that comes to it is refused, not made up."""
    days = pd.date_range("2026-06-01", periods=12, freq="D")
    few = pd.DataFrame({"id": "few", "name": "few days", "weekday": "mon", "shift_start": "",
                        "shift_finish": ""}, index=[0])  # fmt: skip
    open_ = pd.DataFrame({"calendar_id": "few", "from": days, "shifts": "08:00-16:00"})
    usual = project([80.0])
    tasks = usual.tasks.assign(calendar_id="few")
    plan = usual.replace(tasks=tasks, calendars=few, exceptions=open_)
    model = model_of(plan, spread=1.0)
    with pytest.raises(pm.ProjectError, match="no working time is left"):
        run(without_lanes(model) if is_general else model, n_trials=300, seed=1, threads=2)
