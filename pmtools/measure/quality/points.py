"""The checks: the 14 points of the DCMA, and by letters what an IT plan needs beside them.

After the protocol of the Defense Contract Management Agency of 9 November 2009 and EA PAM 200.1
(2012). Deliveries, acceptances and purchases are known by words of English or German task names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from pmtools.check import RULES
from pmtools.check.progress import STALE
from pmtools.check.rules import Case
from pmtools.errors import ProjectError
from pmtools.measure.budget import approved_baseline
from pmtools.measure.milestones import looked_up
from pmtools.measure.quality.work import LINK, Work, finish_of
from pmtools.metrics import CannotSay, Unit
from pmtools.schedule import Schedule, schedule
from pmtools.words import plain

ADDED_DAYS, LONG_DAYS = 600, 44
HARD = {"MSO": "must start on", "MFO": "must finish on", "SNLT": "starts no later than",
        "FNLT": "finishes no later than"}  # fmt: skip
ACCEPTANCE = r"""(?ix) accept | approv | \bsign(?:ed)?[ -]?off | \b(?:re)?test | review | inspect
    | verif | validat | certif | confirm | \buat\b | abnahme | freigabe | prüf"""
DELIVERY = r"""(?ix) ^(?:re-?)? (?:deliver | deploy | install | ship | roll[ -]?out | cut[ -]?over
    | go[ -]?live | migrate | hand[ -]?over | launch | release)\b | ^(?:liefer | einführ)"""
PURCHASE = r"""(?ix) \border\b(?!\ to) | procure | purchas | \bbuy\b | tender | vendor | supplier
    | \bships?\b | deliver(?:y|ies)?\b | lead\ time | bestell | liefer | beschaff"""


class Limit(NamedTuple):
    """What a value should be, in words."""

    words: str
    holds: Callable[[float], bool] | None


class Seen(NamedTuple):
    """The findings, and a value that is not their share of what is counted."""

    rows: pd.DataFrame
    value: float | None = None
    n_found: int | None = None
    n_of: int | None = None


@dataclass(frozen=True)
class Check:
    """A check: what is counted, what it should be, what is found, and what to do about it.

    `of` is a table of Work, from which `look` picks the findings; `found` is filled with their
    columns. `mend` reschedules with some of them changed as `effect` says.
    """

    number: str
    name: str
    of: str
    unit: Unit
    limit: Limit
    look: Callable[[Work, pd.DataFrame], pd.DataFrame | Seen | CannotSay]
    found: str
    remedy: str = ""
    effect: str = ""
    mend: Callable[[Work, pd.DataFrame], Schedule] | None = None
    is_mended_alone: bool = True


def _unlinked(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    no_before = ~rows["id"].isin(work.below(work.logic["successor_id"]))
    no_after = ~rows["id"].isin(work.below(work.logic["predecessor_id"]))
    ends = pd.Series("predecessor", rows.index).mask(no_after, "successor")
    ends = ends.mask(no_before & no_after, "predecessor and no successor")
    return rows.assign(ends=ends)[no_before | no_after]


def _dangling(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    logic, loose = work.logic, []
    for end, kinds in (("successor_id", ("FS", "SS")), ("predecessor_id", ("FS", "FF"))):
        tied = work.below(logic[end][logic["kind"].isin(kinds)])
        loose.append(rows["id"].isin(work.below(logic[end]) - tied))
    said = pd.Series("sets its start", rows.index).mask(loose[1], "waits for its finish")
    return rows.assign(said=said, is_end=loose[1])[loose[0] | loose[1]]


def _tied(work: Work, rows: pd.DataFrame) -> Schedule:
    links = work.plan.project.links.assign(lag_hours=0.0)
    ends = links["predecessor_id"].isin(rows["id"][rows["is_end"]])
    starts = links["successor_id"].isin(rows["id"][~rows["is_end"]])
    more = [links[ends].assign(kind="FF"), links[starts].assign(kind="SS")]
    return work.changed(links=pd.concat([work.plan.project.links, *more]).drop_duplicates(LINK))


def _lags(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    is_msp = work.plan.project.header.scheduling == "microsoft_project"
    return rows[(rows["lag_hours"] > 0) & (rows["lag_days"] > (5 if is_msp else -1))]


def _in_the_past(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    status = work.plan.status_date
    is_over = (rows["finish"] < status) & (rows["remaining_hours"] > 0)
    rows = rows.assign(when=rows["finish"].where(is_over, rows["start"]))
    return rows[is_over | (~rows["is_started"] & (rows["start"] < status))]


def _after_status(work: Work, rows: pd.DataFrame) -> Schedule:
    options = replace(work.plan.options, is_work_after_status_date=True)
    return schedule(work.plan.project, options=options)


def _in_the_future(work: Work, rows: pd.DataFrame) -> Seen:
    begun = rows[rows["is_started"]]
    begun = begun.assign(last=begun[["actual_start", "actual_finish"]].max(axis=1))
    return Seen(begun[begun["last"] > work.plan.status_date], n_of=len(begun))


def _without_resources(work: Work, rows: pd.DataFrame) -> Seen:
    rows = rows[rows["duration_hours"] >= work.plan.project.header.hours_per_day]
    given = work.plan.project.assignments
    given = given["task_id"][(given["units"] > 0) | (given["work_hours"] > 0)]
    return Seen(rows[~rows["id"].isin(given) & (rows["fixed_cost"] == 0)], n_of=len(rows))


def _path_test(work: Work, path: pd.DataFrame) -> Seen | CannotSay:
    """The move of the finish for each 600 days by which the first task really gets longer.

    It is the first of those by whose end the path goes on. Where calendars differ, or days and
    nights count, the move may be three days off.
    """
    task, plan = (
        path.sort_values("drives_by_end", ascending=False, kind="stable").head(1),
        work.plan,
    )
    try:
        changed = work.longer(task, ADDED_DAYS)
    except ProjectError:  # its calendar ends before
        return CannotSay(f"the plan cannot be scheduled with {ADDED_DAYS} days more")
    after = changed.tasks[changed.tasks["id"] == task["id"].iloc[0]]
    spans = [work.days(each["start"].iloc[0], each["finish"].iloc[0]) for each in (task, after)]
    value = round(ADDED_DAYS * work.moved_days(changed) / max(spans[1] - spans[0], 1), 1)
    n_calendars = len({(each.week, each.exceptions) for each in plan.calendars.values()})
    is_mixed = n_calendars > 1 or "elapsed" in {*plan.links["lag_kind"]}
    if is_mixed and abs(value - ADDED_DAYS) <= 3:
        value = float(ADDED_DAYS)
    return Seen(task.assign(moved=value)[: int(value != ADDED_DAYS)], value)


def _path_length(work: Work, rows: pd.DataFrame) -> Seen | CannotSay:
    plan, finish, baseline = work.plan, finish_of(work.plan), approved_baseline(work.plan.project)
    support = plan.project.tasks["id"][plan.project.tasks["kind"] == "level_of_effort"]
    last = baseline["finish"][~baseline["task_id"].isin(support)].max()
    promised = plan.project.header.deadline or last
    length, spare = work.days(plan.status_date, finish), work.days(finish, promised)
    if pd.isna(promised):
        return CannotSay("there is neither a deadline nor a baseline")
    if length <= 0:
        return CannotSay("no work is forecast after the status date")
    last = rows.sort_values("finish").tail(int(spare < 0)).assign(promised=promised, late=-spare)
    return Seen(last, (length + spare) / length)


def _done(work: Work, rows: pd.DataFrame, is_done: pd.Series, unit: float = 1) -> Seen:
    return Seen(rows, unit * is_done.sum() / max(len(work.due), 1), int(is_done.sum()))


def _not_accepted(work: Work, rows: pd.DataFrame) -> Seen:
    """Deliverables (without any: what is named as a delivery) that neither have an acceptance nor
    one after their last open task.
    """
    tasks, project = work.plan.tasks, work.plan.project
    is_meant = tasks["name"].str.contains(ACCEPTANCE) & (tasks["kind"] != "summary")
    accepted = tasks["id"][is_meant]
    last = rows[rows["deliverable_id"] != ""].sort_values("finish", kind="stable")
    last = last.drop_duplicates("deliverable_id", keep="last")
    last = last if len(last) else rows[rows["name"].str.contains(DELIVERY)]
    names = project.deliverables.set_index("id")["name"].to_dict() | {"": "what it delivers"}
    last = last.assign(what=[plain(names.get(each, each)) for each in last["deliverable_id"]])
    done = project.tasks["deliverable_id"][project.tasks["id"].isin(accepted)]
    is_accepted = last["deliverable_id"].isin({*done} - {""})
    return Seen(last[~is_accepted & ~last["id"].isin(work.leading_to(accepted))], n_of=len(last))


def _stale(work: Work, rows: pd.DataFrame) -> Seen:
    """Work that has begun, or could have for more than a day, without a recent report."""
    plan, status = work.plan, work.plan.status_date
    reports = plan.project.latest_progress().set_index("task_id")["status_date"]
    finish = looked_up(plan.tasks.set_index("id")["finish"], work.logic["predecessor_id"])
    ready = looked_up(finish.groupby(work.logic["successor_id"]).max(), rows["id"])
    is_due = work.days(ready.fillna(plan.project.header.start), status) > 1
    is_due &= rows["start"] <= plan.calendars[""].next_work(status)
    is_due &= ~(rows["baseline_start"] > status)
    rows = rows.assign(last=looked_up(reports, rows["id"]))[rows["is_started"] | is_due]
    said = ("last report of " + rows["last"].dt.strftime("%Y-%m-%d")).fillna("never reported")
    begun = rows["is_started"].map({True: "has begun", False: "should have begun"})
    is_fresh = status - rows["last"] <= STALE
    return Seen(rows.assign(said=said, begun=begun)[~is_fresh], n_of=len(rows))


def _one_person(work: Work, path: pd.DataFrame) -> Seen | CannotSay:
    project = work.plan.project
    if len(path) < 3:
        return CannotSay("fewer than 3 tasks are left on the critical path")
    given = project.assignments[["task_id", "resource_id"]]
    owned = path[~path["id"].isin(given["task_id"])].rename(columns={"owner_id": "resource_id"})
    people = project.resources[project.resources["capacity"] <= 1]
    people = people[people["kind"].isin(("person", "role"))].set_index("id")["name"]
    does = path.merge(pd.concat([given, owned[["task_id", "resource_id"]]]), on="task_id")
    does = does[does["resource_id"].isin(people.index)]
    hours = does.groupby("resource_id")["remaining_hours"].sum()
    needed = path["remaining_hours"].sum()
    if not hours.sum():
        return CannotSay("nobody is named on the critical path")
    who = hours.idxmax()
    share = hours.max() / needed * 100
    rows = does[does["resource_id"] == who].assign(who=plain(people[who]), share=share)
    return Seen(rows[: int(share > 50)], share, round(hours.max()), round(needed))


def _lead_times(work: Work, rows: pd.DataFrame) -> Seen:
    """Purchases and deliveries, also as lags, that take a week or more without a fifth of it to
    spare after.
    """
    per_day = work.plan.project.header.hours_per_day
    tasks = rows[rows["name"].str.contains(PURCHASE)]
    lead = work.days(tasks["early_start"], tasks["finish"])
    tasks = tasks.assign(lead=lead, spare=tasks["float_days"], after="")
    lags = work.links[work.links["before"].str.contains(PURCHASE) & (work.links["kind"] == "FS")]
    spare = looked_up(work.plan.tasks.set_index("id")["total_float_hours"], lags["successor_id"])
    spare = (spare + lags["float_hours"]) / per_day
    lags = lags.assign(lead=lags["lag_days"], spare=spare, after=' after "' + lags["before"] + '"')
    rows = pd.concat([tasks, lags], ignore_index=True)
    rows = rows[rows["lead"] >= 5].sort_values("lead", ascending=False)
    return Seen(rows[rows["spare"] < rows["lead"] / 5], n_of=len(rows))


def _late(work: Work, rows: pd.DataFrame) -> Schedule:
    lags, tasks = rows[rows["lag_days"].notna()], rows[rows["lag_days"].isna()]
    hours = work.plan.project.links["lag_hours"] * 1.2
    return Work(work.relinked(lags, lag_hours=hours)).longer(tasks, tasks["lead"].array / 5)


def _half_again(work: Work, rows: pd.DataFrame) -> Schedule:
    return work.relinked(rows, lag_hours=work.plan.project.links["lag_hours"] * 1.5)


def _unlagged(work: Work, rows: pd.DataFrame) -> Schedule:
    return work.relinked(rows, lag_hours=0.0)


def _unconstrained(work: Work, rows: pd.DataFrame) -> Schedule:
    tasks = work.plan.project.tasks
    kept = tasks["constraint"].mask(tasks["id"].isin(rows["id"]), "")
    return work.changed(tasks=tasks.assign(constraint=kept))


AT_MOST_5 = Limit("at most 5%", lambda value: value <= 5)
NONE = Limit("none", lambda value: value == 0)
AT_LEAST_95 = Limit("at least 0.95", lambda value: value >= 0.95)
SAME = Limit("600 days", lambda value: value == ADDED_DAYS)

# fmt: off
CHECKS = (
    Check("1", "Logic", "open", "percent", AT_MOST_5, _unlinked, "no {ends}",
        "Link it to what comes before and what waits for it; at the very ends, to a milestone."),
    Check("1b", "Dangling ends", "open", "percent", AT_MOST_5, _dangling, "no link {said}",
        "Link its other end too: a delay there moves nothing now.",
        "both ends are linked to the same tasks", _tied),
    Check("2", "Leads", "links", "percent", NONE, lambda _, t: t[t["lag_hours"] < 0],
        '{kind} from "{before}"{lag}', "Split the task before where the next can begin.",
        "leads are removed", _unlagged),
    Check("3", "Lags", "links", "percent", AT_MOST_5, _lags,
        '{kind} from "{before}"{lag}', "Make the wait a task with an owner, or remove it.",
        "lags are removed", _unlagged),
    Check("4", "Links other than finish to start", "links", "percent",
        Limit("at most 10%", lambda value: value <= 10), lambda _, t: t[t["kind"] != "FS"],
        '{kind} from "{before}"{lag}', "Link finish to start; split tasks that really overlap.",
        "they are finish to start", lambda w, rows: w.relinked(rows, kind="FS", lag_hours=0.0)),
    Check("5", "Hard constraints", "open", "percent", AT_MOST_5,
        lambda _, t: t.assign(rule=t["constraint"].map(HARD))[
            t["constraint"].isin(HARD) & t["constraint_date"].notna()],
        "{rule} {constraint_date:%Y-%m-%d}",
        "Let the links give the date; write a promise as a deadline.",
        "constraints are removed", _unconstrained),
    Check("6", "High float", "open", "percent", AT_MOST_5,
        lambda _, t: t[t["float_days"] > LONG_DAYS][::-1], "{float_days:g} days of float",
        "Ask what really waits for it, and add the missing link."),
    Check("7", "Negative float", "open", "percent", NONE,
        lambda _, t: t[t["total_float_hours"] < 0], "{float_days:g} days of float",
        "Shorten the path before the date it misses, or agree on a later one."),
    Check("8", "Long tasks", "open", "percent", AT_MOST_5,
        lambda _, t: t[t["long_days"] > LONG_DAYS], "takes {long_days:g} days",
        "Split it where one can see that a part is done; later waves of planning may stay."),
    Check("9a", "Forecasts before the status date", "open", "percent", NONE, _in_the_past,
        "not done, but forecast for {when:%Y-%m-%d}",
        "Report what is done, and move what remains after the status date.",
        "what remains is moved after the status date", _after_status, is_mended_alone=False),
    Check("9b", "Actual dates after the status date", "tasks", "percent", NONE, _in_the_future,
        "actual date {last:%Y-%m-%d}", "Correct the date, or report it on a later status date."),
    Check("10", "Tasks without hours or cost", "open", "percent", Limit("no limit", None),
        _without_resources, "neither hours nor cost", "Assign who does it, or state its cost."),
    Check("11", "Missed tasks", "due", "percent", AT_MOST_5,
        lambda _, t: t[t["late_days"] > 0], "{late_days:g} days after {baseline_finish:%Y-%m-%d}",
        "Ask what held it up, and whether that holds for what comes next too."),
    Check("12", "Critical path test", "critical", "days", SAME, _path_test,
        "600 days more of it move the finish by {moved:g}",
        "Look for a hard constraint or a missing link between it and the finish."),
    Check("13", "Critical path length index (CPLI)", "open", "ratio", AT_LEAST_95,
        _path_length, "{late:g} days after the promised {promised:%Y-%m-%d}",
        "Shorten the critical path, or agree on a later date now."),
    Check("14", "Baseline execution index (BEI), all completions", "due", "ratio", AT_LEAST_95,
        lambda work, t: _done(work, t[~t["is_finished"]], work.tasks["is_finished"]),
        "was due on {baseline_finish:%Y-%m-%d}", "Finish what is due before new work begins."),
    Check("14b", "Baseline execution index (BEI), due tasks only", "due", "ratio", AT_LEAST_95,
        lambda work, t: _done(work, t[:0], t["is_finished"]), ""),
    Check("14c", "Hit tasks: due and finished in time", "due", "percent",
        Limit("at least 95%", lambda value: value >= 95),
        lambda work, t: _done(work, t[:0], t["is_finished"] & (t["late_days"] <= 0), 100), ""),
    Check("A", "Tasks without owner", "open", "count", NONE,
        lambda work, t: t[t["id"].isin(RULES["PM112"].where(Case(work.plan.project)))], "no owner",
        "Name the one person who answers for it."),
    Check("B", "Deliveries without acceptance", "open", "count", NONE, _not_accepted,
        "nobody accepts {what}", "Add a task in which whoever receives it tests and accepts it.",
        "each acceptance takes 2 days", lambda work, rows: work.longer(rows, 2)),
    Check("C", "Stale status", "open", "count", NONE, _stale, "{begun}, {said}",
        "Ask its owner for the actual start and the remaining work."),
    Check("D", "Hours of one person on the critical path", "critical", "percent",
        Limit("at most 50%", lambda value: value <= 50), _one_person,
        "{who} is needed for {share:.0f}% of the critical hours",
        "Name a deputy, or give some of these tasks to someone else.",
        "that person is away for a week", lambda work, rows: work.longer(rows, 5)),
    Check("E", "Waiting hidden as lag", "links", "count", NONE,
        lambda _, t: t[(t["kind"] == "FS") & (t["lag_days"] >= 3)],
        'starts after "{before}"{lag}: a wait that nobody owns',
        "Make the wait a task: with an owner who asks, and a date that can be reported.",
        "each wait takes half as long again", _half_again),
    Check("F", "Lead times without buffer", "open", "count", NONE, _lead_times,
        "lead time of {lead:g} days{after}, {spare:g} to spare",
        "Order earlier, or let what follows wait until some days after the promised date.",
        "it takes a fifth longer", _late),
)
# fmt: on
