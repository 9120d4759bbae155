"""Facts of a week as the history takes them, for its tests."""

from dataclasses import replace

import pandas as pd

from pmtools.history import WeekFacts


def facts(project="P1", week="2026-03-06", cpi=0.9, finish="2026-06-30"):
    """A week with a figure that is known, one that is not, a milestone and two forecasts."""
    return WeekFacts(
        project_id=project,
        project_name="Rollout",
        status_date=pd.Timestamp(week),
        input_hash="0" * 64,
        metrics=pd.DataFrame(
            {
                "metric": ["cost_performance_index", "estimate_at_completion"],
                "value": [cpi, float("nan")],
                "cannot_say": ["", "no cost is recorded"],
            }
        ),
        milestones=pd.DataFrame(
            {
                "task_id": ["M1"],
                "name": ["Go live"],
                "baseline": [pd.Timestamp("2026-06-01")],
                "forecast": [pd.Timestamp(finish)],
                "is_done": [False],
            }
        ),
        forecasts=pd.DataFrame(
            {
                "quantity": ["finish", "cost"],
                "method": ["critical path", "CPI"],
                "finish": [pd.Timestamp(finish), pd.NaT],
                "amount": [float("nan"), 1200.5],
            }
        ),
    )


def with_ranges(week="2026-03-06", p80="2026-07-10", **changes):
    """A week with a range of the finish; `outcomes` once it is known."""
    rows = [("finish", "simulation", p, pd.Timestamp(at), float("nan"))
            for p, at in [(0.5, "2026-07-01"), (0.8, p80)]]  # fmt: skip
    names = ["quantity", "method", "probability", "finish", "amount"]
    base = facts(week=week)
    said = pd.concat([base.forecasts, pd.DataFrame(rows, columns=names)], ignore_index=True)
    return replace(base, forecasts=said, **changes)


def facts_of(project, **changes):
    """Facts of a project's week, with the hash of its content."""
    header = project.header
    said = facts(header.id, header.status_date)
    own = {"project_name": header.name, "input_hash": project.content_hash()}
    return replace(said, **own, **changes)
