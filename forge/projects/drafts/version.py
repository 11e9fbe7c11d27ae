"""The version of a project that has the files of a draft."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.core.blobs.store import put_all
from forge.projects.models import Draft, Version
from forge.projects.versions.outside import store_outside_version
from forge.projects.versions.store import working_tree


def version_of_draft(actor: Actor, draft: Draft) -> Version:
    """Stores the files of a draft as they are now, as a version of its project: what is built and evaluated as the
    project's. Raises `StorageQuotaReached`."""
    tree = working_tree(draft.files)
    put_all(tree.texts.values(), draft.files.organisation_id)
    message = f"Draft {draft.number}: {draft.title}"
    version = store_outside_version(actor, draft.project, tree.manifest, None, message)
    draft.versions.add(version)
    return version
