"""A folder of old plan files: each read once, on the status date that it says."""

import shutil

import pytest
from small_plan import BUILD_HALF, DESIGN_DONE, FRIDAYS, small_plan
from tools import needs_java

from pmtools.errors import SourceError
from pmtools.files import shipped
from pmtools.formats import read_weeks, write_project
from pmtools.formats.plans import read_plans

WEEKS = [
    small_plan(FRIDAYS[0], [DESIGN_DONE]),
    small_plan(FRIDAYS[1], [DESIGN_DONE, BUILD_HALF]),
    small_plan(FRIDAYS[2], [DESIGN_DONE, BUILD_HALF]),
]


@pytest.fixture
def old(tmp_path):
    """Workbooks and folders of two years, as people keep them."""
    write_project(WEEKS[1], tmp_path / "old" / "2026" / "b.xlsx")
    write_project(WEEKS[0], tmp_path / "old" / "z first week")
    (tmp_path / "old" / "README.txt").write_text("about")
    (tmp_path / "old" / "minutes.docx").write_text("about")
    (tmp_path / "old" / "~$b.xlsx").write_text("lock of Excel")
    return tmp_path / "old"


def test_plans_come_in_the_order_of_their_status_dates(old):
    """Not in that of their names; other files and locks are left alone."""
    plans = read_plans(old)
    assert [name for name, _ in plans] == ["z first week", "2026/b.xlsx"]
    assert all(plan.equals(week) for (_, plan), week in zip(plans, WEEKS, strict=False))


def test_one_id_can_be_given_to_all(old):
    """Files of one project are often called differently."""
    assert {plan.header.id for _, plan in read_plans(old, project_id="mine")} == {"mine"}


@needs_java
def test_every_kind_of_file_is_a_plan(old):
    """Schedule files say their day, or their name does."""
    write_project(WEEKS[2], old / "c.xml")
    write_project(WEEKS[2], old / "d.xer")
    plans = dict(read_plans(old, project_id="P1"))
    assert [*plans][:2] == ["z first week", "2026/b.xlsx"]
    assert {name for name in plans if name[:2] in ("c.", "d.")} == {"c.xml", "d.xer"}
    assert all(plans[name].header.status_date.normalize() == FRIDAYS[2].normalize()
               for name in ("c.xml", "d.xer"))  # fmt: skip
    assert list(plans["c.xml"].tasks["name"]) == list(WEEKS[2].tasks["name"])


def undated(path):
    """A plan that does not say its status date."""
    write_project(small_plan(), path)


@pytest.mark.parametrize(
    ("name", "date_format"),
    [
        ("plan-2026-03-06.xlsx", "YYYY-MM-DD"), ("20260306 plan.xlsx", "YYYY-MM-DD"),
        ("2026_03_06.xlsx", "YYYY-MM-DD"), ("plan 06.03.2026 final.xlsx", "DD.MM.YYYY"),
        ("plan 06-03-2026.xlsx", "DD.MM.YYYY"), ("03.06.2026.xlsx", "MM/DD/YYYY"),
    ],
)  # fmt: skip
def test_the_day_in_a_name_counts_where_the_file_has_none(tmp_path, name, date_format):
    """And it is said that it was taken from there."""
    undated(tmp_path / name)
    ((said, plan),) = read_plans(tmp_path, date_format=date_format)
    assert said == f"{name} (status date from its name)"
    assert plan.header.status_date == FRIDAYS[0]


def test_the_files_own_day_goes_before_that_of_its_name(tmp_path):
    """A copy that was renamed is still of its week."""
    write_project(WEEKS[0], tmp_path / "copy of 2026-05-01.xlsx")
    ((name, plan),) = read_plans(tmp_path)
    assert (name, plan.header.status_date) == ("copy of 2026-05-01.xlsx", FRIDAYS[0])


@needs_java
def test_what_cannot_be_read_is_named_and_the_rest_is_read(old):
    """Broken files, files without a day, days of another order: each with its reason."""
    undated(old / "plan.xlsx")
    undated(old / "plan 2026-13-45.xlsx")
    (old / "broken.mpp").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    (old / "empty.xer").write_text("")
    (old / "tasks-of-nobody.csv").write_text("a,b\n1,2\n")
    write_project(WEEKS[2], old / "c.xml")
    plans = dict(read_plans(old))
    failed = {name: str(plan) for name, plan in plans.items() if isinstance(plan, SourceError)}
    assert set(failed) == {
        "plan.xlsx", "plan 2026-13-45.xlsx", "broken.mpp", "empty.xer", "tasks-of-nobody.csv",
    }  # fmt: skip
    assert "the file has none" in failed["plan.xlsx"]
    assert {"z first week", "2026/b.xlsx", "c.xml"} <= set(plans) - set(failed)


def test_a_project_folder_gives_all_its_weeks():
    """What a folder with earlier versions knows of its past becomes history at once."""
    folder = shipped("templates") / "projects" / "network-upgrade"
    found = [plan for _, plan in read_plans(folder)]
    weeks = read_weeks(folder)
    assert len(found) == len(weeks) > 3
    assert all(plan.equals(week) for plan, week in zip(found, weeks, strict=True))


def test_a_folder_without_a_plan_is_refused(tmp_path):
    """An empty folder, or none."""
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SourceError, match="no plan is there"):
            read_plans(folder)


def test_a_link_that_leads_in_a_circle_ends(old):
    """Folders behind links are not entered."""
    (old / "again").symlink_to(old)
    assert len(read_plans(old)) == 2
    shutil.rmtree(old)
