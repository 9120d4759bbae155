"""Why the date of a confidence and the cost at completion moved, in parts that add up."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from bridge_edits import (
    STARTERS,
    added,
    ahead,
    changed_task,
    constrained,
    dropped,
    on_leave,
    parts_of,
    progressed,
    re_estimated,
    re_linked,
    shuffled,
    week_passed,
    weeks_of,
    with_rows,
)
from dslib import TRACKED_IDS, read_dslib
from real_data import needs_data
from small_plan import DESIGN_DONE, FRIDAYS, LINKS, TASKS, small_plan, two_weeks

import pmtools as pm
from pmtools.measure.bridge import explain_finish, explain_last, finish_of, planned_cost
from pmtools.measure.movement import NoMovement
from pmtools.measure.replay import Replay
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule

A_DAY = 480
FEW = {"n_trials": 200}


def p80_of(project, n_trials=200):
    found = pm.simulate(project, n_trials=n_trials, throughput=pm.flow(project).throughput)
    return found.finish_at(0.8)


def assert_p80_adds_up(bridge, before, after):
    """The parts sum to the movement of the dates that the simulation reports, to the minute."""
    p80 = bridge.p80
    assert (p80.before, p80.after) == (p80_of(before), p80_of(after))
    hours = schedule(after).calendars[""].hours_between(p80.before, p80.after)
    assert p80.parts["minutes"].sum() == round(60 * hours)
    minutes = (p80.after - p80.before) // pd.Timedelta(minutes=1)
    assert p80.parts["calendar_minutes"].sum() == minutes
    assert abs(p80.moved - hours / after.header.hours_per_day) <= 0.0501


def assert_cost_adds_up(bridge, before, after):
    """The parts sum to the movement of the planned cost, to the cent."""
    was, now = (planned_cost(schedule(project)) for project in (before, after))
    cents = round(100 * now) - round(100 * was)
    assert bridge.cost.parts["cents"].sum() == cents
    assert bridge.cost.moved == cents / 100 == round(bridge.cost.parts["amount"].sum(), 2)


@pytest.mark.parametrize("starter", STARTERS)
def test_parts_sum_to_the_movement_that_the_reports_show(starter):
    """P80 is that of the simulation, the cost the planned cost beside its contingency."""
    before, after = weeks_of(starter)[-2:]
    bridge = explain_finish(before, after, **FEW)
    assert_p80_adds_up(bridge, before, after)
    assert_cost_adds_up(bridge, before, after)
    simulation = pm.simulate(after, n_trials=10, throughput=pm.flow(after).throughput)
    planned = pm.contingency(simulation).set_index("quantity").loc["cost", "plan"]
    assert bridge.cost.after == pytest.approx(planned, abs=0.005)


@pytest.mark.parametrize("starter", STARTERS)
def test_the_replay_leads_from_one_snapshot_to_the_other(starter):
    """Without any change it is the earlier plan, with all of them the later one."""
    before, after = weeks_of(starter)[-2:]
    simulated, costed = (Replay(before, after, of) for of in ("percentile", "cost"))
    for project, flag in ((before, False), (after, True)):
        plan = simulated.project(np.full(len(simulated.items), flag))
        how = {"n_trials": 200, "throughput": pm.flow(project).throughput}
        assert pm.simulate(plan, **how).finish_at(0.8) == p80_of(project)
        plan = costed.project(np.full(len(costed.items), flag))
        assert planned_cost(schedule(plan)) == pytest.approx(planned_cost(schedule(project)))


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("project_id", TRACKED_IDS)
def test_parts_of_real_projects_sum_to_the_movement_of_their_cost(project_id):
    """Consecutive status dates of every tracked project, to the cent."""
    project = read_dslib(project_id)
    weeks = [project.known_on(day) for day in sorted(project.progress["status_date"].unique())]
    for before, after in pairwise(weeks):
        assert_cost_adds_up(explain_finish(before, after), before, after)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("project_id", TRACKED_IDS[:3])
def test_parts_of_real_projects_sum_to_the_movement_of_p80(project_id):
    """The same with the range of an estimate class for every task, to the minute."""
    project = read_dslib(project_id)
    classes = pd.DataFrame({"task_id": project.tasks["id"], "estimate_class": "3"})
    project = project.replace(estimates=classes)
    days = sorted(project.progress["status_date"].unique())
    weeks = [project.known_on(day) for day in days[:4]]
    for before, after in pairwise(week for week in weeks if not is_finished(week)):
        assert_p80_adds_up(explain_finish(before, after, **FEW), before, after)


def is_finished(project):
    return isinstance(pm.simulate(project, n_trials=2), CannotSay)


@pytest.mark.parametrize("starter", STARTERS)
def test_the_order_of_rows_does_not_matter(starter):
    """The same facts in another order are the same facts."""
    before, after = weeks_of(starter)[-2:]
    one = explain_finish(before, after, **FEW)
    other = explain_finish(shuffled(before, 1), shuffled(after, 2), **FEW)
    for name in ("p80", "cost"):
        movements = [getattr(bridge, name) for bridge in (one, other)]
        pd.testing.assert_frame_equal(*(movement.parts for movement in movements))
        pd.testing.assert_frame_equal(*(movement.tasks for movement in movements))


@pytest.mark.parametrize("starter", STARTERS)
def test_without_a_change_all_bridges_are_empty(starter):
    """Nothing moved, and nothing is said to have moved it."""
    now = weeks_of(starter)[-1]
    bridge = explain_finish(now, shuffled(now, 3), **FEW)
    for movement in (bridge.p80, bridge.cost):
        assert movement.moved == 0 and movement.parts.empty and movement.tasks.empty
    assert bridge.p80.statement == "P80 has not moved since 6 Nov"
    assert bridge.cost.statement == "The planned cost has not moved since 6 Nov"


def one_row(project, table, rng, is_it, **values):
    """Another value in a random row among those of a table that are meant."""
    frame = getattr(project, table).copy()
    row = rng.choice(np.flatnonzero(is_it(frame)))
    for name, value in values.items():
        frame.loc[row, name] = value(frame.loc[row, name]) if callable(value) else value
    return project.replace(**{table: frame})


def with_points(frame, project):
    """Of the tasks with a range, the two with which the finish goes most."""
    how = {"n_trials": 200, "throughput": pm.flow(project).throughput}
    tasks = pm.simulate(project, **how).tasks
    return frame["task_id"].isin(tasks.loc[tasks["source"] == "points", "task_id"].head(2))


def wider(project, task, rng):
    return one_row(
        project, "estimates", rng, lambda f: with_points(f, project),
        pessimistic_hours=lambda hours: 2 * hours,
    )  # fmt: skip


def scaled(project, task, rng):
    """A new most likely value that takes its range along."""
    points = ("optimistic_hours", "most_likely_hours", "pessimistic_hours")
    return one_row(
        project, "estimates", rng, lambda f: with_points(f, project),
        **dict.fromkeys(points, lambda hours: 1.5 * hours),
    )  # fmt: skip


def is_open_risk(frame):
    return (frame["kind"] == "risk") & (frame["status"] == "open") & (frame["impact_hours"] > 0)


def likelier(project, task, rng):
    return one_row(project, "register", rng, is_open_risk, probability=0.95)


def occurred(project, task, rng):
    return one_row(project, "register", rng, is_open_risk, status="occurred")


def new_risk(project, task, rng):
    row = {"id": "R-99", "kind": "risk", "title": "Staff leaves", "status": "open",
           "probability": 0.6, "impact_hours": 80.0, "task_ids": task}  # fmt: skip
    return with_rows(project, "register", row)


P80_EDITS = {
    "passage of time": [week_passed], "progress": [progressed], "re-estimates": [scaled],
    "scope": [added, dropped], "logic": [re_linked], "calendars and leave": [on_leave],
    "constraints": [constrained], "ranges": [wider], "risks": [likelier, occurred, new_risk],
}  # fmt: skip


def is_ahead(project):
    begun = schedule(project).tasks
    ids = set(begun.loc[~begun["is_started"] & (begun["kind"] == "task"), "id"])
    return lambda frame: frame["task_id"].isin(ids)


def at_a_rate(project, task, rng):
    """The price of an hour of somebody who still has work to do."""
    busy = project.assignments.loc[is_ahead(project)(project.assignments), "resource_id"]
    return one_row(
        project, "rates", rng, lambda f: f["resource_id"].isin(busy), hourly_rate=lambda x: 1.1 * x
    )


def more_hours(project, task, rng):
    return one_row(project, "assignments", rng, is_ahead(project), work_hours=60.0)


def others_do_it(project, task, rng):
    """Half of the time of whoever was meant to do it in full."""
    return one_row(
        project, "assignments", rng, is_ahead(project), units=lambda x: x / 2, work_hours=np.nan
    )


def fixed(project, task, rng):
    return changed_task(project, task, fixed_cost=1234.56)


def charged(project, task, rng):
    """An invoice of this week for work that is under way."""
    row = {"date": project.header.status_date.normalize(), "task_id": task, "amount": 777.77}
    return with_rows(project, "costs", row)


def worked(project, task, rng):
    row = {"date": project.header.status_date.normalize(), "task_id": task, "hours": 5.0}
    return with_rows(project, "timesheets", row | {"resource_id": project.rates["resource_id"][0]})


COST_EDITS = {
    "progress": [progressed, charged, worked], "re-estimates": [re_estimated, more_hours],
    "scope": [added, dropped], "logic": [re_linked], "calendars and leave": [on_leave],
    "constraints": [constrained], "resources": [others_do_it], "rates": [at_a_rate],
    "fixed costs": [fixed],
}  # fmt: skip
EACH = [
    (name, group, edit)
    for name, edits in (("p80", P80_EDITS), ("cost", COST_EDITS))
    for group, of_group in edits.items()
    for edit in of_group
]


@pytest.mark.parametrize("starter", STARTERS)
@pytest.mark.parametrize(
    ("name", "group", "edit"), EACH, ids=[f"{name}-{edit.__name__}" for name, _, edit in EACH]
)
def test_an_edit_of_one_kind_lands_in_its_own_part_alone(starter, name, group, edit):
    """Random edits: what they move is wholly in the part of their kind."""
    now, n_moved = weeks_of(starter)[-2], 0
    for seed in range(2):
        rng = np.random.default_rng(seed)
        edited = edit(now, ahead(now, rng), rng)
        bridge = explain_finish(now, edited, **FEW)
        check = assert_p80_adds_up if name == "p80" else assert_cost_adds_up
        check(bridge, now, edited)
        movement = getattr(bridge, name)
        assert set(movement.parts["group"]) <= {group}
        n_moved += movement.moved != 0
    sure = {wider, scaled, likelier, new_risk, week_passed, charged, worked, more_hours,
            others_do_it, at_a_rate, fixed}  # fmt: skip
    assert n_moved or edit not in sure


WORK = [{"task_id": "1", "resource_id": "ann"}, {"task_id": "2", "resource_id": "bob"},
        {"task_id": "3", "resource_id": "ann"}]  # fmt: skip
RATES = [{"resource_id": "ann", "hourly_rate": 100}, {"resource_id": "bob", "hourly_rate": 50}]


def priced(*status, **tables):
    """10,000 in all: 40 hours each of Ann, Bob and Ann."""
    return small_plan(*status, **{"assignments": WORK, "rates": RATES} | tables)


def test_what_is_finished_costs_what_it_cost():
    """Nothing remains to be priced."""
    done = [DESIGN_DONE | {"task_id": str(n)} for n in range(1, 5)]
    spent = [{"date": "2026-03-06", "task_id": "1", "amount": 700}]
    assert planned_cost(schedule(priced(FRIDAYS[0], done, costs=spent))) == 700


def test_parts_of_the_cost_that_do_not_interact_are_recovered_exactly():
    """Bob dearer by a fifth, a day more of design, a licence, and an approval that is new."""
    before = priced()
    rates = [RATES[0], RATES[1] | {"hourly_rate": 60}]
    links = [*LINKS[:2], {"predecessor_id": "3", "successor_id": "5"}]
    after = changed_task(priced(rates=rates, links=links), "1", duration_hours=48.0)
    after = changed_task(after, "3", fixed_cost=250.25)
    after = with_rows(after, "tasks", {"id": "5", "name": "Approval", "duration_hours": 8.0})
    after = with_rows(after, "assignments", {"task_id": "5", "resource_id": "ann"})
    cost = explain_finish(before, after).cost
    assert (cost.before, cost.after) == (10_000, 12_250.25)
    assert parts_of(cost) == {
        "re-estimates": 80_000, "scope": 80_000, "rates": 40_000, "fixed costs": 25_025,
    }  # fmt: skip
    assert cost.statement == (
        "Planned cost EUR +2,250: Design re-estimated +800 (IT), Approval added +800 (Ann), "
        "Bob at another rate +400, others +250"
    )
    assert cost.method.endswith("without ranges and risks")


def test_cost_as_planned_moves_nothing():
    """Design took its 40 hours: what was to come is now spent, at the same rate."""
    hours = {"date": "2026-03-06", "task_id": "1", "resource_id": "ann", "hours": 40}
    done = {"status_date": FRIDAYS[0], "progress": [DESIGN_DONE], "timesheets": [hours]}
    before, after = priced(), priced(**done)
    assert explain_finish(before, after).cost.parts.empty
    more = after.replace(timesheets=pd.DataFrame([hours | {"hours": 46}]))
    assert parts_of(explain_finish(before, more).cost) == {"progress": 60_000}


def uncertain(**tables):
    """The plan with a range of its build alone; the other tasks take what is planned."""
    points = {"optimistic_hours": 24, "most_likely_hours": 40, "pessimistic_hours": 80}
    return small_plan(**{"estimates": [{"task_id": "2", **points}]} | tables)


RISK = {"id": "R-1", "kind": "risk", "title": "Bank is late", "status": "open", "task_ids": "3",
        "probability": 1.0, "impact_hours": 16.0, "owner_id": "bob"}  # fmt: skip


def test_parts_of_p80_that_do_not_interact_are_recovered_exactly():
    """On one chain all shift every trial: a day of design, three of waiting, two by a risk."""
    before = uncertain(register=[RISK | {"probability": 0.0}])
    after = changed_task(uncertain(register=[RISK]), "1", duration_hours=48.0)
    after = after.replace(links=after.links.assign(lag_hours=[24.0, 0, 0]))
    bridge = explain_finish(before, after, **FEW)
    days = {"logic": 3 * A_DAY, "risks": 2 * A_DAY, "re-estimates": A_DAY}
    assert parts_of(bridge.p80) == days
    assert bridge.p80.statement == (
        "P80 +6 days: Build re-linked +3 (IT), risk “Bank is late” more likely +2 (Bob), "
        "Design re-estimated +1 (IT)"
    )
    assert parts_of(bridge) == {"logic": 3 * A_DAY, "re-estimates": A_DAY}


def test_an_answered_risk_is_less_of_one():
    """Its residual impact counts from the day on which the response is in place."""
    row = RISK | {"residual_probability": 1.0, "residual_impact_hours": 4.0}
    before = uncertain(status_date=FRIDAYS[0], register=[row])
    after = before.replace(register=before.register.assign(response_done_date=FRIDAYS[0]))
    p80 = explain_finish(before, after, **FEW).p80
    assert parts_of(p80) == {"risks": -3 * A_DAY // 2}
    assert "has its response in place" in p80.statement


def test_any_confidence_can_be_explained():
    """P50 has its own bridge."""
    after = uncertain(register=[RISK])
    p50 = explain_finish(uncertain(register=[]), after, confidence=0.5, **FEW).p80
    assert p50.quantity == "P50" and p50.moved == 2
    assert p50.after == pm.simulate(after, n_trials=200).finish_at(0.5)
    assert "200 trials a plan, seed 1" in p50.method


def test_what_cannot_be_said_is_said():
    """A plan without ranges or costs has a bridge of its finish alone, and the reasons."""
    before, after = two_weeks()
    bridge = explain_finish(before, after)
    assert bridge.moved == 3
    assert "P80 on 6 Mar 2026 is not known: no task that remains has a range" in str(bridge.p80)
    assert "neither rates nor costs are known" in str(bridge.cost)
    for reason in (bridge.p80, bridge.cost):
        assert isinstance(reason, NoMovement) and reason.waterfall() == {"parts": reason}


def test_the_last_two_status_dates_are_explained():
    """For the report of a week; of the first one there is nothing to explain."""
    plans = pm.schedule_weeks(two_weeks())
    assert explain_last(plans).statement == explain_finish(*two_weeks()).statement
    alone = explain_last(plans[:1])
    assert str(alone) == "cannot say, because there is no earlier status date to compare with"
    assert alone.p80 is alone.cost is alone.tasks is alone


def test_a_task_with_another_name_and_id_is_no_scope():
    """It is matched by its place; a re-used id is one task gone and one new, and is named."""
    before = small_plan()
    names = {"1": "10"}
    renamed = before.replace(
        tasks=before.tasks.replace({"id": names}),
        links=before.links.replace({"predecessor_id": names}),
        baseline=before.baseline.replace({"task_id": names}),
    )
    assert explain_finish(before, renamed).parts.empty
    other = changed_task(renamed, "10", duration_hours=48.0)
    assert parts_of(explain_finish(before, other)) == {"re-estimates": A_DAY}
    rows = [TASKS[0], {"id": "2", "name": "Buy a printer", "duration_hours": 8.0}, *TASKS[2:]]
    reused = small_plan(tasks=rows, links=[LINKS[2], {"predecessor_id": "1", "successor_id": "3"}],
                        baseline=[])  # fmt: skip
    bridge = explain_finish(before, reused)
    assert set(bridge.parts["group"]) == {"scope"}
    assert "Doubtful: Build (re-used: another name" in bridge.statement
    assert bridge.doubtful["before_id"].tolist() == ["2"]


def test_dates_out_of_all_bounds_are_refused():
    """As the schedule refuses them, by the name of the task."""
    far = changed_task(small_plan(), "1", duration_hours=500_000.0)
    with pytest.raises(pm.ProjectError, match="Design"):
        finish_of(far)


def test_level_of_effort_costs_as_long_as_the_project_goes_on():
    """A delay of the work makes its support dearer, and is told as what it is."""
    support = {"id": "9", "name": "Project office", "kind": "level_of_effort", "parent_id": ""}
    ties = [{"predecessor_id": "1", "successor_id": "9", "kind": "SS"},
            {"predecessor_id": "3", "successor_id": "9", "kind": "FF"}]  # fmt: skip
    work = [*WORK, {"task_id": "9", "resource_id": "bob", "units": 0.5}]
    before = priced(tasks=[*TASKS, support], links=[*LINKS, *ties], assignments=work)
    after = before.replace(links=before.links.assign(lag_hours=[16.0, 0, 0, 0, 0]))
    assert parts_of(explain_finish(before, after).cost) == {"logic": 2 * 8 * 25 * 100}
    later = replace(before.header, start=before.header.start + pd.Timedelta(days=7))
    assert explain_finish(before, before.replace(header=later)).cost.parts.empty
