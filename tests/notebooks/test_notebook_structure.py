import ast
import copy
import json
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest
from notebook_rules import broken_rules, code_of, parsed, text
from small_notebooks import code, markdown, notebook

import pmtools as pm

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

PROSE = "Words that tell how to read the answer, so that nobody has to guess. " * 4
GOOD = notebook(
    markdown(f"# Weekly\n\n**Purpose** a. **For whom** b. **Reads** c. **Produces** d. {PROSE}"),
    code(
        'project: str = "plan"  # the file\nstatus_date: str = ""  # empty: its own\n'
        'run_id: str = ""  # set by the runner\nlimit: int | None = None  # none: all',
        "parameters",
    ),
    code("import pmtools as pm"),
    markdown(f"## Is the plan sound?\n\n{PROSE}"),
    code("plan = pm.read_project(project, status_date)\npm.check(plan)", "internal"),
    markdown(f"## Record the week\n\n{PROSE}"),
    code("pm.History(history).record(plan)", "record"),
    markdown(f"## Where from?\n\n{PROSE}"),
    code("pm.provenance(plan, run_id=run_id)"),
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_to_the_form(path):
    """A reader of one notebook knows where to look in all of them."""
    assert broken_rules(json.loads(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_stripped(path, tmp_path):
    """Outputs hold data of a project and make differences unreadable."""
    copied = tmp_path / path.name
    copied.write_bytes(path.read_bytes())
    strip = [sys.executable, "-m", "nbstripout", "--keep-id", str(copied)]
    subprocess.run(strip, check=True, capture_output=True)
    assert json.loads(copied.read_text("utf-8")) == json.loads(path.read_text("utf-8"))


SIMULATING = [path for path in NOTEBOOKS if "pm.simulate(" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", SIMULATING, ids=lambda path: path.stem)
def test_every_notebook_makes_the_same_forecast(path):
    """One date in every report: what is drawn is as usual, unless a parameter says otherwise."""
    cells = code_of(json.loads(path.read_text("utf-8")))
    values = {}
    exec(text(cells[0]), values)
    usual = {name: each.default for name, each in signature(pm.simulate).parameters.items()}
    calls = [
        node
        for cell in cells
        for node in ast.walk(parsed(cell))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pm.simulate"
    ]
    assert len(calls) == 1
    given = {word.arg: ast.unparse(word.value) for word in calls[0].keywords}
    assert given.pop("throughput") in ("throughput", "pm.flow(now).throughput")
    assert {name: values[each] for name, each in given.items()} == {
        name: usual[name] for name in given
    }


def test_a_notebook_in_good_form_breaks_no_rule():
    assert broken_rules(GOOD) == []


def change(cell, key, value):
    def made(good):
        good["cells"][cell][key] = value

    return made


DEFECTS = {
    "no title": change(0, "source", "Purpose, For whom, Reads, Produces"),
    "does not say: For whom": change(0, "source", f"# A\n\nPurpose, Reads, Produces {PROSE}"),
    "first code cell is not": change(1, "metadata", {}),
    "has 2 cells tagged": change(4, "metadata", {"tags": ["parameters"]}),
    "parameters lack run_id": change(
        1, "source", 'project: str = ""  # a\nstatus_date: str = ""  # b'
    ),
    "no comment: run_id": change(
        1, "source",
        'project: str = ""  # a\nstatus_date: str = ""  # b\nrun_id: str = ""',
    ),
    "not an annotated literal": change(1, "source", "project = 3  # a"),
    "imports stand in the second": change(4, "source", "import numpy"),
    "star import": change(2, "source", "from pmtools import *"),
    "lines; at most 12": change(4, "source", "\n".join(f"a{n}" for n in range(13))),
    "at least 4 a line": change(4, "source", "\n".join("plan" for n in range(99))),
    "code lines; at most 100": change(4, "source", "\n".join("plan" for n in range(99))),
    "has a magic": change(4, "source", "%matplotlib inline"),
    "has a function": change(4, "source", "def f():\n    pass"),
    "has a class": change(4, "source", "class A:\n    pass"),
    "has a formula": change(4, "source", "x = earned / actual"),
    "has an absolute path": change(4, "source", "pm.read_project('/home/ann/plan.mpp')"),
    "outputs or execution counts": change(4, "execution_count", 3),
    "cell ids are missing": change(4, "id", "4"),
    "unknown tags": change(4, "metadata", {"tags": ["hide"]}),
    "without words before": change(5, "cell_type", "code"),
    "is not the provenance": change(8, "source", "pm.provenance(plan)"),
    "`record` stands before": change(4, "metadata", {"tags": ["record"]}),
    "writes; only `record` may": change(6, "metadata", {}),
}  # fmt: skip


@pytest.mark.parametrize("words", DEFECTS)
def test_each_departure_from_the_form_is_told(words):
    """A rule that never fires holds nothing."""
    bad = copy.deepcopy(GOOD)
    DEFECTS[words](bad)
    bad["cells"][5]["source"] = bad["cells"][5]["source"].replace("##", "#").replace(",", "")
    for cell in bad["cells"]:
        if cell["cell_type"] == "code":
            cell.setdefault("outputs", [])
            cell.setdefault("execution_count", None)
            if cell["source"].startswith("# Record"):
                cell["source"] = "plan"
    assert any(words in told for told in broken_rules(bad)), broken_rules(bad)


def test_too_many_cells_are_told():
    bad = copy.deepcopy(GOOD)
    bad["cells"][4:4] = [c for n in range(13) for c in (markdown(f"## {n}"), code(f"plan{n}"))]
    assert "18 code cells; at most 15" in broken_rules(bad)
