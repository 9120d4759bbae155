"""Rules on tasks, links, estimates and the references between tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from pmtools.check.rules import Case, Hit, Rule, rule
from pmtools.errors import ProjectError
from pmtools.project.schema import TABLES
from pmtools.project.validation import REFUSED_REFERENCES, unknown_references
from pmtools.schedule import schedule

DATED = ("SNET", "SNLT", "FNET", "FNLT", "MSO", "MFO")
LADDER = {"SS", "FF"}
WEIGHTS_TOTAL = (1.0, 100.0)


def _linked(case: Case) -> set[str]:
    return {*case.project.links["predecessor_id"], *case.project.links["successor_id"]}


def _loose(case: Case) -> Iterator[str]:
    """Tasks that are linked neither themselves nor by a summary above them."""
    linked, tasks = _linked(case), case.project.tasks
    parent = dict(zip(tasks["id"], tasks["parent_id"], strict=True))
    for start in case.leaves["id"][case.leaves["kind"] != "level_of_effort"]:
        here = start
        while here and here not in linked:
            here = parent.get(here, "")
        if not here and len(case.leaves) > 1:
            yield start


def _untimed(case: Case) -> pd.Series:
    finished = case.progress["task_id"][case.progress["actual_finish"].notna()]
    untimed = (case.leaves["kind"] == "task") & ~(case.leaves["duration_hours"] > 0)
    return case.leaves["id"][untimed & ~case.leaves["id"].isin(finished)]


def _without_owner(case: Case) -> pd.Series:
    leaves, assigned = case.leaves, case.project.assignments["task_id"]
    orphans = leaves[(leaves["owner_id"] == "") & ~leaves["id"].isin(assigned)]
    return orphans["id"][orphans["kind"] != "milestone"]


def _without_milestones(case: Case) -> pd.Series:
    weighted = case.leaves["id"][case.leaves["ev_method"] == "weighted_milestones"]
    return weighted[~weighted.isin(case.project.ev_milestones["task_id"])]


def _parents(case: Case, *, of_kind: bool, above: bool) -> pd.Series:
    tasks = case.project.tasks
    is_parent, is_summary = tasks["id"].isin(tasks["parent_id"]), tasks["kind"] == "summary"
    return tasks["id"][(is_summary == of_kind) & (is_parent == above)]


def _unordered(case: Case) -> pd.DataFrame:
    rows = case.project.estimates
    low, mode, high = (rows[f"{n}_hours"] for n in ("optimistic", "most_likely", "pessimistic"))
    return rows[(low > mode) | (mode > high) | (low > high)]


def _wrong_totals(case: Case) -> pd.DataFrame:
    rows = case.project.ev_milestones
    totals = rows.assign(total=rows.groupby("task_id")["weight"].transform("sum"))
    near = np.isclose(totals[["total"]], WEIGHTS_TOTAL, atol=1e-6).any(axis=1)
    return totals[~near & ~totals["task_id"].duplicated()]


# fmt: off
RULES = (
    Rule("PM105", "warning", "summary", "A summary task has no links of its own.", "with links",
        "Link the subtasks instead: dates of a summary come from them.",
        lambda c: c.summaries["id"][c.summaries["id"].isin(_linked(c))]),
    Rule("PM106", "warning", "summary", "A summary task has no people or material of its own.",
        "with resources", "Assign people to the subtasks.",
        lambda c: c.summaries["id"][c.summaries["id"].isin(c.project.assignments["task_id"])]),
    Rule("PM107", "info", "summary",
        "A summary has no duration of its own, unless a tool that always writes one wrote it.",
        "with a duration", "It is not used: the subtasks give the duration.",
        lambda c: () if c.project.header.scheduling == "microsoft_project" else
            c.summaries["id"][c.summaries["duration_hours"] > 0]),
    Rule("PM108", "warning", "task", "A task with subtasks is a summary.",
        "with subtasks but of another kind than summary",
        "Make it a summary, or give the subtasks another parent.",
        lambda c: _parents(c, of_kind=False, above=True)),
    Rule("PM109", "warning", "summary", "A summary has at least one subtask.", "without subtasks",
        "Add its subtasks, or make it a task.",
        lambda c: _parents(c, of_kind=True, above=False)),
    Rule("PM110", "warning", "milestone", "A milestone has no duration.", "with a duration",
        "Set the duration to 0, or make it a task.",
        lambda c: c.project.tasks[lambda t: (t["kind"] == "milestone")
            & (t["duration_hours"] > 0)]["id"]),
    Rule("PM111", "warning", "task",
        "A task that is neither milestone nor summary, and not finished, has a duration.",
        "without duration",
        "Estimate the duration; without one the task counts as taking no time.", _untimed),
    Rule("PM112", "warning", "task",
        "Someone answers for every task: an owner, or at least an assigned resource.",
        "without owner", "Name the one person who answers for it.", _without_owner),
    Rule("PM113", "warning", "task",
        "A task has a predecessor or a successor, by itself or through its summary.",
        "without any link", "Link it to what must come before and to what waits for it.", _loose),
    Rule("PM115", "warning", "tasks", "A constraint other than ASAP and ALAP says when.",
        "{task} has constraint {constraint} without a date",
        "Give the constraint a date, or remove it; until then it has no effect.",
        lambda c: c.project.tasks[lambda t: t["constraint"].isin(DATED)
            & t["constraint_date"].isna()]),
    Rule("PM116", "warning", "tasks",
        "A constraint date stands beside a constraint that uses it.",
        "{task} has a constraint date but no constraint that uses it",
        "Say which constraint the date belongs to, or remove the date.",
        lambda c: c.project.tasks[lambda t: ~t["constraint"].isin(DATED)
            & t["constraint_date"].notna()]),
    Rule("PM117", "error", "estimates",
        "Optimistic is at most most likely, most likely at most pessimistic.",
        "{task} is estimated at {optimistic_hours:g}, {most_likely_hours:g} and "
        "{pessimistic_hours:g} hours",
        "Put the three in order: optimistic, most likely, pessimistic.", _unordered),
    Rule("PM121", "error", "estimates", "A range has both ends.",
        "{task} has a range with one end only",
        "Give the optimistic and the pessimistic hours, or an estimate class.",
        lambda c: c.project.estimates[lambda e: e["optimistic_hours"].isna()
            != e["pessimistic_hours"].isna()]),
    Rule("PM118", "error", "ev_milestones",
        "The weighted milestones of a task add up to 1, or to 100 percent.",
        "the weighted milestones of {task} add up to {total:g}",
        "Correct the weights, as shares of 1 or of 100.", _wrong_totals),
    Rule("PM119", "warning", "task", "A task that earns by weighted milestones has some.",
        "without the weighted milestones by which progress is earned",
        'Add its milestones to table "ev_milestones", or choose another method.',
        _without_milestones),
)
# fmt: on


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


def _unknown(case: Case, columns: Iterable[tuple[str, str]]) -> Iterator[Hit]:
    for table, name in columns:
        column = TABLES[table].column(name)
        what, target = name.removesuffix("_id"), f'table "{column.refers_to}"'
        for position, word, near in unknown_references(case.project, table, column):
            remedy = f"Add it to {target} or correct it{near}; until then the row is left out."
            yield case.row(table, position, f'{what} "{word}" is not in {target}', remedy)


ENDS = (("links", "predecessor_id"), ("links", "successor_id"))


@rule("PM102", "warning", "Add the task or correct the link.")
def links_join_tasks_of_the_plan(case: Case) -> Iterator[Hit]:
    """Both ends of a link are tasks of the plan; a link without them is left out."""
    return _unknown(case, ENDS)


@rule("PM103", "warning", "Add what is missing or correct the id.")
def rows_name_what_exists(case: Case) -> Iterator[Hit]:
    """A row belongs to a task, resource, deliverable or other thing that is there."""
    references = ((t, c.name) for t, s in TABLES.items() for c in s.columns if c.refers_to)
    return _unknown(case, (r for r in references if r not in (*REFUSED_REFERENCES, *ENDS)))


@rule("PM104", "warning", "Keep the one that is meant; SS together with FF is the usual pair.")
def two_tasks_are_linked_once(case: Case) -> Iterator[Hit]:
    """Between two tasks there is one link, or a pair of SS and FF."""
    ends = ["predecessor_id", "successor_id"]
    links = case.project.links
    repeated = links[links.duplicated(ends, keep=False)]
    for (before, after), rows in repeated.groupby(ends, sort=False):
        if set(rows["kind"]) != LADDER:
            kinds = " and ".join(rows["kind"])
            pair = f"{case.task(before)} and {case.task(after)}"
            yield Hit(
                case.project.place("links", rows.index[-1]),
                f"{pair} are linked {len(rows)} times, as {kinds}",
                (before, after),
            )


@rule("PM114", "warning", "Correct the deadline.")
def deadlines_can_be_met(case: Case) -> Iterator[Hit]:
    """A deadline is not before the start of the project."""
    # Work that begins or ends after its deadline is late: that is a fact, not a wrong date.
    tasks, header = case.project.tasks, case.project.header
    if header.deadline is not None and header.deadline < header.start:
        said = f"the deadline {header.deadline:%Y-%m-%d} is before the project starts"
        yield case.table("header", said)
    said = "{task} has its deadline on {deadline:%Y-%m-%d}, before the project starts"
    yield from case.rows("tasks", tasks[tasks["deadline"] < header.start], said)


@rule("PM120", "error", "Give it shifts, or correct its exceptions.")
def calendars_have_working_time(case: Case) -> Iterator[Hit]:
    """A calendar that is used has working time, and never none for years."""
    for problem in case.calendar_problems:
        yield case.table("calendars", f"{problem.place}: {problem.found}", problem.remedy)
