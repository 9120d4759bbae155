"""Red, amber or green: by stated rules, each with the evidence beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pmtools.measure.budget import last_approved
from pmtools.measure.changes import finish_moved_days
from pmtools.measure.earned_value import EarnedValue
from pmtools.measure.lookahead import overdue
from pmtools.measure.milestones import days_late
from pmtools.measure.register import decisions_needed, top_risks
from pmtools.metrics import CannotSay, Metric
from pmtools.schedule import Schedule
from pmtools.words import Statement, day, money, number

Signal = Literal["green", "amber", "red", "unknown"]
WORST_FIRST: tuple[Signal, ...] = ("red", "amber", "green", "unknown")

DAYS_A_WEEK, DAYS_A_MONTH = 5, 20


@dataclass(frozen=True)
class Status:
    """The status of a project on its status date.

    Parameters
    ----------
    signal
        The worst signal of all dimensions: the most constrained one decides.
    headline
        One sentence: where it ends, what it costs, what moved since last week.
    dimensions
        One row a dimension: `dimension`, `signal`, `evidence` (words with figures), `rule`.
    """

    signal: Signal
    headline: str
    dimensions: pd.DataFrame

    @property
    def statement(self) -> Statement:
        """The headline with its signal, as notebooks and reports show it."""
        return Statement(self.headline, self.signal)

    def __str__(self) -> str:
        return f"{self.signal.upper()}: {self.headline}"


def worst(signals: Sequence[Signal]) -> Signal:
    """The most constrained of several signals; unknown only where nothing is known."""
    return next((signal for signal in WORST_FIRST if signal in signals), "unknown")


def index_signal(value: float) -> Signal:
    """The signal of a cost or schedule performance index.

    Green 0.95 to 1.05, amber 0.90 to 1.10, else red; doing far better than planned is flagged
    too, since then the plan or the bookings are wrong. Source: FEMA, Mapping Information
    Platform, earned value guide.
    """
    for signal, low, high in (("green", 0.95, 1.05), ("amber", 0.90, 1.10)):
        if low <= value <= high:
            return signal  # type: ignore[return-value]
    return "red"


def finish_signal(days: float) -> Signal:
    """The signal of a finish that many working days late.

    Green within a week, amber within a month, red beyond. Source: SSP status rules.
    """
    return "green" if days <= DAYS_A_WEEK else "amber" if days <= DAYS_A_MONTH else "red"


def cost_signal(share: float) -> Signal:
    """The signal of an estimate at completion, as a share of the approved budget.

    Green up to 100 %, amber up to 105 %, red beyond. Source: production metrics rules.
    """
    return "green" if share <= 1 else "amber" if share <= 1.05 else "red"


def committed_finish(plan: Schedule) -> pd.Timestamp | CannotSay:
    """The day that was promised: the project's deadline, else the finish of its baseline."""
    if plan.project.header.deadline is not None:
        return plan.project.header.deadline
    baseline = last_approved(plan.project)
    if baseline.empty:
        return CannotSay("the project has neither a deadline nor a baseline")
    return baseline["finish"].max()


def days_late_of(plan: Schedule) -> float | CannotSay:
    """Working days by which the forecast finish misses the promised day; early is negative."""
    promised = committed_finish(plan)
    if isinstance(promised, CannotSay):
        return promised
    return float(days_late(plan, pd.Series([promised]), pd.Series([plan.finish])).iloc[0])


def status(schedules: Sequence[Schedule], value: EarnedValue) -> Status:
    """The status now, with its evidence.

    Parameters
    ----------
    schedules
        The schedule of each week, the last one is now.
    value
        The earned value of the same project now.
    """
    now = schedules[-1]
    rows = [_time(now), _cost(now, value), _efficiency(value), _work(now), _register(now)]
    dimensions = pd.DataFrame(rows, columns=["dimension", "signal", "evidence", "rule"])
    return Status(worst(list(dimensions["signal"])), _headline(schedules, value), dimensions)


_Row = tuple[str, Signal, str, str]


def _time(now: Schedule) -> _Row:
    rule = "green within a week of the promised day, amber within a month, red beyond"
    promised, days = committed_finish(now), days_late_of(now)
    if isinstance(promised, CannotSay) or isinstance(days, CannotSay):
        return "Finish date", "unknown", str(days), rule
    evidence = f"forecast {day(now.finish)}, promised {day(promised)}: {_late(days)}"
    return "Finish date", finish_signal(days), evidence, rule


def _cost(now: Schedule, value: EarnedValue) -> _Row:
    rule = "green up to 100 % of the budget, amber up to 105 %, red beyond"
    eac = value.value(Metric.ESTIMATE_AT_COMPLETION)
    bac = value.value(Metric.BUDGET_AT_COMPLETION)
    budget = now.project.header.budget or bac
    if isinstance(eac, CannotSay) or isinstance(budget, CannotSay) or budget <= 0:
        reason = eac if isinstance(eac, CannotSay) else CannotSay("no budget is known")
        return "Cost", "unknown", str(reason), rule
    share = eac / budget
    evidence = (
        f"estimate at completion {money(eac, value.currency)}, "
        f"{share:.0%} of the budget of {money(budget, value.currency)}"
    )
    return "Cost", cost_signal(share), evidence, rule


def _efficiency(value: EarnedValue) -> _Row:
    rule = "CPI and SPI(t): green 0.95 to 1.05, amber 0.90 to 1.10, red beyond; the worse counts"
    words, signals = [], []
    for metric in (Metric.COST_PERFORMANCE_INDEX, Metric.SCHEDULE_PERFORMANCE_INDEX_TIME):
        found = value.value(metric)
        if isinstance(found, CannotSay):
            words.append(f"{metric.acronym}: {found}")
            continue
        words.append(f"{metric.acronym} {found:.2f}")
        signals.append(index_signal(found))
    return "Efficiency", worst(signals), "; ".join(words), rule


def _work(now: Schedule) -> _Row:
    rule = "green where nothing is overdue, amber where something is, red where a deadline passed"
    if last_approved(now.project).empty and now.tasks["deadline"].isna().all():
        reason = CannotSay("neither a baseline nor deadlines say what was due")
        return "Overdue work", "unknown", str(reason), rule
    late = overdue(now)
    n_missed = int((late["deadline"] < now.status_date).sum()) if len(late) else 0
    signal: Signal = "red" if n_missed else "amber" if len(late) else "green"
    evidence = "nothing is overdue"
    if len(late):
        critical = count(int(late["is_critical"].sum()), "critical task")
        evidence = f"{count(len(late), 'task')} overdue, {critical} among them"
    if n_missed:
        evidence += f"; {count(n_missed, 'deadline')} passed"
    return "Overdue work", signal, evidence, rule


def _register(now: Schedule) -> _Row:
    rule = "green where no response or decision is overdue, amber where one is"
    if now.project.register.empty:
        return "Risks and decisions", "unknown", str(CannotSay("there is no register")), rule
    risks, decisions = top_risks(now.project), decisions_needed(now.project)
    n_late = int(risks["is_overdue"].sum() + decisions["is_overdue"].sum())
    evidence = (
        f"{count(len(risks), 'open risk or issue', 'open risks and issues')}, "
        f"{count(len(decisions), 'decision')} needed; "
        f"{f'{n_late} of them overdue' if n_late else 'none of them overdue'}"
    )
    return "Risks and decisions", "amber" if n_late else "green", evidence, rule


def _headline(schedules: Sequence[Schedule], value: EarnedValue) -> str:
    now = schedules[-1]
    header = now.project.header
    if now.tasks["is_finished"].all():
        return f"{header.name} was finished on {day(now.finish)}."
    days, promised = days_late_of(now), committed_finish(now)
    sentence = f"{header.name} is forecast to finish on {day(now.finish)}"
    if isinstance(days, CannotSay) or isinstance(promised, CannotSay):
        sentence += "; whether that is on time we " + str(days)
    else:
        sentence += f", {_late(days)} against the promised {day(promised)}"
    eac, budget = value.value(Metric.ESTIMATE_AT_COMPLETION), header.budget
    if not isinstance(eac, CannotSay):
        of_budget = f" of a budget of {money(budget, value.currency)}" if budget else ""
        sentence += f", at a cost of {money(eac, value.currency)}{of_budget}"
    return sentence + _since_last_week(schedules) + "."


def _since_last_week(schedules: Sequence[Schedule]) -> str:
    if len(schedules) < 2:
        return ""
    moved = finish_moved_days(schedules[-2], schedules[-1])
    if not moved:
        return "; the finish did not move since last week"
    direction = "later" if moved > 0 else "earlier"
    return f"; the finish moved {count(abs(moved), 'working day')} {direction} since last week"


def _late(days: float) -> str:
    if days == 0:
        return "on time"
    return f"{count(abs(days), 'working day')} {'late' if days > 0 else 'early'}"


def count(value: float, word: str, words: str = "") -> str:
    """`1 task`, `3 tasks`, `0.5 working days`."""
    digits = number(value, 0 if value == round(value) else 1)
    return f"{digits} {word if value == 1 else words or word + 's'}"
