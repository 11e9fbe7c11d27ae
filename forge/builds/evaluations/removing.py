"""Deleting what evaluations say of samples that were deleted: their outcomes go, and the figures are computed anew.

The digest that names a set of samples stays: it is a name, and nothing can be computed from it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forge.builds.evaluations.judging import judge_again
from forge.builds.evaluations.outcomes import link_evaluation, put_evaluation, read_evaluation, summary_of
from forge.builds.models import ArtefactFile, Build, FileRole
from forge.core.blobs.links import links_of
from forge.core.blobs.sweep import erase
from forge.datasets.hooks import file_traces
from forge.datasets.models import DataSet
from rune.assessment.evaluation.evaluation import Evaluation


@file_traces.register
def remove_outcomes(data_set_id: UUID, digests: Collection[str]) -> None:
    """Deletes the outcomes of recordings from the stored evaluations of all builds that were tested on a data set."""
    for file in _evaluations_on(data_set_id):
        before = read_evaluation(file)
        if before is not None and (after := before.without(digests)) is not before:
            replace_evaluation(file, after)


def _evaluations_on(data_set_id: UUID) -> list[ArtefactFile]:
    """Returns the evaluations of artefacts with a build that was tested on the data set, and, in its project, of those
    of which it is not known on which data they were tested."""
    project = DataSet.objects.get(pk=data_set_id).project_id
    builds = Build.objects.filter(
        Q(data_version__data_set=data_set_id) | Q(data_version=None, project=project), artefact__isnull=False
    )
    files = ArtefactFile.objects.filter(role=FileRole.EVALUATION, artefact__in=builds.order_by().values("artefact"))
    return list(files.select_related("artefact"))


def replace_evaluation(file: ArtefactFile, evaluation: Evaluation) -> None:
    """Puts another evaluation in place of a stored one, whose bytes are deleted. The figures and the judgements of
    builds follow."""
    document, earlier_digest = evaluation.to_json(), file.blob_id
    blob = put_evaluation(document)
    with transaction.atomic():
        links_of(file.artefact).filter(blob_id=earlier_digest).delete()
        link_evaluation(file.artefact, file.subject, blob)
        builds = Build.objects.filter(artefact=file.artefact, samples=file.subject)
        builds.update(evaluation=dict(summary_of(document)))
        for build_id in builds.order_by("pk").values_list("pk", flat=True):
            judge_again(build_id)
    erase(earlier_digest, timezone.now())
