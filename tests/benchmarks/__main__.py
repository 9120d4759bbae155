"""What it costs: medians of CPU seconds, with what a user would pick instead beside them.

Run by `make bench`. These are facts of one run on one machine, not assertions.
"""

from __future__ import annotations

import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx
import pandas as pd

import pmtools as pm

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "templates" / "projects" / "software-rollout"
REPEATS = 5


def cpu(work, repeats=REPEATS):
    """Median CPU seconds of a piece of work in this process."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def child_cpu(command, repeats=3):
    """Median CPU seconds of a command and all its children, and the memory of the largest."""
    seconds = []
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(seconds)


def network(n_tasks):
    """A random network: two links a task, finish to start, durations of one to ten days."""
    draw = random.Random(1)
    tasks = [
        {"id": str(n), "name": f"Task {n}", "duration_hours": 8 * draw.randint(1, 10)}
        for n in range(n_tasks)
    ]
    pairs = {(draw.randrange(max(0, n - 50), n), n) for n in range(1, n_tasks) for _ in range(2)}
    links = [{"predecessor_id": str(a), "successor_id": str(b)} for a, b in sorted(pairs)]
    header = pm.Header("bench", "Bench", pd.Timestamp("2026-03-02 08:00"))
    return pm.Project(header, tasks=pd.DataFrame(tasks), links=pd.DataFrame(links))


def networkx_dates(project):
    """Early and late dates by loops over a networkx graph: no calendar, no constraint."""
    graph = nx.DiGraph()
    graph.add_nodes_from(project.tasks["id"])
    graph.add_edges_from(
        zip(project.links["predecessor_id"], project.links["successor_id"], strict=True)
    )
    duration = dict(zip(project.tasks["id"], project.tasks["duration_hours"], strict=True))
    order = list(nx.topological_sort(graph))
    finish: dict[str, float] = {}
    for task in order:
        start = max((finish[before] for before in graph.predecessors(task)), default=0.0)
        finish[task] = start + duration[task]
    end = max(finish.values())
    late: dict[str, float] = {}
    for task in reversed(order):
        late[task] = min((late[n] - duration[n] for n in graph.successors(task)), default=end)
    return end


def scheduling():
    for n_tasks in (100, 1_000, 10_000):
        project = network(n_tasks)
        plan = pm.schedule(project)
        worked = plan.calendars[""].hours_between(
            pd.Series([project.header.start]), pd.Series([plan.finish])
        )
        assert float(worked[0]) == networkx_dates(project), "both must give the same finish"
        ours, peer = cpu(lambda p=project: pm.schedule(p)), cpu(lambda p=project: networkx_dates(p))
        yield f"schedule {n_tasks:,} tasks, with calendars", ours, "networkx, no calendar", peer


def a_week():
    weeks = pm.read_weeks(STARTER)
    plans = pm.schedule_weeks(weeks)
    yield "read a starter project, one week", cpu(lambda: pm.read_project(STARTER)), "", None
    yield f"read {len(weeks)} past weeks of it", cpu(lambda: pm.read_weeks(STARTER), 3), "", None
    yield f"schedule the {len(weeks)} weeks", cpu(lambda: pm.schedule_weeks(weeks), 3), "", None
    yield "earned value of all weeks", cpu(lambda: pm.earned_value(weeks[-1])), "", None
    yield "check", cpu(lambda: pm.check(weeks[-1])), "", None
    yield "workload of six weeks", cpu(lambda: pm.workload(plans[-1])), "", None


def whole_commands():
    python = sys.executable
    start, pandas = [python, "-c", "import pmtools"], [python, "-c", "import pandas"]
    yield "import pmtools, new process", child_cpu(start), "import pandas", child_cpu(pandas)
    with tempfile.TemporaryDirectory() as out:
        report = [python, "-m", "pmtools.cli", "report", str(STARTER), "--out", out]
        ours = child_cpu(report, 1)
        notebook = str(ROOT / "notebooks" / "weekly_report.ipynb")
        plain = [python, "-m", "papermill", notebook, f"{out}/plain.ipynb", "-p", "project",
                 str(STARTER)]  # fmt: skip
        yield (
            "weekly report: HTML and PDF",
            ours,
            "plain papermill, notebook only",
            child_cpu(plain, 1),
        )
        size = next(Path(out).rglob("*.html")).stat().st_size
    print(f"HTML of the weekly report: {size / 1e6:.2f} MB")


def main():
    lines = sum(len(p.read_text().splitlines()) for p in (ROOT / "pmtools").rglob("*.py"))
    print(f"{platform.platform()}, Python {platform.python_version()}, pandas {pd.__version__}")
    print(f"pmtools: {lines:,} lines. Medians of {REPEATS} runs, CPU seconds.\n")
    print(f"{'what':<42}{'pmtools':>10}  {'peer':<32}{'peer':>8}{'ratio':>8}")
    for part in (scheduling, a_week, whole_commands):
        for what, ours, peer, theirs in part():
            beside = f"{peer:<32}{theirs:>8.3f}{theirs / ours:>8.2f}" if peer else ""
            print(f"{what:<42}{ours:>10.3f}  {beside}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
