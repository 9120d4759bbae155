import pytest
from small_notebooks import chart, code, executed, full, markdown, shown, table, two_charts

from pmtools.report.document import document, fits_any_width


def kinds(report):
    return [block["kind"] for block in report.blocks]


def test_the_head_of_a_report_comes_from_its_title_and_its_provenance():
    """A report says what it is, of which project and of which day, before anything else."""
    report = document(full())
    assert (report.title, report.project, report.project_id) == (
        "Small report", "Office move", "P-1",
    )  # fmt: skip
    assert report.status_day == "status of 6 March 2026"
    assert report.status["text"] == "The move ends 3 days later than approved."


def test_a_note_gives_no_status():
    """Only red, amber, green or cannot say is a status; a remark is not."""
    blocks = [shown(statement={"text": t, "signal": s}) for t, s in (("a", "info"), ("b", "red"))]
    assert document(executed(code("x", outputs=blocks, n=2))).status["text"] == "b"
    assert document(executed()).status is None


def test_a_sentence_below_a_table_is_no_status_of_the_whole():
    """What is proved of a detail, or cannot be drawn, is not how the project stands."""
    green = shown(statement={"text": "optimal", "signal": "green"})
    chart = shown(chart={"mark": "point", "description": "a point"})
    assert document(executed(code("x", outputs=[chart, green], n=2))).status is None


def test_a_sign_is_not_said_twice():
    """The shape stays; the words stand once."""
    text = "Cannot say, because there is no baseline."
    outputs = [shown(statement={"text": text, "signal": s}) for s in ("unknown", "no such signal")]
    first, second = document(executed(code("x", outputs=outputs, n=2))).blocks[:2]
    assert (first["said"], first["sign"]) == ("○", "○ Cannot say")
    assert (second["said"], second["signal"]) == ("► Note", "info")


def test_code_internal_cells_widgets_and_the_purpose_are_left_out():
    """The sponsor reads the answers; the rest is for the reader of the notebook."""
    hidden = [
        code("secret_code", "internal", outputs=[shown(text="hidden")], n=2),
        markdown("hidden", "internal"),
        code("x", outputs=[shown(widget={"model_id": "m"}, html="hidden")], n=3),
        code("x", outputs=[{"output_type": "stream", "name": "stderr", "text": "hidden"}], n=3),
    ]
    report = document(executed(*hidden))
    assert kinds(report) == ["markdown", "table"]
    assert "hidden" not in str(report)
    assert "secret_code" not in str(report)
    assert "not for the sponsor" not in str(report)


def test_text_without_a_kind_of_its_own_is_shown_as_text():
    """Markdown that code has made is made of data: it is not read as markup."""
    outputs = [
        shown(markdown=["**not** ", "bold"]),
        shown(text="plain"),
        {"output_type": "stream", "name": "stdout", "text": ["printed", " line"]},
    ]
    report = document(executed(code("x", outputs=outputs, n=2)))
    assert [b["text"] for b in report.blocks[:3]] == ["**not** bold", "plain", "printed line"]


def test_what_no_output_can_hold_becomes_a_visible_sign():
    """NUL, lone surrogates and NaN would break HTML, PDF or JSON."""
    rows = [["a\x00b\ud800c", "\x1b[31m", ""]]
    spec = chart(["a"], data={"values": [{"name": "a", "days": float("nan")}]})
    outputs = [shown(table=table(rows)), shown(chart=spec)]
    report = document(executed(code("x", outputs=outputs, n=2)))
    assert report.blocks[0]["rows"][0][:2] == ["a\ufffdb\ufffdc", "\ufffd[31m"]
    assert report.blocks[1]["spec"]["data"]["values"][0]["days"] is None


def test_the_title_of_a_chart_becomes_its_caption():
    for title in ("How late?", {"text": ["How", "late?"], "subtitle": "in days"}):
        block = document(executed(code("x", outputs=[shown(chart=chart(["a"], title))]))).blocks[0]
        assert block["caption"] == "How late?"
        assert block["subtitle"] == ("in days" if isinstance(title, dict) else "")
        assert "title" not in block["spec"]
        assert block["alt"] == "Bars of days late, one a task."
        assert "<svg" in block["svg"]


@pytest.mark.parametrize(
    "broken",
    [{"mark": "no such mark"}, {"data": {"url": "http://127.0.0.1:9/x.json"}}, {"encoding": 3}],
    ids=str,
)
def test_a_chart_that_cannot_be_drawn_does_not_fail_the_report(broken):
    """Nor is anything fetched for it."""
    report = document(executed(code("x", outputs=[shown(chart=chart(["a"], **broken))], n=2)))
    assert "<text" not in report.blocks[0]["svg"]


def test_only_single_views_can_be_drawn_as_wide_as_their_place():
    assert fits_any_width(chart(["a"]))
    assert fits_any_width({"layer": [chart(["a"])]})
    assert not fits_any_width(two_charts(["a"]))
    assert not fits_any_width({"mark": "bar", "encoding": {"row": {"field": "a"}}})
