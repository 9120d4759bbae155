"""Finish curve, joint confidence and drivers."""

import forecast_frames as frames
import pandas as pd
import pytest
from pictures import static_svg

from pmtools.charts import chart_drivers, chart_finish_curve, chart_joint_confidence
from pmtools.words import Statement


def rows_of(chart, column):
    """The rows of the data that has this column."""
    data = chart.to_dict()["datasets"].values()
    return pd.DataFrame([row for rows in data for row in rows if column in row])


def subtitle(chart):
    return " ".join(chart.to_dict()["title"]["subtitle"])


def test_promises_stand_on_the_curve_with_their_chance():
    """Percentiles by their name, plan and promises by the chance to keep them."""
    labels = set(rows_of(chart_finish_curve(frames.curve(), frames.marks()), "label_y")["label"])
    assert labels == {
        "20 Dec 2026 · P50", "8 Jan 2027 · P80", "8 Dec 2026 · 31% · Plan",
        "27 Nov 2026 · 17% · Deadline",
        "31 Dec 2026 · 68% · Old maintenance contract is not extended",
    }  # fmt: skip


def test_a_promise_far_from_the_curve_is_told_and_does_not_squeeze_it():
    """A goal of next autumn would press the curve into a corner."""
    chart = chart_finish_curve(frames.curve(), frames.marks())
    assert "Not drawn: 30 Sep 2027 · 99% · Less electricity" in subtitle(chart)
    assert rows_of(chart, "at")["at"].max() < "2027-06"


def test_a_curve_needs_no_marks():
    """The curve alone, also where every trial ends on one day."""
    certain = frames.curve().assign(finish=frames.DEADLINE)
    for curve in (frames.curve(), certain):
        assert "<svg" in static_svg(chart_finish_curve(curve).to_dict())


def test_trials_within_date_and_budget_differ_by_shape():
    """Both kept, or one of the two missed."""
    target = {"finish": frames.DEADLINE + pd.Timedelta(days=30), "cost": 655_000.0}
    chart = chart_joint_confidence(
        frames.trials(), frames.frontier(), currency="EUR", chance=0.41, **target
    )
    trials = frames.trials()
    kept = (trials["finish"] <= target["finish"]) & (trials["cost"] <= target["cost"])
    assert rows_of(chart, "state")["state"].value_counts()["Both kept"] == kept.sum()
    assert "27 Dec 2026 and EUR 655,000; the chance to keep both is 41%" in subtitle(chart)


def test_without_a_target_the_trials_and_the_frontier_are_drawn():
    """A project may have neither deadline nor budget."""
    chart = chart_joint_confidence(frames.trials(), frames.frontier(), currency="EUR")
    assert set(rows_of(chart, "state")["state"]) == {"Both kept"}
    assert "kept together with 70%" in subtitle(chart) and "Dashed" not in subtitle(chart)


def test_drivers_keep_their_order_and_say_days_and_money():
    """The largest first; an opportunity has a sign of its own."""
    rows = rows_of(chart_drivers(frames.drivers(), currency="EUR"), "label")
    rows = rows.drop_duplicates("row").set_index("row")
    assert rows.loc[0, "label"] == "+9.5 d · +EUR 18,250"
    assert rows.loc[4, "label"] == "0.0 d · −EUR 1,440"
    assert rows["kind"].unique().tolist() == ["Risk", "Uncertain duration", "Days off"]


@pytest.mark.parametrize("n", [1, 15, 16, 40])
def test_of_many_drivers_the_rest_is_counted(n):
    """Fifteen are drawn."""
    many = pd.concat([frames.drivers().head(1)] * n, ignore_index=True)
    more = f"And {n - 15} smaller ones." if n > 15 else ""
    assert subtitle(chart_drivers(many, currency="EUR")).endswith(more or "add up.")


def test_drivers_that_move_nothing_are_no_chart():
    """A sentence instead of an empty tornado."""
    still = frames.drivers().assign(days=0.0, cost=0.0)
    said = chart_drivers(still, currency="EUR")
    assert said == Statement("No single driver moves the finish or the cost.", "info")
