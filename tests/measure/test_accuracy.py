"""How good past forecasts were."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_plan import DESIGN_DONE, FRIDAYS, small_plan, two_weeks

from pmtools.history import History
from pmtools.measure.accuracy import (
    Accuracy,
    forecast_accuracy,
    forecast_cone,
    forecast_record,
    recalibrated,
)
from pmtools.measure.earned_value import earned_value
from pmtools.measure.record import facts_of_week, record_week
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule

START = pd.Timestamp("2026-01-01")
COLUMNS = ["project_id", "status_date", "quantity", "method", "probability", "days"]


def on(day):
    return START + pd.Timedelta(days=day)


def forecasts(*rows):
    """Rows of project, day it was made on, method, probability, days from the start."""
    found = pd.DataFrame(
        [(row[0], on(row[1]), "finish", *row[2:4], on(row[4])) for row in rows],
        columns=[*COLUMNS[:-1], "finish"],
    )  # fmt: skip
    return found.assign(amount=np.nan, probability=found["probability"].astype("float64"))


def outcomes(**days):
    rows = [(p, "finish", START, on(day), np.nan) for p, day in days.items()]
    return pd.DataFrame(rows, columns=["project_id", "quantity", "start", "finish", "amount"])


def measures(accuracy, method):
    return accuracy.methods.set_index("method").loc[method]


def test_error_bias_and_mape_count_each_project_once():
    """A: said 80 and 100, took 100; B: said 50, took 100. Errors 10 and 50: 30 on average."""
    found = forecast_accuracy(
        forecasts(("A", 10, "baseline", None, 80), ("A", 20, "baseline", None, 100),
                  ("B", 10, "baseline", None, 50)),
        outcomes(A=100, B=100),
    )  # fmt: skip
    row = measures(found, "baseline")
    assert (row["n_projects"], row["n_forecasts"]) == (2, 3)
    assert row["error"] == pytest.approx((10 + 50) / 2)
    assert row["mape"] == pytest.approx((10 + 50) / 2)
    assert row["bias"] == pytest.approx((1.125 + 2) / 2)
    assert row["held"] == (0.5 + 0) / 2


def test_the_pinball_loss_is_that_of_each_quantile():
    """Took 100. P50 of 90: 0.5 x 10; P80 of 110: 0.2 x 10; P90 of 95: 0.9 x 5."""
    said = [("A", 1, "simulation", p, d) for p, d in [(0.5, 90), (0.8, 110), (0.9, 95)]]
    found = forecast_accuracy(
        forecasts(*said, ("A", 1, "baseline", None, 90)), outcomes(A=100)
    )  # fmt: skip
    assert measures(found, "simulation")["pinball_loss"] == pytest.approx((5 + 2 + 4.5) / 3)
    single = (0.5 + 0.8 + 0.9) * 10 / 3
    assert measures(found, "baseline")["pinball_loss"] == pytest.approx(single)
    assert measures(found, "simulation")["error"] == pytest.approx(10)
    assert list(found.methods["method"]) == ["simulation", "baseline"]


def of_24(held):
    """24 finished projects, `held` of them by their P80 date."""
    said = [(f"P{n}", 5, "simulation", 0.8, 100) for n in range(24)]
    ends = {f"P{n}": 90 if n < held else 120 for n in range(24)}
    return forecast_accuracy(forecasts(*said), outcomes(**ends))


def test_coverage_stands_with_its_interval():
    """19 of 24 is 79 %; the exact 95 % interval is 58 to 93 % and contains what was promised."""
    row = of_24(19).coverage.iloc[0]
    assert (row["n_projects"], row["share"]) == (24, pytest.approx(19 / 24))
    assert [row["low"], row["high"]] == pytest.approx([0.5785, 0.9287], abs=1e-4)
    assert row["verdict"] == "not shown to be off"
    assert of_24(12).coverage["verdict"].item() == "too narrow"
    assert of_24(24).coverage["verdict"].item() == "too wide"


def test_one_sentence_says_how_far_to_trust_this():
    """The count, the share, its interval, and what follows."""
    assert of_24(19).trust().text == (
        "Of 24 past P80 forecasts 19 held (79%, 95% interval 58% to 93%): "
        "the ranges are not shown to be off."
    )
    signals = [of_24(held).trust().signal for held in (19, 16, 12)]
    assert signals == ["green", "info", "amber"]
    weekly = forecasts(*[(f"P{n}", d, "simulation", 0.8, 100) for n in range(12) for d in (1, 2)])
    ends = outcomes(**{f"P{n}": 95 for n in range(12)})
    assert forecast_accuracy(weekly, ends).trust().text == (
        "Of the P80 forecasts of 12 finished projects 100% held (24 forecasts, one score a "
        "project, 95% interval 74% to 100%): the ranges are not shown to be off."
    )


@pytest.mark.parametrize(("end", "held"), [(23.9, 1.0), (24.1, 0.0)])
def test_a_date_holds_to_the_end_of_its_day(end, held):
    """Forecasts end with the working day, actual finishes are often told by the day only."""
    said = forecasts(("A", 10, "simulation", 0.5, 80))
    said["finish"] = on(79) + pd.Timedelta(hours=17)
    came = outcomes(A=80).assign(finish=on(79) + pd.Timedelta(hours=end))
    assert measures(forecast_accuracy(said, came), "simulation")["held"] == held


def test_few_finished_projects_are_counted_and_nothing_is_claimed():
    """Nine dates that held say little about the tenth."""
    said = [(f"P{n}", 5, "simulation", 0.8, 100) for n in range(9)]
    found = forecast_accuracy(forecasts(*said), outcomes(**{f"P{n}": 90 for n in range(9)}))
    assert found.trust().signal == "unknown"
    assert "9 finished projects have P80 forecasts in the record; 10 are needed" in str(
        found.trust()
    )
    assert "0 finished projects" in str(forecast_accuracy(forecasts(), outcomes()).trust())


def test_the_date_reported_last_time_is_a_naive_forecast():
    """Made on day 20, what was said on day 10; the first report has none before it."""
    plan = [("A", made, "critical path", None, days) for made, days in [(10, 80), (20, 95)]]
    found = forecast_accuracy(forecasts(*plan), outcomes(A=100))
    assert measures(found, "last report")["error"] == pytest.approx(20)
    assert measures(found, "last report")["n_forecasts"] == 1


def test_what_is_said_at_the_end_or_in_hindsight_is_no_forecast():
    """On the day of the end, after it, or recorded after the outcome."""
    said = forecasts(*[("A", made, "baseline", None, 100) for made in (99, 100, 120)])
    assert len(forecast_accuracy(said, outcomes(A=100)).scored) == 1
    hindsight = said.assign(is_before=False)
    assert forecast_accuracy(hindsight, outcomes(A=100)).scored.empty
    assert forecast_accuracy(said, outcomes(B=100)).scored.empty


def test_milestones_are_scored_together():
    """Each of their dates is a forecast of the project it stands in, once that is finished:
    of a project on its way only those are known that came early.
    """
    said = forecasts(("A", 5, "simulation", 0.8, 60), ("A", 5, "simulation", 0.8, 70))
    said["quantity"] = ["milestone:1", "milestone:2"]
    known = pd.concat([outcomes(A=50).assign(quantity="milestone:1"),
                       outcomes(A=80).assign(quantity="milestone:2")])  # fmt: skip
    assert forecast_accuracy(said, known).scored.empty
    row = forecast_accuracy(said, pd.concat([known, outcomes(A=90)])).coverage.iloc[0]
    assert (row["quantity"], row["n_projects"], row["share"]) == ("milestone", 1, 0.5)


def test_the_cost_is_scored_from_the_history(tmp_path):
    """12,500 was forecast at the pace of the first week and 12,000 it cost; in percent of that."""
    database = str(tmp_path / "history.sqlite")
    costs = [{"date": "2026-03-05", "task_id": "1", "amount": 5000}]
    first = small_plan(FRIDAYS[0], [DESIGN_DONE], costs=costs)
    record_week(database, schedule(first), earned_value(first))
    rest = [
        {"status_date": FRIDAYS[2], "task_id": task, "actual_start": f"2026-03-{day} 08:00",
         "actual_finish": f"2026-03-{day + 4} 17:00", "percent_complete": 100,
         "remaining_hours": 0}
        for task, day in (("2", 10), ("3", 16))
    ]  # fmt: skip
    live = {"status_date": FRIDAYS[2], "task_id": "4", "actual_start": "2026-03-20 17:00",
            "actual_finish": "2026-03-20 17:00", "percent_complete": 100}  # fmt: skip
    costs.append({"date": "2026-03-20", "task_id": "3", "amount": 7000})
    last = small_plan(FRIDAYS[2], [DESIGN_DONE, *rest, live], costs=costs)
    record_week(database, schedule(last), earned_value(last))
    assert set(History(database).outcomes()["quantity"]) == {"finish", "cost", "milestone:4"}
    found = forecast_record(database)
    cost = found.methods[found.methods["quantity"] == "cost"].set_index("method")
    assert cost.loc["CPI", "error"] == pytest.approx(100 * -500 / 12_000)
    assert cost.loc["CPI", "pinball_loss"] == pytest.approx((0.5 + 0.2 + 0.1) / 3 * 500 / 120)
    assert found.record("cost", "CPI")["so_far"].item() == 5000
    assert cost.loc["baseline", "bias"] == pytest.approx(1.2)
    cone = forecast_cone([schedule(first), schedule(last)])
    assert (cone["actual"] == pd.Timestamp("2026-03-20 17:00")).all()
    assert "the project is finished" in str(recalibrated(of_plans(10), schedule(last)))


def test_an_unfinished_project_has_no_outcome():
    """Only what is reached is known for good."""
    plan = small_plan(FRIDAYS[0], [DESIGN_DONE])
    assert facts_of_week(schedule(plan), earned_value(plan)).outcomes.empty


def test_without_a_database_there_is_no_record():
    """And it says so, wherever it is asked."""
    nothing = forecast_record("")
    assert isinstance(nothing, CannotSay)
    assert nothing.methods is nothing.coverage is nothing
    assert nothing.trust().signal == "unknown"
    assert recalibrated(nothing, schedule(small_plan(FRIDAYS[0]))) is nothing


def of_plans(n):
    """`n` projects whose plan said on day 5 that 10 days are left, and which took 11, 12, ..."""
    said = [(f"P{i}", 5, "critical path", None, 15) for i in range(n)]
    return forecast_accuracy(forecasts(*said), outcomes(**{f"P{i}": 16 + i for i in range(n)}))


def test_the_next_range_comes_from_the_record():
    """Five days in a plan of 18.4 days, past ratios 1.6, 1.9 and 2.0 of what is left."""
    plan = schedule(small_plan(FRIDAYS[0], [DESIGN_DONE]))
    found = recalibrated(of_plans(10), plan)
    left = plan.finish - plan.status_date
    expected = [plan.status_date + r * left for r in (1.6, 1.9, 2.0)]
    assert list(found["finish"]) == [at.round("min") for at in expected]
    assert found["said"].isna().all()
    assert set(found["n_projects"]) == set(found["n_forecasts"]) == {10}


def test_too_few_projects_give_no_next_range():
    """With the count; and a project without a status date is not on its way."""
    plan = schedule(small_plan(FRIDAYS[0], [DESIGN_DONE]))
    assert "9 finished projects; 10 are needed" in str(recalibrated(of_plans(9), plan))
    assert "no status date" in str(recalibrated(of_plans(10), schedule(small_plan())))


def test_the_cone_has_what_was_forecast_on_each_status_date(tmp_path):
    """The plan of each week as it was known then; ranges where they were recorded."""
    plans = [schedule(week) for week in two_weeks()]
    cone = forecast_cone(plans)
    assert list(cone["status_date"]) == FRIDAYS[:2]
    assert list(cone["plan"]) == [plan.finish for plan in plans]
    assert (cone["baseline"] == pd.Timestamp("2026-03-20 17:00")).all()
    assert cone["actual"].isna().all()
    assert "p80" not in cone
    database = str(tmp_path / "history.sqlite")
    facts = facts_of_week(plans[0], earned_value(plans[0].project))
    said = [("finish", "simulation", p, pd.Timestamp("2026-03-27"), np.nan) for p in (0.5, 0.8)]
    names = ["quantity", "method", "probability", "finish", "amount"]
    History(database).record(replace(facts, forecasts=pd.DataFrame(said, columns=names)))
    cone = forecast_cone(plans, database)
    assert cone["p80"].isna().tolist() == [False, True]
    assert "p90" not in cone


def test_it_can_be_read_in_a_terminal():
    """The sentence first, then the tables."""
    assert isinstance(of_24(19), Accuracy)
    assert str(of_24(19)).startswith("● Green: Of 24 past P80 forecasts 19 held")
