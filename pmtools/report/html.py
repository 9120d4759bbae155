"""A report as one HTML file: nothing is fetched, nothing in the project's text can run."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from typing import Any

from pmtools.files import shipped
from pmtools.report.document import VEGA_LITE, Document, fits_any_width
from pmtools.words import SIGNALS

_ALLOWED = {
    *("p", "br", "strong", "b", "em", "i", "code", "pre", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "h3", "h4"),
}
_ATTRIBUTES = {"th": ["scope", "colspan", "rowspan"], "td": ["colspan", "rowspan"]}
_STYLE = re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)


def html_of(report: Document) -> bytes:
    """The report as UTF-8 HTML; the same document gives the same bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = shipped("templates") / "report"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    contents: list[tuple[str, str]] = []
    blocks = [_with_html(block, contents) for block in report.blocks]
    has_charts = any(block["kind"] == "chart" for block in blocks)
    scripts = [_vega(), (folder / "report.js").read_text("utf-8")] if has_charts else []
    page = environment.get_template("report.html.jinja").render(
        report=report,
        blocks=blocks,
        contents=contents,
        signals={sign: signal for signal, sign in SIGNALS.items()},
        style=(folder / "report.css").read_text("utf-8"),
        scripts=scripts,
        policy=_policy(scripts),
    )
    return page.encode("utf-8")


def _policy(scripts: list[str]) -> str:
    """Nothing from anywhere; of scripts only ours, known by their hash."""
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )


@cache
def _vega() -> str:
    """Vega, Vega-Lite and their embedder in one script."""
    import vl_convert

    script = vl_convert.javascript_bundle(
        snippet="window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE
    )
    return re.sub("<(?=/script|!--)", r"\\x3c", str(script), flags=re.IGNORECASE)


def _with_html(block: dict[str, Any], contents: list[tuple[str, str]]) -> dict[str, Any]:
    match block["kind"]:
        case "markdown":
            return {**block, "html": _markdown(contents)(block["source"])}
        case "markup":
            return {**block, "html": _sanitised(block["html"])}
        case "chart":
            spec = block["spec"]
            is_fluid = fits_any_width(spec)
            fluid = {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
            sized = {**spec, **fluid} if is_fluid else spec
            picture = base64.b64encode(block["svg"].encode()).decode()
            return {**block, "json": _json(sized), "is_fluid": is_fluid, "picture": picture}
    return block


def _json(value: Any) -> str:
    """JSON that no HTML parser can mistake for markup."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _sanitised(markup: str) -> str:
    """HTML that a library made of project text: plain structure is kept, the rest is shown."""
    import bleach

    return str(bleach.clean(_STYLE.sub("", markup), tags=_ALLOWED, attributes=_ATTRIBUTES))


def _markdown(contents: list[tuple[str, str]]) -> Any:
    """Markdown of our notebooks to HTML; headings of the second level go into `contents`."""
    import mistune

    class Ours(mistune.HTMLRenderer):
        def heading(self, text: str, level: int, **_: Any) -> str:
            anchor = f"section-{len(contents) + 1}"
            if level != 2:
                return f"<h{level}>{text}</h{level}>\n"
            contents.append((anchor, re.sub("<[^>]*>", "", text)))
            return f'<h2 id="{anchor}">{text}</h2>\n'

        def link(self, text: str, url: str, title: str | None = None) -> str:
            if not url.startswith(("https://", "http://", "mailto:")):
                return text
            return f'<a href="{html.escape(url)}" rel="noopener noreferrer">{text}</a>'

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return text

    plugins = ["table", "strikethrough"]
    return mistune.create_markdown(renderer=Ours(escape=True), plugins=plugins)
