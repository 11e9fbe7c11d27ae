"""Rollouts: the devices of a group get another rune in stages, and guards stop it when they behave differently."""
