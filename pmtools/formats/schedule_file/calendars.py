"""Working times between MPXJ's calendars and our tables `calendars` and `exceptions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from pmtools.formats.schedule_file.java import java_date, java_enum, java_integer, java_time, text
from pmtools.formats.schedule_file.own_columns import whole_numbers

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
        calendars = list(plan.getCalendars())
        self._kept = [calendar for calendar in calendars if self._has_content(calendar)]
        self._ids = {calendar.getUniqueID(): self._id_of(calendar) for calendar in calendars}

    def id_of(self, calendar: Any) -> str:
        """Our id of a calendar, or of the first one above it that says something."""
        return "" if calendar is None else self._ids[calendar.getUniqueID()]

    def _id_of(self, calendar: Any) -> str:
        while not self._has_content(calendar):
            calendar = calendar.getParent()
        return text(calendar.getUniqueID())

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
        if base and not self._has_week(calendar):
            yield head
            return
        says_days_off = base or not any(shifts.values())
        for day, spans in shifts.items():
            for start, finish in spans:
                yield head | {"weekday": day, "shift_start": start, "shift_finish": finish}
            if says_days_off and not spans:
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


class NewCalendars:
    """Calendars for a file that is being written."""

    def __init__(self, file: Any, calendars: list[Row], exceptions: list[Row]) -> None:
        self.file = file
        self._rows, self._exceptions = calendars, exceptions
        self._by_id = self._add()

    def of(self, calendar_id: str) -> Any:
        """That calendar; for "" the first one, or the usual week where there is none."""
        if calendar_id in self._by_id:
            return self._by_id[calendar_id]
        if not self.file.getCalendars():
            self.file.addDefaultBaseCalendar()
        return self.file.getCalendars()[0]

    def day_and_night(self) -> Any:
        """A calendar that makes an elapsed duration, which Primavera lacks, a working one."""
        name = "24 hours"
        calendar = self.file.getCalendarByName(name)
        if calendar is None:
            calendar = self.file.addCalendar()
            calendar.setName(name)
            row = {"shift_start": "00:00", "shift_finish": "24:00"}
            _set_week(calendar, [row | {"weekday": day} for day in WEEKDAYS], None)
        return calendar

    def _add(self) -> dict[str, Any]:
        rows: dict[str, list[Row]] = {}
        for row in self._rows:
            rows.setdefault(row["id"], []).append(row)
        calendars = {key: self.file.addCalendar() for key in rows}
        numbers = whole_numbers(rows)
        for key, calendar in calendars.items():
            calendar.setUniqueID(java_integer(numbers[key]))
            calendar.setName(next((row["name"] for row in rows[key] if row["name"]), key))
            base = next((row["base_id"] for row in rows[key] if row["base_id"]), "")
            _set_week(calendar, rows[key], calendars.get(base))
        for row in self._exceptions:
            last = row["to"] or row["from"]
            days = java_date(row["from"]), java_date(last)
            exception = calendars[row["calendar_id"]].addCalendarException(*days)
            exception.setName(row["name"] or None)
            _add_shifts(exception, row["shifts"].split())
        return calendars


def _set_week(calendar: Any, rows: list[Row], base: Any) -> None:
    """Days without a row are the base's, or off where there is none."""
    import jpype

    weekdays = dict(zip(WEEKDAYS, jpype.JClass("java.time.DayOfWeek").values(), strict=True))
    said = {row["weekday"] for row in rows}
    if base is not None:
        calendar.setParent(base)
    for word, day in weekdays.items():
        spans = [
            f"{row['shift_start']}-{row['shift_finish']}"
            for row in rows
            if row["weekday"] == word and row["shift_start"]
        ]
        unsaid = "DEFAULT" if base is not None and word not in said else "NON_WORKING"
        kind = "WORKING" if spans else unsaid
        calendar.setCalendarDayType(day, java_enum("DayType", kind))
        if kind != "DEFAULT":
            _add_shifts(calendar.addCalendarHours(day), spans)


def _add_shifts(hours: Any, spans: Iterable[str]) -> None:
    import jpype

    span_of = jpype.JClass("org.mpxj.LocalTimeRange")
    for span in spans:
        start, _, finish = span.partition("-")
        hours.add(span_of(java_time(start), java_time(finish)))


def _day(value: Any) -> dt.date:
    return dt.date.fromisoformat(str(value))


def _shifts(hours: Any) -> list[tuple[str, str]]:
    """Spans of a day; midnight at the end of a span is 24:00."""
    spans = [(str(span.getStart())[:5], str(span.getEnd())[:5]) for span in hours or ()]
    return sorted((start, "24:00" if finish == "00:00" else finish) for start, finish in spans)
