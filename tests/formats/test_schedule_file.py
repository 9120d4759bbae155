import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from real_data import DATA, needs_data
from tools import needs_java

from pmtools.errors import SourceError
from pmtools.formats.schedule_file import read_schedule_file, read_schedule_files
from pmtools.process import run_limited

PLANS = {
    path.stem: path.with_name(f"{path.stem.replace(' ', '_')}.mspdi.xml")
    for path in sorted((DATA / "msp_schedules").glob("*.mpp"))
}


@cache
def plans():
    """The six plans from `.mpp` and from XML, and the Primavera sample: one start of Java."""
    files = [DATA / "msp_schedules" / f"{name}.mpp" for name in PLANS] + [*PLANS.values()]
    projects = read_schedule_files([*files, DATA / "p6_xer" / "sample.xer"], seconds=120)
    return {file.name: project for file, project in zip(files, projects, strict=False)} | {
        "sample.xer": projects[-1]
    }


def pair(name):
    return plans()[f"{name}.mpp"], plans()[PLANS[name].name]


def content(project):
    """Calendars by content: what each task and resource works, whatever the calendar's id."""
    weeks = project.calendars.groupby("id")[["weekday", "shift_start", "shift_finish"]]
    return sorted(str(sorted(map(tuple, week.to_numpy()))) for _, week in weeks)


@needs_java
@needs_data
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_the_same_from_mpp_and_from_xml(name):
    """Two formats of one plan give equal tasks, links, people, work, progress and calendars."""
    binary, xml = pair(name)
    for table in ("tasks", "links", "resources", "departments", "assignments", "exceptions"):
        pd.testing.assert_frame_equal(binary.tables[table], xml.tables[table], obj=table)
    for table in ("progress", "costs"):
        pd.testing.assert_frame_equal(binary.tables[table], xml.tables[table], obj=table)
    approved = (
        binary.baseline.assign(approved_date=pd.NaT),
        xml.baseline.assign(approved_date=pd.NaT),
    )
    pd.testing.assert_frame_equal(*approved)
    pd.testing.assert_frame_equal(binary.rates, xml.rates, rtol=1e-4)
    assert content(binary) == content(xml)


@needs_java
@needs_data
@pytest.mark.parametrize("name", PLANS)
def test_tasks_are_those_that_microsoft_project_lists(name):
    """Ids are the source's unique ids as text; WBS, duration, constraint and dates are its own."""
    project, _ = pair(name)
    csv = DATA / "msp_schedules" / f"{name.replace(' ', '_')}.tasks.csv"
    stored = pd.read_csv(csv, dtype=str, keep_default_na=False)
    stored = stored[stored["uid"] != "0"].set_index("uid")
    tasks = project.tasks.set_index("id")
    assert list(tasks.index) == list(stored.index)
    assert (tasks["wbs"] == stored["wbs"]).all()
    assert (tasks["name"].str.strip() == stored["name"].str.strip()).all()
    assert ((tasks["kind"] == "summary") == (stored["summary"] == "1")).all()
    assert (tasks["duration_hours"] - stored["duration_h"].astype(float)).abs().max() < 0.01
    assert (
        tasks["constraint_date"].fillna(pd.Timestamp(0))
        == pd.to_datetime(stored["constraint_date"]).fillna(pd.Timestamp(0))
    ).all()


@needs_java
@needs_data
def test_a_plan_without_costs_and_baseline_claims_neither():
    """What the file does not know stays empty: no cost, no baseline, no progress."""
    project, _ = pair("Software Development Plan")
    for table in ("rates", "costs", "baseline", "progress"):
        assert project.tables[table].empty
    assert project.header.status_date is None


@needs_java
@needs_data
def test_progress_without_a_status_date_gets_the_day_of_the_last_progress():
    """The status date that was derived, and from what, is written down."""
    project, _ = pair("Software Development")
    assert project.header.status_date == pd.Timestamp("2013-05-06 15:00")
    assert "no status date in the file; 2013-05-06 15:00" in project.place("header", 0)
    assert (project.progress["status_date"] == project.header.status_date).all()


@needs_java
@needs_data
def test_a_primavera_export_is_read():
    """XER: 25 activities under their WBS, ids of the activities, data date, own calendars."""
    project = plans()["sample.xer"]
    assert (project.tasks["kind"] == "task").sum() == 25
    assert project.header.id == "TAKT"
    assert project.header.scheduling == "primavera_p6"
    assert project.header.status_date == pd.Timestamp("2021-11-30")
    assert len(project.links) == 40
    assert (project.links["lag_hours"] == 0).all()


CONVERT = """
from pmtools.formats.schedule_file.java import start_java
start_java()
from org.mpxj.mpx import MPXWriter
from org.mpxj.primavera import PrimaveraPMFileWriter
from org.mpxj.reader import UniversalProjectReader
for source, writer, target in {jobs!r}:
    writer = dict(mpx=MPXWriter, pmxml=PrimaveraPMFileWriter)[writer]
    writer().write(UniversalProjectReader().read(source), target)
"""


@pytest.fixture(scope="module")
def converted_files(tmp_path_factory):
    """Plans in the two formats of which no real file is at hand, as MPXJ writes them."""
    folder = tmp_path_factory.mktemp("converted")
    jobs = [
        (str(DATA / "p6_xer" / "sample.xer"), "pmxml", str(folder / "sample.xml")),
        (str(DATA / "msp_schedules" / "New Product.mpp"), "mpx", str(folder / "New Product.mpx")),
    ]
    run_limited(exec, CONVERT.format(jobs=jobs), {}, seconds=120)
    return [Path(job[2]) for job in jobs]


@pytest.fixture(scope="module")
def converted(converted_files):
    return read_schedule_files(converted_files, seconds=120)


@needs_java
@needs_data
def test_primavera_xml_says_what_the_export_says(converted):
    """The same plan from PMXML and from XER is equal in every table."""
    expected, found = plans()["sample.xer"], converted[0]
    assert found.header == expected.header
    for table in ("tasks", "links", "resources", "assignments", "calendars", "exceptions"):
        pd.testing.assert_frame_equal(found.tables[table], expected.tables[table], obj=table)


@needs_java
@needs_data
@pytest.mark.parametrize(
    ("element", "content", "words"),
    [
        ("PredecessorActivityObjectId", "999999", "40 links in the file, 39 could be read"),
        ("Type", "Finish", "40 links in the file, 39|1 Finish links in the file, 0 could be read"),
        ("PlannedDuration", "5 days", "25 durations in the file, 24 could be read"),
        ("ObjectId", "999999", "links|assignments"),
    ],
)
def test_primavera_xml_of_which_a_row_would_be_lost_is_refused(
    converted_files, tmp_path, element, content, words
):
    """The elements in the file are counted: MPXJ must return as many tasks, links and facts."""
    row = "Relationship" if element in ("PredecessorActivityObjectId", "Type") else "Activity"
    head, mark, tail = converted_files[0].read_text(encoding="utf-8").partition(f"<{row}>")
    damaged = re.sub(f"<{element}>[^<]*", f"<{element}>{content}", tail, count=1)
    path = tmp_path / "Damaged.xml"
    path.write_text(head + mark + damaged, encoding="utf-8")
    with pytest.raises(SourceError, match=f"Damaged.xml: incomplete import: .*({words})"):
        read_schedule_file(path)


@needs_java
@needs_data
def test_an_exchange_file_says_what_the_plan_says(converted):
    """MPX keeps tasks, links and work, with the names, dates and durations of the `.mpp`."""
    expected, found = plans()["New Product.mpp"], converted[1]
    columns = ["id", "wbs", "name", "parent_id", "kind", "duration_hours", "constraint"]
    pd.testing.assert_frame_equal(found.tasks[columns], expected.tasks[columns])
    for table in ("links", "assignments"):
        pd.testing.assert_frame_equal(found.tables[table], expected.tables[table], obj=table)
