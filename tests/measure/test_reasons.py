"""Why a measure cannot be said."""

import pytest
from small_plan import BASELINE, FRIDAYS, small_plan

from pmtools.measure.earned_value import earned_value
from pmtools.metrics import CannotSay, Metric

STARTED = {"status_date": FRIDAYS[0], "task_id": "1", "actual_start": "2026-03-02 08:00"}
HALF = STARTED | {"percent_complete": 50}
INVOICE = {"date": "2026-03-05", "task_id": "1", "amount": 1000}


def reason(metric, factor="CPI", status_date=FRIDAYS[0], **tables):
    found = earned_value(small_plan(status_date, **tables), performance_factor=factor).value(metric)
    assert isinstance(found, CannotSay), f"{metric} is {found}"
    return found.reason


def test_without_a_baseline_nothing_but_the_cost_can_be_said():
    """No PV, no EV, no time; what was spent is known all the same."""
    tables = {"baseline": [], "progress": [HALF], "costs": [INVOICE]}
    for metric in (Metric.PLANNED_VALUE, Metric.EARNED_SCHEDULE, Metric.ESTIMATE_AT_COMPLETION):
        assert reason(metric, **tables) == "no baseline is approved"
    assert reason(Metric.PLANNED_DURATION, **tables) == "no baseline is approved"
    value = earned_value(small_plan(FRIDAYS[0], **tables))
    assert value.value(Metric.ACTUAL_COST) == 1000
    assert value.curve["planned_value"].isna().all()


def test_a_baseline_without_cost_still_has_a_duration():
    """Money cannot be said; planned duration and actual time can."""
    free = [row | {"cost": 0} for row in BASELINE]
    tables = {"baseline": free, "progress": [HALF]}
    assert reason(Metric.BUDGET_AT_COMPLETION, **tables) == "the baseline holds no cost"
    assert reason(Metric.SCHEDULE_PERFORMANCE_INDEX_TIME, **tables) == "the baseline holds no cost"
    assert earned_value(small_plan(FRIDAYS[0], **tables)).value(Metric.PLANNED_DURATION) == 120


def test_planned_work_without_a_rate_names_who_lacks_it():
    """The remedy is in the reason."""
    tables = {
        "baseline": [row | {"cost": None} for row in BASELINE],
        "assignments": [{"task_id": n, "resource_id": r} for n, r in (("1", "bob"), ("2", "ann"))],
    }
    said = reason(Metric.BUDGET_AT_COMPLETION, **tables)
    assert said == '"Bob" (and 1 more) has planned work, but no rate'


def test_worked_hours_without_a_rate_name_who_lacks_it():
    """The remedy is in the reason."""
    hours = [{"date": "2026-03-03", "task_id": "1", "resource_id": "ann", "hours": 8}]
    said = reason(Metric.ACTUAL_COST, progress=[HALF], timesheets=hours)
    assert said == '"Ann" has worked hours, but no rate'


@pytest.mark.parametrize(
    ("metric", "expected", "tables"),
    [
        (Metric.EARNED_VALUE, "no progress is recorded", {}),
        (Metric.ACTUAL_COST, "no cost is recorded", {"progress": [HALF]}),
        (Metric.COST_PERFORMANCE_INDEX, "no cost is recorded", {"progress": [HALF]}),
        (Metric.ESTIMATE_TO_COMPLETE, "no cost is recorded", {"progress": [HALF]}),
        (
            Metric.COST_PERFORMANCE_INDEX,
            "nothing is spent yet",
            {"progress": [HALF], "costs": [INVOICE | {"date": "2026-03-10"}]},
        ),
        (
            Metric.COST_PERFORMANCE_INDEX,
            "the cost recorded is below zero",
            {"progress": [HALF], "costs": [INVOICE | {"amount": -1}]},
        ),
        (
            Metric.ESTIMATE_AT_COMPLETION,
            "nothing is earned yet",
            {"progress": [STARTED], "costs": [INVOICE]},
        ),
        (
            Metric.TIME_ESTIMATE_AT_COMPLETION,
            "nothing is earned yet",
            {"progress": [STARTED], "costs": [INVOICE]},
        ),
        (
            Metric.TO_COMPLETE_PERFORMANCE_INDEX,
            "it is not achievable: the budget is spent and work is left",
            {"progress": [HALF], "costs": [INVOICE | {"amount": 10_000}]},
        ),
    ],
)
def test_what_is_missing_is_said(metric, expected, tables):
    """The first thing that is missing, not a chain of consequences."""
    assert reason(metric, **tables) == expected


def test_before_the_baseline_starts_there_is_no_index():
    """Nothing was planned and no time has passed, though work may have begun."""
    early = {"status_date": "2026-02-27 23:59", "progress": [HALF | {"status_date": "2026-02-27"}]}
    spi = reason(Metric.SCHEDULE_PERFORMANCE_INDEX, **early)
    assert spi == "nothing was planned up to this date"
    said = reason(Metric.SCHEDULE_PERFORMANCE_INDEX_TIME, **early)
    assert said == "no planned working time has passed yet"
    assert reason(Metric.ESTIMATE_AT_COMPLETION, factor="SPI", costs=[INVOICE | {
        "date": "2026-02-26"}], **early) == spi  # fmt: skip


def test_at_the_end_no_performance_is_needed_any_more():
    """All done; or the planned duration has passed and work is left."""
    done = {"status_date": FRIDAYS[2], "percent_complete": 100, "actual_start": "2026-03-02 08:00"}
    progress = [done | {"task_id": str(n)} for n in range(1, 5)]
    tspi, tcpi = Metric.TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX, Metric.TO_COMPLETE_PERFORMANCE_INDEX
    tables = {"status_date": FRIDAYS[2], "costs": [INVOICE]}
    assert reason(tspi, progress=progress, **tables) == "all work is done"
    assert reason(tcpi, progress=progress, **tables) == "all work is done"
    late = reason(tspi, progress=progress[:2], **tables)
    assert late == "it is not achievable: the planned duration has passed and work is left"


def test_without_a_status_date_nothing_is_measured():
    """There is no day up to which to measure."""
    assert (
        reason(Metric.PLANNED_VALUE, status_date=None) == "there is no status date and no progress"
    )
