"""Tables of the reports against the evidence."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import SIGNALS


def table_watermelon(reports: pd.DataFrame | CannotSay) -> Table:
    """Reports that are probably too good, the most probable first: name, owner, department,
    reported, promised, forecast, probability, reasons; those that are not `is_telling` are left
    out.
    """
    columns: Columns = {
        "name": ("Work", "text"), "owner": ("Owner", "text"), "department": ("Department", "text"),
        "reported": ("Reported", "text"), "promised": ("Promised for", "date"),
        "forecast": ("By its plan", "date"), "probability": ("Comes later", "chance"),
        "reasons": ("Because", "text"),
    }  # fmt: skip
    if not isinstance(reports, CannotSay):
        reports = reports[reports["is_telling"]]
        reports = reports.assign(reported=reports["reported"].replace(dict(SIGNALS)))
    note = {
        "probability": "Comes later: the chance that it is finished later than promised, by more "
        "than a week where green is reported, a month where amber, a day else; how often earlier "
        "reports were too good, changed by what speaks against this one"
    }
    empty = "Nothing speaks against what is reported."
    return table(reports, columns, title="Reports that are too good", note=note, empty=empty)


def table_watermelon_departments(departments: pd.DataFrame | CannotSay) -> Table:
    """A row a department, the project last: department, n_tasks, reported, n_expected, worst."""
    columns: Columns = {
        "department": ("Department", "text"), "n_tasks": ("Reports", "number"),
        "reported": ("Reported", "text"), "n_expected": ("Too good, expected", "number"),
        "worst": ("Most probably", "text"),
    }  # fmt: skip
    note = {"n_expected": "Too good, expected: the chances of its reports added up"}
    return table(departments, columns, title="Reports by department", note=note)
