"""The models of one project: each read once, and for each stage whether it is compiled or run by the rune's host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rune.abi import ModelFormat
from rune.compiler.anvil.models.caching import CACHE_SIZE, SMALL
from rune.compiler.anvil.models.support import signature_with_support, unsupported_ops
from rune.compiler.building.model_report import ModelReport
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model, ModelSignature, UnsupportedOp, read_model, signature, wrong_in_pages
from rune.project.archive import zip_folder
from rune.project.files import ProjectFiles
from rune.project.folders import folder_members
from rune.source.runefile.pipeline import ModelStage, Pipeline

_read_cached_model = lru_cache(maxsize=CACHE_SIZE)(read_model)
"""Files that are built anew are mostly the same models with other arguments."""


class ProjectModels:
    """The project's models by their paths."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self._data: dict[str, bytes] = {}
        self._read: dict[str, Model] = {}

    def data(self, path: str) -> bytes:
        """Returns the bytes of a model in a rune: its file, or its folder as an archive. Raises `FileError`."""
        if path not in self._data:
            is_folder = bool(folder_members(self._files, path))
            self._data[path] = zip_folder(self._files, path) if is_folder else self._files.read(path)
        return self._data[path]

    def model(self, path: str) -> Model:
        """A TensorFlow Lite model. Raises `FileError` and `ModelError`."""
        if path not in self._read:
            data = self.data(path)
            self._read[path] = _read_cached_model(data) if len(data) <= SMALL else read_model(data)
        return self._read[path]

    def signature(self, path: str) -> ModelSignature:
        """Returns the inputs and outputs of a model, and whether it can be compiled. Raises `FileError` and
        `ModelError`."""
        return signature_with_support(self.model(path))


@dataclass(frozen=True)
class ChosenModels:
    """`compiled_models` by file. `hosted_models` by stage: what the rune carries of the model, None where
    only its host has it."""

    compiled_models: Mapping[str, Model]
    hosted_models: Mapping[str, bytes | None]
    reports: tuple[ModelReport, ...]


def choose(pipeline: Pipeline, models: ProjectModels, *, host_models: bool, profile: Profile = LITERT) -> ChosenModels:
    """Compiles what can be compiled with the profile's bits; with `host_models` nothing. Raises `FileError` for what
    cannot be read."""
    compiled_models: dict[str, Model] = {}
    hosted_models: dict[str, bytes | None] = {}
    reports = []
    for stage in pipeline.stages:
        if not isinstance(stage, ModelStage):
            continue
        report = _report(stage, models, host_models, profile)
        reports.append(report)
        if report.runs == "host":
            hosted_models[stage.name] = None if stage.file is None else models.data(stage.file)
        elif stage.file is not None:
            compiled_models[stage.file] = models.model(stage.file)
    return ChosenModels(compiled_models, hosted_models, tuple(reports))


def _report(stage: ModelStage, models: ProjectModels, host_models: bool, profile: Profile) -> ModelReport:
    if stage.file is None:
        return ModelReport(stage.name, None, None, None, "host", mimetype=stage.format.mimetype)
    size = len(models.data(stage.file))
    if stage.format is not ModelFormat.TENSORFLOW_LITE:
        return ModelReport(stage.name, stage.file, size, None, "host", mimetype=stage.format.mimetype)
    model = models.model(stage.file)
    lacking: tuple[UnsupportedOp, ...] = unsupported_ops(model, profile)
    # An output whose dimensions only the Runefile says is known once the model ran: no compiled code can tell.
    is_open = stage.outputs != tuple(tensor.type for tensor in signature(model).outputs)
    runs_on_host = bool(lacking) or host_models or stage.is_hosted or is_open
    return ModelReport(
        stage.name,
        stage.file,
        size,
        len(model.operators),
        "host" if runs_on_host else "compiled",
        lacking,
        wrong_in_pages=wrong_in_pages(model) if runs_on_host else (),
    )
