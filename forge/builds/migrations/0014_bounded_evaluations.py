"""Bounds stored evaluations: an answer that was no label of the data was text of a rune, and may have been a recording.

An evaluation is a file, so each is written anew and its earlier bytes are deleted.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from forge.core.blobs.store import blob_name, blob_storage, delete_bytes, place_file
from rune.digests import digest_of
from rune.assessment.evaluation.bounded import bounded
from rune.assessment.evaluation.evaluation import Evaluation


def bound_evaluations(apps: Any, schema_editor: Any) -> None:
    files = apps.get_model("builds", "ArtefactFile").objects.filter(role="evaluation").select_related("artefact")
    for file in files.order_by("pk"):
        before = _read(file.blob_id)
        after = None if before is None else _bounded(before)
        if after is not None and digest_of(after) != file.blob_id:
            _replace(apps, file, after)


def _read(digest: str) -> Any:
    storage = blob_storage()
    if not storage.exists(blob_name(digest)):
        return None
    with storage.open(blob_name(digest)) as stored:
        try:
            return json.loads(stored.read())
        except ValueError:
            return None


def _bounded(document: Any) -> bytes | None:
    """The labels are those of the tested samples: earlier evaluations do not name the others of the version."""
    try:
        evaluation = Evaluation.from_json(document)
    except (ValueError, KeyError, TypeError):
        return None
    result = bounded(evaluation, [each.label for each in evaluation.outcomes]).to_json()
    return json.dumps(result, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _replace(apps: Any, file: Any, data: bytes) -> None:
    blobs, links = (apps.get_model("core", name).objects for name in ("Blob", "BlobLink"))
    earlier, digest, now = file.blob_id, digest_of(data), timezone.now()
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        written = Path(folder) / "evaluation"
        written.write_bytes(data)
        place_file(written, digest)
    blobs.get_or_create(digest=digest, defaults={"size": len(data), "created": now, "put_at": now, "synced": True})
    file.blob_id = digest
    file.save(update_fields=["blob_id"])
    own = links.filter(owner_kind="builds.artefact", owner_id=file.artefact_id)
    own.get_or_create(
        blob_id=digest,
        owner_kind="builds.artefact",
        owner_id=file.artefact_id,
        defaults={"organisation": file.artefact.organisation_id},
    )
    own.filter(blob_id=earlier).delete()
    if not links.filter(blob=earlier).exists():
        blobs.filter(pk=earlier).delete()
        delete_bytes(earlier)


class Migration(migrations.Migration):
    dependencies = [("builds", "0013_builds_name_versions"), ("core", "0002_audit_chain")]

    operations = [migrations.RunPython(bound_evaluations, elidable=True)]
