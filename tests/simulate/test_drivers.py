"""What drives the end: the effect of removing each risk, each uncertainty and each day off."""

import numpy as np
import pandas as pd
import pytest
import small_plan
from risky_plan import hours, priced, risky_plan

from pmtools.metrics import CannotSay
from pmtools.simulate import simulate
from pmtools.simulate.drivers import all_risks, drivers
from pmtools.simulate.sensitivity import cruciality

RISKS = [
    {"id": "R1", "probability": 0.9, "impact_hours": 80, "task_ids": "3", "title": "Late",
     "owner_id": "", "response_cost": 2_000, "residual_probability": 0.1},
    {"id": "R2", "probability": 0.9, "impact_hours": 8, "task_ids": "2", "title": "Beside"},
    {"id": "R3", "probability": 0.95, "impact_cost": 700, "title": "Dear"},
]  # fmt: skip


def plan():
    """1 then 3 set the finish; 2 has much float."""
    estimates = {1: (80, 100, 160), 2: (8, 10, 12), 3: (45, 50, 60)}
    return priced(risky_plan([100, 10, 50], [(1, 3), (2, 3)], estimates=estimates,
                             register=RISKS), {1: 10.0})  # fmt: skip


def test_a_driver_is_worth_what_its_removal_saves():
    """A delay of ten days at 90 %: P80 is ten days earlier without it; what has float saves 0."""
    found = drivers(simulate(plan(), n_trials=2_000)).set_index("id")
    assert found.loc["R1", "days"] == pytest.approx(10, abs=0.6)
    assert found.loc["R2", "days"] == 0
    assert found.loc["R3", ["days", "cost"]].tolist() == [0, pytest.approx(700, abs=30)]
    assert found.index[0] == "R1"
    assert found.loc["1", "days"] > found.loc["3", "days"] > found.loc["2", "days"] == 0
    assert found["kind"].value_counts().to_dict() == {"risk": 3, "uncertainty": 3}


def test_the_same_trials_without_a_driver_are_those_of_a_simulation_without_it():
    """Common random numbers: the difference is the driver and not chance."""
    simulation = simulate(plan(), n_trials=2_000)
    found = drivers(simulation).set_index("id")
    for driver in ("R1", "1"):
        without = simulate(plan(), n_trials=2_000, without=[driver])
        p80 = [np.quantile(hours(each), 0.8, method="inverted_cdf")
               for each in (without, simulation)]  # fmt: skip
        assert found.loc[driver, "days"] == pytest.approx((p80[1] - p80[0]) / 8)


def test_the_value_of_a_response_is_days_for_its_money():
    """R1 falls from 90 to 10 percent for 2,000: the days at P80, by 1,000."""
    found = drivers(simulate(plan(), n_trials=2_000)).set_index("id")
    register = plan().register
    chance = register["residual_probability"].fillna(register["probability"])
    responded = plan().replace(register=register.assign(probability=chance))
    p80 = [np.quantile(hours(simulate(p, n_trials=2_000)), 0.8, method="inverted_cdf")
           for p in (responded, plan())]  # fmt: skip
    assert found.loc["R1", "response_days"] == pytest.approx((p80[1] - p80[0]) / 8)
    assert found.loc["R1", "days_per_cost"] == found.loc["R1", "response_days"] / 2
    assert np.isnan(found.loc["R2", "response_days"])


def test_a_day_off_costs_a_day():
    """Two days off in the third week: without them the finish is two days earlier."""
    off = [{"calendar_id": "c", "from": "2026-03-16", "to": "2026-03-17", "name": "Move"},
           {"calendar_id": "c", "from": "2026-02-16", "to": "", "name": "Before"},
           {"calendar_id": "c", "from": "2027-03-16", "to": "", "name": "After"}]  # fmt: skip
    week = [{"id": "c", "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
            for day in ("mon", "tue", "wed", "thu", "fri")]  # fmt: skip
    estimates = [{"task_id": "1", "optimistic_hours": 38, "most_likely_hours": 40,
                  "pessimistic_hours": 44}]  # fmt: skip
    now = small_plan.small_plan(
        exceptions=off, calendars=week, estimates=estimates, header={"calendar_id": "c"}
    )
    found = drivers(simulate(now, n_trials=500))
    rows = found[found["kind"] == "calendar"]
    assert rows["driver"].tolist() == ["Move"]
    assert rows["days"].tolist() == [2]


def test_nothing_to_drive_is_handed_on():
    """Where there is no simulation there are no drivers."""
    nothing = CannotSay("nothing is known")
    assert drivers(nothing) == nothing


def test_rank_correlation_is_that_of_the_redrawn_durations():
    """A task alone sets the finish: rho and tau are 1; one with float goes with nothing."""
    simulation = simulate(risky_plan([100, 10], estimates={1: (80, 100, 160), 2: (8, 10, 12)}),
                          n_trials=2_000, correlation=0.0)  # fmt: skip
    assert cruciality(simulation, "1", "spearman") == pytest.approx(1)
    assert cruciality(simulation, "1", "kendall") == pytest.approx(1)
    assert cruciality(simulation, "2", "spearman") < 4 / np.sqrt(2_000)
    by_task = simulation.tasks.set_index("task_id")["cruciality"]
    assert cruciality(simulation, "2", "pearson") == pytest.approx(by_task["2"], abs=1e-6)
    assert cruciality(simulation, "9") == CannotSay('"9" is no task that remains')


def test_people_are_limited_in_every_trial_where_asked():
    """One person for two parallel tasks: the finish is the sum and not the maximum."""
    one = risky_plan([16, 16], estimates={1: (8, 16, 24), 2: (8, 16, 24)}).replace(
        resources=pd.DataFrame([{"id": "ann", "name": "Ann"}]),
        assignments=pd.DataFrame([{"task_id": n, "resource_id": "ann"} for n in ("1", "2")]),
    )
    free, limited = (simulate(one, n_trials=500, resources=r) for r in (False, True))
    assert np.median(hours(free)) < 20 < 28 < np.median(hours(limited))
    assert "people are limited in every trial" in " ".join(limited.assumptions)


def test_on_average_a_risk_of_its_own_costs_its_expected_value():
    """90 % of ten days on the critical path: nine; 95 % of 700: 665. Together they add up."""
    simulation = simulate(plan(), n_trials=2_000)
    found = drivers(simulation).set_index("id")
    assert found.loc["R1", "mean_days"] == pytest.approx(9, abs=0.3)
    assert found.loc["R3", "mean_cost"] == pytest.approx(665, abs=15)
    assert found.loc["R1", "response_mean_days"] == pytest.approx(8, abs=0.3)
    _, _, days, cost = all_risks(simulation)
    risks = found[found["kind"] == "risk"]
    assert days == pytest.approx(risks["mean_days"].sum(), abs=0.01)
    assert cost == pytest.approx(risks["mean_cost"].sum(), abs=0.01)
