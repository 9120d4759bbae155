"""The tables of reports that are too good."""

import pandas as pd
from hostile import HOSTILE

from pmtools.metrics import CannotSay
from pmtools.tables import table_watermelon, table_watermelon_departments

ROW = {
    "name": "Build", "owner": "Ann", "department": "IT", "reported": "green",
    "promised": pd.Timestamp("2026-03-13 17:00"), "forecast": pd.Timestamp("2026-03-13 17:00"),
    "probability": 0.72, "reasons": "61% reported, 84% of the planned hours spent",
    "is_telling": True,
}  # fmt: skip


def test_only_reports_with_telling_evidence_are_shown():
    """Reported green, 72 % probable to come later, and why."""
    rows = pd.DataFrame([ROW, ROW | {"name": "Test", "reasons": "", "is_telling": False}])
    assert table_watermelon(rows).rows() == [
        ["Build", "Ann", "IT", "● Green", "13 Mar 2026", "13 Mar 2026", "72%", ROW["reasons"]]
    ]
    assert "Nothing speaks against" in str(table_watermelon(rows[1:]))


def test_a_reason_stands_in_place_of_reports():
    """Where nothing is reported, both tables say why."""
    why = CannotSay("nothing is reported")
    assert "because nothing is reported" in str(table_watermelon(why))
    assert "because nothing is reported" in str(table_watermelon_departments(why))


def test_names_are_shown_literally():
    """Whatever a task is called, the table says it and runs none of it."""
    rows = pd.DataFrame([ROW | {"name": name, "owner": name} for name in HOSTILE])
    page = table_watermelon(rows)._repr_mimebundle_()["text/html"]
    assert "<img" not in page and "<script" not in page
