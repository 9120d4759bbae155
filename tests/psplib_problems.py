"""Problems of PSPLIB (Kolisch and Sprecher 1996), and what is known of them."""

import csv
from functools import cache
from pathlib import Path

import numpy as np

from pmtools.schedule.levelling.problem import Problem

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "psplib_sm"


def problem_of(duration, links, demand, capacity):
    """Finish to start, no lags, one calendar, as much of everybody all the time."""
    duration, demand = np.array(duration, np.int64), np.array(demand, np.int64)
    count, horizon = len(duration), int(sum(duration)) + 1
    before, after = np.array(links, np.int64).reshape(-1, 2).T
    zeros, free = np.zeros(count, np.int64), np.full(count, horizon)
    none = np.zeros(len(before), np.int64)
    empty = np.zeros((0, 0), np.int64)
    return Problem(
        horizon=horizon, duration=duration, calendar=zeros, predecessor=before, successor=after,
        kind=none, lag=none, lag_calendar=none, earliest=zeros, latest=free,
        fixed=np.full(count, -1), ignores_capacity=zeros, due=free, reference=zeros, weight=zeros,
        demand=demand, capacity=np.tile(np.array(capacity, np.int64)[:, None], horizon),
        before=empty, at=empty,
    )  # fmt: skip


def read_psplib(path):
    """The single-mode problem of a file .sm; jobs are numbered from 0."""
    lines = path.read_text().splitlines()

    def rows(heading, skip):
        begin = next(n for n, line in enumerate(lines) if line.startswith(heading)) + skip
        for line in lines[begin:]:
            if line.startswith("*"):
                return
            yield [int(word) for word in line.split()]

    links = [(job - 1, after - 1) for job, _, _, *followers in rows("jobnr.  ", 1)
             for after in followers]  # fmt: skip
    jobs = list(rows("jobnr. mode", 2))
    capacity = next(rows("RESOURCEAVAIL", 2))
    return problem_of([job[2] for job in jobs], links, [job[3:] for job in jobs], capacity)


@cache
def best_known():
    """Of each file: its set, the length of its critical path, bounds of its finish."""
    with (FOLDER / "best_known_dev.csv").open() as file:
        return {
            FOLDER / row["set"] / row["instance"]: {
                "set": row["set"],
                "path": int(row["cpm_length"]),
                "lower": max(int(row["lb_ghent2024"]), int(row["lb_kobe"])),
                "upper": min(int(row["ub_ghent2024"]), int(row["ub_kobe"])),
            }
            for row in csv.DictReader(file)
        }
