"""One enum names every metric: what it is called, counted in, computed by, and who says so."""

from typing import get_args

import pytest

from pmtools.metrics import CannotSay, Direction, Metric, Unit


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_is_fully_described(metric):
    """Label, acronym, unit, direction, formula and source are all there."""
    assert metric.label
    assert metric.acronym
    assert metric.formula
    assert metric.source
    assert metric.unit in get_args(Unit)
    assert metric.direction in get_args(Direction)


def test_labels_acronyms_and_columns_name_one_metric_each():
    """No two metrics can be taken for each other."""
    for what in ("label", "acronym", "column"):
        names = [getattr(metric, what) for metric in Metric]
        assert len(set(names)) == len(names), what


@pytest.mark.parametrize("metric", Metric)
def test_a_column_carries_its_unit(metric):
    """Hours and days stand in the name of the column; other units do not."""
    suffix = {"hours": "_hours", "days": "_days"}.get(metric.unit)
    assert metric.column.isidentifier()
    assert metric.column == metric.column.lower()
    assert metric.column.endswith(suffix or metric.name.lower())


@pytest.mark.parametrize(("metric", "better"), [
    (Metric.COST_PERFORMANCE_INDEX, "higher is better"),
    (Metric.COST_VARIANCE, "higher is better"),
    (Metric.ESTIMATE_AT_COMPLETION, "lower is better"),
    (Metric.TO_COMPLETE_PERFORMANCE_INDEX, "lower is better"),
    (Metric.FINISH_VARIANCE, "lower is better"),
    (Metric.PLANNED_VALUE, "neutral"),
])  # fmt: skip
def test_the_direction_says_what_is_good_news(metric, better):
    """A rising CPI is good, a rising EAC is bad, a rising PV is neither."""
    assert metric.direction == better


def test_what_cannot_be_known_says_why():
    """A number that cannot be known is not invented."""
    assert str(CannotSay("there is no baseline")) == "cannot say, because there is no baseline"
