"""One calendar asked minute by minute: the scalar twin of WorkCalendar, for loops over tasks."""

from __future__ import annotations

from bisect import bisect_right

from pmtools.calendars import WEEK, WorkCalendar


class Clock:
    """The three questions a network pass asks of a calendar, for single ints, without arrays."""

    def __init__(self, calendar: WorkCalendar) -> None:
        borders = calendar.borders
        self.calendar = calendar
        self.starts: list[int] = borders.starts.tolist()
        self.finishes: list[int] = borders.finishes.tolist()
        self.worked: list[int] = borders.before.tolist()
        self.first, self.last = borders.first, borders.last
        self.total, self.week = borders.total, borders.week

    def before(self, minute: int) -> int:
        """Working minutes before an instant."""
        weeks = 0
        if not self.first <= minute < self.last:
            past = self.first if minute < self.first else self.last - WEEK
            weeks = (minute - past) // WEEK
            minute -= weeks * WEEK
        shift = bisect_right(self.starts, minute) - 1
        if shift < 0:
            return weeks * self.week
        inside = min(minute, self.finishes[shift]) - self.starts[shift]
        return self.worked[shift] + inside + weeks * self.week

    def start(self, worked: int) -> int:
        """The last instant with so many working minutes before it: a start of work."""
        weeks = 0
        if not 0 <= worked < self.total:
            if self.week == 0:
                self.calendar.instant_at(worked)  # raises: no working time is left
            weeks = (worked if worked < 0 else worked - self.total + self.week) // self.week
            worked -= weeks * self.week
        shift = bisect_right(self.worked, worked) - 1
        return self.starts[shift] + worked - self.worked[shift] + weeks * WEEK

    def finish(self, worked: int) -> int:
        """The first instant with so many working minutes before it: a finish of work."""
        return self.start(worked - 1) + 1 if worked or self.week else self.starts[0]
