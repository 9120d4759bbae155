"""A list of tasks becomes a project: links, people, parents, progress."""

import pytest

from pmtools.errors import ProblemsError
from pmtools.formats import read_project


@pytest.fixture
def read(tmp_path):
    """Read a list with these lines below the headings, on a status date."""

    def read_list(headings, *lines, status_date=None):
        file = tmp_path / "list.csv"
        file.write_text("\n".join([headings, *lines]) + "\n")
        return read_project(file, status_date)

    return read_list


def rows(frame, *columns):
    return frame[[*columns]].to_numpy().tolist()


def test_tasks_and_durations_are_enough_with_a_start(read):
    """Rows are counted from 1; a number without a unit counts days."""
    project = read("name,duration,start", "Dig,5,2026-01-05", "Fill,16h,", "Done,0,")
    assert rows(project.tasks, "id", "duration_hours", "kind") == [
        ["1", 40.0, "task"],
        ["2", 16.0, "task"],
        ["3", 0.0, "milestone"],
    ]
    assert (project.header.id, f"{project.header.start:%Y-%m-%d}") == ("list", "2026-01-05")


def test_predecessors_with_kinds_and_lags_become_links(read):
    """`5FS+2d;7`: an id alone is finish to start without lag."""
    project = read(
        "id,name,duration,start,predecessors",
        "5,A,1d,2026-01-05,",
        "7,B,1d,,5",
        "T-1,C,1d,,5FS+2d; 7ss-1d",
        "FF,D,1d,,T-1FF+50%;5SF+2ed",
        'E,E,1d,,"FF, 7 FS + 1 day"',
    )
    columns = ["predecessor_id", "successor_id", "kind", "lag_hours", "lag_kind"]
    assert rows(project.links, *columns) == [
        ["5", "7", "FS", 0, "working"],
        ["5", "T-1", "FS", 16, "working"],
        ["7", "T-1", "SS", -8, "working"],
        ["T-1", "FF", "FF", 50, "percent"],
        ["5", "FF", "SF", 48, "elapsed"],
        ["FF", "E", "FS", 0, "working"],
        ["7", "E", "FS", 8, "working"],
    ]


def test_resource_names_with_units_become_resources_and_assignments(read):
    """`Ann[50%],Bob`; an amount with a unit of its own is material."""
    project = read(
        "name,duration,start,resource_names",
        'Dig,1d,2026-01-05,"Ann[50%],Bob"',
        'Fill,1d,,"Bob[2];Sand[10 t, washed]"',
    )
    assert rows(project.resources, "id", "kind") == [
        ["Ann", "person"],
        ["Bob", "person"],
        ["Sand", "material"],
    ]
    assert rows(project.assignments, "task_id", "resource_id", "units", "is_fixed_quantity") == [
        ["1", "Ann", 0.5, False],
        ["1", "Bob", 1.0, False],
        ["2", "Bob", 2.0, False],
        ["2", "Sand", 10.0, True],
    ]
    with pytest.raises(ProblemsError, match=r'resource "Ann\[half\]"'):
        read("name,duration,start,resource_names", "Dig,1d,2026-01-05,Ann[half]")


@pytest.mark.parametrize("column", ["outline_level", "wbs", "parent_id"])
def test_parents_come_from_outline_level_wbs_or_as_written(read, column):
    """A task with others below it is a summary; its own duration is not kept."""
    cells = {
        "outline_level": ["1", "2", "3", "2", "1"],
        "wbs": ["1", "1.1", "1.1.1", "1.2", "2"],
        "parent_id": ["", "1", "2", "1", ""],
    }[column]
    lines = [f"{n},T{n},1d,2026-01-05,{cell}" for n, cell in enumerate(cells, 1)]
    project = read(f"id,name,duration,start,{column}", *lines)
    assert project.tasks["parent_id"].tolist() == ["", "1", "2", "1", ""]
    assert project.tasks["kind"].tolist() == ["summary", "summary", "task", "task", "task"]
    assert project.tasks["duration_hours"].isna().tolist() == [True, True, False, False, False]


def test_a_planned_start_holds_for_a_task_without_predecessors(read):
    """The others start when their links let them."""
    project = read(
        "id,name,duration,start,predecessors", "1,A,1d,2026-01-05,", "2,B,1d,2026-01-12,",
        "3,C,1d,2026-01-19,2",
    )  # fmt: skip
    assert project.tasks["constraint"].tolist() == ["SNET", "SNET", ""]
    assert f"{project.tasks['constraint_date'][1]:%Y-%m-%d}" == "2026-01-12"


def test_without_a_duration_it_is_the_working_time_from_start_to_finish(read):
    """Friday to Tuesday are three working days."""
    project = read("name,start,finish", "Dig,2026-01-09,2026-01-13")
    assert project.tasks["duration_hours"].tolist() == [24.0]


def test_percent_complete_becomes_progress_of_the_status_date(read):
    """A begun task began as planned, a finished one finished so; summaries have none."""
    project = read(
        "id,name,duration,start,finish,percent_complete,outline_level",
        "1,All,5d,2026-01-05,2026-01-09,50,1",
        "2,Dig,1d,2026-01-05,2026-01-05,100,2",
        "3,Fill,2d,2026-01-06,2026-01-07,25,2",
        "4,Rest,2d,2026-01-08,2026-01-09,0,2",
        status_date="2026-01-06",
    )
    known = project.progress.set_index("task_id")
    assert known.index.tolist() == ["2", "3"]
    assert known["remaining_hours"].tolist() == [0.0, 12.0]
    assert f"{known['actual_finish']['2']:%Y-%m-%d %H:%M}" == "2026-01-05 23:59"
    assert known["actual_finish"].isna().tolist() == [False, True]
    assert f"{project.header.status_date:%Y-%m-%d}" == "2026-01-06"


def test_baseline_dates_become_the_approved_baseline(read):
    """With the working time between them as approved duration."""
    project = read(
        "name,duration,start,baseline_start,baseline_finish,baseline_cost",
        "Dig,5d,2026-01-05,2026-01-05,2026-01-06,900",
    )
    assert rows(project.baseline, "task_id", "duration_hours", "cost") == [["1", 16.0, 900.0]]


@pytest.mark.timeout(20)
def test_a_very_long_cell_is_refused_at_once(read):
    """No pattern is tried for minutes on what nobody wrote."""
    cells = [" " * 40_000 + "[", "," * 40_000 + "x", "[" * 40_000, "5FS" * 15_000]
    for column in ("resource_names", "predecessors"):
        for cell in cells:
            with pytest.raises(ProblemsError, match="Correct the cell"):
                read(f"name,duration,start,{column}", f'Dig,1d,2026-01-05,"a{cell}"')
