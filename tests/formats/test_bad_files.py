"""Files named after their defect: each is refused, with place, what was found, and a remedy."""

from pathlib import Path

import pytest

from pmtools.errors import ProblemsError
from pmtools.formats import read_project

BAD = Path(__file__).parent / "bad"

DEFECTS = {
    "ComputedDay": ['row 2: start is "today"', 'row 3: start is "NOW"', "Write the day itself"],
    "DayBeyondTheHorizon": ["row 2", "9999-12-31", "row 3", "1677-09-21", "from 1980 to 2100"],
    "DayOrMonthFirst": ["row 2", "01/02/2026", "2026-02-01 or 2026-01-02", "date_format"],
    "DayThatIsNone": ["row 2", "2026-02-30"],
    "DecimalCommaUndeclared": ["row 2", '"2,5"', "written like 1234.5"],
    "DuplicateHeading": ["row 1", '"name" stands twice'],
    "DuplicateId": ["row 3", '"T1"', "row 2"],
    "EmptyFile": ["the file is empty"],
    "ErrorValue": ['start is "#REF!"', 'fixed_cost is "#DIV/0!"'],
    "FinishBeforeStart": ["row 2", "2026-01-09", "2026-01-12"],
    "HeadingMissing": ["row 1: column 3 has no heading"],
    "HugeDuration": ["row 2", "1e+09", "0 to 1e+06"],
    "LinkToUnknownTask": ["row 3", '"T9FS+2d"', "ids of tasks"],
    "MissingName": ["row 2: name is empty"],
    "NegativeDuration": ["row 2", "-40", "from 0"],
    "NoKnownHeading": ["no sheet is a list of tasks", "Task Name"],
    "NoStart": ["does not say when the project starts", "NoStart.csv.headings.yml"],
    "NoText": ["no text in UTF-8, UTF-16 or Windows-1252"],
    "NotANumber": ['row 2: duration_hours is "NaN"', 'row 3: duration_hours is "inf"', '"1e9"'],
    "OnlyHeadings": ["does not say when the project starts"],
    "ParentsInACircle": ["circle: T1 > T2 > T1"],
    "PercentAbove100": ["row 2", "percent_complete", "120"],
    "RaggedRow": ["row 3: the row has 5 cells; expected 4"],
    "ShareInsteadOfPercent": ["row 2: percent_complete is 0.5", "Write 50"],
    "ShortRow": ["row 3: the row has 3 cells; expected 4"],
    "TaskIsItsOwnPredecessor": ["row 2", '"T1" is its own predecessor'],
    "UnclosedQuote": ["row 2: the quotes do not match"],
    "UnknownConstraint": ["row 2", "ASAPP", 'nearest: "ASAP"'],
    "UnknownUnit": ["row 2", "5 fortnights", "2d"],
}


def test_every_bad_file_is_tested():
    """A file without an expectation would prove nothing."""
    assert {file.stem for file in BAD.iterdir()} == {*DEFECTS, "ProgressWithoutStatusDate"}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_bad_file_is_refused_and_the_message_says_where_and_why(defect):
    """Never silent, never half: the message names file, row, what was found and a remedy."""
    with pytest.raises(ProblemsError) as caught:
        read_project(BAD / f"{defect}.csv", "2026-01-31")
    message = str(caught.value)
    assert message.startswith(f"{defect}.csv")
    for part in DEFECTS[defect]:
        assert part in message


def test_progress_without_a_day_is_refused():
    """Nobody knows of which week `50%` speaks; with a status date it is read."""
    file = BAD / "ProgressWithoutStatusDate.csv"
    with pytest.raises(ProblemsError, match="a status date"):
        read_project(file)
    project = read_project(file, "2026-01-31")
    assert project.progress["percent_complete"].tolist() == [50.0]


def test_a_ragged_row_is_told_once():
    """Shifted cells are not reported as wrong days and numbers on top of it."""
    with pytest.raises(ProblemsError) as caught:
        read_project(BAD / "RaggedRow.csv")
    assert len(caught.value.problems) == 1
