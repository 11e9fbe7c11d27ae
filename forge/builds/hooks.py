"""The hook of this floor; higher floors register functions in their `AppConfig.ready`."""

from __future__ import annotations

from forge.core.hooks import Hook
from forge.jobs.models import Job

build_changed: Hook[[Job], None] = Hook()
"""The job of a numbered build changed its state, in this transaction, before anybody is told: reviews asks for what
waited for the build."""
