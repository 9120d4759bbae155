"""What it costs: medians of CPU seconds, with what a user would pick instead beside them.

Run by `make bench`. These are facts of one run on one machine, not assertions.
"""

from __future__ import annotations

import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import pmtools as pm
from tests.benchmarks import (
    bridge,
    changes,
    critical_path,
    history,
    recovery,
    simulation,
    time_phasing,
)  # fmt: skip

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
    print(f"pmtools: {lines:,} lines. Medians of {REPEATS} runs, CPU seconds where not said.\n")
    print(f"{'what':<42}{'pmtools':>10}  {'peer':<32}{'peer':>8}{'ratio':>8}")
    for part in (
        critical_path.rows,
        time_phasing.rows,
        simulation.rows,
        changes.rows,
        bridge.rows,
        history.rows,
        recovery.rows,
        a_week,
        whole_commands,
    ):
        for what, ours, peer, theirs in part():
            beside = f"{peer:<32}{theirs:>8.3f}{theirs / ours:>8.2f}" if peer else ""
            print(f"{what:<42}{ours:>10.3f}  {beside}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
