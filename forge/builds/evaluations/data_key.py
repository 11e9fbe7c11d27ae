"""Says which version of the data a project's files name."""

from __future__ import annotations

from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.projects.models import Version
from forge.projects.versions.store import available_files
from rune.source.policy.read import MAX_SIZE, POLICY_FILE, read_policy


def data_named_by(version: Version) -> str | None:
    """The digest in `data` of the version's `forge.yml`; None where it names none, or cannot be read."""
    entry = available_files(version).get(POLICY_FILE)
    if entry is None or entry["size"] > MAX_SIZE:
        return None
    try:
        text = read_blob(entry["digest"]).decode("utf-8")
    except (NotFound, BytesDamaged, UnicodeDecodeError):
        return None
    return read_policy(text).data
