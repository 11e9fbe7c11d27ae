"""Stores what a conversion gave: files as blobs, figures as rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_chunks
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.models import Blob
from forge.jobs.kinds import JobContext, JobFailed
from forge.learning.conversions.actions import announce_conversion, next_number
from forge.learning.conversions.kinds import FLOAT
from forge.learning.conversions.lab_answers import ConvertedJson
from forge.learning.models import ConvertedForm, ModelConversion

CHUNK = 1 << 20
LARGEST_FILE = 512 << 20
"""Bytes of one form: what a process of `lab` can write."""
FIGURES = ("arena", "constants", "reason", "layers", "output", "changed", "samples")


def store_forms(
    job: JobContext, row: ModelConversion, answer: ConvertedJson, layers: Sequence[str], folder: Path
) -> None:
    """Stores the forms of an answer, in its order. Raises `JobFailed` for an answer without their files."""
    forms = {each["form"]: each for each in answer["forms"]}
    blobs = {name: _stored(folder / name) for name, each in forms.items() if "refused" not in each}
    float_blob = None if answer["float"] is None or row.float_digest else _stored(folder / "float.tflite")
    digests = [blob.digest for blob in (*blobs.values(), float_blob) if blob is not None]
    try:
        with transaction.atomic():
            job.confirm_lease()
            locked = ModelConversion.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
            if locked is None:
                raise JobFailed("The conversion was deleted.")
            organisation = row.project.organisation_id
            if float_blob is not None:
                link_derived(row, [float_blob.digest], organisation)
                ModelConversion.objects.filter(pk=row.pk).update(float_digest=float_blob.digest)
            elif answer["conversion"] is None:
                ModelConversion.objects.filter(pk=row.pk).update(float_digest=row.source_digest)
            if FLOAT in forms:
                ModelConversion.objects.filter(pk=row.pk).update(description=_description(answer))
            number = next_number(row)
            for name, each in forms.items():
                number += _store_form(row, each, answer, layers, blobs.get(name), number, organisation)
            announce_conversion(row)
    except BaseException:
        delete_if_unlinked(digests)
        raise


def _store_form(
    row: ModelConversion,
    each: Any,
    answer: ConvertedJson,
    layers: Sequence[str],
    blob: Blob | None,
    number: int,
    organisation: Any,
) -> int:
    """Stores one form, unless an earlier attempt did; how many were stored."""
    remaining = sorted(layers) if each["form"] != FLOAT else []
    same = ConvertedForm.objects.filter(conversion=row, form=each["form"])
    if any(form.float_layers == remaining for form in same):
        return 0
    form = ConvertedForm.objects.create(
        conversion=row,
        number=number,
        form=each["form"],
        float_layers=remaining,
        digest="" if blob is None else blob.digest,
        size=0 if blob is None else blob.size,
        figures={} if blob is None else {name: each[name] for name in FIGURES},
        refused=str(each.get("refused", ""))[:1000],
        provenance=answer["provenance"].get(each["form"], {}),
    )
    if blob is not None:
        link_derived(form, [blob.digest], organisation)
    return 1


def _description(answer: ConvertedJson) -> dict[str, Any]:
    return {name: answer[name] for name in ("layers", "samples", "quantiser", "conversion", "format")}


def _stored(path: Path) -> Blob:
    """Stores a file of the folder. Raises `JobFailed` if it is missing."""
    if not path.is_file() or path.is_symlink():
        raise JobFailed("The converter gave no file.")
    with path.open("rb") as file:
        return put_chunks(iter(lambda: file.read(CHUNK), b""), LARGEST_FILE)
