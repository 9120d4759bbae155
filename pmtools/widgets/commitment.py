"""The panel of `planning.ipynb`: what date and budget we dare commit to, and how safe they are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.joint import MOST_TRIALS, chart_joint_confidence
from pmtools.charts.theme import alt
from pmtools.decide.commitment import Commitment, commitment
from pmtools.metrics import CannotSay
from pmtools.simulate import Simulation
from pmtools.simulate.joint import confidence_frontier, joint_confidence
from pmtools.widgets.live_chart import Rows, live_chart, looking_like_ours, named, rows_of
from pmtools.widgets.shown import Panel, grid
from pmtools.words import Statement, plain

STEPS = 100


def panel_commitment(
    simulation: Simulation | CannotSay, *, confidence: float | None = None,
    budget: float | None = None,
) -> Panel | Statement:  # fmt: skip
    """Sliders of confidence and budget: the date that can be promised, among the trials.

    Parameters
    ----------
    simulation, confidence, budget
        As `commitment` takes them; where the cost is not known, there is nothing to slide and the
        sentence alone is shown.
    """
    if isinstance(simulation, CannotSay) or isinstance(simulation.cost, CannotSay):
        return commitment(simulation, confidence=confidence)
    return CommitmentPanel(simulation, confidence, budget)


class CommitmentPanel(Panel):
    """The confidence and the budget (None: as safe as the date) that are looked at."""

    def __init__(
        self, simulation: Simulation, confidence: float | None, budget: float | None
    ) -> None:
        self.simulation, self.header = simulation, simulation.plan.project.header
        self.confidence = self.header.confidence if confidence is None else confidence
        self.budget = budget

    def found(self) -> Statement:
        """What can be promised."""
        return commitment(self.simulation, confidence=self.confidence, budget=self.budget)

    def static(self) -> tuple[Any, ...]:
        """The sentence, and date and cost together with what is wished."""
        header = self.header
        wish: dict[str, Any] = {
            "finish": header.deadline,
            "cost": header.budget,
            "confidence": self.confidence,
        }
        chance = joint_confidence(self.simulation, header.deadline, header.budget)
        frontier = confidence_frontier(self.simulation, self.confidence)
        drawn = chart_joint_confidence(self.simulation.scatter, frontier, chance=chance,
                                       currency=header.currency, **wish)  # fmt: skip
        return self.found(), drawn

    def rows(self) -> dict[str, Rows]:
        """trials, frontier: finish, cost; promise: the date and the budget."""
        scatter, found = pd.DataFrame(self.simulation.scatter).head(MOST_TRIALS), self.found()
        pair = pd.DataFrame({"finish": [], "cost": []})
        if isinstance(found, Commitment) and pd.notna(found.finish):
            pair = pd.DataFrame({"finish": [found.finish], "cost": [found.budget]})
        frontier = confidence_frontier(self.simulation, self.confidence)
        return {"trials": rows_of(scatter), "frontier": rows_of(pd.DataFrame(frontier)),
                "promise": rows_of(pair)}  # fmt: skip

    def build(self) -> Any:
        """The widget."""
        import ipywidgets as w

        cost = pd.Series(self.simulation.cost)
        least, most = float(cost.min()), float(cost.max())
        usual: Any = self.budget or self.header.budget or self.simulation.cost_at(self.confidence)
        self.at_sure = w.IntSlider(round(100 * self.confidence), 5, 95, 5,
                                   description="Confidence, %")  # fmt: skip
        self.is_free = w.Checkbox(self.budget is None, indent=False,
                                  description="Budget as safe as the date")  # fmt: skip
        step = max(1.0, round((most - least) / STEPS, -2))
        self.at_budget = w.FloatSlider(usual, min=min(least, usual), max=max(most, usual),
                                       step=step, description="Budget", readout_format=",.0f",
                                       disabled=self.budget is None)  # fmt: skip
        self.chart = live_chart(self._chart(), self.rows(), str(self.found()))
        for each in (self.at_sure, self.is_free, self.at_budget):
            each.observe(self._moved, "value")
        return grid(w, [self.at_sure, self.at_budget, self.is_free], [], [self.chart])

    def _moved(self, _: object) -> None:
        self.confidence = self.at_sure.value / 100
        self.at_budget.disabled = self.is_free.value
        self.budget = None if self.is_free.value else self.at_budget.value
        rows = self.rows()
        del rows["trials"]
        self.chart.show(rows, str(self.found()))

    def _chart(self) -> Any:
        unit = f", {currency}" if (currency := plain(self.header.currency, 12)) else ""
        scale = alt.Scale(zero=False, nice=False)
        x = alt.X("date_finish:T", title=None, scale=scale,
                  axis=alt.Axis(format="%-d %b %y", tickCount=6))  # fmt: skip
        y = alt.Y("cost:Q", title=f"Cost at completion{unit}", scale=scale,
                  axis=alt.Axis(format="~s", tickCount=6))  # fmt: skip
        trials = named("trials", ["finish"]).mark_point(size=20, opacity=0.5, color=theme.GREY)
        line = named("frontier", ["finish"]).mark_line(
            interpolate="step-after", color=theme.DARK_LATE, strokeWidth=2.2)  # fmt: skip
        promise, ink = named("promise", ["finish"]), {"color": theme.BLUE, "strokeWidth": 1.8}
        layers = [
            trials.encode(x=x, y=y), line.encode(x=x, y=y), promise.mark_rule(**ink).encode(x=x),
            promise.mark_rule(**ink).encode(y=y),
            promise.mark_point(filled=True, size=110, color=theme.BLUE).encode(x=x, y=y),
        ]  # fmt: skip
        drawn = alt.layer(*layers).properties(width=theme.WIDTH - 80, height=320)
        return looking_like_ours(drawn, self.rows(), str(self.found()))
