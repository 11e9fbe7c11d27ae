"""The checks before a training run: its settings, its data, and the models that it begins or learns with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab.dataset.dataset import Dataset
from lab.recipes.arguments import read_arguments
from lab.recipes.backbone import read_backbone
from lab.recipes.catalogue import recipe_of
from lab.recipes.numbers import chosen_columns
from lab.recipes.recipe import Recipe, behind_backbone
from lab.refusal import Reason, Refused
from lab.training.compression.teacher import Teacher, require_teacher
from lab.training.data import read_dataset
from lab.training.settings import RunSettings, bytes_digest
from lab.training.start import StartModel, with_start
from rune.datasets.splits import Split
from rune.source.policy.sections.training import Training
from rune.wording import quoted


@dataclass(frozen=True)
class PreparedRun:
    """A run whose settings and data were checked."""

    training: Training
    settings: RunSettings
    dataset: Dataset
    """The data set without the recordings of the test split."""
    test: Dataset
    """The recordings of the test split, which no step of a run reads."""
    teacher: Teacher | None = None
    start: StartModel | None = None

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers of recordings by split and label, with those of the test split."""
        return self.dataset.counts() | {Split.TEST.value: self.test.counts()[Split.TEST.value]}


def prepare_run(
    training: Training,
    source: Path,
    stored_splits: Mapping[str, Split],
    backbone: bytes | None = None,
    teacher: Teacher | None = None,
    start: StartModel | None = None,
) -> PreparedRun:
    """Checks settings and data. `stored_splits` are the splits of earlier runs, `backbone` the bytes of the file that
    `training` names, `teacher` and `start` the models that it names. Raises `Refused` and
    `OSError`."""
    if training.teacher and teacher is None:
        message = "A search learns without a teacher. Remove `teacher` from forge.yml while you search."
        raise Refused(Reason.SETTINGS, message)
    if training.start and start is None:
        raise Refused(Reason.SETTINGS, "A search begins with no model. Remove `start` from forge.yml while you search.")
    recipe = _behind_backbone(training, backbone)
    if start is not None:
        recipe = with_start(recipe, training.arguments)
    values = read_arguments(recipe.arguments, training.arguments, recipe.name)
    recipe.features(values)  # refuses arguments that contradict each other
    whole = read_dataset(source, recipe, stored_splits)
    dataset, test = whole.without(Split.TEST), whole.only(Split.TEST)
    if dataset.columns:
        values = chosen_columns(values, dataset.columns, recipe.task)
    digest = "" if teacher is None else bytes_digest(teacher.data)
    begin = "" if start is None else bytes_digest(start.data)
    settings = RunSettings(recipe, values, training.seed, dataset.labels, dataset.digest, digest, begin)
    if teacher is not None:
        require_teacher(teacher, settings)
    return PreparedRun(training, settings, dataset, test, teacher, start)


def _behind_backbone(training: Training, data: bytes | None) -> Recipe:
    """Raises `Refused`."""
    recipe = recipe_of(training.recipe)
    if not training.backbone:
        return behind_backbone(recipe, None)
    if data is None:
        raise Refused(Reason.SETTINGS, f"There is no file {quoted(training.backbone)} for the backbone.")
    backbone = read_backbone(training.backbone, data)
    for path in (training.backbone, backbone.path):
        if path in (training.model, float_model_path(training.model)):
            message = f"{quoted(path)} is written by the run, so it cannot be the backbone."
            raise Refused(Reason.SETTINGS, f"{message} Choose another path for the model.")
    return behind_backbone(recipe, backbone)


def float_model_path(model: str) -> str:
    """The path of the model before it was quantised, beside the model's."""
    return str(PurePosixPath(model).with_suffix(".float.tflite"))
