"""Calendar files (.ics, RFC 5545) that Outlook, Google and Apple calendars import."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from pmtools.files import publish, slug
from pmtools.formats.text_file import refused
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.words import plain

FIRST_DAY = datetime(2000, 1, 1)


def write_calendar(
    project: Project, entries: pd.DataFrame | CannotSay, path: str | Path, *, name: str = ""
) -> int:
    """Write work of a project as a calendar file, and say how many entries there are.

    Importing a later file updates the entries: a task keeps its UID, its SEQUENCE grows with the
    status date. There is no clock in it, the same plan gives the same file. What is no longer in
    a file stays in the calendar that imported it.

    Parameters
    ----------
    project
        Its id, name, time zone and status date count.
    entries
        task_id, name, start, finish, is_all_day, is_started, description, as of `calendar_of`.
    name
        Of the calendar; without it that of the project.

    Raises
    ------
    SourceError
        Where the time zone is not known, or there is no entry: a calendar must have one.

    Notes
    -----
    All-day entries are dates, whose DTEND is the day after (RFC 5545, 3.6.1); others are local
    times with their VTIMEZONE. Entries do not block the day (TRANSP). No METHOD: that would be
    an invitation, which needs an organizer (RFC 5546).
    """
    from icalendar import Calendar

    header = project.header
    if isinstance(entries, CannotSay) or entries.empty:
        why = entries if isinstance(entries, CannotSay) else "there is no unfinished work to write"
        raise refused(str(path), str(why))
    try:
        zone = ZoneInfo(header.timezone)
    except (KeyError, ValueError, OSError) as error:
        found = f'time zone "{plain(header.timezone)}" is not known'
        raise refused(str(path), found, "such as Europe/Vienna", "Correct it.") from error
    calendar = Calendar()
    calendar.add("PRODID", "-//pmtools//pmtools//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("X-WR-CALNAME", plain(name or header.name))
    status = (header.status_date or header.start).to_pydatetime()
    for entry in entries.to_dict("records"):
        calendar.add_component(_event(entry, header.id, status, zone))
    first, last = entries["start"].min().year, entries["finish"].max().year
    calendar.add_missing_timezones(date(first, 1, 1), date(last + 1, 12, 31))
    publish(Path(path), calendar.to_ical())
    return len(entries)


def _event(entry: dict[str, Any], project_id: str, status: datetime, zone: ZoneInfo) -> Any:
    from icalendar import Event

    start, finish = (pd.Timestamp(entry[each]).to_pydatetime() for each in ("start", "finish"))
    task_id = entry["task_id"]
    stamp = status.replace(tzinfo=zone).astimezone(UTC)
    event = Event()
    event.add("UID", f"{slug(f'{project_id} {task_id}')}@pmtools")
    event.add("DTSTAMP", stamp)
    event.add("LAST-MODIFIED", stamp)
    event.add("SEQUENCE", max((status - FIRST_DAY).days, 0))
    event.add("SUMMARY", plain(entry["name"]))
    event.add("DESCRIPTION", "\n".join(map(plain, str(entry["description"]).split("\n"))))
    if entry["is_all_day"]:
        event.add("DTSTART", start.date())
        # What ends at midnight has no work on the day that begins.
        event.add("DTEND", max((finish - timedelta(minutes=1)).date(), start.date()) + timedelta(1))
    else:
        event.add("DTSTART", start.replace(tzinfo=zone))
        event.add("DTEND", finish.replace(tzinfo=zone))
    event.add("STATUS", "CONFIRMED" if entry["is_started"] else "TENTATIVE")
    event.add("TRANSP", "TRANSPARENT")
    return event
