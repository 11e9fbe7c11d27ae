"""The reason of a run or a search that ended because environments were missing: a word, and their names."""

from __future__ import annotations

from forge.learning.conversions.lab_process import EnvironmentMissing

NEEDS_ENVIRONMENT = "needs-environment"


def reason_of(missing: EnvironmentMissing) -> str:
    """Returns the reason."""
    return f"{NEEDS_ENVIRONMENT} {missing.environment['name']}"


def environments_of(reason: str) -> str:
    """Returns the names in a reason, as the command that prepares them takes them; "" for another reason."""
    word, _, names = reason.partition(" ")
    return names if word == NEEDS_ENVIRONMENT else ""
