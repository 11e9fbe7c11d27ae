"""The signatures of a rune that a deployment serves, for apps that check them with a key of their own."""

from __future__ import annotations

import base64
import json
from typing import Any

from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.deployments.models import Release
from forge.registry.provenance.signing.models import Signature

MOST_SIGNATURES = 10
"""The newest, in one answer."""


def signatures_of(release: Release) -> dict[str, Any]:
    """The manifest of a release, and the bundles of signatures that count today, as JSON.

    A bundle names the manifest's digest, and the manifest names the rune's.
    """
    rows = Signature.objects.filter(
        publication__build=release.build_id, key__revoked=None, manifest__trashed=None
    ).select_related("manifest")
    bundles = [bundle for row in rows[:MOST_SIGNATURES] if (bundle := _bundle(row.manifest.blob_id)) is not None]
    return {"manifest": base64.b64encode(read_blob(release.digest)).decode(), "bundles": bundles}


def _bundle(manifest: str) -> Any | None:
    """The bundle of the artifact with this digest, or None if its bytes are gone."""
    try:
        (layer,) = json.loads(read_blob(manifest))["layers"]
        return json.loads(read_blob(layer["digest"]))
    except (NotFound, BytesDamaged, KeyError, ValueError, RecursionError):
        return None
