"""Every chart and table of the public face, drawn from a starter project: the gallery.

`python tests/gallery/test_gallery.py FOLDER` writes the pictures, to look at them.
"""

import sys
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from past_forecasts import past_forecasts, past_outcomes, past_weeks
from pictures import static_svg

import pmtools as pm
from pmtools import charts, tables

PROJECT = Path(__file__).parents[2] / "templates" / "projects" / "network-upgrade"
AGILE = PROJECT.with_name("software-rollout")


@cache
def gallery():
    """Each chart and table by its name."""
    weeks = pm.read_weeks(PROJECT)
    schedules = pm.schedule_weeks(weeks)
    now, plan = weeks[-1], schedules[-1]
    value, load = pm.earned_value(now), pm.workload(plan)
    paths, levelled = pm.float_paths(plan), pm.level(now, time_limit=0)
    finishes = {"finish_before": levelled.before.finish, "finish": levelled.finish}
    last = plan.tasks["id"].iloc[-1]
    clash = pd.DataFrame(
        {"resource": ["Ann"], "from": [now.header.status_date], "to": [plan.finish],
         "needed": [2.0], "capacity": [1.0], "tasks": ["Survey; Cutover"],
         "reason": ["no float is left"]}
    )  # fmt: skip
    money, quality = {"currency": value.currency}, pm.schedule_quality(plan)
    bridge = pm.explain_last(schedules)
    at, needs = now.header.status_date, pm.resource_needs(plan)
    simulation = pm.simulate(plan, n_trials=1_000)
    drivers = pm.drivers(simulation, most=3)
    melon = pm.watermelon(schedules, simulation)
    items, matrix = pm.register(schedules, drivers), pm.risk_matrix(schedules)
    past = pm.forecast_accuracy(past_forecasts(), past_outcomes())
    team = pm.flow(pm.read_project(AGILE), days="working")
    duties, kept = pm.responsibility(plan), pm.promises(schedules)
    rollout, few = pm.schedule(pm.read_project(AGILE)), {"n_trials": 500, "n_checks": 500}
    back = pm.recover(rollout, permit=pm.Permit(kinds=("mitigate", "overlap")), time_limit=2, **few)
    tried = pm.compare(rollout, [*back.scenarios.values()], n_trials=500)
    return {
        "chart_scenarios": pm.chart_scenarios(
            tried.rows, **money, deadline=rollout.project.header.deadline
        ),
        "chart_way_back": pm.chart_way_back(back.options, back.base_chance, back.target, **money),
        "chart_before_after": pm.chart_before_after(tried.moved),
        "table_scenarios": pm.table_scenarios(tried.rows, **money),
        "table_options": pm.table_options(back.options, **money),
        "table_levers": pm.table_levers(back.levers, **money),
        "table_scenario_effects": pm.table_scenario_effects(tried.effects, **money),
        "chart_raci": pm.chart_raci(duties.cells, duties.rows),
        "chart_promises": pm.chart_promises(kept),
        "table_look_ahead": pm.table_look_ahead(pm.look_ahead(plan)),
        "table_who_must_act": pm.table_who_must_act(pm.who_must_act(plan)),
        "table_responsibility_findings": pm.table_responsibility_findings(duties.findings),
        "table_promises": pm.table_promises(kept),
        "chart_cumulative_flow": pm.chart_cumulative_flow(team.by_day),
        "chart_cycle_time": pm.chart_cycle_time(team.items, team.percentiles, days="working"),
        "chart_ageing": pm.chart_ageing(team.ageing, team.service_level_days, days="working"),
        "chart_burn_up": pm.chart_burn_up(team.by_day, team.fan(), team.when()),
        "table_flow_forecasts": pm.table_flow_forecasts(team.how_many(4)),
        "chart_gantt": pm.chart_gantt(pm.with_baseline(plan, plan.tasks), at),
        "chart_milestone_trend": pm.chart_milestone_trend(pm.milestone_trend(schedules), at),
        "chart_s_curve": pm.chart_s_curve(**value.s_curve(), forecast_finish=plan.finish),
        "chart_index_trend": pm.chart_index_trend(value.by_date),
        "chart_workload": pm.chart_workload(load),
        "chart_load_map": pm.chart_load_map(load),
        "chart_key_people": pm.chart_key_people(pm.key_people(plan)),
        "table_key_people": pm.table_key_people(pm.key_people(plan)),
        "table_single_points": pm.table_single_points(pm.single_points(plan)),
        "table_load_peaks": pm.table_load_peaks(pm.load_peaks(load)),
        "table_load_causes": pm.table_load_causes(pm.load_causes(plan)),
        "chart_load": pm.chart_load(load),
        "chart_network": pm.chart_network(plan.tasks, plan.links, last),
        "chart_float_paths": pm.chart_float_paths(paths),
        "chart_levelling": pm.chart_levelling(levelled.moves, **finishes),
        "chart_resource_needs": pm.chart_resource_needs(needs),
        "chart_forecast_cone": pm.chart_forecast_cone(pm.forecast_cone(schedules)),
        "chart_fever": pm.chart_fever(pm.buffer_use(schedules)),
        "chart_finish_curve": pm.chart_finish_curve(simulation.curve, simulation.marks),
        "chart_joint_confidence": pm.chart_joint_confidence(
            simulation.scatter,
            pm.confidence_frontier(simulation),
            **money,
            finish=plan.finish,
            cost=now.header.budget,
            chance=simulation.chance(plan.finish),
        ),
        "chart_bridge": pm.chart_bridge(**bridge.waterfall()),
        "table_bridge": pm.table_bridge(bridge.tasks),
        "chart_handoffs": pm.chart_handoffs(pm.handoffs(schedules, weeks=6), at),
        "chart_dependency_matrix": pm.chart_dependency_matrix(pm.dependency_matrix(schedules)),
        "table_handoffs": pm.table_handoffs(pm.handoffs(schedules, weeks=6)),
        "table_handoff_parties": pm.table_handoff_parties(pm.handoff_parties(schedules)),
        "table_readiness": pm.table_readiness(pm.input_readiness(simulation)),
        "table_watermelon": pm.table_watermelon(melon.tasks),
        "table_watermelon_departments": pm.table_watermelon_departments(melon.departments),
        "chart_drivers": pm.chart_drivers(drivers, **money),
        "table_percentiles": pm.table_percentiles(simulation.quantiles, **money),
        "table_milestone_ranges": pm.table_milestone_ranges(simulation.milestones),
        "table_goals": pm.table_goals(simulation.goals, **money),
        "table_drivers": pm.table_drivers(drivers, **money),
        "table_contingency": pm.table_contingency(pm.contingency(simulation), **money),
        "table_sensitive_tasks": pm.table_sensitive_tasks(simulation.tasks),
        "table_estimates": pm.table_estimates(pm.widest_ranges(plan)),
        "table_budget": pm.table_budget(pm.budget_hierarchy(plan), **money),
        "table_hires": pm.table_hires(pm.hires(needs)),
        "table_buffers": pm.table_buffers(pm.critical_chain(levelled).buffers),
        "table_reference_class": pm.table_reference_class(pm.reference_class(plan), **money),
        "table_forecast_accuracy": pm.table_forecast_accuracy(past.methods),
        "table_coverage": pm.table_coverage(past.coverage),
        "table_recalibrated": pm.table_recalibrated(pm.recalibrated(past, plan)),
        "table_signals": pm.table_signals(pm.status(schedules, value).dimensions),
        "table_findings": pm.table_findings(pm.check(now).frame),
        "table_changes": pm.table_changes(pm.changes_since_last(schedules)),
        "table_ledger": pm.table_ledger(pm.ledger(schedules), **money),
        "table_scope_ledger": pm.table_scope_ledger(pm.ledger(schedules)),
        "table_milestones": pm.table_milestones(pm.milestones(schedules)),
        "table_tasks_done": pm.table_tasks_done(pm.done_since(plan)),
        "table_tasks_due": pm.table_tasks_due(pm.due_within(plan)),
        "table_overdue": pm.table_overdue(pm.overdue(plan)),
        "table_overallocation": pm.table_overallocation(pm.overallocated(load)),
        "chart_risk_matrix": pm.chart_risk_matrix(matrix.risks, matrix.cells),
        "table_risks": pm.table_risks(items, **money),
        "table_open_items": pm.table_open_items(items),
        "table_responses": pm.table_responses(items, **money),
        "table_stuck": pm.table_stuck(pm.stuck(items)),
        "table_overdue_actions": pm.table_overdue_actions(pm.overdue_actions(now)),
        "table_became_issues": pm.table_became_issues(pm.became_issues(now), **money),
        "table_recorded_weeks": pm.table_recorded_weeks(past_weeks()),
        "table_reserves": pm.table_reserves(pm.reserves_left(simulation), **money),
        "table_decisions": pm.table_decisions(items, **money),
        "table_control_accounts": pm.table_control_accounts(value.by_control_account, **money),
        "table_earned_value": pm.table_earned_value(value.by_date, **money),
        "table_driving_chain": pm.table_driving_chain(pm.driving_chain(plan, last)),
        "table_float_paths": pm.table_float_paths(paths),
        "table_conflicts": pm.table_conflicts(pm.conflicts(plan)),
        "table_moves": pm.table_moves(levelled.moves),
        "table_overloads": pm.table_overloads(clash),
        "table_schedule_quality": pm.table_schedule_quality(quality.checks),
        "table_schedule_findings": pm.table_schedule_findings(quality.findings),
    }


CHARTS = [name for name in charts.__all__ if name.startswith("chart_")]
TABLES = [name for name in dir(tables) if name.startswith("table_")]
SHOWN = {
    "table_scenarios": ("Scenario", "Plan ends", "P80", "Cost, P80 (EUR)", "Deadline", "Both"),
    "table_options": ("Option", "What is done", "Costs (EUR)", "Chance (95% interval)", "P80"),
    "table_levers": ("Change", "Kind", "Costs (EUR)", "Gain in points"),
    "table_scenario_effects": ("Scenario", "Change", "P80 without it", "Cost without it (EUR)"),
    "table_look_ahead": ("Who", "Task", "As", "Must", "On", "Hours", "Float"),
    "table_who_must_act": ("Who", "First", "Due", "Overdue", "Tasks overdue", "of these waiting"),
    "table_responsibility_findings": ("Status", "Where", "Found", "What to do"),
    "table_promises": ("Who", "Against the", "Kept", "Share", "95% interval"),
    "table_watermelon": ("Work", "Owner", "Reported", "By its plan", "Comes later", "Because"),
    "table_watermelon_departments": ("Department", "Reports", "Too good, expected"),
    "table_handoffs": ("State", "From › to", "What › for", "On", "Late", "Why"),
    "table_handoff_parties": ("Who", "Gives", "Receives", "Late from others"),
    "table_readiness": ("Task", "Of", "All inputs there", "80% sure by", "Single inputs"),
    "table_bridge": ("Part", "In all", "Change", "Owner", "Department", "By itself"),
    "table_flow_forecasts": ("Chance", "Items, at least", "Weeks", "Finished by"),
    "table_estimates": ("Task", "Optimistic", "Most likely", "Pessimistic", "Slips with"),
    "table_budget": ("Level", "Estimates (EUR)", "Amount (EUR)"),
    "table_hires": ("Role", "From week of", "Weeks short", "Short in all"),
    "table_buffers": ("Chain", "Length", "Buffer: root", "Room", "Protected until"),
    "table_reference_class": ("Source", "Share of projects", "Overran by", "This plan then"),
    "table_forecast_accuracy": ("Forecast of", "By", "Error", "Actual / forecast", "Loss"),
    "table_coverage": ("Promised", "Held", "95% interval", "So the range was"),
    "table_recalibrated": ("Chance", "The record says", "Projects", "Forecasts"),
    "table_percentiles": ("Chance", "Finished by", "Cost at most (EUR)"),
    "table_milestone_ranges": ("Milestone", "Plan", "P50", "P80", "Deadline", "Chance"),
    "table_goals": ("Goal", "Until", "Budget (EUR)", "Chance"),
    "table_drivers": ("Driver", "Kind", "Later by", "Dearer by (EUR)", "Response saves"),
    "table_contingency": ("Of", "Needed", "Contingency", "Reserve (EUR)"),
    "table_sensitive_tasks": ("Task", "Sensitivity", "Critical in", "Cruciality"),
    "table_signals": ("Area", "Status", "Evidence", "Rule"),
    "table_findings": ("Severity", "Rule", "Where", "Found", "Remedy"),
    "table_ledger": ("Week to", "What", "Moved", "Later", "Dearer (EUR)", "Approved by"),
    "table_scope_ledger": ("Week to", "What changed", "Approved by"),
    "table_changes": ("Change of", "What", "Owner", "Before", "Now", "Difference"),
    "table_milestones": ("Baseline", "Forecast now", "Slip", "Since last report", "Done"),
    "table_tasks_done": ("Owner", "Task", "Finished", "Baseline", "Late"),
    "table_tasks_due": ("Owner", "Task", "Must", "On", "Complete", "Float"),
    "table_overdue": ("Owner", "Task", "Was due", "Overdue", "Forecast", "Complete"),
    "table_key_people": ("Without", "Kind", "Work", "Finish moves", "Who could cover"),
    "table_single_points": ("Critical task", "Hangs on", "Could stand in"),
    "table_load_peaks": ("Who", "At most", "In the week of", "Weeks above", "Sustained"),
    "table_load_causes": ("Who", "Week of", "Too much", "By", "Work", "What can move"),
    "table_overallocation": ("Who", "Week of", "Work", "Capacity", "Too much", "For"),
    "table_risks": ("Risk", "Since last", "Chance", "Expected delay", "Of the P80"),
    "table_responses": ("Risk", "What we do", "Costs (EUR)", "Saves", "Is it worth it?"),
    "table_open_items": ("Item", "What", "Owner / who acts", "Until", "Open for", "If left"),
    "table_stuck": ("What", "Owner / who acts", "Stuck", "Until", "If left"),
    "table_overdue_actions": ("Who", "Open", "Overdue", "Overdue rate", "Which"),
    "table_became_issues": ("Risk", "What was feared", "Chance said", "Issue", "Cost now (EUR)"),
    "table_recorded_weeks": ("Status date", "Revision", "Recorded on", "With its plan"),
    "table_reserves": ("Promised", "Plan", "Reserve left", "Open risks cost", "Needed", "So"),
    "table_decisions": ("Decision", "Why", "Who decides", "Until", "Delay", "Cost (EUR)"),
    "table_control_accounts": ("BAC (EUR)", "CPI", "SPI", "EAC (EUR)"),
    "table_earned_value": ("Measure", "30 Oct 2026", "6 Nov 2026"),
    "table_driving_chain": ("Task", "Start", "Finish", "Set by"),
    "table_float_paths": ("Path", "Float", "Tasks", "From", "To", "Through"),
    "table_conflicts": ("Task", "Must hold", "Waits for", "Held by", "Through", "Too long by"),
    "table_moves": ("Task", "Start was", "Start", "Finish", "Moved", "Because of"),
    "table_overloads": ("Who", "From", "To", "Needed", "There is", "For", "Why it stays"),
    "table_schedule_quality": ("No.", "Check", "Is", "Should be", "Passed"),
    "table_schedule_findings": ("No.", "Task", "Found", "Effect", "Remedy"),
}


def test_the_gallery_is_complete():
    """What nobody looks at goes wrong unseen."""
    assert sorted(gallery()) == sorted([*CHARTS, *TABLES])


@pytest.mark.parametrize("name", CHARTS)
def test_a_starter_project_has_every_chart(name):
    """The stages make what the charts ask for."""
    assert "<svg" in static_svg(gallery()[name].to_dict())


@pytest.mark.parametrize("name", TABLES)
def test_a_starter_project_fills_every_table(name):
    """The stages make what the tables ask for, under the same names."""
    shown = gallery()[name]
    assert set(SHOWN[name]) <= {label for label, _ in shown.columns.values()}
    assert shown.rows() or name == "table_findings"


if __name__ == "__main__":
    for name in CHARTS:
        (Path(sys.argv[1]) / f"{name}.svg").write_text(static_svg(gallery()[name].to_dict()))
