"""The panel of `scenarios.ipynb`: try changes of a plan, and find the cheapest way back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from pmtools.decide.live import Live
from pmtools.decide.recovery import Found, Recovery, recover
from pmtools.decide.scenario import AddPerson, Crash, Drop, MoveDeadline, Overtime
from pmtools.decide.scenario.terms import Accept, Mitigate
from pmtools.errors import PmtoolsError
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.simulate import Simulation
from pmtools.tables import table
from pmtools.widgets import scenario_chart
from pmtools.widgets.draft import Draft
from pmtools.widgets.live_chart import live_chart
from pmtools.widgets.shown import Panel, choice, grid, html_table, sentence, slider
from pmtools.words import Statement, chance_said, day, money, plain

RESPONSES = {"As it is": None, "Carried out": Mitigate, "Accepted": Accept}
WEEKS = range(-8, 27)


def panel_scenario(
    plan: Project | Schedule, *, throughput: pd.DataFrame | None = None, n_trials: int = 1_000,
    seed: int = 1, path: str = "",
) -> Panel | Statement:  # fmt: skip
    """Sliders and choices for the changes of a plan, and what they do to finish, cost and goals.

    Parameters
    ----------
    plan
        The project, or its schedule.
    throughput, n_trials, seed
        As `simulate` takes them: each step is tried on the same trials.
    path
        The YAML file in which scenarios are saved, and from which they are loaded.

    Returns
    -------
    A panel for JupyterLab; without anybody in front of it, it shows the plan as it is.
    A Statement for a finished project.
    """
    plan = plan if isinstance(plan, Schedule) else schedule(plan)
    if plan.tasks["is_finished"].all():
        return Statement("There is nothing to change: the project is finished.", "unknown")
    live = Live(plan, n_trials=n_trials, seed=seed, throughput=throughput)
    return ScenarioPanel(Draft(plan, live, path))


class ScenarioPanel(Panel):
    """The controls of a `Draft`, and what is shown of it."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.plan, self.stop = draft, draft.plan, threading.Event()
        tasks = self.plan.tasks
        open_ = tasks[~tasks["is_finished"] & (tasks["kind"] == "task")]
        found = draft.base.simulation
        order = found.tasks["task_id"].tolist() if isinstance(found, Simulation) else []
        known = dict(zip(open_["id"], open_["name"], strict=True))
        self.ids = [each for each in order if each in known]
        self.ids += [each for each in known if each not in set(self.ids)]
        self.names = {each: plain(f"{known[each]} ({each})", 70) for each in self.ids}
        self.left = (open_.set_index("id")["remaining_hours"]).to_dict()

    def static(self) -> tuple[Any, ...]:
        """The statement, the goals and the chart, as they are now."""
        return self.draft.statement, self._goals(), scenario_chart.chart(self.draft, is_static=True)

    def _goals(self) -> Any:
        columns = {
            "goal": ("Goal", "text"),
            "due": ("Until", "date"),
            "amount": ("Budget", "money"),
            "before": ("As planned", "chance"),
            "chance": ("With the changes", "chance"),
        }
        currency = self.plan.project.header.currency
        return table(self.draft.goals, columns, title="Chance of each goal", currency=currency,
                     empty="There is no goal, no deadline and no budget.")  # fmt: skip

    def build(self) -> Any:
        """The widget."""
        import ipywidgets as w

        header, days = self.plan.project.header, self._deadlines()
        people = self.plan.project.resources
        people = people[people["kind"].isin(["person", "role"])]
        who = [("Nobody", "")] + [(plain(n, 50), i) for i, n in zip(people["id"], people["name"],
                                                                     strict=True)]  # fmt: skip
        rows = self.plan.project.register
        risks = rows[(rows["kind"] == "risk") & (rows["status"] == "open")]
        asked = [(plain(t, 60), i) for i, t in zip(risks["id"], risks["title"], strict=True)]
        self.at = {
            "deadline": slider(w, "Deadline", days, header.deadline or ""),
            "confidence": w.IntSlider(round(100 * header.confidence), 50, 95, 5),
            "task": choice(w, "Task", [(n, i) for i, n in self.names.items()]),
            "estimate": w.FloatSlider(step=0.5, readout_format=".1f"),
            "overtime": w.FloatSlider(0, min=0, max=4, step=0.5, readout_format=".1f"),
            "person": choice(w, "Add a person", who),
            "scope": w.Checkbox(False, description="Leave this task out", indent=False),
            "risk": choice(w, "Risk", asked),
            "response": choice(w, "Its response", [*RESPONSES]),
        }
        labels = {"confidence": "Confidence, %", "estimate": "Remaining, days",
                  "overtime": "Overtime, hours a day"}  # fmt: skip
        for name, control in self.at.items():
            control.description = labels.get(name, control.description)
            control.observe(partial(self._moved, name), "value")
        self.at["risk"].disabled = self.at["response"].disabled = not asked
        self.goals, self.changes, self.said, self.progress = (w.HTML() for _ in range(4))
        self.is_syncing = False
        acts = self._acts(w)
        self.chart = live_chart(
            scenario_chart.chart(self.draft), scenario_chart.rows(self.draft), ""
        )
        self._show()
        return grid(w, [*self.at.values()], acts,
                    [self.said, self.changes, self.goals, self.chart])  # fmt: skip

    def _acts(self, w: Any) -> list[Any]:
        """What is done with the scenario: buttons, its name, the file."""
        draft = self.draft
        self.text = {"name": w.Text("My scenario", description="Name"),
                     "saved": choice(w, "Saved", [])}  # fmt: skip
        self.line = w.Text(description="For the report")
        does: dict[str, Callable[[], Any]] = {
            "Undo": draft.undo, "Reset": draft.reset,
            "Save": lambda: draft.save(self.text["name"].value),
            "Load": lambda: draft.load(self.text["saved"].value or ""),
            "Use in the report": self._use_in_report,
        }  # fmt: skip
        find, stop = "Find the cheapest way back", "Stop"
        self.buttons = b = {
            label: w.Button(description=label, tooltip=label) for label in (*does, find, stop)
        }
        for label, act in does.items():
            b[label].on_click(partial(self._act, act))
        b[find].on_click(self._find)
        b[stop].on_click(lambda _: self.stop.set())
        b[stop].disabled = True
        pairs = [(self.text["name"], b["Save"]), (self.text["saved"], b["Load"]),
                 (self.line, b["Use in the report"]), (b[find], b[stop])]  # fmt: skip
        rows = [w.HBox(each) for each in ((b["Undo"], b["Reset"]), *pairs)]
        return [*rows, self.progress]

    def _deadlines(self) -> list[tuple[str, Any]]:
        due = self.plan.project.header.deadline
        middle = due if due is not None else self.draft.base.finish
        since = self.plan.status_date or self.plan.start
        found = [middle + pd.Timedelta(weeks=n) for n in WEEKS]
        options = [(day(each), each) for each in found if each > since or each == due]
        return options if due is not None else [("None", ""), *options]

    def _act(self, act: Callable[[], Any], _: object = None) -> None:
        act()
        self._show()

    def _use_in_report(self) -> None:
        self.line.value = self.draft.parameter(self.text["name"].value)

    def _moved(self, name: str, event: Any) -> None:
        """A control was moved: have its change, or that of the task or risk now looked at."""
        if self.is_syncing:
            return
        value, draft = event["new"], self.draft
        task, risk = self.at["task"].value or "", self.at["risk"].value or ""
        if name == "confidence":
            draft.wish(value / 100)
        elif name == "deadline":
            is_same = not value or value == self.plan.project.header.deadline
            draft.put(["move_deadline"], "", None if is_same else MoveDeadline(value))
        elif name == "estimate":
            hours = value * self.plan.project.header.hours_per_day
            is_same = abs(hours - self.left[task]) < 0.01
            draft.put(["crash"], task, None if is_same else Crash(task, hours))
        elif name == "overtime":
            draft.put(["overtime"], task, self._overtime(task, value) if value else None)
        elif name == "person":
            draft.put(["add_person"], task, AddPerson(value, (task,)) if value else None)
        elif name == "scope":
            draft.put(["drop"], task, Drop((task,)) if value else None)
        elif name == "response":
            kind = RESPONSES[value]
            draft.put(["mitigate", "accept"], risk, kind(risk) if kind else None)
        self._show()

    def _overtime(self, task: str, hours: float) -> Overtime:
        """From the day after the status date, while the task lasts in the plan; at most a year."""
        row = self.plan.tasks.set_index("id").loc[task]
        since = (self.plan.status_date or self.plan.start).normalize() + pd.Timedelta(days=1)
        first = max(since, row["start"].normalize())
        last = min(max(first, row["finish"].normalize()), first + pd.Timedelta(days=365))
        return Overtime((task,), first, last, hours)

    def _show(self) -> None:
        """What the draft is now: in the controls, in words and in the chart."""
        draft, at = self.draft, self.at
        task, risk = at["task"].value or "", at["risk"].value or ""
        self.is_syncing = True
        crash, late = draft.find(["crash"], task), draft.find(["overtime"], task)
        person, due = draft.find(["add_person"], task), draft.find(["move_deadline"], "")
        self._set_estimate(task, getattr(crash, "remaining_hours", self.left.get(task, 0.0)))
        at["overtime"].value = getattr(late, "hours_a_day", 0.0)
        for name, value in (
            ("person", getattr(person, "resource_id", "")),
            ("deadline", getattr(due, "deadline", self.plan.project.header.deadline or "")),
        ):
            options = [each for _, each in at[name].options]
            at[name].value = value if value in options else at[name].value
        at["scope"].value = draft.find(["drop"], task) is not None
        response = type(draft.find(["mitigate", "accept"], risk))
        at["response"].value = next((n for n, k in RESPONSES.items() if k is response), "As it is")
        at["confidence"].value = round(100 * draft.confidence)
        self.is_syncing = False
        saved = [each.name for each in draft.saved()]
        if list(self.text["saved"].options) != saved:
            self.text["saved"].options = saved
        sentences = draft.scenario("").sentences(self.plan.project)
        self.said.value = sentence(draft.said)
        self.changes.value = "<ul>" + "".join(sentence(each, "li") for each in sentences) + "</ul>"
        self.goals.value = html_table(self._goals())
        self.chart.show(scenario_chart.rows(draft), str(draft.statement))

    def _set_estimate(self, task: str, hours: float) -> None:
        per_day, control = self.plan.project.header.hours_per_day, self.at["estimate"]
        planned, now = self.left.get(task, 0.0) / per_day, hours / per_day
        control.disabled = planned <= 0
        least = min(planned % 0.5 or 0.5, now)
        most = least + 0.5 * round((max(3 * planned, 5.0, now) - least) / 0.5)
        if (control.min, control.max) != (least, most):  # else the slider is not built anew
            control.max = max(control.max, most)  # never below its least on the way
            control.min, control.max = least, most
        control.value = now

    def _find(self, _: object) -> None:
        """Search in a thread; what it finds comes back to the loop that serves the controls."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        self.stop.clear()
        self._searching(True)
        self.progress.value = sentence("Searching ...")
        draft, header = self.draft, self.plan.project.header
        due = getattr(draft.find(["move_deadline"], ""), "deadline", header.deadline)
        settings = draft.live.settings

        def say(tell: Callable[[Any], None], what: Any) -> None:
            tell(what) if loop is None else loop.call_soon_threadsafe(tell, what)

        def told(found: Found) -> bool:
            say(self._tell, found)
            return not self.stop.is_set()

        def search() -> None:
            try:
                result: Any = recover(
                    self.plan, deadline=due, confidence=draft.confidence, tell=told,
                    n_trials=settings.n_trials, seed=settings.seed, throughput=settings.throughput,
                )  # fmt: skip
            except PmtoolsError as error:
                result = CannotSay(plain(error, 500))
            say(self._recovered, result)

        self.search = threading.Thread(target=search, daemon=True)
        self.search.start()

    def _tell(self, found: Found) -> None:
        currency = self.plan.project.header.currency
        best = "nothing yet" if found.chosen is None else money(found.price, currency)
        self.progress.value = sentence(
            f"For {chance_said(found.target)}: best so far {best}; nothing is cheaper than "
            f"{money(found.bound, currency)}; {found.n_evaluated} sets tried.")  # fmt: skip

    def _recovered(self, result: Recovery | CannotSay) -> None:
        self._searching(False)
        self.progress.value = sentence(str(result))
        if isinstance(result, Recovery) and result.scenarios:
            best = result.best or [*result.scenarios.values()][-1]
            due = [c for c in self.draft.changes if c.kind == "move_deadline"]
            self.draft.use(replace(best, changes=(*due, *best.changes)))
            self._show()

    def _searching(self, is_on: bool) -> None:
        self.buttons["Find the cheapest way back"].disabled = is_on
        self.buttons["Stop"].disabled = not is_on
