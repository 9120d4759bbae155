import json
import re
import unicodedata
from pathlib import Path

import pytest
from small_notebooks import chart, code, executed, full, shown, table
from tools import needs_chromium

from pmtools.report.document import document
from pmtools.report.html import html_of

pytestmark = pytest.mark.browser

HOSTILE = json.loads((Path(__file__).parent / "hostile_strings.json").read_text())
POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>')


def with_hostile_text(word):
    """One string in every place where text of a project can stand."""
    rows = [[word, word, word]]
    spec = chart([word], word, description=word)
    titled = chart([word], word)
    for channel in ("x", "y"):
        titled["encoding"][channel]["title"] = word
    filled = table(rows, (word, word, word), title=word, note=word, cannot_say=word)
    return [
        shown(statement={"text": word, "signal": "red"}),
        shown(table=filled),
        shown(table=table([], title=word, cannot_say=word)),
        shown(chart=spec),
        shown(chart=titled),
        shown(markdown=word),
        shown(html=f"<p>{word}</p>"),
        shown(text=word),
        {"output_type": "stream", "name": "stdout", "text": word},
    ]


@pytest.fixture(scope="module")
def hostile_page():
    cells = [code("x", outputs=with_hostile_text(word), n=2) for word in HOSTILE]
    return html_of(document(executed(*cells, name=" ".join(HOSTILE), ident="x")))


def visible(text):
    """As a browser or a PDF reader may give it back: spaces and unprintable signs left out."""
    return "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
        and c != "\ufffd"
    )  # fmt: skip


@needs_chromium
@pytest.mark.parametrize("width", [1280, 400])
def test_every_chart_is_drawn_offline_and_nothing_is_wider_than_the_page(opened, width):
    """The report is one file; it is read on a desk and on a phone."""
    seen = opened(html_of(document(full())), width, n_charts=2)
    assert seen.requests == []
    assert seen.errors == []
    assert seen.ask("document.documentElement.scrollWidth") <= width
    assert seen.ask("document.querySelectorAll('.chart svg .mark-rect path').length") == 12
    wide = seen.ask(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('svg, .markup') &&"
        f" !e.closest('.chart:not(.fluid)') && e.getBoundingClientRect().right > {width})"
        ".map(e => e.outerHTML.slice(0, 200))"
    )
    assert wide == []


@needs_chromium
def test_the_contents_stay_in_sight_on_a_desk_and_leave_room_on_a_phone(opened):
    seen = opened(html_of(document(full())), 1280, n_charts=2)
    seen.ask("window.scrollTo(0, 900)")
    top, bottom = seen.ask(
        "(r => [r.top, r.bottom])(document.querySelector('nav').getBoundingClientRect())"
    )
    assert 0 <= top < bottom < 900
    seen.page.set_viewport_size({"width": 400, "height": 900})
    assert not seen.page.locator("nav").is_visible()


@needs_chromium
def test_a_tooltip_tells_what_the_pointer_is_on(opened):
    seen = opened(html_of(document(full())), n_charts=2)
    seen.page.locator(".chart.fluid .mark-rect path").first.hover()
    tooltip = seen.page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for(timeout=5000)
    assert "Pack the boxes" in tooltip.inner_text()
    assert seen.errors == []


@needs_chromium
@pytest.mark.parametrize("policy", ["with", "without"])
def test_nothing_in_the_text_of_a_project_runs_with_or_without_the_policy(
    opened, hostile_page, policy
):
    """42 hostile strings in every place: nothing runs, nothing is fetched, all can be read."""
    page = hostile_page if policy == "with" else POLICY.sub(b"", hostile_page)
    assert (b"Content-Security-Policy" in page) == (policy == "with")
    # Vega's expressions cannot take two of these as the title of an axis; it is told in words.
    seen = opened(page, n_charts=2 * len(HOSTILE) - 2)
    assert seen.ask("document.body.innerText.match(/could not be drawn/g).length") == 2
    seen.page.locator(".chart.fluid .mark-rect path").first.hover()
    assert seen.ask("window.__pwn ?? null") is None
    assert seen.requests == []
    assert all("Expression" in e or "Operator" in e for e in seen.errors)
    assert seen.ask("document.scripts.length") == 2 * len(HOSTILE) + 2
    acting = seen.ask(
        "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a =>"
        " a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value) &&"
        " ['href', 'src', 'xlink:href'].includes(a.name))"
        " || ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'LINK', 'IMG'].includes(e.tagName))"
        ".map(e => e.outerHTML.slice(0, 200))"
    )
    assert acting == []
    shown_text = visible(seen.ask("document.body.innerText"))
    for word in HOSTILE:
        assert shown_text.count(visible(word)) >= 8, word
    title = visible(seen.page.title())
    assert all(visible(word) in title for word in HOSTILE)


@needs_chromium
def test_a_chart_that_cannot_be_drawn_says_so_in_words(opened):
    broken = chart(["a"], mark="no such mark")
    cells = [shown(chart=broken), shown(chart=chart(["a"]))]
    seen = opened(html_of(document(executed(code("x", outputs=cells, n=2)))), n_charts=1)
    text = seen.page.locator("#chart-1").inner_text()
    assert text == "This chart could not be drawn. Bars of days late, one a task."
