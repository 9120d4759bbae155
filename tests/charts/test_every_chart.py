"""What holds for every chart."""

import json
import re
import xml.etree.ElementTree as ElementTree

import coordination_frames
import decision_frames
import flow_frames
import forecast_frames
import frames
import handoff_frames
import pandas as pd
import pytest
import risk_frames
import vl_convert
from hostile import HOSTILE, INVISIBLE
from pictures import static_svg

from pmtools import charts
from pmtools.charts import (
    chart_ageing,
    chart_before_after,
    chart_bridge,
    chart_burn_up,
    chart_cumulative_flow,
    chart_cycle_time,
    chart_dependency_matrix,
    chart_drivers,
    chart_fever,
    chart_finish_curve,
    chart_float_paths,
    chart_forecast_cone,
    chart_gantt,
    chart_handoffs,
    chart_index_trend,
    chart_joint_confidence,
    chart_key_people,
    chart_levelling,
    chart_load,
    chart_load_map,
    chart_milestone_trend,
    chart_network,
    chart_promises,
    chart_raci,
    chart_resource_needs,
    chart_risk_matrix,
    chart_s_curve,
    chart_scenarios,
    chart_way_back,
    chart_workload,
    show_charts_offline,
)
from pmtools.metrics import CannotSay
from pmtools.words import Statement, plain

FINISH = pd.Timestamp("2026-08-07 17:00")


def s_curve(frame):
    return chart_s_curve(
        frame,
        currency="EUR",
        bac=480_000.0,
        eac_low=512_000.0,
        eac_high=575_000.0,
        status_date=frames.STATUS,
        forecast_finish=FINISH,
    )


def gantt(frame):
    return chart_gantt(frame, frames.STATUS, links=frames.links(frames.tasks()))


def network(frame):
    around = frame["id"].iloc[0] if isinstance(frame, pd.DataFrame) and len(frame) == 1 else "5.2"
    return chart_network(frame, frames.links(frames.tasks()), around)


def levelling(frame):
    return chart_levelling(frame, finish_before=FINISH, finish=FINISH + pd.Timedelta(days=3))


def finish_curve(frame):
    return chart_finish_curve(frame, forecast_frames.marks())


def joint_confidence(frame):
    target = {"finish": forecast_frames.DEADLINE, "cost": 655_000.0, "chance": 0.41}
    return chart_joint_confidence(frame, forecast_frames.frontier(), currency="EUR", **target)


def drivers(frame):
    return chart_drivers(frame, currency="EUR")


def bridge(frame):
    return chart_bridge(frame, before=FINISH, after=FINISH + pd.Timedelta(days=6))


def cost_bridge(frame):
    ends = {"before": 612_000.0, "after": 614_400.0, "since": FINISH, "until": FINISH}
    return chart_bridge(frame, **ends, quantity="the cost at completion", currency="EUR")


def handoffs(frame):
    return chart_handoffs(frame, frames.STATUS)


def risk_matrix(frame):
    return chart_risk_matrix(frame, risk_frames.matrix().cells)


def raci(frame):
    return chart_raci(frame, coordination_frames.rows())


def ageing(frame):
    return chart_ageing(frame, 7.0)


def cycle_time(frame):
    return chart_cycle_time(frame, flow_frames.percentiles())


def burn_up(frame):
    return chart_burn_up(frame, flow_frames.fan(), flow_frames.when())


def scenarios(frame):
    return chart_scenarios(frame, currency="EUR", deadline=decision_frames.DEADLINE)


def way_back(frame):
    return chart_way_back(frame, 0.68, 0.8, currency="EUR")


EVERY = {
    "scenarios": (scenarios, decision_frames.rows),
    "way back": (way_back, decision_frames.options),
    "before and after": (chart_before_after, decision_frames.moved),
    "raci": (raci, coordination_frames.cells),
    "promises": (chart_promises, coordination_frames.record),
    "gantt": (gantt, lambda: frames.tasks().assign(late_finish=FINISH)),
    "network": (network, lambda: frames.tasks()[::-1]),
    "float paths": (chart_float_paths, frames.float_paths),
    "load": (chart_load, frames.load),
    "levelling": (levelling, frames.moves),
    "milestone trend": (chart_milestone_trend, frames.trend),
    "s-curve": (s_curve, frames.curve),
    "index trend": (chart_index_trend, frames.by_date),
    "workload": (chart_workload, frames.load),
    "load map": (chart_load_map, frames.load),
    "key people": (chart_key_people, frames.key_people),
    "resource needs": (chart_resource_needs, frames.needs),
    "forecast cone": (chart_forecast_cone, frames.cone),
    "fever": (chart_fever, frames.buffer_use),
    "cumulative flow": (chart_cumulative_flow, flow_frames.by_day),
    "cycle time": (cycle_time, flow_frames.items),
    "ageing": (ageing, flow_frames.ageing),
    "burn-up": (burn_up, flow_frames.by_day),
    "finish curve": (finish_curve, forecast_frames.curve),
    "joint confidence": (joint_confidence, forecast_frames.trials),
    "drivers": (drivers, forecast_frames.drivers),
    "bridge": (bridge, frames.bridge_parts),
    "bridge of cost": (cost_bridge, frames.cost_parts),
    "risk matrix": (risk_matrix, lambda: risk_frames.many(4)),
    "handoffs": (handoffs, handoff_frames.handoffs),
    "dependency matrix": (chart_dependency_matrix, handoff_frames.pairs),
}
every_chart = pytest.mark.parametrize(("chart", "frame"), EVERY.values(), ids=EVERY)
NAMED = {
    "scenarios": "scenario", "before and after": "name",
    "raci": "party", "promises": "name",
    "gantt": "name", "milestone trend": "name", "workload": "resource", "load": "resource",
    "load map": "resource", "key people": "party",
    "levelling": "name", "resource needs": "role", "drivers": "driver", "risk matrix": "id",
    "bridge": "tasks", "bridge of cost": "tasks",
    "handoffs": "sender", "dependency matrix": "sender",
}  # fmt: skip
KEYS = {
    "scenarios": "scenario", "before and after": "task_id",
    "raci": "party_id", "promises": "name",
    "gantt": "id", "milestone trend": "task_id", "workload": "resource_id", "load": "resource_id",
    "load map": "resource_id", "key people": "party_id",
    "levelling": "task_id", "resource needs": "role", "drivers": "id", "risk matrix": "id",
    "bridge": "group", "bridge of cost": "group",
    "handoffs": "sender", "dependency matrix": "sender_id",
}  # fmt: skip


def words_of(svg):
    """The texts of a picture, line by line."""
    places = ElementTree.fromstring(svg).iter()
    return [place.text or "" for place in places if place.tag.endswith(("}text", "}tspan"))]


def test_no_chart_is_left_out_of_these_tests():
    """A chart that nobody draws in a test is broken first."""
    drawn = {name.split(" of ")[0] for name in EVERY}
    assert len(drawn) == len([name for name in charts.__all__ if name.startswith("chart_")])


@every_chart
def test_every_chart_draws_as_svg(chart, frame):
    """The PDF shows what the page shows, and a picture cannot run anything."""
    svg = static_svg(chart(frame()).to_dict(), width=640)
    assert ElementTree.fromstring(svg).get("width").startswith("640")
    assert "<script" not in svg and "<image" not in svg
    assert svg.count("<path") > 20


@every_chart
def test_every_chart_has_words_for_those_who_cannot_see_it(chart, frame):
    """The alternative text gives the facts: counts, values with their unit, dates."""
    spec = chart(frame()).to_dict()
    assert re.search(r"\d", spec["description"])
    assert "NaN" not in spec["description"] and "NaT" not in spec["description"]
    assert not re.search(r"\d\d:\d\d|\d{4}-\d\d|[a-z]_[a-z]|\.\d{3}", spec["description"])


@every_chart
@pytest.mark.parametrize("version", ["5.8", "6.4"])
def test_every_chart_draws_in_old_and_new_vega_lite(chart, frame, version):
    """JupyterLab bundles an old version, the exporter a new one."""
    spec = {**chart(frame()).to_dict(), "width": 640}
    assert "<svg" in vl_convert.vegalite_to_svg(spec, vl_version=version, allowed_base_urls=[])


@every_chart
def test_the_same_data_gives_the_same_chart_twice(chart, frame):
    """A report made again is the same report."""
    assert chart(frame()).to_json() == chart(frame()).to_json()


@every_chart
def test_no_column_name_and_no_raw_number_is_shown(chart, frame):
    """People read words, dates and rounded figures."""
    for text in words_of(static_svg(chart(frame()).to_dict())):
        assert not re.search(r"[a-z]_[a-z]|\d\.\d{3}|\d{4}-\d\d|NaN|null|undefined", text)


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"levelling", "bridge", "bridge of cost"}))
def test_nothing_to_draw_is_said(name):
    """An empty chart looks like a project without trouble."""
    chart, frame = EVERY[name]
    for nothing in (frame()[:0], CannotSay("nothing was recorded")):
        said = chart(nothing)
        assert isinstance(said, Statement)
        assert said.signal == "unknown"
        assert said.text.startswith("Cannot say, because ")


@every_chart
def test_one_row_is_enough(chart, frame):
    """The first week has one status date, and a small plan one task."""
    frame = frame()
    for name in ("load_hours", "cost_performance_index"):
        if name in frame:
            frame = frame[frame[name] > 0]
    assert "<svg" in static_svg(chart(frame[:1]).to_dict())


@pytest.mark.parametrize("name", NAMED)
def test_hostile_names_are_drawn_literally(name):
    """A task, milestone or person may be called anything."""
    chart, frame = EVERY[name]
    texts = [*HOSTILE, *INVISIBLE.values()]
    rows = frame()
    things = rows[KEYS[name]].unique()
    named = dict(zip(things, texts * 4, strict=False))
    rows[NAMED[name]] = rows[KEYS[name]].map(named)
    svg = static_svg(chart(rows).to_dict())
    assert not re.search("<(script|img|image|a|iframe)[ >]", svg)
    drawn = [re.sub(r"\s+", " ", word) for word in words_of(svg)]
    for text in list(named.values())[: len(things)]:
        start = re.sub(r"\s+", " ", plain(text, 45))[:12].rstrip("…").strip()
        assert any(start in word for word in drawn), text


@pytest.mark.parametrize("title", [*HOSTILE, "toString", "x" * 40_000])
def test_hostile_titles_are_drawn_literally(title):
    """So may a project."""
    said = words_of(static_svg(chart_index_trend(frames.by_date()[:2], title=title).to_dict()))
    assert any(word.strip() and title.startswith(word.strip()) for word in said)


@every_chart
def test_user_text_is_never_part_of_an_expression(chart, frame):
    """An expression made of a name is a program made of a name."""
    spec = chart(frame()).to_dict()
    assert "params" not in spec
    expressions = re.findall(r'"(?:expr|filter|labelExpr)": "((?:[^"\\]|\\.)*)"', json.dumps(spec))
    for name in (*frames.NAMES, "Site", "Person", "Phase", "EUR"):
        assert not any(name in expression for expression in expressions)


def test_a_notebook_holds_the_chart_itself():
    """JupyterLab draws it offline, and an exporter finds it in the output."""
    import altair

    before = altair.renderers.active
    try:
        show_charts_offline()
        drawn = chart_gantt(frames.tasks(2), frames.STATUS)
        bundle = drawn._repr_mimebundle_(None, None)
    finally:
        altair.renderers.enable(before)
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    spec = data["application/vnd.vegalite.v5+json"]
    assert spec["$schema"].endswith("/v5.json")
    assert data["text/plain"] == spec["description"]
    assert isinstance(spec["width"], int)
