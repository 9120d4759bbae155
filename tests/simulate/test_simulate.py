"""The verb: published vectors of schedule risk analysis, and what is refused or cannot be said.

Monte Carlo error: every tolerance is 4 standard errors of the figure at the number of trials run.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_plan
import unit_plan
from risky_plan import hours, priced, risky_plan

from pmtools.errors import ProjectError
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule
from pmtools.simulate import Simulation, simulate

N = 40_000
FOUR = 4.0
TENTH = 1.2815515655446004
VECTOR = (
    ("A", 1, 2, 3, 5, 7), ("B", 2, 3, 5, 7, 9), ("C", 3, 4, 5, 5, 8), ("D", 3, 5, 1, 6, 8),
    ("E", 3, 6, 6, 8, 10), ("F", 4, 7, 2, 6, 7), ("G", 5, 7, 5, 6, 7), ("H", 6, 7, 3, 5, 7),
    ("I", 7, 8, 4, 6, 8),
)  # fmt: skip
"""critpath pertexample1: name, from event, to event, optimistic, most likely, pessimistic."""


def normal(mean, sd):
    """The three points (P10, P50, P90) of a normal distribution."""
    return mean - TENTH * sd, mean, mean + TENTH * sd, "normal"


def share_error(p, n=N):
    return FOUR * np.sqrt(p * (1 - p) / n)


def pert_vector(chosen="ABCDEFGHI"):
    arcs = [arc for arc in VECTOR if arc[0] in chosen]
    links = [
        (i + 1, j + 1)
        for i, (_, _, end, *_) in enumerate(arcs)
        for j, (_, begin, *_) in enumerate(arcs)
        if end == begin
    ]
    durations = [(low + 4 * mode + high) / 6 for *_, low, mode, high in arcs]
    points = {n + 1: arc[3:] for n, arc in enumerate(arcs)}
    return risky_plan(durations, links, estimates=points)


def test_the_critical_path_of_the_pert_example_has_the_published_moments():
    """A, B, E, H, I: mean 31, standard deviation 1.490712, P(T <= 30) near .2512 as if normal."""
    found = hours(simulate(pert_vector("ABEHI"), n_trials=N, correlation=0.0))
    assert found.mean() == pytest.approx(31, abs=FOUR * 1.490712 / np.sqrt(N))
    assert found.std() == pytest.approx(1.490712, abs=FOUR * 1.490712 / np.sqrt(2 * N))
    assert np.quantile(found, 0.3) == pytest.approx(30.21827, abs=0.05)
    assert np.quantile(found, 0.6) == pytest.approx(31.37767, abs=0.05)


def test_merging_paths_end_later_than_pert_says():
    """The whole example: parallel paths can only add to the mean of the longest."""
    simulation = simulate(pert_vector(), n_trials=N, correlation=0.0)
    assert hours(simulation).mean() > 31
    critical = simulation.tasks.set_index("name")["criticality"]
    assert critical[["T1", "T2", "T5", "T8", "T9"]].min() > critical[["T3", "T4"]].max()


def test_two_parallel_normal_tasks_have_the_published_merge_bias():
    """Two N(20, 3): E[max] = 21.6926, P(both <= 20) = .25, and the milestone shows the bias."""
    plan = risky_plan([20, 20, 0], [(1, 3), (2, 3)],
                      estimates={1: normal(20, 3), 2: normal(20, 3)})  # fmt: skip
    tasks = plan.tasks.assign(kind=["task", "task", "milestone"])
    simulation = simulate(plan.replace(tasks=tasks), n_trials=N, correlation=0.0)
    found = hours(simulation)
    assert found.mean() == pytest.approx(21.6926, abs=FOUR * 2.48 / np.sqrt(N))
    assert (found <= 20).mean() == pytest.approx(0.25, abs=share_error(0.25) + 0.003)
    bias = simulation.milestones["merge_bias_days"].iloc[0] * 8
    assert bias == pytest.approx(1.6926, abs=FOUR * 3 / np.sqrt(N) * 2 + 1 / 60)


def test_correlated_durations_have_the_variance_of_the_second_moment():
    """Means 10, 15, 20 and variances 4, 9, 16 with correlations .5, .3, .4: variance 49.4."""
    plan = risky_plan([10, 15, 20], [(1, 2), (2, 3)],
                      estimates={1: normal(10, 2), 2: normal(15, 3), 3: normal(20, 4)})  # fmt: skip
    groups = plan.estimates.assign(correlation_group=["a", "b", "c"])
    names = ["a", "b", "c"]
    table = pd.DataFrame([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]], names, names)
    found = hours(simulate(plan.replace(estimates=groups), n_trials=N, correlation=table))
    assert found.mean() == pytest.approx(45, abs=FOUR * np.sqrt(49.4 / N))
    assert found.var() == pytest.approx(49.4, abs=FOUR * 49.4 * np.sqrt(2 / N))
    alone = hours(simulate(plan.replace(estimates=groups), n_trials=N, correlation=0.3))
    assert alone.var() == pytest.approx(29, abs=FOUR * 29 * np.sqrt(2 / N))


@pytest.mark.parametrize(
    ("kind", "mean", "variance"),
    [("pert", 16, 7.1111), ("beta_pert", 16, 8.5714), ("triangular", 17, 11.1667)],
)
def test_three_points_give_the_published_moments_through_the_whole_engine(kind, mean, variance):
    """(10, 15, 26)."""
    plan = risky_plan([15], estimates={1: (10, 15, 26, kind)})
    found = hours(simulate(plan, n_trials=N))
    assert found.mean() == pytest.approx(mean, abs=FOUR * np.sqrt(variance / N))
    assert found.var() == pytest.approx(variance, rel=FOUR * np.sqrt(3 / N))


def test_an_estimate_class_is_a_range_around_the_plan():
    """AACE class 3 is -20 to +30 %: triangular from 80 to 130 hours."""
    plan = risky_plan([100]).replace(estimates=pd.DataFrame(
        [{"task_id": "1", "estimate_class": "3", "distribution": "triangular"}]))  # fmt: skip
    simulation = simulate(plan, n_trials=N)
    found = hours(simulation)
    assert found.mean() == pytest.approx((80 + 100 + 130) / 3, abs=FOUR * 10.3 / np.sqrt(N))
    assert found.min() >= 80 and found.max() <= 130
    assert "1 take the range of their estimate class" in " ".join(simulation.assumptions)


def test_what_remains_of_a_started_task_has_its_share_of_the_range():
    """Half done at 15 hours: 5 to 13 hours remain of 10 to 26."""
    status = unit_plan.MONDAY + pd.Timedelta(hours=8)
    progress = [{"status_date": status, "task_id": "1", "actual_start": unit_plan.MONDAY,
                 "remaining_hours": 7.5}]  # fmt: skip
    plan = risky_plan([15], estimates={1: (10, 15, 26, "triangular")}, progress=progress)
    found = hours(simulate(plan.known_on(status), n_trials=N)) - 8
    assert found.mean() == pytest.approx(
        17 / 2, abs=FOUR * np.sqrt(11.1667) / 2 / np.sqrt(N) + 0.05
    )
    assert found.min() >= 5 and found.max() <= 13.05


def test_a_range_is_learnt_from_ten_finished_tasks_of_the_type():
    """Ratios of actual to estimated duration; nine are too few, and that is said."""
    ratios = [0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.2]
    record = pd.DataFrame({"task_type": "build", "ratio": ratios})
    plan = risky_plan([100, 10], [(1, 2)], estimates={2: (9, 10, 14)})
    rows = pd.concat([plan.estimates, pd.DataFrame([{"task_id": "1", "task_type": "build"}])])
    plan = plan.replace(estimates=rows)
    found = hours(simulate(plan, n_trials=N, ranges=record)) - 10.5
    assert np.median(found) == pytest.approx(100 * np.median(ratios), abs=2)
    assert found.min() >= 85 and found.max() <= 100 * max(ratios) + 5
    few = simulate(plan, ranges=record[1:])
    assert hours(few).min() > 108
    assert any("Too few" in said and '"build" (9)' in said for said in few.assumptions)


def test_a_backlog_lasts_as_its_teams_throughput_makes_it():
    """Ten items at four or six a week: two or three weeks; without history nobody can say."""
    plan = risky_plan([200]).replace(estimates=pd.DataFrame(
        [{"task_id": "1", "team": "red", "remaining_items": 10}]))  # fmt: skip
    weekly = pd.DataFrame({"team": "red", "week": range(6), "n_items": [4, 6, 4, 6, 4, 6]})
    found = hours(simulate(plan, throughput=weekly, n_trials=N))
    assert (found <= 2 * 7 * 24).mean() == pytest.approx(0.75, abs=0.02)
    assert found.max() == 3 * 7 * 24
    assert simulate(plan).reason == 'nothing is known of the throughput of team "red"'
    assert "3 weeks" in simulate(plan, throughput=weekly[:3]).reason
    points = plan.estimates.assign(optimistic_hours=190.0, pessimistic_hours=260.0)
    for few in (None, weekly[:3]):
        fallen_back = simulate(plan.replace(estimates=points), throughput=few)
        assert hours(fallen_back).max() <= 260
        assert "A task takes its three points, because" in " ".join(fallen_back.assumptions)


@pytest.mark.parametrize("planned", [0.0, np.nan])
def test_work_that_nobody_planned_a_time_for_has_its_range(planned):
    """Points, or a backlog, are all that is known of it: leaving it out would make up a date."""
    plan = risky_plan([100, 0], [(1, 2)], estimates={2: (10, 20, 40)})
    plan = plan.replace(tasks=plan.tasks.assign(duration_hours=[100.0, planned], kind="task"))
    found = hours(simulate(plan, n_trials=N))
    assert found.min() > 110 and found.max() < 140 and found.std() > 3
    backlog = pd.DataFrame([{"task_id": "2", "team": "red", "remaining_items": 10}])
    weekly = pd.DataFrame({"team": "red", "week": range(6), "n_items": 5})
    found = hours(simulate(plan.replace(estimates=backlog), throughput=weekly, n_trials=100))
    assert set(found) == {100 + 2 * 7 * 24}


def test_three_equal_points_are_certainty_and_said_so():
    """P10 and P90 are the date of the schedule, to the minute."""
    plan = risky_plan([8, 16], [(1, 2)], estimates={1: (8, 8, 8), 2: (16, 16, 16)})
    simulation = simulate(plan, n_trials=500)
    assert set(simulation.finish) == {schedule(plan).finish.to_datetime64()}
    assert simulation.precision_days == 0
    assert "2 have three equal points and count as certain" in " ".join(simulation.assumptions)


def test_the_assumption_on_correlation_comes_first():
    """Independence understates P80; nobody may read a result without knowing."""
    plan = pert_vector()
    low, high = (simulate(plan, correlation=c, n_trials=N) for c in (0.0, 0.6))
    assert low.assumptions[0].startswith("Durations are taken as independent, which understates")
    assert "correlated by 0.60" in high.assumptions[0] and high.assumptions[0] in str(high)
    assert np.quantile(hours(high), 0.8) > np.quantile(hours(low), 0.8)


def test_what_if_compares_the_same_trials():
    """A task whose range is removed changes no other task's durations; names decide, not rows."""
    plan = pert_vector()
    one = simulate(plan, n_trials=300, correlation=0.0)
    again = simulate(plan.replace(tasks=plan.tasks[::-1]), n_trials=300, correlation=0.0)
    assert (one.finish == again.finish).all()
    without = simulate(plan, n_trials=300, correlation=0.0, without=["9"])
    last = np.quantile(hours(one) - hours(without), [0, 1])
    assert last[0] < 0 < last[1]
    assert (simulate(plan, n_trials=600).finish[:300] == simulate(plan, n_trials=300).finish).all()


def test_a_what_if_of_nothing_is_refused():
    """A mistyped id would compare a plan with itself."""
    with pytest.raises(ProjectError, match='"T9" is neither a task nor a risk'):
        simulate(pert_vector(), without=["1", "T9"])


def test_without_a_summary_the_tasks_below_it_take_what_is_planned():
    """An id that is known is never passed over in silence."""
    plan = risky_plan([100, 50], estimates={1: (90, 100, 120), 2: (45, 50, 300)})
    summary = pd.DataFrame([{"id": "S", "name": "S", "kind": "summary"}])
    below = plan.tasks.assign(parent_id="S", kind="task")
    plan = plan.replace(tasks=pd.concat([below, summary]))
    assert set(hours(simulate(plan, n_trials=300, without=["S"]))) == {100}


@pytest.mark.parametrize("pessimistic", [3e5, 1e308])
def test_a_range_beyond_what_is_counted_is_refused_not_cut_off(pessimistic):
    """Thirty years of a task are a slip of the pen; cut off they would be a made-up date."""
    plan = risky_plan([100], estimates={1: (90, 100, pessimistic)})
    with pytest.raises(ProjectError, match="could last more than 279,620 hours"):
        simulate(plan)


@pytest.mark.parametrize("ratio", [-1.0, 0.0, np.inf])
def test_a_ratio_that_is_none_is_refused(ratio):
    """Work lasts longer than nothing, and ends."""
    record = pd.DataFrame({"task_type": "build", "ratio": [1.0] * 11 + [ratio]})
    with pytest.raises(ProjectError, match="a ratio is no possible one"):
        simulate(pert_vector(), ranges=record)


def test_the_sensitivity_of_an_elapsed_task_counts_working_time():
    """It alone sets the finish: its spread is that of the project, nights and weekends left out."""
    elapsed = {"id": "1", "name": "Cure", "duration_hours": 672.0, "is_elapsed": True}
    points = {"task_id": "1", "optimistic_hours": 400, "most_likely_hours": 672,
              "pessimistic_hours": 2000}  # fmt: skip
    plan = small_plan.small_plan(tasks=[elapsed], links=[], baseline=[], estimates=[points])
    row = simulate(plan, n_trials=N).tasks.iloc[0]
    assert row["criticality"] == 1
    assert row["sensitivity"] == pytest.approx(1, abs=0.03)


def test_no_trial_is_no_simulation():
    """At least one."""
    with pytest.raises(ValueError, match="n_trials is 0"):
        simulate(pert_vector(), n_trials=0)


def test_what_is_finished_has_no_merge_bias():
    """A milestone waits only for what is open; where all before it is done it has none."""
    now = unit_plan.MONDAY + pd.Timedelta(hours=150)
    start, finish = unit_plan.MONDAY, unit_plan.MONDAY + pd.Timedelta(hours=100)
    done = {"status_date": now, "task_id": "1", "actual_start": start, "actual_finish": finish}
    plan = risky_plan([100, 0, 100], [(1, 2)], estimates={3: (80, 100, 150)})
    plan = plan.replace(
        tasks=plan.tasks.assign(kind=["task", "milestone", "task"]), progress=pd.DataFrame([done])
    )
    plan = plan.replace(header=replace(plan.header, status_date=now))
    assert simulate(plan, n_trials=300).milestones["merge_bias_days"].tolist() == [0.0]


def test_trials_stop_when_the_p80_is_stable():
    """A narrow plan needs the first thousand only; the error shown is what stopped it."""
    narrow = simulate(pert_vector(), until_stable=True)
    assert narrow.n_trials == 1_000 and narrow.precision_days <= 0.5
    wide = simulate(risky_plan([4000], estimates={1: (2000, 4000, 9000)}), until_stable=True)
    assert wide.n_trials == 10_000
    assert wide.convergence["error_days"].is_monotonic_decreasing
    assert wide.convergence["n_trials"].tolist() == [100, 300, 1_000, 3_000, 10_000]


def test_percentiles_are_ordered_and_chances_agree_with_them():
    """P10 <= ... <= P95 of finish, cost and milestones; chance(P80) is at least 80 %."""
    simulation = simulate(priced(pert_vector(), {1: 10.0, 9: 20.0}), n_trials=2_000)
    for _, rows in simulation.quantiles.groupby("quantity"):
        assert rows["probability"].tolist() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
        assert rows["finish"].dropna().is_monotonic_increasing
        assert rows["amount"].dropna().is_monotonic_increasing
    assert 0.8 <= simulation.chance(finish=simulation.finish_at(0.8)) < 0.83
    assert 0.8 <= simulation.chance(cost=simulation.cost_at(0.8)) < 0.83


def test_more_uncertainty_never_narrows():
    """A wider range of any task: P80 is no earlier, P10 no later."""
    for task, (_, _, _, low, mode, high) in enumerate(VECTOR, 1):
        plan = pert_vector()
        rows = plan.estimates.set_index("task_id", drop=False)
        rows.loc[str(task), "optimistic_hours"] = max(low - 1, 0)
        rows.loc[str(task), "pessimistic_hours"] = high + mode
        wider = simulate(plan.replace(estimates=rows.reset_index(drop=True)), n_trials=4_000)
        now = simulate(plan, n_trials=4_000)
        assert wider.finish_at(0.8) >= now.finish_at(0.8) - pd.Timedelta(minutes=1)
        assert hours(wider).std() >= hours(now).std() - 1e-9


def test_goals_have_a_chance_or_say_why_not():
    """Deadline, goals by their day, budget; a goal without a day has none."""
    goals = [{"id": "g", "goal": "Saved", "due": unit_plan.MONDAY + pd.Timedelta(hours=31)},
             {"id": "h", "goal": "Happy"}]  # fmt: skip
    plan = priced(pert_vector().replace(goals=pd.DataFrame(goals)), {1: 10.0})
    simulation = simulate(plan, n_trials=2_000)
    rows = simulation.goals.set_index("goal")
    assert rows.loc["Saved", "chance"] == simulation.chance(finish=rows.loc["Saved", "due"])
    assert np.isnan(rows.loc["Happy", "chance"])
    assert rows.loc["Happy", "cannot_say"] == "no day is said"


def test_a_plan_without_ranges_is_no_forecast():
    """One date with no range has no chance, and none is made up."""
    found = simulate(small_plan.small_plan())
    assert isinstance(found, CannotSay)
    assert found.reason.startswith("no task that remains has a range")
    assert found.goals is found and found.curve is found and found.milestones is found


def test_a_finished_project_has_no_forecast():
    """Nothing remains that could be uncertain."""
    done = [
        {"status_date": small_plan.FRIDAYS[2], "task_id": str(n), "percent_complete": 100,
         "actual_start": "2026-03-02 08:00", "actual_finish": "2026-03-20 17:00"}
        for n in range(1, 5)
    ]  # fmt: skip
    plan = small_plan.small_plan(small_plan.FRIDAYS[2], done)
    assert simulate(plan).reason == "the project is finished"


@pytest.mark.parametrize(
    "points", [(12, 10, 14), (8, 15, 14), (8, 10, 9), (8, 10, None), (8, 8, 14, "lognormal")]
)
def test_points_out_of_order_are_refused(points):
    """P < O, most likely outside both, one end only, a lognormal without a middle."""
    with pytest.raises(ProjectError, match=r'task "T1" is estimated at .*hours'):
        simulate(risky_plan([10], estimates={1: points}))


TABLES = {
    "not symmetric": [[0.5, 0.2], [0.1, 0.5]],
    "outside": [[0.5, 1.2], [1.2, 0.5]],
    "not possible": [[0.1, 0.9], [0.9, 0.1]],
    "loose": [[0.0, 0.2], [0.2, 0.5]],
    "not a number": [[0.5, np.nan], [np.nan, 0.5]],
}


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
def test_a_table_that_is_no_correlation_matrix_is_refused(rows):
    """Symmetric, from -1 to 1, positive definite, with the same groups on both sides."""
    table = pd.DataFrame(rows, ["a", "b"], ["a", "b"])
    with pytest.raises(ProjectError, match="correlation"):
        simulate(pert_vector(), correlation=table)


@pytest.mark.parametrize("number", [-0.1, 1.5])
def test_a_correlation_outside_0_to_1_is_refused(number):
    """And so is a table with other groups in its columns than in its rows."""
    with pytest.raises(ProjectError, match="from 0 to 1"):
        simulate(pert_vector(), correlation=number)
    with pytest.raises(ProjectError, match="same groups"):
        simulate(pert_vector(), correlation=pd.DataFrame([[0.5]], ["a"], ["b"]))


def test_a_simulation_says_what_it_is():
    """Percentiles, plan and assumptions in a terminal and in JupyterLab."""
    simulation = simulate(pert_vector(), n_trials=100)
    assert isinstance(simulation, Simulation)
    assert str(simulation).startswith("Vector: P50 2 Jun 2026, P80 2 Jun 2026, plan 2 Jun 2026.")
    assert "100 trials, seed 1" in repr(simulation)
    assert "<p>Vector" in simulation._repr_html_()
