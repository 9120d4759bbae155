from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from real_data import DATA, needs_data
from tools import needs_java

from pmtools.errors import SourceError
from pmtools.files import shipped
from pmtools.formats import read_project
from pmtools.formats.schedule_file import (
    read_schedule_file,
    read_schedule_files,
    write_schedule_file,
    write_schedule_files,
)
from pmtools.project import Header, Project
from pmtools.project.working_time import calendars_of

PLANS = sorted(path.stem for path in (DATA / "msp_schedules").glob("*.mpp"))
STARTERS = ("hardware-installation", "network-upgrade", "software-rollout")
KEYS = {
    "tasks": ["id"],
    "links": ["successor_id", "predecessor_id", "kind"],
    "resources": ["id"],
    "rates": ["resource_id", "from"],
    "availability": ["resource_id", "from"],
    "assignments": ["task_id", "resource_id"],
    "progress": ["task_id"],
    "baseline": ["task_id"],
}


def same(before, after, without=(), tables=tuple(KEYS)):
    """Assert that tables are equal, row order and the columns `without` left aside."""
    for table in tables:
        frames = [
            project.tables[table]
            .sort_values(KEYS[table])
            .reset_index(drop=True)
            .drop(columns=list(without), errors="ignore")
            for project in (before, after)
        ]
        pd.testing.assert_frame_equal(*frames, rtol=1e-4, obj=table)


def working_times(project):
    """What each calendar of a task, resource or the project means, whatever its id."""
    calendars = calendars_of(project)
    used = project.tasks.set_index("id")["calendar_id"]
    used = [used, project.resources.set_index("id")["calendar_id"]]
    days = pd.Series(pd.date_range("2026-01-01", "2027-01-01", freq="6h"))
    meaning = {key: tuple(c.minutes_before(days).diff().fillna(0)) for key, c in calendars.items()}
    return {name: meaning[key] for ids in used for name, key in ids.items()} | {
        "": meaning[project.header.calendar_id]
    }


def there_and_back(folder, projects, ending):
    """Each project, what is read after it was written with that ending, and the notes."""
    targets = [folder / f"{project.header.id}{ending}" for project in projects]
    plans = [(project, target, None) for project, target in zip(projects, targets, strict=True)]
    notes = write_schedule_files(plans, seconds=120)
    return [*zip(projects, read_schedule_files(targets, seconds=120), notes, strict=True)]


@cache
def written(folder, ending):
    """The six plans of Microsoft Project."""
    files = [DATA / "msp_schedules" / f"{name}.mpp" for name in PLANS]
    projects = read_schedule_files(files, seconds=120)
    return dict(zip(PLANS, there_and_back(folder, projects, ending), strict=True))


@cache
def starters(folder, ending):
    """The three starter projects."""
    projects = [read_project(shipped("templates") / "projects" / name) for name in STARTERS]
    return dict(zip(STARTERS, there_and_back(folder, projects, ending), strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("written")


@needs_java
@needs_data
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_of_microsoft_project_survives_its_xml(folder, name):
    """What was read from `.mpp`, written as XML and read again is equal, order and all."""
    before, after, _ = written(folder, ".xml")[name]
    assert after.header == before.header
    assert working_times(after) == working_times(before)
    for table, frame in before.tables.items():
        expected = frame.drop(columns="approved_date", errors="ignore")
        found = after.tables[table].drop(columns="approved_date", errors="ignore")
        pd.testing.assert_frame_equal(found, expected, rtol=1e-4, obj=table)


@needs_java
@needs_data
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_of_microsoft_project_survives_xer_as_far_as_primavera_can_say_it(folder, name):
    """XER holds tasks, plain links, work, prices and progress; percent lags become hours."""
    before, after, _ = written(folder, ".xer")[name]
    rules = {"lag_calendar": "successor", "total_float": "smallest", "scheduling": "primavera_p6"}
    rules["constraints"] = after.header.constraints
    assert after.header == replace(before.header, **rules)
    assert working_times(after) == working_times(before)
    summaries = before.tasks["kind"] == "summary"
    before = before.replace(
        tasks=before.tasks.assign(
            duration_hours=before.tasks["duration_hours"].mask(summaries),
            notes=before.tasks["notes"].mask(summaries, ""),
        ),
        links=before.links[~before.links.isin(set(before.tasks["id"][summaries])).any(axis=1)],
    )
    same(before, after, ("cost_accrual", "cost_per_use"), ("tasks", "resources", "rates"))
    same(before, after, tables=("assignments", "progress"))
    same(before, after, ("lag_hours", "lag_kind"), ("links",))
    working = (before.links["lag_kind"] == "working").to_numpy()
    assert (after.links["lag_kind"] == "working").all()
    assert working.sum() >= len(working) - 3


def by_hand(before):
    """The project with what a schedule file makes of it: code, work, last progress, baseline."""
    tasks, work = before.tasks, before.assignments["work_hours"]
    durations = before.assignments["task_id"].map(tasks.set_index("id")["duration_hours"])
    material = before.assignments["resource_id"].isin(
        before.resources["id"][before.resources["kind"] == "material"]
    )
    planned = work.fillna(before.assignments["units"] * durations.fillna(0)).mask(material)
    progress = before.latest_progress().assign(status_date=before.header.status_date, note="")
    last = before.baseline["baseline"].iloc[-1]
    baseline = before.baseline[before.baseline["baseline"] == last]
    return before.replace(
        assignments=before.assignments.assign(work_hours=planned),
        progress=progress,
        baseline=baseline.assign(fixed_cost=None, duration_hours=baseline["duration_hours"]),
    )


@needs_java
@pytest.mark.parametrize("name", STARTERS)
def test_a_project_of_ours_survives_xml_with_its_own_ids_and_columns(folder, name):
    """Text ids, owners, departments, kinds, lags and availability come back from XML."""
    before, after, notes = starters(folder, ".xml")[name]
    before = by_hand(before)
    assert "progress of earlier status dates is left out" in notes
    same(before, after, ("code", "calendar_id", "duration_hours"), ("tasks",))
    leaves = before.tasks.set_index("id")["duration_hours"].dropna()
    assert after.tasks.set_index("id")["duration_hours"][leaves.index].equals(leaves)
    same(before, after, ("calendar_id",), ("links", "resources", "rates", "availability"))
    same(before, after, tables=("assignments", "progress"))
    same(before, after, ("baseline", "approved_by", "approved_date", "change_id"), ("baseline",))
    assert working_times(after) == working_times(before)
    spent = [
        p.costs[(p.costs["kind"] == "actual") & p.costs["task_id"].isin(set(p.tasks["id"]))]
        for p in (before, after)
    ]
    spent = [costs.groupby("task_id")["amount"].sum() for costs in spent]
    pd.testing.assert_series_equal(*spent, check_exact=False)


@needs_java
@pytest.mark.parametrize("name", STARTERS)
def test_a_project_of_ours_survives_xer_and_is_told_what_primavera_cannot_hold(folder, name):
    """Each thing that is lost in XER stands in the notes; the rest comes back."""
    before, after, notes = starters(folder, ".xer")[name]
    before = by_hand(before)
    limits = "deadlines are written as finishes no later than"
    assert {"the baseline is left out", limits} <= set(notes)
    inactive = before.tasks["id"][~before.tasks["is_active"]]
    assert len(after.tasks) == len(before.tasks) - len(inactive)
    assert ("inactive tasks are left out" in notes) == bool(len(inactive))
    leaves = before.tasks[(before.tasks["kind"] != "summary") & before.tasks["is_active"]]
    is_due = leaves["deadline"].notna() & (leaves["constraint"] == "")
    leaves = leaves.assign(
        constraint=leaves["constraint"].mask(is_due, "FNLT"),
        constraint_date=leaves["constraint_date"].mask(is_due, leaves["deadline"]),
        deadline=leaves["deadline"].mask(is_due),
    )
    after_leaves = after.tasks[after.tasks["kind"] != "summary"]
    kept = ["id", "wbs", "name", "parent_id", "kind", "constraint", "constraint_date", "owner_id"]
    kept += ["deadline"]
    kept += ["department_id", "control_account", "ev_method", "notes", "priority"]
    frames = [f.sort_values("id").reset_index(drop=True)[kept] for f in (leaves, after_leaves)]
    pd.testing.assert_frame_equal(*frames)
    same(before, after, ("calendar_id", "cost_per_use"), ("resources",))
    same(before, after, tables=("rates", "progress"))
    work = before.assignments[~before.assignments["task_id"].isin(inactive)]
    same(before.replace(assignments=work), after, tables=("assignments",))
    meant = working_times(before)
    assert all(meaning == meant[name] for name, meaning in working_times(after).items())
    assert after.header.currency == before.header.currency
    assert after.header.deadline == before.header.deadline


def test_only_xml_and_xer_are_written(tmp_path):
    """Another ending is refused before anything is done."""
    project = Project(
        Header("p", "P", pd.Timestamp("2026-01-05")), tasks=pd.DataFrame([{"id": "1", "name": "A"}])
    )
    with pytest.raises(SourceError, match=r'"\.mpp" is no schedule file we write'):
        write_schedule_file(project, tmp_path / "plan.mpp")
    assert not list(tmp_path.iterdir())


@needs_java
@pytest.mark.parametrize("ending", [".xml", ".xer"])
def test_elapsed_durations_and_names_in_any_script_survive(tmp_path, ending):
    """Day-and-night durations keep their working time; names keep their letters."""
    tasks = [
        {"id": "T-1", "name": "Härten, 固化 <b>&amp;", "duration_hours": 72, "is_elapsed": True},
        {"id": "007", "name": "Prüfen", "duration_hours": 8.5, "notes": "zwei\nZeilen"},
    ]
    link = {"predecessor_id": "T-1", "successor_id": "007", "kind": "SS", "lag_hours": 4}
    header = Header("p", "Łódź", pd.Timestamp("2026-01-05 08:00"), currency="PLN")
    project = Project(header, tasks=pd.DataFrame(tasks), links=pd.DataFrame([link]))
    write_schedule_file(project, tmp_path / f"p{ending}")
    again = read_schedule_file(tmp_path / f"p{ending}")
    found, expected = (p.tasks.sort_values("id").reset_index() for p in (again, project))
    for column in ("id", "name", "duration_hours", "notes"):
        assert list(found[column]) == list(expected[column])
    assert again.links.equals(project.links)
    assert (again.header.name, again.header.currency) == ("Łódź", "PLN")
    night = pd.Timestamp("2026-01-04 02:00"), pd.Timestamp("2026-01-04 03:00")
    calendar = calendars_of(again)[found["calendar_id"].iloc[1]]
    assert found["is_elapsed"].iloc[1] or calendar.hours_between(*night) == 1
