"""Red, amber, green: by stated rules."""

import json
from pathlib import Path

import pandas as pd
import pytest
from small_plan import FRIDAYS, small_plan, two_weeks

from pmtools.decide.signals import (
    cost_signal,
    finish_signal,
    index_signal,
    status,
    worst,
)
from pmtools.measure.earned_value import earned_value
from pmtools.measure.milestones import schedule_weeks

FEMA = [(0.949, 1.0, "Y"), (0.95, 1.05, "G"), (0.899, 1.2, "R"), (1.06, 1.0, "Y"),
        (1.11, 1.0, "R"), (0.9, 0.95, "Y")]  # fmt: skip


@pytest.mark.parametrize(("spi", "cpi", "expected"), FEMA)
def test_the_worse_of_two_indices_counts(spi, cpi, expected):
    """FEMA MIP: green 0.95 to 1.05, yellow 0.90 to 1.10, red beyond (standards.md, section 9)."""
    names = {"G": "green", "Y": "amber", "R": "red"}
    assert worst([index_signal(spi), index_signal(cpi)]) == names[expected]


def test_finish_is_green_within_a_week_and_amber_within_a_month():
    """SSP: green within one week late, amber within a month, red beyond."""
    days = [-10, 0, 5, 6, 20, 21]
    assert [finish_signal(d) for d in days] == [
        "green", "green", "green", "amber", "amber", "red",
    ]  # fmt: skip


def test_cost_is_green_within_the_budget():
    """EAC up to 100 % green, to 105 % amber, beyond red."""
    assert [cost_signal(s) for s in (0.9, 1.0, 1.05, 1.051)] == ["green", "green", "amber", "red"]


def test_what_is_unknown_does_not_hide_what_is_known():
    """The most constrained dimension decides; unknown only where nothing is known."""
    assert worst(["unknown", "green"]) == "green"
    assert worst(["unknown", "amber", "green"]) == "amber"
    assert worst(["unknown"]) == "unknown"


def status_of(*weeks):
    return status(schedule_weeks(weeks), earned_value(weeks[-1]))


def test_the_headline_says_where_it_ends_against_the_promise_and_what_moved():
    """Three days late against the baseline, all of it since last week."""
    found = status_of(*two_weeks())
    assert found.headline.startswith(
        "Rollout is forecast to finish on 25 Mar 2026, 3 working days late against the promised "
        "20 Mar 2026"
    )
    assert "3 working days later since last week" in found.headline
    finish = found.dimensions.set_index("dimension").loc["Finish date"]
    assert finish["signal"] == "green"
    assert "3 working days late" in finish["evidence"]


def test_without_baseline_and_cost_every_dimension_says_why_not():
    """No number is invented: each unknown dimension gives its reason."""
    found = status_of(small_plan(FRIDAYS[0], baseline=[]))
    unknown = found.dimensions[found.dimensions["signal"] == "unknown"]
    assert {"Finish date", "Cost", "Efficiency"} <= set(unknown["dimension"])
    assert unknown["evidence"].str.contains("cannot say, because").all()
    assert "nan" not in str(found).lower().replace("finance", "")


def test_a_finished_project_is_told_as_finished():
    """Nothing is forecast any more."""
    rows = [
        {"status_date": FRIDAYS[2], "task_id": task, "actual_start": start, "actual_finish": finish,
         "percent_complete": 100, "remaining_hours": 0}
        for task, start, finish in (
            ("1", "2026-03-02 08:00", "2026-03-06 17:00"),
            ("2", "2026-03-09 08:00", "2026-03-13 17:00"),
            ("3", "2026-03-16 08:00", "2026-03-20 17:00"),
            ("4", "2026-03-20 17:00", "2026-03-20 17:00"),
        )
    ]  # fmt: skip
    assert status_of(small_plan(FRIDAYS[2], rows)).headline == (
        "Rollout was finished on 20 Mar 2026."
    )


def test_a_deadline_is_the_promise_where_there_is_one():
    """The header's deadline counts before the baseline's finish."""
    header = {"deadline": pd.Timestamp("2026-03-13 23:59")}
    found = status_of(small_plan(FRIDAYS[0], header=header))
    finish = found.dimensions.set_index("dimension").loc["Finish date"]
    assert "promised 13 Mar 2026" in finish["evidence"]


def test_vectors_agree_with_the_published_file():
    """The same six cases stand in vectors.json, where it is at hand."""
    path = Path(__file__).parents[3] / "shared" / "vectors.json"
    if path.exists():
        published = json.loads(path.read_text())["fema_rag"]
        assert [tuple(case) for case in published] == FEMA
