"""How the audit log tells of what is published and pulled."""

from forge.core.audit_words import Topic, declare

declare(
    Topic.PUBLISHING,
    {
        "tag.publish": "published build {build_number} of {project} as {tag}",
        "tag.override": "published build {build_number} of {project} as {tag} past its gate: {reason}",
    },
)
declare(Topic.DOWNLOADS, {"rune.pull": "pulled a published rune of {project}, {digest}"})
