"""Figures about what the statistics of the field find, on devices that are simulated in memory."""
