"""Takes the bins of a rune's counts from samples, in the compiler's process: what the command `rune watch` does."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import Any

from forge.compute.child.job_answers import Answers
from forge.compute.child.job_files import JobFiles
from forge.compute.child.pause_points import PausePoints
from forge.compute.child.steps.packages import preferences_of
from rune.assessment.evaluation.errors import EvaluationImpossible, SamplesRefused
from rune.assessment.evaluation.reading import ZipFiles, samples_of
from rune.assessment.watching.watching import watch_project
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import RUNE_TARGET, SpecOptions
from rune.compiler.targets.lookup import find_variant
from rune.project.files import normal_path
from rune.running.runtime.errors import RuneError
from rune.source.policy import POLICY_FILE


class ReadingNotes:
    """A project's files, and the paths that were read of them."""

    def __init__(self, files: JobFiles) -> None:
        self._files = files
        self.read_paths: set[str] = set()

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        self.read_paths.add(normal_path(path))
        return self._files.read(path)

    def paths(self) -> tuple[str, ...]:
        """The paths of all files."""
        return self._files.paths()


def answer_bins(job: Mapping[str, Any], files: JobFiles, answers: Answers, rests: PausePoints) -> dict[str, Any]:
    """Returns `rune.watch` of the project from the samples in `archive`, a data folder as a zip among its files.

    Raises `BuildFailed`. Why a sample could not be run is not said: the reason may have what the sample has.
    """
    project = files.without({job["archive"]})
    options = SpecOptions.from_json(job["options"]).with_preferences(preferences_of(project))
    notes = ReadingNotes(project)
    notes.read_paths.add(POLICY_FILE)

    def progress(samples: int) -> None:
        answers.send("counting", samples=samples)
        rests.after(samples)

    with files.open(job["archive"]) as stream, zipfile.ZipFile(stream) as archive:
        try:
            samples = samples_of(ZipFiles(archive))
            build_options = BuildOptions.of_spec(options, find_variant(RUNE_TARGET, options.optimize))
            result = watch_project(notes, build_options, samples, progress=progress)
        except (EvaluationImpossible, SamplesRefused, RuneError) as error:
            return {"refused": str(error)}
    return {
        "text": result.text,
        "edge_samples": result.edge_samples,
        "has_training_samples": result.has_training_samples,
        "left_out": len(result.failures),
        "read": sorted(notes.read_paths),
    }
