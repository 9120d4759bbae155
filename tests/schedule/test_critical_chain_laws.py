"""Laws of the critical chain on random networks with all rules of the tools."""

from dataclasses import replace

import pandas as pd
import pytest
from dslib import DSLIB_IDS, read_dslib
from random_networks import network
from real_data import needs_data

from pmtools.schedule import PRESETS, schedule
from pmtools.schedule.critical_chain import buffer_use, critical_chain


def chained(seed, preset):
    """A random network with a range of half as much again for each task, and its chains."""
    project = network(seed, preset)
    hours = project.tasks["duration_hours"].fillna(8.0)
    estimates = pd.DataFrame(
        {"task_id": project.tasks["id"], "most_likely_hours": hours,
         "pessimistic_hours": hours * 1.5}
    )  # fmt: skip
    plan = schedule(project.replace(estimates=estimates))
    return plan, critical_chain(plan)


@pytest.mark.parametrize("preset", PRESETS)
def test_laws_of_every_critical_chain(preset):
    """The chain ends with the work; no task is in two chains; what feeds it links to it; pooled
    safety is no more than the sum of the safeties; nothing of the buffer is used at first.
    """
    for seed in range(50):
        plan, chain = chained(seed, preset)
        if chain.signal == "unknown":
            assert plan.tasks["is_finished"].all() or chain.tasks.empty
            continue
        tasks, own = chain.tasks, chain.buffers.iloc[0]
        left = plan.tasks[~plan.tasks["is_finished"]]
        left = left[~left["kind"].isin(["summary", "level_of_effort"])]
        assert own["finish"] == left["early_finish"].max()
        assert tasks["task_id"].is_unique
        assert set(tasks["task_id"]) <= set(left["id"])
        safety = (tasks["safe_hours"] - tasks["aggressive_hours"]).groupby(tasks["chain"]).sum()
        assert (chain.buffers["root_square_hours"].fillna(0) <= safety + 1e-9).all()
        lengths = tasks["aggressive_hours"].groupby(tasks["chain"]).sum()
        assert (chain.buffers["chain_hours"] <= lengths + 1e-9).all()
        feeding = chain.buffers[1:]
        assert feeding["feeds"].isin(tasks.loc[tasks["chain"] == 0, "name"]).all()
        assert (feeding["kind"] == "feeding").all()
        use = buffer_use([plan])
        assert not isinstance(use, pd.DataFrame) or use["buffer_percent"].tolist() == [0]


@needs_data
@pytest.mark.parametrize("project_id", DSLIB_IDS)
def test_the_critical_chain_of_an_executed_project_ends_with_its_plan(project_id):
    """Before any progress; with a range for each task its buffer is there, and not used."""
    known = read_dslib(project_id)
    hours = known.tasks["duration_hours"]
    points = {"most_likely_hours": hours, "pessimistic_hours": 1.5 * hours}
    plan = schedule(
        known.replace(
            header=replace(known.header, status_date=None),
            progress=[],
            costs=[],
            estimates=pd.DataFrame({"task_id": known.tasks["id"], **points}),
        )
    )
    chain = critical_chain(plan)
    leaves = plan.tasks[~plan.tasks["kind"].isin(["summary", "level_of_effort"])]
    assert chain.buffers["finish"].iloc[0] == leaves["finish"].max()
    assert chain.buffers["root_square_hours"].iloc[0] > 0
    assert buffer_use([plan])["buffer_percent"].tolist() == [0]
