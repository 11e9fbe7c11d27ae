"""The quality of the rune of a training run, on validation recordings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypedDict

from forge.datasets.model_quality import LabelQuality, ModelQuality
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.training.models import TrainingRun
from rune.datasets.splits import Split


class LabelQualityJson(TypedDict):
    """The number of correctly answered recordings of a label, with a 95 % interval from 0 to 1."""

    label: str
    right: int
    count: int
    low: float
    high: float


class ModelQualityJson(TypedDict):
    """The quality of a model: the record that all pages show."""

    split: Annotated[str, "`validation` of a run, `test` of a build"]
    right: int
    count: Annotated[int, "recordings of the split"]
    share: float
    low: Annotated[float, "of the 95 % interval"]
    high: float
    sentence: Annotated[str, "such as `19 of 20 validation recordings, 76 to 99 %`"]
    labels: list[LabelQualityJson]


def quality_of_run(run: TrainingRun) -> ModelQuality | None:
    """Returns how many validation recordings the finished rune of a run answers correctly; None before, and of a rune
    that answers with a number or counts objects."""
    if run.state != LabJobState.FINISHED:
        return None
    judgement = run.report.get("judgements", {}).get(Split.VALIDATION.value)
    if judgement is None or judgement["accuracy"] is None or not judgement["samples"]:
        return None
    count = judgement["samples"]
    right = round(judgement["accuracy"][0] * count)
    origin, url = f"training run {run.number}", run.get_absolute_url()
    return ModelQuality(Split.VALIDATION, right, count, origin, url, tuple(_labels(judgement)))


def _labels(judgement: Mapping[str, Any]) -> Iterator[LabelQuality]:
    for label, own in judgement.get("labels", {}).items():
        if own["samples"]:
            yield LabelQuality(label, round(own["recall"][0] * own["samples"]), own["samples"])


def quality_to_json(quality: ModelQuality | None) -> ModelQualityJson | None:
    """The record as the API gives it."""
    if quality is None:
        return None
    return {
        "split": quality.split.value,
        "right": quality.right,
        "count": quality.count,
        "share": quality.share,
        "low": quality.low,
        "high": quality.high,
        "sentence": quality.sentence,
        "labels": [
            {"label": each.label, "right": each.right, "count": each.count, "low": each.low, "high": each.high}
            for each in quality.labels
        ],
    }
