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
from pmtools.formats.rows import MOST_COLUMNS, MOST_ROWS, Sheet, key_of

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


def read_csv(path: Path, place: str, known: Iterable[str]) -> Sheet:
    """The rows of a CSV file, all cells as text.

    `known` are the keys of headings by which the separator is found.

    Raises
    ------
    SourceError
        Where it is no text, is empty, or its quotes are broken.
    """
    text, notes = _decoded(path, place)
    separator = _separator(text, set(known))
    csv.field_size_limit(MOST_BYTES)
    rows: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            rows.append([unescaped(cell) for cell in row])
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                limit = f"at most {MOST_ROWS:,} rows of {MOST_COLUMNS} cells"
                raise refused(place, "the file is too large", limit, "Split it or leave rows out.")
    except csv.Error as error:
        found = f"the quotes do not match ({error})"
        remedy = 'Write a quote inside a quoted cell twice, as in "a 24"" screen".'
        raise refused(f"{place}, row {len(rows) + 1}", found, "", remedy) from None
    if not any(str(cell).strip() for row in rows for cell in row):
        raise refused(place, "the file is empty", "a row of headings", "Fill it or remove it.")
    filled = [(number, row) for number, row in enumerate(rows, 1) if row]
    return Sheet(place, [row for _, row in filled], [number for number, _ in filled], notes)


def refused(place: str, found: str, expected: str = "", remedy: str = "") -> SourceError:
    """A SourceError of one problem."""
    return SourceError([Problem(place, found, expected, remedy)])


def _decoded(path: Path, place: str) -> tuple[str, tuple[str, ...]]:
    if path.stat().st_size > MOST_BYTES:
        raise refused(place, "the file is too large", f"at most {MOST_BYTES:,} bytes")
    raw = path.read_bytes()
    encoding = next((name for bom, name in _BOMS.items() if raw.startswith(bom)), "utf-8")
    try:
        return raw.decode(encoding), (f"{place}: read as UTF-16",) * (encoding == "utf-16")
    except UnicodeDecodeError:
        if encoding == "utf-8" and b"\0" not in raw:
            # cp1252 leaves five bytes undefined; a file that has them is no text of Windows.
            try:
                note = f"{place}: not UTF-8, read as Windows-1252 (cp1252); save it as UTF-8"
                return raw.decode("cp1252"), (note,)
            except UnicodeDecodeError:
                pass
    raise refused(
        place, "the file is no text in UTF-8, UTF-16 or Windows-1252", "", "Save it as CSV UTF-8."
    )


def _separator(text: str, known: set[str]) -> str:
    """The separator that finds most known headings in the first lines, else most cells."""

    def found(separator: str) -> tuple[int, int]:
        lines = text[:20_000].splitlines()[:20]
        rows = [[key_of(cell.strip('"')) for cell in line.split(separator)] for line in lines]
        return max(((len(known & set(row)), len(row)) for row in rows), default=(0, 0))

    return max(_SEPARATORS, key=found)


def csv_bytes(headings: list[str], rows: Iterable[list[str]]) -> bytes:
    """The content of a CSV file in UTF-8."""
    lines = [",".join(map(_quoted, row)) for row in [headings, *rows]]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _quoted(cell: str) -> str:
    plain = cell == cell.strip() and not re.search(r'[",;\r\n\v\f\x1c-\x1e\x85\u2028\u2029]', cell)
    return cell if plain else '"' + cell.replace('"', '""') + '"'
