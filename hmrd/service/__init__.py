"""Carries out what the state machine of a rune commands, and tells it what happened."""
