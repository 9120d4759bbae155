"""From estimates to the budget; contingency; exchange rates."""

import pandas as pd
import pytest
from small_plan import BASELINE, BUILD_HALF, DESIGN_DONE, FRIDAYS, TASKS, small_plan

from pmtools.measure.earned_value import earned_value
from pmtools.measure.reserves import (
    budget_hierarchy,
    contingency_use,
    currency_variance,
    widest_ranges,
)
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule

ACCOUNTS = [{**task, "control_account": "B" if task["id"] == "2" else "A"} for task in TASKS]
NEEDED = pd.DataFrame(
    {"quantity": ["time", "cost"], "amount": [None, 12_500.0], "contingency": [3.0, 2_000.0],
     "expected_value": [None, 600.0]}
)  # fmt: skip


def amounts(table):
    """The amount of each level, control accounts by their names."""
    return table.set_index(table["name"].where(table["name"] != "", table["level"]))["amount"]


def test_control_accounts_add_up_to_the_baseline_and_with_the_reserve_to_the_budget():
    """6,000 and 4,000 of estimates are the baseline; the budget of 11,000 leaves 1,000."""
    project = small_plan(tasks=ACCOUNTS, header={"budget": 11_000.0})
    found = amounts(budget_hierarchy(schedule(project)))
    assert found.to_dict() == {
        "A": 6_000, "B": 4_000, "cost baseline": 10_000, "management reserve": 1_000,
        "budget": 11_000,
    }  # fmt: skip


def test_each_level_is_the_one_below_and_its_contingency():
    """PMBOK: estimates + activity contingency = work packages, + contingency = control account."""
    project = small_plan(tasks=ACCOUNTS)
    table = budget_hierarchy(
        schedule(project), needed=NEEDED, activity_contingency=pd.Series({"1": 500.0, "2": 500.0}),
        management_reserve=1_500.0,
    )  # fmt: skip
    rows = table.set_index("level").loc[["control account", "cost baseline"]]
    parts = rows["estimates"] + rows["activity_contingency"]
    assert (parts == rows["work_packages"]).all()
    assert (rows["work_packages"] + rows["contingency_reserve"] - rows["amount"]).abs().max() < 1e-9
    found = amounts(table)
    assert found["cost baseline"] == pytest.approx(12_500)
    assert found["A"] + found["B"] == pytest.approx(found["cost baseline"])
    assert found["budget"] == pytest.approx(14_000)


def test_contingency_goes_to_the_accounts_whose_work_is_still_to_be_done():
    """Design is done: its account of 4,000 gets nothing of the 2,500 above the estimates."""
    split = [{**task, "control_account": "D" if task["id"] == "1" else "B"} for task in TASKS]
    project = small_plan(FRIDAYS[0], [DESIGN_DONE], tasks=split)
    table = budget_hierarchy(schedule(project), needed=NEEDED).set_index("name")
    assert table["contingency_reserve"][["D", "B"]].tolist() == [0, 2_500]


def test_a_budget_below_the_baseline_leaves_a_negative_reserve():
    """Money that is missing is shown, not hidden."""
    project = small_plan(header={"budget": 9_000.0})
    assert amounts(budget_hierarchy(schedule(project)))["management reserve"] == -1_000


def test_reserves_that_cannot_be_said_are_not_zero():
    """Without a simulation nobody knows what confidence costs; the approved budget stays."""
    plan = schedule(small_plan(header={"budget": 12_000}))
    known = budget_hierarchy(plan).set_index("level")
    found = budget_hierarchy(plan, needed=CannotSay("no task has a range")).set_index("level")
    pd.testing.assert_series_equal(found["estimates"], known["estimates"])
    assert found[["contingency_reserve", "amount"]].drop("budget").isna().all().all()
    assert found.loc["budget", "amount"] == 12_000


def test_without_a_baseline_the_plan_is_priced():
    """Ann's 80 hours and Bob's 40 at 50 an hour are 6,000."""
    people = [{"task_id": t, "resource_id": "bob" if t == "2" else "ann"} for t in ("1", "2", "3")]
    rates = [{"resource_id": who, "hourly_rate": 50} for who in ("ann", "bob")]
    project = small_plan(baseline=[], assignments=people, rates=rates)
    found = budget_hierarchy(schedule(project))
    assert amounts(found)["cost baseline"] == 6_000
    assert pd.isna(amounts(found)["budget"])
    unpriced = budget_hierarchy(schedule(project.replace(rates=project.rates[:1])))
    assert unpriced == CannotSay("no rate is known of Bob")
    free = budget_hierarchy(schedule(small_plan(baseline=[])))
    assert free == CannotSay("the plan has neither rates nor costs")


def use(needed=NEEDED, budget=12_000.0, spent=6_500.0, baseline=BASELINE):
    project = small_plan(
        FRIDAYS[1], [DESIGN_DONE, BUILD_HALF], baseline=baseline, header={"budget": budget},
        costs=[{"date": "2026-03-12", "task_id": "1", "amount": spent}],
    )  # fmt: skip
    return contingency_use(project, earned_value(project), needed=needed)


def test_contingency_that_is_used_faster_than_work_is_earned_is_told():
    """2,000 above the baseline; 500 spent above the earned 6,000: a quarter, at 60 % earned."""
    found = use(NEEDED.assign(contingency=100.0))
    assert (found.contingency, found.released, found.overspent) == (2_000, 0, 500)
    assert found.signal == "green"
    assert "25% of the contingency of EUR 2,000 is used" in found.text
    assert use(spent=7_300.0).signal == "amber"


def test_contingency_below_what_the_risks_are_expected_to_cost_is_red():
    """500 left do not cover risks of 600; 1,500 left do not cover 2,000 at the wanted chance."""
    assert use(spent=7_500.0).signal == "red"
    assert use().signal == "amber"
    assert "what remains needs EUR 2,000" in use().text


def test_an_approved_change_draws_on_the_contingency():
    """A second baseline of 11,000 took 1,000 of the 2,000."""
    first = [{**row, "approved_date": "2026-02-27"} for row in BASELINE]
    second = [{**row, "baseline": "2", "approved_date": "2026-03-05"} for row in BASELINE]
    second[2] = {**second[2], "cost": 3_000}
    found = use(None, spent=6_000.0, baseline=[*first, *second])
    assert (found.contingency, found.released, found.overspent) == (2_000, 1_000, 0)


def test_what_is_missing_already_is_told_as_missing():
    """3,000 above earned value, out of 2,000."""
    assert "EUR 1,000 is missing already" in use(None, spent=9_000.0).text
    assert use(None, spent=9_000.0).signal == "red"


@pytest.mark.parametrize("how", [{"budget": None}, {"budget": 10_000.0}, {"baseline": []}])
def test_without_contingency_or_baseline_nothing_is_said(how):
    """A share of nothing is no share."""
    found = use(**how)
    assert found.signal == "unknown"
    assert found.text.startswith("Cannot say, because ")


def test_exchange_rates_are_told_apart_from_the_cost_variance():
    """Standards: 10,000 EUR at a budget rate of 1.10 and an actual one of 1.20 USD/EUR."""
    assert currency_variance(10_000, 1.10, 1.20) == pytest.approx((11_000, -1_000))


def test_the_widest_range_of_what_is_left_comes_first():
    """What is finished is certain."""
    points = [
        {"task_id": task, "optimistic_hours": low, "most_likely_hours": 40, "pessimistic_hours": up}
        for task, low, up in (("1", 10, 200), ("2", 30, 50), ("3", 20, 90))
    ]
    project = small_plan(FRIDAYS[0], [DESIGN_DONE], estimates=points)
    assert widest_ranges(schedule(project))["name"].tolist() == ["Test", "Build"]


def test_a_range_without_points_says_where_it_is_from():
    """A class or a team's throughput stands where the points would."""
    estimates = [{"task_id": "1", "most_likely_hours": 40, "estimate_class": "3"},
                 {"task_id": "2", "team": "Blue", "remaining_items": 12}]  # fmt: skip
    found = widest_ranges(schedule(small_plan(estimates=estimates)))
    assert found["distribution"].tolist() == ["class 3", "throughput of Blue"]
