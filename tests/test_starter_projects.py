"""The starter projects: clean data that tell the stories their README tells."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pmtools.check import check
from pmtools.decide.signals import days_late_of
from pmtools.files import shipped
from pmtools.formats import read_project, read_weeks
from pmtools.measure.budget import approved_baseline, budget_of, control_accounts, rates_on
from pmtools.measure.earned_value import earned_value
from pmtools.measure.flow import flow
from pmtools.measure.lookahead import done_since, due_within
from pmtools.measure.register import DECISIONS, became_issues, open_items, register, stuck
from pmtools.measure.responsibility import responsibility
from pmtools.measure.risk_matrix import risk_matrix
from pmtools.measure.workload import overallocated, workload
from pmtools.metrics import CannotSay, Metric
from pmtools.project import TABLES, Project
from pmtools.project.working_time import calendars_of
from pmtools.schedule import Schedule, schedule

STARTERS = ("software-rollout", "hardware-installation", "network-upgrade")
A_DAY = 8
CENT = 0.01
OF_AGILE_TEAMS = {"work_items", "transitions"}

pytestmark = pytest.mark.parametrize("starter", STARTERS)


def folder(starter):
    return shipped("templates") / "projects" / starter


@cache
def weeks_of(starter) -> tuple[Project, ...]:
    return read_weeks(folder(starter))


@cache
def plan_of(starter, week=-1) -> Schedule:
    return schedule(weeks_of(starter)[week])


def versions_of(starter) -> tuple[Project, ...]:
    """The plan as approved, as changed, and now."""
    days = sorted(path.name for path in (folder(starter) / "earlier").iterdir())
    return (*(read_project(folder(starter), day) for day in days), weeks_of(starter)[-1])


def unstarted(project: Project) -> Project:
    """The plan before any work: what was scheduled when it was approved."""
    nothing = {name: getattr(project, name)[:0] for name in ("progress", "timesheets", "costs")}
    return project.replace(header=replace(project.header, status_date=None), **nothing)


def test_a_starter_is_a_project_of_true_size(starter):
    """40 to 120 tasks, three departments, every table in use but the boards of agile teams."""
    project = weeks_of(starter)[-1]
    assert 40 <= len(project.tasks) <= 120
    assert project.tasks["department_id"].nunique() >= 3
    assert {name for name in TABLES if getattr(project, name).empty} <= OF_AGILE_TEAMS
    assert project.tasks["name"].is_unique
    assert (project.tasks["owner_id"] != "").all()


def test_logic_mixes_link_kinds_and_lags(starter):
    """FS, SS and FF, leads, working and elapsed lags; constraints; calendars of single tasks."""
    now = pd.concat([version.links for version in versions_of(starter)])
    assert set(now["kind"]) >= {"FS", "SS", "FF"}
    assert set(now.loc[now["lag_hours"] != 0, "lag_kind"]) >= {"working", "elapsed", "percent"}
    assert (now["lag_hours"] < 0).any()
    tasks = weeks_of(starter)[-1].tasks
    assert (tasks["calendar_id"] != "").any()
    assert (tasks["constraint"] == "SNET").any()
    assert tasks["deadline"].notna().sum() >= 5
    assert set(tasks["ev_method"]) >= {
        "0/100", "50/50", "percent_complete", "weighted_milestones", "level_of_effort",
    }  # fmt: skip


def test_weeks_can_be_read_again_as_they_were_known(starter):
    """At least eight weekly status dates, each a project of its own that ends on that Friday."""
    weeks = weeks_of(starter)
    dates = [week.header.status_date for week in weeks]
    assert len(weeks) >= 8
    assert dates == sorted(weeks[-1].progress["status_date"].unique())
    assert {date.day_name() for date in dates} == {"Friday"}
    assert all(week.progress["status_date"].max() == week.header.status_date for week in weeks)


def test_two_earlier_versions_differ_in_scope_logic_and_estimates(starter):
    """What a change brings is seen between the versions: tasks, links and estimates."""
    versions = versions_of(starter)
    assert len(versions) == 3
    for before, after in pairwise(versions):
        active = [set(v.tasks.loc[v.tasks["is_active"], "id"]) for v in (before, after)]
        assert active[1] - active[0]
        for table in ("tasks", "links", "estimates", "assignments", "baseline", "register"):
            assert not getattr(before, table).equals(getattr(after, table)), table
    dropped = [v.tasks.loc[~v.tasks["is_active"], "id"].to_list() for v in versions]
    assert dropped[0] == [] and dropped[2]


def test_no_week_has_an_error_and_the_last_hardly_a_warning(starter):
    """Starter data are clean: flagged are at most items of the register that are overdue."""
    before = None
    for week in weeks_of(starter):
        found = check(week, earlier=before)
        assert [f for f in found if f.severity == "error"] == []
        before = week
    assert {f.code for f in found} <= {"PM407"}
    assert len([*found]) <= 2


def test_the_first_baseline_is_the_schedule_of_the_plan_as_approved(starter):
    """An approved baseline holds the dates the plan had when it was approved.

    To the working minute; level of effort was approved with hours and goes along with the work.
    """
    approved = versions_of(starter)[0]
    plan = schedule(unstarted(approved))
    tasks = plan.tasks.set_index("id")
    baseline = approved.baseline.set_index("task_id")
    assert set(baseline["baseline"]) == {"1"}
    assert set(baseline.index) == set(tasks.index[tasks["kind"] != "summary"])
    calendars = calendars_by_task(approved)
    for task, row in baseline.iterrows():
        found = tasks.loc[task]
        assert calendars[task].hours_between(row["start"], found["start"]) == 0, task
        if found["kind"] == "level_of_effort":
            assert row["finish"] <= found["finish"]
        else:
            assert calendars[task].hours_between(row["finish"], found["finish"]) == 0, task
            assert row["duration_hours"] == found["duration_hours"]


def test_baseline_costs_are_work_times_rates_day_by_day(starter):
    """The approved cost of a task is its fixed cost, cost of use and each day's hours x rate."""
    project = versions_of(starter)[0]
    baseline = project.baseline.set_index("task_id")
    rows = project.assignments.join(baseline[["start", "finish"]], on="task_id")
    rows = rows.merge(project.resources, left_on="resource_id", right_on="id")
    cost = baseline["fixed_cost"].fillna(0) + rows.groupby("task_id")["cost_per_use"].sum().reindex(
        baseline.index, fill_value=0
    )
    calendars = calendars_by_task(project)
    for row in rows.itertuples():
        days = pd.Series(pd.date_range(row.start.normalize(), row.finish.normalize()))
        begin, end = days.clip(lower=row.start), (days + pd.Timedelta("1D")).clip(upper=row.finish)
        rate = rates_on(project.rates, pd.Series(row.resource_id, index=days.index), days)
        hours = np.asarray(calendars[row.task_id].hours_between(begin, end))
        amount = rate.iloc[0] if row.is_fixed_quantity else (hours * rate).sum()
        cost[row.task_id] += row.units * amount
    assert (cost - baseline["cost"]).abs().max() < CENT


def calendars_by_task(project):
    calendars = calendars_of(project)
    return {row.id: calendars[row.calendar_id] for row in project.tasks.itertuples()}


def test_control_accounts_add_up_to_the_baseline_within_the_budget(starter):
    """The budget is the control accounts and a management reserve of less than a tenth."""
    project = weeks_of(starter)[-1]
    budget = budget_of(project)
    accounts = budget.groupby("control_account")["budget"].sum()
    assert len(accounts) >= 6 and "" not in accounts
    approved = approved_baseline(project)
    expected = approved.groupby(approved["task_id"].map(control_accounts(project)))["cost"].sum()
    assert (accounts - expected).abs().max() < CENT
    assert 0.9 * project.header.budget < accounts.sum() < project.header.budget


def test_progress_is_free_of_contradictions(starter):
    """Finished is 100 % with nothing left, percents never fall, work happens in working time."""
    project = weeks_of(starter)[-1]
    rows = project.progress
    finished = rows["actual_finish"].notna()
    assert (finished == (rows["percent_complete"] == 100)).all()
    assert (finished == (rows["remaining_hours"] == 0)).all()
    assert rows["actual_start"].notna().all()
    assert (rows[["actual_start", "actual_finish"]].max(axis=1) <= rows["status_date"]).all()
    by_task = rows.sort_values("status_date").groupby("task_id")
    assert (by_task["percent_complete"].diff().dropna() >= 0).all()
    assert (by_task["actual_start"].nunique() == 1).all()
    work = rows[rows["task_id"].map(project.tasks.set_index("id")["kind"]) != "milestone"]
    calendars = calendars_by_task(project)
    for row in work.itertuples():
        calendar = calendars[row.task_id]
        assert calendar.next_work(row.actual_start) == row.actual_start
        if not pd.isna(row.actual_finish):
            assert calendar.previous_work(row.actual_finish) == row.actual_finish


def test_work_follows_the_logic_that_held(starter):
    """No task has begun before the finish-to-start predecessors of its week's plan were done."""
    for week in range(len(weeks_of(starter))):
        plan = plan_of(starter, week)
        tasks = plan.tasks.set_index("id")
        links = plan.project.links
        links = links[(links["kind"] == "FS") & (links["lag_hours"] >= 0)]
        begun = tasks["actual_start"].reindex(links["successor_id"]).to_numpy()
        done = tasks["actual_finish"].reindex(links["predecessor_id"]).to_numpy()
        open_ = ~np.isnat(begun)
        assert (done[open_] <= begun[open_]).all()


def test_hours_are_booked_while_the_task_was_worked_on(starter):
    """Timesheets lie between start and finish, on days on which the person was there."""
    project, tasks = weeks_of(starter)[-1], plan_of(starter).tasks.set_index("id")
    rows = project.timesheets.join(tasks[["actual_start", "actual_finish"]], on="task_id")
    assert (rows["date"] >= rows["actual_start"].dt.normalize()).all()
    last = rows["actual_finish"].fillna(project.header.status_date)
    assert (rows["date"] <= last).all()
    assigned = project.assignments.set_index(["task_id", "resource_id"]).index
    assert pd.MultiIndex.from_frame(rows[["task_id", "resource_id"]]).isin(assigned).all()
    people = project.resources.loc[project.resources["kind"] == "person", "id"]
    by_day = rows[rows["resource_id"].isin(people)].groupby(["resource_id", "date"])["hours"].sum()
    assert by_day.max() <= 12
    for leave in project.availability[project.availability["capacity"] == 0].itertuples():
        away = rows["date"].between(leave[2], leave[3]) & (rows["resource_id"] == leave.resource_id)
        assert not away.any()


def test_an_agile_team_works_within_the_plan(starter):
    """Its items are done while their tasks are worked on; open ones belong to what remains."""
    project = weeks_of(starter)[-1]
    found, tasks = flow(project), plan_of(starter).tasks.set_index("id")
    items = found.items[found.items["task_id"] != ""]
    dates = tasks.loc[items["task_id"], ["actual_start", "actual_finish"]].set_index(items.index)
    begun, done = items["started"].notna(), dates["actual_finish"].notna()
    assert (items["started"] >= dates["actual_start"])[begun].all()
    assert (items["finished"] <= dates["actual_finish"])[done].all()
    backlog = items[items["finished"].isna()].groupby("task_id").size()
    remaining = project.estimates.dropna(subset=["remaining_items"]).set_index("task_id")
    assert (remaining["remaining_items"] == backlog.reindex(remaining.index)).all()
    if starter == "software-rollout":
        assert len(found.throughput) >= 5 and len(remaining) == 1
        assert set(found.ageing["band"]) == {"green", "amber", "red"}
        assert not isinstance(found.when(), CannotSay)


def test_one_party_is_accountable_for_each_deliverable(starter):
    """RACI: exactly one A, at least one R, and everybody named is known; some for tasks alone."""
    project = weeks_of(starter)[-1]
    roles = project.responsibilities
    of_deliverables = roles[roles["deliverable_id"] != ""]
    by_deliverable = pd.crosstab(of_deliverables["deliverable_id"], of_deliverables["role"])
    assert set(by_deliverable.index) == set(project.deliverables["id"])
    assert (by_deliverable["A"] == 1).all() and (by_deliverable["R"] >= 1).all()
    assert len(of_deliverables) < len(roles)
    known = [*project.resources["id"], *project.departments["id"]]
    assert roles["party_id"].isin(known).all()


def test_the_responsibilities_tell_the_story(starter):
    """On track nothing is wrong; in trouble who must accept the routers is on leave that day."""
    found = responsibility(plan_of(starter)).findings
    told = set(zip(found["code"], found["party"], strict=True))
    assert told == {
        "software-rollout": set(),
        "hardware-installation": {("too-many-responsible", "")},
        "network-upgrade": {
            ("accountable-on-leave", "Elif Yıldız"), ("accountable-on-leave", "Lukas Pichler"),
            ("role-without-hours", "Oskar Berglund"), ("too-many-responsible", ""),
        },
    }[starter]  # fmt: skip


def test_a_manager_finds_something_to_do(starter):
    """Done last week, due in two weeks, somebody overbooked, decisions open, every kind of item."""
    plan = plan_of(starter)
    assert len(done_since(plan)) >= 2
    assert len(due_within(plan)) >= 3
    assert len(overallocated(workload(plan))) >= 1
    assert len(open_items(plan.project, *DECISIONS)) >= 2
    assert set(plan.project.register["kind"]) == {
        "risk", "assumption", "issue", "dependency", "decision", "change", "action",
    }  # fmt: skip
    assert set(plan.project.stakeholders["audience"]) >= {"sponsor", "client", "team"}


def test_a_register_has_something_to_review(starter):
    """Risks move and are new, one became an issue, something is stuck; issues are classified."""
    plans = [plan_of(starter, week) for week in (-2, -1)]
    items, rows = register(plans), plans[-1].project.register
    risks = items[items["kind"] == "risk"]
    assert set(risks["movement"]) & {"up", "down", "new"}
    assert (risks["trigger_date"].notna() & (risks["response_action"] != "")).all()
    assert len(stuck(items)) >= 2
    became = became_issues(plans[-1].project)
    assert len(became) >= 1 and (became["issue_id"] != "").all()
    issues = rows[rows["kind"] == "issue"]
    assert (issues[["issue_type", "severity", "priority"]] != "").all(axis=None)
    assert set(risk_matrix(plans).risks["movement"]) & {"up", "down"}


STORY = {
    # days late against the deadline, CPI, SPI(t), share of the budget
    "software-rollout": ((-10, 0), (0.95, 1.05), (0.95, 1.05), (0.9, 1.0)),
    "hardware-installation": ((5, 20), (0.90, 0.95), (0.90, 0.95), (1.0, 1.05)),
    "network-upgrade": ((20, 60), (0.70, 0.90), (0.50, 0.90), (1.05, 1.30)),
}


def test_the_figures_tell_the_story_of_the_readme(starter):
    """On track; late and dear but recoverable; in trouble: by finish, cost and indices."""
    plan, value = plan_of(starter), earned_value(weeks_of(starter)[-1])
    cost = value.value(Metric.ESTIMATE_AT_COMPLETION) / plan.project.header.budget
    figures = (
        days_late_of(plan),
        value.value(Metric.COST_PERFORMANCE_INDEX),
        value.value(Metric.SCHEDULE_PERFORMANCE_INDEX_TIME),
        cost,
    )
    for figure, (low, high) in zip(figures, STORY[starter], strict=True):
        assert low <= figure <= high


def test_forecasts_move_over_the_weeks(starter):
    """A milestone trend has something to show: the finish was forecast on at least three days.

    Software ends within two working days of its baseline, the network a month after it.
    """
    finishes = [plan_of(starter, week).finish for week in range(len(weeks_of(starter)))]
    assert len(set(finishes)) >= 3
    plan = plan_of(starter)
    calendar = plan.calendars[""]
    baseline = plan.project.baseline
    approved = baseline.loc[baseline["baseline"] == "1", "finish"].max()
    days = calendar.hours_between(approved, finishes[-1]) / A_DAY
    low, high = {
        "software-rollout": (-2, 2),
        "hardware-installation": (5, 15),
        "network-upgrade": (20, 60),
    }[starter]
    assert low <= days <= high


def test_files_stay_small(starter):
    """A starter is copied and mailed: no file of it is larger than 60 kB."""
    sizes = [file.stat().st_size for file in folder(starter).rglob("*") if file.is_file()]
    assert max(sizes) < 60_000
