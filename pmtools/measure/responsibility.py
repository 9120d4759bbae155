"""Who is responsible: the RACI matrix of parties by deliverable, up and down the plan."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

import pandas as pd

from pmtools.measure.lookahead import with_baseline
from pmtools.measure.milestones import days_late, looked_up
from pmtools.measure.parties import inherited
from pmtools.measure.raci_rules import Case, findings_of
from pmtools.project import Project
from pmtools.project.schema import RACI
from pmtools.schedule import Schedule, schedule

RANK = {code: n for n, code in enumerate(("A/R", "A", "R", "C", "I"))}
PLACE = ["kind", "id"]
KEY = [*PLACE, "party_id"]
ROWS = [*PLACE, "name", "due", "forecast", "days_late", "is_done", "problem"]
CELLS = [*PLACE, "name", "due", "party_id", "party", "department", "code", "is_inherited",
         "problem"]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Responsibility:
    """The responsibilities of a project, and what is wrong with them.

    - rows: the deliverables by due date, then tasks that state roles and belong to none: kind, id,
      name, due, forecast (finish of its tasks), days_late (working days), is_done, problem (in a
      few words)
    - cells, a row a row and party: kind, id, name, due, party_id, party, department, code (R, A,
      C, I; A/R is both), is_inherited (said at its tasks, not here), problem
    - departments: the same; the strongest role of its people is that of a department
    - tasks: the same of every task; inherited is what its deliverable or a summary above says
    - findings, the gravest first: signal, code, kind, id, what, due, party_id, party, short,
      message, remedy
    """

    rows: pd.DataFrame = field(repr=False)
    cells: pd.DataFrame = field(repr=False)
    departments: pd.DataFrame = field(repr=False)
    tasks: pd.DataFrame = field(repr=False)
    findings: pd.DataFrame = field(repr=False)

    @property
    def matrix(self) -> pd.DataFrame:
        """The codes, row ids by party ids, what is inherited in brackets; "" is no role."""
        cells, rows = self.cells, pd.MultiIndex.from_frame(self.rows[PLACE])
        code = cells["code"].mask(cells["is_inherited"], "(" + cells["code"] + ")")
        wide = cells.assign(code=code).pivot(index=PLACE, columns="party_id", values="code")
        wide = wide.reindex(index=rows, columns=cells["party_id"].unique()).fillna("")
        return wide.set_axis(pd.Index(self.rows["id"]))

    def __str__(self) -> str:
        n_red = int((self.findings["signal"] == "red").sum())
        return (
            f"{len(self.rows)} deliverables and tasks, {self.cells['party_id'].nunique()} parties "
            f"with a role: {len(self.findings)} findings, {n_red} of them red"
        )

    def _repr_html_(self) -> str:
        told = self.findings[["what", "message", "remedy"]].to_html(index=False, max_rows=20)
        return f"<p>{html.escape(str(self))}</p>{self.matrix.to_html()}{told}"


def responsibility(
    of: Project | Schedule,
    *,
    due_days: int = 14,
    most_responsible: int = 3,
    most_consulted: int = 4,
    most_at_once: int = 3,
) -> Responsibility:
    """The RACI matrix of people and departments by deliverable, and what breaks its rules.

    A task takes each of the four roles from the nearest that states it: itself, its deliverable,
    the summary above, that one's deliverable. A deliverable shows the roles at its tasks: where it
    has no A and its tasks name one alone, that one answers for it; else who answers for a part is
    responsible (R) in the whole. What is stated stands before what is taken over.

    Parameters
    ----------
    due_days
        What is due within so many days of the status date is due soon.
    most_responsible, most_consulted
        More R or C in a row than that is a finding.
    most_at_once
        So is more R of one party at the same time, or more A of what is open.

    Raises
    ------
    ProjectError
        Where a project is given that has no schedule.

    Notes
    -----
    The tables hold one code a party and row, so an A who has hours on the tasks counts as one who
    does them too. What is done is not judged. Rules: PMI, PMBOK Guide, responsibility assignment
    matrix, and common practice.
    """
    plan = schedule(of) if isinstance(of, Project) else of
    project = plan.project
    tasks = project.tasks[project.tasks["id"].isin(plan.tasks["id"])].set_index("id", drop=False)
    delivers = inherited(tasks["deliverable_id"], tasks)
    stated = _stated(project, tasks)
    down = _down(stated, tasks)
    members = _members(plan, delivers)
    items = _items(plan, stated, delivers, members)
    cells = pd.concat([_up(stated, delivers), down.merge(items[PLACE])], ignore_index=True)
    parties = _parties(project, stated)
    cells = _named(cells, items, parties)
    case = Case(plan, items, cells, parties, _booked(project, members))
    found = findings_of(case, due_days, most_responsible, most_consulted, most_at_once)
    every = tasks.reset_index(drop=True).assign(kind="task", due=tasks["deadline"].array)
    return _result(items, cells, _named(down, every, parties), found)


def _stated(project: Project, tasks: pd.DataFrame) -> pd.DataFrame:
    """What the table says of deliverables and active tasks: kind, id, party_id, code."""
    rows = project.responsibilities.rename(columns={"role": "code"})
    is_task = rows["task_id"] != ""
    rows["kind"] = is_task.map({True: "task", False: "deliverable"}).astype("str")
    rows["id"] = rows["deliverable_id"].mask(is_task, rows["task_id"])
    known = {"task": tasks["id"], "deliverable": project.deliverables["id"]}
    there = [rows[(rows["kind"] == kind) & rows["id"].isin(ids)] for kind, ids in known.items()]
    return pd.concat(there, ignore_index=True)[[*KEY, "code"]].drop_duplicates(KEY)


def _combined(own: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """One code a place and party: the stated one, else the strongest that was taken over."""
    rows = pd.concat([own.assign(is_inherited=False), taken.assign(is_inherited=True)])
    rows = rows.assign(rank=rows["code"].map(RANK))
    first = rows.sort_values(["is_inherited", "rank"], kind="stable").drop_duplicates(KEY)
    work = rows[rows["code"].isin(["A", "R"])].groupby(KEY)["code"].nunique()
    is_both = work.reindex(pd.MultiIndex.from_frame(first[KEY])).eq(2).to_numpy()
    code = first["code"].mask(is_both & first["code"].isin(["A", "R"]), "A/R")
    stated = first["code"].mask(first["is_inherited"], "")
    columns = [*KEY, "code", "is_inherited", "stated"]
    return first.assign(code=code, stated=stated)[columns].reset_index(drop=True)


def _up(stated: pd.DataFrame, delivers: pd.Series) -> pd.DataFrame:
    """The cells of the deliverables: their own, and those of their tasks."""
    own, below = (stated[stated["kind"] == kind] for kind in ("deliverable", "task"))
    below = below.assign(id=below["id"].map(delivers).astype("str"), kind="deliverable")
    below = below[below["id"] != ""]
    leads = below[below["code"] == "A"].groupby("id")["party_id"].nunique()
    is_led = below["id"].isin(leads.index[leads == 1])
    is_led &= ~below["id"].isin(own.loc[own["code"] == "A", "id"])
    code = below["code"].mask((below["code"] == "A") & ~is_led, "R")
    return _combined(own, below.assign(code=code))


def _down(stated: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """The cells of every task: of each letter those of the nearest place that states it."""
    said = stated.assign(at=stated["kind"] + ":" + stated["id"])[["at", "party_id", "code"]]
    own, of = "task:" + tasks["id"], "deliverable:" + tasks["deliverable_id"]
    found = []
    for letter in RACI:
        rows = said[said["code"] == letter]
        at = own.where(own.isin(rows["at"]), of.where(of.isin(rows["at"]), ""))
        places = pd.DataFrame({"id": tasks["id"].array, "at": inherited(at, tasks).array})
        found.append(places.merge(rows, on="at"))
    cells = pd.concat(found, ignore_index=True).assign(kind="task")
    is_own = cells["at"] == "task:" + cells["id"]
    return _combined(*(cells.loc[chosen, [*KEY, "code"]] for chosen in (is_own, ~is_own)))


def _members(plan: Schedule, delivers: pd.Series) -> pd.DataFrame:
    """The work behind each deliverable, task and summary: kind, id, task_id."""
    work = plan.tasks.loc[~plan.tasks["kind"].isin(["summary", "level_of_effort"]), "id"]
    above = plan.tasks.set_index("id")["parent_id"]
    up = pd.DataFrame({"kind": "task", "id": work, "task_id": work})
    found = [up.assign(kind="deliverable", id=up["task_id"].map(delivers))]
    while len(up):
        found.append(up)
        up = up.assign(id=up["id"].map(above).fillna(""))
        up = up[up["id"] != ""]
    members = pd.concat(found, ignore_index=True)
    return members[members["id"] != ""]


def _items(
    plan: Schedule, stated: pd.DataFrame, delivers: pd.Series, members: pd.DataFrame
) -> pd.DataFrame:
    """What is judged: deliverables and tasks with roles of their own, and where they stand."""
    tasks = plan.tasks[plan.tasks["id"].isin(stated.loc[stated["kind"] == "task", "id"])]
    tasks = with_baseline(plan, tasks).assign(kind="task")
    tasks["due"] = tasks["deadline"].fillna(tasks["baseline_finish"])
    parts = (plan.project.deliverables.assign(kind="deliverable"), tasks)
    columns = [*PLACE, "name", "due"]
    items = pd.concat([part.sort_values("due", kind="stable")[columns] for part in parts])
    dates = plan.tasks.set_index("id")[["start", "finish", "is_finished"]]
    facts = members.join(dates, on="task_id")
    facts["start"] = facts["start"].mask(facts["is_finished"])
    facts = facts.groupby(PLACE, as_index=False).agg(
        begin=("start", "min"), forecast=("finish", "max"), is_done=("is_finished", "all")
    )
    items = items.merge(facts, how="left", on=PLACE)
    part_of = items["id"].map(delivers).where(items["kind"] == "task")
    return items.assign(
        is_done=items["is_done"].eq(True),
        days_late=days_late(plan, items["due"], items["forecast"]),
        is_part=part_of.isin(plan.project.deliverables["id"]),
    )


def _booked(project: Project, members: pd.DataFrame) -> set[tuple[str, str, str]]:
    """Who has hours on what: kind, id, party_id of people and of their departments."""
    rows = project.assignments
    duration = looked_up(project.tasks.set_index("id")["duration_hours"], rows["task_id"])
    rows = rows[rows["work_hours"].fillna(rows["units"] * duration) > 0]
    pairs = members.merge(rows[["task_id", "resource_id"]], on="task_id")
    pairs = pairs.rename(columns={"resource_id": "party_id"})
    units = pairs["party_id"].map(project.resources.set_index("id")["department_id"])
    both = pd.concat([pairs, pairs.assign(party_id=units)])[KEY]
    return set(both.itertuples(index=False, name=None))


def _parties(project: Project, stated: pd.DataFrame) -> pd.DataFrame:
    """Everybody who may have a role, by department: id, name, kind, department_id, department."""
    units = project.departments
    unknown = pd.DataFrame({"id": stated["party_id"].unique()}, dtype="str")
    tables = (
        project.resources,
        units.assign(kind="department", department_id=units["id"]),
        project.stakeholders.assign(kind="stakeholder"),
        unknown.assign(name=unknown["id"], kind="unknown", department_id=""),
    )
    columns = ["id", "name", "kind", "department_id", "capacity", "calendar_id"]
    rows = pd.concat([each.reindex(columns=columns) for each in tables]).drop_duplicates("id")
    order = rows["department_id"].map({id_: n for n, id_ in enumerate(units["id"])})
    names = looked_up(units.set_index("id")["name"], rows["department_id"]).fillna("")
    rows = rows.assign(order=order, department=names)
    return rows.sort_values("order", kind="stable", ignore_index=True)


def _named(cells: pd.DataFrame, items: pd.DataFrame, parties: pd.DataFrame) -> pd.DataFrame:
    """The cells with the names of their row and party, parties by department."""
    who = parties.reset_index(names="position").rename(columns={"id": "party_id", "name": "party"})
    who = who[["party_id", "party", "department_id", "department", "position"]]
    rows = cells.merge(items[[*PLACE, "name", "due"]], on=PLACE).merge(who, on="party_id")
    return rows.sort_values("position", kind="stable", ignore_index=True)


def _result(
    items: pd.DataFrame, cells: pd.DataFrame, tasks: pd.DataFrame, found: pd.DataFrame
) -> Responsibility:
    told = found.groupby(KEY)["short"].agg(", ".join).rename("problem").reset_index()
    cells = cells.merge(told, how="left", on=KEY).fillna({"problem": ""})
    of_rows = told.loc[told["party_id"] == "", [*PLACE, "problem"]]
    rows = items[~items["is_part"]].merge(of_rows, how="left", on=PLACE).fillna({"problem": ""})
    cells = cells.merge(rows[PLACE], on=PLACE)
    units = cells.assign(
        rank=cells["code"].map(RANK),
        party_id=cells["department_id"],
        party=cells["department"].where(cells["department"] != "", "no department"),
    ).sort_values("rank", kind="stable")
    units = units.drop_duplicates(KEY).sort_values("position", kind="stable", ignore_index=True)
    return Responsibility(rows[ROWS], cells[CELLS], units[CELLS], tasks[CELLS[:-1]], found)
