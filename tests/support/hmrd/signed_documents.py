"""The signed documents of a deployment, as a server of Hammer Forge makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from forge.deployments.updates.documents import (
    ROOT_KEYS,
    ServedTarget,
    SigningPair,
    deployment_documents,
    make_pair,
    root_document,
)
from forge.deployments.updates.models import UpdateRole
from hmrd.protocol.wanted import WantedRune
from rune.digests import digest_of
from rune.running.deployment.updates import name_of_release


class DocumentKeys:
    """The keys of an organisation and its root document."""

    def __init__(self) -> None:
        self.pairs = [make_pair(UpdateRole.ROOT) for _ in range(ROOT_KEYS)]
        self.roles: dict[UpdateRole, SigningPair] = {
            role: make_pair(role) for role in UpdateRole if role is not UpdateRole.ROOT
        }
        text, _ = root_document([*self.pairs, *self.roles.values()], 1, datetime.now(UTC))
        self.root = text.encode()
        self.version = 0

    @property
    def root_digest(self) -> str:
        """The digest that a device pins."""
        return digest_of(self.root)

    def documents(
        self, wanted_rune: WantedRune, *, days: int = 0, beside: WantedRune | None = None
    ) -> dict[str, bytes]:
        """Returns the documents that name a rune, and one that may run beside it, by their paths below the
        deployment's; signed so many days ago."""
        self.version += 1
        now = datetime.now(UTC)
        since = (now - timedelta(days=1)).isoformat()
        signed = deployment_documents(
            [_target(wanted_rune.deployment, wanted_rune, since), *_targets_beside(beside, since)],
            self.roles,
            self.version,
            now - timedelta(days=days),
        )
        names = {
            f"{self.version}.targets.json": signed.texts[UpdateRole.TARGETS],
            f"{self.version}.snapshot.json": signed.texts[UpdateRole.SNAPSHOT],
            "timestamp.json": signed.texts[UpdateRole.TIMESTAMP],
            "1.root.json": self.root.decode(),
        }
        return {f"tuf/{name}": text.encode() for name, text in names.items()}


def _targets_beside(rune: WantedRune | None, since: str) -> list[ServedTarget]:
    return [] if rune is None else [_target(name_of_release(rune.deployment, rune.number), rune, since)]


def _target(name: str, rune: WantedRune, since: str) -> ServedTarget:
    return ServedTarget(name, rune.rune, rune.size, rune.number, rune.version, since)
