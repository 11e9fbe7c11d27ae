"""The sentences of the audit log about what clients push and delete."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic
from forge.core.audit.messages import declare as declare_sentences

declare_sentences(
    AuditTopic.PUBLISHING,
    {
        "artifact.push": "pushed {digest} to {project}, under {tags}",
        "artifact.untag": "deleted the tag {tag} of {project}",
        "artifact.delete": "deleted {digest} in the registry of {project}",
        "artifact.restore": "restored {digest} in the registry of {project}, under {tags}",
        "organisation.registry": "changed the registry settings of {organisation}: {changes}",
    },
)
