"""How panels look, and what stands in their place where nobody sits in front of them."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from pmtools.tables import Table

WIDE = {"description_width": "150px"}
STYLE = """<style>
.pmtools-panel {gap: 8px 28px; flex-wrap: wrap}
.pmtools-panel :focus-visible {outline: 2px solid #2f6296; outline-offset: 1px}
.pmtools-panel table {border-collapse: collapse} .pmtools-panel ul {margin: 0 0 0 18px}
.pmtools-panel td, .pmtools-panel th {padding: 1px 12px 1px 0; text-align: left}
.pmtools-panel caption {text-align: left; font-weight: bold}
</style>"""


class Panel(ABC):
    """A panel: a widget in JupyterLab, and what it opens with in a run by papermill."""

    @abstractmethod
    def static(self) -> Sequence[Any]:
        """What is shown where nobody can move anything."""

    @abstractmethod
    def build(self) -> Any:
        """The widget."""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(*([self.build()] if _is_attended() else self.static()))


def _is_attended() -> bool:
    """Whether who runs this could answer: papermill, nbconvert and nbval say that nobody can."""
    from IPython import get_ipython

    parent: Any = getattr(get_ipython(), "get_parent", dict)()
    return bool(parent.get("content", {}).get("allow_stdin"))


def choice(w: Any, label: str, options: Sequence[Any]) -> Any:
    """A list to choose from."""
    return w.Dropdown(options=options, description=label)


def slider(w: Any, label: str, options: Sequence[Any], value: Any) -> Any:
    """A slider over named values."""
    return w.SelectionSlider(options=options, value=value, description=label)


def grid(w: Any, controls: list[Any], acts: list[Any], shown: list[Any]) -> Any:
    """Controls beside what is done with them, above what they show."""
    for each in (*controls, *acts):
        is_row = isinstance(each, w.HBox)
        for part in each.children if is_row else (each,):
            if isinstance(part, w.Button):
                part.layout.width = "auto"
            elif not isinstance(part, w.HTML):
                part.style, part.layout.width = WIDE, "360px" if is_row else "460px"
    above = w.HBox([w.VBox(controls), w.VBox(acts)], layout={"flex_flow": "row wrap"})
    panel = w.VBox([w.HTML(STYLE), above, *shown])
    panel.add_class("pmtools-panel")
    return panel


def sentence(text: object, tag: str = "p") -> str:
    """Text as harmless markup; nothing of nothing."""
    return f"<{tag}>{html.escape(str(text))}</{tag}>" if text else ""


def html_table(table: Table) -> str:
    """A small table as plain markup, in a tenth of the time of a printed one."""
    told = table.payload()
    head = "".join(f'<th scope="col">{html.escape(c["label"])}</th>' for c in told["columns"])
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
        for row in told["rows"]
    )
    if not body:
        return sentence(told["title"])
    return f"<table><caption>{html.escape(told['title'])}</caption><tr>{head}</tr>{body}</table>"
