"""The outline of a plan: which tasks are active, which are leaves, and what is below what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.calendars import Minutes


@dataclass(frozen=True)
class Outline:
    """The active tasks: their parents, levels and which of them are leaves, by row of `tasks`."""

    parent: Minutes
    level: Minutes
    is_active: np.ndarray
    is_leaf: np.ndarray

    @property
    def leaves(self) -> Minutes:
        """Rows of the tasks that are scheduled; the others are summaries of them."""
        return np.flatnonzero(self.is_leaf)

    def children(self) -> dict[int, list[int]]:
        """The active tasks directly below each summary."""
        found: dict[int, list[int]] = {}
        for child in np.flatnonzero(self.is_active & (self.parent >= 0)).tolist():
            found.setdefault(int(self.parent[child]), []).append(child)
        return found

    def pairs(self) -> tuple[Minutes, Minutes]:
        """(ancestor, leaf) for every summary above every leaf."""
        found = [np.empty((2, 0), np.int64)]
        member, above = self.leaves, self.parent[self.leaves]
        while (inside := above >= 0).any():
            member, above = member[inside], above[inside]
            found.append(np.stack([above, member]))
            above = self.parent[above]
        ancestors, members = np.concatenate(found, axis=1)
        return ancestors, members


def outline_of(tasks: pd.DataFrame) -> Outline:
    """Who is below whom; what is below an inactive task is inactive too.

    A summary with nothing active below it has no dates: it is left out like an inactive task.
    """
    parent = pd.Index(tasks["id"]).get_indexer(tasks["parent_id"])
    is_set = tasks["is_active"].to_numpy(bool)
    is_active, above, level = is_set.copy(), parent.copy(), np.ones(len(tasks), np.int64)
    while (inside := above >= 0).any():
        level[inside] += 1
        is_active[inside] &= is_set[above[inside]]
        above[inside] = parent[above[inside]]
    has_work = is_active & (tasks["kind"] != "summary").to_numpy(bool)
    above = parent[has_work]
    while (above >= 0).any():
        above = np.unique(above[above >= 0])
        has_work[above] = True
        above = parent[above]
    is_leaf = has_work.copy()
    is_leaf[parent[has_work & (parent >= 0)]] = False
    return Outline(parent, level, has_work, is_leaf)
