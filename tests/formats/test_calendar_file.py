"""Calendar files that Outlook, Google and Apple calendars read."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pandas as pd
import pytest
from hostile import HOSTILE, INVISIBLE
from small_plan import small_plan

from pmtools.errors import SourceError
from pmtools.formats.calendar_file import write_calendar
from pmtools.metrics import CannotSay

STATUS = pd.Timestamp("2026-03-13 23:59")
VIENNA = {"header": {"timezone": "Europe/Vienna"}}


def entries(*rows):
    """Entries as `calendar_of` makes them."""
    usual = {
        "name": "Task", "start": "2026-03-16 08:00", "finish": "2026-03-18 17:00",
        "is_all_day": True, "is_milestone": False, "is_started": False, "description": "One\nTwo",
    }  # fmt: skip
    frame = pd.DataFrame([{"task_id": f"T{n}", **usual, **row} for n, row in enumerate(rows)])
    return frame.assign(**{each: pd.to_datetime(frame[each]) for each in ("start", "finish")})


def written(folder, *rows, status=STATUS, **how):
    """The bytes of a calendar file, and its events as a calendar library reads them."""
    path = folder / "plan.ics"
    assert write_calendar(small_plan(status, **VIENNA), entries(*rows), path, **how) == len(rows)
    content = path.read_bytes()
    return content, icalendar.Calendar.from_ical(content).walk("VEVENT")


def at_hours(start, finish):
    return {"start": start, "finish": finish, "is_all_day": False}


def test_whole_days_are_dates_and_end_the_day_after(tmp_path):
    """RFC 5545, 3.6.1: DTEND is the first day that is not part of it any more."""
    content, (event,) = written(tmp_path, {})
    assert b"DTSTART;VALUE=DATE:20260316\r\n" in content
    assert b"DTEND;VALUE=DATE:20260319\r\n" in content
    assert (event.start, event.end) == (date(2026, 3, 16), date(2026, 3, 19))


def test_what_ends_at_midnight_takes_no_day_more(tmp_path):
    """A finish at 00:00 is the end of the day before; a milestone has one day."""
    midnight = {"start": "2026-03-16 00:00", "finish": "2026-03-17 00:00"}
    point = {"start": "2026-03-16 00:00", "finish": "2026-03-16 00:00"}
    _, events = written(tmp_path, midnight, point)
    assert [event.end - event.start for event in events] == [timedelta(days=1)] * 2
    assert {event.start for event in events} == {date(2026, 3, 16)}


def test_hours_are_local_times_with_their_time_zone(tmp_path):
    """22:00 in Vienna is 21:00 in winter and 20:00 in summer, wherever the reader is."""
    content, events = written(
        tmp_path, at_hours("2026-03-20 22:00", "2026-03-21 04:00"),
        at_hours("2026-04-03 22:00", "2026-04-04 04:00"),
    )  # fmt: skip
    assert b"DTSTART;TZID=Europe/Vienna:20260320T220000\r\n" in content
    assert content.count(b"BEGIN:VTIMEZONE") == 1
    assert [event.start.astimezone(UTC).hour for event in events] == [21, 20]


def test_the_change_of_the_clock_is_in_the_file(tmp_path):
    """The night of 28 to 29 March 2026 has an hour less: 22:00 to 04:00 is five hours long."""
    content, (event,) = written(tmp_path, at_hours("2026-03-28 22:00", "2026-03-29 04:00"))
    length = event.end.astimezone(UTC) - event.start.astimezone(UTC)
    assert length == timedelta(hours=5)
    # By the rules of the file alone, for who does not know this time zone:
    (zone,) = icalendar.Calendar.from_ical(content).walk("VTIMEZONE")
    own = zone.to_tz(lookup_tzid=False)
    for month, day, hours in ((3, 28, 1), (3, 30, 2), (10, 24, 2), (10, 26, 1)):
        moment = datetime(2026, month, day, 12)
        assert moment.replace(tzinfo=own).utcoffset() == timedelta(hours=hours)
        assert moment.replace(tzinfo=ZoneInfo("Europe/Vienna")).utcoffset() == timedelta(
            hours=hours
        )


def test_utc_needs_no_time_zone(tmp_path):
    """It is written as such."""
    path = tmp_path / "plan.ics"
    rows = entries(at_hours("2026-03-16 08:00", "2026-03-16 10:00"))
    write_calendar(small_plan(STATUS), rows, path)
    assert b"DTSTART:20260316T080000Z" in path.read_bytes()
    assert b"VTIMEZONE" not in path.read_bytes()


def test_a_later_file_updates_the_entries(tmp_path):
    """The same UID, a larger SEQUENCE, a later stamp; nothing of it from the clock."""
    first, (early,) = written(tmp_path, {})
    again, _ = written(tmp_path, {})
    assert again == first
    _, (late,) = written(
        tmp_path, {"start": "2026-03-17 08:00"}, status=STATUS + pd.Timedelta(days=7)
    )
    assert late["UID"] == early["UID"]
    assert late["SEQUENCE"] == early["SEQUENCE"] + 7
    assert late["DTSTAMP"].dt == early["DTSTAMP"].dt + timedelta(days=7)
    assert early["DTSTAMP"].dt == datetime(2026, 3, 13, 22, 59, tzinfo=UTC)
    assert early["LAST-MODIFIED"].dt == early["DTSTAMP"].dt


def test_no_two_tasks_share_an_entry(tmp_path):
    """Ids that differ in a sign only have different UIDs."""
    _, events = written(tmp_path, *({"task_id": each} for each in ("1.1", "1-1", "11", "1 1", "Ä")))
    assert len({event["UID"] for event in events}) == 5


def test_a_plan_blocks_nobodys_day(tmp_path):
    """Work is shown, meetings can still be put beside it; what has begun is confirmed."""
    _, events = written(tmp_path, {}, {"is_started": True})
    assert {event["TRANSP"] for event in events} == {"TRANSPARENT"}
    assert [event["STATUS"] for event in events] == ["TENTATIVE", "CONFIRMED"]


@pytest.mark.parametrize(
    "text",
    [*HOSTILE, *INVISIBLE.values(), "a, b; c \\ d", "X\r\nBEGIN:VALARM\r\nTRIGGER:-PT1M", "🧨" * 90,
     "ü" * 200, "\\n", 'a"b', "x" * 4_000],
)  # fmt: skip
def test_hostile_names_stay_names(tmp_path, text):
    """No name adds a property, a line or a component."""
    named = {"name": text, "description": f"{text}\nfloat 2"}
    content, (event,) = written(tmp_path, named, name=text)
    calendar = icalendar.Calendar.from_ical(content)
    assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    assert set(event) == {
        "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "DESCRIPTION",
        "LAST-MODIFIED", "STATUS", "TRANSP",
    }  # fmt: skip
    assert event["SUMMARY"].split()[:1] == event["DESCRIPTION"].split()[:1]
    assert "\n" not in event["SUMMARY"] and event["DESCRIPTION"].endswith("float 2")
    is_whole(content)


def is_whole(content):
    """RFC 5545, 3.1, checked without the library: CRLF, at most 75 octets a line, UTF-8."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 75
    assert all(line.decode("utf-8").isprintable() for line in lines)
    unfolded = content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")
    assert all(re.match(r"[A-Z-]+[;:]", line) for line in unfolded[:-1])


def test_names_with_commas_are_read_back_as_they_were(tmp_path):
    """Escaped in the file (RFC 5545, 3.3.11), the same text in the calendar."""
    content, (event,) = written(tmp_path, {"name": "Move racks, rows C; D \\ E"})
    assert b"SUMMARY:Move racks\\, rows C\\; D \\\\ E" in content
    assert event["SUMMARY"] == "Move racks, rows C; D \\ E"
    assert event["DESCRIPTION"] == "One\nTwo"


def test_what_cannot_be_written_is_refused_and_the_old_file_stays(tmp_path):
    """A calendar must have an entry, and a time zone that exists."""
    path = tmp_path / "plan.ics"
    path.write_text("old")
    nowhere = small_plan(STATUS, header={"timezone": "Europe/Nowhere"})
    for project, rows, said in (
        (small_plan(STATUS), entries({})[:0], "no unfinished work"),
        (small_plan(STATUS), CannotSay("there is no plan"), "there is no plan"),
        (nowhere, entries({}), 'time zone "Europe/Nowhere" is not known'),
    ):
        with pytest.raises(SourceError, match=said):
            write_calendar(project, rows, path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.ics"]
