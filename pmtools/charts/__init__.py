"""Charts of a project: each takes a frame, and gives a chart with words for people and for
screen readers, or a `Statement` that says why there is nothing to draw.

They know frames and metrics, not the stages: no number is computed here.
"""

from pmtools.charts.ageing import chart_ageing
from pmtools.charts.bridge import chart_bridge
from pmtools.charts.burn_up import chart_burn_up
from pmtools.charts.cumulative_flow import chart_cumulative_flow
from pmtools.charts.curve import chart_s_curve
from pmtools.charts.cycle_time import chart_cycle_time
from pmtools.charts.decisions import chart_before_after, chart_scenarios, chart_way_back
from pmtools.charts.fever import chart_fever
from pmtools.charts.finish_curve import chart_finish_curve
from pmtools.charts.float_paths import chart_float_paths
from pmtools.charts.forecast_cone import chart_forecast_cone
from pmtools.charts.gantt import chart_gantt
from pmtools.charts.handoffs import chart_dependency_matrix, chart_handoffs
from pmtools.charts.indices import chart_index_trend
from pmtools.charts.joint import chart_joint_confidence
from pmtools.charts.key_people import chart_key_people
from pmtools.charts.levelling import chart_levelling
from pmtools.charts.load import chart_load, chart_resource_needs
from pmtools.charts.load_map import chart_load_map, chart_workload
from pmtools.charts.milestones import chart_milestone_trend
from pmtools.charts.network import chart_network
from pmtools.charts.promises import chart_promises
from pmtools.charts.raci import chart_raci
from pmtools.charts.risk_matrix import chart_risk_matrix
from pmtools.charts.theme import show_charts_offline
from pmtools.charts.tornado import chart_drivers

__all__ = [
    "chart_ageing",
    "chart_before_after",
    "chart_bridge",
    "chart_burn_up",
    "chart_cumulative_flow",
    "chart_cycle_time",
    "chart_dependency_matrix",
    "chart_drivers",
    "chart_fever",
    "chart_finish_curve",
    "chart_float_paths",
    "chart_forecast_cone",
    "chart_gantt",
    "chart_handoffs",
    "chart_index_trend",
    "chart_joint_confidence",
    "chart_key_people",
    "chart_levelling",
    "chart_load",
    "chart_load_map",
    "chart_milestone_trend",
    "chart_network",
    "chart_promises",
    "chart_raci",
    "chart_resource_needs",
    "chart_risk_matrix",
    "chart_s_curve",
    "chart_scenarios",
    "chart_way_back",
    "chart_workload",
    "show_charts_offline",
]
