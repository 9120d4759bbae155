"""CSV text: decoded, cut into rows, and written so that no cell becomes a formula."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from pmtools.errors import Problem, SourceError
from pmtools.formats.cells import Cell
from pmtools.formats.rows import MOST_COLUMNS, MOST_ROWS, Sheet, clean, key_of

MOST_BYTES = 200_000_000
_SEPARATORS = (",", ";", "\t")
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula; `unescaped` gives it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text that was escaped; any other text as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def refused(place: str, found: str, expected: str = "", remedy: str = "") -> SourceError:
    """A SourceError of one problem."""
    return SourceError([Problem(place, found, expected, remedy)])


def read_csv(path: Path, place: str, known: Iterable[str]) -> Sheet:
    """The rows of a CSV file, all cells as text; `known` headings tell the separator."""
    text, notes = _decoded(path, place)
    csv.field_size_limit(MOST_BYTES)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=_separator(text, set(known)), strict=True)
    rows: list[list[Cell]] = []
    numbers, n_rows = [], 0
    try:
        for n_rows, row in enumerate(reader, 1):
            if n_rows > MOST_ROWS or len(row) > MOST_COLUMNS:
                limit = f"at most {MOST_ROWS:,} rows of {MOST_COLUMNS} cells"
                raise refused(place, "the file is too large", limit, "Split it or leave rows out.")
            if row:
                rows.append([unescaped(cell) for cell in row])
                numbers.append(n_rows)
    except csv.Error as error:
        found = f"the quotes do not match ({error})"
        remedy = 'Write a quote inside a quoted cell twice, as in "a 24"" screen".'
        raise refused(f"{place}, row {n_rows + 1}", found, "", remedy) from None
    if not any(str(cell).strip() for row in rows for cell in row):
        raise refused(place, "the file is empty", "a row of headings", "Fill it or remove it.")
    return Sheet(place, rows, numbers, notes)


def _decoded(path: Path, place: str) -> tuple[str, tuple[str, ...]]:
    """The text without control characters, and what is to be noted about it."""
    if path.stat().st_size > MOST_BYTES:
        raise refused(place, "the file is too large", f"at most {MOST_BYTES:,} bytes")
    raw = path.read_bytes()
    bom = next((bom for bom in _BOMS if raw.startswith(bom)), b"")
    # cp1252 leaves five bytes undefined; a file that has them is no text of Windows.
    for encoding in (_BOMS[bom],) if bom else ("utf-8",) if b"\0" in raw else ("utf-8", "cp1252"):
        try:
            text, n_removed = clean(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
        notes = {
            "utf-16": f"{place}: read as UTF-16",
            "cp1252": f"{place}: not UTF-8, read as Windows-1252 (cp1252); save it as UTF-8",
        }
        removed = f"{place}: {n_removed} control characters were removed" if n_removed else ""
        return text, tuple(note for note in (notes.get(encoding), removed) if note)
    found = "the file is no text in UTF-8, UTF-16 or Windows-1252"
    raise refused(place, found, "", "Save it as CSV UTF-8.")


def _separator(text: str, known: set[str]) -> str:
    """The separator that finds most known headings in the first lines, else most cells."""
    lines = text[:20_000].splitlines()[:20]

    def found(separator: str) -> tuple[int, int]:
        rows = [[key_of(cell.strip('"')) for cell in line.split(separator)] for line in lines]
        return max(((len(known & set(row)), len(row)) for row in rows), default=(0, 0))

    return max(_SEPARATORS, key=found)


def csv_bytes(rows: Iterable[Iterable[str]]) -> bytes:
    """The content of a CSV file in UTF-8."""
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows).encode("utf-8")


def _quoted(cell: str) -> str:
    plain = cell == cell.strip() and not re.search(r'[",;\r\n\v\f\x1c-\x1e\x85\u2028\u2029]', cell)
    return cell if plain else '"' + cell.replace('"', '""') + '"'
