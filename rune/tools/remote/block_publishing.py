"""Asking Hammer Forge to publish a block of a project that it has, and which blocks an organisation has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rune.blocks.shared_path import SharedName
from rune.tools.remote.api import ProjectNames, get, post
from rune.tools.remote.errors import RegistryRefused
from rune.tools.remote.forge_client import ForgeClient
from rune.wording import plain

if TYPE_CHECKING:
    from forge_api.shapes import BlocksPublish, BlockVersion


@dataclass(frozen=True)
class PublishedBlock:
    """A version of a block: its path in Runefiles, its digest, and what is said of it. `deprecation` says why another
    should be taken, and which."""

    path: str
    digest: str
    summary: str
    deprecation: str


class BlockPublisher(ForgeClient):
    """Publishes blocks, and lists those of an organisation."""

    def publish(self, block: SharedName, file: str, version: str, notes: str) -> PublishedBlock:
        """Publishes the block in a file of the project as the server has it. Raises as `ask` does, also where
        somebody edits the files meanwhile."""
        names: ProjectNames = {"organisation": block.organisation, "name": block.project}
        etag = self.state(get("/projects/{organisation}/{name}/files", **names))
        body: BlocksPublish = {"path": file, "version": version, "notes": notes}
        answer = self.ask(post("/projects/{organisation}/{name}/blocks", **names, body=body, etag=etag))
        return _version(answer, "")

    def of_organisation(self, organisation: str) -> tuple[PublishedBlock, ...]:
        """The newest version of each block that an organisation's projects published, of those one may see."""
        answer = self.ask(get("/organisations/{organisation}/blocks", organisation=organisation))
        try:
            return tuple(_version(each["versions"][0], str(each["summary"])) for each in answer["blocks"])
        except (KeyError, IndexError, TypeError) as error:
            raise RegistryRefused(f"{self.url} answered with blocks that cannot be read") from error


def _version(value: BlockVersion, summary: str) -> PublishedBlock:
    try:
        words = (value["path"], value["digest"], value["deprecation"])
        path, digest, deprecation = (plain(str(each), longest=300) for each in words)
    except (KeyError, TypeError) as error:
        raise RegistryRefused("The server answered with a block that cannot be read") from error
    successor = plain(str(value.get("successor") or ""), longest=300)
    advice = f"{deprecation} Take {successor} instead." if successor else deprecation
    return PublishedBlock(path, digest, plain(summary, longest=200), advice)
