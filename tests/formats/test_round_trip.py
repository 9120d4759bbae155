"""Write, then read: the identity, for random projects full of hostile text."""

import tempfile
from pathlib import Path

import pandas.testing
import pytest
from hypothesis import HealthCheck, given, settings
from random_project import projects

from pmtools.formats import read_project, workbook, write_project

slow_drawing = [*HealthCheck]


def assert_comes_back(project, name):
    with tempfile.TemporaryDirectory() as temporary:
        write_project(project, Path(temporary, name))
        found = read_project(Path(temporary, name))
    assert found.header == project.header
    for table, frame in project.tables.items():
        pandas.testing.assert_frame_equal(found.tables[table], frame, check_exact=True, obj=table)
    assert found.equals(project)


@settings(max_examples=60, deadline=None, suppress_health_check=slow_drawing)
@given(projects())
def test_a_written_folder_reads_back_as_the_same_project(project):
    """Leading zeros, `NA`, formulas, line ends, odd numbers and minutes: all of it comes back."""
    assert_comes_back(project, "project")


@pytest.fixture(scope="module")
def _parsed_here():
    """Parse in this process: a child for each of many small workbooks would take minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "run_limited", lambda function, *args, **limits: function(*args))
        yield


@pytest.mark.usefixtures("_parsed_here")
@settings(max_examples=40, deadline=None, suppress_health_check=slow_drawing)
@given(projects())
def test_a_written_workbook_reads_back_as_the_same_project(project):
    """The same through Excel's numbers, days and texts."""
    assert_comes_back(project, "project.xlsx")
