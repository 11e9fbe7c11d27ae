"""Runes that were built: finding, keeping, completing and pruning them. No build's state is written here."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from forge.builds.models import Artefact
from forge.builds.runes import delete_rune, save_rune
from forge.builds.toolchain import TOOLCHAIN
from forge.core.blobs import blob_path, open_blob
from forge.core.chunks import read_chunks
from forge.core.errors import NotFound
from forge.projects.versions import Manifest


def find_artefact(version_digest: str, name: str) -> Artefact | None:
    """What this toolchain made of a version before, under this name."""
    return Artefact.objects.filter(version_digest=version_digest, toolchain=TOOLCHAIN, name=name).first()


def keep_artefact(version_digest: str, name: str, rune: Path, answer: Mapping[str, Any]) -> Artefact:
    """Stores a rune that the compiler wrote, and its report. Two that build the same at once end with one artefact.

    Called within the transaction that ties the artefact to a build, or a pruning could take it away in between.
    """
    artefact_id = uuid.uuid4()
    digest, size = save_rune(artefact_id, rune)
    values = {
        "id": artefact_id,
        "digest": digest,
        "size": size,
        "report": answer["report"],
        "diagnostics": answer["diagnostics"],
    }
    artefact, is_new = Artefact.objects.get_or_create(
        version_digest=version_digest, toolchain=TOOLCHAIN, name=name, defaults=values
    )
    if not is_new:
        delete_rune(artefact_id)
    return artefact


def add_verification(artefact: Artefact, verification: Mapping[str, Any]) -> None:
    """Writes into the report what became of the comparison with the reference interpreter."""
    _add_to_report(artefact, verify=dict(verification))


def add_measurement(artefact: Artefact, run: Mapping[str, Any] | None) -> None:
    """Writes into the report how long a run takes; None where it cannot be run here."""
    _add_to_report(artefact, run=None if run is None else dict(run))


@transaction.atomic
def _add_to_report(artefact: Artefact, **parts: Any) -> None:
    """What the report says already stays: two builds may finish the same artefact at once."""
    fresh = Artefact.objects.select_for_update().get(pk=artefact.pk)
    fresh.report = {**parts, **fresh.report}
    fresh.save(update_fields=["report"])
    artefact.report = fresh.report


@transaction.atomic
def prune_artefacts(candidates: Collection[uuid.UUID]) -> None:
    """Deletes those artefacts that no build refers to, and after commit their bytes."""
    unused = list(Artefact.objects.filter(pk__in=candidates, builds__isnull=True).values_list("pk", flat=True))
    Artefact.objects.filter(pk__in=unused).delete()
    for artefact_id in unused:
        transaction.on_commit(partial(delete_rune, artefact_id), robust=True)


def files_of(manifest: Manifest, folder: Path, texts: Mapping[str, bytes] | None = None) -> dict[str, dict[str, str]]:
    """Each file of a manifest as a file on this machine: in the blob store's folder, else fetched into `folder`.

    `texts` are files that no store has; they are written into `folder`.
    """
    texts = texts or {}
    found = {}
    for path, entry in manifest.items():
        place = _written(texts[path], folder) if path in texts else _local_file(entry["digest"], folder)
        found[path] = {"file": str(place), "digest": entry["digest"]}
    return found


def _written(data: bytes, folder: Path) -> Path:
    """A file with these bytes, under a name that tells nothing of its own."""
    place = folder / f"text-{hashlib.sha256(data).hexdigest()}"
    place.write_bytes(data)
    return place


def _local_file(digest: str, folder: Path) -> Path:
    """Where a blob lies as a file on this machine; the file of one that is no longer stored is not there."""
    place = blob_path(digest)
    if place is not None:
        return place
    fetched = folder / digest.replace(":", "-")
    if not fetched.exists():
        try:
            with fetched.open("wb") as file:
                for chunk in read_chunks(partial(open_blob, digest)):
                    file.write(chunk)
        except NotFound:
            fetched.unlink()
    return fetched
