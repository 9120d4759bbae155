"""A notebook is run by papermill under a contract: to its last cell, in time, or not at all.

papermill alone calls a run complete whose kernel died or left by `sys.exit(0)`. A run counts here
when nothing was raised, every code cell was executed, and the last one shows our run id.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pmtools import errors
from pmtools.errors import ProcessError, RunError
from pmtools.process import run_limited
from pmtools.report.gate import checked_parameters, declared_parameters
from pmtools.report.provenance import SENTINEL

Notebook = dict[str, Any]

_KERNEL = (
    # jsonschema builds a grammar of 1.8 s in every process for a check that nobody asks for.
    "import sys; sys.modules.setdefault('rfc3987_syntax', None); "
    "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
)
_FLAGS = ("--InteractiveShellApp.ignore_cwd=True", "--HistoryManager.enabled=False")
_OURS = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.PmtoolsError)
}


def run_notebook(
    path: str | Path,
    parameters: Mapping[str, Any],
    *,
    folder: str | Path,
    deadline: float = 600,
    memory_mb: int | None = None,
) -> Notebook:
    """Run a notebook in a supervised child process and return it executed.

    Parameters
    ----------
    path
        The `.ipynb`; it is not changed.
    parameters
        Plain values for parameters that the notebook declares. `run_id` is added: the notebook
        must declare it and hand it to `provenance(...)` in its last cell.
    folder
        Where the kernel runs; relative paths in parameters start there.
    deadline
        Seconds for the whole run, start of the kernel included.
    memory_mb
        Limit of the address space, see `pmtools.process.run_limited`.

    Raises
    ------
    RunError
        The parameters do not fit, a cell failed (with its own words), or the run did not end.
    """
    source = Path(path).read_bytes()
    try:
        notebook = json.loads(source)
        declared = declared_parameters(notebook)
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        raise RunError(f"{Path(path).name} is not a notebook: {error}.") from error
    plain = checked_parameters(parameters, declared)
    plain |= checked_parameters({"run_id": _run_id(source, plain)}, declared)
    try:
        executed, failure = run_limited(
            _execute,
            json.dumps(notebook),
            plain,
            str(Path(folder).resolve()),
            deadline,
            seconds=deadline,
            memory_mb=memory_mb,
        )
    except ProcessError as error:
        how = str(error).removeprefix(_execute.__name__)
        if "not finished" in how:  # what the kernel wrote while it was stopped says nothing
            how = how.splitlines()[0]
        raise RunError(f"Notebook {Path(path).stem}{how}") from error
    if failure:
        raise RunError(f"Notebook {Path(path).stem}, {failure}")
    _assert_complete(Path(path).stem, executed, plain["run_id"])
    return _without_times(executed)


def _run_id(source: bytes, parameters: Mapping[str, Any]) -> str:
    """The same notebook with the same parameters has the same id: reports can be repeated."""
    text = json.dumps(parameters, sort_keys=True).encode()
    return hashlib.sha256(hashlib.sha256(source).digest() + text).hexdigest()[:16]


def _execute(
    source: str, parameters: dict[str, Any], folder: str, deadline: float
) -> tuple[Notebook, str]:
    """In the child: the executed notebook, and what went wrong in words ("" if nothing did)."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="pm") as private:
        _private_jupyter(Path(private))
        import nbformat
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.exceptions import PapermillExecutionError

        notebook = nbformat.reads(source, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        try:
            executed = papermill.execute_notebook(
                notebook,
                None,
                parameters,
                kernel_name="python3",
                cwd=folder,
                progress_bar=False,
                log_output=False,
                execution_timeout=max(1, int(min(deadline * 0.9, deadline - 5))),
                iopub_timeout=60,
                store_widget_state=False,
                config=_transport(Path(private)),
            )
        except PapermillExecutionError as error:
            return {}, _words(error, notebook)
        except CellTimeoutError as error:
            return {}, f"a cell took too long: {str(error).splitlines()[0]}"
        except DeadKernelError:
            return {}, "the kernel died: it was killed, ran out of memory or left by os._exit."
        return json.loads(nbformat.writes(executed)), ""


def _private_jupyter(private: Path) -> None:
    """Make this Python the kernel, with nobody's start-up files: same input, same report."""
    kernel = {
        "argv": [sys.executable, "-P", "-c", _KERNEL, "-f", "{connection_file}", *_FLAGS],
        "display_name": "Python 3",
        "language": "python",
        "env": {"PYTHONHASHSEED": "0", "IPYTHONDIR": str(private / "ipython")},
    }
    folder = private / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(kernel))
    os.environ |= {
        "JUPYTER_PATH": str(private),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
    }


def _transport(private: Path) -> Any:
    """Sockets in a private folder: kernels on TCP ports race when several start at once."""
    from traitlets.config import Config

    config = Config()
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(private / "k")
    return config


def _words(error: Any, notebook: Any) -> str:
    """Where it failed and why: our own errors plainly, others with their name."""
    why = error.evalue if error.ename in _OURS else f"{error.ename}: {error.evalue}"
    if not error.evalue:
        why = error.ename
    headings = [
        line.lstrip("# ")
        for cell in notebook.cells[: error.cell_index]
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("#")
    ]
    under = f' under "{headings[-1]}"' if headings else ""
    return f"cell {error.exec_count}{under}:\n{why}"


def _assert_complete(name: str, executed: Notebook, run_id: str) -> None:
    cells = [c for c in executed["cells"] if c["cell_type"] == "code" and "".join(c["source"])]
    skipped = [n for n, cell in enumerate(cells, 1) if cell["execution_count"] is None]
    if skipped:
        raise RunError(
            f"Notebook {name} stopped early: code cell {skipped[0]} of {len(cells)} was not run."
        )
    failed = [o for c in cells for o in c["outputs"] if o["output_type"] == "error"]
    if failed:
        raise RunError(f"Notebook {name}: a cell failed: {failed[0]['ename']}.")
    shown = [o.get("data", {}).get(SENTINEL, {}) for o in cells[-1]["outputs"]]
    if not any(isinstance(data, dict) and data.get("run_id") == run_id for data in shown):
        raise RunError(
            f"Notebook {name} did not end with its provenance; expected "
            "`pm.provenance(project, run_id=run_id, ...)` in the last cell."
        )


def _without_times(notebook: Notebook) -> Notebook:
    """Without what papermill adds of clock and chance: same input, same bytes."""
    notebook["metadata"].pop("papermill", None)
    notebook["metadata"].pop("widgets", None)
    for number, cell in enumerate(notebook["cells"]):
        for key in ("papermill", "execution"):
            cell["metadata"].pop(key, None)
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["id"] = f"injected-{number}"
    return notebook
