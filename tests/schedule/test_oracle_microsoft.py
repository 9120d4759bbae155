"""Networks of Microsoft Project against MPXJ's MicrosoftScheduler."""

import pandas as pd
import pytest
from oracle_comparison import NETWORKS, Case, Differences, Explanation, compared
from oracle_explanations import COMMON, ends, touched, under_way
from oracle_translations import in_other_words
from tools import needs_java

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def is_before_work_under_way(case: Case) -> pd.Series:
    """Which links lead from a task that is not finished into one that has started."""
    return case.leaf_links.eval(
        "successor_is_started and not successor_is_finished and not predecessor_is_finished"
    )


def is_paused(case: Case) -> pd.Series:
    """Which links pause work that has begun: their predecessors finish after its start."""
    links = case.leaf_links
    finish = links["predecessor_id"].map(case.plan.tasks.set_index("id")["finish"])
    start = links["successor_id"].map(case.ours["actual_start"])
    return (finish > start) & (links["successor_id"].map(case.ours["percent_complete"]) > 0)


def of_first_together(case: Case) -> Differences:
    """Late dates of tasks that together start a summary, on whose start others depend."""
    links = case.leaf_links.query("from_summary and kind in ('SS', 'SF')")
    before = links["predecessor_id"]
    start = before.map(case.ours["early_start"])
    is_first = (start == start.min()) | (before.map(case.tasks["constraint"]) == "ALAP")
    first = before[is_first].unique()
    return touched(case, late=first if before.nunique() > 1 else ())


def of_elapsed(case: Case) -> Differences:
    """What is touched by elapsed durations."""
    tasks = set(case.tasks.index[case.tasks["is_elapsed"]])
    return touched(case, tasks, tasks)


def of_delay(case: Case) -> Differences:
    """What is touched by the levelling delay of a task with predecessors, or a constraint."""
    delayed = case.tasks["levelling_delay_hours"] > 0
    follows = case.leaf_links["successor_id"].isin(case.tasks.index[delayed])
    bound = case.tasks.index[delayed & (case.tasks["constraint"] != "")]
    return ends(case, follows) | touched(case, bound)


def of_late_without_float(case: Case) -> Differences:
    """What is touched by tasks as late as possible with float below zero."""
    is_late = case.tasks["constraint"].reindex(case.ours.index) == "ALAP"
    return touched(case, case.ours.index[is_late & (case.ours["total_float"] < 0)])


def of_late_under_way(case: Case) -> Differences:
    """What follows tasks as late as possible that are under way, and their own float."""
    tasks = under_way(case, "ALAP")
    after = case.leaf_links.loc[case.leaf_links["predecessor_id"].isin(tasks), "successor_id"]
    own = {(task, "total_float") for task in tasks}
    return own | touched(case, after)


def of_lag_into_other_calendars(case: Case) -> Differences:
    """What is touched by lags into a summary whose tasks have calendars of their own."""
    is_other = case.tasks.loc[case.tasks["parent_id"] == "S", "calendar_id"].ne("").any()
    return ends(case, case.leaf_links.eval("into_summary and lag_hours != 0") & is_other)


def of_start_under_way(case: Case) -> Differences:
    """Late dates before start-to-finish links from work under way."""
    rows = case.leaf_links.eval(
        "kind == 'SF' and predecessor_is_started and not predecessor_is_finished"
    )
    return touched(case, late=case.leaf_links.loc[rows, "predecessor_id"])


EXPLANATIONS = (
    *COMMON,
    Explanation(
        "work under way pauses until its predecessors are done",
        "Microsoft Project splits it (P. Harris, 99 Tricks and Traps for Microsoft Project). MPXJ "
        "never does.",
        lambda case: ends(case, is_paused(case), both=False),
    ),
    Explanation(
        "late dates before work under way",
        "What remains of it stays where it is, whatever its float: in Software_Development.mpp of "
        "../shared/data task 60 must finish on 2013-03-19 08:48, when the rest of its successor "
        "61 goes on, not weeks later when that must. MPXJ takes the late start of the rest.",
        lambda case: touched(
            case, late=case.leaf_links.loc[is_before_work_under_way(case), "predecessor_id"]
        ),
    ),
    Explanation(
        "elapsed duration",
        "It runs day and night (support.microsoft.com, Duration fields). MPXJ lets it wait for the "
        "next shift, takes its late finish back to the end of a shift and counts its float in "
        "working hours, below zero in networks without any limit.",
        of_elapsed,
    ),
    Explanation(
        "elapsed lag of a finish-to-finish link",
        "The lag counts from finish to finish. MPXJ adds it to the start of the successor.",
        lambda case: ends(case, case.leaf_links.eval("kind == 'FF' and lag_kind == 'elapsed'")),
    ),
    Explanation(
        "levelling delay of a task with predecessors or a constraint",
        "It waits after what its links allow. MPXJ delays only tasks that have neither.",
        of_delay,
    ),
    Explanation(
        "work as late as possible without float",
        "It is not moved before it can start. MPXJ plans it on its late dates, even before the "
        "start of the project.",
        of_late_without_float,
    ),
    Explanation(
        "as late as possible, of work under way",
        "What has started is no longer moved. MPXJ lets what follows wait for its late finish, "
        "with an earlier finish in its own schedule, and says that it has no float.",
        of_late_under_way,
    ),
    Explanation(
        "lag of a link into a summary whose tasks have other calendars",
        "Lags count on the calendar of the successor: the summary. MPXJ takes that of each task.",
        of_lag_into_other_calendars,
    ),
    Explanation(
        "percent lag of a link from a summary",
        "It is a share of the duration of the summary, which reaches from its first start to its "
        "last finish. MPXJ takes the share of the duration of each task inside.",
        lambda case: ends(case, case.leaf_links.eval("from_summary and lag_kind == 'percent'")),
    ),
    Explanation(
        "start of a summary with several first tasks",
        "Each is its start, so none may start later, nor be moved as late as possible without "
        "regard to it. MPXJ takes one of them.",
        of_first_together,
    ),
    Explanation(
        "start-to-finish link from work under way",
        "Its start is past, so the link no longer limits it; MPXJ heeds that of links from start "
        "to start, but not of these.",
        of_start_under_way,
    ),
    Explanation(
        "must finish on, of work under way",
        "It finishes on that date. MPXJ heeds of work under way only finish no earlier than.",
        lambda case: touched(case, under_way(case, "MFO")),
    ),
    Explanation(
        "must start on and start no later than, of work under way",
        "What has started is not limited in its start. MPXJ counts its late finish from there.",
        lambda case: touched(case, late=under_way(case, "MSO", "SNLT")),
    ),
)


@pytest.fixture(scope="module")
def outcome():
    """All networks through both schedulers, once; printed where a test fails."""
    found = compared("microsoft_project", range(NETWORKS), EXPLANATIONS, in_other_words)
    print(found)
    return found


@needs_java
def test_networks_of_microsoft_have_the_dates_of_an_independent_scheduler(outcome):
    """Early and late dates and total float are the same, or a rule says why they are not."""
    assert outcome.unexplained == {}


@needs_java
@pytest.mark.skipif(NETWORKS < 1260, reason="fewer networks than every rule needs")
def test_every_rule_of_microsoft_is_in_at_least_200_networks(outcome):
    """A rule that is in few networks has not been shown."""
    assert {rule: n for rule, n in outcome.compared.items() if n < 200} == {}
