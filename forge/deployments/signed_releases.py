"""The releases of deployments that are signed as current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from forge.deployments.models import Deployment, UpdateDocument, UpdateRole, UpdateRoot
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
