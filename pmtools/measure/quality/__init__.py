"""Is the plan sound? The 14 points of the DCMA, and what an IT plan needs beside them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Formatter
from typing import Any

import pandas as pd

from pmtools.errors import ProjectError
from pmtools.measure.milestones import looked_up
from pmtools.measure.quality.points import CHECKS, Check, Seen
from pmtools.measure.quality.work import Work
from pmtools.measure.reasons import NO_BASELINE
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.tables.quality import table_schedule_findings, table_schedule_quality
from pmtools.tables.table import Table
from pmtools.words import plain

__all__ = ["ScheduleQuality", "schedule_quality"]

CAVEAT = "Indicators say where to look; none is a verdict on its own (after R. Winter)."
SINGLES, RESCHEDULED = 5, 5_000
"""Findings of a check that are rescheduled one by one, and how many tasks that may cost."""
NEED_STATUS = ("9a", "9b", "11", "13", "14", "14b", "14c", "C")
COUNTED = {
    "open": "unfinished tasks", "links": "links into unfinished work", "tasks": "started tasks",
    "due": "tasks due by the status date", "critical": "unfinished tasks on the critical path",
    "B": "deliveries to come", "C": "tasks that have begun or should have", "F": "lead times",
}  # fmt: skip
CHECK = {"number": "str", "name": "str", "value": "float64", "unit": "str", "threshold": "str",
         "is_passed": "object", "n_found": "Int64", "n_of": "Int64", "effect_days": "float64",
         "effect": "str", "reason": "str"}  # fmt: skip
FINDING = {"check": "str", "task_id": "str", "name": "str", "found": "str",
           "effect_days": "float64", "remedy": "str"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class ScheduleQuality:
    """How sound a schedule is.

    `checks`, one row a check; by numbers those of the DCMA, by letters those of an IT plan:

    - number, name, unit (percent: 0 to 100, ratio, days, count), threshold (words), value
    - is_passed: None where there is no limit or the value is not known; reason: why
    - n_found, n_of: what was found (of BEI and hit tasks: what is done), out of how many
    - effect_days, effect: working days by which the work would end later (earlier: below 0) if all
      that was found were changed so (words); NaN where that is not computed

    `findings`, one row a finding, those of failed checks first: check (its number), task_id (of a
    link: the successor), name, found (words), effect_days (of this one alone), remedy. What 14b and
    14c find stands under 14 and 11.
    """

    project: str
    checks: pd.DataFrame
    findings: pd.DataFrame

    @property
    def summary(self) -> str:
        """How many checks passed, failed and cannot be said; and how to take them."""
        passed, failed = (int(self.checks["is_passed"].eq(each).sum()) for each in (True, False))
        rest = len(self.checks) - passed - failed
        said = f"{passed} checks passed, {failed} failed, {rest} cannot be said"
        return f"{plain(self.project)}: {said}. {CAVEAT}"

    def _tables(self) -> tuple[Table, Table]:
        return table_schedule_quality(self.checks), table_schedule_findings(self.findings)

    def __str__(self) -> str:
        return "\n\n".join([self.summary, *map(str, self._tables())])

    def __repr__(self) -> str:
        return f"ScheduleQuality({self.summary})"

    def _repr_html_(self) -> str:
        shown = [str(each._repr_mimebundle_()["text/html"]) for each in self._tables()]
        return "".join([f"<p>{escape(self.summary)}</p>", *shown])


def schedule_quality(plan: Schedule) -> ScheduleQuality:
    """How sound a schedule is: the DCMA 14 points, six more, and what they do to the finish.

    Checks of what was approved need a baseline, those of progress a status date; without them they
    cannot be said. A check that can be mended in the plan is rescheduled once with all its findings
    changed; up to 1,000 tasks five times more, for the first findings alone; from 5,000 tasks on
    not alone.

    Notes
    -----
    DCMA 14-point assessment (09NOV09; EA PAM 200.1). Tasks are detail tasks: no summaries, level
    of effort, milestones or tasks without duration. Links are those into unfinished work; a task is
    linked also through its summary; in a plan of Microsoft Project lags up to five days do not
    count. Days are working days of the project's calendar; the critical path is the longest path.
    """
    work = Work(plan)
    rows, found = zip(*(_judged(check, work) for check in CHECKS), strict=True)
    checks = pd.DataFrame([*rows], columns=[*CHECK]).astype(CHECK)
    is_failed = dict(zip(checks["number"], checks["is_passed"].eq(False), strict=True))
    findings = pd.concat(found, ignore_index=True)
    order = (~findings["check"].map(is_failed).astype(bool)).argsort(kind="stable")
    findings = findings.iloc[order].reset_index(drop=True).astype(FINDING)
    return ScheduleQuality(plan.project.header.name, checks, findings)


def _judged(check: Check, work: Work) -> tuple[dict[str, Any], pd.DataFrame]:
    """The row of a check, and its findings."""
    row: dict[str, Any] = {"number": check.number, "name": check.name, "unit": check.unit}
    row |= {"threshold": check.limit.words, "effect": check.effect, "is_passed": None}
    seen = _seen(check, work)
    if isinstance(seen, CannotSay):
        return row | {"reason": seen.reason}, pd.DataFrame(columns=[*FINDING])
    rows, value, n_found, n_of = seen
    if value is None:
        value = len(rows) / (n_of or 1) * 100 if check.unit == "percent" else len(rows)
    value, n_found = float(value), len(rows) if n_found is None else n_found
    is_passed = check.limit.holds and check.limit.holds(value)
    reason = "" if check.limit.holds else "the protocol sets no limit"
    effects = _effects(check, work, rows)
    row |= {"value": value, "is_passed": is_passed, "n_found": n_found, "n_of": n_of}
    shown = rows[[name for _, name, *_ in Formatter().parse(check.found) if name]]
    cells = shown.round(dict.fromkeys(shown.select_dtypes("float"), 1)).to_dict("records")
    findings = {
        "check": check.number,
        "task_id": rows["task_id"].array,
        "name": looked_up(work.plan.tasks.set_index("id")["name"], rows["task_id"]).array,
        "found": [check.found.format_map(each) for each in cells],
        "effect_days": effects[1:],
        "remedy": check.remedy,
    }
    return row | {"effect_days": effects[0], "reason": reason}, pd.DataFrame(findings)


def _seen(check: Check, work: Work) -> Seen | CannotSay:
    if check.number in NEED_STATUS and work.plan.status_date is None:
        return CannotSay("there is no status date")
    if check.of == "due" and work.plan.project.baseline.empty:
        return CannotSay(NO_BASELINE)
    rows = getattr(work, check.of)
    seen = check.look(work, rows) if len(rows) else Seen(rows)
    if isinstance(seen, CannotSay):
        return seen
    seen = seen if isinstance(seen, Seen) else Seen(seen)
    seen = seen if seen.n_of is not None else seen._replace(n_of=len(rows))
    counted = COUNTED.get(check.number) or COUNTED[check.of]
    return seen if seen.n_of else CannotSay(f"there are no {counted}")


def _effects(check: Check, work: Work, rows: pd.DataFrame) -> list[float]:
    """The effect of all findings together, then of the first ones alone."""
    n_single = min(SINGLES, RESCHEDULED // len(work.plan.tasks), len(rows))
    is_alone = check.is_mended_alone and len(rows) > 1
    singles = [rows[k : k + 1] for k in range(n_single)] if is_alone else []
    known = [_effect(check, work, part) for part in (rows, *singles) if len(part) and check.mend]
    known += known if len(rows) == 1 else []
    return known + [float("nan")] * (1 + len(rows) - len(known))


def _effect(check: Check, work: Work, rows: pd.DataFrame) -> float:
    try:
        return work.moved_days(check.mend(work, rows)) if check.mend else float("nan")
    except ProjectError:  # the changed links run in a circle
        return float("nan")
