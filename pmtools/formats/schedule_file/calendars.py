"""Working times between MPXJ's calendars and our tables `calendars` and `exceptions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from pmtools.formats.schedule_file.java import java_class, java_enum, put, text
from pmtools.formats.schedule_file.own_columns import whole_numbers

WEEKDAYS = {
    day[:3].lower(): day
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
}
"""Java's names of our weekdays."""

_FIRST, _LAST = dt.date(1980, 1, 1), dt.date(2099, 12, 31)

Row = dict[str, Any]


class Calendars:
    """The calendars of a file that say something of their own.

    Microsoft Project gives each resource a calendar that mostly takes over everything from its
    base; such a one is left out, and its base stands for it.
    """

    def __init__(self, plan: Any) -> None:
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
            and not any(_week_of(calendar).values())
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
        kinds = (calendar.getCalendarDayType(_java_day(word)) for word in WEEKDAYS)
        return any(kind.name() != "DEFAULT" for kind in kinds)

    def _week(self, calendar: Any) -> Iterator[Row]:
        base, week = self.id_of(calendar.getParent()), _week_of(calendar)
        head = {
            "id": text(calendar.getUniqueID()),
            "name": text(calendar.getName()),
            "base_id": base,
        }
        if base and not self._has_week(calendar):
            yield head
            return
        says_days_off = base or not any(week.values())
        for word, spans in week.items():
            for span in spans:
                start, finish = span.split("-")
                yield head | {"weekday": word, "shift_start": start, "shift_finish": finish}
            if says_days_off and not spans:
                yield head | {"weekday": word}

    def _exceptions(self, calendar: Any) -> Iterator[Row]:
        for exception in calendar.getExpandedCalendarExceptionsWithWorkWeeks():
            first, last = (
                dt.date.fromisoformat(str(day))
                for day in (exception.getFromDate(), exception.getToDate())
            )
            if last >= _FIRST and first <= _LAST:
                yield {
                    "calendar_id": text(calendar.getUniqueID()),
                    "from": max(first, _FIRST),
                    "to": min(last, _LAST),
                    "name": text(exception.getName()),
                    "shifts": " ".join(_shifts(exception)),
                }


class NewCalendars:
    """Calendars for a file that is being written."""

    def __init__(self, file: Any, calendars: list[Row], exceptions: list[Row]) -> None:
        self.file = file
        rows: dict[str, list[Row]] = {}
        for row in calendars:
            rows.setdefault(row["id"], []).append(row)
        self._by_id = {key: file.addCalendar() for key in rows}
        for key, number in whole_numbers(rows).items():
            calendar = self._by_id[key]
            name, base = (
                next((row[column] for row in rows[key] if row[column]), "")
                for column in ("name", "base_id")
            )
            put(calendar, UniqueID=number, Name=name or key)
            _set_week(calendar, rows[key], self._by_id.get(base))
        for row in exceptions:
            days = (_java_date(row["from"]), _java_date(row["to"] or row["from"]))
            exception = self._by_id[row["calendar_id"]].addCalendarException(*days)
            put(exception, Name=row["name"])
            _add_shifts(exception, row["shifts"].split())

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
            shift = {"shift_start": "00:00", "shift_finish": "24:00"}
            _set_week(calendar, [shift | {"weekday": word} for word in WEEKDAYS], None)
        return calendar


def _set_week(calendar: Any, rows: list[Row], base: Any) -> None:
    """Days without a row are the base's, or off where there is none."""
    said = {row["weekday"] for row in rows}
    if base is not None:
        calendar.setParent(base)
    for word in WEEKDAYS:
        day = _java_day(word)
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
    span_of, time = java_class("org.mpxj.LocalTimeRange"), java_class("java.time.LocalTime")
    for span in spans:
        hours.add(span_of(*map(time.parse, span.replace("24:00", "00:00").split("-"))))


def _week_of(calendar: Any) -> dict[str, list[str]]:
    return {word: _shifts(calendar.getHours(_java_day(word))) for word in WEEKDAYS}


def _shifts(hours: Any) -> list[str]:
    """Spans of a day, such as 08:00-12:00; midnight at the end of a span is 24:00."""
    spans = [f"{str(span.getStart())[:5]}-{str(span.getEnd())[:5]}" for span in hours or ()]
    return sorted(span.replace("-00:00", "-24:00") for span in spans)


def _java_day(word: str) -> Any:
    return getattr(java_class("java.time.DayOfWeek"), WEEKDAYS[word])


def _java_date(value: dt.datetime) -> Any:
    return java_class("java.time.LocalDate").parse(value.date().isoformat())
