"""The part of a training run that learns with scikit-learn in place of a network: parameters in files of blocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lab.child.job import ChildCommand, Report
from lab.child.limits import ChildLimits
from lab.child.start import Outcome, Step
from lab.child.start import run as run_step
from lab.recipes.recipe import LearnedParameters, estimator_runefile
from lab.tasks.scaling import DataScaling
from lab.training.estimator_step import LEARNED_PARAMETERS
from lab.training.settings import RunSettings
from rune.environments.analysis import SCIKIT_LEARN, analysis_python

MEMORY = 2 << 30
"""Bytes of memory of the process that learns."""
_ENDINGS = {"TREES": "json"}
"""The endings of the files of resources that are no plain numbers."""


@dataclass(frozen=True)
class EstimatorResult:
    """Results of an estimator: its Runefile, the files of its resources by their paths in the project, the arguments
    of its blocks, and the outcome of its process."""

    runefile: str
    files: Mapping[str, bytes]
    numbers: Mapping[str, float]
    outcome: Outcome


@dataclass(frozen=True)
class EstimatorFiles:
    """`model_path` is that of the model in the project, `features` a file of features with their scaling, and `output`
    a file that may be written."""

    model_path: str
    features: Path
    output: Path
    scaling: DataScaling


def estimate(
    settings: RunSettings,
    files: EstimatorFiles,
    minutes: float,
    report: Report,
    receive: Callable[[Mapping[str, Any]], None],
    command: Callable[[], ChildCommand | None],
) -> EstimatorResult:
    """Learns from a file of features. Raises `Refused`, and `EnvironmentNeeded` without scikit-learn."""
    spec = {
        "recipe": settings.recipe.name,
        "values": dict(settings.values),
        "seed": settings.seed,
    }
    limits = ChildLimits(seconds=round(minutes * 60), memory=MEMORY)
    step = Step(
        "estimate", spec, {"features": files.features}, {LEARNED_PARAMETERS: files.output}, limits, "training run"
    )
    outcome = run_step(step, analysis_python(SCIKIT_LEARN), report, receive, command)
    read = json.loads(files.output.read_text("utf-8"))
    parameters = LearnedParameters(read["resources"], read["numbers"])
    paths = {name: resource_path(files.model_path, name) for name in parameters.resources}
    runefile = estimator_runefile(settings.recipe, settings.values, parameters, paths, settings.labels, files.scaling)
    texts = {paths[name]: text.encode() for name, text in parameters.resources.items()}
    return EstimatorResult(runefile, texts, parameters.numbers, outcome)


def resource_path(model_path: str, name: str) -> str:
    """The path of a resource's file: `gesture.tflite` and `TREES` give `gesture.trees.json`."""
    return str(PurePosixPath(model_path).with_suffix(f".{name.lower()}.{_ENDINGS.get(name, 'txt')}"))
