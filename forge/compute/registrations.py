"""The registrations of this app with the floors below: the summary of a project's files, and copies of blobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from forge.compute.pool.language import summary_pool
from forge.compute.pool.local_files import remove_deleted
from forge.compute.pool.toolchain import fetched_folder
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.projects.hooks import file_summaries
from forge.projects.versions.store import Manifest


@file_summaries.register
def summary(organisation: UUID, manifest: Manifest, texts: Mapping[str, bytes]) -> Mapping[str, Any]:
    """The summary that a process of the compiler's gives of an organisation's files."""
    return summary_pool.summarise(organisation, manifest, texts)


def remove_copies() -> None:
    """Removes this process's copies of blobs that were deleted."""
    remove_deleted(fetched_folder())


for place, name in ((RunsIn.EACH_SERVER, "copies-of-servers"), (RunsIn.EACH_WORKER, "copies-of-workers")):
    register(PeriodicTask(name, 60, place, "removes its copies of stored bytes that were deleted", remove_copies))
