"""Constraints that contradict: the least set of them, in task names."""

from dataclasses import replace
from itertools import pairwise

import pandas as pd
from day_plan import day_plan, days
from hypothesis import given, settings
from random_networks_of_days import constrained

from pmtools.schedule import PRESETS, schedule
from pmtools.schedule.conflicts import conflicts

MICROSOFT = PRESETS["microsoft_project"]


def said(plan):
    """Hours, limit, bound and chain of each conflict."""
    return conflicts(plan)[["hours", "limit", "bound", "chain"]].to_numpy().tolist()


def test_conflicts_name_the_bound_the_limit_and_the_links_between():
    """A5 cannot start before 3 June, B should be finished by the 5th: four days are missing."""
    found = conflicts(schedule(day_plan("A5:SNET=2026-06-03 B1:FNLT=2026-06-05", "A>B")))
    assert found.to_dict("records") == [
        {
            "hours": 24.0,
            "limit_task_id": "B",
            "limit": "finishes no later than 5 Jun 2026",
            "bound_task_id": "A",
            "bound": "starts no earlier than 3 Jun 2026",
            "chain": "A > B",
        }
    ]


def test_only_the_task_whose_date_is_missed_is_named():
    """A and B both have a float of -1; the date is B's (open-planner-studio, violated: B)."""
    for tasks in ("A3 B2:SNLT=2026-06-03", "A2 B3:FNLT=2026-06-04"):
        found = conflicts(schedule(day_plan(tasks, "A>B")))
        assert found[["limit_task_id", "hours", "chain"]].to_numpy().tolist() == [["B", 8, "A > B"]]


def test_a_missed_deadline_is_a_conflict_with_what_drives_it():
    """The project start and three tasks in a row leave no room for the deadline."""
    found = conflicts(schedule(day_plan("A5 B5 C2:deadline=2026-06-12", "A>B B>C")))
    assert found[["hours", "limit", "bound", "chain"]].values.tolist() == [
        [16.0, "deadline 12 Jun 2026", "project start", "A > B > C"]
    ]


def test_in_microsoft_project_a_constraint_that_overrides_a_link_is_a_conflict():
    """B must start on 3 June although A is finished only on the 5th."""
    plan = schedule(day_plan("A5 B2:MSO=2026-06-03", "A>B"), options=MICROSOFT)
    found = conflicts(plan)
    assert found[["hours", "limit", "bound", "chain"]].values.tolist() == [
        [24.0, "must start on 3 Jun 2026", "project start", "A > B"]
    ]


def test_a_plan_that_can_be_kept_has_no_conflicts():
    """No negative float, no broken link: nothing is said."""
    assert conflicts(schedule(day_plan("A3 B2:FNLT=2026-06-30", "A>B"))).empty


def test_the_set_is_no_longer_than_it_takes():
    """B starts before 1 June even without A: A may be taken away and the date is still missed."""
    plan = schedule(day_plan("A5 B2:FNLT=2026-06-01", "A>B"))
    assert said(plan) == [[48.0, "finishes no later than 1 Jun 2026", "project start", "B"]]
    plan = schedule(day_plan("A5 B2 C1:deadline=2026-06-02", "A>B B>C"))
    assert said(plan) == [[48.0, "deadline 2 Jun 2026", "project start", "B > C"]]


def test_the_date_of_a_summary_is_told_with_its_name():
    """Its tasks are late by what is asked of the whole."""
    project = day_plan("S0:FNLT=2026-06-03 A5")
    tasks = project.tasks.assign(parent_id=["", "S"], kind=["summary", "task"])
    found = said(schedule(project.replace(tasks=tasks)))
    limit = 'finishes no later than 3 Jun 2026 (summary "S")'
    assert found == [[16.0, limit, "project start", "A"]]


def test_the_deadline_of_the_project_is_missed_by_what_finishes_last():
    """It moves no date and takes no float, and is told like any other date."""
    plan = schedule(day_plan("A5 B3", "A>B", deadline=pd.Timestamp("2026-06-09 23:59")))
    assert said(plan) == [[8.0, "deadline of the project 9 Jun 2026", "project start", "A > B"]]


def test_work_under_way_is_held_by_the_status_date_and_by_what_it_waits_for():
    """Retained logic: what remains of B waits for A, whose own rest is not before the status."""
    facts = [{"task_id": name, "actual_start": "2026-07-06 08:00", "percent_complete": percent}
             for name, percent in (("A", 20), ("B", 40))]  # fmt: skip
    project = day_plan("A5 B5:deadline=2026-07-14", "A>B", "2026-07-06", "2026-07-08", facts)
    assert said(schedule(project)) == [[16.0, "deadline 14 Jul 2026", "status date", "A > B"]]


def test_a_date_missed_behind_an_overridden_link_is_followed_through_it():
    """B must start on 3 June, so the link from A is broken; C's deadline is missed by B alone."""
    tasks, links = "A5 B2:MSO=2026-06-03 C2:deadline=2026-06-04", "A>B B>C"
    plan = schedule(day_plan(tasks, links), options=MICROSOFT)
    assert days(plan, "C") == "06-05..08"
    assert said(plan) == [
        [24.0, "must start on 3 Jun 2026", "project start", "A > B"],
        [16.0, "deadline 4 Jun 2026", "must start on 3 Jun 2026", "B > C"],
    ]


def test_a_wait_for_people_is_part_of_what_holds():
    """A levelling delay is told beside the bound."""
    project = day_plan("A3:deadline=2026-06-03")
    tasks = project.tasks.assign(levelling_delay_hours=48.0)
    bound = "project start, then waits 2 days for people (levelling)"
    assert said(schedule(project.replace(tasks=tasks))) == [
        [16.0, "deadline 3 Jun 2026", bound, "A"]
    ]


def test_what_waits_on_purpose_is_no_reason_for_a_missed_date():
    """A as late as possible is driven by nothing: the date is missed because of C."""
    tasks = "A1:ALAP B2:FNLT=2026-06-05 C3:SNET=2026-06-04"
    expected = [[24.0, "finishes no later than 5 Jun 2026", "starts no earlier than 4 Jun 2026",
                 "C > B"]]  # fmt: skip
    assert said(schedule(day_plan(tasks, "A>B C>B"))) == expected


def test_behind_the_first_start_of_a_summary_is_its_first_task():
    """B waits for the start of the phase, whose second task starts later and holds nothing."""
    project = day_plan("S0 A5:SNET=2026-06-03 Z5:SNET=2026-06-09 B3:FNLT=2026-06-04", "S>B:SS")
    tasks = project.tasks.assign(
        parent_id=["", "S", "S", ""], kind=["summary", "task", "task", "task"])  # fmt: skip
    assert said(schedule(project.replace(tasks=tasks))) == [
        [8.0, "finishes no later than 4 Jun 2026", "starts no earlier than 3 Jun 2026", "A > B"]
    ]


def alone(project, row, without_link=None, without_limit=False):
    """The set of one conflict and nothing else; or that without one part of it."""
    names = row["chain"].split(" > ")
    pairs = set(pairwise(names)) - {without_link}
    ends = zip(project.links["predecessor_id"], project.links["successor_id"], strict=True)
    tasks = project.tasks[project.tasks["id"].isin(names)]
    is_limit, is_bound = tasks["id"] == row["limit_task_id"], tasks["id"] == row["bound_task_id"]
    is_deadline = row["limit"].startswith("deadline")
    is_upper = tasks["constraint"].isin(["FNLT", "SNLT"])
    keeps_rule = (is_bound & ~is_upper) | (is_limit & is_upper & (not is_deadline))
    keeps_deadline = is_limit & is_deadline
    if without_limit:
        keeps_rule, keeps_deadline = keeps_rule & ~is_upper, keeps_deadline & False
    return schedule(project.replace(
        tasks=tasks.assign(constraint=tasks["constraint"].where(keeps_rule, ""),
                           deadline=tasks["deadline"].where(keeps_deadline)),
        links=project.links[[pair in pairs for pair in ends]],
    ))  # fmt: skip


def earlier(project):
    """The same with a project start so early that it holds nothing."""
    return project.replace(header=replace(project.header, start=pd.Timestamp("2026-01-05")))


@given(constrained())
@settings(max_examples=25, deadline=None)
def test_each_conflict_is_a_least_set(project):
    """Its parts alone contradict; without the limit, the bound or any one link they do not."""
    for row in conflicts(schedule(project)).to_dict("records"):
        names = row["chain"].split(" > ")
        is_start = row["bound"] == "project start"
        whole = project if is_start else earlier(project)
        assert not conflicts(alone(whole, row)).empty
        assert conflicts(alone(whole, row, without_limit=True)).empty
        for link in pairwise(names):
            assert conflicts(alone(whole, row, without_link=link)).empty
        free = earlier(project)
        if not is_start:
            rules = free.tasks["constraint"].mask(free.tasks["id"] == row["bound_task_id"], "")
            free = free.replace(tasks=free.tasks.assign(constraint=rules))
        assert conflicts(alone(free, row)).empty


def test_every_missed_date_of_a_plan_is_in_a_conflict():
    """Tasks with negative float lead to a date that is missed, and each such date is told."""
    plan = schedule(day_plan(
        "A5 B2:deadline=2026-06-04 C2:FNLT=2026-06-08 D1", "A>B A>C C>D"))  # fmt: skip
    assert conflicts(plan)["limit_task_id"].tolist() == ["B", "C"]
    assert (plan.tasks["total_float_hours"] < 0).tolist() == [True, True, True, False]
