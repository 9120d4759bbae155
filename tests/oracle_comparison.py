"""Our dates against an oracle's, network by network: the same, explained by a rule, or not."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from mpxj_oracle import DATES, oracle
from random_networks import network, rules_of

from pmtools.project import Project
from pmtools.schedule import Schedule, schedule

NETWORKS = int(os.environ.get("ORACLE_NETWORKS", "1260"))
"""How many networks of each tool are compared."""
EARLY = {"early_start", "early_finish"}
LATE = {"late_start", "late_finish", "total_float"}
LONG_AGO = pd.Timedelta(weeks=20)
LIMITS = ("SNLT", "FNLT", "MSO", "MFO")
Differences = set[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """A network and both its schedules; `differences` are pairs of task and column."""

    seed: int
    project: Project
    theirs: pd.DataFrame

    @cached_property
    def plan(self) -> Schedule:
        """Our schedule."""
        return schedule(self.project)

    @cached_property
    def ours(self) -> pd.DataFrame:
        """Our rows of the tasks that are compared: what is finished has no dates to come."""
        tasks = self.plan.tasks.rename(columns={"total_float_hours": "total_float"})
        tasks = tasks.set_index("id")
        return tasks[~tasks["is_finished"] & (tasks["kind"] != "summary")]

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """Table `tasks` by id."""
        return self.project.tasks.set_index("id")

    @cached_property
    def links(self) -> pd.DataFrame:
        """Table `links`, and of both tasks whether they are started, finished and unfinished."""
        return self._with_state(self.project.links.copy())

    def _with_state(self, rows: pd.DataFrame) -> pd.DataFrame:
        facts = self.plan.tasks.set_index("id")
        for end in ("predecessor", "successor"):
            for name in ("is_started", "is_finished"):
                rows[f"{end}_{name}"] = rows[f"{end}_id"].isin(facts.index[facts[name]])
        return rows

    @cached_property
    def leaf_links(self) -> pd.DataFrame:
        """Links of tasks, those of a summary as links of all tasks in it."""
        inside = self.tasks.index[self.tasks["parent_id"] == "S"].tolist()
        rows = self.project.links
        rows = rows.assign(from_summary=rows["predecessor_id"] == "S",
                           into_summary=rows["successor_id"] == "S")  # fmt: skip
        for end in ("predecessor_id", "successor_id"):
            leaves = [inside if task == "S" else [task] for task in rows[end]]
            rows = rows.assign(**{end: leaves}).explode(end, ignore_index=True)
        return self._with_state(rows)

    def hours(self, task: str, start: pd.Timestamp, finish: pd.Timestamp) -> float:
        """Working hours of the task's calendar between two instants."""
        calendar = self.plan.calendars[self.tasks.at[task, "calendar_id"]]
        return float(calendar.hours_between(start, finish))

    @cached_property
    def differences(self) -> Differences:
        """Where dates are not the same instant of the task's working time, or floats differ."""
        ours, theirs = self.ours, self.theirs.reindex(self.ours.index)
        calendars = self.tasks["calendar_id"].reindex(ours.index)
        found = {
            (task, name)
            for calendar_id, rows in ours.groupby(calendars).groups.items()
            for name in DATES
            for task, hours in zip(
                rows,
                self.plan.calendars[str(calendar_id)].hours_between(
                    ours.loc[rows, name], theirs.loc[rows, name]
                ),
                strict=True,
            )
            if not abs(hours) < 0.01
        }
        gap = ours["total_float"] - theirs["total_float"]
        return found | {(task, "total_float") for task in gap.index[~(gap.abs() < 0.01)]}


@dataclass(frozen=True)
class Explanation:
    """A rule by which an oracle differs, the reason, and which differences it explains."""

    rule: str
    reason: str
    explains: Callable[[Case], Differences]


@dataclass
class Outcome:
    """How many networks were compared by rule, how many each explanation settled, what is left."""

    compared: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: dict[int, Differences] = field(default_factory=dict)

    values: Counter[str] = field(default_factory=Counter)

    def count(self, case: Case) -> None:
        """Count a network, before any explanation."""
        rules = {"all networks", *rules_of(case.project)}
        self.compared.update(rules)
        self.agreed.update(set() if case.differences else rules)
        count = len(case.ours) * (len(DATES) + 1)
        self.values.update(all=count, same=count - len(case.differences))

    def __str__(self) -> str:
        rows = [f"{self.agreed[rule]:6} of {n:6} agree: {rule}" for rule, n in
            sorted(self.compared.items())]  # fmt: skip
        rows.append("{same:6} of {all:6} agree: dates and floats".format(**self.values))
        rows += [f"{n:6} explained: {rule}" for rule, n in sorted(self.explained.items())]
        left = [f"{seed}: {sorted(found)}" for seed, found in sorted(self.unexplained.items())]
        return "\n".join([*rows, f"{len(left)} unexplained", *left[:20]])


Translation = Callable[[Case], tuple[Project, set[str]]]


def compared(
    scheduling: str, seeds: range, explanations: tuple[Explanation, ...],
    in_other_words: Translation = lambda case: (case.project, set()),
) -> Outcome:  # fmt: skip
    """All networks of these seeds through both schedulers, some translated for the oracle."""
    projects = [network(seed, scheduling) for seed in seeds]
    cases = [Case(*each) for each in zip(seeds, projects, oracle(projects), strict=True)]
    outcome = Outcome()
    for case in cases:
        outcome.count(case)
    cases = told_again([case for case in cases if case.differences], in_other_words, outcome)
    lefts = [_settled(case, explanations, outcome.explained) for case in cases]
    open_cases = after_held([pair for pair in zip(cases, lefts, strict=True) if pair[1]])
    proven = proven_late_dates(
        [(case, left) for case, left in open_cases if _is_late_only(case, left)]
    )
    for case, left in open_cases:
        if left <= proven.get(case.seed, set()):
            outcome.explained["late dates proven by the oracle's own forward pass"] += 1
        else:
            outcome.unexplained[case.seed] = left - proven.get(case.seed, set())
    return outcome


def told_again(cases: list[Case], in_other_words: Translation, outcome: Outcome) -> list[Case]:
    """The same with the oracle's schedule of the translation, where that leaves less to explain."""
    words = [in_other_words(case) for case in cases]
    chosen = [position for position, (_, rules) in enumerate(words) if rules]
    frames = oracle([words[position][0] for position in chosen]) if chosen else []
    found = cases.copy()
    for position, frame in zip(chosen, frames, strict=True):
        case = cases[position]
        at_work = case.ours.index[case.ours["is_started"]]
        starts = ["early_start", "late_start"]
        frame.loc[at_work, starts] = case.theirs.loc[at_work, starts]
        again = replace(case, theirs=frame)
        if len(again.differences) < len(case.differences):
            found[position] = again
            outcome.explained.update(f"{rule}: in other words" for rule in words[position][1])
    return found


def _settled(
    case: Case, explanations: tuple[Explanation, ...], counter: Counter[str]
) -> Differences:
    """What no explanation settles."""
    left = case.differences
    for each in explanations:
        if left and (settled := each.explains(case) & left):
            counter[each.rule] += 1
            left = left - settled
    return left


def after_held(cases: list[tuple[Case, Differences]]) -> list[tuple[Case, Differences]]:
    """What is left where the oracle starts what is as late as possible when we do.

    Early dates of what follows are the same then; of such a task itself, they are still to prove.
    """
    late = [(case, left) for case, left in cases if _moved(case)]
    frames = oracle([_held(case) for case, _ in late]) if late else []
    same = {case.seed: {
            (task, name)
            for task, name in left
            if name in EARLY and task not in _moved(case)
            and (task, name) not in Case(case.seed, case.project, frame).differences
        }
        for (case, left), frame in zip(late, frames, strict=True)
    }  # fmt: skip
    return [(case, left - same.get(case.seed, set())) for case, left in cases]


def _moved(case: Case) -> set[str]:
    """The tasks that we start as late as possible, on their late start."""
    ours = case.ours
    is_late = (case.tasks["constraint"].reindex(ours.index) == "ALAP") & ~ours["is_started"]
    return set(ours.index[is_late & (ours["early_start"] == ours["late_start"])])


def _held(case: Case) -> Project:
    """The network with these tasks held on their start."""
    tasks, is_primavera = case.project.tasks.copy(), case.plan.options.is_work_after_status_date
    mine = tasks["id"].isin(_moved(case))
    tasks.loc[mine, "constraint"] = "MSO" if is_primavera else "SNET"
    tasks.loc[mine, "constraint_date"] = tasks["id"].map(case.ours["early_start"])
    return case.project.replace(tasks=tasks)


def _is_late_only(case: Case, left: Differences) -> bool:
    """Whether only late dates differ, of work that can be moved, with floats that fit."""
    is_microsoft = case.project.header.scheduling == "microsoft_project"
    ours, kind = case.ours, case.project.header.total_float
    for task, name in left:
        row = ours.loc[task]
        finish = case.hours(task, row["early_finish"], row["late_finish"])
        start = case.hours(task, row["early_start"], row["late_start"])
        start = finish if row["is_started"] and is_microsoft else start
        fits = {"start": start, "smallest": min(start, finish)}.get(kind, finish)
        if (
            not (name in LATE or task in _moved(case))
            or (row["is_started"] and is_microsoft and name == "late_start")
            or abs(row["total_float"] - fits) > 0.01
        ):
            return False
    return True


def proven_late_dates(cases: list[tuple[Case, Differences]]) -> dict[int, Differences]:
    """Differences in late dates where ours are right by what a late date is.

    The latest start of a task is the last with which no limit and not the finish of the project is
    passed. So in a copy of the network without anything that holds tasks back, the oracle's own
    forward pass, with the task at our late start, passes none of them; an hour later it does. (A
    minute before it: the start of a shift and the end of the one before are the same to us.)
    """
    pushed = [
        (case, task, later, _pushed(case, task, later))
        for case, left in cases
        for task in sorted({task for task, _ in left})
        for later in (-1 / 60, 1)
    ]
    verdicts: dict[tuple[int, str], list[bool]] = {}
    frames = oracle([project for *_, project in pushed]) if pushed else []
    for (case, task, _, _), frame in zip(pushed, frames, strict=True):
        verdicts.setdefault((case.seed, task), []).append(_is_in_time(case, frame))
    return {
        case.seed: {
            (task, name) for task, name in left if verdicts[case.seed, task] == [True, False]
        }
        for case, left in cases
    }


def _pushed(case: Case, task: str, later: float) -> Project:
    """The network long before it starts, one task held near our late start."""
    tasks = case.project.tasks.copy()
    calendar = case.plan.calendars[case.tasks.at[task, "calendar_id"]]
    is_primavera = case.project.header.scheduling == "primavera_p6"
    row = case.ours.loc[task]
    late = row["late_start"]
    if row["is_started"] and not is_primavera:  # this is when it started: take that of the rest
        late = calendar.add(row["late_finish"], -row["remaining_hours"])
    at = calendar.next_work(calendar.add(late, later))
    mine = tasks["id"] == task
    # MPXJ moves a midnight of Primavera's "start no earlier than" to another hour of that day.
    tasks["constraint"] = np.where(mine, "MSO" if is_primavera else "SNET", "")
    tasks["constraint_date"] = pd.Series(
        [at if each else pd.NaT for each in mine], dtype="datetime64[us]"
    )
    tasks["deadline"] = pd.Series([pd.NaT] * len(tasks), dtype="datetime64[us]")
    ours = case.ours.reindex(tasks["id"])
    is_started = tasks["id"].isin(case.ours.index[case.ours["is_started"]]).to_numpy(bool)
    tasks["duration_hours"] = np.where(is_started, ours["remaining_hours"], tasks["duration_hours"])
    pinned = case.tasks.index[case.tasks["constraint"].isin(["MSO", "MFO"]) & (not is_primavera)]
    links = case.links[  # what must be on a date delays nothing, it is late itself
        ~case.links["predecessor_is_finished"] & ~case.links["successor_is_finished"]
        & ~case.links["predecessor_id"].isin(pinned)
    ]  # fmt: skip
    header = case.project.header
    header = replace(header, start=header.start - LONG_AGO, status_date=None)
    return case.project.replace(
        header=header, tasks=tasks, links=links[case.project.links.columns].reset_index(drop=True),
        progress=None,
    )  # fmt: skip


def _is_in_time(case: Case, frame: pd.DataFrame) -> bool:
    """Whether a schedule of the oracle passes no limit and not the finish of its first one."""
    active = case.ours.index
    end = max(
        case.plan.calendars[case.tasks.at[task, "calendar_id"]].previous_work(finish)
        for name in ("early_finish", "late_finish")  # before what is as late as possible moved
        for task, finish in case.theirs.loc[active, name].items()
    )
    for task in active:
        row, found = case.tasks.loc[task], frame.loc[task]
        limits = [("early_finish", end), ("early_finish", row["deadline"])]
        if row["constraint"] in LIMITS:
            kind = "early_start" if row["constraint"] in ("SNLT", "MSO") else "early_finish"
            limits.append((kind, row["constraint_date"]))
        if any(
            pd.notna(limit) and case.hours(task, limit, found[name]) > 0.01
            for name, limit in limits
        ):
            return False
    return True
