"""Tables of load and of who cannot be spared."""

import frames
import pandas as pd
import pytest

from pmtools import tables
from pmtools.metrics import CannotSay

CAUSE = {"resource": "Ann", "week": pd.Timestamp("2026-03-02"), "over_hours": 8.0,
         "project": "Rollout", "task": "Design", "hours": 24.0, "float_days": 3.0,
         "remedy": "move by 1 day"}  # fmt: skip


def test_the_project_is_told_where_there_are_several():
    """Of one project its name would only be repeated."""
    one = pd.DataFrame([CAUSE])
    two = pd.DataFrame([CAUSE, CAUSE | {"project": "Upgrade"}])
    assert tables.table_load_causes(one).rows() == [
        ["Ann", "2 Mar 2026", "8 h", "Design", "24 h", "3 d", "move by 1 day"]
    ]
    assert [row[0] for row in tables.table_load_causes(two).rows()] == ["Rollout", "Upgrade"]


def test_who_is_never_above_capacity_is_no_peak():
    """The table is a list of trouble."""
    peaks = pd.DataFrame([{
        "resource": "Ann", "department": "IT", "peak_percent": 80.0, "n_weeks_over": 0,
        "peak_week": pd.Timestamp("2026-03-02"), "longest_run": 0, "is_sustained": False,
        "over_hours": 0.0, "idle_hours": 8.0,
    }])  # fmt: skip
    assert "Nobody has more work than hours." in str(tables.table_load_peaks(peaks))
    shown = tables.table_load_peaks(peaks.assign(n_weeks_over=2, is_sustained=True))
    assert shown.rows()[0][2:7] == ["80%", "2 Mar 2026", "2", "0", "yes"]


def test_who_has_no_work_in_these_weeks_is_left_out():
    """Five of six have work."""
    found = frames.key_people()
    found.loc[5, "n_tasks"] = 0
    shown = tables.table_key_people(found)
    assert len(shown.rows()) == 5
    assert shown.rows()[0][4] == "+10.0 d"


@pytest.mark.parametrize("name", ["load_peaks", "load_causes", "key_people", "single_points"])
def test_a_reason_stands_in_place_of_a_table(name):
    """What cannot be said is said."""
    shown = getattr(tables, f"table_{name}")(CannotSay("nothing was read"))
    assert "Cannot say, because nothing was read" in str(shown)
