"""The tables of the quality of a schedule say in words what frames hold in numbers."""

import pandas as pd

from pmtools.tables import table_schedule_findings, table_schedule_quality

CHECK = {"number": "1", "name": "Logic", "threshold": "at most 5%", "effect": "", "reason": ""}


def said(**facts):
    """The cells of one check after its number and name."""
    return table_schedule_quality(pd.DataFrame([CHECK | facts])).rows()[0][2:]


def test_a_value_is_said_by_its_unit_and_counted():
    """A share stands beside its count, an index has two decimals, nothing is a raw float."""
    known = {"n_found": 3, "n_of": 55, "is_passed": False, "effect_days": float("nan")}
    assert said(value=100 * 3 / 55, unit="percent", **known)[0] == "5.5% (3 of 55)"
    assert said(value=3.0, unit="count", **known)[0] == "3 of 55"
    assert said(value=595.0, unit="days", **known)[0] == "595 d"
    assert said(value=0.9629629, unit="ratio", **known)[:3] == ["0.96", "at most 5%", "no"]


def test_what_is_not_known_gives_its_reason_and_what_would_move_its_condition():
    """Neither a blank nor a guess; and a move of the finish is tied to what would be changed."""
    unknown = {"value": float("nan"), "n_found": pd.NA, "n_of": pd.NA, "unit": "ratio"}
    row = said(**unknown, is_passed=None, effect_days=-2.0, reason="there is no baseline",
               effect="lags are removed")  # fmt: skip
    assert row[0] == "cannot say, because there is no baseline"
    assert row[-1] == "−2 d if lags are removed"


def test_no_check_crowds_out_the_others():
    """Fifty missed tasks must not hide the one lead time: three of each are shown, all counted."""
    rows = [{"check": each, "name": f"T{k}", "found": "late", "effect_days": 1.0, "remedy": "Ask."}
            for each, count in (("11", 50), ("F", 1)) for k in range(count)]  # fmt: skip
    shown = table_schedule_findings(pd.DataFrame(rows))
    assert [row[0] for row in shown.rows()] == ["11", "11", "11", "F"]
    assert shown.rows()[0] == ["11", "T0", "late", "+1 d", "Ask."]
    assert "and 47 more" in str(shown)
