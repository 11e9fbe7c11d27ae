"""What this floor asks of those above it, which register their answers."""

from __future__ import annotations

from collections.abc import Collection, Set

from forge.core.actors import Actor
from forge.core.hooks import Hook

projects_within_reach: Hook[[Actor, Collection[str]], Set[str]] = Hook()
"""Which of these keys are projects that who acts may read as a member."""
