"""Plans whose range can be computed by hand: hours on a calendar without breaks."""

import pandas as pd
import unit_plan

from pmtools.project import Header, Project


def risky_plan(durations, links=(), *, estimates=(), register=(), **tables):
    """Tasks 1, 2, ... of whole hours; `links` are pairs, finish to start.

    `estimates` maps a task to its three points and, if there is one, its distribution.
    """
    plan = unit_plan.unit_plan(durations, unit_plan.finish_to_start(links))
    rows = [
        dict(zip(("task_id", "optimistic_hours", "most_likely_hours", "pessimistic_hours",
                  "distribution"), (str(task), *points), strict=False))
        for task, points in dict(estimates).items()
    ]  # fmt: skip
    risks = [{"kind": "risk", "title": "A risk", "status": "open", **risk} for risk in register]
    frames = {name: pd.DataFrame(each) for name, each in tables.items()}
    return plan.replace(estimates=pd.DataFrame(rows), register=pd.DataFrame(risks), **frames)


def hours(simulation):
    """Hours from the start of the plan to the finish, a trial each."""
    return (simulation.trials.finish - int(unit_plan.MONDAY.timestamp() // 60)) / 60


def priced(plan, rates):
    """The plan with a person of their own on each of these tasks, at this hourly rate."""
    return plan.replace(
        resources=pd.DataFrame([{"id": f"r{task}", "name": f"R{task}"} for task in rates]),
        rates=pd.DataFrame([{"resource_id": f"r{t}", "hourly_rate": r} for t, r in rates.items()]),
        assignments=pd.DataFrame(
            [{"task_id": str(task), "resource_id": f"r{task}"} for task in rates]
        ),
    )


__all__ = ["Header", "Project", "hours", "priced", "risky_plan"]
