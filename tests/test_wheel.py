"""The wheel carries notebooks and templates: pmtools works outside any checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package as an installed wheel lays it out, and nothing else of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(site, folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-P", "-m", "pmtools.cli", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_what_runs_and_nothing_of_the_tests(installed):
    """Notebooks and templates are inside the package; tests and outputs are not."""
    names = {str(path.relative_to(installed)) for path in installed.rglob("*")}
    assert "pmtools/_shipped/notebooks/weekly_report.ipynb" in names
    assert any(name.startswith("pmtools/_shipped/templates/projects/") for name in names)
    assert any(name.startswith("pmtools/_shipped/templates/report/") for name in names)
    assert not any("tests" in name.split("/")[:2] or "/out/" in name for name in names)


@pytest.mark.slow
def test_an_installed_package_makes_a_project_and_its_report(installed, tmp_path):
    """`pmtools new` and `pmtools report` need no checkout."""
    run(installed, tmp_path, "new", "mine", "--from", "hardware-installation")
    told = run(installed, tmp_path, "report", "mine", "--out", "out")
    assert str(ROOT) not in told
    assert len(list((tmp_path / "out").rglob("*.html"))) == 1
