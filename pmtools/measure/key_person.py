"""Whom the plan cannot spare: each person, team or vendor taken away for some weeks."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import DAY, minutes_of
from pmtools.measure.milestones import days_late, milestone_tasks, names_of
from pmtools.measure.parties import parties
from pmtools.measure.workload import loads_between
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.schedule.critical_path import dates_of
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.progress import progress_of, status_minute
from pmtools.schedule.result import tables_of
from pmtools.words import day_month, number, percent, plain

KINDS = ("person", "team", "vendor")
FITS = ("same role", "same skill", "same department")
VENDOR = {"vendor", "supplier", "contractor", "subcontractor"}
COMMON = {"engineer", "manager", "lead", "specialist", "technician", "analyst", "consultant",
          "officer", "senior", "junior", "expert", "member", "team", "owner"}  # fmt: skip
"""Words of a role that say nothing about a skill."""
LONGEST, LEAST_HOURS, LEAST_DAYS, MOST_COVER = 104, 0.25, 0.05, 3
Off = dict[str, frozenset[int]]
"""Days, since 1970-01-01, on which a task cannot be worked."""


def key_people(
    plan: Schedule | CannotSay,
    weeks: int = 2,
    *,
    kinds: Collection[str] = KINDS,
    start: pd.Timestamp | None = None,
) -> pd.DataFrame | CannotSay:
    """What it costs in days if a person, team or vendor is away, and who could cover.

    The unfinished tasks that need them stand still on those days: those that they are assigned
    to, as a whole, and, where nobody is assigned, those of their owner and department (as
    `parties` finds them); a vendor's department also where others are assigned. Lags, milestones
    and level of effort go on. Leave that is known (availability 0, days off of an own calendar)
    stops its tasks in those weeks with and without the absence: it is not counted twice. Work that
    the tool leaves in the past is done from the status date on.

    Parameters
    ----------
    weeks
        1 to 104, from the first whole day after the status date, or from `start`.
    kinds
        person; team: a department, several people of a role, a pool; vendor: a department called
        so, or whose people's e-mail has another domain than most.

    Returns
    -------
    DataFrame
        `party_id`, `party`, `kind`, `n_tasks` and `hours` (their work in those weeks),
        `damage_days` (working days by which the last task finishes later), `milestone` (the first
        that moves) and `milestone_days`, `float_days` (left on their tasks where the finish holds),
        `cover` (words: who of the same role, skill or department has free hours, or nobody),
        `cover_free_hours`, `statement`. The worst first.

    Notes
    -----
    The critical path method by the plan's own rules, once a party, on calendars without the days.
    """
    if isinstance(plan, CannotSay):
        return plan
    if not 1 <= weeks <= LONGEST:
        raise ValueError(f"weeks is {weeks}: say 1 to {LONGEST}")
    found = [party for party in _parties(plan.project) if party.kind in kinds]
    if not found:
        return CannotSay("the plan names nobody of this kind")
    first = pd.Timestamp(plan.start if start is None else start).normalize()
    if plan.status_date is not None:
        first = max(first, plan.status_date.ceil("D"))
    edges = pd.DatetimeIndex([first, first + pd.Timedelta(weeks=weeks)]).as_unit("us")
    test = _Absence(plan, edges)
    rows: dict[object, dict[str, Any]] = {}
    for party in found:
        waits = test.waits(party)
        same = (party.members, party.kind == "vendor", *sorted(waits))
        rows[same] = rows.get(same) or test.row(party, waits)
    keys = ["damage_days", "milestone_days", "hours"]
    frame = pd.DataFrame([*rows.values()]).sort_values(keys, ascending=False, kind="stable")
    return frame.reset_index(drop=True)


def single_points(plan: Schedule | CannotSay) -> pd.DataFrame | CannotSay:
    """Critical tasks that hang on one person: nobody else is assigned, and no day can be lost.

    Returns
    -------
    DataFrame
        `task_id`, `task`, `person`, `department`, `start` (of what remains), `finish`,
        `remaining_hours`, `others` (of the same role, skill or department, or nobody). By start.
    """
    if isinstance(plan, CannotSay):
        return plan
    needs, people = _needs(plan.project), plan.project.resources.set_index("id", drop=False)
    alone = needs[~needs["task_id"].duplicated(keep=False)]
    alone = alone[alone["resource_id"].map(people["kind"]) == "person"]
    tasks = plan.tasks[plan.tasks["is_critical"] & (plan.tasks["kind"] == "task")]
    rows = tasks.merge(alone[["task_id", "resource_id"]], left_on="id", right_on="task_id")
    who = people.loc[rows["resource_id"]].set_index(rows.index)
    fits = [_fitting(people, frozenset({person})).index for person in who["id"]]
    rows = rows.assign(
        task=rows["name"],
        person=who["name"],
        department=names_of(plan.project.departments, who["department_id"]),
        start=rows["early_start"],
        others=["; ".join(people["name"][each]) or "nobody" for each in fits],
    ).sort_values("start", kind="stable")
    columns = ["task_id", "task", "person", "department", "start", "finish"]
    return rows[[*columns, "remaining_hours", "others"]].reset_index(drop=True)


@dataclass(frozen=True)
class _Party:
    kind: str
    id: str
    name: str
    members: frozenset[str]
    department_id: str = ""


class _Absence:
    """A plan to be scheduled with days on which some of its tasks cannot be worked."""

    def __init__(self, plan: Schedule, edges: pd.DatetimeIndex) -> None:
        self.plan, self.edges, project = plan, edges, plan.project
        self.away = frozenset(range(*(minutes_of(edges) // DAY).tolist()))
        # Float is what is left until the finish moves; deadlines place what is as late as possible.
        placed = project.tasks["deadline"].where(project.tasks["constraint"] == "ALAP")
        timeless = project.replace(tasks=project.tasks.assign(deadline=placed))
        self.network = network_of(timeless, plan.options)
        self.progress = progress_of(self.network)
        is_open = self.network.is_leaf & ~self.progress.is_finished
        is_open &= self.network.of_task("kind") == "task"
        ids = self.network.of_task("id")[is_open]
        self.nodes = dict(zip(ids, np.flatnonzero(is_open), strict=True))
        needs = _needs(project)
        mine = needs.groupby("task_id")["resource_id"].agg(frozenset)
        self.people = {task: mine.get(task, frozenset()) for task in ids}
        self.is_assigned = set(needs["task_id"][~needs["is_owned"]])
        self.stated = project.tasks.set_index("id")["department_id"]
        self.department = parties(project)["department_id"]
        leave = {each.id: self.away & _leave(plan, each) for each in project.resources.itertuples()}
        self.leave = {
            task: frozenset[int]().union(*map(leave.__getitem__, who))
            for task, who in self.people.items()
        }
        self.before = self._dates(self.leave)
        loads = loads_between([plan], edges, needs)
        self.work = loads.work.assign(in_span=loads.hours[:, 0])
        capacity = pd.Series(loads.capacity[:, 0], loads.people["id"].to_numpy())
        busy = self.work.groupby("resource_id")["in_span"].sum().reindex(capacity.index)
        self.resources = project.resources.set_index("id", drop=False).assign(
            total=capacity, free=(capacity - busy.fillna(0)).clip(lower=0)
        )

    def waits(self, party: _Party) -> list[str]:
        """The open tasks that need the party."""
        known = self.stated if party.kind == "vendor" else self.department
        theirs = set(known.index[known == party.department_id]) if party.department_id else set()
        if party.kind != "vendor":
            theirs -= self.is_assigned
        return [task for task, who in self.people.items() if who & party.members or task in theirs]

    def row(self, party: _Party, waits: list[str]) -> dict[str, Any]:
        """What happens to the finish, the milestones and the float, and who could cover."""
        before = self.before
        after = self._dates(self.leave | dict.fromkeys(waits, self.away)) if waits else before
        work = before.index[before["kind"].isin(["task", "milestone"])]
        ends = (each["finish"][work].max() for each in (before, after))
        damage = max(float(days_late(self.plan, *ends)), 0.0)
        steps = milestone_tasks(self.plan).query("not is_finished").set_index("id")
        was = before["finish"][steps.index]
        moved = days_late(self.plan, was, after["finish"][steps.index])
        hit = was[moved >= LEAST_DAYS].sort_values(kind="stable").index[:1]
        mine = before.loc[waits]
        mine = mine[(mine["early_start"] < self.edges[1]) & (mine["finish"] > self.edges[0])]
        room = after["total_float_hours"][mine.index].min() / self.plan.project.header.hours_per_day
        is_mine = self.work["resource_id"].isin(party.members) & self.work["task_id"].isin(waits)
        cover, free = _cover(self.resources, party)
        row = {
            "party_id": party.id, "party": party.name, "kind": party.kind, "n_tasks": len(mine),
            "hours": self.work["in_span"][is_mine].sum(), "damage_days": damage,
            "milestone": "; ".join(steps["name"][hit]), "milestone_days": float(moved[hit].sum()),
            "float_days": np.nan if damage >= LEAST_DAYS else room,
            "cover": cover, "cover_free_hours": free,
        }  # fmt: skip
        return row | {"statement": _said(row, self.edges)}

    def _dates(self, off: Off) -> pd.DataFrame:
        """`Schedule.tasks` by id, with these days off."""
        network, found = self.network, [*self.network.calendars.by_position]
        calendar = network.calendar.copy()
        made: dict[object, int] = {}
        for task, days in off.items():
            node = self.nodes[task]
            key = (calendar[node], days)
            if days and key not in made:
                made[key] = len(found)
                free = tuple((day, day, ()) for day in sorted(days))
                one = found[calendar[node]]
                found.append(replace(one, exceptions=one.exceptions + free))
            calendar[node] = made.get(key, calendar[node])
        calendars = replace(network.calendars, by_position=tuple(found))
        network = replace(network, calendar=calendar, calendars=calendars)
        limits = limits_of(network, self.progress)
        if not network.options.is_work_after_status_date:
            now = network.before(np.full_like(calendar, status_minute(network.project)))
            is_left = network.is_leaf & ~self.progress.is_finished
            floor = np.where(is_left, np.maximum(limits.floor, now), limits.floor)
            limits = replace(limits, floor=floor)
        dates = dates_of(network, limits)
        return tables_of(network, limits, self.progress, dates)[0].set_index("id")


def _leave(plan: Schedule, person: Any) -> frozenset[int]:
    """The days on which somebody is off as planned."""
    spans = plan.project.availability
    spans = spans[(spans["resource_id"] == person.id) & (spans["capacity"] == 0)]
    off = [*zip(*((minutes_of(spans[end]) // DAY).tolist() for end in ("from", "to")), strict=True)]
    if person.calendar_id:
        own = plan.calendars[person.calendar_id].exceptions
        off += [(first, last) for first, last, shifts in own if not shifts]
    return frozenset(day for first, last in off for day in range(first, last + 1))


def _needs(project: Project) -> pd.DataFrame:
    """The assignments of people; the owner is the one who is needed where there are none."""
    people = project.resources.loc[project.resources["kind"].isin(["person", "role"]), "id"]
    rows, tasks = project.assignments, project.tasks
    is_work = ~rows["is_fixed_quantity"] & (rows["units"] > 0) & (rows["work_hours"] != 0)
    rows = rows[is_work & rows["resource_id"].isin(people)]
    owner = parties(project)["owner_id"].loc[tasks["id"]].to_numpy()
    owned = pd.DataFrame({"task_id": tasks["id"], "resource_id": owner})
    owned = owned.assign(units=1.0, work_hours=np.nan, is_fixed_quantity=False, is_owned=True)
    is_free = ~tasks["id"].isin(rows["task_id"]) & (tasks["kind"] == "task")
    owned = owned[is_free & owned["resource_id"].isin(people)]
    return pd.concat([rows.assign(is_owned=False), owned], ignore_index=True)


def _parties(project: Project) -> list[_Party]:
    """Whom one can take away: people, pools, departments, several people of a role."""
    rows = project.resources[project.resources["kind"].isin(["person", "role"])]
    found = [
        _Party("team" if row.kind == "role" else "person", row.id, row.name, frozenset({row.id}))
        for row in rows.itertuples(index=False)
    ]
    domain = rows["email"].str.extract("@(.+)", expand=False).fillna("").str.casefold()
    usual = set(domain[domain != ""].mode()[:1])
    for department in project.departments.itertuples(index=False):
        mine = rows[rows["department_id"] == department.id]
        domains = set(domain[mine.index]) - {""}
        is_vendor = (domains and not domains & usual) or VENDOR & _words(department.name)
        kind = "vendor" if is_vendor else "team"
        found.append(
            _Party(kind, department.id, department.name, frozenset(mine["id"]), department.id)
        )
    people = rows[(rows["kind"] == "person") & (rows["role"] != "")]
    for role, ids in people.groupby("role", sort=False)["id"]:
        if len(ids) > 1:
            found.append(_Party("team", str(role), str(role), frozenset(ids)))
    return found


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))


def _fitting(people: pd.DataFrame, members: frozenset[str]) -> pd.Series:
    """Who else could do it, and why: the same role, skill or department."""
    role = people["role"].str.split(r"[(,]", regex=True).str[0].str.strip().str.casefold()
    is_mine, department = people["id"].isin(members), people["department_id"]
    roles, departments = set(role[is_mine]) - {""}, set(department[is_mine]) - {""}
    skills = set[str]().union(*map(_words, roles)) - COMMON
    has_skill = [bool(skills & _words(each)) for each in role]
    is_fit = [role.isin(roles), np.array(has_skill, bool), department.isin(departments)]
    found = pd.Series(np.select(is_fit, FITS, ""), people.index)
    return found[~is_mine & people["kind"].isin(["person", "role"]) & (found != "")]


def _cover(people: pd.DataFrame, party: _Party) -> tuple[str, float]:
    """Who else has free hours, in words, and how many these are together."""
    fits = people.assign(why=_fitting(people, party.members))
    fits = fits[fits["why"].notna() & (fits["free"] >= LEAST_HOURS)]
    fits = fits.assign(rank=fits["why"].map(FITS.index))
    best = fits.sort_values(["rank", "free"], ascending=[True, False], kind="stable")[:MOST_COVER]
    said = [
        f"{plain(row.name, 60)} ({row.why}, {number(row.free)} h free, "
        f"{percent(100 * row.free / row.total)})"
        for row in best.itertuples(index=False)
    ]
    return "; ".join(said) or "nobody", float(best["free"].sum())


def _said(row: dict[str, Any], edges: pd.DatetimeIndex) -> str:
    span = f"{day_month(edges[0])} to {day_month(edges[1] - pd.Timedelta(days=1))}"
    hit = f"{plain(row['milestone'], 80)} by {_days(row['milestone_days'])}"
    effect = f"float absorbs it, {_days(max(row['float_days'], 0))} left"
    if not row["n_tasks"]:
        return f"{plain(row['party'], 80)} away {span}: no work waits"
    if row["damage_days"] >= LEAST_DAYS:
        effect = f"the finish moves by {_days(row['damage_days'])}"
        effect += f", first {hit}" if row["milestone"] else ""
    elif row["milestone"]:
        effect = f"the finish holds, but {hit}"
    cover = f"cover for {number(row['hours'])} h: {row['cover']}"
    return f"{plain(row['party'], 80)} away {span}: {effect}; {cover}"


def _days(days: float) -> str:
    return f"{days:.1f}".removesuffix(".0") + f" day{'' if days == 1 else 's'}"
