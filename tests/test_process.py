import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmtools.errors import Problem, ProcessError, SourceError
from pmtools.process import _descendants, run_command, run_limited


def lives(pid: int) -> bool:
    """A process that is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not lives(pid)


def test_the_result_of_the_child_comes_back():
    """A call in a child process gives what the call gives."""
    assert run_limited(math.hypot, 3.0, 4.0, seconds=60) == 5.0


def test_an_error_of_ours_comes_back_as_itself():
    """What a reader in the child finds wrong with a file reaches the user word for word."""
    problem = Problem("plan.mpp", "it is empty", remedy="Export it again.")
    with pytest.raises(SourceError) as caught:
        run_limited(exec, "raise error", {"error": SourceError([problem])}, seconds=60)
    assert caught.value.problems == (problem,)


def test_any_other_error_is_a_process_error_that_quotes_it():
    """A failure that nobody foresaw names the call and the exception."""
    with pytest.raises(ProcessError, match=r"sqrt failed: ValueError: math domain error"):
        run_limited(math.sqrt, -1.0, seconds=60)


def test_at_the_deadline_the_child_is_stopped():
    """A child that does not finish in time is ended, and the time is named."""
    started = time.monotonic()
    with pytest.raises(ProcessError, match=r"sleep was stopped: not finished after 1 s"):
        run_limited(time.sleep, 600, seconds=1)
    assert time.monotonic() - started < 10


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of address space is Linux's")
def test_a_child_without_memory_says_so():
    """Lack of memory is told apart from other failures."""
    with pytest.raises(ProcessError, match=r"ran out of memory \(limit 300 MB\)"):
        run_limited(bytearray, 2**30, seconds=60, memory_mb=300)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("import os; os.abort()", "killed by SIGABRT"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL, as the system does when"),
        ("import os; os._exit(7)", "ended with exit code 7 before it had a result"),
        ("import sys; sys.exit(0)", "ended with exit code 0 before it had a result"),
    ],
)
def test_a_child_that_dies_is_not_taken_for_success(call, words):
    """Death by a signal or a silent exit is an error, also with exit code 0."""
    with pytest.raises(ProcessError, match=words):
        run_limited(exec, call, seconds=60)


def test_the_last_words_of_a_dying_child_are_kept():
    """The last lines of stderr stand in the error."""
    with pytest.raises(ProcessError, match=r"SIGABRT(.|\n)*disk on fire"):
        run_limited(exec, "import os; os.write(2, b'disk on fire\\n'); os.abort()", {}, seconds=60)


CHILD_WITH_GRANDCHILD = """
import pathlib, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"], start_new_session={alone})
pathlib.Path({note!r}).write_text(str(child.pid))
time.sleep({seconds})
"""


@pytest.mark.parametrize("alone", [False, True], ids=["in the group", "in a session of its own"])
def test_what_the_child_started_ends_with_it_at_the_deadline(tmp_path, alone):
    """A deadline leaves no process behind, nor one that left the process group."""
    note = tmp_path / "pid"
    code = CHILD_WITH_GRANDCHILD.format(alone=alone, note=str(note), seconds=600)
    with pytest.raises(ProcessError, match="not finished"):
        run_limited(exec, code, seconds=3)
    assert gone(int(note.read_text()))


def test_what_a_finished_child_left_running_in_its_group_ends_too(tmp_path):
    """A finished call leaves no process behind."""
    note = tmp_path / "pid"
    code = CHILD_WITH_GRANDCHILD.format(alone=False, note=str(note), seconds=0)
    run_limited(exec, code, {}, seconds=60)
    assert gone(int(note.read_text()))


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path):
    """A kill -9 of the parent leaves no orphan."""
    note = tmp_path / "pid"
    inner = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    code = f"from pmtools.process import run_limited; run_limited(exec, {inner!r}, seconds=600)"
    parent = subprocess.Popen([sys.executable, "-c", code])
    end = time.monotonic() + 20
    while not (note.exists() and note.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert gone(int(note.read_text()))


def test_a_call_leaves_no_zombie_and_no_file(tmp_path, monkeypatch):
    """Children are waited for, and their folder is removed, after success and after failure."""
    before = set(_descendants(os.getpid()))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run_limited(math.sqrt, 4.0, seconds=60)
    with pytest.raises(ProcessError):
        run_limited(time.sleep, 600, seconds=0.3)
    assert not list(tmp_path.iterdir())
    assert set(_descendants(os.getpid())) <= before


def test_a_command_gives_its_exit_code_and_output():
    """A command that ends by itself is reported, whatever its exit code."""
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    finished = run_command([sys.executable, "-c", code], seconds=60)
    assert (finished.exit_code, finished.stdout, finished.stderr) == (3, "out\n", "err\n")


def test_a_command_is_stopped_at_its_deadline():
    """The deadline of a command is kept, with the command's name in the error."""
    with pytest.raises(ProcessError, match=r"sleep was stopped: not finished after 0.5 s"):
        run_command(["sleep", "600"], seconds=0.5)
