"""The cheapest way back is the cheapest: proved against trying everything, and it holds."""

import numpy as np
import pandas as pd
import pytest
from recovery_plans import cheapest_by_trying, deadline_of, random_levers, random_plan
from risky_plan import risky_plan
from small_plan import DESIGN_DONE, FRIDAYS, small_plan
from unit_plan import MONDAY

import pmtools as pm
from pmtools.decide.recovery import Goal, Permit, Recovery, lever_of, levers, recover
from pmtools.decide.recovery import search as search_module
from pmtools.decide.recovery.evaluation import Evaluation
from pmtools.decide.scenario import (
    AddPerson,
    Crash,
    Drop,
    Mitigate,
    Overlap,
    Overtime,
    Reorder,
    Scenario,
    Split,
    SwapPerson,
)  # fmt: skip
from pmtools.errors import ProjectError
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule
from pmtools.simulate.case import Settings, case_of
from pmtools.simulate.trials import run

SETTINGS = Settings(500, 1, 0.3, None, None, False, 1)
STARTERS = ("software-rollout", "network-upgrade", "hardware-installation")


@pytest.mark.parametrize(
    ("due", "more"), [(15, 0), (14, 7.5), (13, 15), (12, 25), (11, 40), (10, 60), (9, 84)]
)
def test_the_time_cost_curve_of_the_field_is_found_point_by_point(due, more):
    """Crashing example of R's package critpath, enumerated: direct cost 345 at 15 days to 429 at 9.

    A 1-2 4/2 days 50/70, B 1-3 6/3 40/55, C 2-3 2/1 20/24, D 2-4 6/4 100/130, E 3-4 3/2 50/60,
    F 3-5 3/3 25/25, G 4-5 5/3 60/75.
    """
    arcs = {"A": (4, 2, 10), "B": (6, 3, 5), "C": (2, 1, 4), "D": (6, 4, 15), "E": (3, 2, 10),
            "F": (3, 3, 0), "G": (5, 3, 7.5)}  # fmt: skip
    number = {name: n for n, name in enumerate(arcs, 1)}
    after = {"C": "A", "D": "A", "E": "BC", "F": "BC", "G": "DE"}
    links = [(number[one], number[name]) for name, all_ in after.items() for one in all_]
    plan = schedule(risky_plan([24 * days for days, *_ in arcs.values()], links))
    choices = [
        lever_of(plan, Crash(str(number[name]), 24.0 * (normal - less)), less * price)
        for name, (normal, crash, price) in arcs.items()
        for less in range(1, normal - crash + 1)
    ]  # fmt: skip
    found = recover(plan, deadline=MONDAY + pd.Timedelta(days=due), confidence=1, choices=choices)
    assert isinstance(found, Recovery)
    if more == 0:
        assert found.statement.signal == "green"
    else:
        last = found.options.iloc[-1]
        assert (last["cost"], last["is_proved"]) == (more, True)
    beyond = recover(plan, deadline=MONDAY + pd.Timedelta(days=8), confidence=1, choices=choices)
    assert beyond.best is None and beyond.statement.signal == "red"


def test_two_equal_optima_cost_the_same():
    """R's package ProjectManagement: normal 8, target 6: the least cost is 2."""
    days, least = [5, 4, 5, 2, 2], [3, 2, 3, 1, 1]
    plan = schedule(risky_plan([24 * d for d in days], [(1, 5), (2, 4), (4, 5)]))
    choices = [
        lever_of(plan, Crash(str(n), 24.0 * (d - less)), float(less))
        for n, (d, low) in enumerate(zip(days, least, strict=True), 1)
        for less in range(1, d - low + 1)
    ]  # fmt: skip
    found = recover(plan, deadline=MONDAY + pd.Timedelta(days=6), confidence=1, choices=choices)
    assert found.options.iloc[-1][["cost", "is_proved"]].tolist() == [2.0, True]


@pytest.mark.parametrize("seed", range(6))
def test_the_recommended_set_is_the_true_optimum(seed, monkeypatch):
    """By trying all and by cuts: both find what an exhaustive search finds."""
    plan = random_plan(seed)
    choices = random_levers(plan, seed, 7)
    evaluation = Evaluation(plan, Goal(deadline_of(plan, 0.3)), choices, SETTINGS)
    target = 0.3 + 0.6 * np.random.default_rng(seed).random()
    best = cheapest_by_trying(evaluation, target)
    for few in (10, 0):
        monkeypatch.setattr(search_module, "FEW", few)
        found = recover(
            plan, deadline=evaluation.goal.due, confidence=target, choices=choices, n_trials=500,
            n_checks=500,
        )  # fmt: skip
        if best is None:
            assert found.best is None and found.statement.signal == "red"
            assert "no permitted set" in found.statement.text
        elif best:
            last = found.options.iloc[-1]
            assert last["is_proved"]
            assert last["cost"] == pytest.approx(best)


@pytest.mark.parametrize("seed", range(2))
def test_levers_that_may_hurt_are_proved_only_by_trying_all(seed, monkeypatch):
    """Overlaps with rework: exact up to ten levers; by cuts the best found, never called proved."""
    plan = random_plan(seed)
    choices = random_levers(plan, seed, 6, is_helpful=False)
    assert not all(each.is_helpful for each in choices)
    evaluation = Evaluation(plan, Goal(deadline_of(plan, 0.3)), choices, SETTINGS)
    best = cheapest_by_trying(evaluation, 0.6)
    settings = {"deadline": evaluation.goal.due, "confidence": 0.6, "choices": choices,
                "n_trials": 500, "n_checks": 500}  # fmt: skip
    exact = recover(plan, **settings)
    if best is not None:
        assert exact.options.iloc[-1][["cost", "is_proved"]].tolist() == [best, True]
    monkeypatch.setattr(search_module, "FEW", 0)
    found = recover(plan, **settings)
    assert not found.options["is_proved"].any()
    if best is not None and found.best:
        assert found.options.iloc[-1]["cost"] >= best


EVERY = (
    Crash("2", 20, 100), Overlap("1", "2", 10), Split("3", 0.5), Reorder("4", "3"), Drop(("3",)),
    AddPerson("ann", ("2",)), SwapPerson("bob", "ann", ("2",), speed=1.2), Mitigate("R"),
    Overtime(("2",), pd.Timestamp("2026-03-09"), pd.Timestamp("2026-03-20"), 2),
)  # fmt: skip


def uncertain_plan():
    """The small plan with a parallel task, ranges, people and a risk, before its start."""
    tasks = [
        {"id": "1", "name": "Design", "duration_hours": 40},
        {"id": "2", "name": "Build", "duration_hours": 40},
        {"id": "3", "name": "Test", "duration_hours": 40},
        {"id": "4", "name": "Train", "duration_hours": 32},
    ]
    estimates = [
        {"task_id": task["id"], "optimistic_hours": 0.8 * task["duration_hours"],
         "most_likely_hours": task["duration_hours"],
         "pessimistic_hours": 2 * task["duration_hours"]}
        for task in tasks
    ]  # fmt: skip
    risk = {"id": "R", "kind": "risk", "title": "Vendor is late", "probability": 0.5,
            "impact_hours": 24, "residual_probability": 0.1, "response_cost": 300,
            "task_ids": "2"}  # fmt: skip
    links = [{"predecessor_id": "1", "successor_id": "2"}, {"predecessor_id": "2",
             "successor_id": "3"}, {"predecessor_id": "1", "successor_id": "4"}]  # fmt: skip
    return small_plan(
        tasks=tasks, links=links, estimates=estimates, register=[risk], baseline=[],
        assignments=[{"task_id": "1", "resource_id": "ann"},
                     {"task_id": "2", "resource_id": "bob"}],
        rates=[{"resource_id": "ann", "hourly_rate": 100},
               {"resource_id": "bob", "hourly_rate": 80}],
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_set_of_levers_is_evaluated_as_the_project_that_it_makes(seed):
    """The quick way finds, in every trial, the minute that simulating the changed project finds."""
    plan = schedule(uncertain_plan())
    choices = [lever_of(plan, each) for each in EVERY]
    evaluation = Evaluation(plan, Goal(pd.Timestamp("2026-03-27 17:00")), choices, SETTINGS)
    dice = np.random.default_rng(seed)
    n_compared = 0
    while n_compared < 5:
        chosen = frozenset(dice.choice(len(EVERY), dice.integers(1, 5), replace=False).tolist())
        if [*evaluation.scenario(chosen).problems(plan.project)]:
            continue
        case = case_of(schedule(evaluation.project(chosen)), SETTINGS)
        whole = run(case.model, n_trials=SETTINGS.n_trials, seed=1).finish
        assert np.abs(evaluation.finishes(chosen) - whole).max() <= 1
        n_compared += 1


@pytest.mark.parametrize("starter", STARTERS)
def test_the_chance_that_is_promised_holds_on_fresh_trials(starter):
    """With another seed and many more trials, within four standard errors of both."""
    project = pm.read_project(f"templates/projects/{starter}")
    plan, throughput = pm.schedule(project), pm.flow(project).throughput
    due = deadline_of(plan, 0.5)
    found = recover(plan, deadline=due, confidence=0.6, throughput=throughput, n_checks=4000,
                    permit=Permit(kinds=("mitigate", "overlap")), time_limit=20)  # fmt: skip
    for row in found.options.itertuples():
        changed = found.scenarios[row.option].apply(project)
        fresh = pm.simulate(changed, n_trials=20_000, seed=77, throughput=throughput)
        error = 4 * np.sqrt(0.25 / 4000 + 0.25 / 20_000)
        assert fresh.chance(finish=due) == pytest.approx(row.chance, abs=error)
        assert row.low <= row.chance <= row.high


def test_a_goal_that_is_met_needs_no_change():
    """It is said, with the chance."""
    found = recover(uncertain_plan(), deadline="2026-12-31")
    assert found.statement.text == "No change is needed: 31 Dec 2026 is met with 99%."
    assert found.statement.signal == "green" and found.options.empty


def test_where_nothing_is_enough_the_best_and_what_binds_are_told():
    """The chance of everything that is permitted, and the tasks and people that hold the finish."""
    found = recover(uncertain_plan(), deadline="2026-03-16", permit=Permit(kinds=("mitigate",)))
    assert found.statement.signal == "red" and found.best is None
    assert "no permitted set makes 16 Mar 2026 80% sure" in found.statement.text
    assert "because of" in found.statement.text and "Build (Bob)" in found.statement.text


def test_what_comes_closest_and_the_day_it_reaches_are_told():
    """An option that is marked as not enough, never recommended, and the day that it makes sure."""
    plan = schedule(small_plan())
    choices = [lever_of(plan, Crash(task, 24), 100.0) for task in "12"]
    found = recover(plan, deadline="2026-03-10", confidence=0.8, choices=choices)
    last = found.options.iloc[-1]
    assert (last["n_changes"], last["is_enough"], last["is_proved"]) == (2, False, False)
    assert found.best is None
    reached = schedule(found.scenarios["Option A"].apply(plan.project)).finish
    assert found.statement.text.endswith(
        f"With all that helps, for EUR 200, {reached.day} {reached:%b %Y} is 80% sure."
    )


def test_where_no_lever_helps_it_is_said():
    """A shorter task that is not on the longest path brings no day forward."""
    plan = schedule(risky_plan([80, 40, 8], [(1, 2)]))
    found = recover(plan, deadline=MONDAY + pd.Timedelta(days=1), confidence=0.8,
                    choices=[lever_of(plan, Crash("3", 4), 1.0)])  # fmt: skip
    assert found.options.empty and "Nothing helps: " in found.statement.text


def test_the_statement_says_the_chance_on_fresh_trials():
    """Not that of the trials by which the set was chosen; what is wanted stands beside it."""
    plan = random_plan(3)
    found = recover(plan, deadline=deadline_of(plan, 0.3), confidence=0.5, n_trials=100,
                    choices=random_levers(plan, 3, 7), n_checks=2_000)  # fmt: skip
    last = found.options.iloc[-1]
    assert f" with {last['chance']:.0%} (now " in found.statement.text
    assert ("50% is wanted" in found.statement.text) == (round(100 * last["chance"]) < 50)


def test_of_sets_of_one_price_the_smallest_is_taken(monkeypatch):
    """Levers that cost nothing too: one change that is enough, not two, by trying and by cuts."""
    plan = schedule(small_plan())
    choices = [lever_of(plan, Crash("1", hours), 0.0) for hours in (24, 32)]
    choices += [lever_of(plan, Crash("2", 32), 0.0), lever_of(plan, Crash("3", 39), 0.0)]
    for few in (10, 0):
        monkeypatch.setattr(search_module, "FEW", few)
        found = recover(plan, deadline="2026-03-18", confidence=0.8, choices=choices)
        assert found.options[["n_changes", "cost", "is_proved"]].to_numpy().tolist() == [
            [1, 0.0, True]
        ]


def test_a_lever_that_cannot_be_made_is_refused():
    """A finished task cannot be crashed, and overtime is not negative."""
    plan = schedule(small_plan(status_date=FRIDAYS[0], progress=[DESIGN_DONE]))
    with pytest.raises(ProjectError, match="is finished"):
        lever_of(plan, Crash("1", 8), 1.0)
    days = pd.Timestamp("2026-03-09"), pd.Timestamp("2026-03-20")
    with pytest.raises(ProjectError, match="overtime a day is -1"):
        lever_of(plan, Overtime(("2",), *days, -1), 1.0)


def test_a_goal_in_the_past_an_unknown_task_and_no_deadline_are_told():
    """Refused, or cannot say, each with the reason."""
    project = small_plan(status_date=FRIDAYS[0], progress=[DESIGN_DONE])
    with pytest.raises(ProjectError, match="5 Mar 2026 is not after the status date 6 Mar 2026"):
        recover(project, deadline="2026-03-05")
    with pytest.raises(ProjectError, match='"99" is not a task'):
        recover(project, task_id="99")
    assert recover(project).reason == "no deadline is known: give one"


def test_a_finished_project_needs_nothing():
    """Cannot say: there is nothing left to change."""
    done = [DESIGN_DONE | {"task_id": n, "status_date": FRIDAYS[0]} for n in "1234"]
    found = recover(small_plan(status_date=FRIDAYS[0], progress=done), deadline="2026-12-31")
    assert isinstance(found, CannotSay) and found.reason == "the project is finished"


def test_a_plan_without_ranges_is_brought_back_by_its_dates():
    """Without uncertainty a set reaches the day or does not."""
    plan = schedule(small_plan())
    choices = [lever_of(plan, Crash(task, 24), 100.0 * n) for n, task in enumerate("123", 1)]
    found = recover(plan, deadline="2026-03-18", confidence=0.8, choices=choices)
    assert found.options[["changes", "cost", "is_proved"]].to_numpy().tolist() == [
        ["Design: 3 d instead of 5 d, for EUR 0", 100.0, True]
    ]


def test_a_goal_may_be_a_task():
    """Build by its own deadline; what comes after it does not count."""
    plan = schedule(uncertain_plan())
    choices = [lever_of(plan, Crash("3", 8), 1.0), lever_of(plan, Crash("2", 20), 500.0)]
    found = recover(plan, task_id="2", deadline="2026-03-16", confidence=0.6, choices=choices)
    assert found.options.iloc[-1]["cost"] == 500.0


def test_a_search_of_few_levers_tells_how_far_it_is_and_can_be_stopped():
    """Every set that is tried is told with its price, below which nothing reaches the goal."""
    plan, told = random_plan(3), []

    def stop(found):
        told.append(found)
        return len(told) < 3

    found = recover(plan, deadline=deadline_of(plan, 0.3), confidence=0.95, n_trials=200,
                    choices=random_levers(plan, 3, 6), n_checks=200, tell=stop)  # fmt: skip
    assert [each.chosen for each in told] == [None] * len(told) and len(told) < 10
    assert found.best is None


def test_a_search_that_is_stopped_keeps_the_best_so_far(monkeypatch):
    """Stopped after the first answer: it reaches the goal, and is not called proved."""
    monkeypatch.setattr(search_module, "FEW", 0)
    plan = random_plan(3)
    told = []

    def stop(found):
        told.append(found)
        return len(told) < 1

    found = recover(plan, deadline=deadline_of(plan, 0.3), confidence=0.5, n_trials=500,
                    choices=random_levers(plan, 3, 9), n_checks=500, tell=stop)  # fmt: skip
    assert told[0].chosen and told[0].price < float("inf")
    assert not found.options["is_proved"].any() and len(found.options)


def test_what_a_manager_permits_limits_the_levers():
    """Kinds, people, optional scope and cost; crash levers are never guessed."""
    project = uncertain_plan()
    plan = schedule(project)
    kinds = {each.change.kind for each in levers(plan, ["2", "3", "4"])}
    assert kinds == {"mitigate", "overtime", "overlap"}
    some = levers(plan, ["2", "3"], Permit(kinds=("drop",), optional_tasks=("3",)))
    assert [each.change for each in some] == [Drop(("3",))]
    nobody = levers(plan, ["2"], Permit(kinds=("overtime",), people=("ann",)))
    assert nobody == ()
    cheap = levers(plan, ["2", "3"], Permit(most_cost=0))
    assert all(each.price == 0 for each in cheap)


def test_two_runs_recommend_the_same():
    """Same plan, same seed: the same sets in the same order."""
    plan = random_plan(5)
    choices = random_levers(plan, 5, 8)
    due = deadline_of(plan, 0.3)
    found = [
        recover(plan, deadline=due, confidence=0.6, choices=choices, n_trials=300, n_checks=300)
        for _ in range(2)
    ]
    pd.testing.assert_frame_equal(found[0].options, found[1].options)
    assert found[0].scenarios == found[1].scenarios
    assert isinstance(found[0].scenarios["Option A"], Scenario)
