"""What can be done to what a project publishes. Each act checks the permission, does it, and writes the audit entry and
the event."""

from forge.registry.actions.describing import deprecate_tag, describe_tag, end_deprecation
from forge.registry.actions.publishing import note_pull, publish_build, publish_past_gate

__all__ = [
    "deprecate_tag",
    "describe_tag",
    "end_deprecation",
    "note_pull",
    "publish_build",
    "publish_past_gate",
]
