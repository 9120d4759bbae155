"""The network around a task, float paths, load against capacity, before and after levelling."""

import re

import frames
import pandas as pd
import pytest
from hostile import HOSTILE, INVISIBLE
from pictures import static_svg

from pmtools.charts import chart_float_paths, chart_levelling, chart_load, chart_network
from pmtools.metrics import CannotSay
from pmtools.words import Statement, plain

TASKS = frames.tasks(4)
LINKS = frames.links(TASKS)


def rows_of(chart, column):
    """The rows of the data that has this column."""
    data = chart.to_dict()["datasets"].values()
    return pd.DataFrame([row for rows in data for row in rows if column in row])


def subtitle(chart):
    return " ".join(chart.to_dict()["title"]["subtitle"])


def test_a_network_shows_two_steps_each_way_in_order():
    """What a task waits for stands left of it, what waits for it right."""
    boxes = rows_of(chart_network(TASKS, LINKS, "1.2"), "second")
    steps = dict(zip(boxes["id"], boxes["step"], strict=True))
    assert steps == {"1.0": -2, "1.1": -1, "1.2": 0, "1.3": 1, "1.4": 2}


def test_links_that_set_a_date_differ_by_more_than_colour():
    """Thick and whole against thin and dashed."""
    arrows = rows_of(chart_network(TASKS, LINKS, "1.2"), "link").drop_duplicates("link")
    assert arrows["is_driving"].value_counts().to_dict() == {True: 3, False: 1}
    svg = static_svg(chart_network(TASKS, LINKS, "1.2").to_dict())
    assert 'stroke-dasharray="4,3"' in svg and 'stroke-width="2"' in svg


def test_two_links_of_one_pair_are_one_arrow_with_both_kinds():
    """Start to start and finish to finish are the two halves of "together"."""
    both = pd.concat([LINKS.assign(kind="SS"), LINKS.assign(kind="FF")])
    arrows = rows_of(chart_network(TASKS, both, "1.2"), "link")
    assert set(arrows["kind"]) == {"SS+FF"}
    assert arrows["link"].nunique() == 4


def test_a_task_with_many_successors_shows_eight_and_counts_the_rest():
    """Forty boxes below each other are no picture."""
    others = [task_id for task_id in TASKS["id"] if task_id != "0"]
    fan = pd.DataFrame({"predecessor_id": "0", "successor_id": others, "kind": "FS"})
    chart = chart_network(TASKS, fan.assign(is_driving=True), "0")
    assert len(rows_of(chart, "second")) == 9
    assert f"And {len(others) - 8} tasks more." in subtitle(chart)


def test_a_task_without_links_stands_alone():
    """That too is an answer."""
    chart = chart_network(TASKS, LINKS[:0], "1.2")
    assert "0 tasks directly before it" in chart.to_dict()["description"]
    assert "<svg" in static_svg(chart.to_dict())


@pytest.mark.parametrize("around", ["no such task", "", HOSTILE[1]])
def test_a_network_around_an_unknown_task_says_so(around):
    """A mistyped id is no empty picture."""
    said = chart_network(TASKS, LINKS, around)
    assert isinstance(said, Statement)
    assert f'the plan has no task "{around}"' in said.text


@pytest.mark.parametrize("name", [*HOSTILE, *INVISIBLE.values()])
def test_hostile_names_are_drawn_literally_in_networks_and_paths(name):
    """A task may be called anything."""
    start = re.sub(r"\s+", " ", plain(name, 45))[:9].rstrip("… ")
    for chart in (
        chart_network(TASKS.assign(name=name), LINKS, "1.2"),
        chart_float_paths(frames.float_paths().assign(name=name)),
    ):
        svg = static_svg(chart.to_dict())
        assert not re.search("<(script|img|image|a|iframe)[ >]", svg)
        shown = [re.sub(r"\s+", " ", str(row)) for row in chart.to_dict()["datasets"].values()]
        assert any(start.replace("\\", "\\\\")[:8] in row for row in shown)


def test_paths_stand_in_the_order_of_their_float_in_days():
    """The next path to watch is the second."""
    chart = chart_float_paths(frames.float_paths(), hours_per_day=8)
    lanes = rows_of(chart, "chain")
    assert list(lanes["said"]) == ["sets the date", "1.5 d of float", "3 d of float"]
    assert lanes["chain"][0].startswith("Survey of cabling › Migrate")
    assert "path 2 1.5 d of float, 12 tasks" in chart.to_dict()["description"]


def test_many_paths_are_counted():
    """Eight lanes can be read."""
    assert "And 4 more paths." in subtitle(chart_float_paths(frames.float_paths(12)))


def test_load_above_capacity_is_framed_and_said_in_hours():
    """Colour is never the only sign."""
    chart = chart_load(frames.load())
    bars = rows_of(chart, "within")
    assert list(bars.loc[bars["is_over"], "text"]) == ["48"] * bars["is_over"].sum()
    assert "the most is 48 h in 40 h" in chart.to_dict()["description"]
    assert (bars["full"][bars["is_over"]] < bars["capacity"][bars["is_over"]]).all()


def test_the_load_of_one_is_drawn_with_every_value():
    """For a talk with that person."""
    chart = chart_load(frames.load(), resource_id="R3")
    bars = rows_of(chart, "within")
    assert set(bars["name"]) == {"Person 3"}
    assert list(bars["text"]) == ["24", "32", "40", "48", "0", "8"]
    assert "Cannot say" in chart_load(frames.load(), resource_id="nobody").text


def test_the_most_loaded_are_shown_and_the_rest_counted():
    """Eight lanes can be read."""
    assert "The 8 most loaded of 40." in subtitle(chart_load(frames.load(40)))


def test_of_many_weeks_each_says_its_worst():
    """Numbers over each other are none."""
    bars = rows_of(chart_load(frames.load(3, 20)), "within")
    assert bars.groupby("row")["text"].apply(lambda said: (said != "").sum()).tolist() == [1, 1, 1]


def test_weeks_after_the_last_work_are_left_out():
    """An empty half of a chart says nothing."""
    load = frames.load()
    load.loc[load["week"] > "2026-03-23", "load_hours"] = 0.0
    assert rows_of(chart_load(load), "within")["week"].nunique() == 3


def test_people_without_any_hours_have_a_lane_all_the_same():
    """Work in weeks without capacity is as overloaded as can be."""
    load = frames.load(2).assign(capacity_hours=0.0)
    assert rows_of(chart_load(load), "within")["is_over"].sum() == (load["load_hours"] > 0).sum()


def test_levelling_says_what_moves_how_far_and_for_whom():
    """A task that moves without a reason is not believed."""
    before = pd.Timestamp("2026-04-10 17:00")
    after = before + pd.Timedelta(days=5)
    chart = chart_levelling(frames.moves(), finish_before=before, finish=after)
    assert "finishes on 15 Apr 2026 (line) instead of 10 Apr 2026 (dotted)" in subtitle(chart)
    rows = rows_of(chart, "because").sort_values("row")
    assert "+5 d" in set(rows["end_label"])
    why = {"Survey of cabling (finish to start)", "Ann Berger", "Ann Berger, Bo Chen"}
    assert set(rows["because"]) == why
    assert "12 tasks move" in chart.to_dict()["description"]


def test_the_finish_that_holds_is_said():
    """What levelling costs: nothing."""
    at = pd.Timestamp("2026-04-10 17:00")
    chart = chart_levelling(frames.moves(), finish_before=at, finish=at)
    assert "still finishes on 10 Apr 2026" in subtitle(chart)


def test_those_that_move_furthest_are_shown():
    """Forty rows can be read."""
    many = pd.concat([frames.moves()] * 5, ignore_index=True)
    chart = chart_levelling(many)
    assert "The 40 of 60 tasks that move furthest." in subtitle(chart)
    assert set(rows_of(chart, "because")["end_label"]) == {"+2 d", "+3 d", "+4 d", "+5 d"}


def test_that_nothing_moves_is_known():
    """Nobody has too much, or nothing may be moved: neither is unknown."""
    said = chart_levelling(frames.moves()[:0])
    assert said == Statement("Levelling moves no task.", "info")
    assert chart_levelling(CannotSay("nobody is assigned")).signal == "unknown"
