"""The cheapest way back: which of the permitted changes make a goal as sure as wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import instants_of, minutes_of
from pmtools.decide.comparison import Comparison, compare
from pmtools.decide.recovery.absent import NoRecovery
from pmtools.decide.recovery.evaluation import Chosen, Evaluation, Goal
from pmtools.decide.recovery.levers import KINDS, Lever, Permit, lever_of, levers
from pmtools.decide.recovery.search import Found, Search, Told
from pmtools.decide.scenario import Crash, Scenario
from pmtools.errors import Problem, ProjectError
from pmtools.measure.milestones import names_of
from pmtools.measure.parties import parties
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.project.frames import instant_of
from pmtools.schedule import Schedule, schedule
from pmtools.simulate import Simulation, simulate
from pmtools.simulate.case import Settings
from pmtools.simulate.correlation import USUAL
from pmtools.words import Statement, chance_said, day, money, plain

__all__ = ["KINDS", "Evaluation", "Found", "Goal", "Lever", "NoRecovery", "Permit", "Recovery",
           "lever_of", "levers", "recover"]  # fmt: skip

STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Chances for which the cheapest set is found too, beside the one that is asked for."""
CHECK_SEED = 1_000_003
"""Added to the seed for the trials that check what was found: not those it was chosen by."""


@dataclass(frozen=True, eq=False)
class Recovery:
    """The cheapest ways to reach a goal, and what stands against it.

    - statement: what we recommend, or that it is not needed, or that nothing reaches it
    - options, the cheapest first: option, changes (sentences), n_changes, cost (of the levers),
      chance (checked on fresh trials), low, high (its 95 % interval), p50, p80 (dates), cost_p80,
      n_moved, people, is_proved (nothing cheaper reaches its target), target, bound, is_enough
      (False: nothing reaches the goal, and this comes closest)
    - levers: lever, kind, cost, chance (with it alone), gain, alone on the trials of the search
    - scenarios: by option; best: the recommended one, None where there is none
    - goal, base_chance, target; comparison: of the plan and the options
    """

    statement: Statement
    options: pd.DataFrame
    levers: pd.DataFrame
    scenarios: dict[str, Scenario] = field(repr=False)
    best: Scenario | None
    goal: Goal
    base_chance: float
    target: float
    comparison: Comparison | None = field(repr=False)

    def __str__(self) -> str:
        return str(self.statement)

    @property
    def moved(self) -> pd.DataFrame | CannotSay:
        """What the last option moves, the recommended one: columns of `Comparison.moved`."""
        if self.comparison is None:
            return CannotSay("there is no option: none is needed, or none was found")
        moved = self.comparison.moved
        return moved[moved["scenario"] == [*self.scenarios][-1]]


def recover(
    project: Project | Schedule, *, deadline: Any = None, task_id: str = "",
    confidence: float | None = None, choices: Sequence[Lever] | None = None,
    permit: Permit | None = None, n_trials: int = 1_000, n_checks: int = 10_000, seed: int = 1,
    throughput: pd.DataFrame | None = None, resources: bool = False, time_limit: float = 60.0,
    tell: Told = lambda found: True,
) -> Recovery | NoRecovery:  # fmt: skip
    """The cheapest sets of permitted changes that make a goal as sure as wanted.

    Parameters
    ----------
    deadline, task_id, confidence
        The goal: project (or task) finished by a day with that chance; without them the
        project's (the task's) deadline and its confidence.
    choices, permit
        The levers; without them `levers` finds those that the data allow and `permit` permits.
    n_trials, seed
        Of the search; options are checked on `n_checks` others, with `resources` nobody doing
        more than there is of them.
    time_limit
        Seconds after which the best so far is taken.
    tell
        Is told what is found; stops the search by returning False.

    Returns
    -------
    A Recovery; NoRecovery (a CannotSay) for a finished project, and where no deadline is known or
    the project's own has passed.

    Raises
    ------
    ProjectError
        For a goal in the past, an unknown task, levers that cannot be made.

    Notes
    -----
    Up to 10 levers every set, cheapest first: proved. More: see `search`.
    """
    plan = project if isinstance(project, Schedule) else schedule(project)
    if plan.tasks["is_finished"].all():
        return NoRecovery("the project is finished")
    goal = _goal(plan, deadline, task_id)
    if isinstance(goal, NoRecovery):
        return goal
    target = plan.project.header.confidence if confidence is None else confidence
    found = simulate(plan, n_trials=n_trials, seed=seed, throughput=throughput)
    permit = permit or Permit()
    given = levers(plan, _ranking(plan, found), permit) if choices is None else choices
    settings = Settings(n_trials, seed, USUAL, None, throughput, False, 1)
    evaluation = Evaluation(plan, goal, given, settings)
    base = evaluation.chance(frozenset())
    if base >= target:
        text = f"No change is needed: {_goal_said(goal)} is met with {chance_said(base)}."
        return _recovery(Statement(text, "green"), [], evaluation, target, None)
    kept, last, closest = _searched(evaluation, target, permit, time_limit, tell)
    compared = _checked(plan, evaluation, kept, n_checks, seed, throughput, resources)
    text = _said(evaluation, last, kept, compared) if last.chosen else (
        _said_short(evaluation, last, closest, found))  # fmt: skip
    statement = Statement(text, "amber" if last.chosen else "red")
    return _recovery(statement, kept, evaluation, target, compared)


def _searched(
    evaluation: Evaluation, target: float, permit: Permit, time_limit: float, tell: Told
) -> tuple[list[Found], Found, Found]:  # fmt: skip
    """The options, the set for the target, and where it is not reached the one that is closest."""
    given, base = evaluation.levers, evaluation.chance(frozenset())
    search = Search(
        evaluation, _conflicts(evaluation.plan.project, given), _weaker(given), permit.most_cost,
        time_limit, tell,
    )  # fmt: skip
    steps = [step for step in sorted({*STEPS, target}) if base < step <= target]
    sets = [search.cheapest(step) for step in steps]
    last = sets.pop()
    closest = last if last.chosen else search.closest(target)
    last = closest if closest.is_enough else last
    kept = [*{each.chosen: each for each in [*sets, closest] if each.chosen}.values()]
    return kept, last, closest


def _goal(plan: Schedule, deadline: Any, task_id: str) -> Goal | NoRecovery:
    tasks = plan.project.tasks
    if task_id and task_id not in set(tasks["id"]):
        raise ProjectError([Problem("recover", f'"{plain(task_id)}" is not a task', "",
                                    "Correct the id.")])  # fmt: skip
    due = deadline
    if due is None and task_id:
        due = tasks.set_index("id")["deadline"].get(task_id)
    if due is None:
        due = plan.project.header.deadline
    if due is None or pd.isna(due):
        return NoRecovery("no deadline is known: give one")
    due, status = instant_of(due, "finish"), plan.status_date
    if status is not None and due <= status:
        if deadline is None:
            return NoRecovery(f"the deadline {day(due)} has passed: give one to come")
        raise ProjectError([Problem(
            "recover", f"{day(due)} is not after the status date {day(status)}", "",
            "Choose a day to come.")])  # fmt: skip
    return Goal(due, task_id)


def _goal_said(goal: Goal) -> str:
    return f'task "{plain(goal.task_id)}" by {day(goal.due)}' if goal.task_id else day(goal.due)


def _ranking(plan: Schedule, found: Any) -> list[str]:
    """Open tasks, those that drive the finish most first."""
    if isinstance(found, Simulation):
        tasks = found.tasks.sort_values("cruciality", ascending=False, kind="stable")
        return tasks["task_id"].tolist()
    open_tasks = plan.tasks[~plan.tasks["is_finished"] & (plan.tasks["kind"] == "task")]
    return open_tasks.sort_values("total_float_hours", kind="stable")["id"].tolist()


def _conflicts(project: Project, given: Sequence[Lever]) -> frozenset[tuple[int, int]]:
    """Pairs of levers that contradict each other."""
    pairs = combinations(range(len(given)), 2)
    aspects = [set(each.change.aspects(project)) for each in given]
    return frozenset(
        (a, b)
        for a, b in pairs
        if (aspects[a] & aspects[b] or "drop" in (given[a].change.kind, given[b].change.kind))
        and any(Scenario("", (given[a].change, given[b].change)).conflicts(project))
    )


def _weaker(given: Sequence[Lever]) -> dict[int, Chosen]:
    """Levers that shorten the same task by less."""
    crashes = [(n, each.change) for n, each in enumerate(given) if isinstance(each.change, Crash)]
    return {
        n: frozenset(
            m for m, other in crashes
            if other.task_id == mine.task_id and other.remaining_hours > mine.remaining_hours
        )
        for n, mine in crashes
    }  # fmt: skip


def _alone(evaluation: Evaluation) -> pd.DataFrame:
    base = evaluation.chance(frozenset())
    rows = [
        (each.sentence, each.change.kind, each.price, evaluation.chance(frozenset([n])))
        for n, each in enumerate(evaluation.levers)
    ]
    found = pd.DataFrame(rows, columns=["lever", "kind", "cost", "chance"])
    found = found.astype({"cost": "float64", "chance": "float64"})
    found["gain"] = found["chance"] - base
    return found.sort_values(["gain", "cost"], ascending=[False, True], kind="stable",
                             ignore_index=True)  # fmt: skip


def _checked(
    plan: Schedule, evaluation: Evaluation, kept: Sequence[Found], n_checks: int, seed: int,
    throughput: pd.DataFrame | None, resources: bool,
) -> Comparison | None:  # fmt: skip
    """The options in full, on trials by which they were not chosen."""
    if not kept:
        return None
    chosen = [replace(evaluation.scenario(each.chosen or frozenset()), name=name)
              for name, each in zip(_letters(), kept, strict=False)]  # fmt: skip
    return compare(
        plan, chosen, n_trials=n_checks, seed=seed + CHECK_SEED, throughput=throughput,
        resources=resources, effects=False,
    )  # fmt: skip


def _letters() -> Iterator[str]:
    return (f"Option {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _recovery(
    statement: Statement, kept: Sequence[Found], evaluation: Evaluation, target: float,
    compared: Comparison | None,
) -> Recovery:  # fmt: skip
    goal, project = evaluation.goal, evaluation.plan.project
    rows, scenarios = [], {}
    for name, each in zip(_letters(), kept, strict=False):
        chosen = each.chosen or frozenset()
        scenario = replace(evaluation.scenario(chosen), name=name).renewed(project)
        scenarios[name] = scenario
        assert compared is not None, "there is an option"
        found = compared.rows.set_index("scenario").loc[name]
        chance, low, high = _chance(compared, name, goal)
        rows.append({
            "option": name, "changes": "; ".join(scenario.sentences(project)),
            "n_changes": len(chosen), "cost": each.price, "chance": chance, "low": low,
            "high": high, **found[["finish", "p50", "p80", "cost_p80", "n_moved", "people"]],
            "is_proved": each.is_proved, "target": each.target, "bound": each.bound,
            "is_enough": each.is_enough,
        })  # fmt: skip
    best = [*scenarios.values()][-1] if kept and kept[-1].is_enough and (
        kept[-1].target == target) else None  # fmt: skip
    return Recovery(statement, pd.DataFrame(rows), _alone(evaluation), scenarios, best, goal,
                    evaluation.chance(frozenset()), target, compared)  # fmt: skip


def _chance(compared: Comparison, name: str, goal: Goal) -> tuple[float, float, float]:
    """The chance of the goal, with its 95 % interval (normal approximation, Agresti and Coull)."""
    found, due = compared.simulations[name], int(minutes_of(goal.due))
    if not isinstance(found, Simulation):
        met = float(compared.schedules[name].finish <= goal.due)
        return met, met, met
    finish = found.trials.finish
    if goal.task_id:
        finish = _of_task(compared, name, goal)
    n, hits = len(finish) + 4, int((finish <= due).sum()) + 2
    half = 1.96 * np.sqrt(hits / n * (1 - hits / n) / n)
    return float((finish <= due).mean()), max(0.0, hits / n - half), min(1.0, hits / n + half)


def _of_task(compared: Comparison, name: str, goal: Goal) -> np.ndarray:
    found = compared.simulations[name]
    assert isinstance(found, Simulation), "asked of simulations only"
    case = Evaluation(compared.schedules[name], goal, (), found.settings)
    return case.finishes(frozenset())


def _said(
    evaluation: Evaluation, last: Found, kept: Sequence[Found], compared: Comparison | None
) -> str:  # fmt: skip
    """What is recommended, with the chance that fresh trials give it."""
    assert compared is not None and last.chosen, "there is an option"
    name = [*compared.simulations][len(kept)]
    checked = _chance(compared, name, evaluation.goal)[0]
    chance = chance_said(checked)
    base, wanted = (chance_said(p) for p in (evaluation.chance(frozenset()), last.target))
    project = evaluation.plan.project
    what = "; ".join(evaluation.scenario(last.chosen).sentences(project))
    currency = project.header.currency
    sure = "proved cheapest"
    if not last.is_proved:
        sure = f"best found; nothing is known to cost less than {money(last.bound, currency)}"
    asked = "" if chance == wanted or checked > last.target else f"; {wanted} is wanted"
    return (f"{_goal_said(evaluation.goal)} with {chance} (now {base}{asked}) for "
            f"{money(last.price, currency)}: {what}. It is {sure}.")  # fmt: skip


def _said_short(evaluation: Evaluation, last: Found, closest: Found, found: Any) -> str:
    """That nothing is enough, what binds, and the day that can be had."""
    plan, goal, chosen = evaluation.plan, evaluation.goal, closest.chosen or frozenset()
    wanted, best = chance_said(last.target), chance_said(max(evaluation.known.values()))
    most = f"just below {best}" if best == wanted else best
    why = "" if not isinstance(found, Simulation) else _binding(plan, found)
    until = "no permitted set" if last.is_proved else "no set that was tried"
    then = day(pd.Timestamp(instants_of(evaluation.finish_at(chosen, last.target))))
    price = money(closest.price, plan.project.header.currency)
    helps = "all that helps" if last.is_proved else "the best found"
    with_it = f"With {helps}, for {price}," if chosen else "Nothing helps:"
    return (f"Nothing permitted is enough: {until} makes {_goal_said(goal)} {wanted} sure; "
            f"the best is {most}{why}. {with_it} {then} is {wanted} sure.")  # fmt: skip


def _binding(plan: Schedule, found: Simulation) -> str:
    """The tasks that hold the finish most, and their people."""
    top = found.tasks.sort_values("cruciality", ascending=False).head(3)
    owners = parties(plan.project)["owner_id"].reindex(top["task_id"])
    names = names_of(plan.project.resources, owners)
    said = [
        plain(name, 60) + (f" ({plain(owner, 40)})" if owner else "")
        for name, owner in zip(top["name"], names, strict=True)
    ]
    return f", because of {', '.join(said)}" if said else ""
