"""Plans of Microsoft Project and Primavera, levelled: what is too much is solved or told."""

import pandas as pd
import pytest
from levelling_checker import broken_links, overloads
from real_data import DATA, needs_data
from tools import needs_java

from pmtools.formats import read_project
from pmtools.schedule import schedule
from pmtools.schedule.levelling import level

PLANS = (
    *("Commercial_construction_project_plan", "New_Product", "OzBuild_16_Orig"),
    *("Residential_Construction", "Software_Development", "Software_Development_Plan"),
)
FILES = (*(f"msp_schedules/{name}.mspdi.xml" for name in PLANS), "p6_xer/sample.xer")


@needs_data
@needs_java
@pytest.mark.parametrize("file", FILES)
def test_a_plan_of_a_tool_is_levelled_or_its_conflicts_are_told(file):
    """By the checker: overloads are those that the conflicts name, and links hold."""
    project = read_project(DATA / file)
    for within_float in (False, True):
        levelling = level(project, max_schedules=200, within_float=within_float)
        plan, told = levelling.schedule, levelling.conflicts
        first = {resource: minute for resource, minute, _ in overloads(plan)}
        assert first == told.groupby("resource_id")["from"].min().to_dict()
        assert broken_links(plan) == []
        pd.testing.assert_frame_equal(schedule(levelling.project).tasks, plan.tasks)
        is_open = ~plan.tasks["is_started"].any()
        assert within_float or told.empty or not is_open or "OzBuild" in file  # it has a limit
        assert levelling.finish == levelling.before.finish or not within_float
