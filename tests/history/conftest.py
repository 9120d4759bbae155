"""The same tests on SQLite and on PostgreSQL."""

import postgres
import pytest


@pytest.fixture(scope="session")
def postgresql_server():
    """One server a worker, started when the first test needs it."""
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The URL of a new database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'history.sqlite'}"
    return request.getfixturevalue("postgresql_server").database()
