"""Rules on tasks, links, estimates and the references between tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pmtools.check.rules import Case, Hit, rule
from pmtools.errors import ProjectError, nearest
from pmtools.project.schema import TABLES, Column
from pmtools.project.validation import REFUSED_REFERENCES
from pmtools.schedule import schedule

DATED = ("SNET", "SNLT", "FNET", "FNLT", "MSO", "MFO")
LADDER = {"SS", "FF"}
SUGGESTED = 10
WEIGHTS_TOTAL = (1.0, 100.0)


def _unknown(case: Case, table: str, column: Column) -> Iterator[Hit]:
    known = getattr(case.project, column.refers_to)["id"]
    cells = getattr(case.project, table)[column.name]
    if column.kind == "ids":
        cells = cells.str.split(";").explode().str.strip()
    missing = cells[(cells != "") & ~cells.isin(known)]
    words = missing.drop_duplicates()[:SUGGESTED]
    near = {word: nearest(word, known.to_list()) for word in words}
    for position, word in missing.items():
        yield case.row(
            table,
            position,
            f'{column.name.removesuffix("_id")} "{word}" is not in table "{column.refers_to}"',
            f'Add it to table "{column.refers_to}" or correct it{near.get(word, "")}; '
            "until then the row is left out.",
        )


@rule("PM101", "error", "Remove one of these links.")
def the_plan_can_be_scheduled(case: Case) -> Iterator[Hit]:
    """Links do not run in a circle, also not through summaries, so that every task has dates."""
    if case.calendar_problems or case.leaves.empty:
        return
    try:
        schedule(case.project)
    except ProjectError as error:
        for problem in error.problems:
            yield case.table("links", problem.found, problem.remedy)


@rule("PM102", "warning", "Add the task or correct the link.")
def links_join_tasks_of_the_plan(case: Case) -> Iterator[Hit]:
    """Both ends of a link are tasks of the plan; a link without them is left out."""
    for name in ("predecessor_id", "successor_id"):
        yield from _unknown(case, "links", TABLES["links"].column(name))


@rule("PM103", "warning", "Add what is missing or correct the id.")
def rows_name_what_exists(case: Case) -> Iterator[Hit]:
    """A row belongs to a task, resource, deliverable or other thing that is there."""
    for table, schema in TABLES.items():
        for column in schema.columns:
            is_link_end = table == "links" and column.refers_to == "tasks"
            is_refused = (table, column.name) in REFUSED_REFERENCES
            if column.refers_to and not is_link_end and not is_refused:
                yield from _unknown(case, table, column)


@rule("PM104", "warning", "Keep the one that is meant; SS together with FF is the usual pair.")
def two_tasks_are_linked_once(case: Case) -> Iterator[Hit]:
    """Between two tasks there is one link, or a pair of SS and FF."""
    links = case.project.links
    pairs = links.groupby(["predecessor_id", "successor_id"], sort=False)["kind"]
    repeated = links[pairs.transform("size") > 1]
    for (before, after), rows in repeated.groupby(["predecessor_id", "successor_id"], sort=False):
        if set(rows["kind"]) != LADDER:
            yield Hit(
                case.project.place("links", rows.index[-1]),
                f"{case.task(before)} and {case.task(after)} are linked {len(rows)} times, as "
                f"{' and '.join(rows['kind'])}",
                (before, after),
            )


@rule("PM105", "warning", "Link the subtasks instead: dates of a summary come from them.")
def summaries_have_no_links(case: Case) -> Iterator[Hit]:
    """A summary task has no links of its own."""
    links = case.project.links
    ends = pd.concat([links["predecessor_id"], links["successor_id"]])
    linked = _summaries(case)[lambda ids: ids.isin(ends)]
    yield from case.tasks(linked, "with links", "summary")


@rule("PM106", "warning", "Assign people to the subtasks.")
def summaries_have_no_assignments(case: Case) -> Iterator[Hit]:
    """A summary task has no people or material of its own."""
    assigned = _summaries(case)[lambda ids: ids.isin(case.project.assignments["task_id"])]
    yield from case.tasks(assigned, "with resources", "summary")


@rule("PM107", "info", "It is not used: the subtasks give the duration.")
def summaries_have_no_duration(case: Case) -> Iterator[Hit]:
    """A summary has no duration of its own, unless a tool that always writes one wrote it."""
    tasks = case.project.tasks
    if case.project.header.scheduling != "microsoft_project":
        timed = _summaries(case)[tasks["duration_hours"] > 0]
        yield from case.tasks(timed, "with a duration", "summary")


@rule("PM108", "warning", "Make it a summary, or give the subtasks another parent.")
def only_summaries_have_subtasks(case: Case) -> Iterator[Hit]:
    """A task with subtasks is a summary."""
    tasks = case.project.tasks
    wrong = tasks["id"].isin(tasks["parent_id"]) & (tasks["kind"] != "summary")
    yield from case.tasks(tasks["id"][wrong], "with subtasks but of another kind than summary")


@rule("PM109", "warning", "Add its subtasks, or make it a task.")
def summaries_have_subtasks(case: Case) -> Iterator[Hit]:
    """A summary has at least one subtask."""
    tasks = case.project.tasks
    empty = (tasks["kind"] == "summary") & ~tasks["id"].isin(tasks["parent_id"])
    yield from case.tasks(tasks["id"][empty], "without subtasks", "summary")


@rule("PM110", "warning", "Set the duration to 0, or make it a task.")
def milestones_take_no_time(case: Case) -> Iterator[Hit]:
    """A milestone has no duration."""
    tasks = case.project.tasks
    timed = (tasks["kind"] == "milestone") & (tasks["duration_hours"] > 0)
    yield from case.tasks(tasks["id"][timed], "with a duration", "milestone")


@rule("PM111", "warning", "Estimate the duration; without one the task counts as taking no time.")
def tasks_have_a_duration(case: Case) -> Iterator[Hit]:
    """A task that is neither milestone nor summary, and not finished, has a duration."""
    leaves, known = case.leaves, case.progress
    finished = known["task_id"][known["actual_finish"].notna()]
    untimed = (leaves["kind"] == "task") & ~(leaves["duration_hours"] > 0)
    yield from case.tasks(leaves["id"][untimed & ~leaves["id"].isin(finished)], "without duration")


@rule("PM112", "warning", "Name the one person who answers for it.")
def tasks_have_an_owner(case: Case) -> Iterator[Hit]:
    """Someone answers for every task: an owner, or at least an assigned resource."""
    leaves = case.leaves
    assigned = leaves["id"].isin(case.project.assignments["task_id"])
    orphans = leaves[(leaves["owner_id"] == "") & ~assigned & (leaves["kind"] != "milestone")]
    yield from case.tasks(orphans["id"], "without owner")


@rule("PM113", "warning", "Link it to what must come before and to what waits for it.")
def tasks_are_linked(case: Case) -> Iterator[Hit]:
    """A task has a predecessor or a successor, by itself or through its summary."""
    leaves, links = case.leaves, case.project.links
    if len(leaves) < 2:
        return
    linked = {*links["predecessor_id"], *links["successor_id"]}
    tasks = case.project.tasks
    parent = dict(zip(tasks["id"], tasks["parent_id"], strict=True))
    loose = []
    for start in leaves["id"][leaves["kind"] != "level_of_effort"]:
        here = start
        while here and here not in linked:
            here = parent.get(here, "")
        if not here:
            loose.append(start)
    yield from case.tasks(loose, "without any link")


@rule("PM114", "warning", "Correct the deadline.")
def deadlines_can_be_met(case: Case) -> Iterator[Hit]:
    """A deadline is not before the start of the project, nor of the task's own work."""
    tasks, header = case.project.tasks, case.project.header
    if header.deadline is not None and header.deadline < header.start:
        yield case.table(
            "header", f"the deadline {header.deadline:%Y-%m-%d} is before the project starts"
        )
    begun = case.progress.set_index("task_id")["actual_start"]
    start = begun.reindex(tasks["id"]).reset_index(drop=True).fillna(header.start)
    yield from case.rows(
        "tasks",
        tasks["deadline"] < start.clip(lower=header.start),
        lambda row: (
            f"{case.task(row['id'])} has its deadline on {row['deadline']:%Y-%m-%d}, "
            "before it starts"
        ),
    )


@rule("PM115", "warning", "Give the constraint a date, or remove it; until then it has no effect.")
def constraints_have_a_date(case: Case) -> Iterator[Hit]:
    """A constraint other than ASAP and ALAP says when."""
    tasks = case.project.tasks
    yield from case.rows(
        "tasks",
        tasks["constraint"].isin(DATED) & tasks["constraint_date"].isna(),
        lambda row: f"{case.task(row['id'])} has constraint {row['constraint']} without a date",
    )


@rule("PM116", "warning", "Say which constraint the date belongs to, or remove the date.")
def constraint_dates_have_a_constraint(case: Case) -> Iterator[Hit]:
    """A constraint date stands beside a constraint that uses it."""
    tasks = case.project.tasks
    yield from case.rows(
        "tasks",
        ~tasks["constraint"].isin(DATED) & tasks["constraint_date"].notna(),
        lambda row: f"{case.task(row['id'])} has a constraint date but no constraint that uses it",
    )


@rule("PM117", "error", "Put the three in order: optimistic, most likely, pessimistic.")
def estimates_are_in_order(case: Case) -> Iterator[Hit]:
    """Optimistic is at most most likely, most likely at most pessimistic."""
    rows = case.project.estimates
    low, mode, high = (rows[f"{n}_hours"] for n in ("optimistic", "most_likely", "pessimistic"))
    yield from case.rows(
        "estimates",
        (low > mode) | (mode > high) | (low > high),
        lambda row: (
            f"{case.task(row['task_id'])} is estimated at {row['optimistic_hours']:g}, "
            f"{row['most_likely_hours']:g} and {row['pessimistic_hours']:g} hours"
        ),
    )


@rule("PM118", "error", "Correct the weights, as shares of 1 or of 100.")
def weights_add_up(case: Case) -> Iterator[Hit]:
    """The weighted milestones of a task add up to 1, or to 100 percent."""
    rows = case.project.ev_milestones
    for task_id, total in rows.groupby("task_id", sort=False)["weight"].sum().items():
        if not np.isclose(total, WEIGHTS_TOTAL, atol=1e-6).any():
            first = rows.index[rows["task_id"] == task_id][0]
            message = f"the weighted milestones of {case.task(task_id)} add up to {total:g}"
            yield case.row("ev_milestones", first, message)


@rule("PM119", "warning", 'Add its milestones to table "ev_milestones", or choose another method.')
def weighted_tasks_have_milestones(case: Case) -> Iterator[Hit]:
    """A task that earns by weighted milestones has some."""
    leaves = case.leaves
    weighted = leaves["id"][leaves["ev_method"] == "weighted_milestones"]
    yield from case.tasks(
        weighted[~weighted.isin(case.project.ev_milestones["task_id"])],
        "without the weighted milestones by which progress is earned",
    )


@rule("PM120", "error", "Give it shifts, or correct its exceptions.")
def calendars_have_working_time(case: Case) -> Iterator[Hit]:
    """A calendar that is used has working time, and never none for years."""
    for problem in case.calendar_problems:
        yield case.table("calendars", f"{problem.place}: {problem.found}", problem.remedy)


def _summaries(case: Case) -> pd.Series:
    tasks = case.project.tasks
    return tasks["id"][tasks["kind"] == "summary"]
