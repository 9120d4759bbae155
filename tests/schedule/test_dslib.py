"""Sixteen executed projects: their stored dates against ours, in working hours."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dslib import DSLIB_IDS, dslib_tasks, read_dslib
from real_data import needs_data

from pmtools.project.working_time import calendars_of
from pmtools.schedule import schedule

EARLY_START_IS_BASELINE = ("C2011-04", "C2011-09", "C2012-03", "C2012-04", "C2014-02", "C2014-05")


def as_planned(project_id):
    project = read_dslib(project_id)
    header = replace(project.header, status_date=None)
    return project.replace(header=header, progress=project.progress.iloc[:0])


def stored(project_id):
    tasks = dslib_tasks(project_id).set_index("id")
    return tasks["baseline_start_workhours"], tasks["baseline_duration_h"]


@needs_data
@pytest.mark.parametrize("project_id", DSLIB_IDS)
def test_working_hours_are_those_the_source_tool_counted(project_id):
    """OR-AS database: working hours from project start to baseline start, of every task."""
    project, (offsets, _) = as_planned(project_id), stored(project_id)
    starts = pd.to_datetime(dslib_tasks(project_id)["baseline_start"])
    counted = calendars_of(project)[""].hours_between(project.header.start, starts)
    assert counted.tolist() == pytest.approx(offsets.tolist())


@needs_data
@pytest.mark.parametrize("project_id", EARLY_START_IS_BASELINE)
def test_an_unlevelled_baseline_is_the_early_start(project_id):
    """Where the baseline was neither levelled nor placed by hand, it is our early start."""
    plan, (offsets, _) = schedule(as_planned(project_id)), stored(project_id)
    hours = plan.calendars[""].hours_between(
        plan.project.header.start, plan.tasks.set_index("id")["early_start"]
    )
    assert hours[offsets.index].tolist() == pytest.approx(offsets.tolist())


@needs_data
@pytest.mark.parametrize("project_id", DSLIB_IDS)
def test_no_stored_start_breaks_a_link_or_is_before_its_early_start(project_id):
    """The stored dates keep all links with their lags, as we read and count them."""
    plan, (start, duration) = schedule(as_planned(project_id)), stored(project_id)
    finish, links = start + duration, plan.links
    before, after = links["predecessor_id"], links["successor_id"]
    from_finish, to_finish = links["kind"].isin(["FS", "FF"]), links["kind"].isin(["FF", "SF"])
    held = np.where(from_finish, finish[before], start[before]) + links["lag_hours"]
    then = np.where(to_finish, finish[after], start[after])
    assert (then >= held - 1e-6).all()
    early = plan.calendars[""].hours_between(
        plan.project.header.start, plan.tasks.set_index("id")["early_start"]
    )
    assert (early[start.index] <= start + 1e-6).all()
