"""Programs that write a history at once or die while they do, and what is there afterwards."""

import hashlib
import multiprocessing
import os
import random
import signal
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from history_facts import facts_of
from postgres import run_sql
from small_plan import small_plan

from pmtools.errors import HistoryError
from pmtools.history import History
from pmtools.history.snapshots import taken_apart

FIRST_DAY = pd.Timestamp("2020-01-01 23:59")
SHARED = "SHARED"
AT_ONCE = 12
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["history_writers"])  # so that a process starts at once


def plan(project_id, number, writer=0):
    """The plan of a day: what tells it from others is in a column, in the facts and in costs."""
    day = FIRST_DAY + pd.Timedelta(days=number)
    reported = {"status_date": day, "task_id": "1", "percent_complete": number % 100}
    spent = [{"date": FIRST_DAY.normalize(), "amount": 1},
             {"date": day.normalize(), "amount": number, "note": f"by {writer}"}]  # fmt: skip
    return small_plan(day, [reported], costs=spent, header={"id": project_id})


def write(url, writer, first, count, told):
    """Record days, by turns of a project of its own, of a shared one, and one all writers agree on.

    Each is acknowledged; an error is told and ends it.
    """
    try:
        history = History(url)
        for start in range(first, first + count, AT_ONCE):
            # Made beforehand, so that who is killed is killed while it records.
            numbers = range(start, min(start + AT_ONCE, first + count))
            weeks = [plan(*key_of(writer, number)) for number in numbers]
            facts = [facts_of(week) for week in weeks]
            for number, week, said in zip(numbers, weeks, facts, strict=True):
                history.record(said, week)
                told.send(number)
    except HistoryError as error:
        told.send(str(error))


def start(url, writer, first, count):
    """A process that writes, and the end of a pipe that says what was acknowledged."""
    told, said = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=write, args=(url, writer, first, count, said))
    child.start()
    said.close()
    return child, told


def heard(told):
    """All that is still in the pipe: numbers of what was acknowledged, and errors."""
    said = []
    try:
        while True:
            said.append(told.recv())
    except (EOFError, OSError):
        told.close()
    return [x for x in said if isinstance(x, int)], [x for x in said if isinstance(x, str)]


@dataclass
class State:
    """What is in a history, against what should be."""

    written: int = 0
    unsaid: int = 0
    in_transaction: int = 0
    lost: list = field(default_factory=list)
    twice: list = field(default_factory=list)
    partial: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    @property
    def is_sound(self):
        return not (self.lost or self.twice or self.partial or self.errors)

    def __str__(self):
        counts = {name: len(getattr(self, name)) for name in ("lost", "twice", "partial", "errors")}
        shown = (self.lost + self.twice + self.partial + self.errors)[:3]
        said = f"{self.written} written ({self.unsaid} not acknowledged)"
        said += f", {self.in_transaction} kills in a transaction" * bool(self.in_transaction)
        return f"{said}, {counts} {shown or ''}"


def state(url, acknowledged, errors=()):
    """Every acknowledged plan is there, none is twice, and all that is there is whole.

    The hash of a snapshot is that of all its content, so where it is the plan's, and every piece
    of the plan is there and has its hash, the plan can be read; now and then it is.
    """
    history, found, there = History(url), State(errors=[*errors]), Counter()
    weeks = history.weeks()
    rows = [Counter(row[0] for row in run_sql(url, f"SELECT week_id FROM {table}"))
            for table in ("metric", "milestone", "forecast")]  # fmt: skip
    snapshots = dict(map(tuple, run_sql(url, "SELECT week_id, hash FROM snapshot")))
    pieces = {key for key, content in run_sql(url, "SELECT hash, content FROM piece")
              if hashlib.sha256(zlib.decompress(content)).hexdigest() == key}  # fmt: skip
    for (project_id, day), same_day in weeks.groupby(["project_id", "status_date"]):
        number = (day - FIRST_DAY).days
        writers = range(4) if key_of(1, number)[0] == project_id == SHARED else [0]
        writers = [int(project_id[1:])] if project_id != SHARED else writers
        said = {}
        for writer in writers:
            key, parts = taken_apart(plan(project_id, number, writer))
            said[key] = writer, pieces.issuperset(parts)
        for week in same_day.itertuples():
            writer, is_whole = said.get(snapshots.get(week.id), (None, False))
            if is_whole and [counts[week.id] for counts in rows] == [2, 1, 2]:
                there[project_id, number, writer] += 1
            else:
                found.partial.append((project_id, number, week.revision))
    for week in weeks[::50].itertuples():
        assert history.project(week.project_id, week.status_date, week.revision).header.name
    found.written, found.unsaid = len(weeks), len(set(there) - set(acknowledged))
    found.twice = [key for key, n in there.items() if n > 1]
    found.lost = [key for key in acknowledged if key not in there]
    return found


def key_of(writer, number):
    """What `write` records: project, day, and who says so."""
    shared = number % 3
    return SHARED if shared else f"W{writer}", number, writer if shared < 2 else 0


def several_writers(url, n_writers, count):
    """Writers that start at once; the state when all have ended."""
    writers = [start(url, writer, 0, count) for writer in range(n_writers)]
    errors = []
    for writer, (child, told) in enumerate(writers):
        numbers, said = heard(told)
        child.join()
        errors += said
        if numbers != [*range(count)] or child.exitcode:
            errors.append(f"writer {writer} ended with {child.exitcode} after {len(numbers)}")
    wanted = {key_of(writer, number) for writer in range(n_writers) for number in range(count)}
    return state(url, wanted, errors)


def is_in_transaction(url):
    """Whether a writer has begun what it has not committed."""
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///") + "-journal").exists()
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() " \
            "AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"  # fmt: skip
    return run_sql(url, query)[0][0] > 0


def stopped(child, url, moments):
    """Stop a writer, mostly until it is in a transaction; whether it is."""
    for _ in range(40 if moments.random() < 0.8 else 1):
        os.kill(child.pid, signal.SIGSTOP)
        if is_in_transaction(url):
            return True
        os.kill(child.pid, signal.SIGCONT)
        time.sleep(moments.uniform(0, 0.01))
    return False


def killed_writers(url, n_kills, seed, kill=None):
    """A writer that is killed (kill -9) at a random moment and started again, many times.

    `kill` ends something else instead, such as the server; then the writer must say an error.
    """
    moments, acknowledged, first, errors = random.Random(seed), set(), 0, []
    in_transaction = 0
    for _ in range(n_kills):
        child, told = start(url, 0, first, 100_000)
        numbers = [told.recv()]
        time.sleep(moments.uniform(0, 0.3))
        if not kill:
            in_transaction += stopped(child, url, moments)
        (kill or child.kill)()
        more, said = heard(told)
        child.join()
        numbers += more
        if bool(said) != bool(kill):
            errors.append(said or "the writer did not notice")
        acknowledged |= {key_of(0, number) for number in numbers}
        # The last may have been kept without an answer; then it must be known when it comes again.
        first = numbers[-1] + 1
    found = state(url, acknowledged, errors)
    found.in_transaction = in_transaction
    return found
