"""The waterfall of why the finish moved."""

import frames
import pandas as pd
import pytest

from pmtools.charts import chart_bridge
from pmtools.words import Statement

THEN, NOW = pd.Timestamp("2026-12-14 17:00"), pd.Timestamp("2026-12-23 17:00")


def steps_of(parts):
    data = chart_bridge(parts, before_finish=THEN, after_finish=NOW).to_dict()["datasets"]
    return pd.DataFrame(next(rows for rows in data.values() if "begin" in rows[0]))


def test_each_bar_begins_where_the_one_before_it_ended():
    """The last one goes from the forecast of then to that of now."""
    steps = steps_of(frames.bridge_parts())
    assert steps["begin"].round(1).tolist() == [0, 5, 7.5, 5.6, 0]
    assert steps["end"].round(1).tolist() == [5, 7.5, 5.6, 5.9, 5.9]
    assert steps["kind"].tolist() == ["Later", "Later", "Earlier", "Later", "In all"]


def test_parts_are_told_by_what_carries_them():
    """The words of the part are not said twice."""
    steps = steps_of(frames.bridge_parts())
    assert steps["name_"].iloc[0] == "Passage of time"
    assert steps["who"].iloc[0] == "at Survey of cabling"
    assert steps["who"].iloc[-1] == "Finish 23 Dec 2026"


@pytest.mark.parametrize(
    "parts", [frames.bridge_parts()[:0], frames.bridge_parts().assign(days=0.0)]
)
def test_without_a_movement_there_is_no_waterfall(parts):
    """Only a sentence."""
    said = chart_bridge(parts, before_finish=NOW, after_finish=NOW)
    assert said == Statement("The forecast finish has not moved: 23 Dec 2026.", "info")
