"""A scenario in the making: what a panel does, without its controls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pmtools.decide.live import Live
from pmtools.decide.scenario import Scenario, read_scenarios, write_scenarios
from pmtools.decide.scenario.change import Change
from pmtools.decide.signals import chance_signal
from pmtools.errors import PmtoolsError
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.simulate import Simulation
from pmtools.words import Statement, chance_said, day, money, percent, plain

State = tuple[tuple[Change, ...], float]


class Draft:
    """Changes of a plan that are tried, undone, named, saved and loaded.

    What cannot be is not taken: `said` tells why, in words. Steps of one control that follow each
    other are undone as one.
    """

    def __init__(self, plan: Schedule, live: Live, path: str = "") -> None:
        self.plan, self.live, self.path = plan, live, path
        self.changes: tuple[Change, ...] = ()
        self.confidence = plan.project.header.confidence
        self.outcome = self.base = live.outcome(())
        self.said = ""
        self._past: list[tuple[str, State]] = []

    def find(self, kinds: Sequence[str], key: str) -> Change | None:
        """The change of one of these kinds that is about a task, a risk or ("") the project."""
        return next((c for c in self.changes if c.kind in kinds and _about(c) == key), None)

    def put(self, kinds: Sequence[str], key: str, change: Change | None) -> None:
        """Have this change, or none, in place of `find`'s."""
        old = self.find(kinds, key)
        if change == old:
            return
        rest = [change if c is old else c for c in self.changes] if old else [*self.changes, change]
        self._take(f"{kinds[0]} {key}", (tuple(c for c in rest if c is not None), self.confidence))

    def wish(self, confidence: float) -> None:
        """Look at dates and costs with this chance."""
        self._take("confidence", (self.changes, confidence))

    def undo(self) -> None:
        """Back to what was before the last step."""
        if self._past:
            _, (self.changes, self.confidence) = self._past.pop()
            self.outcome, self.said = self.live.outcome(self.changes), "Undone."
        else:
            self.said = "There is nothing to undo."

    def reset(self) -> None:
        """Back to the plan as it is."""
        self._take("reset", ((), self.plan.project.header.confidence))

    def use(self, scenario: Scenario) -> None:
        """Have all changes of a scenario, and no others."""
        problems = [str(each) for each in scenario.problems(self.plan.project)]
        self.said = " ".join(problems)
        if not problems:
            self._take(f"use {scenario.name}", (scenario.changes, self.confidence))

    def scenario(self, name: str) -> Scenario:
        """The changes under a name, for this snapshot."""
        return Scenario(name.strip() or "Scenario", self.changes).renewed(self.plan.project)

    def saved(self) -> tuple[Scenario, ...]:
        """The scenarios of the file; none where there is none."""
        try:
            return read_scenarios(self.path) if self.path and Path(self.path).exists() else ()
        except PmtoolsError as error:
            self.said = plain(error, 500)
            return ()

    def save(self, name: str) -> None:
        """Write the scenario to the file, in place of one of that name."""
        mine = self.scenario(name)
        self.said = ""
        others = [each for each in self.saved() if each.name != mine.name]
        if not self.said and self._write([*others, mine], self.path):
            self.said = f'"{plain(mine.name, 60)}" is saved in {self.path}.'

    def load(self, name: str) -> None:
        """Have the scenario of that name in the file."""
        found = next((each for each in self.saved() if each.name == name), None)
        if found is not None:
            self.use(found)
        told = f'"{plain(name, 60)}" is loaded.' if found else "Choose a scenario of the file."
        self.said = self.said or told

    def parameter(self, name: str) -> str:
        """Write the scenario to a file of its own; what papermill is to be told of it."""
        path = str(Path(self.path or "scenarios.yml").with_suffix("")) + "-report.yml"
        if not self._write([self.scenario(name)], path):
            return ""
        self.said = f"Add this to the command that runs the report: -p scenario {path}"
        return f"-p scenario {path}"

    def _write(self, scenarios: Sequence[Scenario], path: str) -> bool:
        try:
            if not path:
                raise OSError("no file is named: call the panel with path=")
            write_scenarios(scenarios, path)
        except (OSError, PmtoolsError) as error:
            self.said = f"It cannot be saved: {plain(error, 300)}"
            return False
        return True

    def _take(self, step: str, new: State) -> None:
        old: State = (self.changes, self.confidence)
        if new == old:
            return
        try:
            self.outcome = self.live.outcome(new[0])
        except PmtoolsError as error:
            self.said = f"Not possible: {plain(error, 500)}"
            return
        if not self._past or self._past[-1][0] != step:
            self._past.append((step, old))
        (self.changes, self.confidence), self.said = new, ""

    @property
    def statement(self) -> Statement:
        """Finish and cost with the chance that is wished, against the plan as it is."""
        now, was = self.outcome, self.base
        header, sure = self.plan.project.header, percent(100 * self.confidence)
        if not (isinstance(now.simulation, Simulation) and isinstance(was.simulation, Simulation)):
            return Statement(f"Planned for {day(now.finish)}, as planned {day(was.finish)}", "info")
        found, base = now.simulation, was.simulation
        at, before = found.finish_at(self.confidence), base.finish_at(self.confidence)
        said = f"{sure} safe is {day(at)} (as planned {day(before)})"
        cost, usual = found.cost_at(self.confidence), base.cost_at(self.confidence)
        if not (isinstance(cost, CannotSay) or isinstance(usual, CannotSay)):
            said += f", at {money(cost, header.currency)} (as planned "
            said += f"{money(usual, header.currency)})"
        due = found.plan.project.header.deadline
        chance = found.chance(finish=due) if due is not None else CannotSay("no deadline is set")
        if isinstance(chance, CannotSay):
            return Statement(f"{said}; {chance.reason}.", "info")
        said += f"; the deadline of {day(due)} has a chance of {chance_said(chance)}."
        return Statement(said, chance_signal(chance, self.confidence))

    @property
    def goals(self) -> pd.DataFrame:
        """goal, due, amount, before, chance: of each goal as planned, and with the changes."""
        found, base = self.outcome.simulation, self.base.simulation
        if not (isinstance(found, Simulation) and isinstance(base, Simulation)):
            return pd.DataFrame(columns=["goal", "due", "amount", "before", "chance"])
        before = base.goals.drop_duplicates("goal").set_index("goal")["chance"]
        return found.goals.assign(before=found.goals["goal"].map(before))


def _about(change: Change) -> str:
    tasks = getattr(change, "task_ids", ())
    return str(tasks[0] if tasks else getattr(change, "risk_id", getattr(change, "task_id", "")))
