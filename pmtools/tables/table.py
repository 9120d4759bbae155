"""A frame and how to say it: what notebooks, HTML, PDF and a terminal show of it.

No number is computed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, TypeAlias

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.words import Format, cells, is_missing, plain

MOST_ROWS = 20
SHORT = 18
"""Characters of a cell that need not be wrapped."""
Columns: TypeAlias = Mapping[str, tuple[str, Format]]
_LEFT = ("text", "date", "day_month", "signal", "flag")


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a frame, and how to say them; `table` makes one.

    `columns` maps each shown column of `frame` to its label and format; `n_more` counts the rows
    left out; `note` stands below; `cannot_say` stands in place of rows that cannot be known.
    """

    frame: pd.DataFrame
    title: str = ""
    columns: Columns = field(default_factory=dict)
    note: str = ""
    n_more: int = 0
    cannot_say: str = ""

    def rows(self) -> list[list[str]]:
        """The cells as text, row by row."""
        said = [cells(list(self.frame[name]), style) for name, (_, style) in self.columns.items()]
        return [list(row) for row in zip(*said, strict=True)]

    def payload(self) -> dict[str, Any]:
        """Everything that is shown, as JSON: already formatted, so that HTML and PDF are alike.

        `width` of a column is in characters: of its longest cell where all are short (18), else
        what an even wrapping of its cells takes (20 to 60).
        """
        rows = self.rows()
        texts = zip(*rows, strict=True) if rows else [()] * len(self.columns)
        columns = [
            {
                "name": name,
                "label": label,
                "format": style,
                "align": "left" if style in _LEFT else "right",
                "width": _width(list(map(len, text))),
            }
            for (name, (label, style)), text in zip(self.columns.items(), texts, strict=True)
        ]
        return {
            "title": self.title,
            "columns": columns,
            "rows": rows,
            "note": self.note,
            "n_more": self.n_more,
            "cannot_say": self.cannot_say,
        }

    def below(self) -> str:
        """What is said below the rows: how many more there are, why none are shown, the note."""
        more = f"and {self.n_more} more" if self.n_more else ""
        return " · ".join(part for part in (more, self.cannot_say, self.note) if part)

    def __str__(self) -> str:
        rows = self.rows()
        lines = [[label for label, _ in self.columns.values()], *rows] if rows else []
        texts = []
        for (_, style), column in zip(
            self.columns.values(), zip(*lines, strict=True), strict=False
        ):
            width = max(map(len, column))
            is_left = style in _LEFT
            texts.append([c.ljust(width) if is_left else c.rjust(width) for c in column])
        body = ["  ".join(line).rstrip() for line in zip(*texts, strict=True)]
        return "\n".join(part for part in (self.title, *body, self.below()) if part)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        payload = self.payload()
        return {
            "application/vnd.pmtools.table+json": payload,
            "text/html": _html(payload, self.below()),
            "text/plain": str(self),
        }


def _width(lengths: list[int]) -> int:
    longest = max(lengths, default=0)
    return longest if longest <= SHORT else min(max(sum(lengths) // len(lengths), SHORT + 2), 60)


def _html(payload: Mapping[str, Any], below: str) -> str:
    from great_tables import GT, html

    columns = payload["columns"] if payload["rows"] else []
    keys = [f"c{position}" for position in range(len(columns))]
    # The same table is the same HTML: great_tables draws a random id where it is given none.
    identity = "t" + hashlib.sha256(repr(payload).encode()).hexdigest()[:10]
    shown = GT(pd.DataFrame(payload["rows"], columns=keys, dtype="str"), id=identity)
    if payload["title"]:
        shown = shown.tab_header(title=html(_literal(payload["title"])))
    for key, column in zip(keys, columns, strict=True):
        shown = shown.cols_label(cases={key: html(_literal(column["label"]))})
        shown = shown.cols_align(align=column["align"], columns=[key])
    if below:
        shown = shown.tab_source_note(html(_literal(below)))
    return str(shown.tab_options(table_font_size="13px").as_raw_html())


def _literal(text: str) -> str:
    # great_tables reads {{...}} as a unit of measure, also inside html().
    return escape(text).replace("{", "&#123;")


def table(
    frame: pd.DataFrame | CannotSay,
    columns: Columns,
    *,
    title: str = "",
    note: str | Mapping[str, str] = "",
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
        Name of a column -> (label, format); the formats are told in `pmtools.words.Format`.
        A column that is missing in every row is left out, except the first one.
    note
        Stands below the rows; or name of a column -> what is said where that column is shown.
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
        said = plain(str(frame), 500)
        nothing = pd.DataFrame(columns=list(columns))
        return Table(nothing, plain(title), labels, cannot_say=said[:1].upper() + said[1:])
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise ValueError(f'table "{title}" lacks the columns {", ".join(absent)}')
    shown = frame.loc[:, list(columns)].head(n_rows)
    if shown.empty:
        return Table(shown, plain(title), labels, plain(empty, 500))
    is_said = ~shown.map(is_missing).all()
    is_said.iloc[0] = True
    labels = {name: how for name, how in labels.items() if is_said[name]}
    if not isinstance(note, str):
        note = "".join(f"{words}. " for name, words in note.items() if name in labels).strip()
    n_more = max(len(frame) - n_rows, 0)
    return Table(shown[list(labels)], plain(title), labels, plain(note, 500), n_more)


def _labelled(label: str, style: Format, currency: str) -> str:
    if style not in ("money", "signed_money"):
        return plain(label)
    return f"{plain(label)} ({plain(currency, 12) or 'currency not stated'})"
