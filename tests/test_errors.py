"""An error says place, found, expected and remedy, and all problems at once."""

import pickle

import pytest

from pmtools.errors import (
    HistoryError,
    MissingExtra,
    PmtoolsError,
    Problem,
    ProblemsError,
    ProcessError,
    ProjectError,
    RunError,
    SourceError,
    nearest,
)

PLACE = 'plan.xlsx, sheet "links", row 14'


def test_a_problem_is_one_sentence_and_its_remedy():
    """The example of DESIGN, word by word."""
    remedy = 'Add it to sheet "tasks" or correct it' + nearest("T-19", ["T-9", "A"]) + "."
    assert str(Problem(PLACE, 'successor "T-19" is not a task', remedy=remedy)) == (
        'plan.xlsx, sheet "links", row 14: successor "T-19" is not a task. '
        'Add it to sheet "tasks" or correct it (nearest: "T-9").'
    )


def test_a_problem_may_say_what_was_expected():
    """Found and expected stand side by side."""
    assert str(Problem(PLACE, 'lag is "soon"', "hours", "Correct it.")).endswith(
        'row 14: lag is "soon"; expected hours. Correct it.'
    )


def test_all_problems_are_told_at_once():
    """One line a problem, in the order in which they were found."""
    error = ProjectError(Problem(f"row {k}", "wrong") for k in (1, 2))
    assert str(error) == "row 1: wrong.\nrow 2: wrong."
    assert [p.place for p in error.problems] == ["row 1", "row 2"]


def test_very_many_problems_are_counted():
    """The message stays readable; the problems are all there."""
    error = SourceError(Problem(f"row {k}", "wrong") for k in range(250))
    assert len(str(error).splitlines()) == 101
    assert str(error).endswith("... and 150 more problems")
    assert len(error.problems) == 250


@pytest.mark.parametrize("kind", [
    SourceError, ProjectError, MissingExtra, HistoryError, RunError, ProcessError,
])  # fmt: skip
def test_every_error_on_purpose_has_one_parent(kind):
    """Who calls pmtools can catch all that it raises on purpose."""
    assert issubclass(kind, PmtoolsError)
    assert issubclass(kind, ProblemsError) == (kind in (SourceError, ProjectError))


def test_an_error_survives_the_way_out_of_a_child_process():
    """Files are read in a child process; its problems arrive whole."""
    error = SourceError([Problem("a.csv", "empty", code="empty-file")])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


@pytest.mark.parametrize(("word", "known", "hint"), [
    ("T-19", ["T-9", "X"], ' (nearest: "T-9")'),
    ("duration", ["duration_hours", "deadline"], ' (nearest: "duration_hours")'),
    ("zzz", ["T-9"], ""),
    ("anything", [], ""),
])  # fmt: skip
def test_the_nearest_word_is_named_where_one_is_near(word, known, hint):
    """A misspelt id is easy to mend when the right one is shown."""
    assert nearest(word, known) == hint
