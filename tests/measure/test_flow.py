"""How work flows: cycle times, throughput, age, and when the backlog is done."""

import numpy as np
import openpyxl
import pandas as pd
import pytest
from agile_team import FIRST, at, team, with_cycle_times
from hypothesis import given, settings
from hypothesis import strategies as st
from real_data import DATA, needs_data
from small_plan import small_plan

from pmtools.errors import SourceError
from pmtools.formats import read_work_items
from pmtools.measure.flow import Flow, flow, nearest_rank
from pmtools.metrics import CannotSay
from pmtools.simulate import simulate

PUBLISHED = [1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 7, 8, 12]
"""Cycle times of dev-toolbox; its page calls the 17th of them 7, and it is 6."""
BOWLER = [1, 3, 5, 3, 7, 8, 0, 5, 3, 1, 8, 2]
WORKBOOK = DATA / "agile" / "Calculating Throughput and Cycle Time History.xlsx"


def of_weeks(counts, n_open=0):
    """A team that finished so many one-day items each week, and has some left."""
    done = [(0, (7 * week + 1, "active"), (7 * week + 1, "done"))
            for week, n in enumerate(counts) for _ in range(n)]  # fmt: skip
    return team([*done, *[(0,)] * n_open])


@pytest.mark.parametrize(("chance", "days"), [(0.50, 4), (0.70, 5), (0.85, 6), (0.95, 8)])
def test_percentiles_are_by_nearest_rank(chance, days):
    """So "85 % in 6 days or less" is literally true: 17 of 20. Nothing is interpolated."""
    assert nearest_rank(PUBLISHED, chance) == days
    found = flow(with_cycle_times(PUBLISHED)).percentiles.set_index("probability").loc[chance]
    assert found["days"] == days
    assert found["n_items"] == sum(took <= days for took in PUBLISHED) >= chance * 20


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.floats(0.01, 1))
def test_at_least_the_promised_share_lies_within_a_percentile(days, chance):
    """And with the next smaller value it would not."""
    found = nearest_rank(days, chance)
    assert np.mean(np.array(days) <= found) >= chance - 1e-9
    assert np.mean(np.array(days) < found) < chance


def test_both_the_first_and_the_last_day_count():
    """Cycle time = finish - start + 1 day: started and finished on one day is one day."""
    items = flow(team([(0, (1, "active"), (1.4, "done")), (0, (1.9, "active"), (3, "done"))])).items
    assert items["cycle_time_days"].tolist() == [1, 3]


def test_working_days_leave_out_what_the_calendar_leaves_out():
    """Friday to Monday are four calendar days and two working days; a Saturday is one day."""
    record = team([(0, (4, "active"), (7, "done")), (0, (5, "active"), (5.5, "done"))])
    assert flow(record).items["cycle_time_days"].tolist() == [4, 1]
    assert flow(record, days="working").items["cycle_time_days"].tolist() == [2, 1]
    holiday = {"calendar_id": "c", "from": at(7), "to": at(7)}
    project = small_plan(
        calendars=[{"id": "c"}], exceptions=[holiday], header={"calendar_id": "c"},
        work_items=record.work_items, transitions=record.transitions,
    )  # fmt: skip
    assert flow(project, days="working").items["cycle_time_days"].tolist() == [1, 1]


def test_an_item_re_opened_is_finished_when_it_is_done_for_good():
    """The customer waits from its first start to its last finish; until then it is open."""
    steps = [(2, "active"), (5, "done"), (9, "active"), (11, "done")]
    record = team([(0, *steps), (0, *steps[:3])])
    items = flow(record).items
    assert items["started"].tolist() == [at(2), at(2)]
    assert items["finished"].iloc[0] == at(11) and pd.isna(items["finished"].iloc[1])
    assert items["cycle_time_days"].iloc[0] == 10
    then = flow(record, until=FIRST + pd.Timedelta(days=6)).items
    assert then["finished"].tolist() == [at(5), at(5)]


def test_an_item_moved_back_to_do_is_not_in_progress():
    """It ages no more; started again, it counts from its first start."""
    back = [(2, "active"), (4, "to_do")]
    found = flow(team([(0, *back), (0, *back, (6, "active")), (0, (6, "done"))]))
    assert found.ageing["id"].tolist() == ["I1"]
    assert found.ageing["age_days"].tolist() == [5]
    assert found.items["is_returned"].tolist() == [True, False, False]
    assert found.littles_law["found"].iloc[2] == "1 lie in a state to do again"


def test_an_item_never_seen_at_work_is_finished_but_has_no_cycle_time():
    """When it was started is not known, and is not made up."""
    found = flow(team([(0, (3, "done"))] * 12))
    assert found.items["cycle_time_days"].isna().all()
    assert found.weekly().tolist() == []
    assert str(found.percentiles) == (
        "cannot say, because 12 items are finished, and of 12 it is not known when they were "
        "started; a service level needs 10 cycle times"
    )
    assert found.by_day["n_finished"].iloc[-1] == 12
    assert (found.by_day["work_in_progress"] == 0).all()


def test_weeks_without_a_finished_item_are_kept():
    """Whole weeks from the first finished item on; the current one only when its work is over."""
    record = of_weeks([2, 0, 3])
    for until, expected in ((21, [2, 0, 3]), (18.6, [2, 0]), (18.9, [2, 0, 3]), (28, [2, 0, 3, 0])):
        assert flow(record, until=at(until)).weekly().tolist() == expected
    found = flow(record, until=at(21), since=at(2)).throughput
    assert found["n_items"].tolist() == [0, 3]
    assert found["week"].tolist() == [at(7), at(14)]


def test_each_team_has_a_throughput_of_its_own():
    """A task points to one team; without a choice all are counted together."""
    record = of_weeks([1, 2])
    record.work_items["team"] = ["A", "A", "B"]
    assert flow(record, until=at(14)).throughput[["team", "n_items"]].to_numpy().tolist() == [
        ["A", 1], ["A", 1], ["B", 1]
    ]  # fmt: skip
    assert flow(record, until=at(14)).weekly().tolist() == [1, 2]
    assert flow(record, until=at(14), team="B").weekly().tolist() == [1]
    with pytest.raises(ValueError, match="team 'C' has no work item; there are A, B"):
        flow(record, team="C")


def test_work_in_progress_is_what_is_started_and_not_finished():
    """The cumulative flow never falls, and its bands never cross."""
    found = flow(with_cycle_times(PUBLISHED, gap=1)).by_day
    counts = found[["n_created", "n_started", "n_finished"]]
    assert (counts.diff().dropna() >= 0).all(axis=None)
    assert (counts.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    wip = found.set_index("day")["work_in_progress"]
    assert wip[at(20)] == 0 and wip[at(26)] == 2 and wip.iloc[-1] == 0


def test_items_in_progress_are_seen_against_the_service_level():
    """Green below half of it, amber to 85 %, red above; the oldest first."""
    days = [10] * 20
    record = with_cycle_times(days)
    young = team([(0, (29 - n, "active")) for n in (3, 4, 7, 8, 12)])
    young.work_items["id"] = young.work_items["id"] + "x"
    young.transitions["item_id"] = young.transitions["item_id"] + "x"
    record.work_items = pd.concat([record.work_items, young.work_items])
    record.transitions = pd.concat([record.transitions, young.transitions])
    found = flow(record, until=at(29.5))
    assert found.service_level_days == 10
    assert found.ageing["age_days"].tolist() == [13, 9, 8, 5, 4]
    assert found.ageing["percent"].tolist() == [130, 90, 80, 50, 40]
    assert found.ageing["band"].tolist() == ["red", "red", "amber", "amber", "green"]


def test_littles_law_describes_the_past():
    """Work in progress 3 and 0.375 items a day are 8 days, as measured; five conditions."""
    found = flow(team([(0, (8 * n, "active"), (8 * n + 7, "done"))
                       for n in range(8) for _ in range(3)])).littles_law  # fmt: skip
    assert found["found"].iloc[0] == "3.0 items / 0.38 a day = 8.0 days; measured: 8.0 days"
    assert found["is_met"].iloc[0] is None
    assert found["is_met"].iloc[1:4].tolist() == [True, True, True]
    assert len(found) == 6


def test_littles_law_says_where_its_conditions_are_not_met():
    """Where ever more is started than finished, the law says nothing."""
    growing = [(0, (n, "active"), (n + 20, "done")) if n % 4 == 0 else (0, (n, "active"))
               for n in range(60)]  # fmt: skip
    found = flow(team(growing)).littles_law.set_index("statement")["is_met"]
    assert not found["As many items are finished as started"]
    assert not found["Work in progress is as large at the end as at the beginning"]
    assert not found["Work in progress does not grow older"]


def test_flow_efficiency_is_the_share_of_time_worked():
    """Active / (active + waiting): two days of five. Without a waiting state nobody knows."""
    waits = [(0, "active"), (1, "waiting"), (4, "active"), (5, "done")]
    assert flow(team([(0, *waits), (0, (3, "waiting"))])).flow_efficiency == 40
    said = flow(team([(0, (0, "active"), (5, "done"))])).flow_efficiency
    assert str(said) == "cannot say, because no state of the record is one of waiting"


def test_forecasts_of_when_are_the_published_ones():
    """50 items at Bowler's throughput: 13, 15, 16, 18 weeks, within one (10,000 trials)."""
    found = flow(of_weeks(BOWLER, 50), until=at(82.9))
    assert found.weekly().tolist() == BOWLER and found.n_remaining == 50
    when = found.when()
    assert np.abs(when["weeks"] - [13, 15, 16, 18]).max() <= 1
    assert when["probability"].tolist() == [0.5, 0.7, 0.85, 0.95]
    assert (when["finish"].dt.day_name() == "Friday").all()
    assert (found.when((100, 120))["weeks"] >= found.when(100)["weeks"]).all()
    assert (found.when(growth=(1, 1.5, 2))["weeks"] > when["weeks"]).all()


def test_forecasts_of_how_many_use_the_lower_tail():
    """8 weeks: at least 31, 27, 23, 19 items at 50, 70, 85, 95 %, within one."""
    found = flow(of_weeks(BOWLER), until=at(82.9)).how_many(8)
    assert np.abs(found["n_items"] - [31, 27, 23, 19]).max() <= 1


def test_a_fan_opens_with_time_from_what_is_done():
    """Its middle is the forecast of how many; it begins with the items finished so far."""
    found = flow(of_weeks(BOWLER, 50), until=at(82.9))
    fan = found.fan(8).pivot(index="weeks", columns="probability", values="n_items")
    assert (fan.loc[0] == sum(BOWLER)).all()
    assert (fan.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    assert (fan[0.05] - fan[0.95]).is_monotonic_increasing
    whole = found.fan()
    assert whole["weeks"].max() == found.when()["weeks"].max() + 1
    assert fan.loc[8, 0.5] == sum(BOWLER) + found.how_many(8)["n_items"].iloc[0]


def test_scope_that_grows_as_it_did_moves_the_finish():
    """What came to the backlog each week comes again, drawn with what was finished then."""
    weekly = [(7 * week, (7 * week + 1, "active"), (7 * week + 1, "done"))
              for week in range(8) for _ in range(4)]  # fmt: skip
    more = [(7 * week + 2,) for week in range(8) for _ in range(2)]
    found = flow(team([*weekly, *more]), until=at(56))
    assert found.n_remaining == 16
    assert found.when()["weeks"].tolist() == [4, 4, 4, 4]
    assert str(found.when(added="as recorded")) == (
        "cannot say, because the backlog is not empty after ten years of that throughput"
    )


def test_a_task_of_a_plan_lasts_as_long_as_its_teams_throughput_makes_of_its_backlog():
    """Hybrid: the task before it and the milestone after it hold; between them is the backlog."""
    record = of_weeks(BOWLER)
    backlog = {"task_id": "2", "team": "T", "remaining_items": 20}
    tables = {"estimates": [backlog], "work_items": record.work_items,
              "transitions": record.transitions, "header": {"start": at(84)}}  # fmt: skip
    project = small_plan(at(82.9), **tables)
    found = flow(project)
    trials = simulate(project, throughput=found.throughput, n_trials=5_000)
    before_and_after = 2
    for chance, weeks in zip((0.5, 0.85), (6, 8), strict=True):
        expected = at(83) + pd.Timedelta(weeks=weeks + before_and_after)
        assert abs(trials.finish_at(chance) - expected) <= pd.Timedelta(days=8)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (of_weeks([1, 2, 3, 4], 9), "throughput is known for 4 weeks, and a forecast needs"),
        (team([(0, (1, "active"))] * 9), "throughput is known for 0 weeks, and a forecast needs"),
    ],
)
def test_below_the_stated_sample_nothing_is_forecast(record, reason):
    """Five weeks for a forecast, ten cycle times for a service level."""
    found = flow(record, until=at(28))
    for said in (found.when(), found.how_many(4), found.fan(4)):
        assert isinstance(said, CannotSay) and said.reason.startswith(reason)
    few = flow(with_cycle_times([3] * 9))
    assert isinstance(few.service_level_days, CannotSay)
    assert few.ageing["band"].tolist() == []
    assert "Cannot say" in str(few) or "cannot say" in str(few)


@pytest.mark.parametrize("of", [small_plan(), small_plan(at(70)), team([(5, (6, "active"))])])
def test_without_items_nothing_can_be_said_and_nothing_breaks(of):
    """A project without an agile team has empty tables, so a report needs no special case."""
    found = flow(of, until=None if of.work_items.empty else at(1))
    assert str(found) == "Flow: no work items are known."
    for table in (found.items, found.throughput, found.ageing, found.by_day):
        assert table.empty
    for part in (found.percentiles, found.littles_law, found.flow_efficiency, found.when(),
                 found.how_many(4), found.fan(4)):  # fmt: skip
        assert isinstance(part, CannotSay)
    assert list(found.throughput) == ["team", "week", "n_items", "n_added"]


def test_items_without_any_date_are_a_backlog():
    """They are open; since when, nobody knows."""
    record = team([(0,)] * 3)
    record.work_items["created"] = pd.NaT
    assert flow(record).items.empty
    assert flow(record, until=at(3)).n_remaining == 3


def test_only_what_was_known_on_the_status_date_counts():
    """The flow of a past week can be computed again as it was known then."""
    record = of_weeks([2, 2, 2, 2])
    project = small_plan(
        at(14), work_items=record.work_items, transitions=record.transitions,
        header={"start": FIRST},
    )  # fmt: skip
    found = flow(project)
    assert found.until == at(14) and found.n_remaining == 4
    assert found.items.equals(flow(record, until=at(14)).items)
    assert flow(project.known_on(at(14))).items.equals(found.items)


def test_a_flow_shows_itself_and_no_text_runs():
    """In JupyterLab the result is a sentence and its tables; titles are hostile until escaped."""
    record = with_cycle_times(PUBLISHED)
    record.work_items["title"] = "<img src=x onerror=alert(1)>"
    record.transitions = record.transitions.iloc[:-1]
    found = flow(record)
    assert isinstance(found, Flow)
    assert "19 items finished, 1 in progress, 0 not started" in str(found)
    assert "<img" not in found._repr_html_() and "&lt;img" in found._repr_html_()


@pytest.mark.parametrize("how", [{"service_level": 1.0}, {"service_level": 85}, {"days": "work"}])
def test_impossible_arguments_are_refused(how):
    """85 is not a share."""
    with pytest.raises(ValueError, match="expected a share between 0 and 1"):
        flow(team([(0, (1, "active"))]), **how)


@needs_data
@pytest.mark.real_data
@pytest.mark.filterwarnings("ignore:Unknown extension:UserWarning")
def test_a_real_team_has_the_cycle_times_and_throughput_of_its_workbook(tmp_path):
    """Every cycle time, and every week's count, as the workbook's own formulas give them.

    Two of its 151 items end before they start; the reader names both.
    """
    sheets = openpyxl.load_workbook(WORKBOOK, data_only=True)
    rows = [row[:7] for row in sheets["Example - Data"].values if row[0]]
    frame = pd.DataFrame(
        rows[1:], columns=["id", "kind", "started", "finished", "took", "n", "week"]
    )
    path = tmp_path / "items.csv"
    frame[["id", "kind", "started", "finished"]].to_csv(path, index=False)
    with pytest.raises(SourceError) as caught:
        read_work_items(path)
    is_dirty = frame["finished"] < frame["started"]
    assert len(caught.value.problems) == is_dirty.sum() == 2
    clean = frame[~is_dirty]
    clean[["id", "kind", "started", "finished"]].to_csv(path, index=False)
    found = flow(read_work_items(path), until="2015-12-31")
    measured = found.items.set_index("id")["cycle_time_days"].dropna()
    expected = clean.set_index("id")["took"].dropna()
    expected = expected[expected != ""].astype("float64")
    assert measured.to_dict() == expected.to_dict()
    assert len(measured) == 147
    by_week = clean[clean["week"] != ""].groupby("week").size()
    assert found.weekly()[found.weekly() > 0].tolist() == by_week.tolist()


@needs_data
@pytest.mark.real_data
def test_a_decade_of_real_tasks_is_read_once_its_wrong_days_are_mended(tmp_path):
    """The SiP tasks: days such as 02-Nov-04; the two that finish before they start are named."""
    text = (DATA / "estimation" / "est-act-dates.csv").read_text(encoding="latin-1")
    columns = {"id": "TaskNumber", "created": "EstimateOn", "started": "StartedOn",
               "finished": "CompletedOn"}  # fmt: skip
    path = tmp_path / "tasks.csv"
    path.write_text(text)
    with pytest.raises(SourceError) as caught:
        read_work_items(path, columns=columns)
    told = [str(problem) for problem in caught.value.problems]
    assert len([words for words in told if "is before started" in words]) == 2
