"""The trial of a rune on built-in silence, noise and tones, of a training run and of a build, as pages and the API read
it: all of them say the same sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.builds.models import Build
from forge.learning.training.models import TrainingRun
from rune.assessment.evaluation.trials.background import BackgroundTrial


def background_of_run(run: TrainingRun) -> BackgroundTrial | None:
    """Returns the trial of a finished run; None of one whose recipe is not tried, or that was trained before."""
    return _stored_trial(run.report)


def background_of_build(build: Build) -> BackgroundTrial | None:
    """Returns the trial of a build's rune; None of one that reads no sound or has no labels."""
    return None if build.artefact is None else _stored_trial(build.artefact.report)


def _stored_trial(report: Mapping[str, Any]) -> BackgroundTrial | None:
    fields = report.get("background")
    return None if fields is None else BackgroundTrial.from_json(fields)
