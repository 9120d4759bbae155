"""Rows of any make become typed tables, or a list of reasons."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.errors import ProjectError
from pmtools.project import TABLES, Source, frame_of


def one(table, **cell):
    """The one value of a table of one row."""
    (name,) = cell
    return frame_of(table, [cell])[name].iloc[0]


def refusal(table, **cell):
    with pytest.raises(ProjectError) as caught:
        frame_of(table, [cell], Source("plan.xlsx", (14,)))
    (problem,) = caught.value.problems
    assert problem.place == "plan.xlsx, row 14"
    return str(problem)


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_table_has_typed_columns(table):
    """A missing table can be computed with like any other."""
    frame = frame_of(table)
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    for name, dtype in frame.dtypes.items():
        expected = {"number": "float64", "flag": "bool", "day": "datetime64[us]"}
        expected |= {"start": "datetime64[us]", "finish": "datetime64[us]"}
        assert dtype == expected.get(kinds[name], "str"), name


def test_a_table_made_again_is_the_same():
    """Typed rows stay as they are."""
    rows = [{"id": "00123", "name": "NA", "duration_hours": 8, "deadline": "2026-03-20"}]
    frame = frame_of("tasks", rows)
    assert frame_of("tasks", frame).equals(frame)


def test_missing_values_take_the_default_of_their_column():
    """Nothing said is the default, or "", NaN and NaT."""
    row = frame_of("tasks", [{"id": "1", "name": None, "priority": None}]).iloc[0]
    assert (row["name"], row["kind"], row["priority"]) == ("", "task", 500.0)
    assert row["is_active"]
    assert np.isnan(row["duration_hours"])
    assert row["deadline"] is pd.NaT


@pytest.mark.parametrize(("given", "expected"), [
    ("00123", "00123"), ("1E5", "1E5"), ("NA", "NA"), ("None", "None"), ("nan", "nan"),
    (12, "12"), (12.0, "12"), (np.int64(7), "7"), (None, ""), (np.nan, ""), (pd.NA, ""),
])  # fmt: skip
def test_ids_stay_as_written(given, expected):
    """D24, D25: an id is text; a number that pandas made a float of is the whole number again."""
    assert one("tasks", id=given) == expected


def test_ids_may_be_given_as_a_list():
    """Several ids are separated by ";" in a table, and may be a list in Python."""
    assert one("register", task_ids=["1", 2]) == "1;2"


@pytest.mark.parametrize("given", [b"x", True, datetime(2026, 1, 5), {"a": 1}])
def test_other_things_are_no_text(given):
    """Nothing is turned into text that was not meant as text."""
    assert 'table "' not in refusal("tasks", name=given)


def test_text_that_cannot_be_stored_is_refused():
    """B10: half of a surrogate pair can be neither saved nor shown."""
    assert "name is 'a\\ud800'" in refusal("tasks", name="a\ud800")


@pytest.mark.parametrize("given", [8, 8.0, "8", " 8.0 ", np.float32(8), Decimal(8), "8e0"])
def test_numbers_are_numbers(given):
    """A number may come in any make of number, or as plain text."""
    assert one("tasks", duration_hours=given) == 8.0


@pytest.mark.parametrize("given", [
    "5 days", "2,5", "1_000", "inf", "nan", "#REF!", "today", True, [1], pd.Timestamp(0), 1j,
])  # fmt: skip
def test_what_is_no_number_is_refused_with_its_row(given):
    """D5, F17: `5 days` or `2,5` never become another number, nor a traceback of pandas."""
    said = refusal("tasks", duration_hours=given)
    assert said.startswith("plan.xlsx, row 14: duration_hours is ")
    assert "expected a number" in said


@pytest.mark.parametrize("given", [
    "2026-03-20 17:00", "2026-03-20T17:00:00", datetime(2026, 3, 20, 17),
    np.datetime64("2026-03-20T17"), pd.Timestamp("2026-03-20 17:00"),
])  # fmt: skip
def test_dates_have_one_meaning(given):
    """A date may be a date of any make, or ISO text."""
    assert one("tasks", deadline=given) == pd.Timestamp("2026-03-20 17:00")


@pytest.mark.parametrize("given", ["2026-03-20", date(2026, 3, 20)])
def test_a_day_without_time_is_its_first_or_last_minute(given):
    """Finishing on Friday means Friday evening; starting on Friday means Friday morning."""
    assert one("tasks", deadline=given) == pd.Timestamp("2026-03-20 23:59")
    assert one("tasks", constraint_date=given) == pd.Timestamp("2026-03-20 00:00")


@pytest.mark.parametrize("given", [
    "today", "now", "01/02/2026", "2026", "2026-3-1", "20260320", 45000, 45000.0, True,
    "2026-02-30", "2026-03-20T17:00+01:00", datetime(2026, 3, 20, tzinfo=UTC), "#REF!",
])  # fmt: skip
def test_what_is_no_clear_date_is_refused(given):
    """D14 to D19: `today`, `01/02/2026`, serial numbers and time zones are never guessed."""
    assert "deadline is" in refusal("tasks", deadline=given)


def test_a_column_with_a_time_zone_is_refused():
    """D17: instants are naive local times of the project."""
    aware = pd.Series(pd.to_datetime(["2026-03-20"])).dt.tz_localize("Europe/Vienna")
    with pytest.raises(ProjectError, match="without a time zone"):
        frame_of("tasks", pd.DataFrame({"deadline": aware}))


@pytest.mark.parametrize(("given", "expected"), [
    (True, True), (np.False_, False), (1, True), (0.0, False), (None, True), (pd.NA, True),
])  # fmt: skip
def test_flags_are_true_or_false(given, expected):
    """A flag that is not said takes its default; tasks are active."""
    assert one("tasks", is_active=given) is np.bool_(expected)


@pytest.mark.parametrize("given", ["yes", 2, "True", 0.5])
def test_what_is_no_flag_is_refused(given):
    """The words of a file are read by the reader of files, not guessed here."""
    assert "expected True or False" in refusal("tasks", is_active=given)


def test_an_unknown_column_is_refused_with_the_nearest_name():
    """A mistyped column would otherwise be lost silently."""
    with pytest.raises(ProjectError) as caught:
        frame_of("tasks", [{"id": "1", "name": "A", "duration_hour": 8}])
    assert str(caught.value) == (
        'table "tasks": column "duration_hour" is not known. '
        'Rename it or leave it out (nearest: "duration_hours").'
    )


def test_a_column_that_is_there_twice_is_refused():
    """D21: no one can say which of the two counts."""
    frame = pd.DataFrame([["1", "A", "B"]], columns=["id", "name", "name"])
    with pytest.raises(ProjectError, match='column "name" is there twice'):
        frame_of("tasks", frame)


def test_what_is_no_table_is_refused():
    """Columns of different lengths, or a single number, have no rows."""
    for rows in ({"id": ["1"], "name": ["A", "B"]}, 5):
        with pytest.raises(ProjectError, match='table "tasks": no table'):
            frame_of("tasks", rows)


def test_all_wrong_values_are_told_together():
    """One round of corrections is enough."""
    rows = [{"id": "1", "duration_hours": "x", "deadline": "soon"}, {"id": "2", "is_active": "?"}]
    with pytest.raises(ProjectError) as caught:
        frame_of("tasks", rows)
    assert len(caught.value.problems) == 3


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.datetimes(),
    st.dates(), st.decimals(), st.lists(st.integers()), st.complex_numbers(),
    st.sampled_from([pd.NA, pd.NaT, np.float64("nan"), np.datetime64("NaT"), object()]),
)  # fmt: skip


@given(st.lists(st.tuples(anything, anything, anything, anything), max_size=4))
def test_whatever_is_handed_in_gives_a_table_or_a_project_error(rows):
    """No value of Python ends in a traceback of pandas."""
    columns = ["id", "duration_hours", "deadline", "is_active"]
    try:
        frame = frame_of("tasks", [dict(zip(columns, row, strict=True)) for row in rows])
    except ProjectError as error:
        assert all(str(problem) for problem in error.problems)
    else:
        assert len(frame) == len(rows)
