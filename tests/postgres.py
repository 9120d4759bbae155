"""A real PostgreSQL that the tests start themselves, on a socket in a folder of its own."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_FOUND = shutil.which("initdb") or (str(_FOLDERS[-1] / "initdb") if _FOLDERS else "")


def _user():
    """PostgreSQL refuses root: another user of this machine, as `subprocess` takes it."""
    if os.geteuid():
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class Server:
    """A running server; `database()` gives the URL of a new, empty database on it."""

    def __init__(self, folder):
        self.folder, self.user = Path(folder), _user()
        if self.user:
            os.chown(folder, self.user["user"], self.user["group"])
        self._run("initdb", "--pgdata", "data", "--auth", "trust", "--username", "postgres",
                  "--encoding", "UTF8", "--no-sync")  # fmt: skip
        self.start()

    def _run(self, program, *arguments):
        command = [str(Path(_FOUND).parent / program), *arguments]
        log = self.folder / "output"
        with log.open("ab") as stream:
            done = subprocess.run(
                command, cwd=self.folder, stdout=stream, stderr=stream, check=False, **self.user
            )
        assert done.returncode == 0, log.read_text()

    def start(self):
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "--pgdata", "data", "--log", "log", "--wait", "-o", options, "start")

    def stop(self, mode="fast"):
        """`immediate` is what a crash of the server leaves behind."""
        self._run("pg_ctl", "--pgdata", "data", "--wait", "--mode", mode, "stop")

    def restart(self):
        self.stop()
        self.start()

    def url(self, name, user="postgres"):
        return f"postgresql://{user}@/{name}?host={self.folder}"

    def database(self):
        name = f"pm_{uuid.uuid4().hex}"
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def sql(self, statement, name="postgres"):
        """Run a statement outside a transaction, as the owner of the server."""
        return run_sql(self.url(name), statement)


def run_sql(url, *statements):
    """Run statements on a database of either kind; the rows of the last one."""
    url = sa.make_url(url)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            result = connection.exec_driver_sql(statement)
        return result.all() if result.returns_rows else []


@contextlib.contextmanager
def running():
    """A server for the time of the block; without PostgreSQL the test is skipped, in CI failed."""
    if not _FOUND:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("apt-get install postgresql")
    folder = tempfile.mkdtemp(prefix="pm-pg-")
    server = None
    try:
        server = Server(folder)
        yield server
    finally:
        if server:
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
