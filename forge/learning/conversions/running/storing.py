"""Stores what a conversion gave: files as blobs, figures as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forge.core.blobs.links import link_derived
from forge.core.database.numbers import next_number
from forge.core.models import Blob
from forge.jobs.kinds import JobContext
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.kinds import FLOAT, TREES
from forge.learning.conversions.running.bounded import bounded_answers, bounded_classes, bounded_figures
from forge.learning.conversions.running.lab_answers import ConvertedJson, FloatModelJson, TreesModelJson
from forge.learning.conversions.running.recordings import SampleRecordings
from forge.learning.conversions.single_samples import JUDGED_ON
from forge.learning.conversions.trees import tree_description
from forge.learning.lab_jobs.storing import lock_in_job, store_file, stored_under_lease
from forge.learning.models import ConvertedForm, ModelConversion
from rune.datasets.calibration_kind import STATIC_FORMS

LARGEST_FILE = 512 << 20
"""Bytes of one form: what a process of `lab` can write."""
FLOAT_FILE = "float.tflite"
"""The file that `lab` writes into the folder of a request."""
COUNTED_KEYS = ("arena", "constants", "reason")


def store_float(job: JobContext, row: ModelConversion, answer: FloatModelJson, folder: Path) -> None:
    """Stores the float model, a file of the folder, or names the source as one. Raises `JobFailed`."""
    blob = None if answer["float"] is None else store_file(folder / FLOAT_FILE, "converter", LARGEST_FILE)
    with stored_under_lease(job, [] if blob is None else [blob]):
        locked_row = lock_in_job(row)
        if blob is not None:
            link_derived(row, [blob.digest], row.project.organisation_id)
        locked_row.float_digest = row.source_digest if blob is None else blob.digest
        locked_row.description = {
            **locked_row.description,
            "conversion": answer["conversion"],
            "format": answer["format"],
        }
        locked_row.save(update_fields=["float_digest", "description"])


def store_trees(job: JobContext, row: ModelConversion, answer: TreesModelJson, source_format: str, path: Path) -> None:
    """Stores the file of decision trees, unless an earlier attempt did. Raises `JobFailed`."""
    blob = store_file(path, "converter", LARGEST_FILE)
    with stored_under_lease(job, [blob]):
        locked_row = lock_in_job(row)
        locked_row.description = tree_description(answer, source_format)
        locked_row.save(update_fields=["description"])
        if not ConvertedForm.objects.filter(conversion=row).exists():
            form = ConvertedForm.objects.create(
                conversion=row,
                number=1,
                form=TREES,
                calibrated_on=[],
                digest=blob.digest,
                size=blob.size,
                provenance=answer["provenance"],
            )
            link_derived(form, [blob.digest], row.project.organisation_id)
    announce_conversion(row)


def store_forms(
    job: JobContext,
    row: ModelConversion,
    answer: ConvertedJson,
    layers: Sequence[str],
    recordings: SampleRecordings,
    folder: Path,
) -> None:
    """Stores the forms of an answer, in its order. Raises `JobFailed` for an answer without their files."""
    forms = {each["form"]: each for each in answer["forms"]}
    blobs = {
        name: store_file(folder / name, "converter", LARGEST_FILE)
        for name, each in forms.items()
        if "refusal" not in each
    }
    with stored_under_lease(job, blobs.values()):
        locked_row = lock_in_job(row)
        classes = bounded_classes(answer["samples"]["classes"], recordings.declared_labels, recordings.labels)
        if FLOAT in forms:
            samples = {**answer["samples"], "classes": classes, **recordings.facts}
            locked_row.description = {
                **locked_row.description,
                "layers": answer["layers"],
                "samples": samples,
                "quantiser": answer["quantiser"],
            }
            locked_row.save(update_fields=["description"])
        number = next_number(ConvertedForm.objects.filter(conversion=row))
        for name, each in forms.items():
            file = blobs.get(name)
            figures = {} if file is None else _figures(each, answer, classes, recordings)
            number += _store_form(row, each, answer, layers, recordings, file, figures, number)
        announce_conversion(row)


def _figures(
    each: Any, answer: ConvertedJson, classes: Sequence[str], recordings: SampleRecordings
) -> Mapping[str, Any]:
    """Returns the figures of a form's comparison.

    Its answers name samples by their numbers; answers without a sample are left out.
    """
    layers = {layer["name"] for layer in answer["layers"]}
    return {
        **{name: each[name] for name in COUNTED_KEYS},
        **bounded_figures(each, layers, recordings.labels),
        "answers": bounded_answers(each["answers"], recordings.numbers, classes, recordings.labels),
        JUDGED_ON: list(recordings.judging),
    }


def _refusal(each: Any, *, has_samples: bool) -> str:
    """Returns why there is no file; with the text of a library where it worked on no samples."""
    detail = "" if has_samples else each.get("detail", "")
    return f"{each.get('refusal', '')} {detail}".rstrip()[:1000]


def _store_form(
    row: ModelConversion,
    each: Any,
    answer: ConvertedJson,
    layers: Sequence[str],
    recordings: SampleRecordings,
    blob: Blob | None,
    figures: Mapping[str, Any],
    number: int,
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
        calibrated_on=list(recordings.measuring) if each["form"] in STATIC_FORMS else [],
        digest="" if blob is None else blob.digest,
        size=0 if blob is None else blob.size,
        figures=figures,
        refusal=_refusal(each, has_samples=recordings.request is not None or bool(row.samples_digest)),
        provenance=answer["provenance"].get(each["form"], {}),
    )
    if blob is not None:
        link_derived(form, [blob.digest], row.project.organisation_id)
    return 1
