"""The heat map by department, and who cannot be spared."""

import frames
import pandas as pd
import pytest

from pmtools.charts import chart_key_people, chart_load_map, chart_workload
from pmtools.metrics import CannotSay


def data_of(chart, column):
    """The rows of the dataset that has this column."""
    sets = chart.to_dict()["datasets"].values()
    return pd.DataFrame(next(rows for rows in sets if rows and column in rows[0]))


def departments(n_people=6):
    load = frames.load(n_people)
    names = load["resource_id"].map(lambda each: ["Network", "", "Security"][int(each[1:]) % 3])
    return load.assign(department=names)


def test_people_stand_below_their_department():
    """Each department opens with its name; nobody stands twice, no row holds two."""
    chart = chart_load_map(departments())
    people = data_of(chart, "shade")[["row", "name", "department"]].drop_duplicates()
    assert len(people) == 6 and people["row"].is_unique
    spec = chart.to_dict()
    heads = [rows for rows in spec["datasets"].values() if len(rows) == 3]
    heads = {row["name"]: row["row"] for row in heads[0]}
    assert sorted(heads) == ["Network", "No department", "Security"]
    for name, place in heads.items():
        below = people[people["department"] == name]["row"]
        assert sorted(below) == list(range(place + 1, place + 1 + len(below)))
    assert spec["height"] == 19 * 9


def test_a_week_of_leave_is_seen():
    """Without hours and without work: off; with work in it: too much."""
    load = departments(2)
    load.loc[1, ["capacity_hours", "load_hours"]] = 0.0
    load.loc[2, ["capacity_hours", "load_hours"]] = 0.0, 8.0
    for chart in (chart_load_map(load), chart_workload(load)):
        cells = data_of(chart, "shade")
        mine = cells[cells["name"] == "Person 0"].sort_values("said_week", key=pd.to_datetime)
        assert mine["text"].iloc[1] == "off" and mine["shade"].iloc[1] == "no hours"
        assert mine["text"].iloc[2] == "8 h" and mine["shade"].iloc[2] == "over 100%"


def test_the_projects_of_each_week_are_told():
    """Who works in two projects is loaded by both."""
    chart = chart_load_map(departments().assign(projects="Rollout 24 h; Upgrade 16 h"))
    assert set(data_of(chart, "shade")["projects"]) == {"Rollout 24 h; Upgrade 16 h"}
    assert "projects" not in data_of(chart_load_map(departments().assign(projects="")), "shade")


def test_forty_people_fit():
    """All of them are shown, and no row is lower than its letters."""
    chart = chart_load_map(departments(40))
    assert data_of(chart, "shade")["name"].nunique() == 40
    assert "busiest of" not in chart.to_dict()["description"]


def test_who_costs_most_stands_first_and_cover_is_said():
    """Orange where the others have too few free hours."""
    bars = data_of(chart_key_people(frames.key_people()), "look")
    assert bars["label"].tolist()[:2] == ["+10.0 d", "+7.5 d"]
    assert bars["label"].iloc[-1] == "3.5 d of float left"
    assert bars["look"].iloc[0] == "too few free hours to cover"
    assert bars["cover"].iloc[1] == "Cover: Bo (same role, 40 h free, 50%)"
    assert bars["need"].iloc[0] == "person, 2 tasks, 36 h"


def test_who_has_nothing_to_do_is_not_drawn():
    """Only those with work in these weeks; where there are none, it is said."""
    found = frames.key_people(30)
    found.loc[20:, "n_tasks"] = 0
    chart = chart_key_people(found)
    assert len(data_of(chart, "look")) == 15
    assert "The 15 worst of 20." in str(chart.to_dict()["title"]["subtitle"])
    assert "has work" in chart_key_people(found.assign(n_tasks=0)).text


@pytest.mark.parametrize("chart", [chart_load_map, chart_key_people])
def test_a_reason_stands_in_place_of_a_chart(chart):
    """What cannot be said is not drawn."""
    assert "nothing was read" in chart(CannotSay("nothing was read")).text
