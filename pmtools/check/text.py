"""Rules on text and dates in any table: are they what they look like?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pandas as pd

from pmtools.check.rules import Case, Hit, Rule, rule
from pmtools.project.schema import TABLES
from pmtools.project.validation import DATES

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


def visible(text: str) -> str:
    """The text with hidden characters written as their codes, safe to show on a terminal."""
    return INVISIBLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def _of_texts(
    code: str, holds: str, remedy: str, pattern: re.Pattern[str], said: Callable[[str], str]
) -> Rule:
    """A rule that no text of any table has the pattern in it."""

    def find(case: Case) -> Iterator[Hit]:
        for table, schema in TABLES.items():
            for column in schema.columns:
                if column.kind in ("text", "id", "ids") and not column.choices:
                    texts = getattr(case.project, table)[column.name].to_list()
                    # One search in all texts tells of nearly every column that none has it.
                    for row, text in enumerate(texts if pattern.search("\n".join(texts)) else ()):
                        if pattern.search(text):
                            yield case.row(table, row, f"{column.name} {said(text)}")

    return Rule(code, "warning", "", holds, "", remedy, find)


def _hidden(text: str) -> str:
    codes = sorted({f"U+{ord(c):04X}" for c in INVISIBLE.findall(text)})
    return f'"{text[:SHOWN]}" has hidden characters ({", ".join(codes)})'


# fmt: off
RULES = (
    _of_texts("PM501", "Text holds no control, zero-width or direction-changing characters.",
        "Type the text again; it is shown with these characters marked.", INVISIBLE, _hidden),
    _of_texts("PM502",
        "No word mixes Latin letters with Greek or Cyrillic ones that look the same.",
        "Type the word again in one alphabet.", MIXED_WORD,
        lambda text: f"{text[:SHOWN]!a} mixes alphabets in one word"),
    _of_texts("PM503", "No text is the error message of a spreadsheet formula.",
        "Mend the formula in the source and save it again.", FAILED_FORMULA,
        lambda text: f"is {text}, a formula that failed"),
)
# fmt: on


@rule("PM504", "warning", "Correct the date.")
def dates_are_near_the_project(case: Case) -> Iterator[Hit]:
    """No date lies more than thirty years from the start of the project."""
    start = case.project.header.start
    for table, schema in TABLES.items():
        rows = getattr(case.project, table)
        dates = (column.name for column in schema.columns if column.kind in DATES)
        for name in dates if len(rows) else ():
            said = f"{name} is {{{name}:%Y-%m-%d}}, far from the start of the project on "
            far = rows[(rows[name] - start).abs() > HORIZON]
            yield from case.rows(table, far, f"{said}{start:%Y-%m-%d}")
