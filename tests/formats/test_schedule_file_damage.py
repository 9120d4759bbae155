import shutil
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from real_data import DATA, needs_data
from schedule_mutants import cut, damaged_xer, damaged_xml, flipped, read_each, write_mutants
from tools import needs_java

from pmtools.errors import MissingExtra, ProjectError, SourceError
from pmtools.formats.schedule_file import read_schedule_file
from pmtools.process import run_limited

XER = DATA / "p6_xer" / "sample.xer"
XML = DATA / "msp_schedules" / "Software_Development.mspdi.xml"
MPP = DATA / "msp_schedules" / "New Product.mpp"
N_MUTANTS = 40
STRUCTURE = ("tasks", "links", "resources", "assignments", "calendars", "baseline")

TASK = "<Task><UID>{uid}</UID><ID>{uid}</ID><Name>T{uid}</Name><OutlineLevel>1</OutlineLevel>"
TASK += "<Duration>PT8H0M0S</Duration>{more}</Task>"
MSPDI = '<?xml version="1.0"?>\n{prolog}<Project xmlns="http://schemas.microsoft.com/project">'
MSPDI += "<Name>p</Name><StartDate>2026-01-05T08:00:00</StartDate>{calendars}"
MSPDI += "<Tasks>{tasks}</Tasks></Project>"


def mspdi(path, *more, prolog="", calendars=""):
    tasks = "".join(TASK.format(uid=uid, more=text) for uid, text in enumerate(more, 1))
    path.write_text(MSPDI.format(prolog=prolog, tasks=tasks, calendars=calendars))
    return path


def refused(path, words):
    started = time.monotonic()
    with pytest.raises(SourceError, match=words) as caught:
        read_schedule_file(path)
    assert time.monotonic() - started < 10
    assert str(caught.value).startswith(path.name)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\0" * 5000, "the file is empty"),
        (b"Task;Start\nA;2026-01-05\n", "no schedule that pmtools knows"),
        (b"%PDF-1.7 not a plan", "no schedule that pmtools knows"),
        (b"<html><body>Sign in</body></html>", "this XML begins with <html>"),
        (b"<Project><Tasks>", "broken XML"),
        (b"ERMHDR\t8.2\t2013-09-18\n%T\tTASK\n%F\ttask_id\n%R\t1\n", "the file is cut off"),
        (b"ERMHDR\t8.2\t2013-09-18\n%T\tPROJECT\n%E\n", "there are 0 projects in it"),
    ],
)
@pytest.mark.parametrize("ending", [".mpp", ".xer"])
def test_what_is_no_schedule_is_refused_by_its_content(tmp_path, content, words, ending):
    """Empty, cut off or of another type: named with file and reason, whatever the ending."""
    path = tmp_path / f"plan{ending}"
    path.write_bytes(content)
    refused(path, words)


def test_a_file_larger_than_any_plan_is_refused_by_its_size(tmp_path):
    """The limit is named, and nothing of the file is read."""
    path = tmp_path / "plan.mpp"
    with path.open("wb") as stream:
        stream.truncate(201 * 2**20)
    refused(path, "larger than 200 MB")


def test_a_missing_file_is_named(tmp_path):
    """A path to nothing is an error of its own."""
    refused(tmp_path / "none.mpp", "there is no such file")


@needs_java
@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9000, b"MPX,x\n"]
)
def test_a_file_with_only_the_right_beginning_is_refused(tmp_path, content):
    """The first bytes of a format do not make a plan."""
    path = tmp_path / "plan.mpp"
    path.write_bytes(content)
    refused(path, "the content is no whole Microsoft Project|there is no task")


ENTITIES = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12))
PROLOGS = {
    "BillionLaughs": f"<!DOCTYPE Project [{ENTITIES}]>",
    "ExternalFile": '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "ExternalHttp": '<!DOCTYPE Project SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("name", PROLOGS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_a_document_type_is_refused_before_it_is_parsed(tmp_path, name, encoding):
    """No entity of a file is expanded, no other file or address read."""
    path = mspdi(tmp_path / f"{name}.xml", "<Notes>&a11;</Notes>", prolog=PROLOGS[name])
    text = path.read_text().replace('"1.0"', f'"1.0" encoding="{encoding}"')
    path.write_bytes(text.encode(encoding))
    refused(path, "a document type or entity stands in this XML")


LINK = "<PredecessorLink><PredecessorUID>{}</PredecessorUID><Type>1</Type></PredecessorLink>"


@needs_java
def test_a_small_plan_is_read(tmp_path):
    """The plan that the defects below are made of is sound."""
    project = read_schedule_file(mspdi(tmp_path / "Sound.xml", "", LINK.format(1)))
    assert list(project.tasks["id"]) == ["1", "2"]
    assert len(project.links) == 1


@pytest.mark.parametrize(
    ("name", "tasks", "words"),
    [
        ("LinkToUnknownTask", ("", LINK.format(9)), 'PredecessorUID "9" is no Task'),
        ("TwoTasksOfOneId", ("", "<UID>1</UID>"), 'Task UID "1" stands in several rows'),
        ("BrokenDuration", ("<Duration>5 days</Duration>",), 'Duration is "5 days"'),
        ("LevelSkipped", ("", "<OutlineLevel>3</OutlineLevel>"), "OutlineLevel 3 follows 1"),
        ("UnknownCalendar", ("<CalendarUID>7</CalendarUID>",), 'CalendarUID "7" is no Calendar'),
        ("ProgressWithoutStart", ("<PercentComplete>5</PercentComplete>",), "without ActualStart"),
    ],
)
def test_what_mpxj_would_drop_or_repair_is_refused(tmp_path, name, tasks, words):
    """MPXJ reads such a row without a word; here file, line and row are named."""
    refused(mspdi(tmp_path / f"{name}.xml", *tasks), rf"{name}.xml, line \d+: .*{words}")


@needs_java
def test_a_calendar_without_work_is_refused(tmp_path):
    """No date can be computed in a calendar in which nobody ever works."""
    days = "".join(
        f"<WeekDay><DayType>{day}</DayType><DayWorking>0</DayWorking></WeekDay>"
        for day in range(1, 8)
    )
    calendar = "<CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><Name>Closed</Name>"
    calendar += f"<IsBaseCalendar>1</IsBaseCalendar><WeekDays>{days}</WeekDays></Calendar>"
    path = mspdi(tmp_path / "CalendarWithoutWork.xml", "", calendars=f"{calendar}</Calendars>")
    refused(path, 'no work is possible in calendar "Closed"')


@needs_java
def test_a_task_that_is_its_own_predecessor_is_refused(tmp_path):
    """MPXJ accepts a link of a task to itself; our Project does not."""
    with pytest.raises((SourceError, ProjectError)):
        read_schedule_file(mspdi(tmp_path / "SelfLink.xml", LINK.format(1)))


def test_a_reader_that_takes_too_long_is_stopped(tmp_path):
    """The deadline is an error that names the file."""
    path = mspdi(tmp_path / "Slow.xml", "")
    with pytest.raises(SourceError, match=r"^Slow.xml: reading failed: .* not finished"):
        read_schedule_file(path, seconds=0.01)


NO_JAVA = """
import os
import jpype._jvmfinder as finder
os.environ["PATH"] = {path_variable!r}
os.environ.pop("JAVA_HOME", None)
for found in (finder.LinuxJVMFinder, finder.DarwinJVMFinder):
    found._locations, found._java = (), "/no/java/here"
from pmtools.formats.schedule_file.reading import read_rows
read_rows([{path!r}])
"""
NO_MPXJ = """
import sys
sys.modules["mpxj"] = None
from pmtools.formats.schedule_file.reading import read_rows
read_rows([{path!r}])
"""


def test_without_java_the_error_says_what_to_install(tmp_path):
    """A machine without a Java runtime is told how to get one."""
    pytest.importorskip("jpype")
    path = str(mspdi(tmp_path / "plan.xml", ""))
    with pytest.raises(MissingExtra, match=r"apt-get install default-jre-headless.*conda install"):
        run_limited(exec, NO_JAVA.format(path=path, path_variable=""), {}, seconds=60)


@needs_java
def test_java_is_found_where_only_the_path_knows_it(tmp_path):
    """A Java of conda or of a user, outside the usual places, is found by PATH."""
    path = str(mspdi(tmp_path / "plan.xml", ""))
    code = NO_JAVA.format(path=path, path_variable=str(Path(shutil.which("java")).parent))
    run_limited(exec, code, {}, seconds=60)


def test_without_mpxj_the_error_says_what_to_install(tmp_path):
    """Schedule files are an extra of pmtools."""
    path = str(mspdi(tmp_path / "plan.xml", ""))
    with pytest.raises(MissingExtra, match=r"pip install 'pmtools\[schedule-files\]'"):
        run_limited(exec, NO_MPXJ.format(path=path), {}, seconds=60)


@cache
def fates(folder, source, mutate):
    """The sound content, then seconds and content or error of each damaged copy."""
    mutants = write_mutants(folder, source, mutate, range(N_MUTANTS))
    (_, sound), *fates = run_limited(read_each, [str(p) for p in [source, *mutants]], seconds=280)
    return sound, fates


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mutants")


@needs_java
@needs_data
@pytest.mark.parametrize(("source", "mutate"), [(XER, damaged_xer), (XML, damaged_xml)])
def test_a_damaged_row_never_loses_structure_in_silence(folder, source, mutate):
    """One wrong cell: refused, or read with every task, link, resource, work and baseline row."""
    sound, found = fates(folder, source, mutate)
    survivors = [content for _, content in found if not isinstance(content, SourceError)]
    assert 0 < len(survivors) < N_MUTANTS
    for content in survivors:
        counts = {table: len(content["tables"][table]) for table in STRUCTURE}
        assert counts == {table: len(sound["tables"][table]) for table in STRUCTURE}
        durations = [row["duration_hours"] is None for row in content["tables"]["tasks"]]
        assert sum(durations) == sum(
            row["duration_hours"] is None for row in sound["tables"]["tasks"]
        )


@needs_java
@needs_data
@pytest.mark.parametrize("source", [XER, XML])
def test_a_file_that_is_cut_off_is_refused(folder, source):
    """Wherever an export ended too early, it is not read."""
    _, found = fates(folder, source, cut)
    assert all(isinstance(content, SourceError) for _, content in found)


@needs_java
@needs_data
@pytest.mark.parametrize("mutate", [cut, flipped])
@pytest.mark.parametrize("source", [MPP, XER, XML])
def test_a_damaged_file_never_hangs_and_its_error_names_it(folder, source, mutate):
    """Wrong bytes and early ends: an answer within ten seconds, of a kind that users can read."""
    _, found = fates(folder, source, mutate)
    print(Counter(type(content).__name__ for _, content in found))
    assert max(seconds for seconds, _ in found) < 10
    for seed, (_, content) in enumerate(found):
        name = f"{mutate.__name__}-{seed}{source.suffix}"
        assert not isinstance(content, SourceError) or str(content).startswith(name)
