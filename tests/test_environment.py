"""The conda environment and the package name the same things."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"great-tables": "great_tables"}


def names(requirements):
    return {re.match(r"[\w.-]+", line)[0].lower(): line.replace(" ", "") for line in requirements}


def test_environment_yml_names_every_requirement_of_the_package():
    """Who installs by conda gets the same packages, with the same lower bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = names(
        [*project["dependencies"], *extras["schedule-files"], *extras["test"], *extras["bench"]]
    )
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = names(item for item in listed if isinstance(item, str))
    by_pip = names(next(item["pip"] for item in listed if isinstance(item, dict)))
    found = conda | by_pip
    for name, requirement in wanted.items():
        conda_name = CONDA_NAMES.get(name, name)
        assert found[conda_name] == requirement.replace(name, conda_name, 1)


def test_environment_yml_brings_a_java_runtime():
    """Reading Microsoft Project and Primavera files needs Java."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert any(isinstance(item, str) and item.startswith("openjdk") for item in listed)


def test_constraints_carry_versions_only():
    """A constraints file names versions, never where a package is downloaded from."""
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[\w.-]+==[\w.+]+( *;.*)?", line), line


def test_ci_runs_the_readme_command():
    """What CI runs is what a user runs."""
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make test")
    readme = (ROOT / "README.md").read_text()
    assert "make report" in readme
    assert "make test" in readme
