"""The long run: `PYTHONPATH=tests python -m tests.history.soak [KIND WRITERS SNAPSHOTS KILLS]`.

Several writers at once, then a writer killed again and again, on SQLite and on PostgreSQL.
"""

import sys
import tempfile
import time

from history_writers import killed_writers, several_writers
from postgres import running


def told(what, run, *arguments):
    start = time.monotonic()
    found = run(*arguments)
    print(f"{what}: {found}, {time.monotonic() - start:.0f} s", flush=True)
    return found.is_sound


def main(kinds="sqlite,postgresql", n_writers=4, count=1000, n_kills=300):
    """All of it on both, or one; whether everything was sound."""
    with tempfile.TemporaryDirectory() as folder, running() as server:

        def crash():
            server.stop("immediate")
            server.start()

        sound = []
        for kind in kinds.split(","):

            def new(name, kind=kind):
                return f"sqlite:///{folder}/{name}" if kind == "sqlite" else server.database()

            what = f"{kind}, {n_writers} writers x {count} snapshots"
            sound.append(told(what, several_writers, new("writers"), n_writers, count))
            sound.append(told(f"{kind}, {n_kills} kills", killed_writers, new("kills"), n_kills, 1))
        if "postgresql" in kinds:
            what, crashes = f"postgresql, {n_kills // 10} crashes of the server", n_kills // 10
            sound.append(told(what, killed_writers, server.database(), crashes, 2, crash))
    return all(sound)


if __name__ == "__main__":
    sys.exit(not main(*sys.argv[1:2], *map(int, sys.argv[2:5])))
