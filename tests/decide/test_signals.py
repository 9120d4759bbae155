"""Red, amber, green: by stated rules."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from real_data import DATA, needs_data
from small_plan import BASELINE, BUILD_HALF, DESIGN_DONE, FRIDAYS, TASKS, small_plan, two_weeks

from pmtools.decide.signals import (
    chance_signal,
    cost_signal,
    finish_signal,
    index_signal,
    status,
    worst,
)
from pmtools.measure.earned_value import earned_value
from pmtools.measure.milestones import schedule_weeks
from pmtools.simulate import simulate
from pmtools.words import chance_said

FEMA = [(0.949, 1.0, "Y"), (0.95, 1.05, "G"), (0.899, 1.2, "R"), (1.06, 1.0, "Y"),
        (1.11, 1.0, "R"), (0.9, 0.95, "Y")]  # fmt: skip


@pytest.mark.parametrize(("spi", "cpi", "expected"), FEMA)
def test_the_worse_of_two_indices_counts(spi, cpi, expected):
    """FEMA MIP: green 0.95 to 1.05, yellow 0.90 to 1.10, red beyond (standards.md, section 9)."""
    names = {"G": "green", "Y": "amber", "R": "red"}
    assert worst([index_signal(spi), index_signal(cpi)]) == names[expected]


def test_finish_is_green_within_a_week_and_amber_within_a_month():
    """SSP: green within one week late, amber within a month, red beyond."""
    days = [-10, 0, 5, 6, 20, 21]
    assert [finish_signal(d) for d in days] == [
        "green", "green", "green", "amber", "amber", "red",
    ]  # fmt: skip


def test_cost_is_green_within_the_budget():
    """EAC up to 100 % green, to 105 % amber, beyond red."""
    assert [cost_signal(s) for s in (0.9, 1.0, 1.05, 1.051)] == ["green", "green", "amber", "red"]


def test_what_is_unknown_does_not_hide_what_is_known():
    """The most constrained dimension decides; unknown only where nothing is known."""
    assert worst(["unknown", "green"]) == "green"
    assert worst(["unknown", "amber", "green"]) == "amber"
    assert worst(["unknown"]) == "unknown"


def status_of(*weeks):
    return status(schedule_weeks(weeks), earned_value(weeks[-1]))


def test_the_headline_says_where_it_ends_against_the_promise_and_what_moved():
    """Three days late against the baseline, all of it since last week."""
    found = status_of(*two_weeks())
    assert found.headline.startswith(
        "Rollout is forecast to finish on 25 Mar 2026, 3 working days late against the promised "
        "20 Mar 2026"
    )
    assert "3 working days later since last week" in found.headline
    finish = found.dimensions.set_index("dimension").loc["Finish date"]
    assert finish["signal"] == "green"
    assert "3 working days late" in finish["evidence"]


def test_a_promise_is_as_safe_as_its_chance():
    """Green with the confidence wanted, amber where at least as likely as not, red below."""
    chances = [0.9, 0.8, 0.79, 0.5, 0.49]
    assert [chance_signal(each, 0.8) for each in chances] == [
        "green", "green", "amber", "amber", "red",
    ]  # fmt: skip


def test_the_chance_of_the_promise_is_that_of_the_trials():
    """The share of trials that keep the promised day, and the day that is as safe as wanted."""
    weeks, ranges = two_weeks(), [("3", 8, 24, 80, "triangular")]
    names = ["task_id", "optimistic_hours", "most_likely_hours", "pessimistic_hours",
             "distribution"]  # fmt: skip
    now = weeks[-1].replace(estimates=pd.DataFrame(ranges, columns=names))
    plans = schedule_weeks([weeks[0], now])
    forecast = simulate(plans[-1], n_trials=1000)
    found = status(plans, earned_value(now), forecast)
    row = found.dimensions.set_index("dimension").loc["Chance"]
    chance = forecast.chance(finish="2026-03-20")
    assert 0 < chance < 1
    assert row["signal"] == chance_signal(chance, 0.8)
    safe = f"80% safe is {forecast.finish_at(0.8):%d %b %Y}".replace(" 0", " ")
    assert row["evidence"] == f"{chance_said(chance)} to keep 20 Mar 2026; {safe}"
    assert f"({safe})" in found.headline


def test_without_baseline_and_cost_every_dimension_says_why_not():
    """No number is invented: the signal says "cannot say", the evidence why."""
    found = status_of(small_plan(FRIDAYS[0], baseline=[]))
    unknown = found.dimensions[found.dimensions["signal"] == "unknown"]
    assert unknown.set_index("dimension")["evidence"].to_dict() == {
        "Finish date": "The project has neither a deadline nor a baseline",
        "Chance": "The project has neither a deadline nor a baseline",
        "Cost": "No baseline is approved",
        "Efficiency": "No baseline is approved",
        "Overdue work": "Neither a baseline nor deadlines say what was due",
        "Risks and decisions": "There is no register",
    }
    assert (found.signal, found.headline) == (
        "unknown",
        "Rollout is forecast to finish on 27 Mar 2026; whether that is on time we cannot say, "
        "because the project has neither a deadline nor a baseline.",
    )


def test_what_is_known_in_part_says_what_is_missing():
    """Progress without cost: SPI(t) counts, CPI says why not."""
    whole = status_of(two_weeks()[1])
    assert whole.signal == whole.statement.signal == "red", "the worst of all areas"
    found = whole.dimensions.set_index("dimension").loc["Efficiency"]
    assert found["evidence"] == "CPI: cannot say, because no cost is recorded; SPI(t) 0.75"
    assert found["signal"] == "red"


def cost(amount):
    return [{"date": "2026-03-05", "task_id": "1", "amount": amount}]


def test_far_better_than_planned_is_flagged_with_its_explanation():
    """Amber without a word would read as bad news: it asks to check the bookings."""
    cheap = small_plan(FRIDAYS[0], [DESIGN_DONE], costs=cost(3700))
    found = status_of(cheap).dimensions.set_index("dimension").loc["Efficiency"]
    assert found["signal"] == "amber"
    assert found["evidence"] == "CPI 1.08, better than planned: check the bookings; SPI(t) 1.00"
    fast = small_plan(FRIDAYS[0], [DESIGN_DONE, BUILD_HALF | {"status_date": FRIDAYS[0]}])
    found = status_of(fast).dimensions.set_index("dimension").loc["Efficiency"]
    assert found["evidence"].endswith("SPI(t) 1.50, better than planned: check the progress")
    dear = status_of(small_plan(FRIDAYS[0], [DESIGN_DONE], costs=cost(5000))).dimensions
    assert not dear["evidence"].str.contains("check the").any()


def test_evidence_and_rules_are_sentences():
    """They begin with a capital letter."""
    for weeks in (two_weeks(), [small_plan(FRIDAYS[0], baseline=[])]):
        rows = status_of(*weeks).dimensions
        assert all(text[0].isupper() for text in [*rows["evidence"], *rows["rule"]])


HEADLINES = [
    ({}, "Rollout is forecast to finish on 20 Mar 2026, on time against the promised 20 Mar 2026."),
    (
        {"costs": cost(4000), "header": {"budget": 12_000.0}},
        "Rollout is forecast to finish on 20 Mar 2026, on time against the promised 20 Mar 2026, "
        "at a cost of EUR 10,000 of a budget of EUR 12,000.",
    ),
    (
        {"costs": cost(5000), "baseline": BASELINE[:1]},
        "Rollout is forecast to finish on 20 Mar 2026, 10 working days late against the promised "
        "6 Mar 2026, at a cost of EUR 5,000.",
    ),
    (
        {"header": {"deadline": pd.Timestamp("2026-04-03 23:59")}},
        "Rollout is forecast to finish on 20 Mar 2026, 10 working days early against the promised "
        "3 Apr 2026.",
    ),
    (
        {"header": {"deadline": pd.Timestamp("2026-03-19 23:59")}},
        "Rollout is forecast to finish on 20 Mar 2026, 1 working day late against the promised "
        "19 Mar 2026.",
    ),
]


@pytest.mark.parametrize(("tables", "headline"), HEADLINES)
def test_the_headline_reads_well_whatever_is_known(tables, headline):
    """On time, late, early; with and without cost and budget."""
    assert status_of(small_plan(FRIDAYS[0], [DESIGN_DONE], **tables)).headline == headline


@pytest.mark.parametrize(
    ("spent", "budget", "signal", "evidence"),
    [
        (4000, 10_000.0, "green", "EUR 10,000, 100% of the budget of EUR 10,000"),
        (4160, 10_000.0, "amber", "EUR 10,400, 104% of the budget of EUR 10,000"),
        (4400, 12_000.0, "green", "EUR 11,000, 92% of the budget of EUR 12,000"),
        (4400, None, "red", "EUR 11,000, 110% of the budget of EUR 10,000"),
    ],
)
def test_cost_is_measured_against_the_approved_budget(spent, budget, signal, evidence):
    """That of the project, reserve included; without one, the sum of the baseline."""
    plan = small_plan(FRIDAYS[0], [DESIGN_DONE], costs=cost(spent), header={"budget": budget})
    found = status_of(plan).dimensions.set_index("dimension").loc["Cost"]
    assert found["signal"] == signal
    assert found["evidence"] == f"Estimate at completion {evidence}"


def test_a_finish_that_moved_by_one_day_is_told_as_later_or_earlier():
    """One day less of the test, or one more."""
    tasks = [*TASKS[:2], TASKS[2] | {"duration_hours": 32}, TASKS[3]]
    longer = small_plan(FRIDAYS[0], [DESIGN_DONE])
    shorter = small_plan(FRIDAYS[0], [DESIGN_DONE], tasks=tasks)
    moved = "; the finish moved 1 working day {} since last week."
    assert status_of(longer, shorter).headline.endswith(moved.format("earlier"))
    assert status_of(shorter, longer).headline.endswith(moved.format("later"))


def test_a_jump_of_several_weeks_is_not_told_as_last_week():
    """The day of the report before is named."""
    first, second = two_weeks()
    third = replace_status(second, FRIDAYS[2])
    assert status_of(first, third).headline.endswith("later since 6 Mar 2026.")
    assert status_of(second, second).headline.endswith("; the finish did not move since last week.")


def replace_status(project, status_date):
    return project.replace(header=replace(project.header, status_date=status_date))


def test_a_finished_project_is_told_as_finished():
    """Nothing is forecast any more."""
    rows = [
        {"status_date": FRIDAYS[2], "task_id": task, "actual_start": start, "actual_finish": finish,
         "percent_complete": 100, "remaining_hours": 0}
        for task, start, finish in (
            ("1", "2026-03-02 08:00", "2026-03-06 17:00"),
            ("2", "2026-03-09 08:00", "2026-03-13 17:00"),
            ("3", "2026-03-16 08:00", "2026-03-20 17:00"),
            ("4", "2026-03-20 17:00", "2026-03-20 17:00"),
        )
    ]  # fmt: skip
    done = small_plan(FRIDAYS[2], rows, costs=cost(9000))
    assert status_of(done, done).headline == (
        "Rollout was finished on 20 Mar 2026, on time against the promised 20 Mar 2026, "
        "at a cost of EUR 9,000."
    )
    bare = small_plan(FRIDAYS[2], rows, baseline=[])
    assert status_of(bare).headline == (
        "Rollout was finished on 20 Mar 2026; whether that is on time we cannot say, "
        "because the project has neither a deadline nor a baseline."
    )
    finish = status_of(done).dimensions.set_index("dimension").loc["Finish date"]
    assert finish["evidence"] == "Finished 20 Mar 2026, promised 20 Mar 2026: on time"


def test_a_deadline_is_the_promise_where_there_is_one():
    """The header's deadline counts before the baseline's finish."""
    header = {"deadline": pd.Timestamp("2026-03-13 23:59")}
    found = status_of(small_plan(FRIDAYS[0], header=header))
    finish = found.dimensions.set_index("dimension").loc["Finish date"]
    assert "promised 13 Mar 2026" in finish["evidence"]


@needs_data
def test_vectors_agree_with_the_published_file():
    """The same six cases stand in vectors.json."""
    published = json.loads((DATA.parent / "vectors.json").read_text(encoding="utf-8"))["fema_rag"]
    assert [tuple(case) for case in published] == FEMA


def overdue_work(progress=(), **tables):
    rows = status_of(small_plan(FRIDAYS[1], progress, **tables)).dimensions
    return tuple(rows.set_index("dimension").loc["Overdue work", ["signal", "evidence"]])


def test_overdue_work_is_amber_and_red_where_a_deadline_passed():
    """Late against the baseline is amber; a broken deadline is red."""
    done = [DESIGN_DONE, DESIGN_DONE | {"task_id": "2", "actual_finish": "2026-03-13 17:00"}]
    assert overdue_work(done) == ("green", "Nothing is overdue")
    assert overdue_work([DESIGN_DONE]) == ("green", "Nothing is overdue"), "due by tonight"
    assert overdue_work() == ("amber", "1 task overdue, 1 of them critical")
    tasks = small_plan().tasks.assign(deadline=pd.Timestamp("2026-03-12 23:59"))
    assert overdue_work(tasks=tasks) == (
        "red", "4 tasks overdue, 4 of them critical; 4 deadlines passed",
    )  # fmt: skip


def test_an_overdue_response_or_decision_is_amber():
    """A risk without its response and a decision nobody took are early warnings."""
    items = [
        {"id": "R1", "kind": "risk", "title": "Late routers", "due_date": "2026-03-20"},
        {"id": "D1", "kind": "decision", "title": "Vendor?", "due_date": "2026-03-12"},
    ]
    for shown, signal, evidence in (
        (
            items[:1],
            "green",
            "1 open risk, 0 issues, 0 decisions needed, 0 actions; none of them overdue",
        ),
        (items, "amber", "1 open risk, 0 issues, 1 decision needed, 0 actions; 1 of them overdue"),
    ):
        rows = status_of(small_plan(FRIDAYS[1], register=shown)).dimensions
        found = rows.set_index("dimension").loc["Risks and decisions"]
        assert (found["signal"], found["evidence"]) == (signal, evidence)
