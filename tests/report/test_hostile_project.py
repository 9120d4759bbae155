import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from tools import needs_chromium

from pmtools.formats import read_project, write_project
from pmtools.project.schema import TABLES
from pmtools.report import report

HOSTILE = json.loads((Path(__file__).parent / "hostile_strings.json").read_text())
STARTER = Path(__file__).parents[2] / "templates" / "projects" / "software-rollout"
POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>')
# Its own names cannot hold these: the readers refuse or clean them, see tests/formats.
WRITABLE = [word for word in HOSTILE if word.isprintable()]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def hostile(project):
    """The same plan with hostile text in every free text field of every table."""

    def filled(name, frame):
        for k, column in enumerate(TABLES[name].columns):
            if column.kind == "text" and not column.choices and column.name != "shifts":
                words = [WRITABLE[(n + 5 * k) % len(WRITABLE)] for n in range(len(frame))]
                frame = frame.assign(**{column.name: words})
        return frame

    tables = {name: filled(name, frame) for name, frame in project.tables.items()}
    header = replace(project.header, name=" ".join(WRITABLE[:8]), currency="<b>")
    return project.replace(header=header, **tables)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    source = folder / "<img src=x onerror=self['__pwn']=1>"
    write_project(hostile(read_project(STARTER)), source)
    return report(source, out=folder / "out", deadline=200)


def test_its_pdf_links_to_nothing_and_holds_nothing(files):
    reader = PdfReader(files.pdf)
    assert len(reader.pages) >= 4
    assert not reader.attachments
    assert not any(page.get("/Annots") for page in reader.pages)


@needs_chromium
@pytest.mark.parametrize("policy", ["with", "without"])
def test_a_hostile_project_gives_a_report_in_which_nothing_runs(opened, files, policy):
    """From the files of the project to the page: every text field of every table is hostile."""
    page = files.html.read_bytes()
    if policy == "without":
        page = POLICY.sub(b"", page)
    n_charts = page.count(b'class="chart')
    seen = opened(page, n_charts=n_charts)
    assert n_charts >= 4
    assert seen.ask("window.__pwn ?? null") is None
    assert seen.requests == []
    assert seen.errors == []
    assert seen.ask("document.scripts.length") == n_charts + 2
    assert seen.ask("document.querySelectorAll('img, iframe, object, embed, link').length") == 0
    text = seen.ask("document.body.innerText")
    told = [word for word in WRITABLE if " ".join(word.split()) in " ".join(text.split())]
    assert len(told) > len(WRITABLE) / 2
