import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from small_notebooks import chart, code, executed, full, markdown, shown, table

from pmtools.report.document import document
from pmtools.report.html import html_of

VOID = {"meta", "br", "img", "hr"}


class Tree(HTMLParser):
    """Start tags with their attributes; fails on tags that do not close."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def page_of(*cells):
    return html_of(document(executed(*cells))).decode()


@pytest.fixture(scope="module")
def page():
    return html_of(document(full())).decode()


def test_the_same_notebook_gives_the_same_bytes(page):
    """No time, no random id: last week's report can be made again."""
    assert html_of(document(full())).decode() == page


def test_the_policy_allows_our_scripts_by_their_hash_and_nothing_else(page):
    policy = re.search('Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src &#39;none&#39;; img-src data:; style-src")
    assert "unsafe-eval" not in policy
    for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy


def test_the_page_names_no_address(page):
    """It is read offline; the only addresses are names of XML formats inside the chart library."""
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert re.findall(r"https?://[^\s\"'\\]*", own) == []


def test_a_screen_reader_finds_its_way(page):
    """Language, title, landmarks, one main heading, captions, scopes, pictures with words."""
    tree = Tree(page)
    assert tree.all("html") == [{"lang": "en"}]
    assert "<title>Small report: Office move, status of 6 March 2026</title>" in page
    assert len(tree.all("main")) == len(tree.all("header")) == len(tree.all("h1")) == 1
    assert len(tree.all("caption")) == page.count("<thead>") == 3
    assert all(cell.get("scope") == "col" for cell in tree.all("th"))
    assert all(image["alt"] for image in tree.all("img"))
    pictures = [d for d in tree.all("div") if d.get("class", "").startswith("chart")]
    assert len(pictures) == 2
    assert all(d["role"] == "img" and d["aria-label"] for d in pictures)
    targets = {a.get("id") for _, a in tree.tags}
    assert {a["href"][1:] for a in tree.all("a")} <= targets


def test_colour_is_never_the_only_sign(page):
    for words in ("■ Amber", "● Green", "○ Cannot say"):
        assert f"{words}</strong>" in page


def test_rows_left_out_are_counted_and_what_cannot_be_known_says_so(page):
    assert "and 7 more" in page
    assert "There is no baseline." in page


def test_no_code_is_shown(page):
    assert "provenance()" not in page


def test_a_chart_is_data_that_cannot_end_its_script():
    page = page_of(code("x", outputs=[shown(chart=chart(["</script><!--&"]))], n=2))
    text = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1]
    assert not set("<>&") & set(text)
    assert json.loads(text)["data"]["values"][0]["name"] == "</script><!--&"
    assert json.loads(text)["width"] == "container"


def test_a_report_without_charts_carries_no_script():
    page = page_of(code("x", outputs=[shown(table=table([["a", "b", "c"]]))], n=2))
    assert "<script" not in page
    assert "script-src &#39;none&#39;" in page
    assert len(page) < 20_000


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<table><tr><td>a</td></tr></table>", "<td>a</td>"),
        ("<style>td {color: red}</style><b>x</b>", "<b>x</b>"),
        ('<p style="position:fixed" onclick="x()" class="c">a</p>', "<p>a</p>"),
        ("<script>x()</script>", "&lt;script&gt;x()&lt;/script&gt;"),
        ("</div></main><p>a", "<p>a</p>"),
        ("<img src=x onerror=x()>", "&lt;img src=x onerror=x()&gt;"),
    ],
)
def test_html_that_a_library_made_keeps_its_structure_and_nothing_that_acts(markup, kept):
    page = page_of(code("x", outputs=[shown(html=markup)], n=2))
    Tree(page)
    assert kept in page
    assert "position:fixed" not in page


def test_markdown_of_a_notebook_cannot_load_or_run():
    """Links of the web stay links; pictures, raw HTML and other addresses become text."""
    source = (
        "[a](https://example.org) [b](javascript:x) ![c](http://127.0.0.1/x) <b>d</b>\n\n"
        "<script>x</script>\n\n## A & <i>title</i>"
    )
    page = page_of(markdown(source))
    Tree(page)
    assert '<a href="https://example.org" rel="noopener noreferrer">a</a> b c &lt;b&gt;d' in page
    assert '<h2 id="section-1">A &amp; &lt;i&gt;title&lt;/i&gt;</h2>' in page
    assert "<img" not in page
    assert "<script>" not in page
