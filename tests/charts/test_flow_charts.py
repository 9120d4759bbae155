"""Cumulative flow, cycle time, age of items in progress, burn-up."""

import flow_frames
import pandas as pd
import pytest
from hostile import HOSTILE
from pictures import static_svg

from pmtools.charts.ageing import MOST_ROWS, chart_ageing
from pmtools.charts.burn_up import chart_burn_up
from pmtools.charts.cumulative_flow import chart_cumulative_flow
from pmtools.charts.cycle_time import chart_cycle_time
from pmtools.metrics import CannotSay

TOO_FEW = CannotSay("throughput is known for 2 weeks, and a forecast needs at least 5")


def subtitle(chart):
    return " ".join(chart.to_dict()["title"]["subtitle"])


def values(chart, field):
    """All values of a field in the data of a chart."""
    data = chart.to_dict()["datasets"].values()
    return [row[field] for rows in data for row in rows if field in row]


def test_the_bands_of_the_cumulative_flow_say_their_number():
    """Not started, in progress and finished add up to all items there are."""
    day = flow_frames.by_day()
    last = day.iloc[-1]
    words = values(chart_cumulative_flow(day), "word")
    numbers = [int(word.rpartition(" ")[2]) for word in words]
    assert [word.rpartition(" ")[0] for word in words] == ["Not started", "In progress", "Finished"]
    assert sum(numbers) == last["n_created"] and numbers[1] == last["work_in_progress"]


def test_percentiles_of_the_same_days_are_one_line():
    """Two labels over each other are none."""
    chart = chart_cycle_time(flow_frames.items(), flow_frames.percentiles())
    assert values(chart, "word") == ["50%: 4 days", "70% and 85%: 7 days", "95%: 12 days"]
    one = pd.DataFrame({"probability": [0.5], "days": [1.0]})
    assert values(chart_cycle_time(flow_frames.items(), one), "word") == ["50%: 1 day"]


def test_cycle_times_without_percentiles_are_drawn_all_the_same():
    """Nine items are points, but no promise."""
    chart = chart_cycle_time(flow_frames.items(9), TOO_FEW, days="working")
    assert "Too few for percentiles" in chart.to_dict()["description"]
    assert "In working days" in chart.to_dict()["description"]


def test_of_many_items_the_last_are_drawn_and_the_others_counted():
    """Ten years of a team are a cloud; a screen holds a thousand points."""
    chart = chart_cycle_time(flow_frames.items(1_200), flow_frames.percentiles())
    assert "The last 1,000 of 1,200 items." in subtitle(chart)
    assert len(values(chart, "took")) == 1_000
    many = pd.concat([flow_frames.ageing()] * 4, ignore_index=True)
    assert "The 30 oldest of 48." in subtitle(chart_ageing(many, 7.0))
    assert len(values(chart_ageing(many, 7.0), "full_name")) == MOST_ROWS


def test_ages_are_told_by_shape_and_word_and_not_by_colour_alone():
    """The zones end at half and at 85 % of the service level."""
    chart = chart_ageing(flow_frames.ageing(), 8.0)
    assert values(chart, "to")[:2] == [4.0, 6.8]
    assert {label[0] for label in values(chart, "label")} == {"▲", "■", "●"}
    assert "7 red, 2 amber, 3 green" in chart.to_dict()["description"]
    assert "85% of the items are finished in 8 calendar days or less" in subtitle(chart)


def test_without_a_service_level_ages_have_no_zones():
    """Too few items are finished to promise anything."""
    chart = chart_ageing(flow_frames.ageing().assign(band="unknown"), TOO_FEW)
    assert values(chart, "to") == []
    assert "No service level" in subtitle(chart)
    assert "12 cannot say" in chart.to_dict()["description"]


def test_the_fan_ends_at_the_scope():
    """Nobody finishes more than there is."""
    by_day = flow_frames.by_day()
    chart = chart_burn_up(by_day, flow_frames.fan(), flow_frames.when())
    assert max(values(chart, "high")) == by_day["n_created"].iloc[-1]
    assert values(chart, "chance") == ["50%", "85%"]
    assert "with 50% by 30 Mar 2026, with 85% by 13 Apr 2026" in chart.to_dict()["description"]


def test_a_burn_up_without_forecast_gives_the_reason():
    """What is finished is known, even where the future is not."""
    chart = chart_burn_up(flow_frames.by_day(), TOO_FEW, TOO_FEW)
    assert "Cannot say, because throughput is known for 2 weeks" in subtitle(chart)
    assert "Shaded" not in subtitle(chart) and values(chart, "high") == []
    assert "<svg" in static_svg(chart_burn_up(flow_frames.by_day()).to_dict())


def test_an_item_that_took_a_year_does_not_flatten_all_others():
    """It is drawn at the top as a triangle, and told; its own days are in its tooltip."""
    items = flow_frames.items()
    items.loc[7, "cycle_time_days"] = 365.0
    chart = chart_cycle_time(items, flow_frames.percentiles())
    assert max(values(chart, "took")) == 3 * 12
    assert sum(values(chart, "is_above")) == 1 and "365 d" in values(chart, "said")
    assert "At the top: 1 that took longer, up to 365 days." in subtitle(chart)


def test_an_item_without_a_title_is_named_by_its_id():
    """An empty name tells nobody which item it is."""
    for chart in (chart_ageing(flow_frames.ageing().assign(title=""), 7.0),
                  chart_cycle_time(flow_frames.items().assign(title=""))):  # fmt: skip
        assert "I3" in values(chart, "name")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_of_items_are_only_data(text):
    """A title is told by a pointer, and never runs."""
    svg = static_svg(chart_cycle_time(flow_frames.items(3).assign(title=text)).to_dict())
    assert "<script" not in svg and "<img" not in svg
