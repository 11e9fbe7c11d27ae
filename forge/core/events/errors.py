"""Errors of events that do not match the declaration of their type."""

from __future__ import annotations


class WrongEvent(TypeError):
    """An event or its declaration is wrong: a mistake in the code, never of a user."""
