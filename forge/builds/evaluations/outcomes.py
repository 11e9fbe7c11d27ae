"""The test samples of a build, and what became of them: the evaluation, a file of the artefact for each set of samples.

An artefact of the same rune has one for each set of samples that it was run on, so nothing is run twice. A sample is
named by the digest of its recording: what is stored says nothing more once the recording is withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, cast

from django.db import transaction

from forge.builds.models import Artefact, ArtefactFile, Build, FileRole
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import put_bytes, read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.datasets.models import DataVersion
from forge.datasets.versions.evaluation import SampleUnderTest, test_samples
from forge.projects.models import Project
from rune.compiler.building.spec import canonical_digest
from rune.running.evaluation.evaluation import FORMAT, Evaluation


@dataclass(frozen=True)
class SampleSet:
    """All of them, and what names the set: their recordings, labels and marks, and how results are written."""

    samples: tuple[SampleUnderTest, ...]
    digest: str


class EvaluationSummaryJson(TypedDict):
    """How a build did on its test samples. Without an `accuracy`, `reason` says why."""

    samples: int
    right: int
    accuracy: float | None
    low: float | None
    high: float | None
    is_precise: bool
    false_alarms_an_hour: float | None
    reason: str | None


def samples_under_test(version: DataVersion | None, project: Project) -> SampleSet | None:
    """Returns the test samples of the version whose use is allowed today, or None if no sample is left."""
    samples = () if version is None else tuple(test_samples(version, project))
    if not samples:
        return None
    entries = [[sample.digest, sample.label, sample.events] for sample in samples]
    return SampleSet(samples, canonical_digest({"format": FORMAT, "samples": entries}))


def is_evaluated(artefact: Artefact, samples: str) -> bool:
    """Whether the artefact was run on this set of samples, and what was found is there to be read."""
    return stored_evaluation(artefact, samples) is not None


def add_evaluation(artefact: Artefact, samples: str, evaluation: Mapping[str, Any]) -> None:
    """Stores what was found as a file of the artefact. Two that find it at once keep one."""
    data = json.dumps(evaluation, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    blob = put_bytes(data)
    with transaction.atomic():
        link_blobs(artefact, [blob.digest], artefact.organisation_id)
        ArtefactFile.objects.update_or_create(
            artefact=artefact, role=FileRole.EVALUATION, subject=samples, defaults={"blob_id": blob.digest}
        )


def stored_evaluation(artefact: Artefact, samples: str) -> Mapping[str, Any] | None:
    """Returns the stored evaluation as JSON; None if there is none, or if its bytes are lost."""
    file = artefact.files.filter(role=FileRole.EVALUATION, subject=samples).first()
    if file is None:
        return None
    try:
        return cast("Mapping[str, Any]", json.loads(read_blob(file.blob_id)))
    except (NotFound, BytesDamaged, ValueError):
        return None


def evaluation_of(build: Build) -> Evaluation | None:
    """Returns the evaluation of the build's test samples; None if it has none, or could not be evaluated."""
    if build.artefact is None or not build.samples:
        return None
    evaluation = stored_evaluation(build.artefact, build.samples)
    if evaluation is None or "outcomes" not in evaluation:
        return None
    try:
        return Evaluation.from_json(evaluation)
    except (ValueError, KeyError, TypeError):
        return None


def summary_of(evaluation: Mapping[str, Any]) -> EvaluationSummaryJson:
    """The figures that lists and the studio show."""
    share, stream = evaluation.get("accuracy"), evaluation.get("stream")
    rate = stream and stream["false_alarms_an_hour"]
    return {
        "samples": evaluation.get("samples", 0),
        "right": evaluation.get("right", 0),
        "accuracy": share and share["value"],
        "low": share and share["low"],
        "high": share and share["high"],
        "is_precise": bool(share and share["is_precise"]),
        "false_alarms_an_hour": rate and rate["value"],
        "reason": evaluation.get("reason"),
    }
