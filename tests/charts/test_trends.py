"""Milestone trend, indices, S-curve and workload."""

from itertools import pairwise

import frames
import pandas as pd
import pytest

from pmtools.charts import chart_index_trend, chart_milestone_trend, chart_s_curve, chart_workload
from pmtools.charts.theme import spread, thinned, ticks
from pmtools.metrics import CannotSay, Metric


def subtitle(chart):
    return " ".join(chart.to_dict()["title"]["subtitle"])


@pytest.mark.parametrize("places", [[5, 5, 5], [100, 98, 3], [0, 400, 399, 200], [380] * 14])
def test_labels_do_not_cover_each_other(places):
    """Two names printed over each other are none."""
    moved = spread(places, 15, 6, 374)
    between = sorted(moved)
    assert all(b - a >= 14.99 for a, b in pairwise(between))
    assert min(moved) >= 6 and max(moved) <= 374
    order = sorted(range(len(places)), key=lambda n: places[n])
    assert [moved[n] for n in order] == between


def test_dates_on_an_axis_are_mondays_or_firsts_of_a_month():
    """People count in weeks, then in months."""
    day = pd.Timestamp("2026-01-07")
    weeks = ticks(day, day + pd.Timedelta(weeks=6))
    months = ticks(day, day + pd.Timedelta(weeks=40))
    assert {tick.day_of_week for tick in weeks} == {0}
    assert all(tick.day == 1 for tick in months if len(months) < 9) or months[0].day_of_week == 0
    assert len(ticks(day, day + pd.Timedelta(days=20_000))) <= 12
    assert ticks(day, day) == [day]


def test_a_milestone_is_late_against_its_first_forecast():
    """Rising lines slip; the words say how many."""
    description = chart_milestone_trend(frames.trend(6)).to_dict()["description"]
    assert "of 6 milestones are later than first forecast" in description
    assert "Site 5 live" in description


def test_a_trend_leaves_out_what_was_not_known_yet():
    """A report of a past week shows that week."""
    early = frames.STATUS - pd.Timedelta(weeks=6)
    spec = chart_milestone_trend(frames.trend(), early).to_dict()
    dates = {row["at"] for data in spec["datasets"].values() for row in data if "said_at" in row}
    assert max(dates)[:10] == "2026-01-23"


def test_many_milestones_are_counted():
    """Fourteen lines can be read, forty cannot."""
    assert "And 26 later ones." in subtitle(chart_milestone_trend(frames.trend(40)))


def test_the_curve_explains_its_acronyms_from_the_one_place():
    """The labels are those of the metrics."""
    chart = chart_s_curve(frames.curve(), currency="EUR", bac=480_000.0)
    for metric in (Metric.PLANNED_VALUE, Metric.EARNED_VALUE, Metric.ACTUAL_COST):
        assert f"{metric.acronym}: {metric.label.lower()}" in subtitle(chart)
    assert "Budget at completion EUR 480,000" in chart.to_dict()["description"]


def test_the_curve_leaves_out_what_cannot_be_said():
    """No range is drawn without estimates; a plan without cost shows the plan alone."""
    planned = frames.curve().drop(columns=["earned_value", "actual_cost"])
    unknown = CannotSay("no cost was recorded")
    chart = chart_s_curve(planned, currency="", bac=unknown, eac_low=unknown, eac_high=unknown)
    assert "EAC" not in subtitle(chart)
    assert "AC:" not in subtitle(chart)


def test_an_index_that_is_not_known_is_not_drawn():
    """A project without cost has an SPI(t) all the same."""
    rows = frames.by_date().assign(cost_performance_index=float("nan"))
    said = subtitle(chart_index_trend(rows))
    assert "SPI(t): schedule performance index in time" in said
    assert "CPI" not in said


def test_overload_is_framed_and_said():
    """Colour is never the only sign."""
    chart = chart_workload(frames.load())
    assert "Framed: more work than hours" in subtitle(chart)
    description = chart.to_dict()["description"]
    assert "heat map of 8 people over 6 weeks from 9 Mar 2026" in description


def test_many_people_are_counted():
    """The busiest are shown."""
    assert "The 30 busiest of 40 people." in subtitle(chart_workload(frames.load(40)))


def test_long_lines_are_thinned_and_keep_their_ends():
    """More than 5,000 rows stop the chart, and nobody sees a point of ten years of weeks."""
    rows = pd.DataFrame({"n": range(1_001)})
    kept = list(thinned(rows)["n"])
    assert kept[0] == 0 and kept[-1] == 1_000
    assert 150 <= len(kept) <= 201
    assert list(thinned(rows[:200])["n"]) == list(range(200))


def test_ten_years_of_a_large_project_are_drawn():
    """A limit of a library is not a limit of the project."""
    dates = pd.date_range("2016-01-01 23:59", periods=520, freq="7D")
    trend = pd.concat(
        [
            pd.DataFrame({"status_date": date, "name": [f"M{n}" for n in range(20)]})
            for date in dates
        ]
    ).assign(forecast=dates[-1])
    curve = pd.DataFrame({"date": dates, "planned_value": 1.0, "earned_value": 1.0})
    for chart in (
        chart_milestone_trend(trend),
        chart_s_curve(pd.concat([curve] * 4), currency="EUR"),
    ):
        assert sum(len(data) for data in chart.to_dict()["datasets"].values()) < 5_000
