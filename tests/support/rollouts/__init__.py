"""Simulated rollouts, with devices that differ from each other."""
