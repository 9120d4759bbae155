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


class _Explanation:
    """The columns of tasks, links and limits as lists, which a loop over tasks reads fastest."""

    def __init__(
        self,
        project: Project,
        network: Network,
        limits: Limits,
        dates: Dates,
        first: dict[int, int],
    ) -> None:
        tasks = project.tasks
        self.first = first
        self.task, self.role = network.task.tolist(), network.role.tolist()
        self.before, self.row = network.predecessor.tolist(), network.row.tolist()
        self.ids, self.names = tasks["id"].to_numpy(object), tasks["name"].to_numpy(object)
        self.rules, self.rule_dates = tasks["constraint"].tolist(), tasks["constraint_date"]
        self.links = project.links[["kind", "lag_hours", "lag_kind"]].to_numpy(object)
        self.hours_per_day = project.header.hours_per_day
        self.is_started = (limits.begin != MISSING).tolist()
        self.is_late, self.reason = limits.is_late.tolist(), limits.floor_reason.tolist()
        self.is_capped = (dates.start == limits.cap).tolist()

    def driver(self, node: int) -> Driver:
        if self.is_started[node]:
            return Driver("", "actual start")
        link = self.first.get(node)
        while link is not None and self.row[link] < 0:  # through the hubs of a summary
            link = self.first.get(self.before[link])
        if link is not None:
            return Driver(self._task_id(self.before[link]), self._link_words(link))
        return Driver("", self._limit_words(node))

    def _task_id(self, node: int) -> str:
        """The task itself, of a summary the one that sets its date."""
        while self.role[node] not in (LEAF, OPENING) and node in self.first:
            node = self.before[self.first[node]]
        return str(self.ids[self.task[node]])

    def _link_words(self, link: int) -> str:
        kind, lag, lag_kind = self.links[self.row[link]]
        name = plain(self.names[self.task[self.before[link]]])
        words = lag_words(lag, lag_kind, self.hours_per_day)
        return f'{_ENDS[kind]} of "{name}"{words}{_TO_FINISH.get(kind, "")}'

    def _limit_words(self, node: int) -> str:
        rule = self.rules[self.task[node]]
        if self.is_late[node]:
            return "as late as possible"
        is_held = self.reason[node] == CONSTRAINT
        if rule in _WORDS and (is_held or self.is_capped[node]):
            return f"{_WORDS[rule]} {day(self.rule_dates.iloc[self.task[node]])}"
        if is_held:
            return "constraint of its summary"
        return "project start" if self.reason[node] == PROJECT_START else "status date"


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
