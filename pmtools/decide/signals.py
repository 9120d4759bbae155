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
from pmtools.measure.register import DECISIONS, open_items
from pmtools.metrics import CannotSay, Metric
from pmtools.schedule import Schedule
from pmtools.simulate import Simulation
from pmtools.words import Statement, chance_said, day, money, number, percent

Signal = Literal["green", "amber", "red", "unknown"]
WORST_FIRST: tuple[Signal, ...] = ("red", "amber", "green", "unknown")

DAYS_A_WEEK, DAYS_A_MONTH = 5, 20
LAST_WEEK = pd.Timedelta(days=8)
RULES = {
    "Finish date": "Green within a week of the promised day, amber within a month, red beyond",
    "Chance": "Green where the promised day is kept with the confidence wanted, amber where at "
    "least as likely as not, red below",
    "Cost": "Green up to 100 % of the budget, amber up to 105 %, red beyond",
    "Efficiency": "CPI and SPI(t): green 0.95 to 1.05, amber 0.90 to 1.10, red beyond; "
    "the worse counts",
    "Overdue work": "Green where nothing is overdue, amber where something is, "
    "red where a deadline passed",
    "Risks and decisions": "Green where no response or decision is overdue, amber where one is",
}
NOT_SIMULATED = CannotSay("it was not simulated")
FAR_BETTER = {
    Metric.COST_PERFORMANCE_INDEX: "check the bookings",
    Metric.SCHEDULE_PERFORMANCE_INDEX_TIME: "check the progress",
}
"""What is asked where an index is above its green band."""


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
    return "green" if 0.95 <= value <= 1.05 else "amber" if 0.90 <= value <= 1.10 else "red"


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
    return float(days_late(plan, promised, plan.finish))


def chance_signal(chance: float, confidence: float) -> Signal:
    """The signal of a promise: as safe as wanted, at least as likely as not, or unlikely."""
    return "green" if chance >= confidence else "amber" if chance >= 0.5 else "red"


def status(
    schedules: Sequence[Schedule],
    value: EarnedValue,
    forecast: Simulation | CannotSay = NOT_SIMULATED,
) -> Status:
    """The status now, with its evidence.

    Parameters
    ----------
    schedules
        The schedule of each week, the last one is now.
    value
        The earned value of the same project now.
    forecast
        Its simulation, for the chance that the promised day is kept.
    """
    now = schedules[-1]
    found = (
        _time(now), _chance(now, forecast), _cost(now, value), _efficiency(value), _work(now),
        _register(now),
    )  # fmt: skip
    rows = [
        (area, signal, evidence[0].upper() + evidence[1:], rule)
        for (area, rule), (signal, evidence) in zip(RULES.items(), found, strict=True)
    ]
    dimensions = pd.DataFrame(rows, columns=["dimension", "signal", "evidence", "rule"])
    headline = _headline(schedules, value, forecast)
    return Status(worst([row[1] for row in rows]), headline, dimensions)


_Evidence = tuple[Signal, str]


def _time(now: Schedule) -> _Evidence:
    promised, days = committed_finish(now), days_late_of(now)
    if isinstance(days, CannotSay):
        return "unknown", days.reason
    verb = "finished" if _is_done(now) else "forecast"
    return finish_signal(days), f"{verb} {day(now.finish)}, promised {day(promised)}: {_late(days)}"


def _chance(now: Schedule, forecast: Simulation | CannotSay) -> _Evidence:
    promised = committed_finish(now)
    if _is_done(now):
        return "unknown", "the project is finished"
    if isinstance(promised, CannotSay):
        return "unknown", promised.reason
    if isinstance(forecast, CannotSay):
        return "unknown", forecast.reason
    confidence, chance = now.project.header.confidence, forecast.chance(finish=promised)
    assert not isinstance(chance, CannotSay)
    return chance_signal(chance, confidence), (
        f"{chance_said(chance)} to keep {day(promised)}; {_safe(now, forecast)}"
    )


def _safe(now: Schedule, forecast: Simulation) -> str:
    confidence = now.project.header.confidence
    return f"{percent(100 * confidence)} safe is {day(forecast.finish_at(confidence))}"


def _cost(now: Schedule, value: EarnedValue) -> _Evidence:
    eac = value.value(Metric.ESTIMATE_AT_COMPLETION)
    budget = now.project.header.budget or value.value(Metric.BUDGET_AT_COMPLETION)
    if isinstance(eac, CannotSay):
        return "unknown", eac.reason
    if isinstance(budget, CannotSay):
        return "unknown", budget.reason
    return cost_signal(eac / budget), (
        f"estimate at completion {money(eac, value.currency)}, "
        f"{eac / budget:.0%} of the budget of {money(budget, value.currency)}"
    )


def _efficiency(value: EarnedValue) -> _Evidence:
    known = {metric: value.value(metric) for metric in FAR_BETTER}
    reasons = [found.reason for found in known.values() if isinstance(found, CannotSay)]
    if len(reasons) == len(known) and len(set(reasons)) == 1:
        return "unknown", reasons[0]
    words, signals = [], []
    for metric, found in known.items():
        if isinstance(found, CannotSay):
            words.append(f"{metric.acronym}: {found}")
            continue
        signals.append(index_signal(found))
        is_odd = found > 1 and signals[-1] != "green"
        remark = f", better than planned: {FAR_BETTER[metric]}" if is_odd else ""
        words.append(f"{metric.acronym} {found:.2f}{remark}")
    return worst(signals), "; ".join(words)


def _work(now: Schedule) -> _Evidence:
    if last_approved(now.project).empty and now.tasks["deadline"].isna().all():
        return "unknown", "neither a baseline nor deadlines say what was due"
    late = overdue(now)
    if late.empty:
        return "green", "nothing is overdue"
    n_missed = int((late["deadline"] < now.status_date).sum())
    n_critical = int(late["is_critical"].sum())
    evidence = f"{count(len(late), 'task')} overdue, {n_critical or 'none'} of them critical"
    missed = f"; {count(n_missed, 'deadline')} passed" if n_missed else ""
    return "red" if n_missed else "amber", evidence + missed


def _register(now: Schedule) -> _Evidence:
    if now.project.register.empty:
        return "unknown", "there is no register"
    kinds = (("risk",), ("issue",), DECISIONS, ("action",))
    risks, issues, decisions, actions = found = [open_items(now.project, *each) for each in kinds]
    n_late = sum(int(each["is_overdue"].sum()) for each in found)
    return "amber" if n_late else "green", (
        f"{count(len(risks), 'open risk')}, {count(len(issues), 'issue')}, "
        f"{count(len(decisions), 'decision')} needed, {count(len(actions), 'action')}; "
        f"{n_late or 'none'} of them overdue"
    )


def _headline(
    schedules: Sequence[Schedule], value: EarnedValue, forecast: Simulation | CannotSay
) -> str:
    now = schedules[-1]
    header, is_done = now.project.header, _is_done(now)
    days, promised = days_late_of(now), committed_finish(now)
    verb = "was finished" if is_done else "is forecast to finish"
    sentence = f"{header.name} {verb} on {day(now.finish)}"
    if not isinstance(days, CannotSay):
        sentence += f", {_late(days)} against the promised {day(promised)}"
    if not (is_done or isinstance(forecast, CannotSay)):
        sentence += f" ({_safe(now, forecast)})"
    eac = value.value(Metric.ESTIMATE_AT_COMPLETION)
    if not isinstance(eac, CannotSay):
        sentence += f", at a cost of {money(eac, value.currency)}"
        budget = header.budget
        sentence += f" of a budget of {money(budget, value.currency)}" if budget else ""
    if isinstance(days, CannotSay):
        sentence += f"; whether that is on time we {days}"
    return sentence + ("" if is_done else _since_last_time(schedules)) + "."


def _since_last_time(schedules: Sequence[Schedule]) -> str:
    if len(schedules) < 2:
        return ""
    before, now = schedules[-2:]
    since = "last week"
    if before.status_date and now.status_date and now.status_date - before.status_date > LAST_WEEK:
        since = day(before.status_date)
    moved = finish_moved_days(before, now)
    if not moved:
        return f"; the finish did not move since {since}"
    direction = "later" if moved > 0 else "earlier"
    return f"; the finish moved {count(abs(moved), 'working day')} {direction} since {since}"


def _is_done(plan: Schedule) -> bool:
    return bool(plan.tasks["is_finished"].all())


def _late(days: float) -> str:
    if days == 0:
        return "on time"
    return f"{count(abs(days), 'working day')} {'late' if days > 0 else 'early'}"


def count(value: float, word: str, words: str = "") -> str:
    """`1 task`, `3 tasks`, `0.5 working days`."""
    digits = number(value, 0 if value == round(value) else 1)
    return f"{digits} {word if value == 1 else words or word + 's'}"
