"""The waterfall of why a date or a cost moved."""

import frames
import pandas as pd
import pytest

from pmtools.charts import chart_bridge
from pmtools.words import Statement

THEN, NOW = pd.Timestamp("2026-12-14 17:00"), pd.Timestamp("2026-12-23 17:00")
WEEKS = {"since": pd.Timestamp("2026-10-30"), "until": pd.Timestamp("2026-11-06")}


def steps_of(parts, before=THEN, after=NOW, **words):
    data = chart_bridge(parts, before=before, after=after, **WEEKS, **words).to_dict()["datasets"]
    return pd.DataFrame(next(rows for rows in data.values() if "begin" in rows[0]))


def test_each_bar_begins_where_the_one_before_it_ended():
    """The first bar is the forecast of then, the last one that of now."""
    steps = steps_of(frames.bridge_parts())
    assert steps["begin"].round(1).tolist() == [-0.9, 0, 5, 7.5, 5.6, -0.9]
    assert steps["end"].round(1).tolist() == [0, 5, 7.5, 5.6, 5.9, 5.9]
    kinds = ["Forecast", "Later", "Later", "Earlier", "Later", "Forecast"]
    assert steps["kind"].tolist() == kinds


def test_the_ends_say_the_forecasts_and_their_days():
    """A reader sees both dates without another chart."""
    steps = steps_of(frames.bridge_parts())
    assert steps["name_"].iloc[[0, -1]].tolist() == ["Forecast on 30 Oct", "Forecast on 6 Nov"]
    assert steps["who"].iloc[[0, -1]].tolist() == ["14 Dec 2026", "23 Dec 2026"]
    assert steps["label"].iloc[[0, -1]].tolist() == ["", "+5.9 d"]


def test_parts_are_told_by_what_carries_them():
    """And by whose it is; the words of the part are not said twice."""
    steps = steps_of(frames.bridge_parts())
    assert steps["name_"].iloc[[1, 3]].tolist() == ["Passage of time · Networks", "Re-estimates"]
    assert steps["who"].iloc[1] == "at Survey of cabling"


def test_money_is_told_in_its_currency():
    """Dearer and cheaper in place of later and earlier."""
    cost = {"quantity": "the cost at completion", "currency": "EUR"}
    chart = chart_bridge(frames.cost_parts(), before=612_000.0, after=614_360.0, **WEEKS, **cost)
    assert chart.to_dict()["title"]["text"] == ["Why the cost at completion moved "]
    steps = steps_of(frames.cost_parts(), 612_000.0, 614_360.0, **cost)
    assert set(steps["kind"]) == {"Forecast", "Dearer", "Cheaper"}
    assert steps["label"].tolist() == ["", "+2,000", "+1,000", "−760", "+120", "+2,360"]
    assert steps["who"].iloc[[0, -1]].tolist() == ["EUR 612,000", "EUR 614,360"]


@pytest.mark.parametrize(
    "parts", [frames.bridge_parts()[:0], frames.bridge_parts().assign(days=0.0)]
)
def test_without_a_movement_there_is_no_waterfall(parts):
    """Only a sentence."""
    said = chart_bridge(parts, before=NOW, after=NOW, quantity="P80")
    assert said == Statement("P80 has not moved: 23 Dec 2026.", "info")
