"""Resource limits in every trial: whoever is needed is there, and the plan's rules still hold."""

import numpy as np
import pandas as pd
import pytest
from levelling_checker import overloads
from random_networks import RULES, network
from trial_models import finishes, model_of, of_unstarted, with_durations

import pmtools as pm
from pmtools.calendars import instants_of
from pmtools.schedule.levelling import rules_of, unlevelled
from pmtools.schedule.levelling.case import case_of
from pmtools.schedule.levelling.placement import place_in
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.progress import progress_of
from pmtools.simulate.trials import durations_of, run

N_NETWORKS = 40


def staffed(seed, tool):
    """A random network without constraints whose tasks are shared by two people and a team."""
    project, dice = network(seed, tool), np.random.default_rng(seed)
    tasks = project.tasks.assign(
        constraint="",
        constraint_date=pd.NaT,
        levelling_delay_hours=0.0,
        ignores_resource_calendars=True,
    )
    work = tasks.loc[~tasks["kind"].isin(["summary", "level_of_effort", "milestone"]), "id"]
    people = pd.DataFrame({"id": ["A", "B", "T"], "name": ["A", "B", "T"], "kind": "person",
                           "capacity": [1.0, 1.0, 3.0]})  # fmt: skip
    rows = [
        {"task_id": task, "resource_id": who, "units": float(units)}
        for task in work
        for who, units in (("AB"[dice.integers(0, 2)], 1), ("T", dice.integers(1, 3)))
        if dice.random() < 0.8
    ]
    return project.replace(
        tasks=tasks, resources=people,
        assignments=pd.DataFrame(rows, columns=["task_id", "resource_id", "units"]),
    )  # fmt: skip


def starting_at(project, plan, ids, finish):
    """The plan where unstarted tasks start no earlier than a trial says, by their finishes."""
    tasks, own = project.tasks.copy(), plan.tasks.set_index("id")
    for task, minute in zip(ids, finish.tolist(), strict=True):
        row = tasks["id"] == task
        hours = tasks.loc[row, "duration_hours"].iloc[0]
        if own.at[task, "is_started"] or hours == 0:
            continue
        name = tasks.loc[row, "calendar_id"].iloc[0] or project.header.calendar_id
        calendar = plan.calendars["always" if tasks.loc[row, "is_elapsed"].any() else name]
        start = calendar.next_work(calendar.add(pd.Timestamp(instants_of(minute)), -hours))
        tasks.loc[row, "constraint"] = "SNET"
        tasks.loc[row, "constraint_date"] = start
    return pm.schedule(project.replace(tasks=tasks))


@pytest.mark.parametrize("tool", RULES)
def test_in_no_trial_is_anybody_asked_for_more_than_there_is(tool):
    """Each trial is a plan that keeps its links and its people, checked minute by minute."""
    longer = 0
    for seed in range(N_NETWORKS):
        project = staffed(seed, tool)
        percent = project.links["lag_kind"].eq("percent") & project.links["predecessor_id"].eq("S")
        if percent.any():
            continue  # such a lag keeps its minutes
        model, free = of_unstarted(model_of(project, spread=1.0))
        if not len(free):
            continue
        trials = run(model, n_trials=2, seed=seed, is_limited=True)
        unlimited = run(model, n_trials=2, seed=seed)
        assert (trials.finish >= unlimited.finish).all()
        longer += (trials.finish > unlimited.finish).sum()
        minutes = durations_of(model, free, n_trials=2, seed=seed)
        names = [model.networks[0].ids[node] for node in model.node]
        for trial in range(2):
            drawn = with_durations(project, [names[i] for i in free], minutes[trial])
            plan = starting_at(drawn, model.plan, names, trials.watched[trial])
            begun = plan.tasks.loc[plan.tasks["is_started"], "finish"].max()
            after = None if pd.isna(begun) else begun  # what has begun stays, whoever does it
            assert overloads(plan, after=after) == [], (seed, trial)
            assert (trials.watched[trial] == finishes(plan, model)).all(), (seed, trial)
    assert longer > 20


@pytest.mark.parametrize("tool", RULES)
def test_without_a_spread_trials_are_the_plan_that_levelling_begins_with(tool):
    """One order of tasks for all trials: that of the better priority rule."""
    for seed in range(N_NETWORKS):
        project = staffed(seed, tool)
        model = model_of(project)
        if not len(model.node):
            continue
        trials = run(model, n_trials=2, seed=1, is_limited=True)
        plan = model.plan
        network_ = network_of(unlevelled(project, plan), plan.options)
        case = case_of(network_, limits_of(network_, progress_of(network_)), plan)
        best = min((place_in(case, keys) for keys in rules_of(case)), key=lambda each: each.cost)
        assert (trials.finish == case.end_of(best.state)).all(), seed


def test_the_result_is_the_same_for_any_threads_and_blocks():
    """Each thread has a calendar of people of its own."""
    model = model_of(staffed(3, "primavera_p6"), spread=1.0)
    one = run(model, n_trials=200, seed=1, is_limited=True)
    many = run(model, n_trials=200, seed=1, is_limited=True, threads=3, block=33)
    assert (one.finish == many.finish).all()
    assert (one.n_critical == many.n_critical).all()


def test_two_tasks_of_one_person_come_one_after_the_other():
    """Twice a hundred hours of one person are two hundred; of two people one hundred."""
    tasks = pd.DataFrame({"id": ["1", "2"], "name": ["1", "2"], "duration_hours": [100.0, 100.0]})
    asked = pd.DataFrame({"task_id": ["1", "2"], "resource_id": "A", "units": 1.0})
    lengths = {}
    for capacity in (1.0, 2.0):
        people = pd.DataFrame({"id": ["A"], "name": ["A"], "kind": "role", "capacity": capacity})
        project = pm.Project(pm.Header("p", "P", pd.Timestamp("2026-06-01 08:00")), tasks=tasks,
                             resources=people, assignments=asked)  # fmt: skip
        model = model_of(project, spread=3.0)
        trials = run(model, n_trials=200, seed=1, is_limited=True)
        minutes = durations_of(model, np.arange(2), n_trials=200, seed=1)
        expected = minutes.sum(axis=1) if capacity == 1 else minutes.max(axis=1)
        assert (trials.length == expected).all()
        lengths[capacity] = trials.length.mean()
    assert lengths[1.0] > lengths[2.0]
