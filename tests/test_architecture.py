"""The house stays small, its rooms keep to themselves, and its front door opens fast."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pmtools as pm

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pmtools"
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
NO_NAMES = {"utils", "helpers", "common", "core", "misc", "base", "manager"}
OUTER_ROOMS = {"files.py", "process.py", "formats", "history", "report", "cli.py"}
HEAVY = {
    "altair", "great_tables", "IPython", "ipywidgets", "jpype", "matplotlib", "mpxj", "nbconvert",
    "nbformat", "numpy", "openpyxl", "pandas", "papermill", "sqlalchemy", "typst", "vl_convert",
}  # fmt: skip
BANNED = {
    "set_option": "pandas options belong to the user",
    "basicConfig": "an application configures logging, a library does not",
    "addHandler": "an application configures logging, a library does not",
    "simplefilter": "warnings are mended, not hidden",
    "eval": "text is never run",
    "exec": "text is never run",
    "Markdown": "project text is hostile until escaped",
    "unsafe_load": "a YAML file cannot make objects",
    "full_load": "a YAML file cannot make objects",
    "read_pickle": "a pickle runs code",
}
OUTSIDE = {"now", "today", "utcnow", "localtime", "monotonic", "open", "print", "input"}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def room_of(path):
    return path.relative_to(PACKAGE).parts[0]


def syntax(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path):
    """The last name of every call in a file: `now` of `pd.Timestamp.now()`."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def tracked_files():
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_is_too_long():
    """A file of more than 400 lines holds more than one subject."""
    lengths = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in FILES}
    assert not {name: n for name, n in lengths.items() if n > LONGEST_FILE}


def test_no_function_is_too_long():
    """A function of more than 60 lines does more than one thing."""
    lengths = {
        f"{name_of(path)}: {node.name}": node.end_lineno - node.lineno + 1
        for path in FILES
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION}


def test_names_say_what_is_inside():
    """`utils`, `helpers` and their like are no names."""
    words = {name_of(p): set(name_of(p).removesuffix(".py").split("/")) for p in FILES}
    assert not {name for name, parts in words.items() if parts & NO_NAMES}


def undocumented(path):
    tree = syntax(path)
    yield from () if ast.get_docstring(tree) else ["module"]
    public = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    classes = [n for n in public if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
    # What every change of a scenario does is documented once, in `Change`.
    classes = [c for c in classes if "Change" not in [getattr(b, "id", "") for b in c.bases]]
    public += [m for c in classes for m in c.body if isinstance(m, ast.FunctionDef)]
    yield from (n.name for n in public if n.name[0] != "_" and not ast.get_docstring(n))


def test_every_public_thing_is_documented():
    """Modules, public classes, functions and methods open with a docstring."""
    assert not {f"{name_of(path)}: {name}" for path in FILES for name in undocumented(path)}


def test_nothing_is_changed_behind_the_users_back():
    """No pandas option, logging handler or warning filter is set, and no text is run as code."""
    assert not {f"{name_of(p)}: {BANNED[c]}" for p in FILES for c in calls(p) if c in BANNED}


def test_the_inner_rooms_have_no_clock_and_open_no_file():
    """Same arguments, same answer: status date, seed and time limit are arguments."""
    inner = [path for path in FILES if room_of(path) not in OUTER_ROOMS]
    assert not {f"{name_of(p)}: {c}" for p in inner for c in calls(p) if c in OUTSIDE}


def test_the_linted_layers_are_those_of_the_design():
    """import-linter knows every room, so that a new one cannot slip past it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = text.split("layers = [")[1].split("]")[0]
    known = set(re.findall(r"\w+", layers))
    rooms = {path.removesuffix(".py") for path in map(room_of, FILES)} - {"__init__"}
    assert rooms <= known
    assert "exhaustive = true" in text


PROBE = """
import json, sys, time
before = time.process_time()
import pmtools
print(json.dumps([time.process_time() - before, sorted(m.partition(".")[0] for m in sys.modules)]))
"""


def test_the_front_door_opens_fast():
    """`import pmtools` takes under half a second and loads nothing heavy."""
    command = [sys.executable, "-W", "error", "-c", PROBE]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    seconds, loaded = json.loads(printed.stdout)
    assert not HEAVY & set(loaded)
    assert seconds < 0.5


def test_every_public_name_can_be_used_and_is_documented():
    """`import pmtools as pm` is all a notebook needs."""
    assert not [name for name in pm.__all__ if not getattr(pm, name).__doc__]


def test_the_table_of_contents_is_complete():
    """Tab completion in a notebook shows the public names and nothing else."""
    assert dir(pm) == sorted(pm.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'shedule'"):
        _ = pm.shedule


def test_a_verb_stays_a_verb_after_its_room_was_entered():
    """`pm.check` is the function, also after someone imported the package `pmtools.check`."""
    program = "import pmtools.check.plan, pmtools as pm; pm.check; assert callable(pm.check)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_nothing_large_is_committed():
    """Real data and outputs stay outside; a file over 300 kB is one of them."""
    assert not {name_of(p) for p in tracked_files() if p.stat().st_size > 300_000}


def test_nothing_of_one_machine_is_committed():
    """A checkout works anywhere: no home folder, no package index of a company."""
    own = re.compile(rb"(?<![\w.])/(?:work|root|home/\w+)/|index-url\s*=|--index-url|\.internal\b")
    found = {name_of(p) for p in tracked_files() if own.search(p.read_bytes())}
    guards = {"tests/test_architecture.py", "tests/notebooks/test_notebook_structure.py"}
    assert not found - guards
