"""Simulation: the range of finish and cost, from ranges, risks and the rules of the schedule."""
