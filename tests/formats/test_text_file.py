"""CSV files as people save them: encodings, separators, quotes, formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.errors import SourceError
from pmtools.formats.rows import clean
from pmtools.formats.text_file import MOST_ROWS, csv_bytes, escaped, read_csv, unescaped

KNOWN = {"id", "name", "amount"}


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_the_encoding_is_found_and_said_where_it_is_not_utf_8(tmp_path, encoding, note):
    """A euro sign stays one, however the file was saved."""
    (tmp_path / "t.csv").write_bytes("id,name\n1,Kühler 5 €\n".encode(encoding))
    sheet = read_csv(tmp_path / "t.csv", "t.csv", KNOWN)
    assert sheet.rows[1] == ["1", "Kühler 5 €"]
    assert note in "".join(sheet.notes)
    assert bool(note) == bool(sheet.notes)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_from_the_headings(tmp_path, separator):
    """Also where the other one stands in the texts, and below a line that is no heading."""
    head = separator.join(["id", "name", "amount"])
    row = separator.join(["1", '"a,b;c\t"', "2"])
    (tmp_path / "t.csv").write_text(f"Export, of; today\n\n{head}\n{row}\n")
    sheet = read_csv(tmp_path / "t.csv", "t.csv", KNOWN)
    assert sheet.rows[1:] == [["id", "name", "amount"], ["1", "a,b;c\t", "2"]]
    assert sheet.numbers == [1, 3, 4]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@S", "\t=", "\r=", "'=1", "''+"])
def test_text_that_a_spreadsheet_would_compute_is_escaped_and_comes_back(text):
    """Only text is: a negative number stays a number."""
    assert escaped(text) == f"'{text}"
    assert unescaped(escaped(text)) == text


@given(st.text())
def test_escaping_is_undone_for_every_text(text):
    """Also for text that looks escaped already."""
    assert unescaped(escaped(text)) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_every_cell_comes_back_as_it_was(tmp_path_factory, cells):
    """Quotes, separators and line ends of every alphabet inside a cell."""
    cells = [clean(cell)[0] for cell in cells]
    file = tmp_path_factory.mktemp("csv") / "t.csv"
    headings = ["id", "name", "amount", "x"][: len(cells)]
    file.write_bytes(csv_bytes([headings, [escaped(cell) for cell in cells]]))
    rows = read_csv(file, "t.csv", KNOWN).rows
    assert rows == ([headings, cells] if cells != [""] else [headings])


def test_control_characters_are_removed_and_counted(tmp_path):
    """Nobody sees them, and neither Excel nor a browser can show them."""
    (tmp_path / "t.csv").write_bytes(b"id,name\n1,a\0b\x0bc\n")
    sheet = read_csv(tmp_path / "t.csv", "t.csv", KNOWN)
    assert sheet.rows[1] == ["1", "abc"]
    assert sheet.notes == ("t.csv: 2 control characters were removed",)


def test_more_rows_than_the_limit_are_refused_at_once(tmp_path):
    """The limit is named; reading a million rows as objects would take gigabytes."""
    (tmp_path / "t.csv").write_text("id,name\n" + "1,a\n" * (MOST_ROWS + 1))
    with pytest.raises(SourceError, match="200,000 rows"):
        read_csv(tmp_path / "t.csv", "t.csv", KNOWN)
