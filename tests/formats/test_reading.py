"""What a path holds is seen from its content; what is no project is refused with a reason."""

import random
import shutil

import pandas as pd
import pytest
from real_data import DATA, needs_data
from tools import needs_java

from pmtools.errors import ProblemsError, SourceError
from pmtools.formats import read_project, write_project
from pmtools.project import Header, Project


def project():
    return Project(
        header=Header("P", "N", start=pd.Timestamp("2026-01-05")),
        tasks=[{"id": "1", "name": "Dig", "duration_hours": 8}],
    )


def test_a_workbook_is_known_by_its_content(tmp_path):
    """Whatever its name."""
    write_project(project(), tmp_path / "p.xlsx")
    (tmp_path / "p.xlsx").rename(tmp_path / "p.csv")
    assert read_project(tmp_path / "p.csv").equals(project())


@needs_data
@needs_java
def test_a_schedule_file_is_known_by_its_content(tmp_path):
    """A plan of Microsoft Project saved under another name is still one."""
    source = DATA / "msp_schedules" / "New Product.mpp"
    shutil.copy(source, tmp_path / "plan.dat")
    found = read_project(tmp_path / "plan.dat")
    assert found.tasks["name"].tolist() == read_project(source).tasks["name"].tolist()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7", "a picture or PDF"),
        (b"\x00\x01\x81garbage\x00", "no text in UTF-8"),
        (b"PK\x03\x04 cut", "the file is broken"),
    ],
)
def test_what_is_no_project_is_refused_with_its_name(tmp_path, content, words):
    """By name, with what was found."""
    (tmp_path / "plan.xlsx").write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_project(tmp_path / "plan.xlsx")
    assert str(caught.value).startswith("plan.xlsx")
    assert words in str(caught.value)


PIECES = [b",", b'"', b"\n", b"\0", b"=", b"-", b"\xff", b"1e9", b"NaN", b"today", b"%", b"9" * 400]


def damaged(content, chance):
    content = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(content))
        if chance.random() < 0.4:
            del content[at : at + chance.randint(1, 8)]
        else:
            content[at:at] = chance.choice(PIECES)
    return bytes(content)


@pytest.mark.parametrize("name", ["list.csv", "plan.xlsx"])
def test_a_damaged_file_is_read_or_refused_in_our_words(tmp_path, name):
    """300 damaged copies: never an error of Python, never a hang."""
    if name == "plan.xlsx":
        write_project(project(), tmp_path / name)
    else:
        (tmp_path / name).write_text(
            "id,name,duration,start,predecessors,resource_names,outline_level\n"
            '1,All,,2026-01-05,,,1\n2,Dig,5d,,,"Ann[50%],Bob",2\n3,Fill,2.5,,2FS+2d;1SS-1h,,2\n'
        )
    content, chance = (tmp_path / name).read_bytes(), random.Random(2026)
    n_refused = 0
    for _ in range(300):
        (tmp_path / name).write_bytes(damaged(content, chance))
        try:
            read_project(tmp_path / name)
        except ProblemsError as error:
            assert name in str(error)
            n_refused += 1
    assert n_refused > 100


def test_addresses_and_missing_files_are_refused():
    """Nothing is fetched from the network."""
    for path, words in (("http://a.b/c.xlsx", "an address"), ("no/where.csv", "no such file")):
        with pytest.raises(SourceError, match=words):
            read_project(path)


def test_a_kind_of_file_that_cannot_be_written_is_refused(tmp_path):
    """With the kinds that can."""
    with pytest.raises(SourceError, match=r"\.mpp cannot be written; expected \.xlsx"):
        write_project(project(), tmp_path / "p.mpp")
