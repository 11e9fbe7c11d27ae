"""The hook of this floor; higher floors register functions in their `AppConfig.ready`."""

from __future__ import annotations

from forge.core.hooks import Hook
from forge.jobs.models import Job

build_changed: Hook[[Job], None] = Hook()
"""The job of a numbered build changed its state. Functions run in the same transaction, before the announcement:
`forge.reviews` sends the requests that wait for the build."""
