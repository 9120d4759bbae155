"""A trial is a schedule: the simulation against `pm.schedule`, to the minute."""

from dataclasses import replace

import pytest
from dslib import DSLIB_IDS, read_dslib
from random_networks import RULES, network
from real_data import DATA, needs_data
from tools import needs_java
from trial_models import finishes, model_of, of_unstarted, with_durations, without_lanes

import pmtools as pm
from pmtools.calendars import minutes_of
from pmtools.formats.schedule_file import read_schedule_file
from pmtools.simulate.trials import durations_of, run

N_NETWORKS = 120
PLANS = sorted(path.name for path in DATA.glob("msp_schedules/*.mspdi.xml"))


def differing(project):
    """What trials without a spread say otherwise than the plan, with lanes and without."""
    model = model_of(project)
    if not len(model.node):
        return []
    plan, found = model.plan, []
    ids = [model.networks[0].ids[node] for node in model.watched]
    tasks = plan.tasks.set_index("id")
    ends = tasks.loc[tasks["kind"].isin(["task", "milestone"]), "finish"].max()
    for each in [model] if model.networks[0].lanes is None else [model, without_lanes(model)]:
        trials = run(each, n_trials=2, seed=1)
        if not (trials.watched == finishes(plan, model)).all():
            found.append("finish of a task")
        if not (trials.finish == minutes_of(ends)).all():
            found.append("finish of the work")
        critical = tasks.loc[ids, "is_critical"].to_numpy()
        if not (trials.n_critical[model.node] == 2 * critical).all():
            found.append("critical tasks")
        if trials.sd.any():
            found.append("spread")
    return found


@pytest.mark.parametrize("tool", RULES)
def test_without_a_spread_every_date_of_a_random_network_is_that_of_the_plan(tool):
    """Zero uncertainty is the critical path method: finishes and critical tasks to the minute."""
    found = {seed: differing(network(seed, tool)) for seed in range(N_NETWORKS)}
    assert {seed: problems for seed, problems in found.items() if problems} == {}


@needs_data
@pytest.mark.parametrize("project_id", DSLIB_IDS)
def test_without_a_spread_every_date_of_an_executed_project_is_that_of_the_plan(project_id):
    """The same on the last status date of the dslib projects, and before they began."""
    project = read_dslib(project_id)
    header = replace(project.header, status_date=None)
    before = project.replace(header=header, progress=project.progress[:0])
    assert differing(before) == []
    assert differing(project) == []


@needs_data
@needs_java
@pytest.mark.parametrize("name", PLANS)
def test_without_a_spread_every_date_of_a_plan_of_microsoft_project_is_that_of_the_plan(name):
    """The same on the plans that Microsoft Project stored."""
    assert differing(read_schedule_file(DATA / "msp_schedules" / name)) == []


@pytest.mark.parametrize("tool", RULES)
def test_each_trial_has_the_dates_of_a_plan_with_its_durations(tool):
    """There is one implementation of the rules: a trial with other durations is another plan."""
    compared = 0
    for seed in range(N_NETWORKS):
        project = network(seed, tool)
        of_summary = project.links["predecessor_id"].eq("S") & project.links["lag_kind"].eq(
            "percent"
        )
        if of_summary.any():
            continue  # such a lag keeps its minutes
        model, free = of_unstarted(model_of(project, spread=1.0))
        ids = [model.networks[0].ids[node] for node in model.node[free]]
        for each in {id(x): x for x in (model, without_lanes(model))}.values():
            trials = run(each, n_trials=2, seed=seed)
            minutes = durations_of(each, free, n_trials=2, seed=seed)
            for trial in range(2):
                plan = pm.schedule(with_durations(project, ids, minutes[trial]))
                assert (trials.watched[trial] == finishes(plan, model)).all(), (seed, trial)
                compared += len(model.node)
    assert compared > 1000
