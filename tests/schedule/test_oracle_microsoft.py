"""Networks of Microsoft Project against MPXJ's MicrosoftScheduler."""

import pandas as pd
import pytest
from oracle_comparison import NETWORKS, Case, Explanation, compared
from oracle_explanations import COMMON, LATE, has_constraint_under_way, of_network
from tools import needs_java

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def is_before_work_under_way(case: Case) -> pd.Series:
    """Which links lead from a task that is not finished into one that has started."""
    return case.links.eval(
        "successor_is_started and not successor_is_finished and not predecessor_is_finished"
    )


def has_delay_beside_other_rules(case: Case) -> bool:
    """Whether a task with a levelling delay has predecessors, or a constraint."""
    delayed = case.tasks.index[case.tasks["levelling_delay_hours"] > 0]
    is_bound = bool((case.tasks.loc[delayed, "constraint"] != "").any())
    return is_bound or bool(case.links["successor_id"].isin(delayed).any())


EXPLANATIONS = (
    *COMMON,
    Explanation(
        "work under way pauses until its predecessors are done",
        "Microsoft Project splits it (P. Harris, 99 Tricks and Traps for Microsoft Project). MPXJ "
        "never does.",
        of_network(
            lambda case: (
                is_before_work_under_way(case)
                & (case.links["successor_id"].map(case.ours["percent_complete"]) > 0)
            ).any()
        ),
    ),
    Explanation(
        "late dates before work under way",
        "What remains of it stays where it is, whatever its float: in Software_Development.mpp of "
        "../shared/data task 60 must finish on 2013-03-19 08:48, when the rest of its successor "
        "61 goes on, not weeks later when that must. MPXJ takes the late start of the rest.",
        lambda case: {
            (task, name)
            for task, name in case.differences
            if (name in LATE or case.tasks.at[task, "constraint"] == "ALAP")
            and is_before_work_under_way(case).any()
        },
    ),
    Explanation(
        "elapsed duration",
        "It runs day and night (support.microsoft.com, Duration fields). MPXJ lets it wait for the "
        "next shift, takes its late finish back to the end of a shift and counts its float in "
        "working hours, below zero in networks without any limit.",
        of_network(lambda case: case.tasks["is_elapsed"].any()),
    ),
    Explanation(
        "elapsed lag of a finish-to-finish link",
        "The lag counts from finish to finish. MPXJ adds it to the start of the successor.",
        of_network(lambda case: case.links.eval("kind == 'FF' and lag_kind == 'elapsed'").any()),
    ),
    Explanation(
        "levelling delay of a task with predecessors or a constraint",
        "It waits after what its links allow. MPXJ delays only tasks that have neither.",
        of_network(has_delay_beside_other_rules),
    ),
    Explanation(
        "work as late as possible without float",
        "It is not moved before it can start. MPXJ plans it on its late dates, even before the "
        "start of the project.",
        of_network(
            lambda case: (
                (case.ours["total_float"] < 0)
                & (case.tasks["constraint"].reindex(case.ours.index) == "ALAP")
            ).any()
        ),
    ),
    Explanation(
        "lag of a link into a summary whose tasks have other calendars",
        "Lags count on the calendar of the successor: the summary. MPXJ takes that of each task.",
        of_network(
            lambda case: (
                case.links.eval("successor_id == 'S' and lag_hours != 0").any()
                and case.tasks.loc[case.tasks["parent_id"] == "S", "calendar_id"].ne("").any()
            )
        ),
    ),
    Explanation(
        "must finish on, of work under way",
        "It finishes on that date. MPXJ heeds of work under way only finish no earlier than.",
        of_network(lambda case: has_constraint_under_way(case, "MFO")),
    ),
    Explanation(
        "must start on and start no later than, of work under way",
        "What has started is not limited in its start. MPXJ counts its late finish from there.",
        of_network(lambda case: has_constraint_under_way(case, "MSO", "SNLT")),
    ),
)

OPEN = {328, 361, 936, 1090, 1106, 1129}
"""Networks that still differ: late dates between calendars, and combinations not yet explained."""


@pytest.fixture(scope="module")
def outcome():
    """All networks through both schedulers, once; printed where a test fails."""
    found = compared("microsoft_project", range(NETWORKS), EXPLANATIONS)
    print(found)
    return found


@needs_java
def test_networks_of_microsoft_have_the_dates_of_an_independent_scheduler(outcome):
    """Early and late dates and total float are the same, or a rule says why they are not."""
    assert set(outcome.unexplained) <= OPEN


@needs_java
@pytest.mark.skipif(NETWORKS < 1260, reason="fewer networks than every rule needs")
def test_every_rule_of_microsoft_is_in_at_least_200_networks(outcome):
    """A rule that is in few networks has not been shown."""
    assert {rule: n for rule, n in outcome.compared.items() if n < 200} == {}
