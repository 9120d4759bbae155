"""Several programs at once, and programs that die: nothing lost, nothing twice, nothing partial.

`PYTHONPATH=tests python -m tests.history.soak` does the same for an hour.
"""

import concurrent.futures as futures
import multiprocessing

import pytest
from history_facts import facts_of
from history_writers import killed_writers, several_writers
from small_plan import two_weeks

from pmtools.history import History
from pmtools.history.database import Conflict

pytestmark = pytest.mark.slow


def test_several_writers_lose_nothing(database):
    """Four programs write their own projects and a shared one; weeks they agree on are one."""
    found = several_writers(database, n_writers=4, count=25)
    assert found.is_sound, found
    assert found.written == 4 * 9 + 4 * 8 + 8


def test_a_killed_writer_loses_no_acknowledged_week(database):
    """What was acknowledged before kill -9 is there, once and whole."""
    found = killed_writers(database, n_kills=15, seed=5)
    assert found.is_sound, found
    assert found.written >= 15


def test_a_server_that_crashes_loses_no_acknowledged_week(postgresql_server):
    """PostgreSQL killed without a word: the writer is told, and what it was told before is kept."""

    def crash():
        postgresql_server.stop("immediate")
        postgresql_server.start()

    found = killed_writers(postgresql_server.database(), n_kills=3, seed=6, kill=crash)
    assert found.is_sound, found


def record_at_once(database):
    """Record the same week ten times."""
    week = two_weeks()[1]
    return [History(database).record(facts_of(week), week).is_new for _ in range(10)]


def test_the_same_week_at_once_is_one_snapshot(database):
    """Of all programs that report a week one records it, the others find it known."""
    History(database)
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(4, mp_context=context) as pool:
        said = [is_new for told in pool.map(record_at_once, [database] * 4) for is_new in told]
    assert sum(said) == 1
    assert len(History(database).weeks()) == 1


def test_the_isolation_that_a_server_prefers_does_not_matter(postgresql_server):
    """Who waited for another sees what it wrote, also where the server is set to be stricter."""
    url = postgresql_server.database() + "&options=-c%20default_transaction_isolation=serializable"
    found = several_writers(url, n_writers=3, count=20)
    assert found.is_sound, found


def test_a_conflict_is_tried_again_and_told_in_the_end(database, monkeypatch):
    """Twenty times, then it is an error."""
    history, week = History(database), two_weeks()[1]
    real, failures = history._record, iter([Conflict("met another")] * 19)

    def meets_another(*arguments):
        for error in failures:
            raise error
        return real(*arguments)

    monkeypatch.setattr(history, "_record", meets_another)
    assert history.record(facts_of(week), week).is_new
    failures = iter([Conflict("met another")] * 20)
    with pytest.raises(Conflict):
        history.record(facts_of(week), week)
