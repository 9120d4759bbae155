"""Rules on text: is it what it looks like?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from pmtools.check.rules import Case, Hit, rule
from pmtools.project import Project
from pmtools.project.schema import TABLES

INVISIBLE = re.compile(
    # Joiners are part of Persian, Indic and emoji text; after a plain letter they only hide.
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff]|(?<=[ -~])[\u200c\u200d]"
)
FAILED_FORMULA = re.compile(r"^#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|N/A|SPILL!|CALC!)$", re.M)
LATIN = "[A-Za-z\u00c0-\u024f]"
LOOKALIKE = (
    "[\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b1\u03b9\u03bd\u03bf\u03c1\u03c5\u0405\u0406\u0408\u0410\u0412\u0415\u0417\u041a\u041c"
    "\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455"
    "\u0456\u0458]"
)
"""Greek and Cyrillic letters that look like Latin ones. Units such as kΩ mix alphabets rightly."""
MIXED_WORD = re.compile(f"{LATIN}{LOOKALIKE}|{LOOKALIKE}{LATIN}")
HORIZON = pd.Timedelta(days=30 * 366)
SHOWN = 60
TEXTUAL = ("text", "id", "ids")


def visible(text: str) -> str:
    """The text with hidden characters written as their codes, safe to show on a terminal."""
    return INVISIBLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def _cells(project: Project, pattern: re.Pattern[str]) -> Iterator[tuple[str, str, int, str]]:
    """Table, column, position and text of every cell in which a pattern occurs."""
    for table, schema in TABLES.items():
        frame = getattr(project, table)
        for column in schema.columns:
            if column.kind in TEXTUAL and len(frame) and not column.choices:
                for position, text in _found(frame[column.name], pattern):
                    yield table, column.name, position, text


def _found(cells: pd.Series, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
    # One search in all the text decides for nearly every column that no cell need be looked at.
    texts = cells.to_list()
    if not pattern.search("\n".join(texts)):
        return []
    return [(position, text) for position, text in enumerate(texts) if pattern.search(text)]


@rule("PM501", "warning", "Type the text again; it is shown with these characters marked.")
def text_has_no_hidden_characters(case: Case) -> Iterator[Hit]:
    """Text holds no control, zero-width or direction-changing characters."""
    for table, column, position, text in _cells(case.project, INVISIBLE):
        codes = sorted({f"U+{ord(c):04X}" for c in INVISIBLE.findall(text)})
        message = f'{column} "{text[:SHOWN]}" has hidden characters ({", ".join(codes)})'
        yield case.row(table, position, message)


@rule("PM502", "warning", "Type the word again in one alphabet.")
def words_keep_to_one_alphabet(case: Case) -> Iterator[Hit]:
    """No word mixes Latin letters with Greek or Cyrillic ones that look the same."""
    for table, column, position, text in _cells(case.project, MIXED_WORD):
        message = f"{column} {text[:SHOWN]!a} mixes alphabets in one word"
        yield case.row(table, position, message)


@rule("PM503", "warning", "Mend the formula in the source and save it again.")
def cells_are_no_failed_formulas(case: Case) -> Iterator[Hit]:
    """No text is the error message of a spreadsheet formula."""
    for table, column, position, text in _cells(case.project, FAILED_FORMULA):
        yield case.row(table, position, f"{column} is {text}, a formula that failed")


@rule("PM504", "warning", "Correct the date.")
def dates_are_near_the_project(case: Case) -> Iterator[Hit]:
    """No date lies more than thirty years from the start of the project."""
    for table, schema in TABLES.items():
        for column in schema.columns:
            if column.kind in ("day", "start", "finish") and len(getattr(case.project, table)):
                yield from _far_away(case, table, column.name)


def _far_away(case: Case, table: str, name: str) -> Iterator[Hit]:
    start = case.project.header.start
    yield from case.rows(
        table,
        (getattr(case.project, table)[name] - start).abs() > HORIZON,
        lambda row: (
            f"{name} is {row[name]:%Y-%m-%d}, far from the start of the project on {start:%Y-%m-%d}"
        ),
    )
