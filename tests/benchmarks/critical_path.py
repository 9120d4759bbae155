"""The critical path of 10,000 tasks and 20,000 links: the compiled passes and what they replace.

All link kinds, leads and lags. Every peer works on what it has built before: only the passes are
measured; the Python ones give the same dates, MPXJ is on its standard calendar.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from functools import partial
from statistics import median

import networkx as nx
import pandas as pd

import pmtools as pm
from pmtools.schedule import kernel
from pmtools.schedule.critical_path import arrays_of, dates_of, state_of
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.options import options_of
from pmtools.schedule.progress import progress_of

START = pd.Timestamp("2026-03-02 08:00")
KINDS = ("FS", "FS", "FS", "SS", "FF", "SF")
SHIFTS = (("08:00", "16:00"), ("07:00", "15:00"), ("22:00", "06:00"), ("00:00", "24:00"))
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def plan(n_tasks: int = 10_000, n_calendars: int = 1) -> pm.Project:
    """Two links into each task from the five hundred before it; one to ten days; four years."""
    draw = random.Random(1)
    shifts = [SHIFTS[n % 4] for n in range(n_calendars)]
    calendars = [
        {"id": str(n), "weekday": day, "shift_start": start, "shift_finish": finish}
        for n, (start, finish) in enumerate(shifts)
        for day in WEEK[: 5 + n // 4 % 3]
    ]
    holidays = [{"calendar_id": str(n), "from": START + pd.Timedelta(days=37 * day + n)}
                for n in range(n_calendars) for day in range(40)]  # fmt: skip
    tasks = [
        {"id": str(n), "name": f"Task {n}", "duration_hours": 8 * draw.randint(1, 10),
         "calendar_id": str(draw.randrange(n_calendars))}
        for n in range(n_tasks)
    ]  # fmt: skip
    pairs = [(n - 1 - draw.randrange(min(n, 500)), n) for n in range(1, n_tasks) for _ in range(3)]
    pairs = sorted(dict.fromkeys(pairs))
    pairs = sorted(draw.sample(pairs, min(2 * n_tasks, len(pairs))))
    links = [
        {"predecessor_id": str(a), "successor_id": str(b), "kind": draw.choice(KINDS),
         "lag_hours": draw.choice((0, 0, 0, 4, 8, -4))}
        for a, b in pairs
    ]  # fmt: skip
    return pm.Project(
        pm.Header("bench", "Bench", START, calendar_id="0"),
        tasks=pd.DataFrame(tasks), links=pd.DataFrame(links),
        calendars=pd.DataFrame(calendars), exceptions=pd.DataFrame(holidays),
    )  # fmt: skip


def compiled(project):
    """Arrays and state of the compiled passes, and the passes: early, late and free dates."""
    network = network_of(project, options_of(project.header))
    limits = limits_of(network, progress_of(network))
    arrays = arrays_of(network, limits)
    state = state_of(arrays, limits)

    def passes():
        kernel.forward(arrays, state)
        kernel.backward(arrays, state)

    return passes, network, dates_of(network, limits)


def numbers(project):
    """Durations and (before, after, kind, lag) in minutes, by position."""
    place = {task: n for n, task in enumerate(project.tasks["id"])}
    rows = project.links[["predecessor_id", "successor_id", "kind", "lag_hours"]]
    links = [
        (place[a], place[b], kind, int(60 * lag)) for a, b, kind, lag in rows.itertuples(False)
    ]
    return [int(60 * hours) for hours in project.tasks["duration_hours"]], links


def lists(duration, links):
    """Passes over Python lists, in topological order: early and late finish, free finish."""
    count = len(duration)
    into, out = [[] for _ in range(count)], [[] for _ in range(count)]
    for before, after, kind, lag in links:
        into[after].append((before, kind, lag))
        out[before].append((after, kind, lag))

    def passes():
        start, finish = [0] * count, [0] * count
        for node in range(count):
            best, length = 0, duration[node]
            for before, kind, lag in into[node]:
                if kind == "FS":
                    reached = finish[before] + lag
                elif kind == "SS":
                    reached = start[before] + lag
                elif kind == "FF":
                    reached = finish[before] + lag - length
                else:
                    reached = start[before] + lag - length
                if reached > best:
                    best = reached
            start[node], finish[node] = best, best + length
        end = max(finish)
        late, free = [end] * count, [end] * count
        for node in range(count - 1, -1, -1):
            least, nearest, length = end, None, duration[node]
            for after, kind, lag in out[node]:
                if kind == "FS":
                    upper, near = late[after] - duration[after] - lag, start[after] - lag
                elif kind == "SS":
                    upper = late[after] - duration[after] - lag + length
                    near = start[after] - lag + length
                elif kind == "FF":
                    upper, near = late[after] - lag, finish[after] - lag
                else:
                    upper, near = late[after] - lag + length, finish[after] - lag + length
                if upper < least:
                    least = upper
                if nearest is None or near < nearest:
                    nearest = near
            late[node], free[node] = least, end if nearest is None else nearest
        return finish, late, free

    return passes


def networkx_loops(duration, links):
    """The same over a networkx graph with its attributes."""
    graph = nx.DiGraph()
    for node, length in enumerate(duration):
        graph.add_node(node, duration=length)
    for before, after, kind, lag in links:
        graph.add_edge(before, after, kind=kind, lag=lag)
    order = list(nx.topological_sort(graph))

    def passes():
        for node in order:
            best, mine = 0, graph.nodes[node]
            for before, _, link in graph.in_edges(node, data=True):
                end = "finish" if link["kind"][0] == "F" else "start"
                reached = graph.nodes[before][end] + link["lag"]
                best = max(best, reached - (mine["duration"] if link["kind"][1] == "F" else 0))
            mine["start"], mine["finish"] = best, best + mine["duration"]
        end = max(mine["finish"] for _, mine in graph.nodes(data=True))
        for node in reversed(order):
            mine = graph.nodes[node]
            late, near = end, []
            for _, after, link in graph.out_edges(node, data=True):
                other = graph.nodes[after]
                back = other["duration"] if link["kind"][1] == "S" else 0
                ahead = (mine["duration"] if link["kind"][0] == "S" else 0) - link["lag"]
                late = min(late, other["late"] - back + ahead)
                near.append(other["finish"] - back + ahead)
            mine["late"], mine["free"] = late, min(near, default=end)
        nodes = graph.nodes
        return [[nodes[n][name] for n in range(len(order))] for name in ("finish", "late", "free")]

    return passes


def mpxj(project):
    """MPXJ's MicrosoftScheduler on its own objects; early and late dates, no floats."""
    from pmtools.formats.schedule_file.java import start_java

    org = start_java()
    import jpype

    local = jpype.JClass("java.time.LocalDateTime")
    file = org.ProjectFile()
    calendar = file.addDefaultBaseCalendar()
    file.setDefaultCalendar(calendar)
    hours = org.TimeUnit.HOURS
    tasks = []
    for length in numbers(project)[0]:
        task = file.addTask()
        task.setDuration(org.Duration.getInstance(length / 60, hours))
        task.setRemainingDuration(org.Duration.getInstance(length / 60, hours))
        task.setActualDuration(org.Duration.getInstance(0, hours))
        tasks.append(task)
    kinds = {"FS": "FINISH_START", "SS": "START_START", "FF": "FINISH_FINISH", "SF": "START_FINISH"}
    for before, after, kind, lag in numbers(project)[1]:
        relation = org.Relation.Builder().predecessorTask(tasks[before])
        relation = relation.type(org.RelationType.valueOf(kinds[kind]))
        tasks[after].addPredecessor(relation.lag(org.Duration.getInstance(lag / 60, hours)))
    scheduler = jpype.JClass("org.mpxj.cpm.MicrosoftScheduler")()
    start = local.of(START.year, START.month, START.day, 8, 0)
    return lambda: scheduler.schedule(file, start)


def cpu(work, repeats: int = 7, loops: int = 1) -> float:
    """Median CPU seconds of one call, after three calls to warm up."""
    for _ in range(3):
        work()
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        for _ in range(loops):
            work()
        seconds.append((time.process_time() - begin) / loops)
    return median(seconds)


def new_process(code: str) -> float:
    """Median CPU seconds of five new processes, with the machine code already kept."""
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return median(seconds)


def rows():
    """(what, milliseconds, peer, milliseconds) for `make bench`."""
    project, many = plan(), plan(n_calendars=12)
    (passes, _, dates), (passes_of_many, _, _) = compiled(project), compiled(many)
    peers = {"plain Python lists": lists(*numbers(project)),
             "networkx, loops": networkx_loops(*numbers(project))}  # fmt: skip
    base = dates.start.min()
    for work in peers.values():
        for ours, theirs in zip((dates.finish, dates.late_finish, dates.free), work(), strict=True):
            assert (ours - base).tolist() == theirs, "all must give the same dates"
    ours, of_many = 1e3 * cpu(passes, 15, 20), 1e3 * cpu(passes_of_many, 15, 5)
    what = "CPM of 10,000 tasks, 20,000 links (ms)"
    for peer, work in peers.items():
        yield what, ours, peer, 1e3 * cpu(work)
    yield what, ours, "MPXJ MicrosoftScheduler, warm", 1e3 * cpu(mpxj(project), 5)
    yield "the same with 12 calendars (ms)", of_many, "one calendar", ours
    whole, whole_of_many = (1e3 * cpu(partial(pm.schedule, each), 5) for each in (project, many))
    yield "whole pm.schedule from frames (ms)", whole, "the pass alone", ours
    yield "the same with 12 calendars (ms)", whole_of_many, "", None
    load = "from pmtools.schedule.kernel import warm"
    start = 1e3 * new_process(load)
    pandas = 1e3 * new_process("import pandas")
    yield "import pmtools.schedule, new process (ms)", start, "import pandas", pandas
    first = 1e3 * new_process(f"{load}; warm()")
    yield "first call of all passes, code kept (ms)", first - start, "", None


if __name__ == "__main__":
    for what, ours, peer, theirs in rows():
        beside = f"{peer:<32}{theirs:>10.2f}{theirs / ours:>10.1f}" if peer else ""
        print(f"{what:<42}{ours:>10.3f}  {beside}".rstrip(), flush=True)
