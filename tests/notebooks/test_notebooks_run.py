import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_notebooks import runnable, saved

from pmtools.report.run import run_notebook

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STARTER = ROOT / "templates" / "projects" / "software-rollout"
KINDS = ("table", "statement")

pytestmark = pytest.mark.slow


@pytest.fixture(params=[*NOTEBOOKS, None], ids=lambda path: path.stem if path else "small")
def path(request, tmp_path):
    """Every notebook that we ship, and a small one that shows that these tests can see."""
    shown = "pm_table = provenance\nprint(weeks)"
    return request.param or saved(tmp_path, runnable(shown.replace("provenance", "weeks")))


def run(command, folder):
    environment = os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, env=environment
    )
    assert done.returncode == 0, done.stdout.decode()[-3000:] + done.stderr.decode()[-3000:]


def shown(notebook):
    """What the reader sees: sentences and tables in order, but the provenance of the run."""
    bundles = [o["data"] for c in notebook["cells"] for o in c.get("outputs", ()) if "data" in o]
    return [
        bundle[f"application/vnd.pmtools.{kind}+json"]
        for bundle in bundles
        for kind in KINDS
        if f"application/vnd.pmtools.{kind}+json" in bundle
        and "application/vnd.pmtools.sentinel+json" not in bundle
    ]


def test_a_notebook_runs_from_its_own_folder_on_its_own_defaults(path, tmp_path):
    """As Restart and Run All does in JupyterLab; every cell has a time limit."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    run(
        ["pytest", "-c", str(tmp_path / "pytest.ini"), "-p", "no:cacheprovider", "--nbval",
         "--nbval-current-env", "--nbval-cell-timeout=120", "--nbval-kernel-startup-timeout=120",
         path.name],
        path.parent,
    )  # fmt: skip


def test_plain_papermill_gives_the_same_numbers_as_our_runner(path, tmp_path):
    """The same notebook, three ways: what it shows does not depend on who runs it."""
    project = str(STARTER) if STARTER.exists() else "plan.csv"
    out = tmp_path / "out.ipynb"
    run(["papermill", str(path), str(out), "-p", "project", project, "--no-progress-bar"], ROOT)
    ours = run_notebook(path, {"project": project}, folder=ROOT, deadline=200)
    assert shown(json.loads(out.read_text("utf-8"))) == shown(ours)
    assert len(ours["cells"]) == len(json.loads(out.read_text("utf-8"))["cells"])
