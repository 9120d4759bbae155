"""Excel workbooks: guarded before they are parsed, read by cell types, written without formulas."""

import io
import time
import zipfile
from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from pmtools.errors import ProblemsError, SourceError
from pmtools.formats import read_project, workbook, write_project
from pmtools.project import Header, Project


def saved(path, sheets, change=None):
    """A workbook with rows by the name of their sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    book.save(path)
    return path


def plan(**changes):
    """Sheets of a small project."""
    return {
        "project": [
            ["field", "value"],
            ["id", "P"],
            ["name", "N"],
            ["start", datetime(2026, 1, 5)],
        ],
        "tasks": [["id", "name", "duration_hours", "deadline"], ["00123", "NA", 8, None]],
    } | changes


def problem(path):
    with pytest.raises(ProblemsError) as caught:
        read_project(path)
    return str(caught.value)


def project_of(names):
    tasks = [{"id": f"T{n}", "name": name, "notes": name} for n, name in enumerate(names)]
    return Project(header=Header("P", "N", start=pd.Timestamp("2026-01-05")), tasks=tasks)


def test_our_layout_is_one_sheet_a_table_with_every_column_explained(tmp_path):
    """`project` first, `about` last; ids stay text."""
    write_project(project_of(["Dig"]), tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames == ["project", "tasks", "about"]
    about = [row[:2] for row in book["about"].iter_rows(values_only=True)]
    assert ("tasks", "duration_hours") in about
    assert ("costs", "amount") in about


def test_text_never_becomes_a_formula(tmp_path):
    """What begins with = + - @ is stored as text, quoted, and comes back unchanged."""
    names = ["=1+1", "+1", "-1", "@S", "\t=1", "\r=1", "#REF!", "TRUE", "2026-01-01", "_x000D_"]
    write_project(project_of(names), tmp_path / "p.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx")["tasks"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert sheet["D2"].value == "=1+1"
    assert sheet["D2"].quotePrefix
    assert read_project(tmp_path / "p.xlsx").tasks["notes"].tolist() == names


def test_what_excel_cannot_hold_is_removed_and_counted(tmp_path):
    """NUL and VT go, texts are cut at 32,767 characters."""
    notes = write_project(project_of(["a\0b\x0bc", "x" * 40_000]), tmp_path / "p.xlsx")
    assert notes == ("4 control characters were removed", "2 texts were cut to 32,767 characters")
    names = read_project(tmp_path / "p.xlsx").tasks["name"].tolist()
    assert [len(name) for name in names] == [3, 32_767]


def test_hidden_sheets_and_rows_are_read_and_noted(tmp_path):
    """A hidden row still costs money."""

    def hide(book):
        book["tasks"].sheet_state = "hidden"
        book["tasks"].row_dimensions[2].hidden = True

    project = read_project(saved(tmp_path / "p.xlsx", plan(), hide))
    assert project.tasks["id"].tolist() == ["00123"]
    assert [note.split(": ")[1] for note in project.notes] == [
        "hidden, but read",
        "1 hidden rows are read too (2)",
    ]


def test_the_headings_may_stand_below_a_title(tmp_path):
    """The first row with two known headings is the row of headings; rows keep their numbers."""
    rows = [["Plan of the board"], [], *plan()["tasks"], ["2", None, 8, None]]
    assert 'sheet "tasks", row 5: name is empty' in problem(
        saved(tmp_path / "p.xlsx", plan(tasks=rows))
    )


def test_error_cells_and_formulas_that_were_never_computed_are_refused(tmp_path):
    """They are no empty cells."""
    rows = [["id", "name", "duration_hours", "fixed_cost"], ["1", "a", "=4+4", "=1/0"]]

    def make_error(book):
        book["tasks"]["D2"].value = "#DIV/0!"

    message = problem(saved(tmp_path / "p.xlsx", plan(tasks=rows), make_error))
    assert 'sheet "tasks", row 2: duration_hours (C2) is a formula that was never' in message
    assert "fixed_cost (D2) is the error #DIV/0!" in message


def test_a_number_in_a_column_of_days_is_refused_with_the_day_it_would_be(tmp_path):
    """Excel shows days as numbers when the format is lost."""
    rows = [["id", "name", "duration_hours", "deadline"], ["1", "a", 8, 46083]]
    assert "it would be 2026-03-02" in problem(saved(tmp_path / "p.xlsx", plan(tasks=rows)))


def test_days_of_a_1904_workbook_are_the_days_that_excel_shows(tmp_path):
    """Old workbooks of the Mac count from another day."""
    rows = [["id", "name", "duration_hours", "deadline"], ["1", "a", 8, datetime(2026, 3, 2)]]

    def use_1904(book):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    project = read_project(saved(tmp_path / "p.xlsx", plan(tasks=rows), use_1904))
    assert str(project.tasks["deadline"][0]) == "2026-03-02 23:59:00"


def test_numbers_formatted_as_percent_or_with_leading_zeros_are_what_they_show(tmp_path):
    """0.125 shown as 12.5% is 12.5 percent, with any number format; 7 shown as 007 is id 007."""
    sheets = plan(
        project=[*plan()["project"], ["number_format", "1.234,5"]],
        tasks=[["id", "name", "duration_hours"], [7, "a", 8]],
        progress=[["status_date", "task_id", "percent_complete"], [datetime(2026, 1, 9), 7, 0.125]],
    )

    def form(book):
        book["progress"]["C2"].number_format = "0%"
        book["tasks"]["A2"].number_format = book["progress"]["B2"].number_format = "000"

    project = read_project(saved(tmp_path / "p.xlsx", sheets, form))
    assert project.tasks["id"].tolist() == project.progress["task_id"].tolist() == ["007"]
    assert project.progress["percent_complete"].tolist() == [12.5]


def test_merged_cells_and_foreign_sheets_are_noted(tmp_path):
    """Only the first of merged cells has a value; a sheet that is no table is not read."""
    sheets = plan(Summary=[["Total", 5]])
    path = saved(tmp_path / "p.xlsx", sheets, lambda book: book["tasks"].merge_cells("A4:B4"))
    notes = " ".join(read_project(path).notes)
    assert "merged cells A4:B4" in notes
    assert 'sheet "Summary" is no table' in notes


def rewritten(path, target, change):
    """The workbook with its parts changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


def test_a_cell_far_outside_is_refused_before_it_is_parsed(tmp_path):
    """One cell at XFD100000 in 5 kB would take all memory of the reader."""
    path = saved(tmp_path / "p.xlsx", plan())
    far = rewritten(
        path,
        tmp_path / "far.xlsx",
        lambda name, text: text.replace(b'r="D1"', b'r="XFD100000"') if "sheet2" in name else text,
    )
    began = time.monotonic()
    assert "cell XFD100000 lies far outside" in problem(far)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>', "declares entities"),
        (b'<sheetData><row r="1048576"/>', "row 1048576 is used"),
        (b" " * 60_000_000, "times its size"),
    ],
)
def test_bombs_are_refused_within_a_second(tmp_path, body, words):
    """Entities, rows without end, and zeros that unpack to gigabytes."""
    path = saved(tmp_path / "p.xlsx", plan())
    bomb = rewritten(
        path, tmp_path / "b.xlsx", lambda name, text: body if "sheet2" in name else text
    )
    began = time.monotonic()
    assert words in problem(bomb)
    assert time.monotonic() - began < 1


def test_a_sheet_under_another_name_is_inspected_too(tmp_path):
    """The parts of a workbook may be called anything; its reader follows the references."""
    path = saved(tmp_path / "p.xlsx", plan())
    target = tmp_path / "hidden.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name).replace(b"sheet2.xml", b"sheet2.dat")
            text = text.replace(b'r="D1"', b'r="XFD100000"')
            new.writestr(name.replace("sheet2.xml", "sheet2.dat"), text)
    assert "cell XFD100000 lies far outside" in problem(target)


def test_a_zip_of_too_many_parts_and_one_that_is_no_workbook_are_refused(tmp_path):
    """100,000 entries are no workbook, and neither is a zip of something else."""
    for n_parts, words in ((2_001, "2,002 parts"), (1, "no Excel workbook")):
        path = tmp_path / f"{n_parts}.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(n_parts):
                archive.writestr(f"part{number}.xml", "x")
            if n_parts > 1:
                archive.writestr("xl/workbook.xml", "x")
        assert words in problem(path)


def test_truncated_and_nonsense_workbooks_are_refused_with_their_name(tmp_path):
    """Whatever the parser raises in its child becomes one sentence."""
    content = saved(tmp_path / "p.xlsx", plan()).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[: len(content) // 2])
    assert problem(tmp_path / "cut.xlsx").startswith("cut.xlsx: the file is broken")
    nonsense = rewritten(
        tmp_path / "p.xlsx",
        tmp_path / "non.xlsx",
        lambda name, text: b"<a>" if name == "xl/workbook.xml" else text,
    )
    assert problem(nonsense).startswith("non.xlsx: it cannot be parsed")


def test_a_parser_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    """The parent lives and says why."""
    monkeypatch.setattr(workbook, "SECONDS", 0.01)
    with pytest.raises(SourceError, match="cannot be parsed"):
        workbook.read_sheets(saved(tmp_path / "p.xlsx", plan()), "p.xlsx")


def test_a_failed_write_leaves_the_old_workbook(tmp_path, monkeypatch):
    """A reader sees the old file or the new one."""
    target = tmp_path / "p.xlsx"
    write_project(project_of(["old"]), target)

    def full_disk(self, stream):
        stream.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(openpyxl.Workbook, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_project(project_of(["new"]), target)
    monkeypatch.undo()
    assert read_project(target).tasks["name"].tolist() == ["old"]
    assert [file.name for file in tmp_path.iterdir()] == ["p.xlsx"]


def test_an_old_or_locked_workbook_is_refused_with_a_remedy(tmp_path):
    """.xls and password-protected files are another format inside."""
    (tmp_path / "p.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "without a password" in problem(tmp_path / "p.xlsx")


def test_carriage_returns_are_stored_as_excel_stores_them(tmp_path):
    """XML would turn them into line feeds."""
    write_project(project_of(["one\r\ntwo"]), tmp_path / "p.xlsx")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "p.xlsx").read_bytes())) as archive:
        assert b"one_x000D_\ntwo" in archive.read("xl/worksheets/sheet2.xml")
    assert read_project(tmp_path / "p.xlsx").tasks["name"].tolist() == ["one\r\ntwo"]
