"""Pieces of snapshots in the database: each stored once under its hash, checked when it is read."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pmtools.history.schema import PIECE, SNAPSHOT

_AT_ONCE = 500
"""Hashes in one statement; SQLite takes 32,766 at most."""


class Piece(NamedTuple):
    """JSON in UTF-8; of a week of facts, the hash of the week before too."""

    before: str | None
    text: bytes


class Damaged(Exception):
    """A snapshot that cannot be read, and why."""


def keep(connection: sa.Connection, week: int, key: str, pieces: Mapping[str, Piece]) -> bool:
    """Store the snapshot of a week, unless it has one; pieces that are there are left alone."""
    if connection.scalar(sa.select(SNAPSHOT.c.week_id).where(SNAPSHOT.c.week_id == week)):
        return False
    hashes = sorted(pieces)  # in one order, so that two programs do not wait for each other
    known: set[str] = set()
    for some in _parts(hashes):
        known.update(connection.scalars(sa.select(PIECE.c.hash).where(PIECE.c.hash.in_(some))))
    rows = [
        {"hash": key, "before": pieces[key].before, "content": zlib.compress(pieces[key].text)}
        for key in hashes
        if key not in known
    ]
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    if rows:
        connection.execute(insert(PIECE).on_conflict_do_nothing(), rows)
    connection.execute(SNAPSHOT.insert().values(week_id=week, hash=key))
    return True


def values(connection: sa.Connection, hashes: Iterable[str]) -> dict[str, Any]:
    """The values of pieces, and of all weeks before them.

    Raises
    ------
    Damaged
        Where the content of a piece is not what was stored under its hash.
    """
    found: dict[str, Any] = {}
    for some in _parts(sorted(set(hashes))):
        wanted = sa.select(PIECE.c.hash, PIECE.c.before).where(PIECE.c.hash.in_(some))
        chain = wanted.cte("chain", recursive=True)
        earlier = sa.select(PIECE.c.hash, PIECE.c.before)
        chain = chain.union(earlier.join(chain, PIECE.c.hash == chain.c.before))
        query = sa.select(PIECE.c.hash, PIECE.c.content).join(chain, PIECE.c.hash == chain.c.hash)
        for row in connection.execute(query):
            found[row.hash] = _checked(row.hash, row.content)
    return found


def _checked(key: str, content: bytes) -> Any:
    try:
        text = zlib.decompress(content)
    except (zlib.error, TypeError) as error:
        raise Damaged(f"piece {key} is damaged: {error}") from error
    if hashlib.sha256(text).hexdigest() != key:
        raise Damaged(f"piece {key} is damaged: its content has another hash")
    return json.loads(text.decode("utf-8", "surrogatepass"))


def _parts(hashes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(hashes), _AT_ONCE):
        yield hashes[start : start + _AT_ONCE]
