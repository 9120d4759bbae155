"""One calendar asked minute by minute: the scalar twin of WorkCalendar, for loops over tasks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

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
        if minute < self.first:
            weeks = (minute - self.first) // WEEK
        elif minute >= self.last:
            weeks = (minute - self.last) // WEEK + 1
        minute -= weeks * WEEK
        shift = bisect_right(self.starts, minute) - 1
        if shift < 0:
            return weeks * self.week
        inside = min(minute, self.finishes[shift]) - self.starts[shift]
        return self.worked[shift] + inside + weeks * self.week

    def start(self, worked: int) -> int:
        """The last instant with so many working minutes before it: a start of work."""
        if not 0 <= worked < self.total:
            return self._far(worked, "start")
        shift = bisect_right(self.worked, worked) - 1
        return self.starts[shift] + worked - self.worked[shift]

    def finish(self, worked: int) -> int:
        """The first instant with so many working minutes before it: a finish of work."""
        if not 0 < worked <= self.total:
            return self._far(worked, "finish")
        shift = bisect_left(self.worked, worked) - 1
        return self.starts[shift] + worked - self.worked[shift]

    def _far(self, worked: int, side: str) -> int:
        return int(self.calendar.instant_at(worked, "start" if side == "start" else "finish"))
