"""What sets the date of each task, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.calendars import MISSING
from pmtools.project import Project
from pmtools.schedule.critical_path import Dates
from pmtools.schedule.limits import CONSTRAINT, PROJECT_START, Limits
from pmtools.schedule.network import FIRST, LEAF, OPENING, Network
from pmtools.words import day, plain

_WORDS = {
    "SNET": "starts no earlier than",
    "SNLT": "starts no later than",
    "FNET": "finishes no earlier than",
    "FNLT": "finishes no later than",
    "MSO": "must start on",
    "MFO": "must finish on",
}
_ENDS = {"FS": "finish", "SS": "start", "FF": "finish", "SF": "start"}
_TO_FINISH = {"FF": " (finish to finish)", "SF": " (start to finish)"}


@dataclass(frozen=True)
class Driver:
    """The task (id, or "" where it is none) that sets a date, and the reason in words."""

    task_id: str
    words: str


def drivers_of(
    project: Project, network: Network, limits: Limits, dates: Dates
) -> tuple[list[Driver], np.ndarray]:
    """The driver of each node, and which links drive.

    A link drives where it alone would set the very date its successor has, and nothing else but
    another link does. The first of several stands in the words.
    """
    after = network.successor
    is_free = ~limits.is_fixed[after] & ~limits.ignores_links[after]
    is_hub_start = network.role[after] == FIRST
    exact = dates.reached == dates.start[after]
    is_driving = exact & (is_free | is_hub_start)
    first: dict[int, int] = {}
    for link in np.flatnonzero(is_driving)[::-1].tolist():
        first[int(after[link])] = link
    explain = _Explanation(project, network, limits, dates, first)
    return [explain.driver(node) for node in range(len(network.task))], is_driving


@dataclass(frozen=True)
class _Explanation:
    project: Project
    network: Network
    limits: Limits
    dates: Dates
    first: dict[int, int]

    def driver(self, node: int) -> Driver:
        network, limits = self.network, self.limits
        if limits.begin[node] != MISSING:
            return Driver("", "actual start")
        link = self.first.get(node)
        while link is not None and network.row[link] < 0:  # through the hubs of a summary
            link = self.first.get(int(network.predecessor[link]))
        if link is not None:
            return Driver(self._task_id(int(network.predecessor[link])), self._link_words(link))
        return Driver("", self._limit_words(node))

    def _task_id(self, node: int) -> str:
        """The task itself, of a summary the one that sets its date."""
        while self.network.role[node] not in (LEAF, OPENING) and node in self.first:
            node = int(self.network.predecessor[self.first[node]])
        return str(self.project.tasks["id"].iloc[self.network.task[node]])

    def _link_words(self, link: int) -> str:
        row = self.project.links.iloc[int(self.network.row[link])]
        task = int(self.network.task[self.network.predecessor[link]])
        name = plain(self.project.tasks["name"].iloc[task])
        lag = lag_words(row["lag_hours"], row["lag_kind"], self.project.header.hours_per_day)
        return f'{_ENDS[row["kind"]]} of "{name}"{lag}{_TO_FINISH.get(row["kind"], "")}'

    def _limit_words(self, node: int) -> str:
        limits = self.limits
        task = self.project.tasks.iloc[int(self.network.task[node])]
        if limits.is_late[node]:
            return "as late as possible"
        if self.dates.start[node] == limits.cap[node] or (
            limits.floor_reason[node] == CONSTRAINT and task["constraint"] in _WORDS
        ):
            return f"{_WORDS[task['constraint']]} {day(task['constraint_date'])}"
        if limits.floor_reason[node] == CONSTRAINT:
            return "constraint of its summary"
        is_first = limits.floor_reason[node] == PROJECT_START
        return "project start" if is_first else "status date"


def lag_words(lag: float, kind: str, hours_per_day: float) -> str:
    """` + 2 working days`, ` - 4 elapsed hours`, ` + 50% of its duration`, or nothing."""
    if lag == 0 or pd.isna(lag):
        return ""
    sign, amount = (" + " if lag > 0 else " - "), abs(float(lag))
    if kind == "percent":
        return f"{sign}{amount:g}% of its duration"
    per_day = 24 if kind == "elapsed" else hours_per_day
    count, unit = (amount / per_day, "day") if amount % per_day == 0 else (amount, "hour")
    return f"{sign}{count:g} {kind} {unit}{'s' * (count != 1)}"
