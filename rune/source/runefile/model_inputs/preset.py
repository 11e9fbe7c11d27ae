"""The form of a preset: what one input of a model may be, and the stages that compute it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rune.model.tflite import ModelTensor
from rune.source.runefile.advice.inserted_stage import InsertedBlock
from rune.tensor import ElementType, TensorType

QUANTISED_TYPES = (ElementType.I8, ElementType.U8, ElementType.I16)


class InputKind(StrEnum):
    """The kinds of inputs, as people name them."""

    PICTURE = "picture"
    SOUND = "sound"
    MOTION = "motion"
    TEXT = "text"
    NUMBERS = "numbers"


@dataclass(frozen=True)
class WrittenStage:
    """A stage as lines of a Runefile."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class InputPreset:
    """A preset of one input.

    `stages` come in the order in which they run, and `feed` is what the model reads. `resources` are files of the
    project by the name of the resource. `grid` is how many frames of how many numbers the input has, where it is such.
    `lacks` is a sentence about a file that the project has to have first; such a
    preset has no stages.
    """

    key: str
    kind: InputKind
    title: str
    about: str
    stages: tuple[WrittenStage, ...] = ()
    feed: str = ""
    resources: dict[str, str] = field(default_factory=dict)
    grid: tuple[int, int] | None = None
    lacks: str = ""


class StageWriter:
    """Writes the stages of one input, one behind the other. Names end with `suffix`."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._stages: list[WrittenStage] = []
        self.last = ""

    @property
    def stages(self) -> tuple[WrittenStage, ...]:
        return tuple(self._stages)

    def add(self, name: str, lines: Sequence[str]) -> None:
        """Adds a stage whose lines are written already."""
        self._stages.append(WrittenStage(name, tuple(lines)))
        self.last = name

    def capability(self, name: str, capability: str, arguments: Sequence[str], type_: TensorType) -> None:
        """Adds a stage that reads from the host."""
        name += self._suffix
        rows = [f"      {line}" for line in arguments]
        self.add(name, [f"  {name}:", f"    capability: {capability}", "    args:", *rows, *output_lines(type_)])

    def block(self, name: str, block: InsertedBlock, type_: TensorType) -> None:
        """Adds a block that reads what the stage before gives."""
        name += self._suffix
        self.add(name, [*block.lines(name, self.last, "  ", "  "), *output_lines(type_)])

    def fit(self, tensor: ModelTensor, dimensions: Sequence[int]) -> None:
        """Adds what makes floats of these dimensions the input of the model: whole numbers and its own shape."""
        element, sizes = tensor.type.element, tensor.type.dimensions
        self.reshape(TensorType(ElementType.F32, sizes), dimensions)
        if element in QUANTISED_TYPES:
            same = [size for size in dimensions if size != 1] == inner_sizes(tensor.type)
            self.block("quantized", quantize_block(tensor), TensorType(element, tuple(dimensions) if same else sizes))

    def reshape(self, type_: TensorType, dimensions: Sequence[int]) -> None:
        """Adds the block that gives numbers of these dimensions those of a type, unless they differ in sizes of 1."""
        if [size for size in dimensions if size != 1] != inner_sizes(type_):
            sizes = ", ".join(map(str, type_.dimensions))
            self.block("shaped", InsertedBlock("reshape", {"dimensions": sizes}), type_)


def output_lines(type_: TensorType) -> list[str]:
    """The outputs of a stage that has one."""
    return ["    outputs:", f"      - {{type: {type_.element}, dimensions: [{', '.join(map(str, type_.dimensions))}]}}"]


def quantize_block(tensor: ModelTensor) -> InsertedBlock:
    """The block that makes floats the whole numbers that an input stores."""
    scale = 1.0 if tensor.scale is None else tensor.scale
    arguments = {"scale": f"{scale:.9g}", "zero_point": str(tensor.zero_point or 0), "type": tensor.type.element.value}
    return InsertedBlock("quantize", arguments)


def inner_sizes(type_: TensorType) -> list[int]:
    """The sizes that are not 1."""
    return [size for size in type_.dimensions if size != 1]
