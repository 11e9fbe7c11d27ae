"""How the audit log tells of what is published and pulled."""

from forge.core.audit.messages import Topic, declare

declare(
    Topic.PUBLISHING,
    {
        "tag.publish": "published build {build_number} of {project} as {tag}",
        "tag.override": "published build {build_number} of {project} as {tag} past its gate: {reason}",
        "tag.describe": "changed the notes of {tag} of {project}",
        "tag.deprecate": "deprecated {tag} of {project}: {reason}",
        "tag.undeprecate": "took back that {tag} of {project} is deprecated",
        "block.publish": "published the block {block} {version} of {project}",
        "block.deprecate": "deprecated the block {block} {version} of {project}: {reason}",
        "block.undeprecate": "took back that the block {block} {version} of {project} is deprecated",
    },
)
declare(
    Topic.DOWNLOADS,
    {
        "rune.pull": "pulled a published rune of {project}, {digest}",
        "block.pull": "pulled the block {block} of {project}, {digest}",
    },
)
