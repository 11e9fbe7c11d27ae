"""The answers of the processes of `lab`, as types: each answer is checked against them before it is used."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class MeasuredFormJson(TypedDict):
    """A form beside the float model. `layers` has the signal to noise of each layer in decibels, `output` that of all
    outputs; `changed` of `samples` have another answer, and `right` of `judged` have that of their label. `by_label`
    says so of each label, right and all; `answers` has the place of each sample, its answer, and how sure that is."""

    form: str
    size: int
    arena: int | None
    constants: int | None
    reason: str
    layers: dict[str, float]
    output: float
    changed: int
    samples: int
    right: int | None
    judged: int
    by_label: dict[str, list[int]]
    answers: list[list[float]]


class JudgedFormJson(TypedDict):
    """The same of a finished form, without its size."""

    form: str
    layers: dict[str, float]
    output: float
    changed: int
    samples: int
    right: int | None
    judged: int
    by_label: dict[str, list[int]]
    answers: list[list[float]]


class RefusedFormJson(TypedDict):
    """A form that the quantiser refused. `detail` has text of a library, which worked on samples."""

    form: str
    refusal: str
    detail: NotRequired[str]


class ConvertedLayerJson(TypedDict):
    """A layer in the order in which layers run."""

    name: str
    op: str


class ConversionSamplesJson(TypedDict):
    """The samples for measuring ranges, and those for comparing; `is_guess` if the ranges are of random input."""

    kind: str
    is_guess: bool
    calibration: int
    judging: int
    ranges: list[list[float]]
    classes: list[str]


class ConvertedInputJson(TypedDict):
    """An input of the model; `source_shape` if the source stores it otherwise, and `order`: which dimension of the
    source each dimension of the model is."""

    name: str
    shape: list[int]
    source_shape: NotRequired[list[int]]
    order: NotRequired[list[int]]


class SourceConversionJson(TypedDict):
    """The conversion of the float model. A classifier of ONNX has the names of its classes and its number of scores."""

    inputs: list[ConvertedInputJson]
    classes: NotRequired[list[str]]
    scores: NotRequired[int]
    difference: float
    saved_with: str
    converter: str


class TreesModelJson(TypedDict):
    """The decision trees of a source: their numbers, the names of a classifier's classes, whether its outputs are
    scores, and the largest difference to the source. `stages` are those of a Runefile behind its stage `features`."""

    features: int
    scores: int
    trees: int
    nodes: int
    classes: list[str]
    is_scored: bool
    difference: float
    saved_with: str
    converter: str
    stages: str
    provenance: dict[str, Any]


class FloatModelJson(TypedDict):
    """A float model. `float` names its file in the folder; None if the source is one. A source of decision trees has
    `trees` in place of it, which are the file `float.tflite` of the folder."""

    conversion: SourceConversionJson | None
    format: str
    float: str | None
    trees: NotRequired[TreesModelJson]
    gaps: dict[str, str]


class ConvertedJson(TypedDict):
    """The result of a conversion. `float` names the file of the float model in the folder."""

    forms: list[MeasuredFormJson | RefusedFormJson]
    layers: list[ConvertedLayerJson]
    samples: ConversionSamplesJson
    quantiser: str
    conversion: SourceConversionJson | None
    format: str
    float: str | None
    provenance: dict[str, dict[str, Any]]
    gaps: dict[str, str]
