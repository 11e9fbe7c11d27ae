"""Reads what a search for secrets said of a version. Nothing here searches: pages call it."""

from __future__ import annotations

from forge.projects.files.contents import MAXIMUM_TEXT
from forge.projects.models import Version
from forge.projects.secrets.scan import SecretScan
from forge.projects.versions.store import Manifest


def secret_sentences(version: Version | None) -> tuple[str, ...]:
    """Returns the reasons why a version's files cannot be published, as far as they were searched."""
    if version is None or version.secrets is None:
        return ()
    return SecretScan.from_json(version.secrets).sentences


def is_searched(version: Version | None) -> bool:
    """Returns whether the version's texts were searched for secrets. Deleted files hold none."""
    return version is None or version.secrets is not None


def texts_to_search(manifest: Manifest) -> Manifest:
    """The files of a manifest that may be texts by their size."""
    return {path: entry for path, entry in manifest.items() if entry["size"] <= MAXIMUM_TEXT}
