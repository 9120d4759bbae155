"""How values are said."""

import pandas as pd
import pytest
from hostile import HOSTILE, INVISIBLE

from pmtools.metrics import CannotSay
from pmtools.words import Statement, cells, chance_said, day, money, number, plain, wrapped


def test_dates_are_written_as_people_read_them():
    """No reader has to know whether 03/06 is March or June."""
    assert day(pd.Timestamp("2026-03-06 23:59")) == "6 Mar 2026"
    assert cells([pd.Timestamp("2026-12-01"), pd.NaT], "date") == ["1 Dec 2026", "–"]
    assert cells([pd.Timestamp("2026-12-01")], "day_month") == ["1 Dec"]


def test_money_has_thousands_separators_and_no_cents_from_a_thousand_on():
    """A sum of a project is read, not reconciled."""
    assert money(1234567.89, "EUR") == "EUR 1,234,568"
    assert money(-12.5, "EUR") == "EUR −12.50"
    assert money(12, "") == "12"
    assert money(float("nan"), "EUR") == "–"


def test_a_column_has_the_same_decimals_in_every_cell():
    """Decimals that come and go make a column unreadable."""
    assert cells([20.5, 3.0], "money") == ["20.50", "3.00"]
    assert cells([1234.5, 3.25], "money") == ["1,234", "3"]
    assert cells([7.5, 8.0], "hours") == ["7.5 h", "8.0 h"]


def test_a_slip_shows_its_direction():
    """Later is +, earlier is −, and nothing is neither."""
    assert cells([6.0, -3.0, 0.0, -0.0], "signed_days") == ["+6 d", "−3 d", "0 d", "0 d"]
    assert number(-0.001, 2) == "0.00"


def test_what_no_trial_did_is_not_impossible():
    """Ten thousand trials cannot tell 1 in 20,000 from never; nor all of them from always."""
    assert [chance_said(c) for c in (0.0, 0.34, 1.0)] == ["<1%", "34%", "99%"]


def test_only_what_is_complete_is_a_hundred_percent():
    """99.6 percent rounded up would say that the work is done."""
    assert cells([0, 0.4, 45.4, 99.6, 100], "percent") == ["0%", "<1%", "45%", "99%", "100%"]
    assert cells([0.2], "share") == ["20%"]
    assert cells([0.0, 0.2, 1.0], "chance") == ["<1%", "20%", "99%"]


def test_colour_is_never_the_only_sign():
    """A signal has a shape and a word."""
    assert cells(["red", "green", ""], "signal") == ["▲ Red", "● Green", "–"]


@pytest.mark.parametrize("nothing", ["", None, float("nan"), pd.NaT, pd.NA])
@pytest.mark.parametrize("style", ["text", "date", "money", "days", "ratio", "flag", "signal"])
def test_what_is_not_known_is_a_dash(nothing, style):
    """NaN, NaT and None are words of a computer."""
    assert cells([nothing], style) == ["–"]


def test_a_reason_may_stand_in_place_of_a_value():
    """What cannot be said is shown as such, whatever the column holds."""
    reason = CannotSay("there is no baseline")
    assert cells([reason], "date") == cells([reason], "money") == [str(reason)]


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
def test_nothing_invisible_comes_out(text):
    """What cannot be seen can lie about what is seen, or stop an encoder."""
    said = plain(text)
    assert said.isprintable()
    assert len(said) <= 200
    said.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE)
def test_visible_text_comes_out_literally(text):
    """A task may be called anything."""
    assert plain(text) == text


def test_an_unknown_format_is_refused():
    """The message names the formats there are."""
    with pytest.raises(ValueError, match=r'format "euro" is not one of text, date'):
        cells([1], "euro")


def test_long_text_is_wrapped_between_words():
    """Nothing is lost, and no line is wider than asked."""
    text = "Forecast finish of every milestone, as it was known on each status date"
    lines = wrapped(text, 30)
    assert " ".join(lines) == text
    assert max(map(len, lines)) <= 30
    assert wrapped("x" * 70, 30) == ["x" * 30, "x" * 30, "x" * 10]
    assert wrapped("", 30) == [""]


def test_a_statement_is_shown_in_three_ways():
    """For our own exporter, for any notebook, and for a terminal."""
    bundle = Statement("<b>Late</b> by 6 d", "red")._repr_mimebundle_()
    assert bundle["application/vnd.pmtools.statement+json"] == {
        "text": "<b>Late</b> by 6 d",
        "signal": "red",
    }
    assert "&lt;b&gt;Late" in bundle["text/html"] and "▲ Red" in bundle["text/html"]
    assert bundle["text/plain"] == "▲ Red: <b>Late</b> by 6 d"


def test_a_statement_knows_only_its_own_signals():
    """A misspelt signal would have neither shape nor word."""
    with pytest.raises(ValueError, match='signal "orange" is not one of red'):
        Statement("x", "orange")
