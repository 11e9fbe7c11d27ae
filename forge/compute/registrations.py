"""The registrations of this app with the hooks of the floors below: the summary of a project's files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from forge.compute.pool.language import summary_pool
from forge.projects.hooks import file_summaries
from forge.projects.versions.store import Manifest


@file_summaries.register
def summary(organisation: UUID, manifest: Manifest, texts: Mapping[str, bytes]) -> Mapping[str, Any]:
    """The summary that a process of the compiler's gives of an organisation's files."""
    return summary_pool.summarise(organisation, manifest, texts)
