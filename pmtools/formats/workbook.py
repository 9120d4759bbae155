"""Excel workbooks: inspected, then parsed in a child process; one sheet a table."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pmtools.errors import ProcessError
from pmtools.files import publish
from pmtools.formats.cells import Cell, CellFormat, Percent, Unreadable, write_cell, written_day
from pmtools.formats.rows import MOST_COLUMNS, MOST_ROWS, Sheet, clean, format_of
from pmtools.formats.text_file import refused
from pmtools.process import run_limited
from pmtools.project import HEADER, TABLES, Column, Project

MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO, MOST_CELLS = 2_000, 400_000_000, 200, 3_000_000
SECONDS, MEMORY_MB = 120, 3_000
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{0,3})(\d{1,7})["']""")
_CELL, _FORMULA = re.compile(rb"<(?:\w+:)?c[\s>/]"), re.compile(rb"<(?:\w+:)?f[\s>/]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LONGEST_TEXT = 32_767
_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError)
"""What zipfile raises for broken, locked or truncated archives."""


def guard(path: Path, place: str) -> bool:
    """Refuse a workbook that would exhaust its reader; says whether it contains formulas.

    Cells are looked for by their own places, not in the stated dimension. zipfile unpacks no more
    than the stated size of a part, and calls it broken where that was a lie.

    Raises
    ------
    SourceError
        Which limit is exceeded.
    """
    has_formulas = False
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
                raise refused(
                    place, found, f"at most {MOST_RATIO} times", "Save it again in Excel."
                )
            if any(entry.compress_type not in _DEFLATED for entry in entries):
                raise refused(place, "an unusual compression", "a workbook as Excel saves it")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    has_formulas |= _scan(archive, entry, place)
    except _BROKEN as error:
        raise refused(place, f"the file is broken or locked ({error})", "a workbook") from None
    return has_formulas


def _scan(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str) -> bool:
    is_sheet = has_formulas = False
    tail, n_cells = b"", 0
    with archive.open(entry) as stream:
        while block := stream.read(1 << 20):
            text = tail + block
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


def read_sheets(path: Path, place: str) -> dict[str, Sheet]:
    """Every sheet of a workbook by its name, hidden ones too (noted), without empty rows.

    Raises
    ------
    SourceError
        Where it exceeds a limit, or cannot be parsed within the time and memory allowed.
    """
    has_formulas = guard(path, place)
    try:
        parsed = run_limited(parse, path, has_formulas, seconds=SECONDS, memory_mb=MEMORY_MB)
    except ProcessError as error:
        reason = str(error).splitlines()[0]
        raise refused(place, f"it cannot be parsed ({reason})", "a workbook of Excel") from None
    return {
        name: Sheet(
            f'{place}, sheet "{name}"',
            rows,
            numbers,
            tuple(f'{place}, sheet "{name}": {note}' for note in notes),
        )
        for name, rows, numbers, notes in parsed
    }


def parse(
    path: Path, has_formulas: bool
) -> list[tuple[str, list[list[Cell]], list[int], list[str]]]:
    """Name, rows, row numbers and notes of each sheet; runs in the child process."""
    from openpyxl import load_workbook

    content = io.BytesIO(path.read_bytes())
    book = load_workbook(content, data_only=True)
    formulas = load_workbook(content) if has_formulas else None
    return [
        (sheet.title, *_rows_of(sheet, None if formulas is None else formulas[sheet.title]))
        for sheet in book.worksheets
    ]


def _rows_of(sheet: Any, formulas: Any) -> tuple[list[list[Cell]], list[int], list[str]]:
    notes = ["hidden, but read"] if sheet.sheet_state != "visible" else []
    merged = [str(area) for area in sheet.merged_cells.ranges]
    if merged:
        notes.append(f"merged cells {', '.join(merged[:5])}: only the first cell has the value")
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    hidden = []
    for row in sheet.iter_rows():
        cells = [_value(cell, formulas) for cell in row]
        if any(cell is not None and cell != "" for cell in cells):
            rows.append(cells)
            numbers.append(row[0].row)
            if sheet.row_dimensions[row[0].row].hidden:
                hidden.append(str(row[0].row))
    if hidden:
        notes.append(f"{len(hidden)} hidden rows are read too ({', '.join(hidden[:5])})")
    return rows, numbers, notes


def _value(cell: Any, formulas: Any) -> Cell:
    value = cell.value
    if value is None:
        if formulas is not None and formulas[cell.coordinate].data_type == "f":
            return Unreadable(
                f"({cell.coordinate}) is a formula that was never computed",
                "Open the workbook in Excel and save it, or paste values.",
            )
        return None
    if cell.data_type == "e":
        remedy = "Correct the formula or empty the cell."
        return Unreadable(f"({cell.coordinate}) is the error {value}", remedy)
    if isinstance(value, str):
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, datetime):
        return _to_the_second(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "%" in cell.number_format:
            return Percent(round(value * 100, 10))
        if re.fullmatch("00+", cell.number_format) and value == int(value):
            return str(int(value)).zfill(len(cell.number_format))
    return value


def _to_the_second(moment: datetime) -> datetime:
    """Excel counts days as fractions, which are not exact."""
    import pandas as pd

    return pd.Timestamp(moment).round("s").to_pydatetime()


def write_workbook(project: Project, path: Path) -> tuple[str, ...]:
    """Write one sheet a table, `project` first and `about` (what each column means) last.

    Text never becomes a formula. Says how many characters were removed and texts cut.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    form = format_of(vars(project.header))
    fields = [(c.name, c, getattr(project.header, c.name)) for c in HEADER]
    sheet = book.create_sheet("project")
    counts = [_fill(sheet, 1, [("field", None), ("value", None)], form)]
    for number, (name, column, value) in enumerate(fields, 2):
        counts.append(_fill(sheet, number, [(name, None), (value, column)], form))
    for table, frame in project.tables.items():
        if len(frame) or table == "tasks":
            columns = TABLES[table].columns
            sheet = book.create_sheet(table)
            counts.append(_fill(sheet, 1, [(c.name, None) for c in columns], form))
            for number, row in enumerate(frame.itertuples(index=False, name=None), 2):
                counts.append(_fill(sheet, number, list(zip(row, columns, strict=True)), form))
    sheet = book.create_sheet("about")
    for number, line in enumerate(_about(), 1):
        _fill(sheet, number, [(text, None) for text in line], form)
    for sheet in book.worksheets:
        _make_readable(sheet)
    content = io.BytesIO()
    book.save(content)
    publish(path, content.getvalue())
    return _notes(sum(n for n, _ in counts), sum(n for _, n in counts))


def _notes(n_removed: int, n_cut: int) -> tuple[str, ...]:
    removed = (f"{n_removed} control characters were removed",) if n_removed else ()
    cut = (f"{n_cut} texts were cut to {_LONGEST_TEXT:,} characters",) if n_cut else ()
    return removed + cut


def _about() -> Iterator[tuple[str, str, str]]:
    yield "sheet", "column", "what it means"
    yield from (("project", column.name, column.help) for column in HEADER)
    for table in TABLES.values():
        yield table.name, "", f"each row is {table.row}"
        yield from ((table.name, column.name, column.help) for column in table.columns)


def _make_readable(sheet: Any) -> None:
    from openpyxl.styles import Font

    sheet.freeze_panes = "A2"
    for column in sheet.iter_cols(max_row=min(sheet.max_row, 200)):
        longest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(max(longest + 2, 9), 60)
        column[0].font = Font(bold=True)


def _fill(
    sheet: Any, number: int, cells: list[tuple[Any, Column | None]], form: CellFormat
) -> tuple[int, int]:
    """Write a row; the number of characters removed and of texts cut."""
    n_removed = n_cut = 0
    for index, (value, column) in enumerate(cells, 1):
        text = str(value) if column is None else write_cell(column, value, form)
        if not text:
            continue
        cell = sheet.cell(number, index)
        native = None if column is None else _native(column, value, text)
        if native is not None:
            cell.value = native
            if isinstance(native, datetime):
                cell.number_format = "yyyy-mm-dd" if len(text) == 10 else "yyyy-mm-dd hh:mm"
            elif float(f"{native:.16g}") != native:
                # openpyxl writes 16 digits; some numbers need 17.
                cell._value = repr(native)
            continue
        text, n = clean(text)
        n_removed += n
        n_cut += len(text) > _LONGEST_TEXT
        cell.value = _ooxml(text[:_LONGEST_TEXT])
        cell.data_type = "s"
        cell.quotePrefix = text[:1] in tuple("=+-@\t\r")
    return n_removed, n_cut


def _native(column: Column, value: Any, text: str) -> datetime | float | None:
    """The value as a number or date of Excel, None where only its text gives it back."""
    if column.kind == "number" and not text.endswith("%"):
        return float(value)
    if isinstance(value, datetime):
        if len(text) == 10:
            return datetime(value.year, value.month, value.day)
        is_plain = written_day("start", value) == text and len(text) == 16
        return value if is_plain and value.time() != datetime.min.time() else None
    return None


def _ooxml(text: str) -> str:
    """Carriage returns as Excel stores them, and what looks like such an escape escaped."""
    text = _ESCAPE.sub(lambda found: f"_x005F{found[0]}", text)
    return text.replace("\r", "_x000D_")
