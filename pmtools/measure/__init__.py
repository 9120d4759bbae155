"""Measure: what the plan, the progress and the cost of a project say, as tables."""
