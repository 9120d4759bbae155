"""Rules on money: budget, baseline, rates and currency."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pmtools.check.rules import Case, Hit, Rule, rule

ISO_CODE = re.compile("[A-Z]{3}|")


def _has_money(case: Case) -> bool:
    project = case.project
    return bool(
        (project.costs["amount"] != 0).any()
        or (project.rates["hourly_rate"] > 0).any()
        or (project.resources["cost_per_use"] > 0).any()
        or (project.tasks["fixed_cost"] != 0).any()
        or (project.baseline["cost"] > 0).any()
        or project.header.budget
    )


# fmt: off
RULES = (
    Rule("PM301", "warning", "header",
        "A project with costs, rates or a budget states its currency.",
        "there are amounts of money, but the project has no currency",
        "State the currency, e.g. EUR.",
        lambda c: not c.project.header.currency and _has_money(c)),
    Rule("PM302", "warning", "header",
        "The currency is one code of three capital letters; amounts are never added across two.",
        'currency is "{currency}", not one ISO code',
        "Convert all amounts to one currency and state its ISO code, e.g. EUR.",
        lambda c: not ISO_CODE.fullmatch(c.project.header.currency)),
    Rule("PM303", "info", "header",
        "A project has a baseline: without one no one can say whether it is late or too dear.",
        "no baseline is approved, so late and over budget cannot be said",
        "Approve a baseline to compare with.",
        lambda c: c.project.baseline.empty and len(c.project.tasks)),
    Rule("PM304", "warning", "task", "Every task of the plan was approved in a baseline.",
        "outside of every baseline", "Approve the change that brought it in, or remove it.",
        lambda c: c.leaves["id"][~c.leaves["id"].isin(c.project.baseline["task_id"])
            & (len(c.project.baseline) > 0)]),
)
# fmt: on


@rule("PM305", "info", "State the cost of the baseline to get cost and earned value.")
def the_baseline_has_a_cost(case: Case) -> Iterator[Hit]:
    """The approved budget is not zero: otherwise no cost index can be said."""
    baseline = case.project.baseline
    if case.project.header.budget == 0:
        yield case.table("header", "the budget is 0, so no cost index can be said")
    if len(baseline) and not (baseline[["cost", "fixed_cost", "work_hours"]] > 0).any(axis=None):
        said = "the baseline has neither cost nor work, so no cost index can be said"
        yield case.table("header", said)


@rule("PM306", "warning", "Raise the budget by an approved change, or correct the baseline.")
def the_budget_covers_the_baseline(case: Case) -> Iterator[Hit]:
    """The costs of the last approved baseline are within the project's budget."""
    budget = case.project.header.budget
    rows = case.project.baseline.sort_values("approved_date", kind="stable", na_position="first")
    cost = rows["cost"][rows["baseline"].isin(rows["baseline"].tail(1))].sum()
    if budget and cost > budget:
        said = f"the budget is {budget:,.2f}, but the approved baseline costs {cost:,.2f}"
        yield case.table("header", said)


@rule("PM307", "warning", "Give it a rate, 0 where it costs nothing.")
def assigned_resources_have_a_rate(case: Case) -> Iterator[Hit]:
    """Where rates are used, every assigned resource has one."""
    rates, assignments = case.project.rates, case.project.assignments
    priced = rates["resource_id"][rates["hourly_rate"].notna()]
    resources = case.project.resources[case.project.resources["cost_per_use"] <= 0]
    unpriced = resources[~resources["id"].isin(priced) & (len(rates) > 0)]
    for position, row in unpriced[unpriced["id"].isin(assignments["resource_id"])].iterrows():
        yield Hit(
            case.project.place("resources", position),
            f'resource "{row["id"]}" ({row["name"]}) has no rate, so its hours cost nothing',
            tuple(assignments["task_id"][assignments["resource_id"] == row["id"]]),
        )
