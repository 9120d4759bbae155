"""A history of 200 weeks of a thousand tasks: its size, a week more, and the trend chart.

Each week five tasks change their size, and the tasks that are at work, about 25, report: progress,
a timesheet a day, and ten costs a week. Beside it, what people do without a history: a copy of
the tables of every week, as CSV and zipped.
"""

from __future__ import annotations

import tempfile
import time
import zlib
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

import pmtools as pm
from pmtools.history import WeekFacts
from tests.benchmarks.critical_path import plan

N_WEEKS, N_TASKS, N_MILESTONES = 200, 1000, 20


def weeks():
    """The project as it was known in each week."""
    draw = np.random.default_rng(1)
    base = plan(N_TASKS)
    tasks = base.tasks.assign(
        kind=np.where(np.arange(N_TASKS) % (N_TASKS // N_MILESTONES) == 0, "milestone", "task"),
        notes=[f"Agreed with team {n % 12}; see the work package for what is left out" for n in
               range(N_TASKS)],
    )  # fmt: skip
    people = [{"id": f"p{n}", "name": f"Person {n}"} for n in range(40)]
    project = base.replace(tasks=tasks, resources=pd.DataFrame(people))
    facts = {"progress": [], "timesheets": [], "costs": []}
    for number in range(N_WEEKS):
        friday = pd.Timestamp("2026-01-09 23:59") + pd.Timedelta(weeks=number)
        first = int(number * (N_TASKS - 25) / N_WEEKS)
        ids = [str(n) for n in range(first, first + 25)]
        facts["progress"] += [
            {"status_date": friday, "task_id": key, "actual_start": friday.normalize(),
             "percent_complete": min(4 * n, 99), "remaining_hours": 2 * n, "note": "as planned"}
            for n, key in enumerate(ids, 1)
        ]  # fmt: skip
        facts["timesheets"] += [
            {"date": friday.normalize() - pd.Timedelta(days=day), "task_id": key,
             "resource_id": f"p{n % 40}", "hours": float(draw.integers(1, 9))}
            for day in range(5) for n, key in enumerate(ids)
        ]  # fmt: skip
        facts["costs"] += [
            {"date": friday.normalize(), "task_id": key, "amount": float(draw.integers(100, 999))}
            for key in ids[:10]
        ]
        hours = project.tasks["duration_hours"].to_numpy().copy()
        hours[draw.integers(0, N_TASKS, 5)] += 8
        project = project.replace(
            header=replace(project.header, status_date=friday),
            tasks=project.tasks.assign(duration_hours=hours),
            **{name: pd.DataFrame(rows) for name, rows in facts.items()},
        )
        yield project


def facts_of(project):
    """Figures, milestones and forecasts, as many as a report records."""
    on = project.header.status_date
    rows = project.tasks[project.tasks["kind"] == "milestone"]
    due = on + pd.to_timedelta(np.arange(len(rows)) * 30, unit="D")
    milestones = {"task_id": rows["id"], "name": rows["name"], "baseline": due, "forecast": due}
    return WeekFacts(
        project.header.id, project.header.name, on, project.content_hash(),
        metrics=pd.DataFrame({"metric": [f"metric {n}" for n in range(8)], "value": 1.0,
                              "cannot_say": ""}),
        milestones=pd.DataFrame(milestones).assign(is_done=False),
        forecasts=pd.DataFrame({"quantity": "finish", "method": [f"way {n}" for n in range(10)],
                                "finish": on, "amount": np.nan}),
    )  # fmt: skip


def seconds(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def rows():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        history, took, n_copied, n_zipped = pm.History(path), [], 0, 0
        for week in weeks():
            facts = facts_of(week)
            took.append(seconds(lambda week=week, facts=facts: history.record(facts, week))[0])
            copies = [table.to_csv(index=False).encode() for table in week.tables.values()]
            n_copied += sum(map(len, copies))
            n_zipped += sum(len(zlib.compress(copy)) for copy in copies)
        size = path.stat().st_size
        back, known = seconds(lambda: pm.History(path).project("bench"))
        assert known.equals(week)

        def chart():
            return pm.chart_milestone_trend(pm.History(path).milestones("bench")).to_dict()

        drawn = median(seconds(chart)[0] for _ in range(3))
    what = f"{N_WEEKS} weeks x {N_TASKS:,} tasks"
    print(
        f"history of {what}: {size / 1e6:.1f} MB; copies of the tables as CSV {n_copied / 1e6:.0f} "
        f"MB (x {n_copied / size:.0f}), zipped {n_zipped / 1e6:.0f} MB (x {n_zipped / size:.0f})"
    )
    yield "history: record a week, median", median(took), "", None
    yield "the same, week 200", median(took[-5:]), "", None
    yield "read the project of week 200", back, "", None
    yield "milestone trend of 200 weeks, as chart", drawn, "", None


if __name__ == "__main__":
    for what, took, *_ in rows():
        print(f"{what:<42}{took:>10.3f}", flush=True)
