"""Promises kept: the dates that tasks were promised for, and when they were really finished."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pmtools.measure.binomial import binomial_interval
from pmtools.measure.lookahead import work_of
from pmtools.measure.milestones import days_late, looked_up
from pmtools.schedule import Schedule

COLUMNS = ["by", "name", "against", "n", "n_kept", "share", "low", "high", "mean_days_late",
           "median_days_late", "n_broken", "cannot_say"]  # fmt: skip


def promises(schedules: Sequence[Schedule], *, at_least: int = 5) -> pd.DataFrame:
    """What was promised against what was finished, by department and by person.

    A promise is a day: kept is what is finished without a working day more. It is that of the
    approved baseline, and that of the last snapshot before the finish. Levels of effort and
    summaries promise nothing of their own.

    Parameters
    ----------
    schedules
        Those of the past weeks and of now, as `schedule_weeks` gives them.
    at_least
        With fewer finished tasks than that no share can be said.

    Returns
    -------
    DataFrame
        `by` (project, department, person), `name`, `against` (baseline, last forecast), `n`
        (finished tasks), `n_kept`, `share`, `low`, `high` (0 to 1; 95 % interval of Clopper and
        Pearson; NaN where it cannot be said), `mean_days_late`, `median_days_late` (working days,
        negative is early), `n_broken` (still open, past the promise), `cannot_say` (why not).
    """
    now = schedules[-1]
    work = work_of(now).set_index("id", drop=False)
    dates = {"baseline": work["baseline_finish"], "last forecast": _last(schedules, work)}
    found = [_due(now, work, promised).assign(against=name) for name, promised in dates.items()]
    rows = pd.concat(found, ignore_index=True).assign(project="Whole project")
    rows["owner"] = rows["owner"].mask(rows["owner"] == "", "nobody named")
    rows["department"] = rows["department"].mask(rows["department"] == "", "no department")
    keys = {
        "project": ["project"],
        "department": ["department", "department_id"],
        "person": ["owner", "owner_id"],
    }
    record = [
        (by, each[key[0]].iloc[0], each["against"].iloc[0], *_counted(each, at_least))
        for by, key in keys.items()
        for _, each in rows.groupby([*key, "against"])
    ]
    return pd.DataFrame(record, columns=COLUMNS)


def _last(schedules: Sequence[Schedule], work: pd.DataFrame) -> pd.Series:
    """The finish that the last snapshot before the actual one said; of open tasks the last one."""
    promised = pd.Series(pd.NaT, index=work.index, dtype="datetime64[us]")
    for before in schedules[:-1]:
        if before.status_date is not None:
            known = before.tasks[~before.tasks["is_finished"]].set_index("id")
            finish = looked_up(known["finish"], work["id"])
            is_later = ~(work["actual_finish"] <= before.status_date)
            promised = promised.mask(is_later & finish.notna(), finish)
    return promised


def _due(now: Schedule, work: pd.DataFrame, promised: pd.Series) -> pd.DataFrame:
    """The tasks that are finished, or should be by now: `days_late`, `is_broken` if still open."""
    known = work["actual_finish"].fillna(now.status_date or pd.NaT)
    rows = work.assign(days_late=days_late(now, _end_of_day(promised), _end_of_day(known)))
    rows["is_broken"] = ~rows["is_finished"] & (rows["days_late"] > 0)
    return rows[promised.notna() & (rows["is_finished"] | rows["is_broken"])]


def _end_of_day(instants: pd.Series) -> pd.Series:
    """Midnight is the end of the day before."""
    return (instants - pd.Timedelta(minutes=1)).dt.normalize() + pd.Timedelta(days=1)


def _counted(rows: pd.DataFrame, at_least: int) -> tuple[object, ...]:
    late = rows.loc[~rows["is_broken"], "days_late"]
    n, n_kept, few = len(late), int((late <= 0).sum()), ""
    share = low = high = float("nan")
    if n < at_least:
        few = f"{n} finished, at least {at_least} are needed"
    else:
        share, (low, high) = n_kept / n, binomial_interval(n_kept, n)
    n_broken = int(rows["is_broken"].sum())
    return n, n_kept, share, low, high, late.mean(), late.median(), n_broken, few
