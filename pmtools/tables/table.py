"""Tables as people read them: words for columns, dates, money with its currency, 20 rows at most.

A `Table` holds a frame and how to say it; no number is computed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.words import Format, cells, plain

MOST_ROWS = 20
_LEFT = ("text", "date", "day_month", "signal", "flag")


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a frame, and how to say them; `table` makes one.

    `columns` maps each shown column of `frame` to its label and format; `n_more` counts the rows
    left out; `note` stands below; `cannot_say` stands in place of rows that cannot be known.
    """

    frame: pd.DataFrame
    title: str = ""
    columns: Mapping[str, tuple[str, Format]] = field(default_factory=dict)
    note: str = ""
    n_more: int = 0
    cannot_say: str = ""

    def rows(self) -> list[list[str]]:
        """The cells as text, row by row."""
        said = [cells(list(self.frame[name]), style) for name, (_, style) in self.columns.items()]
        return [list(row) for row in zip(*said, strict=True)]

    def payload(self) -> dict[str, Any]:
        """Everything that is shown, as JSON: already formatted, so that HTML and PDF are alike."""
        return {
            "title": self.title,
            "columns": [
                {
                    "name": name,
                    "label": label,
                    "format": style,
                    "align": "left" if style in _LEFT else "right",
                }
                for name, (label, style) in self.columns.items()
            ],
            "rows": self.rows(),
            "note": self.note,
            "n_more": self.n_more,
            "cannot_say": self.cannot_say,
        }

    def below(self) -> str:
        """What is said below the rows: how many more there are, why none are shown, the note."""
        more = f"and {self.n_more} more" if self.n_more else ""
        return " · ".join(part for part in (more, self.cannot_say, self.note) if part)

    def __str__(self) -> str:
        header = [label for label, _ in self.columns.values()]
        lines = [header, *self.rows()] if len(self.frame) else []
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rights = [style not in _LEFT for _, style in self.columns.values()]
        body = ["  ".join(map(_justified, line, widths, rights)).rstrip() for line in lines]
        return "\n".join(part for part in (self.title, *body, self.below()) if part)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        payload = self.payload()
        return {
            "application/vnd.pmtools.table+json": payload,
            "text/html": _html(payload, self.below()),
            "text/plain": str(self),
        }


def _justified(cell: str, width: int, is_right: bool) -> str:
    return cell.rjust(width) if is_right else cell.ljust(width)


def _html(payload: Mapping[str, Any], below: str) -> str:
    from great_tables import GT, html

    columns, rows = payload["columns"], payload["rows"]
    keys = [f"c{position}" for position in range(len(columns))]
    # The same table is the same HTML: great_tables draws a random id where it is given none.
    identity = "t" + hashlib.sha256(repr(payload).encode()).hexdigest()[:10]
    shown = GT(pd.DataFrame(rows, columns=keys, dtype="str"), id=identity)
    if payload["title"]:
        shown = shown.tab_header(title=html(_literal(payload["title"])))
    labels: dict[str, Any] = {
        k: html(_literal(c["label"])) for k, c in zip(keys, columns, strict=True)
    }
    shown = shown.cols_label(cases=labels)
    for key, column in zip(keys, columns, strict=True):
        shown = shown.cols_align(align=column["align"], columns=[key])
    if below:
        shown = shown.tab_source_note(html(_literal(below)))
    return str(shown.tab_options(table_font_size="13px").as_raw_html())


def _literal(text: str) -> str:
    # great_tables reads {{...}} as a unit of measure, also inside html().
    return escape(text).replace("{", "&#123;")


def table(
    frame: pd.DataFrame | CannotSay,
    columns: Mapping[str, tuple[str, Format]],
    *,
    title: str = "",
    note: str = "",
    empty: str = "Nothing to report.",
    currency: str | None = None,
    n_rows: int = MOST_ROWS,
) -> Table:
    """The first `n_rows` rows of `frame` as a table, the rest counted.

    Parameters
    ----------
    frame
        The rows in the order in which they are shown; or why they cannot be known.
    columns
        Name of a column -> (label, format). Formats: text, date, day_month, money, number, hours,
        days, signed_days, percent (0 to 100), share (0 to 1, shown as percent), ratio, signal,
        flag.
    empty
        What is said where there are no rows.
    currency
        Of all columns of format money, which cannot do without; "" where it is not stated.

    Raises
    ------
    ValueError
        Where a column is not in the frame, or money has no currency.
    """
    if currency is None and any(style == "money" for _, style in columns.values()):
        raise ValueError(f'table "{title}" shows money: say in which currency')
    labels = {name: (_labelled(*how, currency or ""), how[1]) for name, how in columns.items()}
    if isinstance(frame, CannotSay):
        nothing = pd.DataFrame(columns=list(columns))
        said = plain(str(frame), 500)
        return Table(
            nothing, plain(title), labels, plain(note, 500), 0, said[:1].upper() + said[1:]
        )
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise ValueError(f'table "{title}" lacks the columns {", ".join(absent)}')
    below = note if len(frame) else " ".join(part for part in (empty, note) if part)
    shown = frame.loc[:, list(columns)].head(n_rows)
    return Table(shown, plain(title), labels, plain(below, 500), max(len(frame) - n_rows, 0))


def _labelled(label: str, style: str, currency: str) -> str:
    if style != "money":
        return plain(label)
    return f"{plain(label)} ({plain(currency, 12) or 'currency not stated'})"
