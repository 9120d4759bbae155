"""Check a project: every rule a small function with a stable code, a place and a remedy.

What cannot be a project at all was refused when the Project was made; here stands what can be
read but should not be believed without a look.
"""

from __future__ import annotations

import pandas as pd

from pmtools.check import money, people, plan, progress, text, whole
from pmtools.check.findings import Finding, Findings
from pmtools.check.rules import Case, Hit, Rule, rules_of
from pmtools.project import Project

__all__ = ["RULES", "Finding", "Findings", "Rule", "check"]

RULES: dict[str, Rule] = rules_of(plan, progress, money, people, text, whole)
"""Every rule by its code."""

_GRAVITY = {"error": 0, "warning": 1, "info": 2}


def check(
    project: Project, *, today: pd.Timestamp | None = None, earlier: Project | None = None
) -> Findings:
    """What is wrong, doubtful or missing in a project.

    Parameters
    ----------
    project
        The project as it is known on its status date.
    today
        The present day; with it, a status date in the future is found.
    earlier
        The same project as it was known before; with it, ids that were given to other tasks and
        tasks that changed their ids are found.

    Returns
    -------
    Findings
        The gravest first, then by code and in the order of the tables.
    """
    case = Case(project, today, earlier)
    found = [_finding(r, hit) for r in RULES.values() for hit in r.find(case)]
    return Findings(tuple(sorted(found, key=lambda f: (_GRAVITY[f.severity], f.code))))


def _finding(rule: Rule, hit: Hit) -> Finding:
    place, message = text.visible(hit.place), text.visible(hit.message)
    remedy = text.visible(hit.remedy or rule.remedy)
    return Finding(rule.code, rule.severity, place, message, remedy, hit.task_ids)
