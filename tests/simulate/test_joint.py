"""Date and cost together: joint confidence, its frontier, contingency and expected values."""

import numpy as np
import pandas as pd
import pytest
from risky_plan import hours, priced, risky_plan

from pmtools.metrics import CannotSay
from pmtools.simulate import simulate
from pmtools.simulate.joint import (
    confidence_frontier,
    contingency,
    expected_value_distribution,
    joint_confidence,
    planned_cost,
)

N = 100_000
TENTH = 1.2815515655446004
EMV = ((0.5, 120_000), (0.4, 200_000), (0.3, 80_000))


def error(p):
    """Four standard errors of a share."""
    return 4 * np.sqrt(p * (1 - p) / N)


def bivariate(rho):
    """Finish and cost as two normal variables with this correlation.

    Task 1 sets the finish; its cost and that of task 2, which ends long before, share the variance
    as rho and the rest.
    """
    sd, rates = 100.0, {1: 10 * rho, 2: 10 * np.sqrt(1 - rho**2)}
    points = {n: (mean - TENTH * sd, mean, mean + TENTH * sd, "normal")
              for n, mean in ((1, 3000), (2, 1000))}  # fmt: skip
    plan = priced(risky_plan([3000, 1000], estimates=points), rates)
    return simulate(plan, n_trials=N, correlation=0.0)


@pytest.mark.parametrize(
    ("rho", "at_p80", "at_p50"), [(0.0, 0.64, 0.25), (0.5, 0.6872, 1 / 3), (0.8, 0.729, 0.3976)]
)
def test_p80_and_p80_is_not_80_percent(rho, at_p80, at_p50):
    """Bivariate normal: both P80 are kept with .64, .6872, .729; both P50 with 1/4 + asin/2pi."""
    simulation = bivariate(rho)
    for probability, expected in ((0.8, at_p80), (0.5, at_p50)):
        pair = simulation.finish_at(probability), simulation.cost_at(probability)
        assert joint_confidence(simulation, *pair) == pytest.approx(expected, abs=error(expected))


def test_every_pair_of_the_frontier_has_the_confidence():
    """A later date needs less money; each pair is kept with 70 %, and with less it is not."""
    simulation = bivariate(0.5)
    pairs = confidence_frontier(simulation, 0.7)
    assert pairs["finish"].is_monotonic_increasing and pairs["cost"].is_monotonic_decreasing
    for finish, cost in pairs.itertuples(index=False):
        assert joint_confidence(simulation, finish, cost) >= 0.7
        assert joint_confidence(simulation, finish, cost - 0.01) < 0.7
    assert pairs["finish"].iloc[0] == simulation.finish_at(0.7)


def test_expected_values_have_the_published_distribution():
    """EMV 164,000; P50 120,000, P80 280,000; funding the EMV gives 51 %."""
    found = expected_value_distribution(EMV)
    amounts = [0, 80_000, 120_000, 200_000, 280_000, 320_000, 400_000]
    assert found["amount"].tolist() == amounts
    expected = [0.21, 0.30, 0.51, 0.74, 0.80, 0.94, 1]
    assert found["probability"].tolist() == pytest.approx(expected)


def test_contingency_stands_beside_the_expected_value():
    """What 80 % takes over plan and P50; the expected value alone gives 51 %."""
    register = [{"id": f"R{n}", "probability": p, "impact_cost": c} for n, (p, c) in enumerate(EMV)]
    plan = priced(risky_plan([100], estimates={1: (80, 100, 160)}, register=register), {1: 0.0})
    simulation = simulate(plan, n_trials=N)
    time, cost = contingency(simulation, 0.8).to_dict("records")
    p50, p80 = np.quantile(hours(simulation), [0.5, 0.8], method="inverted_cdf")
    assert time["contingency"] == pytest.approx((p80 - 100) / 8)
    assert time["over_p50"] == pytest.approx((p80 - p50) / 8)
    assert cost["plan"] == planned_cost(simulation) == 0
    assert cost["expected_value"] == 164_000
    assert cost["confidence_of_expected_value"] == pytest.approx(0.51)
    assert simulation.chance(cost=280_000) == pytest.approx(0.8, abs=error(0.8))
    assert simulation.cost.mean() == pytest.approx(164_000, abs=4 * 120_000 / np.sqrt(N))


def test_the_expected_value_is_that_of_the_three_points():
    """Half a chance of 10, 20 or 300 is worth 55, not half of the most likely 20."""
    risk = {"id": "R", "probability": 0.5, "optimistic_impact_cost": 10, "impact_cost": 20,
            "pessimistic_impact_cost": 300}  # fmt: skip
    simulation = simulate(priced(risky_plan([100], register=[risk]), {1: 0.0}), n_trials=N)
    cost = contingency(simulation).iloc[1]
    assert cost["expected_value"] == pytest.approx(55)
    mean_error = simulation.cost.std() / np.sqrt(N)
    assert simulation.cost.mean() == pytest.approx(55, abs=4 * mean_error)


def test_level_of_effort_after_the_work_is_no_contingency():
    """Both dates are those of the work: support that is planned for longer saves no time."""
    plan = risky_plan([100, 300], estimates={1: (90, 100, 150)})
    plan = plan.replace(tasks=plan.tasks.assign(kind=["task", "level_of_effort"]))
    simulation = simulate(plan, n_trials=1_000)
    time = contingency(simulation).iloc[0]
    assert time["contingency"] == pytest.approx((np.quantile(
        hours(simulation), 0.8, method="inverted_cdf") - 100) / 8)  # fmt: skip
    marks = simulation.marks.set_index("name")
    assert marks.loc["Plan", "finish"] == time["plan_finish"] == simulation.planned_finish
    assert marks.loc["Plan", "chance"] < 0.5


def test_the_planned_cost_is_that_of_the_plan():
    """Work of the plan at its rates, fixed cost and what is spent; no risk."""
    risk = {"id": "R", "probability": 0.9, "impact_cost": 5_000, "task_ids": "1"}
    plan = risky_plan([100, 40], [(1, 2)], estimates={1: (100, 120, 150)}, register=[risk],
                      costs=[{"date": "2026-05-01", "amount": 300}])  # fmt: skip
    assert planned_cost(simulate(priced(plan, {1: 10.0, 2: 20.0}), n_trials=100)) == 2_100


def test_what_cannot_be_said_is_handed_on():
    """No simulation, or one without cost."""
    nothing = CannotSay("nothing is known")
    assert confidence_frontier(nothing) == contingency(nothing) == nothing
    assert joint_confidence(nothing, pd.Timestamp("2026-06-01"), 5.0) == nothing
    free = simulate(risky_plan([100], estimates={1: (80, 100, 160)}), n_trials=100)
    assert confidence_frontier(free) == free.cost
    assert isinstance(joint_confidence(free, None, None), CannotSay)
    assert contingency(free)["quantity"].tolist() == ["time"]
