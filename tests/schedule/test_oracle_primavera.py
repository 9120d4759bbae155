"""Networks of Primavera P6 against MPXJ's PrimaveraScheduler."""

import pandas as pd
import pytest
from mpxj_oracle import oracle
from oracle_comparison import NETWORKS, Explanation, compared
from oracle_explanations import (
    COMMON,
    EARLY,
    LATE,
    has_constraint_under_way,
    has_finish_at_start_of_shift,
    has_lead_elsewhere,
    has_milestone_in_free_time,
    is_lag_elsewhere,
    late_start_contradicts,
    of_network,
    starts_on_constraint_before_links,
)
from random_networks import BASE
from tools import needs_java

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

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
        "The finish waits for the start of the predecessor. MPXJ leaves such a link out.",
        of_network(
            lambda case: case.links.eval(
                "kind == 'SF' and lag_hours <= 0 and successor_is_started"
                " and not successor_is_finished and not predecessor_is_started"
            ).any()
        ),
    ),
    Explanation(
        "lag on another calendar behind work as late as possible",
        "Early dates are as late as possible without delaying the successor (docs.oracle.com, "
        "Working with Activity Constraints). MPXJ takes the lag off the start of the task, not "
        "off its finish: its dates delay the successor or could be later.",
        lambda case: {
            (task, name)
            for task, name in case.differences
            if name in EARLY | {"total_float"}
            and is_lag_elsewhere(case, ("FS",), "ALAP").any()
            and case.tasks.at[task, "constraint"] == "ALAP"
        },
    ),
    Explanation(
        "start on or before, of work under way",
        "What has started meets or missed it; only the start is limited. MPXJ, too, heeds no "
        "other start constraint of such work.",
        of_network(lambda case: has_constraint_under_way(case, "SNLT")),
    ),
    Explanation(
        "finish on or after and finish on, of work under way",
        "The finish is not scheduled before that date (docs.oracle.com, Working with Activity "
        "Constraints), whether or not the work has started. MPXJ heeds no constraint of it.",
        of_network(lambda case: has_constraint_under_way(case, "FNET", "MFO")),
    ),
    Explanation(
        "as late as possible beyond its own late finish",
        "Late work stays within its float. MPXJ moves the start to that of a successor, or the "
        "finish to that of the project, past its late finish or a second constraint.",
        lambda case: {
            (task, name)
            for task, name in case.differences
            if case.tasks.at[task, "constraint"] == "ALAP"
            and case.theirs.at[task, "early_finish"] > case.theirs.at[task, "late_finish"]
        },
    ),
    Explanation(
        "as late as possible, of work under way",
        "It has started, and goes on. MPXJ moves what remains of it.",
        of_network(lambda case: has_constraint_under_way(case, "ALAP")),
    ),
    Explanation(
        "start-to-start link without lag, lags on the project's calendar",
        "Without a lag there is nothing to count. MPXJ waits for the hours of the lag calendar "
        "(its author notes that he does not know why).",
        of_network(
            lambda case: (
                case.project.header.lag_calendar == "project"
                and (
                    case.links.eval("kind == 'SS' and lag_hours == 0")
                    & case.links["predecessor_id"].map(case.tasks["calendar_id"]).ne("")
                ).any()
            )
        ),
    ),
    Explanation(
        "start-to-start lag from work under way, on another calendar",
        "Of the lag, what its calendar worked since the actual start has passed. MPXJ takes the "
        "actual duration of the task, on the task's calendar.",
        of_network(
            lambda case: (
                is_lag_elsewhere(case, ("SS",)) & case.links["predecessor_is_started"]
            ).any()
        ),
    ),
    Explanation(
        "start on or after, on the day on which links let the task start later",
        "It sets the start only where that would be earlier (docs.oracle.com, Working with "
        "Activity Constraints). MPXJ takes its date on all of that day.",
        of_network(starts_on_constraint_before_links),
    ),
    Explanation(
        "finish at the start of a shift",
        "A finish-to-finish link from another calendar may end in free time; there the successor "
        "has finished. MPXJ says that it finishes when its next shift begins.",
        of_network(has_finish_at_start_of_shift),
    ),
    Explanation(
        "late dates of level of effort, and one without length",
        "It decides nothing and ends with the work it goes along with: ours are never before the "
        "project or the status date. MPXJ puts them there and finds float below zero. Where its "
        "links end it before they start it, it has no length.",
        lambda case: {
            (task, name)
            for task, name in case.differences
            if task == "E"
            and (
                name in LATE
                or case.ours.at[task, "early_start"] == case.ours.at[task, "early_finish"]
                or case.theirs.at[task, "early_start"] >= case.theirs.at[task, "early_finish"]
            )
        },
    ),
    Explanation(
        "lag into work under way",
        "What remains of the successor waits for the lag. MPXJ's forward pass counts it, its "
        "backward pass does not, and so has float where there is none, or less than none.",
        lambda case: {
            (task, name)
            for task, name in case.differences
            if name in LATE
            and case.links.eval(
                "kind == 'FS' and lag_hours != 0 and successor_is_started"
                " and not successor_is_finished and not predecessor_is_finished"
            ).any()
        },
    ),
    Explanation(
        "milestone in free time",
        "A milestone is reached when its calendar works, or when the last shift has ended. MPXJ "
        "leaves it where a lag or another calendar put it, and counts its late date from the "
        "evening before: negative float without any limit.",
        of_network(has_milestone_in_free_time),
    ),
    Explanation(
        "lead that counts on another calendar than the successor's",
        "A lead of whole shifts ends when one shift has ended and when the next begins: the same "
        "working time on its calendar. A successor that works in between can start then; MPXJ "
        "lets it wait for the next shift.",
        of_network(has_lead_elsewhere),
    ),
    Explanation(
        "late start and late finish are not one duration apart",
        "The late start is the late finish less the duration.",
        late_start_contradicts,
    ),
)

OPEN = {413, 554, 587, 606, 668, 679, 697, 720, 1001, 1026, 1093, 1102, 1105, 1149}
"""Networks that still differ: late dates between calendars, and combinations not yet explained."""


@pytest.fixture(scope="module")
def outcome():
    """All networks through both schedulers, once; printed where a test fails."""
    found = compared("primavera_p6", range(NETWORKS), EXPLANATIONS)
    print(found)
    return found


@needs_java
def test_networks_of_primavera_have_the_dates_of_an_independent_scheduler(outcome):
    """Early and late dates and total float are the same, or a rule says why they are not."""
    assert set(outcome.unexplained) <= OPEN


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
