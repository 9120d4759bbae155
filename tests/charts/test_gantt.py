"""The plan as bars."""

import re
import xml.etree.ElementTree as ElementTree

import frames
import pandas as pd
import pytest
from pictures import static_svg

from pmtools.charts import chart_gantt

SVG = "{http://www.w3.org/2000/svg}"


def drawn(tasks):
    return static_svg(chart_gantt(tasks, frames.STATUS).to_dict())


def texts(svg):
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def bars(svg, colour):
    return len(re.findall(rf'fill="{colour}"', svg))


def test_every_task_of_a_small_plan_has_its_name_and_bar():
    """Names stand in the order of the plan, summaries in bold."""
    tasks = frames.tasks(3)
    svg = drawn(tasks)
    shown = [text for text in texts(svg) if text.startswith(("Phase", "Gate"))]
    assert shown == ["Phase 0", "Gate 0", "Phase 1", "Gate 1", "Phase 2", "Gate 2"]
    n_open = int(((tasks["kind"] == "task") & tasks["is_critical"]).sum())
    assert bars(svg, "#d55e00") == n_open + 3  # their milestone, and two parts of the legend


def test_critical_tasks_differ_by_more_than_colour():
    """One reader in twelve does not see the colour, and a printer may have none."""
    svg = drawn(frames.tasks(3))
    assert 'stroke="#7a3500" stroke-width="1.6"' in svg


def test_every_row_says_its_finish():
    """The date is what everybody looks for."""
    tasks = frames.tasks(1)
    shown = texts(drawn(tasks))
    assert {"Finish", "8 Jan", "19 Jan"} <= set(shown)


def test_a_large_plan_shows_what_matters_and_counts_the_rest():
    """120 bars are no picture; open and critical work is."""
    tasks = frames.tasks(20, 6)
    spec = chart_gantt(tasks, frames.STATUS).to_dict()
    assert spec["height"] == 45 * 17
    assert "45 of 160 tasks" in " ".join(spec["title"]["subtitle"])
    shown = texts(static_svg(spec))
    assert "Phase 0" in shown
    assert "Gate 19" in shown
    assert "Gate 0" not in shown  # reached in January


def test_a_plan_without_baseline_deadline_or_status_is_drawn():
    """Only names and dates are needed."""
    tasks = frames.tasks(2).drop(columns=["baseline_start", "baseline_finish", "deadline", "wbs"])
    assert "<svg" in static_svg(chart_gantt(tasks).to_dict())


def test_long_names_are_cut_and_whole_in_the_tooltip():
    """The chart stays readable, nothing is lost."""
    tasks = frames.tasks(1)
    tasks["name"] = "A very long name of a task " * 5
    data = chart_gantt(tasks).to_dict()["datasets"].values()
    row = next(row for rows in data for row in rows if "full_name" in row)
    assert len(row["name"]) <= 60
    assert len(row["full_name"]) > 100


def test_of_a_large_plan_finished_work_is_left_out_unless_all_is_finished():
    """What is done needs no place in a picture of what is to come."""
    tasks = frames.tasks(8, 6)
    some = tasks.assign(is_finished=tasks["start"] < "2026-04-01")
    every = tasks[tasks["kind"] != "summary"].assign(is_finished=True)
    n_some, n_every = (chart_gantt(rows).to_dict()["height"] / 17 for rows in (some, every))
    assert n_some == (~some["is_finished"] | (some["kind"] == "summary")).sum() < 30
    assert n_every == 45


def test_float_is_drawn_from_the_finish_to_the_late_finish_of_open_tasks():
    """How long a task may wait is seen, not computed in the head."""
    tasks = frames.tasks(7)
    late = tasks["finish"] + pd.Timedelta(days=9)
    plain, floating = drawn(tasks), drawn(tasks.assign(late_finish=late))
    n_open = int((~tasks["is_finished"] & (tasks["kind"] != "summary")).sum())
    assert "Float" not in texts(plain)
    assert "Float" in texts(floating)
    assert floating.count('stroke="#2f6296" stroke-width="1.2"') == n_open


def test_links_are_drawn_on_demand_between_tasks_that_are_shown():
    """Fifty arrows are a net; who asks for them sees those that set a date apart."""
    tasks = frames.tasks(2)
    links = frames.links(tasks)
    spec = chart_gantt(tasks, frames.STATUS, links=links).to_dict()
    points = [row for rows in spec["datasets"].values() for row in rows if "step" in row]
    assert len(points) == 3 * len(links)
    assert "a dashed one sets no date" in " ".join(spec["title"]["subtitle"])
    few = chart_gantt(tasks[:4], frames.STATUS, links=links).to_dict()
    points = [row for rows in few["datasets"].values() for row in rows if "step" in row]
    assert 0 < len(points) < 3 * len(links)


@pytest.mark.parametrize(
    ("kind", "leaves", "enters"),
    [("FS", "finish", "start"), ("SS", "start", "start"), ("FF", "finish", "finish"),
     ("SF", "start", "finish")],
)  # fmt: skip
def test_a_link_joins_the_ends_that_its_kind_says(kind, leaves, enters):
    """Start to start is not finish to start."""
    tasks = frames.tasks(1)
    links = frames.links(tasks)[1:2].assign(kind=kind)
    spec = chart_gantt(tasks, links=links).to_dict()
    points = [row for rows in spec["datasets"].values() for row in rows if "step" in row]
    before, after = tasks.iloc[2], tasks.iloc[3]
    expected = [before[leaves], after[enters], after[enters]]
    assert [pd.Timestamp(point["at"]) for point in points] == expected
    assert [point["row"] for point in points] == [2, 2, 3]


def test_critical_tasks_without_a_place_are_counted():
    """Nobody takes the picture of a part for the whole."""
    tasks = frames.tasks(60, 6).assign(is_critical=True)
    said = " ".join(chart_gantt(tasks, frames.STATUS).to_dict()["title"]["subtitle"])
    assert "critical ones are left out" in said


def test_the_year_stands_where_a_plan_crosses_it():
    """1 Mar of which year?"""
    tasks = frames.tasks(1)
    tasks.loc[3, ["start", "finish"]] += pd.Timedelta(days=400)
    assert any(text.endswith("2027") for text in texts(drawn(tasks)))
