"""Finding the signed documents of deployments, and the keys that sign them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from forge.core.preconditions import Facet
from forge.deployments.models import Deployment, UpdateDocument, UpdateKey, UpdateRoot
from forge.deployments.updates.models import UpdateRole
from rune.digests import digest_of


def root_of(organisation: UUID) -> UpdateRoot | None:
    """The newest root of an organisation, or None while nothing was signed. The caller has found the organisation."""
    return UpdateRoot.objects.filter(organisation=organisation).first()


def root_digest_of(organisation: UUID) -> str:
    """The digest of the newest root of an organisation, as apps pin it; "" while nothing was signed. The caller has
    found the organisation."""
    root = root_of(organisation)
    return digest_of(root.document.encode()) if root else ""


@dataclass(frozen=True)
class SignedRelease:
    """The release of a deployment that is signed as current."""

    root: str
    """The digest of the organisation's newest root, as apps pin it."""
    number: int


def signed_releases(deployments: Sequence[Deployment]) -> Mapping[UUID, SignedRelease]:
    """The signed release of each deployment of one project, those left out of which the signer has signed nothing. The
    caller has found the deployments."""
    if not deployments:
        return {}
    root = root_digest_of(deployments[0].project.organisation_id)
    rows = UpdateDocument.objects.filter(deployment__in=deployments, role=UpdateRole.TIMESTAMP).order_by("version")
    return {pk: SignedRelease(root, number) for pk, number in rows.values_list("deployment", "release")}


def newest_document(deployment: Deployment, role: UpdateRole) -> UpdateDocument | None:
    """The newest document of a deployment that the caller has found, or None while nothing was signed."""
    return UpdateDocument.objects.filter(deployment=deployment, role=role).first()


def keys_in_use(organisation: UUID) -> Sequence[UpdateKey]:
    """The keys that sign today, those that are being replaced included. The caller has found the organisation."""
    return list(UpdateKey.objects.filter(organisation=organisation).exclude(sealed=""))


def update_keys_facet(organisation: UUID) -> Facet:
    """Returns which keys sign, and which of them are being replaced."""
    keys = [[key.key_id, key.ended is not None] for key in keys_in_use(organisation)]
    return Facet("update-keys", keys, "The keys that sign the organisation's deployments changed.")
