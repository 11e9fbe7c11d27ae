"""Checks that the data of a run is as small as training needs it, before anything is queued or written."""

from __future__ import annotations

from django.db.models import Sum

from forge.datasets.models import DataVersion, Sample
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.other_projects import usable_samples
from forge.learning.training.errors import DataTooLarge
from forge.projects.models import Project
from rune.datasets import training_limits
from rune.wording import size_text


def require_learnable_size(version: DataVersion, project: Project) -> None:
    """Raises `DataTooLarge` where a project may learn from more samples of a version, or more bytes, than a run takes.

    The list of the samples is read only if the figures of the version or of its data set are over a limit.
    """
    stored_bytes = Sample.objects.filter(data_set=version.data_set_id).aggregate(size=Sum("size"))["size"] or 0
    if version.figures["samples"] <= training_limits.MAX_RECORDINGS and stored_bytes <= training_limits.MAX_BYTES:
        return
    sizes = dict(usable_samples(version, project, SampleUse.TRAINING).included().values_list("number", "size"))
    own = [sizes[entry.number] for entry in entries_of(version) if entry.number in sizes]
    if len(own) > training_limits.MAX_RECORDINGS:
        _refuse(version, f"{len(own):,} samples", f"{training_limits.MAX_RECORDINGS:,}")
    if sum(own) > training_limits.MAX_BYTES:
        _refuse(version, f"{size_text(sum(own))} of samples", size_text(training_limits.MAX_BYTES))


def _refuse(version: DataVersion, amount: str, most: str) -> None:
    message = f"Version {version.number} has {amount} to learn from, and a run takes at most {most}."
    raise DataTooLarge(f"{message} {training_limits.ADVICE}")
