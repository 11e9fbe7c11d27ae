"""Hints for beginners: each is shown until its person puts it away, in every browser and for good."""

from __future__ import annotations

from enum import StrEnum

from forge.core.actors import Actor


class PageHint(StrEnum):
    """A hint by the place where it is shown."""

    FIRST_STEPS = "first-steps"
    """The hint in the studio: try it, change it, build it."""


def shows(actor: Actor, hint: PageHint) -> bool:
    """Returns whether a person who is signed in has not put it away."""
    return hint not in actor.person.dismissed_hints
