"""`import pmtools as pm` is all a notebook needs."""

import json
import subprocess
import sys

import pmtools as pm


def run_python(code):
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
    )


def test_every_name_of_the_contents_is_there():
    """The table of contents names nothing that does not exist."""
    for name in pm.__all__:
        assert getattr(pm, name) is not None
        assert callable(getattr(pm, name)), name


def test_every_public_function_explains_itself():
    """Each public name has a docstring of its own."""
    for name in pm.__all__:
        assert (getattr(pm, name).__doc__ or "").strip(), name


def test_a_verb_stays_the_verb_after_its_package_was_imported():
    """`pm.schedule` is the function, whoever imported `pmtools.schedule` before."""
    code = (
        "import pmtools.schedule, pmtools.check, pmtools.report\n"
        "import pmtools as pm, json\n"
        "verbs = [pm.schedule, pm.check, pm.report]\n"
        "print(json.dumps([type(verb).__name__ for verb in verbs]))"
    )
    assert json.loads(run_python(code).stdout) == ["function"] * 3


def test_importing_pmtools_loads_nothing_heavy():
    """Notebooks and shell completion start at once: libraries are loaded when they are used."""
    loaded = run_python("import pmtools").stderr
    for heavy in ("pandas", "numpy", "altair", "sqlalchemy", "papermill", "great_tables"):
        assert f" {heavy}\n" not in loaded, heavy


def test_an_unknown_name_is_an_attribute_error():
    """A misspelt name is told as Python tells it."""
    assert not hasattr(pm, "shedule")
