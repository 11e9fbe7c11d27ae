"""Asking Hammer Forge to withdraw a published version of a rune or a block."""

from __future__ import annotations

from urllib.parse import quote

from rune.compiler.blocks.shared_path import SharedPath
from rune.tools.remote.forge_client import ForgeClient


class VersionWithdrawer(ForgeClient):
    """Withdraws published versions."""

    def withdraw_rune(self, repository: str, tag: str, reason: str) -> None:
        """Withdraws a tag of a repository (`acme/keywords`), and all tags of its bytes. Raises as `request` does, also
        where the tag moves to other bytes meanwhile."""
        address = f"/projects/{quote(repository)}/tags/{quote(tag, safe='')}"
        self.request("PUT", f"{address}/withdrawal", {"reason": reason}, seen=self.state(address))

    def withdraw_block(self, path: SharedPath, reason: str) -> None:
        """Withdraws a version of a block. Raises as `request` does, also where somebody decides about it meanwhile."""
        block = path.block
        address = f"/projects/{block.organisation}/{block.project}/blocks/{block.name}/{path.version}/withdrawal"
        self.request("PUT", address, {"reason": reason}, seen=self.state(address))
