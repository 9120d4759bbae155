"""Tables of the quality of a schedule: the checks in words, and what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import cells, is_missing

MOST_CHECKS, OF_EACH = 60, 3


def table_schedule_quality(checks: pd.DataFrame | CannotSay) -> Table:
    """The checks of a schedule: number, name, value, unit, n_found, n_of, threshold, is_passed
    (None: cannot be said), effect_days (working days), effect, reason.
    """
    columns: Columns = {
        "number": ("No.", "text"), "name": ("Check", "text"), "said": ("Is", "text"),
        "threshold": ("Should be", "text"), "is_passed": ("Passed", "flag"),
        "what_if": ("The finish would move", "text"),
    }  # fmt: skip
    if not isinstance(checks, CannotSay):
        rows = checks.to_dict("records")
        checks = checks.assign(said=[*map(_said, rows)], what_if=[*map(_what_if, rows)])
    return table(checks, columns, title="Quality of the schedule", n_rows=MOST_CHECKS)


def table_schedule_findings(findings: pd.DataFrame | CannotSay) -> Table:
    """What the checks of a schedule found, the first three of each check, the others counted:
    check, name, found, effect_days, remedy.
    """
    columns: Columns = {
        "check": ("No.", "text"), "name": ("Task", "text"), "found": ("Found", "text"),
        "effect_days": ("Effect", "signed_days"), "remedy": ("Remedy", "text"),
    }  # fmt: skip
    note = {"effect_days": "Effect: working days by which the finish moves if this is changed"}
    how: dict[str, Any] = {"title": "Findings in the schedule", "empty": "Nothing was found."}
    if isinstance(findings, CannotSay):
        return table(findings, columns, **how)
    first = findings.groupby("check", sort=False).head(OF_EACH)
    shown = table(first, columns, note=note, n_rows=len(first), **how)
    return replace(shown, n_more=len(findings) - len(first))


def _said(check: Mapping[str, Any]) -> str:
    """`5.4% (3 of 55)`, `0.96`, `3 of 55`, `600 d`, or why it is not known."""
    value, counted = check["value"], f"{check['n_found']} of {check['n_of']}"
    if is_missing(value):
        return str(CannotSay(check["reason"]))
    (number,) = cells([value], "number")
    how = {"percent": f"{number}% ({counted})", "days": f"{number} d", "count": counted}
    return how.get(check["unit"]) or cells([value], "ratio")[0]


def _what_if(check: Mapping[str, Any]) -> str:
    days = check["effect_days"]
    return "" if is_missing(days) else f"{cells([days], 'signed_days')[0]} if {check['effect']}"
