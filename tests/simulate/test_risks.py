"""Risk drivers after Hulett, the calendar they may change, and the money they cost."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import unit_plan
from risky_plan import hours, priced, risky_plan

from pmtools.errors import ProjectError
from pmtools.metrics import CannotSay
from pmtools.simulate import simulate
from pmtools.simulate.sensitivity import association

N = 40_000
CERTAIN = {1: (100, 100, 100)}
R1 = {"id": "R1", "probability": 0.5, "impact_percent": 20, "task_ids": "1"}
R2 = {"id": "R2", "probability": 0.3, "impact_percent": 50, "task_ids": "1"}


def error(p):
    """Four standard errors of a share."""
    return 4 * np.sqrt(p * (1 - p) / N)


def shares(found):
    values, counts = np.unique(np.round(found), return_counts=True)
    return dict(zip(values.tolist(), (counts / len(found)).tolist(), strict=True))


def test_two_risks_in_series_multiply():
    """100 days, x1.2 with .5 and x1.5 with .3: 100, 120, 150, 180 with .35, .35, .15, .15."""
    found = hours(simulate(risky_plan([100], estimates=CERTAIN, register=[R1, R2]), n_trials=N))
    expected = {100: 0.35, 120: 0.35, 150: 0.15, 180: 0.15}
    assert shares(found).keys() == expected.keys()
    for value, share in shares(found).items():
        assert share == pytest.approx(expected[value], abs=error(expected[value]))
    assert found.mean() == pytest.approx(126.5, abs=4 * found.std() / np.sqrt(N))


def test_of_parallel_risks_the_largest_counts():
    """In parallel both together grow the task by 50 %, not by 80."""
    both = [{**risk, "parallel_group": "p"} for risk in (R1, R2)]
    found = shares(hours(simulate(risky_plan([100], register=both), n_trials=N)))
    assert found.keys() == {100, 120, 150}
    assert found[150] == pytest.approx(0.3, abs=error(0.3))
    assert found[120] == pytest.approx(0.35, abs=error(0.35))


def test_of_parallel_delays_the_largest_that_occurs_counts():
    """Two delays of one group, 40 and 10 hours: both together 40; a gain counts where it is alone.

    Beside a growth of the same group the delay is added, for they are of different kinds.
    """

    def group(**hours_of):
        return [{"id": name, "probability": 1.0, "impact_hours": most, "task_ids": "1",
                 "parallel_group": "p"} for name, most in hours_of.items()]  # fmt: skip

    def ends(register):
        return set(np.round(hours(simulate(risky_plan([100], register=register), n_trials=300))))

    assert ends(group(A=40, B=10)) == {140}
    assert ends(group(A=-8)) == {92}
    assert ends(group(A=-8, B=-20)) == {92}
    assert ends([{**R2, "probability": 1.0, "parallel_group": "p"}, *group(A=40, B=10)]) == {190}
    half = [{**risk, "probability": 0.5} for risk in group(A=40, B=10)]
    assert ends(half) == {100, 110, 140}


def test_a_shared_risk_correlates_its_tasks():
    """Two tasks of 100 with noise of 5 and one risk of x1.2 at .5: correlation .8."""
    tenth = 1.2815515655446004
    points = (100 - 5 * tenth, 100, 100 + 5 * tenth, "normal")
    # The risk adds 20 in half of the trials: 100 of variance beside 25 of noise.
    shared = {"id": "R", "probability": 0.5, "impact_hours": 20, "task_ids": "1;2"}
    plan = risky_plan([100, 100], estimates={1: points, 2: points}, register=[shared])
    tasks = plan.tasks.assign(kind="task")
    milestones = pd.DataFrame([{"id": f"m{n}", "name": f"M{n}", "kind": "milestone",
                                "duration_hours": 0.0} for n in (1, 2)])  # fmt: skip
    links = pd.DataFrame([{"predecessor_id": f"{n}", "successor_id": f"m{n}"} for n in (1, 2)])
    plan = plan.replace(tasks=pd.concat([tasks, milestones]), links=links)
    simulation = simulate(plan, n_trials=N, correlation=0.0)
    ends = simulation.trials.watched[:, -2:]
    found = association(ends[:, 0], ends[:, 1], "pearson")
    assert found == pytest.approx(0.8, abs=4 * (1 - 0.8**2) / np.sqrt(N) + 0.005)


def test_a_delay_falls_once_on_a_path():
    """20 hours on tasks 1 and 2 in a row delay the first; growth is that of both."""
    risk = {"id": "R", "probability": 1.0, "impact_hours": 20, "task_ids": "1;2"}
    plan = risky_plan([100, 50], [(1, 2)], register=[risk])
    assert set(hours(simulate(plan, n_trials=100))) == {170}
    grown = {**risk, "impact_hours": None, "impact_percent": 10}
    assert set(hours(simulate(plan.replace(register=register(grown)), n_trials=100))) == {165}


def register(*risks):
    return pd.DataFrame([{"kind": "risk", "title": "A risk", **risk} for risk in risks])


def test_a_delay_is_meant_in_hours_of_the_projects_calendar():
    """A week's delay is a week of a task that is worked half of the time, not two."""
    shifts = {"weekday": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    half = pd.DataFrame({"id": "half", **shifts, "shift_start": "00:00", "shift_finish": "12:00"})
    plan = risky_plan([24, 24], [(1, 2)], register=[
        {"id": "R", "probability": 1.0, "impact_hours": 48, "task_ids": "2"}])  # fmt: skip
    tasks = plan.tasks.assign(calendar_id=["", "half"])
    plan = plan.replace(tasks=tasks, calendars=pd.concat([plan.calendars, half]))
    now = hours(simulate(plan.replace(register=register({**R1, "probability": 0.0})), n_trials=9))
    assert set(hours(simulate(plan, n_trials=100)) - now[0]) == {48}


def test_a_risk_of_a_summary_touches_the_tasks_below_it():
    """It delays those that come first, and grows all; links to summaries count."""
    plan = risky_plan([10, 20, 30, 0], [(1, 2)])
    tasks = plan.tasks.assign(parent_id=["4", "4", "", ""], kind=["task"] * 3 + ["summary"])
    links = pd.concat([plan.links, pd.DataFrame([{"predecessor_id": "4", "successor_id": "3"}])])
    plan = plan.replace(tasks=tasks, links=links)
    delay = {"id": "R", "probability": 1.0, "impact_hours": 5, "task_ids": "4;3"}
    assert set(hours(simulate(plan.replace(register=register(delay)), n_trials=50))) == {65}
    growth = {"id": "R", "probability": 1.0, "impact_percent": 10, "task_ids": "4"}
    assert set(hours(simulate(plan.replace(register=register(growth)), n_trials=50))) == {63}


def test_impacts_are_triangular_between_their_points():
    """10, 20 and 60 hours: mean 30, and none outside."""
    risk = {"id": "R", "probability": 1.0, "task_ids": "1", "optimistic_impact_hours": 10,
            "impact_hours": 20, "pessimistic_impact_hours": 60}  # fmt: skip
    found = hours(simulate(risky_plan([100], register=[risk]), n_trials=N)) - 100
    assert found.mean() == pytest.approx(30, abs=4 * found.std() / np.sqrt(N))
    assert found.min() >= 10 and found.max() <= 60


def test_a_risk_may_change_a_calendar():
    """A strike of half days: the same work takes twice as long, where it occurs."""
    shifts = {"weekday": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    half = pd.DataFrame({"id": "half", **shifts, "shift_start": "00:00", "shift_finish": "12:00"})
    strike = {"id": "R", "probability": 0.4, "calendar_id": "half", "task_ids": "1"}
    plan = risky_plan([240], register=[strike])
    plan = plan.replace(calendars=pd.concat([plan.calendars, half]))
    found = shares(hours(simulate(plan, n_trials=N)))
    assert found.keys() == {240, 468}
    assert found[468] == pytest.approx(0.4, abs=error(0.4))
    five = [{**strike, "id": f"R{n}"} for n in range(5)]
    with pytest.raises(ProjectError, match="5 open risks change a calendar; at most 4 can"):
        simulate(plan.replace(register=register(*five)))


def test_after_the_response_the_residual_figures_count():
    """From the day it is in place; the three points keep their ratio to the most likely."""
    risk = {"id": "R", "probability": 1.0, "task_ids": "1", "optimistic_impact_hours": 10,
            "impact_hours": 20, "pessimistic_impact_hours": 40, "residual_impact_hours": 10,
            "response_done_date": "2026-06-01"}  # fmt: skip
    plan = risky_plan([100], register=[risk])
    eve = plan.known_on(unit_plan.MONDAY - pd.Timedelta(days=1))
    assert hours(simulate(eve, n_trials=N)).max() > 130
    after = hours(simulate(plan.known_on(unit_plan.MONDAY), n_trials=N)) - 100
    assert after.min() >= 5 and after.max() <= 20
    assert after.mean() == pytest.approx((5 + 10 + 20) / 3, abs=4 * after.std() / np.sqrt(N) + 0.02)


@pytest.mark.parametrize("status", ["closed", "occurred", "rejected"])
def test_only_open_risks_may_occur(status):
    """What has occurred is part of the plan; what is closed or retired cannot occur."""
    plan = risky_plan([100], estimates=CERTAIN, register=[{**R1, "status": status}])
    simulation = simulate(plan, n_trials=100)
    assert set(hours(simulation)) == {100}
    assert "left out: 1 closed or occurred" in " ".join(simulation.assumptions)


def test_a_risk_of_finished_work_is_past():
    """Its impact can no longer come."""
    status = unit_plan.MONDAY + pd.Timedelta(hours=23)
    done = [{"status_date": status, "task_id": "1", "percent_complete": 100,
             "actual_start": unit_plan.MONDAY, "actual_finish": status}]  # fmt: skip
    plan = risky_plan([24, 24], [(1, 2)], estimates={2: (24, 24, 24)}, register=[R1], progress=done)
    simulation = simulate(plan.known_on(status), n_trials=100)
    assert len(set(hours(simulation))) == 1
    assert "left out: 1 of no work that is left" in " ".join(simulation.assumptions)


def test_a_risk_without_impact_is_no_uncertainty():
    """It is named, but a plan with nothing else is no forecast."""
    bare = {"id": "R", "probability": 0.5, "task_ids": "1"}
    assert simulate(risky_plan([100], register=[bare])).reason.startswith("no task that remains")
    simulation = simulate(risky_plan([100], register=[bare, R1]), n_trials=10)
    assert "left out: 1 without impact" in " ".join(simulation.assumptions)


def test_removing_a_risk_never_delays():
    """Trial by trial, by the same random numbers."""
    plan = risky_plan([40, 30, 50], [(1, 3), (2, 3)], estimates={1: (30, 40, 70)}, register=[
        R1, {**R2, "task_ids": "2;3"}, {"id": "R3", "probability": 0.4, "impact_hours": 20,
                                        "task_ids": "3"}])  # fmt: skip
    now = hours(simulate(plan, n_trials=2_000))
    for risk in ("R1", "R2", "R3"):
        less = hours(simulate(plan, n_trials=2_000, without=[risk]))
        assert (less <= now).all() and (less < now).any()


WRONG = {
    "unknown task": ({"task_ids": "99"}, 'touches task "99", which is not in table "tasks"'),
    "out of order": ({"pessimistic_impact_percent": 10}, "on percent are 20, 20, 10"),
}


@pytest.mark.parametrize(("change", "said"), WRONG.values(), ids=WRONG)
def test_risks_that_cannot_be_simulated_are_refused(change, said):
    """A task that does not exist, points out of order."""
    with pytest.raises(ProjectError, match=said):
        simulate(risky_plan([100], register=[{**R1, **change}]))


@pytest.mark.parametrize(
    ("change", "why"),
    [({"probability": None}, "1 without probability"), ({"task_ids": ""}, "1 that would delay no")],
)
def test_a_risk_that_says_too_little_is_left_out_and_counted(change, why):
    """Most registers have such risks: the others are simulated, and the sentence says so."""
    plan = risky_plan([100], register=[{**R1, "id": "R9", **change}, R1])
    both, one = (
        simulate(plan, n_trials=200),
        simulate(risky_plan([100], register=[R1]), n_trials=200),
    )
    assert (both.trials.finish == one.trials.finish).all()
    assert any("1 open risk may occur" in said and why in said for said in both.assumptions)


@pytest.mark.parametrize("impact", ["hours", "percent", "cost"])
@pytest.mark.parametrize("size", [1e17, 1e308])
def test_an_impact_beyond_what_is_counted_is_refused_not_cut_off(impact, size):
    """A delay of centuries is a slip of the pen, and so is more money than there is."""
    register = [{"id": "R", "probability": 0.5, f"impact_{impact}": size, "task_ids": "1"}]
    with pytest.raises(ProjectError, match=r"could last more than|may cost is out of all bounds"):
        simulate(risky_plan([100], register=register))


def test_a_delay_counts_where_the_project_has_no_usual_week():
    """All its working time is days of its own: an hour of delay is an hour of work."""
    days = pd.date_range(unit_plan.MONDAY, periods=60)
    delay = {"id": "R", "probability": 0.5, "impact_hours": 10, "task_ids": "1"}
    plan = risky_plan(
        [100], register=[delay], calendars=[{"id": "24h", "weekday": "mon"}],
        exceptions=[{"calendar_id": "24h", "from": day, "shifts": "08:00-16:00"} for day in days],
    )  # fmt: skip
    lengths = simulate(plan, n_trials=300).trials.length / 60
    assert set(lengths) == {100, 110}


@pytest.mark.parametrize("probability", [-0.1, 1.2])
def test_a_probability_outside_0_to_1_is_refused(probability):
    """When the tables are read."""
    with pytest.raises(ProjectError, match="probability is"):
        risky_plan([100], register=[{**R1, "probability": probability}])


def test_cost_grows_with_time_and_with_risks():
    """Rate x hours, what is spent, fixed cost to come, what risks cost."""
    risk = {"id": "R", "probability": 0.25, "impact_cost": 1_000, "task_ids": "1"}
    plan = priced(risky_plan([100, 40], [(1, 2)], estimates={1: (80, 100, 150, "triangular")},
                             register=[risk], costs=[{"date": "2026-05-01", "amount": 300}]),
                  {1: 10.0, 2: 20.0})  # fmt: skip
    plan = plan.replace(tasks=plan.tasks.assign(fixed_cost=[50.0, 0.0]))
    simulation = simulate(plan, n_trials=N)
    expected = 10 * 110 + 20 * 40 + 300 + 50 + 250
    assert simulation.cost.mean() == pytest.approx(
        expected, abs=4 * simulation.cost.std() / np.sqrt(N)
    )
    occurred = simulation.trials.occurred[:, 0].astype(bool)
    rest = simulation.cost - 10 * (hours(simulation) - 40) - 1_000 * occurred
    assert rest == pytest.approx(np.full(N, 20 * 40 + 350.0), abs=1)


def test_level_of_effort_costs_as_long_as_the_project_lasts():
    """A manager at 5 an hour beside the work: 5 more for each hour the end is later."""
    plan = risky_plan([100, 100], estimates={1: (80, 100, 150, "triangular")})
    links = pd.DataFrame([{"predecessor_id": "1", "successor_id": "2", "kind": kind}
                          for kind in ("SS", "FF")])  # fmt: skip
    tasks = plan.tasks.assign(kind=["task", "level_of_effort"])
    plan = priced(plan.replace(tasks=tasks, links=links), {2: 5.0})
    simulation = simulate(plan, n_trials=1_000)
    assert simulation.cost == pytest.approx(5 * hours(simulation), abs=0.2)


def test_level_of_effort_is_paid_from_the_start_on_where_the_status_date_is_before_it():
    """A plan that has not begun costs the same whenever one looks at it."""
    plan = risky_plan([100, 100], estimates={1: (80, 100, 150)})
    links = pd.DataFrame([{"predecessor_id": "1", "successor_id": "2", "kind": kind}
                          for kind in ("SS", "FF")])  # fmt: skip
    tasks = plan.tasks.assign(kind=["task", "level_of_effort"])
    plan = priced(plan.replace(tasks=tasks, links=links), {2: 5.0})
    early = replace(plan.header, status_date=unit_plan.MONDAY - pd.Timedelta(days=3))
    found = simulate(plan.replace(header=early), n_trials=300)
    assert found.cost == pytest.approx(5 * hours(found), abs=0.2)


def test_work_that_has_begun_without_a_recorded_cost_has_no_cost_forecast():
    """Half of it is done and nothing is spent: that is a gap in the records, not a saving."""
    now = unit_plan.MONDAY + pd.Timedelta(hours=50)
    half = [{"status_date": now, "task_id": "1", "actual_start": unit_plan.MONDAY,
             "remaining_hours": 50, "percent_complete": 50}]  # fmt: skip
    plan = priced(risky_plan([100], estimates={1: (80, 100, 150)}, progress=half), {1: 10.0})
    plan = plan.replace(header=replace(plan.header, status_date=now))
    said = CannotSay("work has begun, but no cost of it is recorded")
    assert simulate(plan, n_trials=10).cost == said
    spent = [{"date": "2026-06-02", "amount": 480}]
    assert simulate(plan.replace(costs=pd.DataFrame(spent)), n_trials=300).cost.min() > 480


def test_cost_that_is_not_known_is_not_made_up():
    """No rates and no costs; or hours without a rate."""
    plan = risky_plan([10], estimates={1: (8, 10, 14)})
    assert simulate(plan, n_trials=10).cost == CannotSay("neither rates nor costs are known")
    unpriced = priced(plan, {1: 10.0}).replace(rates=None)
    found = simulate(unpriced, n_trials=10)
    assert found.cost == CannotSay('hours of "R1" that remain have no rate')
    assert found.chance(cost=5) == found.cost == found.cost_at(0.8) == found.scatter
    assert found.goals.empty
