import json
import os
import subprocess
import sys
import time

import pytest
from small_notebooks import LAST, chart, runnable, saved, table

from pmtools.errors import RunError, SourceError
from pmtools.files import slug
from pmtools.report import report

SHOW = f"""\
class Shown:
    def __init__(self, kind, data):
        self.kind, self.data = kind, data
    def _repr_mimebundle_(self, **_):
        return {{self.kind: self.data, "text/plain": "x"}}
Shown("application/vnd.pmtools.table+json", {table([["a", "b", "c"]])!r})
"""
DRAW = f'Shown("application/vnd.vegalite.v5+json", {chart(["a", "b"])!r})'


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("id,name\n")
    return path


def test_one_call_gives_html_pdf_and_the_notebook_behind_them(tmp_path, plan, monkeypatch):
    """They lie under the project and its status date, wherever the call is made from."""
    notebook = saved(tmp_path, runnable(SHOW, DRAW, "open(project).read()"), "weekly.ipynb")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    files = report("../plan.csv", status_date="2026-03-06", out="../out", notebook=notebook)
    folder = tmp_path / "out" / slug("P-1") / "2026-03-06"
    assert sorted(p.name for p in folder.iterdir()) == ["weekly.html", "weekly.ipynb", "weekly.pdf"]
    assert b"<h1><bdi>Office move</bdi></h1>" in files.html.read_bytes()
    assert files.pdf.read_bytes().startswith(b"%PDF")
    assert list(elsewhere.iterdir()) == []
    injected = json.loads(files.notebook.read_text())["cells"][2]["source"]
    assert 'status_date = "2026-03-06"' in "".join(injected)
    before = {p: p.read_bytes() for p in folder.iterdir()}
    report("../plan.csv", status_date="2026-03-06", out="../out", notebook=notebook)
    assert {p: p.read_bytes() for p in folder.iterdir()} == before


def test_a_failed_run_leaves_the_earlier_report_as_it_was(tmp_path, plan):
    """A reader sees the report of a run that ended, or the one before it."""
    good = saved(tmp_path, runnable(SHOW), "weekly.ipynb")
    files = report(plan, out=tmp_path / "out", notebook=good)
    before = files.html.read_bytes()
    bad = saved(tmp_path, runnable(SHOW, "1 / 0"), "weekly.ipynb")
    with pytest.raises(RunError, match="ZeroDivisionError"):
        report(plan, out=tmp_path / "out", notebook=bad)
    assert files.html.read_bytes() == before
    assert len(list(files.html.parent.iterdir())) == 3


def test_a_project_cannot_choose_where_its_report_goes(tmp_path, plan):
    """Ids are text of the project: they name a folder, and never leave it."""
    last = LAST.replace('"P-1"', '"../../{x}"')
    notebook = saved(tmp_path, runnable(last=last))
    files = report(plan, out=tmp_path / "out", notebook=notebook)
    assert files.html.parent.parent.parent == tmp_path / "out"


@pytest.mark.parametrize("missing", ["project", "notebook"])
def test_what_is_not_there_is_named(tmp_path, plan, missing):
    given = {"project": plan, "notebook": saved(tmp_path, runnable())}
    given[missing] = "nowhere"
    with pytest.raises(SourceError, match="nowhere: there is no such"):
        report(given["project"], notebook=given["notebook"], out=tmp_path)


def test_a_password_never_becomes_a_parameter(tmp_path, plan):
    """Parameters are stored in the executed notebook, which is mailed with the report."""
    notebook = saved(tmp_path, runnable())
    with pytest.raises(RunError, match="holds a password"):
        report(plan, history="postgresql://ann:secret@host/db", notebook=notebook, out=tmp_path)


def test_what_a_killed_run_left_half_written_is_swept_but_not_what_is_being_written(tmp_path, plan):
    notebook = saved(tmp_path, runnable())
    folder = report(plan, out=tmp_path / "out", notebook=notebook).html.parent
    (folder / ".publish-old").touch()
    (folder / ".publish-new").touch()
    os.utime(folder / ".publish-old", (0, 0))
    report(plan, out=tmp_path / "out", notebook=notebook)
    assert [p.name for p in folder.glob(".publish-*")] == [".publish-new"]


ONE_OF_TWO = """\
import sys, pathlib
from pmtools.files import publish
while True:
    for letter in b"ab":
        publish(pathlib.Path(sys.argv[1]), bytes([letter]) * 200_000)
"""


def test_a_reader_never_sees_half_a_file_however_the_writer_dies(tmp_path):
    """A report is replaced as a whole; 20 writers are killed while they write."""
    path = tmp_path / "report.html"
    for n in range(20):
        writer = subprocess.Popen([sys.executable, "-c", ONE_OF_TWO, path])
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.05 + 0.003 * n)
        writer.kill()
        writer.wait()
        content = path.read_bytes()
        assert content in (b"a" * 200_000, b"b" * 200_000)
        path.unlink()


FULL = """\
import pathlib, resource, sys
from pmtools.files import publish
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
publish(pathlib.Path(sys.argv[1]), b"x" * 200_000)
"""


def test_where_there_is_no_room_the_old_report_stays(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", FULL, path], capture_output=True)
    assert b"OSError" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert path.read_bytes() == b"old"
