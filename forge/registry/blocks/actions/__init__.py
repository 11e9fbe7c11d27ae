"""Actions on published blocks. Each act checks the permission, does it, and writes the audit entry and the
event."""

from forge.registry.blocks.actions.describing import deprecate_block, end_block_deprecation
from forge.registry.blocks.actions.publishing import publish_block
from forge.registry.blocks.actions.pulling import note_block_pull
from forge.registry.blocks.actions.withdrawing import end_block_withdrawal, withdraw_block

__all__ = [
    "deprecate_block",
    "end_block_deprecation",
    "end_block_withdrawal",
    "note_block_pull",
    "publish_block",
    "withdraw_block",
]
