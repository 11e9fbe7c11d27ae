"""What is raised for an event that is not as its type is declared."""

from __future__ import annotations


class WrongEvent(TypeError):
    """An event or its declaration is wrong: a mistake in the code, never of a user."""
