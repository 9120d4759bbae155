"""What finished work took beside its estimate, and whether ranges learnt from it hold."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from real_data import DATA, needs_data
from small_plan import FRIDAYS, small_plan

from pmtools.measure.estimates import estimate_ratios
from pmtools.project import Header, Project
from pmtools.schedule import schedule
from pmtools.simulate.model import GRID
from pmtools.simulate.trials import trial_network
from pmtools.simulate.uncertainty import probabilities, remaining_tasks, uncertainty_of

FINISHED = {
    "status_date": FRIDAYS[1], "task_id": "1", "actual_start": "2026-03-02 08:00",
    "actual_finish": "2026-03-10 12:00", "percent_complete": 100, "remaining_hours": 0,
}  # fmt: skip


def ratios(*estimates):
    return estimate_ratios([schedule(small_plan(FRIDAYS[1], [FINISHED], estimates=estimates))])


def test_the_ratio_is_that_of_working_time_to_the_most_likely_estimate():
    """Six and a half days of work on an estimate of 40 hours; a weekend is none."""
    found = ratios({"task_id": "1", "task_type": "design", "most_likely_hours": 40})
    assert found.to_dict("records") == [
        {"project_id": "P1", "task_id": "1", "task_type": "design", "estimate_hours": 40,
         "actual_hours": 52, "ratio": 1.3},
    ]  # fmt: skip


def test_without_a_most_likely_estimate_the_approved_duration_counts():
    """What was approved is what was promised."""
    plan = small_plan(
        FRIDAYS[1], [FINISHED], estimates=[{"task_id": "1", "task_type": "design"}],
        baseline=[{"task_id": "1", "start": "2026-03-02", "finish": "2026-03-06",
                   "duration_hours": 26}],
    )  # fmt: skip
    assert estimate_ratios([schedule(plan)])["ratio"].tolist() == [2]


def test_only_finished_tasks_of_a_known_type_and_estimate_are_learnt_from():
    """Task 2 is not finished, task 1 has no type, or neither an estimate nor an approved time."""
    assert ratios({"task_id": "2", "task_type": "build", "most_likely_hours": 40}).empty
    assert ratios({"task_id": "1", "most_likely_hours": 40}).empty
    assert ratios({"task_id": "1", "task_type": "design"}).empty
    assert estimate_ratios([]).columns[-1] == "ratio"


@cache
def past_tasks():
    """Finished tasks of a software house (SiP): type, when estimated and completed, ratio."""
    tasks = pd.read_csv(DATA / "estimation" / "Sip-task-info.csv", encoding="latin1")
    dates = pd.read_csv(DATA / "estimation" / "est-act-dates.csv", encoding="latin1")
    days = dates.drop_duplicates("TaskNumber").set_index("TaskNumber")
    days = days.apply(lambda each: pd.to_datetime(each, format="%d-%b-%y", errors="coerce"))
    rows = tasks.drop_duplicates("TaskNumber").join(days, on="TaskNumber")
    is_sound = (rows["HoursEstimate"] > 0) & (rows["HoursActual"] > 0)
    rows = rows[is_sound & (rows["CompletedOn"] >= rows["EstimateOn"])]
    return rows.assign(ratio=rows["HoursActual"] / rows["HoursEstimate"]).rename(
        columns={"SubCategory": "task_type"}
    )


def ranges_of(kinds, record):
    """P50, P80 and P90 of 100 hours of each type, as a simulation draws them; NaN: not known."""
    project = Project(
        Header(id="P", name="P", start=pd.Timestamp("2026-01-05 08:00")),
        tasks=pd.DataFrame({"id": kinds, "name": kinds, "duration_hours": 100.0}),
        estimates=pd.DataFrame({"task_id": kinds, "task_type": kinds}),
    )
    tasks = remaining_tasks(schedule(project), trial_network(project))
    found = uncertainty_of(project, tasks, record=record)
    values = found.minutes.low[:, None] + found.minutes.span[:, None] * np.array(
        [np.interp([0.5, 0.8, 0.9], probabilities(GRID), found.tables[n])
         for n in found.minutes.table]
    )  # fmt: skip
    values[(found.tasks["source"] != "record").to_numpy()] = np.nan
    return pd.DataFrame(values / 6000, index=found.tasks["task_id"], columns=["p50", "p80", "p90"])


@needs_data
@pytest.mark.real_data
@pytest.mark.slow
def test_ranges_learnt_from_finished_tasks_hold_as_often_as_they_promise():
    """Each quarter is estimated by what was completed before it; P80 holds near 80, P90 near 90 %.

    Three tasks in ten take just what was estimated: P50 is then the estimate, and more hold it.
    """
    rows, held = past_tasks(), []
    for quarter, now in rows.groupby(rows["EstimateOn"].dt.to_period("Q")):
        record = rows[rows["CompletedOn"] < quarter.start_time]
        kinds = sorted(set(now["task_type"]))
        ranges = ranges_of(kinds, record[["task_type", "ratio"]]).reindex(now["task_type"])
        is_known = ranges["p50"].notna().to_numpy()
        limits = ranges.to_numpy()[is_known]
        held += [(now["ratio"].to_numpy()[is_known, None] <= limits)]
    share = np.concatenate(held).mean(axis=0)
    assert len(np.concatenate(held)) > 7000
    assert share[0] > 0.5
    assert 0.75 < share[1] < 0.85
    assert 0.85 < share[2] < 0.95
