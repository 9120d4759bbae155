"""One cell under declared formats: nothing is guessed."""

from datetime import date, datetime, time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.errors import SourceError
from pmtools.formats.cells import (
    NUMBER_FORMATS,
    CellFault,
    CellFormat,
    RowReader,
    Span,
    number_of,
    read_cell,
    span_of,
    status_date_of,
    write_cell,
)
from pmtools.project import TABLES, Column

START, FINISH, DAY = (Column(kind, kind, "a day") for kind in ("start", "finish", "day"))
AMOUNT = Column("amount", "number", "an amount")
PERCENT = TABLES["progress"].column("percent_complete")
ISO = CellFormat()


@pytest.mark.parametrize(
    ("number_format", "text", "value"),
    [
        ("1234.5", "2.5", 2.5),
        ("1234.5", "2,5", None),
        ("1234.5", "1,234", None),
        ("1,234.5", "1,234.5", 1234.5),
        ("1,234.5", "2,5", None),
        ("1.234,5", "1.234,5", 1234.5),
        ("1.234,5", "2.5", None),
        ("1 234,5", "1 234 567,25", 1234567.25),
        ("1 234,5", "1\u202f234,5", 1234.5),
        ("1234,5", "1234,5", 1234.5),
        ("1234.5", "\u22124", -4.0),
        ("1234.5", "1e5", None),
        ("1234.5", "٣", None),
    ],
)
def test_a_number_is_one_only_in_the_declared_format(number_format, text, value):
    """`2,5` is 2.5 only where decimals are written with a comma, and never 25."""
    assert number_of(text, number_format) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([*NUMBER_FORMATS]))
def test_a_written_number_reads_back_exactly(value, number_format):
    """In every format, to the last digit."""
    form = CellFormat(number_format=number_format)
    assert read_cell(AMOUNT, write_cell(AMOUNT, value, form), form) == value


@pytest.mark.parametrize(
    ("date_format", "text", "moment"),
    [
        ("YYYY-MM-DD", "2026-03-02", datetime(2026, 3, 2)),
        ("DD/MM/YYYY", "01/02/2026", datetime(2026, 2, 1)),
        ("MM/DD/YYYY", "01/02/2026", datetime(2026, 1, 2)),
        ("MM/DD/YYYY", "1/2/2026 4:30 PM", datetime(2026, 1, 2, 16, 30)),
        ("DD.MM.YYYY", "1.2.2026 08:15", datetime(2026, 2, 1, 8, 15)),
        ("DD.MM.YYYY", "2026-02-01T08:15", datetime(2026, 2, 1, 8, 15)),
    ],
)
def test_a_day_is_read_in_the_declared_order_and_iso_always(date_format, text, moment):
    """The same text is another day under another declaration."""
    assert read_cell(START, text, CellFormat(date_format=date_format)) == moment


@pytest.mark.parametrize(
    "text", ["01/02/2026", "today", "31.12.26", "Monday", "46000", "2026-13-01"]
)
def test_what_is_no_day_in_the_declared_format_is_refused(text):
    """`today` would be another day with every reading."""
    with pytest.raises(CellFault, match="start is"):
        read_cell(START, text, ISO)


def test_a_day_alone_is_the_first_minute_of_a_start_and_the_last_of_a_finish():
    """So that comparing in working time is right."""
    assert read_cell(START, "2026-03-02", ISO) == datetime(2026, 3, 2)
    assert read_cell(FINISH, "2026-03-02", ISO) == datetime(2026, 3, 2, 23, 59)
    assert read_cell(FINISH, "2026-03-02 00:00", ISO) == datetime(2026, 3, 2)
    assert read_cell(FINISH, date(2026, 3, 2), ISO) == datetime(2026, 3, 2, 23, 59)
    assert read_cell(DAY, "2026-03-02 14:00", ISO) == datetime(2026, 3, 2)


def test_an_instant_with_offset_becomes_local_time_of_the_project():
    """07:00 UTC in March is 08:00 in Berlin, in July 09:00."""
    berlin = CellFormat(timezone="Europe/Berlin")
    assert read_cell(START, "2026-03-02T07:00Z", berlin) == datetime(2026, 3, 2, 8)
    assert read_cell(START, "2026-07-02T09:00+02:00", berlin) == datetime(2026, 7, 2, 9)
    for text in ("2026-03-02T07:00+99:00", "9999-12-31T23:59-12:00"):
        with pytest.raises(CellFault, match="start is"):
            read_cell(START, text, berlin)


def test_a_number_in_a_column_of_days_is_refused_and_the_day_it_may_mean_is_told():
    """Excel's serial numbers: 46083 would be 2 March 2026."""
    with pytest.raises(CellFault) as caught:
        read_cell(START, 46083, ISO)
    assert "2026-03-02" in caught.value.remedy


@given(st.datetimes(datetime(1980, 1, 1), datetime(2099, 1, 1)), st.sampled_from([START, FINISH]))
def test_a_written_moment_reads_back_exactly(moment, column):
    """To the microsecond, and at both ends of a day."""
    for value in (moment, moment.replace(hour=0, minute=0, second=0, microsecond=0)):
        for end in (value, value.replace(hour=23, minute=59)):
            assert read_cell(column, write_cell(column, pd.Timestamp(end), ISO), ISO) == end


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("5d", Span(40, "working")),
        ("2w", Span(80, "working")),
        ("16h", Span(16, "working")),
        ("90m", Span(1.5, "working")),
        ("1 mon", Span(160, "working")),
        ("1.5 days", Span(12, "working")),
        ("5 days?", Span(40, "working")),
        ("3ed", Span(72, "elapsed")),
        ("1 ewk", Span(168, "elapsed")),
        ("-4h", Span(-4, "working")),
        ("50%", Span(50, "percent")),
        ("5", None),
        ("5 fortnights", None),
    ],
)
def test_durations_with_units_become_hours_of_the_projects_day(text, span):
    """A day is `hours_per_day`, a week five of them; elapsed days have 24 hours."""
    assert span_of(text, ISO) == span


def test_a_unit_sets_the_kind_of_duration_or_lag():
    """`3ed` of a task is elapsed, `50%` of a link is a share of the predecessor."""
    assert RowReader(TABLES["tasks"], ISO).read({"duration_hours": "3ed"})[0] == {
        "duration_hours": 72.0,
        "is_elapsed": True,
    }
    lag = RowReader(TABLES["links"], ISO).read({"lag_hours": "50%", "lag_kind": ""})[0]
    assert lag == {"lag_hours": 50.0, "lag_kind": "percent"}
    assert RowReader(TABLES["links"], ISO).read({"lag_hours": "2d", "lag_kind": "elapsed"})[1]
    assert RowReader(TABLES["progress"], ISO).read({"remaining_hours": "3ed"})[1]


def test_percent_is_0_to_100_and_a_share_is_refused():
    """0.5 may be a half or half a percent; both can be written so that nobody has to guess."""
    assert read_cell(PERCENT, "50%", ISO) == read_cell(PERCENT, "50", ISO) == 50
    assert read_cell(PERCENT, "0.5%", ISO) == 0.5
    assert write_cell(PERCENT, 0.5, ISO) == "0.5%"
    with pytest.raises(CellFault, match=r"0\.5"):
        read_cell(PERCENT, "0.5", ISO)
    assert read_cell(TABLES["assignments"].column("units"), "50%", ISO) == 0.5
    assert read_cell(TABLES["register"].column("probability"), "30%", ISO) == 0.3
    with pytest.raises(CellFault):
        read_cell(AMOUNT, "50%", ISO)


def test_ids_and_names_stay_text():
    """`00123` is no number, `NA` is not missing, 1E5 is an id like any other."""
    for text in ("00123", "1E5", "NA", "None", "null", "nan"):
        assert read_cell(Column("id", "id", ""), text, ISO) == text
    assert read_cell(Column("id", "id", ""), 123.0, ISO) == "123"


def test_flags_and_times_of_day():
    """Yes and no in two languages; 24:00 is the end of a day."""
    flag, at = Column("is_active", "flag", ""), Column("shift_finish", "time", "")
    assert [read_cell(flag, w, ISO) for w in ("yes", "Ja", 1, True)] == [True] * 4
    assert [read_cell(flag, w, ISO) for w in ("no", "FALSE", 0.0)] == [False] * 3
    assert read_cell(at, "8:00", ISO) == read_cell(at, time(8), ISO) == "08:00"
    assert read_cell(at, "24:00", ISO) == "24:00"
    for column, cell in ((flag, "maybe"), (at, "25:00"), (at, "08:61"), (at, "24:30")):
        with pytest.raises(CellFault):
            read_cell(column, cell, ISO)


def test_a_cell_without_value_is_told_as_it_stands_in_the_workbook():
    """An error or a formula never computed is no empty cell."""
    with pytest.raises(CellFault, match="is the error"):
        read_cell(AMOUNT, CellFault("(B2) is the error #REF!"), ISO)


def test_a_status_date_is_the_end_of_its_day_unless_a_time_is_said():
    """Progress reported on that day belongs to it."""
    assert status_date_of("2026-03-02") == pd.Timestamp("2026-03-02 23:59")
    assert status_date_of(pd.Timestamp("2026-03-02")) == pd.Timestamp("2026-03-02 23:59")
    assert status_date_of("2026-03-02 12:00") == pd.Timestamp("2026-03-02 12:00")
    assert status_date_of(None) is None
    assert status_date_of("") is None
    with pytest.raises(SourceError, match="expected YYYY-MM-DD"):
        status_date_of("02/03/2026")
