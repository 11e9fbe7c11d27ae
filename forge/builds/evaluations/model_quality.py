"""The accuracy of a numbered build on test recordings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.builds.models import Build
from forge.datasets.model_quality import ModelQuality
from rune.datasets.splits import Split


def quality_of_build(build: Build) -> ModelQuality | None:
    """Returns the accuracy of a numbered build on the test samples; None where it read none, or was not evaluated on
    them."""
    if build.number is None:
        return None
    url = f"{build.project.get_absolute_url()}/builds/{build.number}/accuracy"
    return quality_of_summary(build.evaluation, build.number, url)


def quality_of_summary(summary: Mapping[str, Any] | None, number: int, url: str) -> ModelQuality | None:
    """The same from what build `number` stored (`forge.builds.evaluations.outcomes.EvaluationSummaryJson`), where the
    build itself was not read."""
    if summary is None or summary.get("accuracy") is None:
        return None
    if "judged" in summary:
        right, count = summary["judged_right"], summary["judged"]
    else:
        # Builds of earlier versions also counted long recordings with marked places, which have no single answer.
        right, count = summary["right"], summary["samples"]
    return ModelQuality(Split.TEST, right, count, f"build {number}", url) if count else None
