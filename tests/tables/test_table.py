"""The table itself."""

import json
import re
from html import escape, unescape

import pandas as pd
import pytest
from hostile import HOSTILE, INVISIBLE

from pmtools.metrics import CannotSay
from pmtools.tables import Table, table

JSON = "application/vnd.pmtools.table+json"
NAMED = {"name": ("Task", "text"), "cost": ("Cost", "money")}


def some(n):
    return pd.DataFrame(
        {"name": [f"Task {i}" for i in range(n)], "cost": [1000.4 + i for i in range(n)]}
    )


def test_at_most_twenty_rows_are_shown_and_the_rest_counted():
    """A report is read; what is left out is said."""
    shown = table(some(33), NAMED, currency="EUR")
    assert len(shown.rows()) == 20
    assert shown.n_more == 13
    assert "and 13 more" in str(shown)
    assert "and 13 more" in shown._repr_mimebundle_()["text/html"]


def test_the_payload_holds_formatted_text_only():
    """HTML, PDF and Excel say the same, because none of them formats."""
    payload = table(some(2), NAMED, title="Costs", currency="EUR")._repr_mimebundle_()[JSON]
    assert json.loads(json.dumps(payload)) == {
        "title": "Costs",
        "columns": [
            {"name": "name", "label": "Task", "format": "text", "align": "left", "width": 6},
            {
                "name": "cost",
                "label": "Cost (EUR)",
                "format": "money",
                "align": "right",
                "width": 5,
            },
        ],
        "rows": [["Task 0", "1,000"], ["Task 1", "1,001"]],
        "note": "",
        "n_more": 0,
        "cannot_say": "",
    }


def test_columns_of_long_text_share_the_page_by_what_they_hold():
    """One long cell among dashes does not take the room of a column of sentences."""
    frame = pd.DataFrame(
        {"what": ["w" * 50] * 4, "before": ["b" * 60, "", "", ""], "on": [pd.Timestamp(0)] * 4}
    )
    columns = {n: (n, "date" if n == "on" else "text") for n in frame}
    assert [c["width"] for c in table(frame, columns).payload()["columns"]] == [50, 20, 10]


def test_a_column_without_any_value_is_left_out_with_its_note():
    """Dashes tell nothing; the first column says what the rows are, and stays."""
    frame = pd.DataFrame({"name": ["", ""], "owner": ["", ""], "slip": [float("nan"), 2.0]})
    columns = {"name": ("Task", "text"), "owner": ("Owner", "text"), "slip": ("Slip", "days")}
    note = {"owner": "Owner: who answers", "slip": "Slip in days"}
    shown = table(frame, columns, note=note)
    assert list(shown.columns) == ["name", "slip"]
    assert shown.rows() == [["–", "–"], ["–", "2 d"]]
    assert shown.note == "Slip in days."


def test_without_rows_no_column_is_shown_or_explained():
    """The legend of an empty table is noise beside the news that it is empty."""
    for frame in (some(0), CannotSay("there is no plan")):
        shown = table(frame, NAMED, note="Cost: what was paid.", empty="None.", currency="EUR")
        said = shown._repr_mimebundle_()["text/html"]
        assert "what was paid" not in str(shown) + said
        assert "Cost (EUR)" not in str(shown) + said


def test_money_without_a_currency_is_refused():
    """A sum whose currency is forgotten is not a sum."""
    with pytest.raises(ValueError, match="in which currency"):
        table(some(1), NAMED)
    assert "currency not stated" in str(table(some(1), NAMED, currency=""))


def test_a_column_that_is_not_there_is_named():
    """The message says which."""
    with pytest.raises(ValueError, match="lacks the columns owner"):
        table(some(1), {"owner": ("Owner", "text")})


def test_no_rows_are_told_apart_from_not_known():
    """Nothing overdue is good news, no baseline is none."""
    none = table(some(0), {"name": ("Task", "text")}, empty="No task is overdue.")
    unknown = table(CannotSay("there is no baseline"), {"name": ("Task", "text")})
    assert "No task is overdue." in str(none)
    assert unknown.cannot_say == "Cannot say, because there is no baseline"
    for shown in (none, unknown):
        assert shown.rows() == []
        assert escape(shown.below()) in shown._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("text", [*HOSTILE, *INVISIBLE.values()])
def test_hostile_text_comes_out_literally_everywhere(text):
    """In cells, labels, title, note and currency; nothing in it runs."""
    frame = pd.DataFrame({"name": [text], "cost": [1.0]})
    columns = {"name": (text, "text"), "cost": (text, "money")}
    bundle = table(frame, columns, title=text, note=text, currency=text)._repr_mimebundle_()
    html = bundle["text/html"]
    html.encode(), json.dumps(bundle[JSON]).encode(), bundle["text/plain"].encode()
    body = html[html.index("<table") :]
    assert not re.search(r"<(script|img|a|em|code|sup)\b|<!--", body)
    assert len(html) < 20_000
    assert unescape(body).count(bundle[JSON]["rows"][0][0]) >= 4


def test_the_same_table_is_the_same_page_twice():
    """A report made again from the same week is the same report."""
    first, second = (table(some(3), NAMED, currency="EUR")._repr_mimebundle_() for _ in range(2))
    assert first == second


def test_columns_line_up_in_a_terminal():
    """Numbers stand right, words left."""
    frame = pd.DataFrame({"name": ["A", "Longer"], "days": [1.0, 10.0]})
    columns = {"name": ("Task", "text"), "days": ("Slip", "signed_days")}
    lines = str(table(frame, columns, title="T")).splitlines()
    assert lines == ["T", "Task     Slip", "A        +1 d", "Longer  +10 d"]


def test_a_table_cannot_be_changed():
    """What was reported stays what was reported."""
    with pytest.raises(AttributeError):
        Table(some(1)).title = "x"
