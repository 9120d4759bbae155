"""The compiled passes: single nodes, machine code that is kept, and its remnants."""

import pickle
import subprocess
import sys

import numba
import numpy as np
import pytest
from day_plan import day_plan

from pmtools.schedule import kernel, machine_code
from pmtools.schedule.critical_path import arrays_of, state_of
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.options import options_of
from pmtools.schedule.progress import progress_of

DAY = 8 * 60


def passes_of(project):
    network = network_of(project, options_of(project.header))
    limits = limits_of(network, progress_of(network))
    arrays = arrays_of(network, limits)
    return arrays, state_of(arrays, limits)


def test_a_task_can_be_put_where_people_are_free():
    """Levelling asks where a task may start, and settles it later; what follows goes with it."""
    arrays, state = passes_of(day_plan("A2 B1 C1", "A>B B>C"))
    kernel.forward(arrays, state)
    begin = state.nodes["start"][0]
    assert (state.nodes["start"] - begin).tolist() == [0, 2 * DAY, 3 * DAY]
    kernel.settle(arrays, state, 1, begin + 5 * DAY)
    assert kernel.earliest(arrays, state, 2) == begin + 6 * DAY
    kernel.forward(arrays, state)
    kernel.backward(arrays, state)
    assert (state.nodes["finish"] - begin).tolist() == [2 * DAY, 6 * DAY, 7 * DAY]
    assert (state.nodes["late"] - begin).tolist() == [5 * DAY, 6 * DAY, 7 * DAY]


def test_nodes_follow_their_predecessors_and_else_come_in_their_order():
    """The order ends where a node would be its own predecessor."""
    into, into_end = np.array([0, 1, 1, 2]), np.array([1, 1, 2, 2])
    order = kernel.in_order(into, into_end, np.array([0, 1]), np.array([2, 1]))
    assert order.tolist() == [1, 2, 0, 3]
    assert len(kernel.in_order(into, into_end, np.array([0, 1]), np.array([2, 0]))) < 4


USE = "from pmtools.schedule.kernel import in_order; import numpy as n; z = n.zeros(0, n.int64); "
USE += "in_order(z, z, z, z); print(sum(in_order.stats.cache_hits.values()))"


@pytest.fixture
def keep(tmp_path, monkeypatch):
    """Uses a compiled function in a new process; says whether its machine code was there."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))

    def use():
        done = subprocess.run([sys.executable, "-c", USE], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    return use


def test_machine_code_is_kept_and_may_be_damaged(keep, tmp_path):
    """What a crash or another version left behind is compiled again, and kept again."""
    assert [keep(), keep()] == [0, 1]
    for path in tmp_path.rglob("*.nbi"):
        path.write_bytes(path.read_bytes()[:40] + pickle.dumps("other"))
    assert [keep(), keep()] == [0, 1]


def twice(hours):
    """A rule to compile."""
    return 2 * hours


def test_machine_code_is_compiled_again_when_the_passes_in_it_are_others(monkeypatch, tmp_path):
    """It holds the rules it calls and their constants: a new version must not meet the old one."""
    passes = tmp_path / "kernel.py"
    passes.write_text("")
    monkeypatch.setattr(machine_code, "SOURCES", (str(passes),))
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    def finds():
        made = machine_code.compiled(twice)
        assert made(4) == 8
        return sum(made.stats.cache_hits.values())

    assert [finds(), finds()] == [0, 1]
    passes.write_text("LIMIT = 1")
    assert finds() == 0


def test_nothing_is_kept_where_no_folder_can_be_written(monkeypatch):
    """A read-only installation without a home schedules all the same."""

    def refuse(function):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(machine_code, "_Kept", refuse)
    assert machine_code.compiled(lambda hours: 2 * hours)(4) == 8
