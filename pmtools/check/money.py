"""Rules on money: budget, baseline, rates and currency."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pmtools.check.rules import Case, Hit, rule
from pmtools.project import Project

ISO_CODE = re.compile("[A-Z]{3}")


def _has_money(project: Project) -> bool:
    return bool(
        (project.costs["amount"] != 0).any()
        or (project.rates["hourly_rate"] > 0).any()
        or (project.resources["cost_per_use"] > 0).any()
        or (project.tasks["fixed_cost"] != 0).any()
        or (project.baseline["cost"] > 0).any()
        or project.header.budget
    )


@rule("PM301", "warning", "State the currency, e.g. EUR.")
def money_has_a_currency(case: Case) -> Iterator[Hit]:
    """A project with costs, rates or a budget states its currency."""
    if _has_money(case.project) and not case.project.header.currency:
        yield case.table("header", "there are amounts of money, but the project has no currency")


@rule("PM302", "warning", "Convert all amounts to one currency and state its ISO code, e.g. EUR.")
def currency_is_one_iso_code(case: Case) -> Iterator[Hit]:
    """The currency is one code of three capital letters; amounts are never added across two."""
    currency = case.project.header.currency
    if currency and not ISO_CODE.fullmatch(currency):
        yield case.table("header", f'currency is "{currency}", not one ISO code')


@rule("PM303", "info", "Approve a baseline to compare with.")
def a_baseline_is_approved(case: Case) -> Iterator[Hit]:
    """A project has a baseline: without one no one can say whether it is late or too dear."""
    if case.project.baseline.empty and len(case.project.tasks):
        yield case.table(
            "header", "no baseline is approved, so late and over budget cannot be said"
        )


@rule("PM304", "warning", "Approve the change that brought it in, or remove it.")
def tasks_are_in_the_baseline(case: Case) -> Iterator[Hit]:
    """Every task of the plan was approved in a baseline."""
    approved, leaves = case.project.baseline["task_id"], case.leaves
    if len(approved):
        yield from case.tasks(
            leaves["id"][~leaves["id"].isin(approved)], "outside of every baseline"
        )


@rule("PM305", "info", "State the cost of the baseline to get cost and earned value.")
def the_baseline_has_a_cost(case: Case) -> Iterator[Hit]:
    """The approved budget is not zero: otherwise no cost index can be said."""
    project = case.project
    if project.header.budget == 0:
        yield case.table("header", "the budget is 0, so no cost index can be said")
    costed = (project.baseline[["cost", "fixed_cost", "work_hours"]] > 0).any(axis=None)
    if len(project.baseline) and not costed:
        yield case.table(
            "header", "the baseline has neither cost nor work, so no cost index can be said"
        )


@rule("PM306", "warning", "Raise the budget by an approved change, or correct the baseline.")
def the_budget_covers_the_baseline(case: Case) -> Iterator[Hit]:
    """The costs of the last approved baseline are within the project's budget."""
    budget = case.project.header.budget
    rows = case.project.baseline.sort_values("approved_date", kind="stable", na_position="first")
    last = rows[rows["baseline"] == (rows["baseline"].iloc[-1] if len(rows) else "")]
    cost = last["cost"].sum()
    if budget and cost > budget:
        said = f"the budget is {budget:,.2f}, but the approved baseline costs {cost:,.2f}"
        yield case.table("header", said)


@rule("PM307", "warning", "Give it a rate, 0 where it costs nothing.")
def assigned_resources_have_a_rate(case: Case) -> Iterator[Hit]:
    """Where rates are used, every assigned resource has one."""
    project = case.project
    if project.rates.empty:
        return
    priced = project.rates["resource_id"][project.rates["hourly_rate"].notna()]
    resources = project.resources
    unpriced = resources["id"].isin(project.assignments["resource_id"])
    unpriced &= ~resources["id"].isin(priced) & ~(resources["cost_per_use"] > 0)
    for position, row in resources[unpriced].iterrows():
        tasks = project.assignments["task_id"][project.assignments["resource_id"] == row["id"]]
        yield Hit(
            project.place("resources", position),
            f'resource "{row["id"]}" ({row["name"]}) has no rate, so its hours cost nothing',
            tuple(tasks),
        )
