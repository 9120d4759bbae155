"""A report as PDF, set by typst: the document is handed over as data, never as markup."""

from __future__ import annotations

import json
from typing import Any

from pmtools.files import shipped
from pmtools.report.document import Document
from pmtools.words import SIGNALS


def pdf_of(report: Document) -> bytes:
    """The report as an accessible PDF (PDF/UA-1); the same document gives the same bytes.

    Text in a script that no installed font can show does not stop the report: then the PDF is
    tagged, but does not claim the standard.
    """
    import typst

    head = {
        "title": report.title,
        "project": report.project,
        "status_day": report.status_day,
        "status": report.status,
        "signals": {sign: signal for signal, sign in SIGNALS.items()},
        "blocks": [_printed(block) for block in report.blocks],
    }
    template = str(shipped("templates") / "report" / "report.typ")
    data = {"report": json.dumps(head, allow_nan=False)}
    try:
        return bytes(typst.compile(template, sys_inputs=data, pdf_standards=["ua-1"]))
    except typst.TypstError:
        return bytes(typst.compile(template, sys_inputs=data))


def _printed(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key not in ("spec", "html", "source")}
