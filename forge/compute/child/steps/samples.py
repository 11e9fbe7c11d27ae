"""Analysing samples in the compiler's process: what they are like, what a rune answers, and which stand out.

Imports `rune` and never Django. Each step gets samples as files of the job.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from forge.compute.child.job_files import JobFiles
from forge.compute.child.sample_files import FEATURES, WORDS
from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.evaluating import EvaluationEffort, answer_each
from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.evaluation.reasons import fixed_reason
from rune.datasets.content.content import BadContent, Kind
from rune.datasets.likeness.duplicates import find_duplicates
from rune.datasets.likeness.features import features_of
from rune.datasets.likeness.fingerprints import fingerprint_of
from rune.datasets.likeness.outliers import find_outliers
from rune.datasets.likeness.suspects import NothingToCompare, find_suspects
from rune.environments.environment import EnvironmentNeeded
from rune.project.files import FileError
from rune.running.runtime.errors import RuneError


def describe_samples(job: Mapping[str, Any], files: JobFiles) -> dict[str, Any]:
    """Returns the features and the fingerprint of each sample of `samples`, which have a `path` and a `kind`."""
    return {"samples": [_sample_facts(sample["path"], Kind(sample["kind"]), files) for sample in job["samples"]]}


def answer_samples(job: Mapping[str, Any], files: JobFiles, rune: bytes) -> dict[str, Any]:
    """Returns what the rune answers on each sample of `samples`, as far as it gets in `seconds`."""
    samples = [LabelledSample(each["path"], "", partial(files.read, each["path"])) for each in job["samples"]]
    answers: list[dict[str, Any]] = []
    try:
        effort = EvaluationEffort(seconds=job["seconds"])
        for path, answer in answer_each(rune, samples, effort=effort, reason_of=fixed_reason):
            if isinstance(answer, str):
                answers.append({"path": path, "label": "", "scores": {}, "reason": answer})
                continue
            scores = {label: round(float(score), 4) for label, score in answer.scores.items()}
            answers.append({"path": path, "label": answer.label, "scores": scores, "reason": ""})
    except (EvaluationImpossible, RuneError) as error:
        return {"refused": str(error)}
    return {"samples": answers}


def compare_samples(job: Mapping[str, Any], files: JobFiles) -> dict[str, Any]:
    """Compares samples of one kind: `labels`, `groups` and the `lengths` of their fingerprints are lists in the same
    order as the rows of the files."""
    labels, groups, lengths = job["labels"], job["groups"], job["lengths"]
    features = np.frombuffer(files.read(FEATURES), np.float16).reshape(len(labels), -1).astype(np.float32)
    words = np.split(np.frombuffer(files.read(WORDS), np.uint32), np.cumsum(lengths)[:-1])
    reason = ""
    suspects = []
    try:
        suspects = find_suspects(features, labels, groups)
    except (NothingToCompare, EnvironmentNeeded) as error:
        reason = str(error)
    return {
        "suspects": [
            {"index": each.index, "suggestion": each.suggestion, "confidence": round(each.confidence, 4)}
            for each in suspects
        ],
        "reason": reason,
        "duplicates": find_duplicates(words, shifted=job["kind"] == Kind.SOUND.value),
        "outliers": find_outliers(features, labels),
    }


def _sample_facts(path: str, kind: Kind, files: JobFiles) -> dict[str, str]:
    try:
        data = files.read(path)
        features, words = features_of(kind, data), fingerprint_of(kind, data)
    except (BadContent, FileError) as error:
        return {"path": path, "features": "", "words": "", "reason": str(error)}
    return {
        "path": path,
        "features": base64.b64encode(features.astype(np.float16).tobytes()).decode("ascii"),
        "words": base64.b64encode(words.tobytes()).decode("ascii"),
        "reason": "",
    }
