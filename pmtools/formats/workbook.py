"""Excel workbooks: inspected, then parsed in a child process; one sheet a table."""

from __future__ import annotations

import gc
import io
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from pmtools.errors import ProcessError
from pmtools.files import publish
from pmtools.formats.cells import Cell, CellFault, CellFormat, Percent, write_cell, written_day
from pmtools.formats.layout import HEADING, Line, sheets_of
from pmtools.formats.rows import MOST_COLUMNS, MOST_ROWS, Sheet, clean, format_of
from pmtools.formats.text_file import refused
from pmtools.process import run_limited
from pmtools.project import HEADER, TABLES, Column, Project

MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO, MOST_CELLS = 2_000, 400_000_000, 200, 3_000_000
SECONDS, MEMORY_MB = 120, 3_000
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{0,3})(\d{1,7})["']""")
_CELL, _FORMULA = re.compile(rb"<(?:\w+:)?c[\s>/]"), re.compile(rb"<(?:\w+:)?f[\s>/]")
_XML = re.compile(rb"\s*(?:<|\0<|\xef\xbb\xbf|\xff\xfe|\xfe\xff)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LONGEST_TEXT = 32_767
_REMOVED, _CUT = (
    "control characters were removed",
    f"texts were cut to {_LONGEST_TEXT:,} characters",
)
_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError)
"""What zipfile raises for broken, locked or truncated archives."""


def guard(path: Path, place: str) -> bool:
    """Refuse a workbook that would exhaust its reader; says whether it contains formulas.

    Cells are looked for by their own places, not in the stated dimension. zipfile unpacks no more
    than the stated size of a part, and calls it broken where that was a lie.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise refused(place, "it is no Excel workbook", "an .xlsx file", "Save it as such.")
            size = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or size > MOST_UNPACKED:
                limit = f"at most {MOST_ENTRIES:,} parts of {MOST_UNPACKED:,} bytes in all"
                raise refused(place, f"{len(entries):,} parts of {size:,} bytes", limit)
            if size > 20_000_000 and size > MOST_RATIO * path.stat().st_size:
                found = f"it unpacks to {size // path.stat().st_size} times its size"
                limit = f"at most {MOST_RATIO} times"
                raise refused(place, found, limit, "Save it again in Excel.")
            if any(entry.compress_type not in _DEFLATED for entry in entries):
                raise refused(place, "an unusual compression", "a workbook as Excel saves it")
            scanned = [_scan(archive, entry, place) for entry in entries]
            return any(scanned)
    except _BROKEN as error:
        raise refused(place, f"the file is broken or locked ({error})", "a workbook") from None


def _scan(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str) -> bool:
    """Whether a part contains formulas; what is XML, whatever its name, is refused by its size."""
    is_sheet = has_formulas = False
    tail, n_cells = b"", 0
    with archive.open(entry) as stream:
        while block := stream.read(1 << 20):
            text = tail + block
            if not tail and not _XML.match(text) and not entry.filename.endswith((".xml", ".rels")):
                return False
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in block:
                raise refused(place, f"{entry.filename} declares entities", "none, as in Excel")
            is_sheet |= b"sheetData" in text
            if is_sheet:
                _refuse_far_cells(text, place)
            n_cells += len(_CELL.findall(text))
            if n_cells > MOST_CELLS:
                raise refused(place, "too many cells", f"at most {MOST_CELLS:,}", "Split it.")
            has_formulas |= is_sheet and _FORMULA.search(text) is not None
            tail = text[-64:]
    return has_formulas


def _refuse_far_cells(text: bytes, place: str) -> None:
    for column, row in _PLACE.findall(text):
        number = 0
        for letter in column:
            number = number * 26 + letter - 64
        if int(row) > MOST_ROWS or number > MOST_COLUMNS:
            cell = f"{column.decode()}{row.decode()}"
            found = f"cell {cell} lies far outside any table" if column else f"row {cell} is used"
            limit = f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
            raise refused(place, found, limit, "Delete the rows and columns beyond the table.")


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of new cells, none of them garbage: looking for cycles would take half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_no_collector()
def read_sheets(path: Path, place: str) -> dict[str, Sheet]:
    """Every sheet of a workbook by its name, hidden ones too (noted), without empty rows."""
    has_formulas = guard(path, place)
    try:
        return run_limited(parse, path, place, has_formulas, seconds=SECONDS, memory_mb=MEMORY_MB)
    except ProcessError as error:
        reason = str(error).splitlines()[0]
        raise refused(place, f"it cannot be parsed ({reason})", "a workbook of Excel") from None


@_no_collector()
def parse(path: Path, place: str, has_formulas: bool) -> dict[str, Sheet]:
    """What `read_sheets` returns; runs in the child process, after the guard."""
    # The guard has refused what defusedxml would; the parser that it brings is a slow one.
    os.environ["OPENPYXL_DEFUSEDXML"] = "False"
    from openpyxl import load_workbook

    content = io.BytesIO(path.read_bytes())
    formulas = {}
    if has_formulas:
        for sheet in load_workbook(content, read_only=True).worksheets:
            sheet.reset_dimensions()
            cells = (cell for row in sheet.iter_rows() for cell in row)
            formulas[sheet.title] = {c.coordinate for c in cells if c.data_type == "f"}
    return {
        sheet.title: _sheet(sheet, f'{place}, sheet "{sheet.title}"', formulas.get(sheet.title))
        for sheet in load_workbook(content, data_only=True).worksheets
    }


def _sheet(sheet: Any, place: str, formulas: set[str] | None) -> Sheet:
    notes = ["hidden, but read"] if sheet.sheet_state != "visible" else []
    merged = [str(area) for area in sheet.merged_cells.ranges]
    if merged:
        notes.append(f"merged cells {', '.join(merged[:5])}: only the first cell has the value")
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    counts: Counter[str] = Counter()
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_value(cell, formulas, counts) for cell in row]
        if any(cell is not None and cell != "" for cell in cells):
            rows.append(cells)
            numbers.append(number)
    hidden = [str(n) for n in numbers if sheet.row_dimensions[n].hidden]
    if hidden:
        notes.append(f"{len(hidden)} hidden rows are read too ({', '.join(hidden[:5])})")
    notes += _told(counts)
    return Sheet(place, rows, numbers, tuple(f"{place}: {note}" for note in notes))


def _told(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{n} {what}" for what, n in sorted(counts.items()) if n)


def _value(cell: Any, formulas: set[str] | None, counts: Counter[str]) -> Cell:
    value = cell.value
    if value is None:
        if formulas and cell.coordinate in formulas:
            found = f"({cell.coordinate}) is a formula that was never computed"
            return CellFault(
                found, remedy="Open the workbook in Excel and save it, or paste values."
            )
        return None
    if cell.data_type == "e":
        remedy = "Correct the formula or empty the cell."
        return CellFault(f"({cell.coordinate}) is the error {value}", remedy=remedy)
    if isinstance(value, str):
        text, n_removed = clean(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), value))
        counts[_REMOVED] += n_removed
        return text
    if isinstance(value, datetime) and value.microsecond:
        # Excel counts days as fractions, which are not exact.
        return (value + timedelta(milliseconds=500)).replace(microsecond=0)
    if cell.data_type == "n":
        shown = cell.number_format
        if "%" in shown:
            return Percent(round(value * 100, 10))
        if re.fullmatch("00+", shown) and value == int(value):
            return str(int(value)).zfill(len(shown))
    return value


def write_workbook(project: Project, path: Path) -> tuple[str, ...]:
    """Write one sheet a table, `project` first and `about` (what each column means) last.

    Text never becomes a formula. Says how many characters were removed and texts cut.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    form = format_of(vars(project.header))
    counts: Counter[str] = Counter()
    for name, lines in (*sheets_of(project), ("about", _about())):
        sheet = book.create_sheet(name)
        for number, line in enumerate(lines, 1):
            for index, (column, value) in enumerate(line, 1):
                _fill(sheet, (number, index), column, value, form, counts)
        _make_readable(sheet)
    content = io.BytesIO()
    book.save(content)
    publish(path, content.getvalue())
    return _told(counts)


def _about() -> list[Line]:
    lines = [("sheet", "column", "what it means")]
    lines += [("project", column.name, column.help) for column in HEADER]
    for name, table in TABLES.items():
        lines.append((name, "", f"each row is {table.row}"))
        lines += [(name, column.name, column.help) for column in table.columns]
    return [[(HEADING, word) for word in line] for line in lines]


def _make_readable(sheet: Any) -> None:
    from openpyxl.styles import Font

    sheet.freeze_panes = "A2"
    for column in sheet.iter_cols(max_row=min(sheet.max_row, 200)):
        longest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(max(longest + 2, 9), 60)
        column[0].font = Font(bold=True)


def _fill(
    sheet: Any, at: tuple[int, int], column: Column, value: Any, form: CellFormat,
    counts: Counter[str],
) -> None:  # fmt: skip
    text, n_removed = clean(write_cell(column, value, form))
    if not text:
        return
    cell = sheet.cell(*at)
    native = _native(column, value, text)
    if native is None:
        counts[_REMOVED] += n_removed
        counts[_CUT] += len(text) > _LONGEST_TEXT
        cell.value = _ooxml(text[:_LONGEST_TEXT])
        cell.data_type = "s"
        cell.quotePrefix = text[:1] in tuple("=+-@\t\r")
        return
    cell.value = native
    if isinstance(native, datetime):
        cell.number_format = "yyyy-mm-dd" if len(text) == 10 else "yyyy-mm-dd hh:mm"
    elif float(f"{native:.16g}") != native:
        # openpyxl writes 16 digits; some numbers need 17.
        cell._value = repr(native)


def _native(column: Column, value: Any, text: str) -> datetime | float | None:
    """The value as a number or date of Excel, None where only its text gives it back."""
    if column.kind == "number" and not text.endswith("%"):
        return float(value)
    if not isinstance(value, datetime):
        return None
    if len(text) == 10:
        return datetime.combine(value, time())
    is_plain = written_day("start", value) == text and len(text) == 16
    return value if is_plain and value.time() != time() else None


def _ooxml(text: str) -> str:
    """Carriage returns as Excel stores them, and what looks like such an escape escaped."""
    text = _ESCAPE.sub(lambda found: f"_x005F{found[0]}", text)
    return text.replace("\r", "_x000D_")
