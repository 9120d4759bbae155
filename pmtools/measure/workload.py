"""Who has more to do than hours to do it in, week by week, in one project or in several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.errors import Problem, ProjectError
from pmtools.measure.budget import ALWAYS, ELAPSED, Matrix
from pmtools.measure.milestones import looked_up, names_of
from pmtools.measure.time_phasing import amounts_by_period
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.words import number

A_WEEK = pd.Timedelta(weeks=1)
OF_A_PERSON = ("id", "name", "kind", "role", "department_id", "email", "capacity", "calendar_id")
BY = {"person": "resource_id", "role": "role", "department": "department"}
WORDS = ("resource_id", "resource", "role", "department", "tasks", "projects", "doubt")
NUMBERS = ("load_hours", "capacity_hours")


@dataclass(frozen=True)
class Loads:
    """Remaining work of people by period, in all plans.

    `people`: a row a person, `work`: a row an assignment, with the position `who` of its person;
    `hours` are assignments x periods, `capacity` people x periods.
    """

    people: pd.DataFrame
    work: pd.DataFrame
    hours: Matrix
    capacity: Matrix


def workload(
    plans: Schedule | Sequence[Schedule] | CannotSay,
    weeks: int = 6,
    *,
    by: str = "person",
    start: pd.Timestamp | None = None,
    is_everyone: bool = False,
) -> pd.DataFrame | CannotSay:
    """Load of the remaining work against capacity, by person, role or department, and week.

    The remaining work of a task (its remaining hours x the work planned for an hour of it; a day
    and night of elapsed time is a day of work) is spread evenly over its remaining working time.
    What should have been done by now is to be done from now on. Material has no capacity and is
    left out. Where two capacities are stated for a day, the smaller counts.

    Of several projects the load adds up and capacity counts once: the hours that all calendars of
    a person have, the largest usual capacity, the smallest stated one (leave). People are matched
    by e-mail; without one, or where several share it, by id and name.

    Parameters
    ----------
    weeks
        How many weeks from `start` on; the first is what is left of the current one. On a Friday
        evening this is the next week, with the weekend before it.
    by
        person, role (who has none is one alone) or department.
    start
        The first instant; without it the status date, of several projects the earliest. Each
        project's work lies after its own.
    is_everyone
        With those who have nothing to do.

    Returns
    -------
    DataFrame
        `resource_id`, `resource`, `role`, `department`, `tasks` (names of the tasks of that week),
        `projects` (of several: the hours of each), `doubt` (whose id or name another person has in
        another project), `week` (its Monday), `load_hours`, `capacity_hours`, `load_percent`,
        `is_overallocated` (load above capacity by more than a quarter of an hour).

    Raises ProjectError where two projects have the same id.
    """
    if by not in BY:
        raise ValueError(f'by is "{by}": say {", ".join(BY)}')
    if isinstance(plans, CannotSay):
        return plans
    every = plans_of(plans)
    if not every:
        return CannotSay("there is no project")
    edges = week_edges(every, weeks, start)
    rows = _rows(loads_between(every, edges), by, len(every) > 1, is_everyone)
    types = dict.fromkeys(WORDS, "str") | {"week": "int64"} | dict.fromkeys(NUMBERS, "float64")
    frame = pd.DataFrame(rows, columns=list(types)).astype(types)
    frame["week"] = edges[1:].normalize()[frame["week"]] - A_WEEK
    spare = frame["capacity_hours"].where(frame["capacity_hours"] > 0)
    frame["load_percent"] = frame["load_hours"] / spare * 100
    frame["is_overallocated"] = frame["load_hours"] > frame["capacity_hours"] + 0.25
    return frame


def overallocated(load: pd.DataFrame | CannotSay) -> pd.DataFrame | CannotSay:
    """The weeks in which somebody has more work than hours, the worst first.

    Returns
    -------
    DataFrame
        Columns of `workload`, and `over_hours`.
    """
    if isinstance(load, CannotSay):
        return load
    rows = load[load["is_overallocated"]]
    rows = rows.assign(over_hours=rows["load_hours"] - rows["capacity_hours"])
    return rows.sort_values("over_hours", ascending=False, kind="stable").reset_index(drop=True)


def plans_of(plans: Schedule | Sequence[Schedule]) -> tuple[Schedule, ...]:
    """The schedules of a portfolio; ProjectError where two projects have the same id."""
    every = (plans,) if isinstance(plans, Schedule) else tuple(plans)
    ids = pd.Series([plan.project.header.id for plan in every], dtype="str")
    if twice := sorted(ids[ids.duplicated()].unique()):
        found, remedy = f"several projects have the id {', '.join(twice)}", "Give each its own id."
        raise ProjectError([Problem("portfolio", found, "one schedule a project", remedy, "id")])
    return every


def week_edges(
    plans: Sequence[Schedule], weeks: int, start: pd.Timestamp | None
) -> pd.DatetimeIndex:
    """The first instant, and the Mondays after the next working time."""
    earliest = min(plans, key=now_of)
    first = now_of(earliest) if start is None else pd.Timestamp(start)
    begin = earliest.calendars[""].next_work(first)
    monday = begin.normalize() + pd.Timedelta(days=7 - begin.day_of_week)
    return pd.DatetimeIndex([first, *(monday + n * A_WEEK for n in range(weeks))]).as_unit("us")


def now_of(plan: Schedule) -> pd.Timestamp:
    """The status date; before there is one, the start."""
    return plan.status_date or plan.start


def loads_between(
    plans: Sequence[Schedule], edges: pd.DatetimeIndex, assignments: pd.DataFrame | None = None
) -> Loads:
    """Remaining work by assignment, and capacity by person, in each period between the edges.

    `assignments` are those of the only plan, where other than its own count.
    """
    rows = _people(plans)
    people = rows.drop_duplicates("key", ignore_index=True)
    is_twice = people["id"].duplicated(keep=False)
    people["resource_id"] = people["id"].mask(is_twice, people["id"] + " (" + people["of"] + ")")
    place = rows.set_index(["plan", "id"])["key"].map(pd.Index(people["key"]).get_loc).astype(int)
    works, hours = [], []
    for n, plan in enumerate(plans):
        work = _remaining_work(plan, assignments)
        work = work[work["resource_id"].isin(rows["id"][rows["plan"] == n])].reset_index(drop=True)
        name = plan.project.header.name
        of = pd.MultiIndex.from_arrays([np.full(len(work), n), work["resource_id"]])
        label = work["name"] if len(plans) == 1 else work["name"] + f" ({name})"
        works.append(work.assign(plan=n, project=name, task=label, who=place.loc[of].to_numpy()))
        parts = work.rename(columns={"begin": "start", "hours": "amount"})
        which = np.arange(len(work))
        hours.append(amounts_by_period(parts, plan.calendars, edges, which, len(work)))
    capacity = [_capacity(plans, rows[rows["key"] == key], edges) for key in people["key"]]
    shape = (len(people), len(edges) - 1)
    work = pd.concat(works, ignore_index=True)
    return Loads(people, work, np.concatenate(hours), np.array(capacity).reshape(shape))


def _people(plans: Sequence[Schedule]) -> pd.DataFrame:
    """A row a person and plan; the same `key` is the same person."""
    found = []
    for n, plan in enumerate(plans):
        rows = plan.project.resources
        rows = rows.loc[rows["kind"] != "material", list(OF_A_PERSON)]
        department = names_of(plan.project.departments, rows["department_id"])
        role = rows["role"].where(rows["role"] != "", rows["name"])
        name = plan.project.header.name
        found.append(rows.assign(plan=n, of=name, department=department, role=role))
    people = pd.concat(found, ignore_index=True)
    people["key"] = _identities(people)
    is_doubtful = np.zeros(len(people), bool)
    for column in ("id", "name"):
        same = people.groupby(column)[["key", "plan"]].transform("nunique")
        is_doubtful |= (same["plan"] > 1) & (same["key"] > 1)
    said = "this id or name is another person's in another project"
    return people.assign(doubt=np.where(is_doubtful, said, ""))


def _identities(people: pd.DataFrame) -> pd.Series:
    """One name for the same person: the e-mail where it is one person's, else id and name."""
    mail = people["email"].str.strip().str.casefold()
    mail = mail.mask(people.groupby(["plan", mail])["id"].transform("size") > 1, "")
    named = people["id"] + "\0" + people["name"].str.strip().str.casefold()
    known = mail[mail != ""].groupby(named).agg(["first", "nunique"])
    only = known["first"][known["nunique"] == 1].astype("str")
    return mail.where(mail != "", looked_up(only, named).fillna(named))


def _rows(loads: Loads, by: str, are_several: bool, is_everyone: bool) -> list[tuple[Any, ...]]:
    """A row a party and period, with the position of the period."""
    people, rows = loads.people, []
    codes, _ = pd.factorize(people[BY[by]])
    of_work = codes[loads.work["who"]]
    for code in pd.unique(codes):
        mine = np.flatnonzero(of_work == code)
        if not (len(mine) or is_everyone):
            continue
        members = people[codes == code]
        words, doubt = _words(members, by), _joined(members["doubt"])
        for week, capacity in enumerate(loads.capacity[codes == code].sum(axis=0)):
            hours = loads.hours[mine, week]
            held = loads.work.iloc[mine[hours > 0]]
            shares = _projects(held["project"], hours[hours > 0]) if are_several else ""
            said = _joined(held["task"]), shares, doubt
            rows.append((*words, *said, week, hours.sum(), capacity))
    return rows


def _words(members: pd.DataFrame, by: str) -> tuple[str, str, str, str]:
    """Id, name, role and department of a party."""
    role, department = _joined(members["role"]), _joined(members["department"])
    if by == "person":
        return members["resource_id"].iloc[0], members["name"].iloc[0], role, department
    name = (role if by == "role" else department) or "No department"
    return name, name, role, department


def _joined(words: pd.Series) -> str:
    return "; ".join(filter(None, words.unique()))


def _projects(names: pd.Series, hours: Matrix) -> str:
    """`Rollout 24 h; Upgrade 16 h`."""
    sums = pd.Series(hours, index=names).groupby(level=0, sort=False).sum()
    return "; ".join(f"{name} {number(each)} h" for name, each in sums.items())


def _remaining_work(plan: Schedule, assignments: pd.DataFrame | None) -> pd.DataFrame:
    """Assignments of unfinished tasks: hours left, from `begin` to `finish` in their calendar."""
    tasks = plan.tasks[~plan.tasks["is_finished"] & (plan.tasks["kind"] != "summary")]
    columns = ["id", "name", "kind", "early_start", "finish", "remaining_hours", "is_started"]
    planned = plan.project.tasks[["id", "duration_hours", "is_elapsed", "calendar_id"]]
    rows = plan.project.assignments if assignments is None else assignments
    rows = rows.merge(
        tasks[[*columns, "total_float_hours"]].merge(planned), left_on="task_id", right_on="id"
    )
    rows = rows[~rows["is_fixed_quantity"]].reset_index(drop=True)
    of_clock = np.where(rows["is_elapsed"], plan.project.header.hours_per_day / 24, 1)
    duration = rows["duration_hours"].where(rows["duration_hours"] > 0)
    an_hour = (rows["work_hours"] / duration).fillna(rows["units"] * of_clock)
    calendar_id = rows["calendar_id"].mask(rows["is_elapsed"], ELAPSED)
    first, finish = now_of(plan), rows["finish"].copy()
    begin = rows["early_start"].clip(lower=first)
    for name, late in rows[rows["early_start"] < first].groupby(calendar_id):
        calendar = calendar_of(plan, name)
        finish[late.index] = calendar.add(begin[late.index], late["remaining_hours"])
    return rows.assign(
        hours=rows["remaining_hours"] * an_hour, calendar_id=calendar_id, begin=begin, finish=finish
    )


def calendar_of(plan: Schedule, calendar_id: str) -> WorkCalendar:
    """The calendar that an assignment of `Loads.work` counts on."""
    return ALWAYS if calendar_id == ELAPSED else plan.calendars[calendar_id]


def _capacity(plans: Sequence[Schedule], rows: pd.DataFrame, edges: pd.DatetimeIndex) -> Matrix:
    """Hours a person has in each period: working time x capacity, leave taken off."""
    days = pd.date_range(edges[0].normalize(), edges[-1], unit="us")
    points = days.union(edges)[1:] if edges[0] > days[0] else days.union(edges)
    begin, finish = points[:-1], points[1:]
    stated, hours = np.full(len(begin), np.nan), np.full(len(begin), np.inf)
    for person in rows.itertuples():
        spans = plans[person.plan].project.availability
        for _, span in spans[spans["resource_id"] == person.id].iterrows():
            held = (begin.normalize() >= span["from"]) & (begin.normalize() <= span["to"])
            stated[held] = np.fmin(stated[held], span["capacity"])
        calendar = plans[person.plan].calendars[person.calendar_id]
        hours = np.minimum(hours, calendar.hours_between(begin, finish))
    capacity = np.where(np.isnan(stated), rows["capacity"].max(), stated)
    period = edges.searchsorted(begin, side="right") - 1
    return np.asarray(np.bincount(period, hours * capacity), dtype="float64")
