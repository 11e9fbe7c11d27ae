"""Ops that keep values from step to step, or from run to run."""
