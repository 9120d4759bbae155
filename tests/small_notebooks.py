"""Small notebooks for tests, and the outputs that cells of real ones have."""

import json
from pathlib import Path

PARAMETERS = """\
project: str = "plan.csv"  # what is read
status_date: str = ""  # empty: the project's own
run_id: str = ""  # set by the runner
weeks: int = 4  # how far back
share: float = 0.5  # of something
names: list[str] = []  # of somebody
limit: int | None = None  # none: no limit
"""

LAST = """\
import pandas as pd
from pmtools.project import Header, Project
from pmtools.report import provenance
header = Header("P-1", "Office move", pd.Timestamp("2026-01-05"), pd.Timestamp("2026-03-06 23:59"))
tasks = pd.DataFrame({"id": ["A"], "name": ["Pack"]})
provenance(Project(header, tasks=tasks), run_id=run_id, parameters={"weeks": weeks})
"""


def markdown(source, *tags):
    return {
        "cell_type": "markdown",
        "id": f"m-{abs(hash(source)) % 10**8}",
        "metadata": {"tags": list(tags)},
        "source": source,
    }


def code(source, *tags, outputs=(), n=None):
    return {
        "cell_type": "code",
        "id": f"c-{abs(hash(source)) % 10**8}",
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": list(outputs),
        "execution_count": n,
    }


def shown(**data):
    """An output: `shown(statement={...})`, `shown(html="<p>")`."""
    names = {
        "table": "application/vnd.pmtools.table+json",
        "statement": "application/vnd.pmtools.statement+json",
        "chart": "application/vnd.vegalite.v5+json",
        "sentinel": "application/vnd.pmtools.sentinel+json",
        "widget": "application/vnd.jupyter.widget-view+json",
        "html": "text/html",
        "markdown": "text/markdown",
        "text": "text/plain",
    }
    bundle = {names[name]: value for name, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x"} | bundle}


def notebook(*cells):
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
        "cells": list(cells),
    }


def runnable(*sources, last=LAST):
    """A notebook with a title, parameters, the given code cells, and one that ends it."""
    return notebook(
        markdown("# Small report\n\nPurpose: a test."),
        code(PARAMETERS, "parameters"),
        markdown("## What is the question?"),
        *(code(source) for source in sources),
        code(last),
    )


def saved(folder: Path, content: dict, name="small.ipynb") -> Path:
    path = folder / name
    path.write_text(json.dumps(content))
    return path


def table(rows, columns=("Task", "Finish", "Slip"), **more):
    return {
        "title": "Milestones",
        "columns": [
            {
                "name": f"c{n}",
                "label": label,
                "format": "text",
                "align": "left" if n < 2 else "right",
            }
            for n, label in enumerate(columns)
        ],
        "rows": rows,
        "note": "",
        "n_more": 0,
        "cannot_say": "",
    } | more


def chart(labels, title="How late?", **more):
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.4.1.json",
        "title": title,
        "description": "Bars of days late, one a task.",
        "width": 640,
        "height": {"step": 22},
        "data": {"values": [{"name": name, "days": 2 + n % 5} for n, name in enumerate(labels)]},
        "mark": {"type": "bar", "color": "#1f5a94"},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "title": "Task"},
            "x": {"field": "days", "type": "quantitative", "title": "Days late", "stack": None},
            "tooltip": [{"field": "name", "title": "Task"}, {"field": "days", "title": "Days"}],
        },
        "config": {"font": "Liberation Sans, Arial, sans-serif"},
    } | more


def two_charts(labels):
    """Two views side by side: Vega-Lite cannot fit these to their place by itself."""
    left, right = chart(labels, width=420), chart(labels, width=420)
    for view in (left, right):
        for key in ("$schema", "title", "description", "config"):
            view.pop(key)
    return {"title": "Side by side", "description": "Two.", "hconcat": [left, right]}


def executed(*blocks, name="Office move", ident="P-1"):
    """A notebook as the runner returns it, with the given cells in the middle."""
    sentinel = {"run_id": "r", "project": {"id": ident, "name": name}, "status_date": "2026-03-06"}
    facts = table([["Project", name], ["Seed", "none used"]], ("What", "Value"), title="Made from")
    return notebook(
        markdown("# Small report\n\nPurpose: not for the sponsor."),
        code("x = 1", "parameters", n=1),
        *blocks,
        markdown("## Where do these numbers come from?"),
        code("provenance()", outputs=[shown(sentinel=sentinel, table=facts)], n=9),
    )


def _areas():
    why = "The forecast finish is 3 working days after the baseline; amber from 1 day, red from 10."
    rows = [
        ["Schedule", "■ Amber", why, "6 Mar 2026", "+3.0 d"],
        ["Cost", "● Green", "EUR 12,000 of EUR 20,000 spent.", "6 Mar 2026", "–"],
        ["Risk", "○ Cannot say", "No register.", "–", "cannot say, because there is no register"],
    ]
    return table(rows, ("Area", "Status", "Evidence", "Since", "Days"), title="Status")


def full():
    """Every kind of block once."""
    tasks = ["Pack the boxes", "Order the van", "Move the servers", "Unpack"]
    statement = {"text": "The move ends 3 days later than approved.", "signal": "amber"}
    rows = [[name, "6 Mar 2026", f"+{n} d"] for n, name in enumerate(tasks)]
    return executed(
        markdown("## Where do we stand?\n\nThe *evidence* stands **below**."),
        code("a", outputs=[shown(statement=statement)], n=2),
        code("e", outputs=[shown(statement={"text": "Cost is fine.", "signal": "green"})], n=3),
        code(
            "f", outputs=[shown(statement={"text": "No risk is known.", "signal": "unknown"})], n=3
        ),
        markdown("## Which milestones move?\n\n- first\n- second\n\n1. one\n2. two\n"),
        code("b", outputs=[shown(table=table(rows, n_more=7, note="Slip in working days."))], n=3),
        code("c", outputs=[shown(chart=chart(tasks))], n=4),
        code("k", outputs=[shown(table=_areas())], n=4),
        markdown("## And side by side?"),
        code("d", outputs=[shown(chart=two_charts(tasks))], n=5),
        code("g", outputs=[shown(table=table([], cannot_say="There is no baseline."))], n=6),
        code("h", outputs=[shown(html="<table><tr><td>plain</td></tr></table>")], n=7),
        code("i", "internal", outputs=[shown(text="not for the report")], n=8),
        code("j", outputs=[shown(widget={"model_id": "x"})], n=8),
    )
