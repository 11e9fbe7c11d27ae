"""Finding the signed documents of deployments, and the keys that sign them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from forge.core.preconditions import Facet
from forge.deployments.models import Deployment, UpdateDocument, UpdateKey
from forge.deployments.updates.models import UpdateRole


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
