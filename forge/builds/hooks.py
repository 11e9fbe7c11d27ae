"""The hooks of this floor; higher floors register functions in their `AppConfig.ready`."""

from __future__ import annotations

from forge.core.hooks import Hook
from forge.jobs.models import Job
from forge.projects.models import Project
from forge.projects.versions.store import WorkingTree

build_changed: Hook[[Job], None] = Hook()
"""The job of a numbered build changed its state. Functions run in the same transaction, before the announcement:
`forge.reviews` sends the requests that wait for the build."""

text_settled: Hook[[Project, WorkingTree], None] = Hook()
"""A project's preview follows these files now: nobody typed for a moment. Called in a worker, by one at a time for a
project, outside of transactions; again for the same files where a worker died."""
