"""How the audit log tells of reviews."""

from forge.core.audit_words import Topic, declare

declare(
    Topic.REVIEWS,
    {
        "review.verdict": "gave the verdict {verdict} on {build} of {project}",
        "review.comment": "commented on {build} of {project}",
    },
)
