"""The test samples of a build, and what became of them: the evaluation, a file of the artefact for each set of samples.

An artefact of the same rune has one for each set of samples that it was run on, so nothing is run twice. What is
stored of a sample is bounded (`rune.assessment.evaluation.bounded`), and is deleted with it
(`forge.builds.evaluations.removing`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, TypedDict, cast
from uuid import UUID

from django.db import transaction

from forge.builds.models import Artefact, ArtefactFile, Build, FileRole
from forge.compute.errors import MalformedAnswer
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import put_bytes, read_blob
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.errors import BytesDamaged, NotFound
from forge.core.models import Blob
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.versions.evaluation import SampleUnderTest, data_under_test
from forge.projects.models import Project
from rune.assessment.evaluation.bounded import bounded
from rune.assessment.evaluation.evaluation import FORMAT, Evaluation
from rune.assessment.evaluation.labelled import same_label
from rune.compiler.building.spec import canonical_digest


@dataclass(frozen=True)
class SampleSet:
    """The samples of an evaluation, and what names the set: their recordings, labels and marks, and how results are
    written.

    `labels` are those of the whole version of the data.
    """

    samples: tuple[SampleUnderTest, ...]
    digest: str
    data_set: UUID
    labels: tuple[str, ...]


class EvaluationSummaryJson(TypedDict):
    """The result of a build on its test samples. Without an `accuracy`, `reason` says why."""

    samples: int
    right: int
    judged: NotRequired[Annotated[int, "samples that have one answer, of which the accuracy is"]]
    judged_right: NotRequired[int]
    accuracy: float | None
    low: float | None
    high: float | None
    is_precise: bool
    false_alarms_an_hour: float | None
    reason: str | None


def samples_under_test(version: DataVersion | None, project: Project) -> SampleSet | None:
    """Returns the test samples of the version whose use is allowed today, or None if no sample is left."""
    if version is None:
        return None
    data = data_under_test(version, project)
    if not data.samples:
        return None
    entries = [[sample.digest, sample.label, sample.events] for sample in data.samples]
    digest = canonical_digest({"format": FORMAT, "samples": entries})
    return SampleSet(tuple(data.samples), digest, version.data_set_id, data.labels)


def is_evaluated(artefact: Artefact, samples: str) -> bool:
    """Returns whether the artefact was run on this set of samples, and its results can be read."""
    return stored_evaluation(artefact, samples) is not None


def keep_evaluation(artefact: Artefact, tests: SampleSet, evaluation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Bounds what an evaluation says of its samples, and stores it unless one of them was deleted meanwhile: the build
    then begins again without it. Returns the bounded evaluation. Raises `MalformedAnswer`."""
    if "outcomes" in evaluation:
        evaluation = bounded(_read_answer(evaluation, tests), tests.labels).to_json()
    blob = put_evaluation(evaluation)
    with transaction.atomic():
        # A deletion of samples has the data set locked, so none of them goes between this look and the end.
        DataSet.objects.select_for_update(of=("self",)).get(pk=tests.data_set)
        present = Sample.objects.available().filter(data_set=tests.data_set).values_list("digest", flat=True)
        are_all_present = {each.digest for each in tests.samples}.issubset(present)
        if are_all_present:
            link_evaluation(artefact, tests.digest, blob)
    if not are_all_present:
        delete_if_unlinked([blob.digest])
    return evaluation


def _read_answer(evaluation: Mapping[str, Any], tests: SampleSet) -> Evaluation:
    """The evaluation that the compiler's process sent, which ran a foreign rune. Raises `MalformedAnswer` where it
    speaks of other samples or labels than it got."""
    labels = {each.digest: same_label(each.label) for each in tests.samples}
    try:
        read = Evaluation.from_json(evaluation)
        is_of_tests = all(labels.get(each.name) == same_label(each.label) for each in read.outcomes)
    except (ValueError, KeyError, TypeError, AttributeError):
        is_of_tests = False
    if not is_of_tests or not all(each.name in labels for each in read.unread):
        raise MalformedAnswer("The compiler's process sent an evaluation of other samples.")
    return read


def put_evaluation(evaluation: Mapping[str, Any]) -> Blob:
    """Stores the bytes of an evaluation, which the caller links."""
    data = json.dumps(evaluation, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return put_bytes(data)


def link_evaluation(artefact: Artefact, samples: str, blob: Blob) -> None:
    """Makes stored bytes the evaluation of an artefact on a set of samples, in the caller's transaction. Two that find
    it at once keep one."""
    link_blobs(artefact, [blob.digest], artefact.organisation_id)
    ArtefactFile.objects.update_or_create(
        artefact=artefact, role=FileRole.EVALUATION, subject=samples, defaults={"blob_id": blob.digest}
    )


def stored_evaluation(artefact: Artefact, samples: str) -> Mapping[str, Any] | None:
    """Returns the stored evaluation as JSON; None if there is none, or if its bytes are lost."""
    file = artefact.files.filter(role=FileRole.EVALUATION, subject=samples).first()
    return None if file is None else _document_in(file)


def evaluation_of(build: Build) -> Evaluation | None:
    """Returns the evaluation of the build's test samples; None if it has none, or could not be evaluated."""
    if build.artefact is None or not build.samples:
        return None
    return evaluation_on(build.artefact, build.samples)


def evaluation_on(artefact: Artefact, samples: str) -> Evaluation | None:
    """Returns the evaluation of an artefact on a set of samples; None if it has none, or could not be evaluated."""
    file = artefact.files.filter(role=FileRole.EVALUATION, subject=samples).first()
    return None if file is None else read_evaluation(file)


def read_evaluation(file: ArtefactFile) -> Evaluation | None:
    """Returns the evaluation in a stored file; None if its bytes are lost, or have the reason why there is none."""
    document = _document_in(file)
    if document is None or "outcomes" not in document:
        return None
    try:
        return Evaluation.from_json(document)
    except (ValueError, KeyError, TypeError):
        return None


def _document_in(file: ArtefactFile) -> Mapping[str, Any] | None:
    try:
        return cast("Mapping[str, Any]", json.loads(read_blob(file.blob_id)))
    except (NotFound, BytesDamaged, ValueError):
        return None


def summary_of(evaluation: Mapping[str, Any]) -> EvaluationSummaryJson:
    """The figures that lists and the studio show."""
    share, stream = evaluation.get("accuracy"), evaluation.get("stream")
    labels = evaluation.get("labels", ())
    rate = stream and stream["false_alarms_an_hour"]
    return {
        "samples": evaluation.get("samples", 0),
        "right": evaluation.get("right", 0),
        "judged": sum(each["samples"] for each in labels),
        "judged_right": sum(each["right"] for each in labels),
        "accuracy": share and share["value"],
        "low": share and share["low"],
        "high": share and share["high"],
        "is_precise": bool(share and share["is_precise"]),
        "false_alarms_an_hour": rate and rate["value"],
        "reason": evaluation.get("reason"),
    }
