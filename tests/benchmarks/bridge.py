"""A week of 5,000 tasks: its snapshot recorded, what changed told, why the finish moved split."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median

import pandas as pd

import pmtools as pm
from pmtools.history import WeekFacts
from tests.benchmarks.changes import a_week_later, plan

WEEK = pd.Timedelta(days=7)
REPEATS = 3


def weeks() -> list[pm.Project]:
    """The plan of the changes benchmark, and a week later: every fiftieth row of tasks, links,
    progress and assignments is another, two tasks came and a constraint, and the week has passed.
    """
    before = plan()
    after = a_week_later(before)
    tasks, links = after.tasks, after.links
    after_them = links["predecessor_id"].iloc[4000:4002].tolist()
    new = pd.DataFrame({"id": ["N1", "N2"], "name": ["Audit", "Retest"], "duration_hours": 80.0})
    ties = pd.DataFrame({"predecessor_id": after_them, "successor_id": new["id"]})
    tasks = pd.concat([tasks, new], ignore_index=True)
    tasks.loc[3001, ["constraint", "constraint_date"]] = ["SNET", pd.Timestamp("2030-01-07")]
    header = replace(after.header, status_date=after.header.status_date + WEEK)
    links = pd.concat([links, ties], ignore_index=True)
    return [before, after.replace(header=header, tasks=tasks, links=links)]


def snapshot(project: pm.Project, folder: Path) -> None:
    """Record the plan of a week in an embedded database."""
    header = project.header
    facts = WeekFacts(header.id, header.name, header.status_date, project.content_hash())
    pm.History(f"sqlite:///{folder / 'history.db'}").record(facts, project)


def rows():
    """(what, seconds, peer, seconds) for `make bench`."""
    before, after = weeks()
    seconds = []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            snapshot(before, Path(folder))
            marks = [time.process_time()]
            snapshot(after, Path(folder))
            marks.append(time.process_time())
            pm.changes(before, after)
            marks.append(time.process_time())
            bridge = pm.explain_finish(before, after)
            marks.append(time.process_time())
        seconds.append([marks[3] - marks[0], *(b - a for a, b in pairwise(marks))])
    assert bridge.parts["minutes"].sum() == bridge.moved_minutes != 0
    said = ("snapshot, changes and bridge", "its snapshot", "its changes",
            f"its bridge, {bridge.method.split(' of ')[-1]}")  # fmt: skip
    for what, of in zip(said, zip(*seconds, strict=True), strict=True):
        yield f"{what} ({len(after.tasks):,} tasks)", median(of), "", None
