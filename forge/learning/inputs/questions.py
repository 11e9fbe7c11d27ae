"""A model of a project or a form of a conversion, and the presets that fit its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.core.blobs.store import read_blob
from forge.core.errors import Invalid, Unprocessable
from forge.learning.inputs.conversion_facts import known_labels
from forge.learning.models import ConvertedForm
from forge.projects.errors import ProjectFileNotFound
from forge.projects.files.contents import checked_path
from forge.projects.files.model_files import is_model, verified_model
from forge.projects.models import Project
from forge.projects.versions.store import WorkingTree, working_tree
from rune.model.tflite import Model, ModelError, ModelSignature, signature
from rune.source.runefile.model_inputs import (
    InputChoiceError,
    InputPreset,
    InputQuestion,
    described_labels,
    input_questions,
    read_labels,
    runefile_of,
)
from rune.wording import counted

LABELS = "labels.txt"
_VOCABULARIES = ("vocab.txt", "vocabulary.txt")


@dataclass(frozen=True)
class ModelToFeed:
    """A model of a project, the files of the project at that moment, and what each input may be."""

    path: str
    model: Model
    signature: ModelSignature
    tree: WorkingTree
    questions: Sequence[InputQuestion]
    form: ConvertedForm | None = None
    """The form of a conversion that is to become the file `path`; None for a file of the project."""

    def presets(self, keys: Sequence[str]) -> list[InputPreset]:
        """The presets of these names, one for each input; "" for the likeliest. Raises `Invalid`."""
        if len(keys) > len(self.questions):
            counts = f"{counted(len(self.questions), 'input')}, and {counted(len(keys), 'preset')}"
            raise Invalid(f"The model has {counts} are named.")
        all_keys = [*keys, *[""] * (len(self.questions) - len(keys))]
        try:
            return [
                each.preset(key) if key else each.likeliest for each, key in zip(self.questions, all_keys, strict=True)
            ]
        except InputChoiceError as error:
            raise Invalid(str(error), errors={"presets": [str(error)]}) from error

    def labels(self, text: str) -> tuple[str, ...]:
        """Labels, one a line. Raises `Invalid`."""
        try:
            return read_labels(text, self.signature)
        except InputChoiceError as error:
            raise Invalid(str(error), errors={"labels": [str(error)]}) from error

    def runefile(self, presets: Sequence[InputPreset], labels_path: str) -> str:
        """The Runefile of these presets; `labels_path` is "" without labels."""
        return runefile_of(self.signature, self.path, presets, labels_path)

    @property
    def suggested_labels(self) -> str:
        """The labels that the model's file, its conversion or the project has, one a line; "" where none has one for
        each class."""
        texts = (
            "\n".join(described_labels(self.signature)),
            "" if self.form is None else "\n".join(known_labels(self.form)),
            self.tree.texts.get(LABELS, b"").decode("utf-8", "replace"),
        )
        for text in texts:
            try:
                if labels := read_labels(text, self.signature):
                    return "\n".join(labels)
            except InputChoiceError:
                continue
        return ""


def model_to_feed(project: Project, path: str) -> ModelToFeed:
    """A model of a project, for somebody who may read it. Raises `Invalid`, `BadPath`, `ProjectFileNotFound`,
    `ModelRefused` and `Unprocessable`."""
    path = checked_path(path)
    if not is_model(path):
        raise Invalid(f"{path} is not a .tflite model.")
    tree = working_tree(project)
    entry = tree.manifest.get(path)
    if entry is None:
        raise ProjectFileNotFound(f"There is no file {path}.")
    text = tree.texts.get(path)
    return _to_feed(path, read_blob(entry["digest"]) if text is None else text, tree)


def form_to_feed(form: ConvertedForm, path: str) -> ModelToFeed:
    """A form of a conversion that is to become the file `path`. Raises `Invalid`, `BadPath`, `ModelRefused` and
    `Unprocessable`."""
    path = checked_path(path)
    if not is_model(path):
        raise Invalid(f"{path} is not a .tflite model.")
    tree = working_tree(form.conversion.project).with_blob(path, form.digest, form.size)
    return _to_feed(path, read_blob(form.digest), tree, form)


def _to_feed(path: str, data: bytes, tree: WorkingTree, form: ConvertedForm | None = None) -> ModelToFeed:
    model = verified_model(data)
    vocabulary = next((each for each in _VOCABULARIES if each in tree.texts), "")
    try:
        own = signature(model)
        return ModelToFeed(path, model, own, tree, input_questions(own, vocabulary), form)
    except ModelError as error:
        raise Unprocessable(f"{path} cannot be used: {error}") from error


def model_paths(tree: WorkingTree) -> list[str]:
    """The `.tflite` models of a project."""
    return sorted(path for path in tree.manifest if is_model(path))
