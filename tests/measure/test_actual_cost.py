"""What the project has cost so far."""

import numpy as np
import pandas as pd
from small_plan import FRIDAYS, small_plan

from pmtools.measure.actual_cost import actual_cost, recorded_costs, unpriced

INVOICE = {"date": "2026-03-05", "task_id": "1", "amount": 700}
HOURS = {"date": "2026-03-06", "task_id": "1", "resource_id": "ann", "hours": 10}
RATES = [
    {"resource_id": "ann", "from": None, "hourly_rate": 50},
    {"resource_id": "ann", "from": "2026-03-10", "hourly_rate": 60},
]


def cost(**tables):
    return actual_cost(recorded_costs(small_plan(**tables)), pd.DatetimeIndex(FRIDAYS)).tolist()


def test_invoices_and_hours_at_their_rates_are_summed():
    """700 invoiced and 10 hours at 50 in week 1; 10 hours at the new rate of 60 in week 2."""
    hours = [HOURS, HOURS | {"date": "2026-03-11"}]
    assert cost(costs=[INVOICE], timesheets=hours, rates=RATES) == [1200, 1800, 1800]


def test_what_is_only_committed_is_not_spent():
    """An order is no cost until it is invoiced; a credit note takes cost back."""
    costs = [
        INVOICE,
        INVOICE | {"kind": "committed", "amount": 9000},
        INVOICE | {"date": "2026-03-13", "amount": -200},
    ]
    assert cost(costs=costs) == [700, 500, 500]


def test_without_any_record_the_cost_is_not_known():
    """Not zero: nobody wrote it down."""
    assert np.isnan(cost()).all()


def test_hours_without_a_rate_make_the_cost_unknown_from_that_day_on():
    """And who lacks the rate is named."""
    hours = [HOURS, HOURS | {"date": "2026-03-11", "resource_id": "bob"}]
    found = cost(timesheets=hours, rates=RATES)
    assert found[0] == 500
    assert np.isnan(found[1:]).all()
    assert unpriced(small_plan(timesheets=hours, rates=RATES)) == ("Bob",)


def test_money_spent_on_a_task_that_left_the_plan_is_still_spent():
    """It belongs to no control account, as does cost of no task."""
    costs = [INVOICE | {"task_id": "gone"}, INVOICE | {"task_id": ""}, INVOICE]
    tasks = [{"id": "1", "name": "Design", "control_account": "CA1"}]
    project = small_plan(costs=costs, tasks=tasks, links=[], baseline=[])
    by_account = recorded_costs(project).groupby("control_account")["amount"].sum()
    assert by_account.to_dict() == {"": 1400, "CA1": 700}
