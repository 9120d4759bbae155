"""Working times between MPXJ's calendars and our tables `calendars` and `exceptions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pmtools.formats.schedule_file.java import text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIRST, _LAST = dt.date(1980, 1, 1), dt.date(2099, 12, 31)

Row = dict[str, Any]


class Calendars:
    """The calendars of a file that say something of their own.

    Microsoft Project gives each resource a calendar that mostly takes over everything from its
    base; such a one is left out, and its base stands for it.
    """

    def __init__(self, plan: Any) -> None:
        import jpype

        self._days = list(jpype.JClass("java.time.DayOfWeek").values())
        self._all = list(plan.getCalendars())
        self._kept = [calendar for calendar in self._all if self._has_content(calendar)]

    def id_of(self, calendar: Any) -> str:
        """Our id of a calendar, or of the first one above it that says something."""
        while calendar is not None and not self._has_content(calendar):
            calendar = calendar.getParent()
        return "" if calendar is None else text(calendar.getUniqueID())

    def rows(self) -> list[Row]:
        """One row a shift of a weekday; one row for a calendar that only has exceptions."""
        return [row for calendar in self._kept for row in self._week(calendar)]

    def exception_rows(self) -> list[Row]:
        """One row for each span of days that are off or have other hours, repetitions expanded."""
        return [row for calendar in self._kept for row in self._exceptions(calendar)]

    def without_work(self, used: set[str]) -> list[str]:
        """Names of the used calendars in which nothing can ever be done."""
        return [
            text(calendar.getName())
            for calendar in self._kept
            if self.id_of(calendar) in used
            and not any(_shifts(calendar.getHours(day)) for day in self._days)
            and not any(row["shifts"] for row in self._exceptions(calendar))
        ]

    def _has_content(self, calendar: Any) -> bool:
        return (
            calendar.getParent() is None
            or self._has_week(calendar)
            or bool(calendar.getCalendarExceptions())
            or bool(calendar.getWorkWeeks())
        )

    def _has_week(self, calendar: Any) -> bool:
        return any(calendar.getCalendarDayType(day).name() != "DEFAULT" for day in self._days)

    def _week(self, calendar: Any) -> Iterator[Row]:
        base = self.id_of(calendar.getParent())
        head = {
            "id": text(calendar.getUniqueID()),
            "name": text(calendar.getName()),
            "base_id": base,
        }
        shifts = {
            d: _shifts(calendar.getHours(j)) for d, j in zip(WEEKDAYS, self._days, strict=True)
        }
        if (base and not self._has_week(calendar)) or not any(shifts.values()):
            yield head
            return
        for day, spans in shifts.items():
            for start, finish in spans:
                yield head | {"weekday": day, "shift_start": start, "shift_finish": finish}
            if base and not spans:
                yield head | {"weekday": day}

    def _exceptions(self, calendar: Any) -> Iterator[Row]:
        for exception in calendar.getExpandedCalendarExceptionsWithWorkWeeks():
            first, last = _day(exception.getFromDate()), _day(exception.getToDate())
            if last < _FIRST or first > _LAST:
                continue
            yield {
                "calendar_id": text(calendar.getUniqueID()),
                "from": max(first, _FIRST),
                "to": min(last, _LAST),
                "name": text(exception.getName()),
                "shifts": " ".join(f"{start}-{finish}" for start, finish in _shifts(exception)),
            }


def _day(value: Any) -> dt.date:
    return dt.date.fromisoformat(str(value))


def _shifts(hours: Any) -> list[tuple[str, str]]:
    """Spans of a day; midnight at the end of a span is 24:00."""
    spans = [(str(span.getStart())[:5], str(span.getEnd())[:5]) for span in hours or ()]
    return sorted((start, "24:00" if finish == "00:00" else finish) for start, finish in spans)
