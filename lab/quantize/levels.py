"""Levels of signal to noise, in decibels, that have a meaning of their own."""

from typing import Final

IDENTICAL: Final = 200.0
"""Stands for no difference at all."""
ANSWERS_CHANGE: Final = 20.0
"""Below this, answers begin to change."""
