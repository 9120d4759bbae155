"""A piece of work in a supervised child process: it cannot hang, eat all memory or take us along.

Files of others are parsed in such a child, notebooks run in one, and so does every project of a
batch. The child is a fresh interpreter in a session of its own; whatever it started is gone when
it is gone, also when the parent was killed.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pmtools.errors import PmtoolsError, ProcessError

_CHILD = """
import sys
sys.path[:] = {path!r}
from pmtools import process
process.serve({folder!r}, {memory_mb!r})
"""


@dataclass(frozen=True)
class Finished:
    """A command that came to its end by itself: its exit code, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str


def run_limited(
    function: Callable[..., Any], *args: Any, seconds: float, memory_mb: int | None = None
) -> Any:
    """Call `function(*args)` in a child process and return what it returns.

    Parameters
    ----------
    function
        A function that can be imported by its name; it and its arguments are pickled.
    seconds
        Wall-clock deadline; then the child and all that it started are killed.
    memory_mb
        Limit of the child's address space in MB. Not for a child that starts a Java machine,
        which reserves address space that it does not use; limit its heap instead.

    Raises
    ------
    PmtoolsError
        Raised by the function: comes back as itself.
    ProcessError
        Any other exception, the deadline, lack of memory or death by a signal; says which.
    """
    name = getattr(function, "__qualname__", repr(function))
    with tempfile.TemporaryDirectory(prefix="pmtools-") as folder:
        result = Path(folder, "result")
        Path(folder, "call").write_bytes(pickle.dumps((function, args)))
        code = _CHILD.format(path=sys.path, folder=folder, memory_mb=memory_mb)
        finished = _supervise([sys.executable, "-c", code], name, seconds, subprocess.PIPE)
        if finished.exit_code or not result.is_file():
            how = f"ended with exit code {finished.exit_code} before it had a result"
            raise ProcessError(_with_last_lines(f"{name} {how}.", finished.stderr))
        outcome, value = pickle.loads(result.read_bytes())  # noqa: S301 - written by our child
    if outcome == "returned":
        return value
    if outcome == "raised":
        raise value
    if outcome == "memory":
        limit = f" (limit {memory_mb} MB)" if memory_mb else ""
        raise ProcessError(f"{name} ran out of memory{limit}.")
    raise ProcessError(_with_last_lines(f"{name} failed: {value}", finished.stderr))


def run_command(
    argv: Sequence[str],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run a command to its end, whatever its exit code; at the deadline all of it is killed.

    Raises
    ------
    ProcessError
        At the deadline, or where a signal ended the command; with its last lines of stderr.
    """
    return _supervise(list(argv), Path(argv[0]).name, seconds, subprocess.DEVNULL, cwd, env)


def _supervise(
    argv: list[str],
    name: str,
    seconds: float,
    stdin: int,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            argv, stdin=stdin, stdout=out, stderr=err, cwd=cwd, env=env, start_new_session=True
        )
        try:
            exit_code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            message = f"{name} was stopped: not finished after {seconds:g} s."
            raise ProcessError(_with_last_lines(message, _text(err))) from None
        finally:
            _kill(child)
        if exit_code < 0:
            raise ProcessError(_with_last_lines(_death(name, -exit_code), _text(err)))
        return Finished(exit_code, _text(out), _text(err))


def _death(name: str, number: int) -> str:
    word = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    cause = ", as the system does when memory runs out" if word == "SIGKILL" else ""
    return f"{name} died: killed by {word}{cause}."


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child's group, and descendants that left it: Jupyter's kernels do."""
    descendants = _descendants(child.pid) if child.poll() is None else []
    for kill, number in [(os.killpg, child.pid), *((os.kill, pid) for pid in descendants)]:
        try:
            kill(number, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    child.wait()
    if child.stdin:
        child.stdin.close()


def _descendants(ancestor: int) -> list[int]:
    """Of a living process, where /proc tells: children, their children and so on."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found = [*children.get(ancestor, [])]
    for pid in found:
        found += children.get(pid, [])
    return found


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def _with_last_lines(message: str, stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.strip()][-8:]
    return "\n  ".join([message, *lines])


def serve(folder: str, memory_mb: int | None) -> None:
    """Be the child of `run_limited`: make the call in `folder` and leave its result there."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        if memory_mb:
            _limit_memory(memory_mb)
        function, args = pickle.loads(Path(folder, "call").read_bytes())  # noqa: S301 - ours
        outcome = pickle.dumps(("returned", function(*args)))
    except MemoryError:
        outcome = pickle.dumps(("memory", None))
    except PmtoolsError as error:
        outcome = pickle.dumps(("raised", error))
    except Exception as error:
        traceback.print_exc()
        outcome = pickle.dumps(("failed", f"{type(error).__name__}: {error}"))
    Path(folder, "result").write_bytes(outcome)


def _limit_memory(megabytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def _die_with_parent() -> None:
    """The parent holds the other end of stdin: when it ends, however it does, so do we."""
    with open(0, "rb", closefd=False) as stdin:
        stdin.read()
    os.killpg(0, signal.SIGKILL)
