"""Tables of load: its peaks, what causes them, and who cannot be spared."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table

NOBODY = "Nobody has more work than hours."


def table_load_peaks(peaks: pd.DataFrame | CannotSay) -> Table:
    """Who is above capacity: resource, department, peak_week, peak_percent, n_weeks_over,
    longest_run, is_sustained, over_hours, idle_hours.
    """
    columns: Columns = {
        "resource": ("Who", "text"), "department": ("Department", "text"),
        "peak_percent": ("At most", "percent"), "peak_week": ("In the week of", "date"),
        "n_weeks_over": ("Weeks above", "number"), "longest_run": ("In a row", "number"),
        "is_sustained": ("Sustained", "flag"), "over_hours": ("Too much", "hours"),
        "idle_hours": ("Idle in other weeks", "hours"),
    }  # fmt: skip
    if not isinstance(peaks, CannotSay):
        peaks = peaks[peaks["n_weeks_over"] > 0]
    note = {"peak_percent": "At most –: work in a week without hours"}
    return table(peaks, columns, title="Peaks of work", note=note, empty=NOBODY)


def table_load_causes(causes: pd.DataFrame | CannotSay) -> Table:
    """What overloads whom: resource, week, over_hours, project, task, hours, float_days, remedy."""
    columns: Columns = {
        "resource": ("Who", "text"), "week": ("Week of", "date"),
        "over_hours": ("Too much", "hours"), "task": ("By", "text"), "hours": ("Work", "hours"),
        "float_days": ("Float", "days"), "remedy": ("What can move", "text"),
    }  # fmt: skip
    if not isinstance(causes, CannotSay) and causes["project"].nunique() > 1:
        columns = {"project": ("Project", "text"), **columns}
    return table(causes, columns, title="What causes the overload", empty=NOBODY)


def table_key_people(found: pd.DataFrame | CannotSay) -> Table:
    """Who cannot be spared: party, kind, n_tasks, hours, damage_days, milestone, milestone_days,
    float_days, cover; those without work in these weeks are left out.
    """
    columns: Columns = {
        "party": ("Without", "text"), "kind": ("Kind", "text"), "n_tasks": ("Tasks", "number"),
        "hours": ("Work", "hours"), "damage_days": ("Finish moves", "signed_days"),
        "milestone": ("First milestone", "text"), "milestone_days": ("It moves", "signed_days"),
        "float_days": ("Float left", "days"), "cover": ("Who could cover", "text"),
    }  # fmt: skip
    if not isinstance(found, CannotSay):
        found = found[found["n_tasks"] > 0]
    note = "In working days. Cover: free hours in these weeks, as a share of their own"
    return table(found, columns, title="Who cannot be spared", note={"cover": note},
                 empty="Nobody has work in these weeks.")  # fmt: skip


def table_single_points(points: pd.DataFrame | CannotSay) -> Table:
    """Critical tasks of one person: task, person, department, start, finish, remaining_hours,
    others.
    """
    columns: Columns = {
        "task": ("Critical task", "text"), "person": ("Hangs on", "text"),
        "department": ("Department", "text"), "start": ("Start", "date"),
        "finish": ("Finish", "date"), "remaining_hours": ("Left", "hours"),
        "others": ("Could stand in", "text"),
    }  # fmt: skip
    empty = "No critical task hangs on one person."
    return table(points, columns, title="Critical tasks of one person", empty=empty)
