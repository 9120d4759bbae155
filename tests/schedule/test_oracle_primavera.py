"""Networks of Primavera P6 against MPXJ's PrimaveraScheduler."""

import numpy as np
import pandas as pd
import pytest
from mpxj_oracle import DATES, oracle
from oracle_comparison import EARLY, LATE, NETWORKS, Case, Differences, Explanation, compared
from oracle_explanations import (
    COMMON,
    calendars_of_links,
    clock,
    contradicts_itself,
    ends,
    is_lag_elsewhere,
    is_lead_elsewhere,
    starts_on_constraint_before_links,
    touched,
    under_way,
)
from random_networks import BASE
from tools import needs_java

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def at_work(case: Case, end: str) -> pd.Series:
    """Of which links that end has begun and has not finished."""
    return case.leaf_links[f"{end}_is_started"] & ~case.leaf_links[f"{end}_is_finished"]


def of_late_work(case: Case, tasks) -> Differences:
    """Early dates of these tasks as late as possible, and what they touch."""
    return touched(case, [task for task in tasks if case.tasks.at[task, "constraint"] == "ALAP"])


def beyond_its_late_finish(case: Case) -> Differences:
    theirs = case.theirs.reindex(case.ours.index)
    return of_late_work(case, theirs.index[theirs["early_finish"] > theirs["late_finish"]])


def starts_in_free_time(case: Case) -> Differences:
    """What is touched by late work that starts in free time, or after what starts with it."""
    starts = case.theirs["early_start"]
    tasks = case.ours.index[~case.ours["is_started"]]
    found = {task for task in tasks if starts[task] != clock(case, task).next_work(starts[task])}
    links = case.leaf_links.query("kind == 'SS' and lag_hours == 0")
    ends = (starts.reindex(links[f"{end}_id"]).array for end in ("predecessor", "successor"))
    is_after = np.greater(*ends)
    return of_late_work(case, found | (set(links["predecessor_id"][is_after]) & {*tasks}))


def ends_in_free_time(case: Case, row, dates: pd.DataFrame, name: str) -> bool:
    """Whether a finish that a link holds back is in free time, by early or late dates."""
    if row.predecessor_is_finished:
        dates, name = case.plan.tasks.set_index("id"), "actual"
    if row.successor_is_finished or not {row.predecessor_id, row.successor_id} <= {*dates.index}:
        return False
    event = "finish" if row.kind == "FF" else "start"
    instant = dates.at[row.predecessor_id, f"{name}_{event}"]
    if row.lag_hours != 0:
        calendar = calendars_of_links(case)[2][row.Index]
        instant = case.plan.calendars[calendar].add(instant, row.lag_hours)
    return bool(clock(case, row.successor_id).previous_work(instant) < instant)


def of_finish_in_free_time(case: Case, has_lag: bool) -> Differences:
    """What is touched by finishes that links with (without) a lag put into free time."""
    is_lagged = case.leaf_links["lag_hours"] != 0
    rows = case.leaf_links[case.leaf_links["kind"].isin(["FF", "SF"]) & (is_lagged == has_lag)]
    early = {
        row.successor_id
        for row in rows.itertuples()
        if ends_in_free_time(case, row, case.theirs, "early")
    }
    late = {
        row.predecessor_id
        for row in rows.itertuples()
        if ends_in_free_time(case, row, case.ours, "late")
    }
    is_end = case.theirs["early_finish"] == case.theirs["early_finish"].max()
    if early & set(is_end.index[is_end]):  # at the start of a shift
        late = case.ours.index
    return touched(case, early, late)


def of_milestones(case: Case) -> Differences:
    """What is touched by milestones that the oracle puts in free time, or late on its evening."""
    early, late = set(), set()
    for task in case.ours.index[case.ours["kind"] == "milestone"]:
        at, mine = case.theirs.at[task, "early_start"], clock(case, task)
        if at not in (mine.next_work(at), mine.previous_work(at)):
            early.add(task)
        if case.theirs.at[task, "late_finish"] != case.ours.at[task, "late_finish"]:
            late.add(task)
    return touched(case, early, early | late)


def past_a_start(case: Case) -> Differences:
    """What is touched by late starts that are past that of a successor by a start-to-start link."""
    found, late = set(), case.theirs["late_start"]
    for row in case.leaf_links[case.leaf_links["kind"] == "SS"].itertuples():
        if {row.predecessor_id, row.successor_id} <= {*case.ours.index}:
            lag = case.plan.calendars[calendars_of_links(case)[2][row.Index]]
            at = lag.add(late[row.predecessor_id], row.lag_hours)
            if case.hours(row.successor_id, late[row.successor_id], at) > 0:
                found.add(row.predecessor_id)
    return touched(case, late=found)


def before_status(case: Case) -> Differences:
    """What is touched by starts before the status date of what has not started."""
    status = case.project.header.status_date or case.project.header.start
    is_open = case.ours.index[~case.ours["is_started"]]
    return touched(case, is_open[case.theirs["early_start"].reindex(is_open) < status])


def beyond_the_project(case: Case) -> Differences:
    """What is touched by late dates after the finish of the project."""
    end = case.theirs["early_finish"].max()
    late = case.theirs["late_finish"].reindex(case.ours.index)
    return touched(case, late=list(late.index[late > end]))


def of_support(case: Case, is_tied) -> set[str]:
    """The level of effort, where this is true of a link that ties it."""
    ties = case.leaf_links.eval("predecessor_id == 'E' or successor_id == 'E'")
    return {"E"} if (ties & is_tied).any() and "E" in case.ours.index else set()


def goes_along(case: Case) -> Differences:
    """Differences of level of effort, where what it goes along with is at another instant."""
    ties = case.leaf_links.query("predecessor_id == 'E' or successor_id == 'E'")
    near = sorted(({*ties["predecessor_id"], *ties["successor_id"]} - {"E"}) & {*case.ours.index})
    names = {
        name for name in DATES if (case.ours.loc[near, name] != case.theirs.loc[near, name]).any()
    }
    kinds = [kind | {"total_float"} for kind in (EARLY, LATE) if names & kind]
    return {each for each in case.differences if each[0] == "E" and each[1] in set().union(*kinds)}


def of_support_at_work(case: Case) -> Differences:
    """Dates of level of effort beside what has finished, or has begun before it is to end."""
    links = case.leaf_links
    past = links["predecessor_is_finished"] | links["successor_is_finished"]
    past |= links["successor_is_started"] & (links["predecessor_id"] == "E")
    return {each for each in case.differences if each[0] in of_support(case, past)}


EXPLANATIONS = (
    *COMMON,
    Explanation(
        "total float of work as late as possible is 0",
        "Total float is the late minus the early date. MPXJ says 0 whatever its own dates are.",
        lambda case: {
            (task, name)
            for task, name in case.differences
            if name == "total_float"
            and case.tasks.at[task, "constraint"] == "ALAP"
            and case.theirs.at[task, "total_float"] == 0
        },
    ),
    Explanation(
        "start-to-finish link without lag into work under way",
        "The finish waits for the start of the predecessor. MPXJ leaves such a link out, or lets "
        "what remains wait for what remains of the predecessor.",
        lambda case: ends(
            case,
            at_work(case, "successor")
            & case.leaf_links.eval("kind == 'SF' and (lag_hours <= 0 or predecessor_is_started)"),
        ),
    ),
    Explanation(
        "lag on another calendar behind work as late as possible",
        "Early dates are as late as possible without delaying the successor (docs.oracle.com, "
        "Working with Activity Constraints). MPXJ takes the lag off the start of the task, not "
        "off its finish: its dates delay the successor or could be later.",
        lambda case: of_late_work(
            case,
            case.leaf_links.loc[is_lag_elsewhere(case, ("FS", "SS"), "ALAP"), "predecessor_id"],
        ),
    ),
    Explanation(
        "start on or before, of work under way",
        "What has started meets or missed it; only the start is limited. MPXJ, too, heeds no "
        "other start constraint of such work.",
        lambda case: touched(case, late=under_way(case, "SNLT")),
    ),
    Explanation(
        "finish on or after and finish on, of work under way",
        "The finish is not scheduled before that date (docs.oracle.com, Working with Activity "
        "Constraints), whether or not the work has started. MPXJ heeds no constraint of it.",
        lambda case: touched(case, under_way(case, "FNET", "MFO"), under_way(case, "MFO")),
    ),
    Explanation(
        "as late as possible beyond its own late finish",
        "Late work stays within its float. MPXJ moves the start to that of a successor, or the "
        "finish to that of the project, past its late finish or a second constraint.",
        beyond_its_late_finish,
    ),
    Explanation(
        "as late as possible, in free time",
        "Work starts in its working time, before its successor. MPXJ leaves the start where the "
        "successor has it, and so on the next morning, after it.",
        starts_in_free_time,
    ),
    Explanation(
        "as late as possible, of work under way",
        "It has started, and goes on. MPXJ moves what remains of it.",
        lambda case: touched(case, under_way(case, "ALAP")),
    ),
    Explanation(
        "start-to-start link without lag, lags on the project's calendar",
        "Without a lag there is nothing to count. MPXJ waits for the hours of the lag calendar "
        "(its author notes that he does not know why).",
        lambda case: ends(
            case,
            case.leaf_links.eval("kind == 'SS' and lag_hours == 0")
            & (calendars_of_links(case)[0] != "office")
            & (case.project.header.lag_calendar == "project"),
            both=False,
        ),
    ),
    Explanation(
        "start before the status date",
        "Nothing that remains is before it. MPXJ puts work without predecessors there for the "
        "sake of a finish on or after an earlier date.",
        before_status,
    ),
    Explanation(
        "start-to-finish link from work under way",
        "What follows waits for the start of what remains, as from start to start. MPXJ takes the "
        "status date instead, and in late dates no lag.",
        lambda case: ends(case, at_work(case, "predecessor") & (case.leaf_links["kind"] == "SF")),
    ),
    Explanation(
        "start-to-start lag from work under way, on another calendar",
        "Of the lag, what its calendar worked since the actual start has passed. MPXJ takes the "
        "actual duration of the task, on the task's calendar.",
        lambda case: ends(
            case, is_lag_elsewhere(case, ("SS",)) & case.leaf_links["predecessor_is_started"]
        ),
    ),
    Explanation(
        "start on or after, on the day on which links let the task start later",
        "It sets the start only where that would be earlier (docs.oracle.com, Working with "
        "Activity Constraints). MPXJ takes its date on all of that day.",
        lambda case: touched(case, starts_on_constraint_before_links(case)),
    ),
    Explanation(
        "finish at the start of a shift",
        "A finish-to-finish link from another calendar may end in free time; there the successor "
        "has finished. MPXJ says that it finishes when its next shift begins, and late, that both "
        "finish by the evening before.",
        lambda case: of_finish_in_free_time(case, has_lag=False),
    ),
    Explanation(
        "lag that ends in the free time of what it holds back",
        "The finish is not before the end of the lag, and what follows on another calendar not "
        "before that. MPXJ lets it follow the shift before.",
        lambda case: of_finish_in_free_time(case, has_lag=True),
    ),
    Explanation(
        "lag to a finish from what has finished",
        "Of the lag, what its calendar worked since the actual date has passed. MPXJ compares it "
        "with the duration of the task, and adds it twice where that is longer; from start to "
        "finish it counts all of it from the status date.",
        lambda case: ends(
            case,
            case.leaf_links["kind"].isin(["FF", "SF"])
            & case.leaf_links.eval("lag_hours > 0 and predecessor_is_finished"),
            both=False,
        ),
    ),
    Explanation(
        "late dates beyond the finish of the project",
        "There are none. MPXJ moves late dates of milestones from free time to a next shift.",
        beyond_the_project,
    ),
    Explanation(
        "level of effort beside what has actual dates",
        "The past has no late dates, and what remains is not before the status date. MPXJ takes "
        "late dates of what has finished, and ends level of effort before it begins.",
        of_support_at_work,
    ),
    Explanation(
        "lead of level of effort",
        "It counts in late dates, too. MPXJ's do not begin before the project then.",
        lambda case: {
            (task, name)
            for task, name in case.differences
            if task in of_support(case, case.leaf_links["lag_hours"] < 0) and name in LATE
        },
    ),
    Explanation(
        "float of level of effort that has begun",
        "By the options of starts and the smaller of both, it is that of the start, too. MPXJ "
        "takes the finish.",
        lambda case: {
            (task, "total_float")
            for task in of_support(case, at_work(case, "predecessor"))
            if case.plan.options.total_float != "finish"
        },
    ),
    Explanation(
        "lag into work under way",
        "What remains of the successor waits for the lag. MPXJ's forward pass counts it, its "
        "backward pass does not, and so has float where there is none, or less than none.",
        lambda case: touched(
            case,
            late=case.leaf_links.loc[
                at_work(case, "successor")
                & case.leaf_links.eval(
                    "kind == 'FS' and lag_hours != 0 and not predecessor_is_finished"
                ),
                "predecessor_id",
            ],
        ),
    ),
    Explanation(
        "milestone in free time",
        "A milestone is reached when its calendar works, or when the last shift has ended. MPXJ "
        "leaves it where a lag or another calendar put it, and counts its late date from the "
        "evening before: negative float without any limit.",
        of_milestones,
    ),
    Explanation(
        "lead that counts on another calendar",
        "A lead of whole shifts ends when one shift has ended and when the next begins: the same "
        "working time on its calendar. A successor that works in between can start then; MPXJ "
        "lets it wait for the next shift. Late, so does the predecessor.",
        lambda case: (
            ends(case, is_lead_elsewhere(case, "after"))
            | touched(
                case, late=case.leaf_links["predecessor_id"][is_lead_elsewhere(case, "before")]
            )
        ),
    ),
    Explanation(
        "late start past that of a successor",
        "Where a start-to-start link ends in free time, the late start is before that. MPXJ moves "
        "it to the next shift, after which the successor starts later than its own late start.",
        past_a_start,
    ),
    Explanation(
        "late start and late finish are not one duration apart",
        "The late start is the late finish less the duration.",
        lambda case: touched(case, late=contradicts_itself(case, "late_start", "late_finish")),
    ),
    Explanation(
        "level of effort goes along",
        "Its dates are those of what it is tied to, and differ with them.",
        goes_along,
    ),
)


@pytest.fixture(scope="module")
def outcome():
    """All networks through both schedulers, once; printed where a test fails."""
    found = compared("primavera_p6", range(NETWORKS), EXPLANATIONS)
    print(found)
    return found


@needs_java
def test_networks_of_primavera_have_the_dates_of_an_independent_scheduler(outcome):
    """Early and late dates and total float are the same, or a rule says why they are not."""
    assert outcome.unexplained == {}


@needs_java
@pytest.mark.skipif(NETWORKS < 1260, reason="fewer networks than every rule needs")
def test_every_rule_of_primavera_is_in_at_least_200_networks(outcome):
    """A rule that is in few networks has not been shown."""
    assert {rule: n for rule, n in outcome.compared.items() if n < 200} == {}


@needs_java
def test_mpxj_counts_back_from_midnight_without_its_calendar():
    """Five working hours before a midnight are Monday 11:00, not 19:00 and so Tuesday 08:00."""
    columns = ["id", "name", "duration_hours", "calendar_id"]
    tasks = pd.DataFrame([("1", "A", 16, "always"), ("2", "B", 5, "")], columns=columns)
    links = pd.DataFrame([{"predecessor_id": "1", "successor_id": "2", "kind": "FF"}])
    (dates,) = oracle([BASE.replace(tasks=tasks, links=links)])
    assert dates.at["1", "early_finish"] == pd.Timestamp("2026-06-02 00:00")
    assert dates.at["2", "early_start"] == pd.Timestamp("2026-06-02 08:00")
