"""The presets of a model's inputs, and the Runefile of those that were chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rune.model.tflite import ModelError, ModelSignature, ModelTensor
from rune.project.files import normal_path
from rune.source.runefile.model_inputs.motions import motion_presets
from rune.source.runefile.model_inputs.numbers import number_preset
from rune.source.runefile.model_inputs.pictures import picture_presets
from rune.source.runefile.model_inputs.preset import InputKind, InputPreset, inner_sizes, output_lines
from rune.source.runefile.model_inputs.sound_presets import surest_sound_input
from rune.source.runefile.model_inputs.sounds import sound_presets
from rune.source.runefile.model_inputs.starter import model_lines, output_stages
from rune.source.runefile.model_inputs.texts import text_presets
from rune.source.runefile.stages.model_types import obstacle_in
from rune.tensor import ElementType, TensorType
from rune.wording import counted, listed, quoted
from rune.wordlist import words_of

MAX_LABELS = 4096
_LABEL = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")


class InputChoiceError(ValueError):
    """A choice that no Runefile can be written of; the text is a sentence that says why."""


@dataclass(frozen=True)
class InputQuestion:
    """An input of a model, and what it may be: the likeliest preset first."""

    tensor: ModelTensor
    presets: tuple[InputPreset, ...]

    @property
    def likeliest(self) -> InputPreset:
        return next(each for each in self.presets if not each.lacks)

    @property
    def kinds(self) -> tuple[InputKind, ...]:
        """The kinds that fit, the likeliest first."""
        return tuple(dict.fromkeys(each.kind for each in self.presets))

    def preset(self, key: str) -> InputPreset:
        """The preset of this name, or of this kind the first. Raises `InputChoiceError`."""
        for each in self.presets:
            if each.key == key or (key == each.kind.value and not each.lacks):
                if each.lacks:
                    raise InputChoiceError(each.lacks)
                return each
        fitting = listed([each.key for each in self.presets])
        raise InputChoiceError(
            f"{quoted(key)} gives no input {quoted(self.tensor.name)} of {self.tensor.type}. These do: {fitting}."
        )


def input_questions(signature: ModelSignature, vocabulary: str = "") -> list[InputQuestion]:
    """Returns the presets of each input of a model. `vocabulary` is the path of the vocabulary of a model of text.

    Raises `ModelError` for a model that no rune can run.
    """
    obstacle = obstacle_in(signature)
    if obstacle is not None:
        raise ModelError(". ".join((obstacle.message, *(note.removesuffix(".") for note in obstacle.notes))))
    return [_question(signature, position, vocabulary) for position in range(len(signature.inputs))]


def class_count(signature: ModelSignature) -> int:
    """Returns how many classes the first output that is a row of scores has; 0 if there is none."""
    position = _score_output(signature)
    return 0 if position is None else inner_sizes(signature.outputs[position].type)[0]


def described_labels(signature: ModelSignature) -> tuple[str, ...]:
    """The names of the classes that the model's file has."""
    position = _score_output(signature)
    labels = () if position is None else signature.outputs[position].description.labels
    return labels if len(labels) == class_count(signature) else ()


def read_labels(text: str, signature: ModelSignature) -> tuple[str, ...]:
    """Labels, one a line; empty for an empty text. Raises `InputChoiceError` where they are not those of the model."""
    labels = tuple(word.strip() for word in words_of(text))
    if not labels:
        return ()
    classes = class_count(signature)
    if not classes:
        raise InputChoiceError("The model has no output with a score for each class, so it takes no labels.")
    if len(labels) != classes:
        raise InputChoiceError(
            f"The model has {classes} classes, and {counted(len(labels), 'label')} are written. Write one a line, in "
            "the order of the model."
        )
    if not all(_LABEL.match(label) for label in labels):
        raise InputChoiceError("A label has 1 to 200 characters, and no control characters.")
    return labels


def runefile_of(
    signature: ModelSignature, model_path: str, presets: Sequence[InputPreset], labels_path: str = ""
) -> str:
    """The Runefile in which each input of a model comes from the chosen preset.

    `labels_path` is the file of the labels, "" for none. Raises `InputChoiceError`, and `FileNotInProject` for a path
    that a project cannot have.
    """
    missing = next((each for each in presets if each.lacks), None)
    if missing is not None:
        raise InputChoiceError(missing.lacks)
    stages = {stage.name: stage.lines for each in presets for stage in each.stages}
    resources = {name: path for each in presets for name, path in each.resources.items()}
    lines = [line for stage in stages.values() for line in stage]
    outputs = [tensor.type for tensor in signature.outputs]
    lines += model_lines(model_path, [each.feed for each in presets], outputs)
    names = ["model"] if len(outputs) == 1 else [f"model.{index}" for index in range(len(outputs))]
    position = _score_output(signature)
    if labels_path and position is not None:
        lines += _label_stages(names[position])
        resources["LABELS"] = labels_path
    lines += output_stages(names, outputs)
    return "\n".join(["version: 1", "image: runicos/base", "pipeline:", *lines, *_resource_lines(resources), ""])


def _question(signature: ModelSignature, position: int, vocabulary: str) -> InputQuestion:
    tensor = signature.inputs[position]
    suffix = "" if len(signature.inputs) == 1 else f"_{position}"
    if not tensor.type.dimensions:
        return InputQuestion(tensor, (number_preset(tensor, suffix),))
    presets: list[InputPreset] = [
        *picture_presets(tensor, suffix),
        *sound_presets(tensor, suffix),
        *motion_presets(tensor, suffix),
        *text_presets(signature.inputs, position, vocabulary),
        number_preset(tensor, suffix),
    ]
    first = _likeliest_kind(tensor, presets)
    surest = surest_sound_input(tensor)
    sorted_presets = sorted(
        presets,
        key=lambda each: (each.kind is not first, surest is not None and each.key != surest.preset.key),
    )
    return InputQuestion(tensor, tuple(sorted_presets))


def _likeliest_kind(tensor: ModelTensor, presets: Iterable[InputPreset]) -> InputKind:
    """The kind that an input of this shape mostly is."""
    kinds = {each.kind for each in presets if not each.lacks}
    if tensor.description.rate is not None and InputKind.SOUND in kinds:
        return InputKind.SOUND
    is_row = len(inner_sizes(tensor.type)) <= 1
    is_surely_sound = surest_sound_input(tensor) is not None
    if InputKind.PICTURE in kinds and not is_row and not (is_surely_sound and len(tensor.type.dimensions) < 4):
        return InputKind.PICTURE
    if InputKind.MOTION in kinds and not is_row:
        return InputKind.MOTION
    if is_surely_sound or (InputKind.SOUND in kinds and (not is_row or tensor.type.count >= 8_000)):
        return InputKind.SOUND
    if InputKind.TEXT in kinds and tensor.type.element is ElementType.I32:
        return InputKind.TEXT
    return InputKind.NUMBERS


def _score_output(signature: ModelSignature) -> int | None:
    """The first output with a row of scores."""
    for position, tensor in enumerate(signature.outputs):
        sizes = inner_sizes(tensor.type)
        if len(sizes) == 1 and sizes[0] <= MAX_LABELS and tensor.type.element is not ElementType.UTF8:
            return position
    return None


def _label_stages(scores: str) -> list[str]:
    return [
        "  best:",
        "    proc-block: most_confident_indices",
        f"    inputs: [{scores}]",
        *output_lines(TensorType(ElementType.U32, (1,))),
        "  label:",
        "    proc-block: label",
        "    inputs: [best]",
        *output_lines(TensorType(ElementType.UTF8, (1,))),
        "    args:",
        "      wordlist: $LABELS",
        "  answer:",
        "    out: SERIAL",
        "    inputs: [label]",
    ]


def _resource_lines(resources: Mapping[str, str]) -> list[str]:
    lines = ["resources:"] if resources else []
    for name, path in resources.items():
        lines += [
            f"  {name}:",
            f"    path: {json.dumps('./' + normal_path(path), ensure_ascii=False)}",
            "    type: string",
        ]
    return lines
