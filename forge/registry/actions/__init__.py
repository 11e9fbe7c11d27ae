"""What can be done to what a project publishes. Each act checks the permission, does it, and writes the audit entry and
the event."""

from forge.registry.actions.describing import deprecate_tag, describe_tag, end_deprecation
from forge.registry.actions.publishing import note_pull, publish_build, publish_past_gate
from forge.registry.actions.withdrawing import end_withdrawal, withdraw_for_operator, withdraw_tag
from forge.registry.actions.withdrawing_blocks import end_block_withdrawal, withdraw_block
from forge.registry.blocks.actions import deprecate_block, end_block_deprecation, note_block_pull, publish_block

__all__ = [
    "deprecate_block",
    "deprecate_tag",
    "describe_tag",
    "end_block_deprecation",
    "end_block_withdrawal",
    "end_deprecation",
    "end_withdrawal",
    "note_block_pull",
    "note_pull",
    "publish_block",
    "publish_build",
    "publish_past_gate",
    "withdraw_block",
    "withdraw_for_operator",
    "withdraw_tag",
]
