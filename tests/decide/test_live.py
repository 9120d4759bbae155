"""What panels try, against what the full calculation says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pmtools as pm
from pmtools.decide.live import Live
from pmtools.decide.scenario import ChangeBudget, Crash, Mitigate, MoveDeadline, Overtime, Scenario

PROJECTS = Path(__file__).parents[2] / "templates" / "projects"


@pytest.fixture(params=["network-upgrade", "hardware-installation", "software-rollout"])
def plan(request):
    return pm.schedule(pm.read_project(PROJECTS / request.param))


def told(plan, changes):
    """The quick answer and the full one."""
    throughput = pm.flow(plan.project).throughput
    quick = Live(plan, n_trials=300, throughput=throughput).outcome(changes)
    after = pm.schedule(Scenario("", tuple(changes)).apply(plan.project))
    return quick, pm.simulate(after, n_trials=300, throughput=throughput), after


def open_task(plan, n):
    tasks = plan.tasks[~plan.tasks["is_finished"] & (plan.tasks["kind"] == "task")]
    return tasks.iloc[n]


@pytest.mark.parametrize("n", [0, 1, 4, 7])
@pytest.mark.parametrize("share", [0.5, 1.7])
def test_a_slid_estimate_gives_the_dates_and_costs_of_the_full_simulation(plan, n, share):
    """Quick is no excuse for another number: trials, costs, and planned dates are the same."""
    task = open_task(plan, n)
    crash = Crash(task["id"], round(4 * share * task["remaining_hours"]) / 4, 0.0)
    quick, full, after = told(plan, [crash])
    assert (quick.simulation.trials.finish == full.trials.finish).all()
    assert np.allclose(quick.simulation.trials.cost, full.trials.cost)
    assert quick.finish == full.planned_finish
    rows = after.tasks.set_index("id").loc[quick.moved["task_id"]]
    assert (rows["finish"].array == quick.moved["after"].array).all()
    assert (rows["start"].array == quick.moved["after_start"].array).all()


def test_the_cost_of_a_crash_is_paid_and_other_changes_count_with_it(plan):
    """Crash, overtime, another deadline and budget at once."""
    one, other = open_task(plan, 2), open_task(plan, 5)
    first = (plan.status_date or plan.start).normalize() + pd.Timedelta(days=1)
    changes = [
        Crash(one["id"], one["remaining_hours"] * 0.75, 4000.0),
        Overtime((other["id"],), first, first + pd.Timedelta(days=30), 2.0),
        MoveDeadline(plan.finish), ChangeBudget(1e6),
    ]  # fmt: skip
    quick, full, _ = told(plan, changes)
    assert (quick.simulation.trials.finish == full.trials.finish).all()
    assert np.allclose(quick.simulation.trials.cost, full.trials.cost)
    assert quick.simulation.goals.equals(full.goals)


def test_a_mitigated_risk_is_that_of_the_full_simulation():
    """Its residual figures count, and its cost is paid."""
    plan = pm.schedule(pm.read_project(PROJECTS / "network-upgrade"))
    register = plan.project.register
    risk = next(each for each in register["id"] if not any(Mitigate(each).problems(plan.project)))
    quick, full, _ = told(plan, [Mitigate(risk)])
    assert (quick.simulation.trials.finish == full.trials.finish).all()
    assert np.allclose(quick.simulation.trials.cost, full.trials.cost)


def test_two_changes_that_contradict_each_other_are_refused():
    """The quick way skips no check."""
    plan = pm.schedule(pm.read_project(PROJECTS / "network-upgrade"))
    task = open_task(plan, 0)["id"]
    with pytest.raises(pm.ProjectError, match="contradicts"):
        Live(plan, n_trials=50).outcome([Crash(task, 8.0), pm.Drop((task,))])
    with pytest.raises(pm.ProjectError, match="is not a task"):
        Live(plan, n_trials=50).outcome([Crash("nobody knows it", 8.0)])
