"""How work flows through a team, and when its backlog is done at that rate."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.measure.flow import counts
from pmtools.measure.flow.items import Days, items_of
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.project.working_time import calendars_of
from pmtools.simulate.throughput import ONE, Three, items_in_weeks, weeks_to_finish
from pmtools.words import day, number, percent

__all__ = ["Flow", "flow", "nearest_rank"]

CHANCES = (0.50, 0.70, 0.85, 0.95)
FAN = (0.05, 0.15, 0.50, 0.85, 0.95)
LAST_MINUTE = pd.Timedelta(hours=23, minutes=59)
nearest_rank = counts.nearest_rank


class WithItems(Protocol):
    """A Project, or what `read_work_items` gives."""

    @property
    def work_items(self) -> pd.DataFrame:
        """As table `work_items` of a project."""

    @property
    def transitions(self) -> pd.DataFrame:
        """As table `transitions` of a project."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The flow of work items, as known on the date `until`.

    - items, a row an item: id, team, kind, title, task_id, created, started, finished, state,
      category, is_returned (it was started, and lies in a state to do again), cycle_time_days
      (finish - start + 1 day), age_days (of an item in progress), active_hours, elapsed_hours
      (from start to finish by the clock)
    - throughput, whole weeks from each team's first finished item on: team, week (its Monday),
      n_items (finished), n_added (created)
    - by_day, the cumulative flow: day, n_created, n_started, n_finished (by its end),
      work_in_progress
    - percentiles of cycle time by nearest rank: probability, days, n_items
    - service_level_days: `service_level` (a share) of the items are finished in so many days or
      less
    - ageing, items in progress: id, title, team, state, started, age_days, percent of the service
      level, band (green below half, amber up to 85 %, red above)
    - littles_law: statement, found, is_met; a description of the past, no forecast
    - flow_efficiency: percent of the time from start to finish in which items are worked on

    `days` are calendar or working days; throughout, what is not known is a CannotSay.
    """

    until: pd.Timestamp
    days: Days
    service_level: float
    items: pd.DataFrame = field(repr=False)
    throughput: pd.DataFrame = field(repr=False)
    by_day: pd.DataFrame = field(repr=False)
    percentiles: pd.DataFrame | CannotSay = field(repr=False)
    service_level_days: float | CannotSay
    ageing: pd.DataFrame = field(repr=False)
    littles_law: pd.DataFrame | CannotSay = field(repr=False)
    flow_efficiency: float | CannotSay
    calendar: WorkCalendar = field(repr=False)

    @property
    def n_remaining(self) -> int:
        """Items that are not finished."""
        return int(self.items["finished"].isna().sum())

    def weekly(self, column: str = "n_items") -> npt.NDArray[np.int64]:
        """Items finished (or `n_added`) in each week, all teams together."""
        return self.throughput.groupby("week")[column].sum().to_numpy()

    def when(
        self,
        items: float | tuple[float, float] | None = None,
        *,
        n_trials: int = 10_000,
        seed: int = 1,
        growth: Three = ONE,
        added: float | Literal["as recorded"] = 0,
    ) -> pd.DataFrame | CannotSay:
        """When so many items (all that remain, or a range) are finished, at 50, 70, 85 and 95 %.

        Parameters
        ----------
        growth
            Split rate: items that one of today's becomes (low, likely, high).
        added
            Scope change: items that come each week; or "as recorded", those of the record.

        Returns
        -------
        Columns probability, weeks (whole ones), finish (the last working time of the last of
        them). How it is drawn, and what cannot be said: `simulate.throughput.weeks_to_finish`.
        """
        came = self.weekly("n_added") if added == "as recorded" else added
        wanted = self.n_remaining if items is None else items
        how: dict[str, Any] = {"n_trials": n_trials, "seed": seed, "growth": growth}
        trials = weeks_to_finish(self.weekly(), wanted, added=came, **how)
        if isinstance(trials, CannotSay):
            return trials
        weeks = [int(counts.nearest_rank(trials, chance)) for chance in CHANCES]
        return pd.DataFrame(
            {"probability": CHANCES, "weeks": weeks, "finish": [*map(self._after, weeks)]}
        )

    def how_many(
        self, weeks: int, *, n_trials: int = 10_000, seed: int = 1, growth: Three = ONE
    ) -> pd.DataFrame | CannotSay:
        """How many of today's items are finished in that many weeks, at 50, 70, 85 and 95 %.

        Columns probability, n_items (at least so many: the lower tail), weeks, finish.
        """
        return self._done_after([weeks], CHANCES, n_trials=n_trials, seed=seed, growth=growth)

    def fan(
        self,
        weeks: int | None = None,
        *,
        n_trials: int = 10_000,
        seed: int = 1,
        growth: Three = ONE,
    ) -> pd.DataFrame | CannotSay:
        """The same for the weeks to come, from 5 to 95 %, for a burn-up chart.

        Without `weeks`, up to a week after all is finished with 95 %; of many weeks some are left
        out. `n_items` counts from the beginning of the record, as `by_day` does.
        """
        if weeks is None:
            when = self.when(n_trials=n_trials, seed=seed, growth=growth)
            if isinstance(when, CannotSay):
                return when
            weeks = int(when["weeks"].iloc[-1]) + 1
        every = np.unique(np.linspace(0, weeks, 27).round().astype(int)).tolist()
        found = self._done_after(every, FAN, n_trials=n_trials, seed=seed, growth=growth)
        if isinstance(found, CannotSay):
            return found
        return found.assign(n_items=found["n_items"] + int(self.by_day["n_finished"].iloc[-1]))

    def _done_after(
        self, weeks: Any, chances: tuple[float, ...], **how: Any
    ) -> pd.DataFrame | CannotSay:
        rows = []
        for n in weeks:
            trials = items_in_weeks(self.weekly(), n, **how)
            if isinstance(trials, CannotSay):
                return trials
            for chance in chances:
                done = int(-counts.nearest_rank(-trials, chance))
                rows.append((chance, done, n, self._after(n)))
        return pd.DataFrame(rows, columns=["probability", "n_items", "weeks", "finish"])

    def _after(self, weeks: int) -> pd.Timestamp:
        at = self.until + weeks * counts.A_WEEK
        return self.calendar.previous_work(at) if weeks else at

    def __str__(self) -> str:
        n_finished, ageing = len(self.items) - self.n_remaining, self.ageing
        level = self.service_level_days
        told = (
            f"Service level: {level}" if isinstance(level, CannotSay) else
            f"{percent(100 * self.service_level)} of the items are finished in {number(level)} "
            f"{self.days} days or less"
        )  # fmt: skip
        if self.items.empty:
            return "Flow: no work items are known."
        return (
            f"Flow up to {day(self.until)}: {n_finished} items finished, {len(ageing)} in "
            f"progress, {self.n_remaining - len(ageing)} not started. {told}."
        )

    def _repr_html_(self) -> str:
        shown = [self.percentiles, self.throughput.tail(8), self.ageing.head(20)]
        tables = [f.to_html(index=False) for f in shown if isinstance(f, pd.DataFrame) and len(f)]
        return f"<p>{html.escape(str(self))}</p>" + "".join(tables)


def flow(
    of: Project | WithItems,
    *,
    team: str | None = None,
    until: Any = None,
    since: Any = None,
    days: Days = "calendar",
    service_level: float = 0.85,
) -> Flow:
    """Measure how work items flow: throughput, cycle time, age, work in progress.

    Parameters
    ----------
    of
        A project, or what `read_work_items` gives; without work items nothing can be said.
    team
        Only its items; without it, those of all teams together.
    until
        What is known by then counts: a date, or a day to its end. Without it the project's status
        date, else the last change of state.
    since
        First day of throughput, and of the finished items whose cycle times are told.
    days
        "calendar" or "working" days (of the project's calendar; of frames, Monday to Friday).
    service_level
        Share of items of the service level expectation.

    Raises
    ------
    ValueError
        For a team that no item has, a share outside 0 to 1, an unknown kind of days.
    """
    if not 0 < service_level < 1 or days not in ("calendar", "working"):
        expected = 'expected a share between 0 and 1, and "calendar" or "working"'
        raise ValueError(f"service_level {service_level}, days {days!r}: {expected}")
    end = _end(of, until)
    chosen = _chosen(of, team) if not pd.isna(end) else of.work_items[:0]
    calendar = calendars_of(of)[""] if isinstance(of, Project) else WorkCalendar()
    items = items_of(chosen, of.transitions, end, days, calendar)
    first = None if since is None else pd.Timestamp(since).normalize()
    counted = items if first is None else items[~(items["finished"] < first)]
    percentiles = counts.percentiles_of(counted, sorted({*CHANCES, service_level}))
    level: float | CannotSay
    if isinstance(percentiles, CannotSay):
        level = percentiles
    else:
        level = float(percentiles.set_index("probability")["days"][service_level])
    by_day = counts.daily_counts(items, end)
    return Flow(
        *(end, days, service_level, items),
        throughput=counts.weekly_throughput(items, end, first, calendar),
        by_day=by_day,
        percentiles=percentiles,
        service_level_days=level,
        ageing=counts.ageing_of(items, level),
        littles_law=counts.littles_law(items, by_day),
        flow_efficiency=counts.flow_efficiency(counted, of.transitions),
        calendar=calendar,
    )


def _chosen(of: WithItems, team: str | None) -> pd.DataFrame:
    chosen = of.work_items if team is None else of.work_items[of.work_items["team"] == team]
    if chosen.empty and len(of.work_items):
        known = ", ".join(sorted(of.work_items["team"].unique()))
        raise ValueError(f"team {team!r} has no work item; there are {known}")
    return chosen


def _end(of: Project | WithItems, until: Any) -> Any:
    """What is known by then counts; NaT where no date is known at all."""
    if until is not None:
        at = pd.Timestamp(until).as_unit("us")
        return at + LAST_MINUTE if at == at.normalize() else at
    told = of.header.status_date if isinstance(of, Project) else None
    return of.transitions["at"].max() if told is None else told
