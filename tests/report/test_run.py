import time

import pytest
from small_notebooks import code, markdown, notebook, runnable, saved

from pmtools.errors import RunError
from pmtools.report.run import run_notebook


@pytest.fixture
def run(tmp_path):
    def run_cells(*sources, deadline=60, parameters=None, **how):
        path = saved(tmp_path, runnable(*sources, **how))
        return run_notebook(path, parameters or {}, folder=tmp_path, deadline=deadline)

    return run_cells


def printed(executed):
    texts = [o["text"] for c in executed["cells"] for o in c.get("outputs", ()) if "text" in o]
    return "".join("".join(text) for text in texts)


def test_a_notebook_runs_with_the_given_parameters_in_the_given_folder(run, tmp_path):
    """Text that looks like code or like a path of papermill's stays text."""
    name = 'it\'s "q" \\ {x}\n$HOME ü'
    cell = "import os\nprint([project, weeks, share], os.getcwd())"
    executed = run(cell, parameters={"project": name, "weeks": 2})
    assert printed(executed) == f"{[name, 2, 0.5]} {tmp_path}\n"


def test_an_unknown_parameter_stops_the_run_before_it_begins(run):
    with pytest.raises(RunError, match='nearest: "weeks"'):
        run("1", parameters={"week": 3})


def test_a_failing_cell_is_told_with_its_place_and_own_words(run):
    with pytest.raises(RunError) as caught:
        run("1", "1 / 0")
    assert str(caught.value) == (
        'Notebook small, cell 4 under "What is the question?":\nZeroDivisionError: division by zero'
    )


def test_an_error_of_ours_is_told_plainly(run):
    """All problems, each in one sentence; no wall of a traceback."""
    problems = "[Problem('plan.csv, row 3', 'a', 'b', 'Mend it.'), Problem('row 4', 'c')]"
    cell = f"from pmtools.errors import *\nraise SourceError({problems})"
    with pytest.raises(RunError) as caught:
        run(cell)
    assert str(caught.value).endswith(
        '"What is the question?":\nplan.csv, row 3: a; expected b. Mend it.\nrow 4: c.'
    )


def test_a_kernel_that_dies_is_a_failed_run(run):
    """The notebook on disk would look complete."""
    with pytest.raises(RunError, match="kernel died"):
        run("import os\nos._exit(0)")


def test_sys_exit_is_a_failed_run(run):
    """Papermill raises nothing: the cells after it would be missing from the report."""
    with pytest.raises(RunError, match="stopped early: code cell 4 of 5"):
        run("import sys\nsys.exit(0)", "2")


def test_a_cell_that_is_allowed_to_raise_still_fails_the_run(tmp_path):
    content = runnable("1 / 0")
    content["cells"][3]["metadata"]["tags"] = ["raises-exception"]
    with pytest.raises(RunError, match="ZeroDivisionError"):
        run_notebook(saved(tmp_path, content), {}, folder=tmp_path, deadline=60)


def test_a_hanging_cell_ends_at_the_deadline(run):
    """First the cell is interrupted; where that does not help, the whole run is stopped."""
    started = time.monotonic()
    with pytest.raises(RunError, match=r"took too long|not finished after 12 s\.$"):
        run("import time\ntime.sleep(600)", deadline=12)
    assert time.monotonic() - started < 20


@pytest.mark.slow
def test_a_cell_that_ignores_interrupts_ends_at_the_deadline_too(run):
    stubborn = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(600)"
    with pytest.raises(RunError, match=r"took too long|not finished after 10 s\.$"):
        run(stubborn, deadline=10)


@pytest.mark.parametrize("last", ["1", "print('done')", ""])
def test_a_run_counts_only_with_the_provenance_in_the_last_cell(run, last):
    with pytest.raises(RunError, match="did not end with its provenance"):
        run(last=last)


def test_a_provenance_of_another_run_does_not_count(tmp_path):
    content = runnable()
    content["cells"][-1]["source"] = content["cells"][-1]["source"].replace(
        "run_id=run_id", "run_id='0123456789abcdef'"
    )
    with pytest.raises(RunError, match="did not end with its provenance"):
        run_notebook(saved(tmp_path, content), {}, folder=tmp_path, deadline=60)


def test_outputs_that_were_left_in_the_notebook_are_not_taken_for_new_ones(tmp_path):
    content = runnable("import sys\nsys.exit(0)")
    for number, cell in enumerate(content["cells"]):
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
    with pytest.raises(RunError, match="stopped early"):
        run_notebook(saved(tmp_path, content), {}, folder=tmp_path, deadline=60)


def test_the_same_run_gives_the_same_notebook(run):
    """No times, no random ids, the same order of sets."""
    cells = ("print({'b', 'a', 'c', 'd', 'e'})", "object.__hash__\nhash('text')")
    assert run(*cells) == run(*cells)


def test_modules_in_the_folder_do_not_stand_in_for_libraries(run, tmp_path):
    """A report is made where people keep files: a `random.py` among them changes nothing."""
    (tmp_path / "random.py").write_text("raise SystemExit('not the library')")
    run("import random\nrandom.random()")


def test_the_notebook_itself_is_not_changed(run, tmp_path):
    path = saved(tmp_path, runnable())
    before = path.read_bytes()
    run_notebook(path, {}, folder=tmp_path, deadline=60)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"cells": [{}]}', "%PDF-1.7"])
def test_what_is_no_notebook_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    with pytest.raises(RunError, match=r"broken\.ipynb is not a notebook"):
        run_notebook(path, {}, folder=tmp_path)


def test_a_notebook_without_run_id_cannot_prove_its_end(tmp_path):
    content = notebook(markdown("# T"), code('project: str = ""', "parameters"), code("1"))
    with pytest.raises(RunError, match="`run_id` is not a parameter"):
        run_notebook(saved(tmp_path, content), {}, folder=tmp_path)
