"""Eight executed projects with resources, levelled, against a checker that knows nothing of it."""

from dataclasses import replace

import pandas as pd
import pytest
from dslib import DSLIB_IDS, dslib_table, read_dslib
from levelling_checker import broken_links, overloads
from real_data import needs_data

from pmtools.schedule import schedule
from pmtools.schedule.levelling import level

WITH_RESOURCES = tuple(i for i in DSLIB_IDS if len(dslib_table(i, "resources")))
FEASIBLE = ("C2011-05", "C2011-07", "C2012-08", "C2012-09", "C2014-03")
"""Those whose stored baseline asks nobody for too much."""


def as_planned(project_id):
    project = read_dslib(project_id)
    header = replace(project.header, status_date=None)
    return project.replace(header=header, progress=project.progress.iloc[:0])


def as_stored(project_id):
    """The schedule with the dates of the baseline in place of ours."""
    plan = schedule(as_planned(project_id))
    stored = plan.project.baseline.set_index("task_id").loc[plan.tasks["id"], ["start", "finish"]]
    tasks = plan.tasks.assign(start=stored["start"].array, finish=stored["finish"].array)
    return replace(plan, tasks=tasks)


@needs_data
@pytest.mark.parametrize("project_id", WITH_RESOURCES)
def test_the_stored_baseline_overloads_nobody_in_five_projects(project_id):
    """The baselines of C2011-04, C2011-09 and C2012-04 overload their resources."""
    assert (overloads(as_stored(project_id)) == []) == (project_id in FEASIBLE)


@needs_data
@pytest.mark.parametrize("project_id", WITH_RESOURCES)
def test_real_projects_are_levelled_without_overload(project_id):
    """No resource has too much to do, links hold, and no feasible baseline is finished earlier."""
    levelling = level(as_planned(project_id), time_limit=2)
    plan = levelling.schedule
    assert overloads(plan) == []
    assert broken_links(plan) == []
    assert levelling.conflicts.empty
    assert levelling.before.finish <= levelling.bound <= levelling.finish
    if project_id in FEASIBLE:
        assert levelling.finish <= as_stored(project_id).tasks["finish"].max()
    again = schedule(levelling.project)
    pd.testing.assert_frame_equal(again.tasks, plan.tasks)
