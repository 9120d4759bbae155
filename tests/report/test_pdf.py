import io
import json
import subprocess
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader
from small_notebooks import chart, code, executed, full, shown, table
from tools import needs_pdftotext

from pmtools.report.document import document
from pmtools.report.pdf import pdf_of

HOSTILE = json.loads((Path(__file__).parent / "hostile_strings.json").read_text())


def visible(text):
    """Spaces, line ends and what no font shows left out."""
    return "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
        and c != "\ufffd"
    )  # fmt: skip


def text_of(pdf, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return said.stdout.decode()


def test_the_same_notebook_gives_the_same_bytes():
    assert pdf_of(document(full())) == pdf_of(document(full()))


def test_the_pdf_is_tagged_titled_and_claims_accessibility():
    """PDF/UA: language, title, structure and alternative text for every picture."""
    reader = PdfReader(io.BytesIO(pdf_of(document(full()))))
    assert reader.metadata.title == "Small report: Office move, status of 6 March 2026"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()
    width, height = reader.pages[0].mediabox[2:]
    assert (round(width), round(height)) == (595, 842)


@needs_pdftotext
def test_head_callouts_tables_and_page_numbers_are_there(tmp_path):
    text = text_of(pdf_of(document(full())), tmp_path)
    for words in ("Office move", "Status of 6 March 2026", "■ Amber", "Pack the boxes",
                  "and 7 more", "There is no baseline.", "page 1 of 2", "How late?"):  # fmt: skip
        assert words in text
    assert "not for the sponsor" not in text


@needs_pdftotext
def test_text_of_a_project_is_printed_literally(tmp_path):
    """Not as markup of typst, not as HTML; nothing is read from disk or attached."""
    cells = [
        code("x", n=2, outputs=[
            shown(statement={"text": word, "signal": "red"}),
            shown(table=table([[word] * 3], (word,) * 3, title=word, note=word)),
            shown(chart=chart([word], word)),
            shown(markdown=word),
        ])
        for word in HOSTILE
    ]  # fmt: skip
    pdf = pdf_of(document(executed(*cells, name="Office move")))
    reader = PdfReader(io.BytesIO(pdf))
    assert not reader.attachments
    assert not any(page.get("/Annots") for page in reader.pages)
    text = visible(text_of(pdf, tmp_path))
    assert "root:x:0" not in text
    for word in HOSTILE:
        assert visible(word) in text, word


@needs_pdftotext
def test_text_that_no_font_can_show_does_not_stop_the_report(tmp_path):
    word = "\U0001f6a7 \u7f51\u7edc \ue000 \U0010fffd"
    pdf = pdf_of(document(executed(name=word)))
    assert "Status of 6 March 2026" in text_of(pdf, tmp_path)


@needs_pdftotext
def test_a_chart_that_cannot_be_drawn_is_told_in_words(tmp_path):
    cell = code("x", outputs=[shown(chart=chart(["a"], mark="no such mark"))], n=2)
    text = text_of(pdf_of(document(executed(cell))), tmp_path)
    assert "This chart could not be drawn. Bars of days late, one a task." in " ".join(text.split())


@pytest.mark.parametrize("n_columns", [1, 3, 8, 14])
def test_a_table_of_any_width_stays_on_the_page(n_columns):
    """Long words break; many columns shrink."""
    rows = [["x" * 60 if n % 2 else "a few words of text here" for n in range(n_columns)]] * 3
    shown_table = shown(table=table(rows, [f"Column {n}" for n in range(n_columns)]))
    reader = PdfReader(
        io.BytesIO(pdf_of(document(executed(code("x", outputs=[shown_table], n=2)))))
    )
    places = []
    for page in reader.pages:
        page.extract_text(visitor_text=lambda text, cm, tm, font, size: places.append(tm[4]))
    assert max(places) < 595 - 40
