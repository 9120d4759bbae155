"""What sets the date of each task, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import MISSING
from pmtools.schedule.critical_path import Dates
from pmtools.schedule.limits import (
    CONSTRAINT,
    FINISHES_NOT_AFTER,
    PROJECT_START,
    RESUMED,
    STARTS_NOT_BEFORE,
    STATUS_DATE,
    Limits,
)
from pmtools.schedule.network import LEAF, OPENING, Network
from pmtools.words import day, plain

_WORDS = {
    "SNET": "starts no earlier than",
    "SNLT": "starts no later than",
    "FNET": "finishes no earlier than",
    "FNLT": "finishes no later than",
    "MSO": "must start on",
    "MFO": "must finish on",
}
_UPPER, _LOWER = ("SNLT", "FNLT", "MSO", "MFO"), ("SNET", "FNET", "MSO", "MFO")
_ENDS = {"FS": "finish", "SS": "start", "FF": "finish", "SF": "start"}
_TO_FINISH = {"FF": " (finish to finish)", "SF": " (start to finish)"}


def driving_links(network: Network, limits: Limits, dates: Dates) -> np.ndarray:
    """Which links drive: alone they would set the very date that their successor has."""
    after = network.successor
    heeds = (limits.is_linked & ~limits.is_finished)[after]
    return (dates.reached == dates.start[after]) & heeds & ~network.is_support[network.predecessor]


def drivers_of(
    network: Network, limits: Limits, dates: Dates, is_driving: np.ndarray
) -> tuple[list[str], list[str]]:
    """The id of the task ("" where it is none) that sets the date of each task, and the reason.

    Of several links that drive, the first stands in the words.
    """
    explain = Explanation(network, limits, dates, is_driving)
    found = [explain.driver(node) for node in range(len(network.outline.leaves))]
    return [task_id for task_id, _ in found], [words for _, words in found]


class Explanation:
    """The columns of tasks, links and limits as lists, which a loop over tasks reads fastest.

    `first` is the link that drives each node.
    """

    def __init__(
        self, network: Network, limits: Limits, dates: Dates, is_driving: np.ndarray
    ) -> None:
        tasks, links = network.project.tasks, network.project.links
        driving = np.flatnonzero(is_driving)[::-1]
        ends = network.successor[driving].tolist()
        self.first = dict(zip(ends, driving.tolist(), strict=True))
        self.task, self.role = network.task.tolist(), network.role.tolist()
        self.before, self.row = network.predecessor.tolist(), network.row.tolist()
        self.ids, self.names = tasks["id"].tolist(), tasks["name"].tolist()
        self.rules, self.rule_dates = tasks["constraint"].tolist(), tasks["constraint_date"]
        self.kinds, self.lag_kinds = links["kind"].tolist(), links["lag_kind"].tolist()
        self.lags, self.per_day = links["lag_hours"].tolist(), network.project.header.hours_per_day
        self.is_started = (limits.begin != MISSING).tolist()
        self.is_finished, self.parent = limits.is_finished.tolist(), network.outline.parent.tolist()
        self.is_late, self.reason = limits.is_late.tolist(), limits.floor_reason.tolist()
        self.is_capped = (dates.start == limits.cap).tolist()
        self.deadlines = tasks["deadline"]
        self.waits = (limits.delay / 60).tolist()
        is_plain = (limits.begin == MISSING) & (limits.delay == 0)
        on_way = network.is_leaf[network.predecessor] & (network.row >= 0)
        is_plain[network.successor[is_driving & ~on_way]] = False
        self.is_plain = is_plain.tolist()
        held = np.where(limits.is_finished, MISSING, dates.start)
        self.waits_for = set(np.flatnonzero(held > limits.floor).tolist())

    def driver(self, node: int) -> tuple[str, str]:
        """The task that sets the date of a node, and the reason."""
        link = self.first.get(node)
        if link is not None and self.is_plain[node]:
            return self.ids[self.task[self.before[link]]], self._link_words(link)
        if self.is_started[node]:
            return self._driver_of_rest(node)
        task_id, words = self._driver_of_start(node)
        return task_id, words + self._delay_words(node)

    def _driver_of_rest(self, node: int) -> tuple[str, str]:
        if self.reason[node] == RESUMED:
            return "", "the rest resumes on a date of its own"
        if node not in self.waits_for or node not in self.first:
            return "", "actual start"
        task_id, words = self._driver_of_start(node)
        return task_id, f"actual start; the rest waits for {words}"

    def _delay_words(self, node: int) -> str:
        days = self.waits[node] / 24
        return f", then waits {days:.3g} days for people (levelling)" if days else ""

    def _driver_of_start(self, node: int) -> tuple[str, str]:
        link = self.first.get(node)
        while link is not None and self.row[link] < 0:  # through the hubs of a summary
            link = self.first.get(self.before[link])
        if link is None:
            return "", self.floor_words(node)
        return self._task_id(self.before[link]), self._link_words(link)

    def _link_words(self, link: int) -> str:
        row, name = self.row[link], plain(self.names[self.task[self.before[link]]])
        kind, lag = self.kinds[row], lag_words(self.lags[row], self.lag_kinds[row], self.per_day)
        return f'{_ENDS[kind]} of "{name}"{lag}{_TO_FINISH.get(kind, "")}'

    def _task_id(self, node: int) -> str:
        """The task itself, of a summary the one that sets its date."""
        while self.role[node] not in (LEAF, OPENING) and node in self.first:
            node = self.before[self.first[node]]
        return self.ids[self.task[node]]

    def limit_words(self, node: int, is_deadline: bool) -> str:
        """The date that a task should keep."""
        if is_deadline:
            return f"deadline {day(self.deadlines.iloc[self.task[node]])}"
        return self._tightest(node, _UPPER, FINISHES_NOT_AFTER, min)

    def bound_words(self, node: int) -> str:
        """What a task cannot be before, whatever its predecessors do."""
        if self.is_started[node] and self.reason[node] == RESUMED:
            return "the rest resumes on a date of its own"
        if self.is_finished[node] or (self.is_started[node] and self.reason[node] != STATUS_DATE):
            return "actual finish" if self.is_finished[node] else "actual start"
        return self._lower_words(node, _LOWER) + self._delay_words(node)

    def floor_words(self, node: int) -> str:
        """What holds a task that waits for none."""
        if self.is_late[node]:
            return "as late as possible"
        return self._lower_words(node, tuple(_WORDS) if self.is_capped[node] else _LOWER)

    def _lower_words(self, node: int, own: tuple[str, ...]) -> str:
        words, is_capped = "", len(own) > len(_LOWER)
        if is_capped or self.reason[node] == CONSTRAINT:
            words = self._tightest(node, own, STARTS_NOT_BEFORE, max)
        return words or ("project start" if self.reason[node] == PROJECT_START else "status date")

    def _tightest(
        self, node: int, own: tuple[str, ...], inherited: tuple[str, ...], pick: Callable[..., Any]
    ) -> str:
        """The constraint of a task or of a summary above it that has the tightest date."""
        row, kinds, found = self.task[node], own, []
        while row >= 0:
            if self.rules[row] in kinds and not pd.isna(self.rule_dates.iloc[row]):
                found.append((self.rule_dates.iloc[row], row))
            row, kinds = self.parent[row], inherited
        if not found:
            return ""
        date, row = pick(found, key=lambda each: each[0])
        words = f"{_WORDS[self.rules[row]]} {day(date)}"
        return words if row == self.task[node] else f'{words} (summary "{plain(self.names[row])}")'


@lru_cache(10_000)
def lag_words(lag: float, kind: str, hours_per_day: float) -> str:
    """` + 2 working days`, ` - 4 elapsed hours`, ` + 50% of its duration`, or nothing."""
    if lag == 0 or pd.isna(lag):
        return ""
    sign, amount = (" + " if lag > 0 else " - "), abs(lag)
    if kind == "percent":
        return f"{sign}{amount:g}% of its duration"
    per_day = 24 if kind == "elapsed" else hours_per_day
    count, unit = (amount / per_day, "day") if amount % per_day == 0 else (amount, "hour")
    return f"{sign}{count:g} {kind} {unit}{'s' * (count != 1)}"
