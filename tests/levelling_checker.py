"""Whether a levelled plan is feasible, minute by minute, from frames alone.

Working time is an array of minutes, apart from `pmtools.calendars`: nothing here knows how the
plan was found.
"""

import numpy as np
import pandas as pd

MINUTE, DAY = pd.Timedelta(minutes=1), 1440
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE = [("mon tue wed thu fri", "08:00", "12:00"), ("mon tue wed thu fri", "13:00", "17:00")]


class Clock:
    """Minutes from the Monday before the first date to a while after the last."""

    def __init__(self, project, tasks):
        first = min(tasks["start"].min(), project.header.start).normalize()
        self.begin = first - pd.Timedelta(days=first.weekday() + 7)
        self.n_days = (tasks["finish"].max() - self.begin).days + 60
        self.project, self.known = project, {}

    def minute(self, instant):
        return int((instant - self.begin) / MINUTE)

    def works(self, calendar_id, *, is_usual=False):
        """Which minutes a calendar works; `is_usual` without exceptions to its week."""
        calendar_id = calendar_id or self.project.header.calendar_id
        if (calendar_id, is_usual) not in self.known:
            self.known[calendar_id, is_usual] = self._works(calendar_id, is_usual)
        return self.known[calendar_id, is_usual]

    def _works(self, calendar_id, is_usual):
        if calendar_id == "always":
            return np.ones(self.n_days * DAY, bool)
        chain, rows = [], self.project.calendars
        while calendar_id:
            chain.insert(0, calendar_id)
            bases = rows.loc[(rows["id"] == calendar_id) & (rows["base_id"] != ""), "base_id"]
            calendar_id = bases.iloc[0] if len(bases) else ""
        week = {}
        for link in chain:
            own = rows[(rows["id"] == link) & (rows["weekday"] != "")]
            days = {day: [*zip(mine["shift_start"], mine["shift_finish"], strict=True)]
                    for day, mine in own.groupby("weekday")}  # fmt: skip
            week |= {day: [s for s in shifts if s[0]] for day, shifts in days.items()}
        if not week:
            for names, start, finish in OFFICE:
                for name in names.split():
                    week.setdefault(name, []).append((start, finish))
        found = np.zeros((self.n_days + 2) * DAY, bool)
        changed = {} if is_usual else self._exceptions(chain)
        for number in range(self.n_days):
            date = self.begin + pd.Timedelta(days=number)
            for start, finish in changed.get(date, week.get(WEEKDAYS[date.weekday()], [])):
                low, high = _minutes(start), _minutes(finish)
                high += DAY * (high <= low)
                found[number * DAY + low : number * DAY + high] = True
        return found[: self.n_days * DAY]

    def _exceptions(self, chain):
        changed, rows = {}, self.project.exceptions
        for link in chain:
            for _, row in rows[rows["calendar_id"] == link].iterrows():
                last = row["from"] if pd.isna(row["to"]) else row["to"]
                shifts = [s.split("-") for s in row["shifts"].replace(",", " ").split()]
                for date in pd.date_range(row["from"], last):
                    changed[date] = shifts
        return changed


def _minutes(text):
    return int(text[:2]) * 60 + int(text[3:])


def overloads(plan, *, after=None):
    """Every resource that has more to do than there is of it: (id, first minute, tasks).

    In its usual week a day off is no capacity; outside the week nobody is needed.
    """
    project, tasks = plan.project, plan.tasks.set_index("id")
    clock, found = Clock(project, plan.tasks), []
    table = project.tasks.set_index("id")
    people = project.resources[project.resources["kind"] != "material"]
    for _, person in people.iterrows():
        mine = project.assignments[
            (project.assignments["resource_id"] == person["id"])
            & ~project.assignments["is_fixed_quantity"]
            & project.assignments["task_id"].isin(tasks.index)
        ]
        used = np.zeros(clock.n_days * DAY)
        for task_id, units in zip(mine["task_id"], mine["units"], strict=True):
            task = tasks.loc[task_id]
            if task["is_finished"] or task["kind"] == "level_of_effort":
                continue
            begin = _begin_of_rest(plan, task, clock, table.loc[task_id])
            works = _works_of(clock, plan, task_id, table.loc[task_id])
            span = slice(begin, clock.minute(task["finish"]))
            used[span] += units * works[span]
        limit = _capacity(clock, project, person)
        is_over = used > limit + 1e-6
        if after is not None:
            is_over[: clock.minute(after)] = False
        if is_over.any():
            at = clock.begin + int(is_over.argmax()) * MINUTE
            found.append((person["id"], at, int(is_over.sum())))
    return found


def _begin_of_rest(plan, task, clock, row):
    """Of started work only what remains is done by somebody: the last of its working time."""
    if not task["is_started"]:
        return clock.minute(task["start"])
    works = _works_of(clock, plan, task.name, row)
    finish, left = clock.minute(task["finish"]), round(task["remaining_hours"] * 60)
    done = np.flatnonzero(works[:finish])
    return int(done[-left]) if left else finish


def _works_of(clock, plan, task_id, row):
    """A task is worked in its calendar; in Microsoft Project in the hours of its people."""
    return clock.works("always") if row["is_elapsed"] else _hours_of(clock, plan, task_id, row)


def _hours_of(clock, plan, task_id, row):
    own = clock.works(row["calendar_id"])
    project = plan.project
    is_primavera = not plan.options.are_resource_calendars_used
    own_rule = row["ignores_resource_calendars"]
    is_own = not row["is_resource_dependent"] if is_primavera else own_rule
    if is_own:
        return own
    people = project.resources[project.resources["kind"] != "material"].set_index("id")
    ids = project.assignments.loc[project.assignments["task_id"] == task_id, "resource_id"]
    hours = [clock.works(people.loc[i, "calendar_id"]) for i in ids if i in people.index]
    if not hours or any((each != hours[0]).any() for each in hours):
        return own
    both = own & hours[0]
    return hours[0] if is_primavera or not row["calendar_id"] else both if both.any() else own


def _capacity(clock, project, person):
    limit = np.full(clock.n_days * DAY, np.nan)
    rows = project.availability[project.availability["resource_id"] == person["id"]]
    for _, row in rows.iterrows():
        span = slice(max(0, clock.minute(row["from"])), max(0, clock.minute(row["to"]) + DAY))
        limit[span] = np.fmin(limit[span], row["capacity"])
    limit = np.where(np.isnan(limit), person["capacity"], limit)
    own = clock.works(person["calendar_id"])
    usual = clock.works(person["calendar_id"], is_usual=True)
    limit = np.where(usual & ~own, 0, limit)
    return np.where(usual | own, limit, np.inf)


def broken_links(plan):
    """Links between unstarted tasks (no summaries) that the dates break: (from, to, kind).

    Lags count on the calendar of the predecessor, in Microsoft Project of the successor.
    """
    project, tasks = plan.project, plan.tasks.set_index("id")
    clock, table, found = Clock(project, plan.tasks), project.tasks.set_index("id"), []
    for _, link in project.links.iterrows():
        ends = link["predecessor_id"], link["successor_id"]
        if not all(e in tasks.index and tasks.loc[e, "kind"] not in ("summary", "level_of_effort")
                   for e in ends) or tasks.loc[ends[1], "is_started"]:  # fmt: skip
            continue
        before, after = (tasks.loc[end] for end in ends)
        hours = [_works_of(clock, plan, end, table.loc[end]) for end in ends]
        counted = ends[plan.options.lag_calendar != "predecessor"]
        mine = _hours_of(clock, plan, counted, table.loc[counted])
        if plan.options.lag_calendar in ("project", "24h"):
            mine = clock.works("" if plan.options.lag_calendar == "project" else "always")
        if link["lag_calendar"]:
            mine = clock.works(link["lag_calendar"])
        lag = round(link["lag_hours"] * 60)
        if link["lag_kind"] == "percent":
            lag = round(link["lag_hours"] / 100 * table.loc[ends[0], "duration_hours"] * 60)
        if link["lag_kind"] == "elapsed":
            mine = clock.works("always")
        event = clock.minute(before["finish" if link["kind"][0] == "F" else "start"])
        held = clock.minute(after["finish" if link["kind"][1] == "F" else "start"])
        if lag:
            event = _moved(mine, event, lag)
        worked = np.concatenate([[0], np.cumsum(hours[1])])
        if worked[held] < worked[max(event, 0)]:
            found.append((*ends, link["kind"]))
    return found


def _moved(works, minute, lag):
    """The first minute with so many working minutes more (or fewer) before it."""
    worked = np.concatenate([[0], np.cumsum(works)])
    return int(np.searchsorted(worked, worked[minute] + lag))


def infeasibilities(plan):
    """All overloads and broken links."""
    return [*overloads(plan), *broken_links(plan)]
