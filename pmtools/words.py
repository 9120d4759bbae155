"""How values are said: dates people read, money with its currency, text made harmless.

Tables, charts and sentences all ask here. Nothing that comes out can run, reorder the line it
stands in, or stop an encoder.
"""

from __future__ import annotations

import html
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pandas as pd

Signal = Literal["red", "amber", "green", "unknown", "info"]

Format: TypeAlias = str
"""How a column is said: text, date, day_month, money, number, hours, days, signed_days,
signed_money, percent (0 to 100), share (0 to 1, said as percent), chance (the same, never 0% or
100%), ratio, signal or flag.
"""

NOTHING = "–"
SIGNALS: Mapping[str, str] = {
    "red": "▲ Red",
    "amber": "■ Amber",
    "green": "● Green",
    "unknown": "○ Cannot say",
    "info": "► Note",
}
"""Shape and word of a signal: colour is never the only sign."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COLOURS = {"red": "#b3261e", "amber": "#8a5a00", "green": "#1b6e3c"}
_JOINERS = "\u200c\u200d"


def plain(text: object, limit: int = 200) -> str:
    """`text` on one line and at most `limit` characters, with nothing invisible in it.

    Line ends become spaces; control characters, text-direction overrides and lone surrogates
    become a visible `\ufffd`.
    """
    words = str(text)
    cut = words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
    return cut if cut.isprintable() else "".join(map(_visible, cut))


def _visible(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter.isspace() or kind in ("Zl", "Zp"):
        return " "
    return "\ufffd" if kind in ("Cc", "Cf", "Cs", "Cn") and letter not in _JOINERS else letter


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters, cut between words where there are any."""
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def is_missing(value: object) -> bool:
    """Whether there is nothing to say: empty text, NaN, NaT or None."""
    return value is None or value is pd.NA or value is pd.NaT or value == "" or value != value


def day(instant: Any) -> str:
    """`6 Mar 2026`."""
    return NOTHING if is_missing(instant) else f"{day_month(instant)} {instant.year}"


def day_month(instant: Any) -> str:
    """`6 Mar`."""
    return NOTHING if is_missing(instant) else f"{instant.day} {_MONTHS[instant.month - 1]}"


def number(value: float, decimals: int = 0, unit: str = "", *, is_signed: bool = False) -> str:
    """`−1,234.5 h`; a value that rounds to zero has no sign."""
    rounded = round(float(value), decimals) + 0.0
    sign = "−" if rounded < 0 else "+" if is_signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{decimals}f}{' ' if unit else ''}{unit}"


def money(amount: float, currency: str) -> str:
    """`EUR 12,345`, or `12.50` alone where the currency is not known; no cents from 1,000 on."""
    if is_missing(amount):
        return NOTHING
    has_cents = abs(amount) < 1000 and round(amount, 2) != round(amount)
    return f"{plain(currency, 12)} {number(amount, 2 if has_cents else 0)}".strip()


def percent(value: float) -> str:
    """`45%` for 45; only what is complete is 100%, only what has not begun is 0%."""
    if is_missing(value):
        return NOTHING
    if 0 < value < 1:
        return "<1%"
    return "99%" if 99 <= value < 100 else number(value) + "%"


def chance_said(chance: float) -> str:
    """`45%` for 0.45; what no trial, or every trial, did is neither impossible nor certain."""
    return percent(100 * min(max(chance, 1e-6), 1 - 1e-6))


_COUNTED: Mapping[Format, tuple[int, str]] = {
    "money": (2, ""),
    "number": (1, ""),
    "hours": (1, "h"),
    "days": (1, "d"),
    "signed_days": (1, "d"),
    "signed_money": (2, ""),
}
"""Most decimals, and unit."""
_SAID: Mapping[Format, Callable[[Any], str]] = {
    "text": lambda value: day(value) if isinstance(value, pd.Timestamp) else plain(value),
    "date": day,
    "day_month": day_month,
    "percent": percent,
    "share": lambda value: percent(value * 100),
    "chance": chance_said,
    "ratio": lambda value: number(value, 2),
    "signal": lambda value: SIGNALS.get(value, plain(value)),
    "flag": lambda value: ("no", "yes")[bool(value)],
}


def cells(values: Sequence[Any], style: Format) -> list[str]:
    """A column of values as text, with as many decimals in each cell as the column needs.

    Raises ValueError for an unknown format.
    """
    if style in _SAID:
        return [_cell(value, _SAID[style]) for value in values]
    if style not in _COUNTED:
        raise ValueError(f'format "{style}" is not one of {", ".join([*_SAID, *_COUNTED])}')
    most, unit = _COUNTED[style]
    known = [v for v in values if isinstance(v, (int, float)) and not is_missing(v)]
    is_whole = all(round(v, most) == round(v) for v in known)
    decimals = 0 if is_whole or any(abs(v) >= 1000 for v in known) else most
    is_signed = style in ("signed_days", "signed_money")
    return [_cell(v, lambda v: number(v, decimals, unit, is_signed=is_signed)) for v in values]


def _cell(value: Any, say: Callable[[Any], str]) -> str:
    if is_missing(value):
        return NOTHING
    is_said = isinstance(value, str) and value not in SIGNALS
    try:
        return plain(value) if is_said else say(value)
    except (TypeError, ValueError, AttributeError):
        return plain(value)  # a reason in place of a value, such as CannotSay


@dataclass(frozen=True)
class Statement:
    """A sentence with a signal, shown with the signal's shape and word beside its colour.

    `signal` is red, amber, green, unknown (it cannot be said) or info.
    """

    text: str
    signal: Signal = "info"

    def __post_init__(self) -> None:
        if self.signal not in SIGNALS:
            raise ValueError(f'signal "{self.signal}" is not one of {", ".join(SIGNALS)}')
        object.__setattr__(self, "text", plain(self.text, 1000))

    def __str__(self) -> str:
        return f"{SIGNALS[self.signal]}: {self.text}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        colour = _COLOURS.get(self.signal, "#444")
        sign = f'<strong style="color:{colour}">{SIGNALS[self.signal]}</strong>'
        return {
            "application/vnd.pmtools.statement+json": {"text": self.text, "signal": self.signal},
            "text/html": f"<p>{sign}: {html.escape(self.text)}</p>",
            "text/plain": str(self),
        }
