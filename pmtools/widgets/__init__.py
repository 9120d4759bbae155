"""Panels for JupyterLab: sliders and choices over what `decide` finds, drawn by charts.

Where nobody sits in front of them, in a report run by papermill, they show what they open with.
"""

from pmtools.widgets.commitment import panel_commitment
from pmtools.widgets.scenario import panel_scenario

__all__ = ["panel_commitment", "panel_scenario"]
