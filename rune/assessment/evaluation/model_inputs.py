"""Computes what a float model will read of recordings, by the stages that a project has in front of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.recorded_tensors import Array, RecordedTensors, sent_tensor
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.project.files import FileError, ProjectFiles, normal_path
from rune.running.runtime.errors import InputError, RuneError
from rune.source.runefile.model_inputs.front import ModelFront

_RUNEFILE = "front-of-model.yml"


class FrontImpossible(ValueError):
    """The stages in front of a model cannot be run on recordings; the text is a sentence that says why."""


class CompiledFront:
    """A front, compiled once."""

    def __init__(self, files: ProjectFiles, front: ModelFront, dimensions: Sequence[int]) -> None:
        """`dimensions` are those of the model's input. Raises `FrontImpossible`."""
        self._front = front
        self._dimensions = tuple(dimensions)
        project = _WithFront(files, front.runefile.encode())
        try:
            rune = build(project, BuildOptions("front", runefile=_RUNEFILE)).rune
            self._tensors = RecordedTensors(rune, sent_tensor)
        except BuildFailed as error:
            reasons = "; ".join(each.message for each in error.diagnostics[:3])
            raise FrontImpossible(f"The stages in front of {front.stage} cannot be built: {reasons}.") from error
        except (EvaluationImpossible, RuneError) as error:
            raise FrontImpossible(f"The stages in front of {front.stage} read no recordings: {error}.") from error

    def of(self, data: bytes, most: int) -> list[Array]:
        """The model's inputs from a recording, f32 in the shape of its input: `most` windows, spread evenly, at most.

        Empty for a recording that fills no window. Raises `FrontImpossible` for one that cannot be read.
        """
        try:
            windows = list(self._tensors.windows(data))
        except (FileError, InputError, RuneError) as error:
            raise FrontImpossible(str(error)) from error
        selection = windows[:: max(1, -(-len(windows) // most))]
        numbers = [(each - self._front.zero_point) * self._front.scale for each in selection]
        if not all(np.isfinite(each).all() for each in numbers):
            raise FrontImpossible("What the model would read of it is not finite")
        return [each.astype(np.float32).reshape(self._dimensions) for each in numbers]


class _WithFront:
    """The files of a project, and the Runefile of a front."""

    def __init__(self, files: ProjectFiles, runefile: bytes) -> None:
        self._files, self._runefile = files, runefile

    def read(self, path: str) -> bytes:
        return self._runefile if normal_path(path) == _RUNEFILE else self._files.read(path)

    def paths(self) -> tuple[str, ...]:
        return (*self._files.paths(), _RUNEFILE)
