"""Damaged schedule files, by seed, and reading many of them with one start of Java."""

import random
import re
import time
from pathlib import Path

TABLES = ("TASK", "TASKPRED", "RSRC", "TASKRSRC", "PROJWBS", "CALENDAR", "PROJECT")
GARBAGE = ("", "x", "-1", "99999999", "1e9999", "2021-13-45 99:99", "PR_XX", "#REF!", "\x00", "N/A")


def damaged_xer(content: bytes, seed: int) -> bytes:
    """One row of a table that matters: a cell blanked, garbled or gone, or the row twice."""
    rng = random.Random(seed)
    lines = content.split(b"\r\n" if b"\r\n" in content else b"\n")
    table, rows = "", []
    for number, line in enumerate(lines):
        if line.startswith(b"%T"):
            table = line.split(b"\t")[1].decode().strip()
        elif line[:2] in (b"%R", b"%F") and table in TABLES:
            rows.append(number)
    number = rng.choice(rows)
    cells = lines[number].split(b"\t")
    place = rng.randrange(1, len(cells))
    match rng.randrange(5):
        case 0:
            cells[place] = rng.choice(GARBAGE).encode()
        case 1:
            del cells[place]
        case 2:
            cells[place] = cells[place][: len(cells[place]) // 2]
        case 3:
            cells[place] += rng.choice((b"7", b"z", b"\t", b"-"))
        case 4:
            lines.insert(number, lines[number])
    lines[lines.index(lines[number], number)] = b"\t".join(cells)
    return b"\n".join(lines)


def damaged_xml(content: bytes, seed: int) -> bytes:
    """One element of a task, link, resource or assignment: garbled, blank, gone or renamed."""
    rng = random.Random(seed)
    names = "UID|ID|Name|Duration|RemainingDuration|ActualStart|ConstraintDate|ConstraintType|"
    names += "PredecessorUID|Type|LinkLag|LagFormat|TaskUID|ResourceUID|Units|Work|OutlineLevel|"
    names += "CalendarUID|StandardRate|DayType|FromTime|PredecessorLink|Task|Assignment"
    found = [*re.finditer(rf"<({names})>([^<]*)</\1>|<({names})>".encode(), content)]
    match = rng.choice(found)
    name, word = match[1] or match[3], match[2] or b""
    new = {
        0: b"<%s>%s</%s>" % (name, rng.choice(GARBAGE[:-2]).encode(), name),
        1: b"",
        2: b"<%s>%s</%s>" % (name, word[: len(word) // 2], name),
        3: b"<%s>%sz</%s>" % (name, word, name),
        4: b"<X%s>%s</X%s>" % (name, word, name),
        5: match[0] + match[0],
    }[rng.randrange(6)]
    return content[: match.start()] + new + content[match.end() :]


def cut(content: bytes, seed: int) -> bytes:
    """A file that ends too early."""
    return content[: random.Random(seed).randrange(1, len(content) - 2)]


def flipped(content: bytes, seed: int) -> bytes:
    """A file with some wrong bytes."""
    rng, wrong = random.Random(seed), bytearray(content)
    for _ in range(rng.choice((1, 4, 64))):
        wrong[rng.randrange(len(wrong))] = rng.randrange(256)
    return bytes(wrong)


def read_each(paths: list[str]) -> list[tuple[float, object]]:
    """What reading each file gives: seconds, and its content or the error. Runs in a child."""
    from pmtools.errors import SourceError
    from pmtools.formats.schedule_file.reading import read_rows

    results: list[tuple[float, object]] = []
    for path in paths:
        started = time.monotonic()
        try:
            result: object = read_rows([path])[0]
        except SourceError as error:
            result = error
        results.append((time.monotonic() - started, result))
    return results


def write_mutants(folder: Path, source: Path, mutate, seeds) -> list[Path]:
    """One damaged copy a seed."""
    content = source.read_bytes()
    paths = []
    for seed in seeds:
        path = folder / f"{mutate.__name__}-{seed}{source.suffix}"
        path.write_bytes(mutate(content, seed))
        paths.append(path)
    return paths
