"""Asking Hammer Forge to withdraw a published version of a rune or a block."""

from __future__ import annotations

from typing import Final

from rune.blocks.shared_path import SharedPath
from rune.tools.remote.api import ProjectNames, get, names_of, put
from rune.tools.remote.forge_client import ForgeClient


class VersionWithdrawer(ForgeClient):
    """Withdraws published versions."""

    def withdraw_rune(self, repository: str, tag: str, reason: str) -> None:
        """Withdraws a tag of a repository (`acme/keywords`), and all tags of its bytes. Raises as `ask` does, also
        where the tag moves to other bytes meanwhile."""
        names = names_of(repository)
        etag = self.state(get("/projects/{organisation}/{name}/tags/{tag}", **names, tag=tag))
        address: Final = "/projects/{organisation}/{name}/tags/{tag}/withdrawal"
        self.ask(put(address, **names, tag=tag, body={"reason": reason}, etag=etag))

    def withdraw_block(self, path: SharedPath, reason: str) -> None:
        """Withdraws a version of a block. Raises as `ask` does, also where somebody decides about it meanwhile."""
        block, version = path.block.name, path.version
        names: ProjectNames = {"organisation": path.block.organisation, "name": path.block.project}
        address: Final = "/projects/{organisation}/{name}/blocks/{block}/{version}/withdrawal"
        etag = self.state(get(address, **names, block=block, version=version))
        self.ask(put(address, **names, block=block, version=version, body={"reason": reason}, etag=etag))
