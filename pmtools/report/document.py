"""An executed notebook as the list of blocks that the HTML and the PDF print.

Code is left out, and so are cells tagged `internal` and widgets. What a cell shows is known by its
mime type: sentence, table, chart, text. All of it is data: only markdown cells, which are ours,
are read as markup.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any

import pandas as pd

from pmtools.report.provenance import SENTINEL
from pmtools.words import SIGNALS

CHART = "application/vnd.vegalite.v5+json"
TABLE = "application/vnd.pmtools.table+json"
STATEMENT = "application/vnd.pmtools.statement+json"
WIDGET = "application/vnd.jupyter.widget-view+json"

VEGA_LITE = "6.4"
"""The version that altair 6 writes and both outputs draw with."""

_PRINTED_WIDTH = 680
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True)
class Document:
    """A report: what stands at its head, and its blocks in order.

    A block is a JSON object with a `kind`: markdown (source, tokens), statement (text, signal,
    sign, and `said`: the sign as far as the text does not say it), table (as `Table.payload`),
    chart (spec, caption, subtitle, alt, svg), markup (html, text) or text (text).
    """

    title: str
    project: str
    project_id: str
    status_date: str
    blocks: tuple[dict[str, Any], ...]

    @property
    def status(self) -> dict[str, Any] | None:
        """The first statement before any table or chart that gives a status: it stands at the
        head of the report.
        """
        given = ("red", "amber", "green", "unknown")
        opening = takewhile(lambda block: block["kind"] not in ("table", "chart"), self.blocks)
        return next((block for block in opening if block.get("signal") in given), None)

    @property
    def status_day(self) -> str:
        """`status of 6 March 2026`, as it stands below the name of the project."""
        if not self.status_date:
            return "no status date"
        date = pd.Timestamp(self.status_date)
        return f"status of {date.day} {date:%B %Y}"


def document(notebook: Mapping[str, Any]) -> Document:
    """The report that an executed notebook makes.

    The heading of the first markdown cell is its title; the rest of that cell (purpose, for whom)
    is for the reader of the notebook.
    """
    title = "Report"
    facts: dict[str, Any] = {}
    blocks: list[dict[str, Any]] = []
    for position, cell in enumerate(_cleaned(notebook["cells"])):
        source = "".join(cell["source"])
        if position == 0 and cell["cell_type"] == "markdown":
            title = source.strip().splitlines()[0].lstrip("# ")
        elif cell["cell_type"] == "code":
            bundles = [o["data"] for o in cell["outputs"] if "data" in o]
            facts = next((b[SENTINEL] for b in bundles if SENTINEL in b), facts)
            if not _is_internal(cell):
                blocks += _outputs(cell["outputs"])
        elif cell["cell_type"] == "markdown" and not _is_internal(cell):
            blocks.append({"kind": "markdown", "source": source, "tokens": _tokens(source)})
    project = facts.get("project", {})
    return Document(
        title,
        project.get("name", ""),
        project.get("id", ""),
        facts.get("status_date", ""),
        tuple(blocks),
    )


def _is_internal(cell: Mapping[str, Any]) -> bool:
    return "internal" in cell["metadata"].get("tags", ())


def _cleaned(value: Any) -> Any:
    """Without NaN, lone surrogates and characters that control: they break or reorder the rest."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _outputs(outputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] == "stdout":
                yield {"kind": "text", "text": "".join(output["text"])}
        elif "data" in output:
            yield from _shown(output["data"])


def _shown(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    text = "".join(data.get("text/plain", ""))
    if WIDGET in data:
        return
    if STATEMENT in data:
        yield _statement(**data[STATEMENT])
    elif TABLE in data:
        yield {"kind": "table", **data[TABLE]}
    elif CHART in data:
        yield _chart(data[CHART])
    elif "text/html" in data:
        yield {"kind": "markup", "html": "".join(data["text/html"]), "text": text}
    elif "text/markdown" in data:
        yield {"kind": "text", "text": "".join(data["text/markdown"])}
    elif text:
        yield {"kind": "text", "text": text}


def _statement(text: str, signal: str) -> dict[str, Any]:
    sign = SIGNALS.get(signal, SIGNALS["info"])
    mark, word = sign.split(" ", 1)
    said = mark if text.casefold().startswith(word.casefold()) else sign
    known = signal if signal in SIGNALS else "info"
    return {"kind": "statement", "text": text, "signal": known, "sign": sign, "said": said}


def _chart(spec: dict[str, Any]) -> dict[str, Any]:
    """A chart for both outputs: its title becomes the caption, which wraps and is read aloud."""
    title = spec.get("title") or ""
    title = title if isinstance(title, dict) else {"text": title}
    caption = _joined(title.get("text", ""))
    rest = {key: value for key, value in spec.items() if key not in ("title", "$schema")}
    return {
        "kind": "chart",
        "spec": rest,
        "caption": caption,
        "subtitle": _joined(title.get("subtitle", "")),
        "alt": str(spec.get("description") or caption or "Chart without a description"),
        "svg": _svg(rest),
    }


def _joined(lines: Any) -> str:
    return " ".join(map(str, lines)) if isinstance(lines, list) else str(lines)


def fits_any_width(spec: Mapping[str, Any]) -> bool:
    """Whether the chart is a single view, which Vega-Lite can draw as wide as its place is."""
    composed = {"hconcat", "vconcat", "concat", "repeat", "facet", "spec"} & set(spec)
    encoding = spec.get("encoding")
    channels = set(encoding) if isinstance(encoding, dict) else set()
    return not composed and not channels & {"row", "column", "facet"}


def _svg(spec: Mapping[str, Any]) -> str:
    """The chart as a picture, or "" where it cannot be drawn: no chart fails a report."""
    import vl_convert

    sized = {**spec, "width": _PRINTED_WIDTH} if fits_any_width(spec) else dict(spec)
    try:
        return str(vl_convert.vegalite_to_svg(sized, vl_version=VEGA_LITE, allowed_base_urls=[]))
    except ValueError:
        return ""


@cache
def _markdown() -> Any:
    import mistune

    return mistune.create_markdown(renderer="ast", plugins=["table", "strikethrough"])


def _tokens(source: str) -> Any:
    return _markdown()(source)
