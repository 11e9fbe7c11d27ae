"""Tags at which older clients look for what belongs to a published version. Nobody puts anything else there."""

from __future__ import annotations

from forge.core.blobs.store import read_blob
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.models import Manifest, Repository
from forge.registry.oci.document_tags import SIGNATURES, keeps_signatures, subject_of_tag
from forge.registry.tags.errors import TagInUse
from rune.oci import IMAGE_CONFIG_TYPE


def is_of_version(repository: Repository, tag: str) -> bool:
    """Returns whether a tag is about something that the server published in a repository."""
    subject = subject_of_tag(tag)
    return bool(subject) and Manifest.objects.filter(repository=repository, blob_id=subject, fixed=True).exists()


def has_server_signature(tag: ArtifactTag) -> bool:
    """Returns whether a tag of signatures has one that the server made."""
    return tag.manifest.fixed and tag.manifest.artifact_type == IMAGE_CONFIG_TYPE


def require_no_shadow(repository: Repository, tag: str, manifest: Manifest, existing: ArtifactTag | None) -> None:
    """Raises `TagInUse` for a manifest that would hide what the server published about a version from clients that look
    at the tag. A signature may be added to the server's, and stays with it then."""
    if not is_of_version(repository, tag):
        return
    if not tag.endswith(SIGNATURES):
        raise _tag_in_use(
            f"{tag} is about a published version, and the server lists there what belongs to it. Push it with the "
            "version as its subject and without a tag: the server lists it then."
        )
    if existing is None or not has_server_signature(existing):
        return
    if not keeps_signatures(read_blob(manifest.blob_id), read_blob(existing.manifest.blob_id)):
        raise _tag_in_use(
            f"{tag} has the server's signature of a published version, which stays. Add yours behind it, or push it "
            "with the version as its subject and without a tag."
        )
    manifest.fixed = True
    manifest.save(update_fields=["fixed"])


def _tag_in_use(message: str) -> TagInUse:
    return TagInUse(message, errors={"tag": [message]})
