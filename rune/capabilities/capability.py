"""The form of a capability's declaration. Pure Python: the check in the browser reads the same declarations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from rune.tensor import ElementType, TensorType

Number = int | float
Parameters = Mapping[str, Number]


@dataclass(frozen=True)
class Parameter:
    """A whole number within limits, both inclusive, or, where there are `choices`, one of them by name,
    each with its meaning.

    `usual` is what a new stage starts with, None for what it leaves out; `default` is what hosts use where it is left
    out.
    """

    name: str
    help: str
    unit: str = ""
    is_required: bool = False
    minimum: int = 1
    maximum: int = 2**31 - 1
    usual: int | str | None = None
    default: int | str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    """Values that an editor offers."""


SOURCE = Parameter(
    "source",
    "Which of several inputs of this kind is read, counted from 0.",
    minimum=0,
    default=0,
    suggestions=("0", "1"),
)
"""A parameter of every capability."""


class RecordingFormat(Enum):
    """The format of a recording, and so the way in which a page records, shows and cuts it."""

    SOUND = "sound"
    PICTURE = "picture"
    MOTION = "motion"

    @property
    def page_sensor(self) -> str:
        """The sensor of a browser that records it, as programs name it: `rune.listen("microphone")`."""
        return _PAGE_SENSORS[self]


_PAGE_SENSORS = {
    RecordingFormat.SOUND: "microphone",
    RecordingFormat.PICTURE: "camera",
    RecordingFormat.MOTION: "motion",
}


@dataclass(frozen=True)
class Sensor:
    """A board's sensor for a capability. `key` is its name in a board's file."""

    key: str
    label: str


@dataclass(frozen=True)
class InputOption:
    """An option of the commands that run a rune: files for a capability, or, with `is_seed`, a seed for its numbers.

    Without their dashes the `flags` are the kinds of the older notation `KIND:FILE`.
    """

    flags: tuple[str, ...]
    help: str
    example: str
    is_seed: bool = False

    @property
    def name(self) -> str:
        """The first flag, without its dashes."""
        return self.flags[0].removeprefix("--")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the older notation."""
        return tuple(flag.removeprefix("--") for flag in self.flags)


def _no_detail(_: Mapping[str, object]) -> str:
    return ""


def _nothing_implied(_: TensorType) -> Parameters:
    return {}


def _unknown(_name: str, _parameters: Parameters, _type: TensorType) -> None:
    return None


def _unlike(_: TensorType) -> None:
    return None


@dataclass(frozen=True, eq=False)
class Capability:
    """An input that a rune's host reads: all facts about one kind of input. Two are equal if they are the same object.

    A file of `rune/capabilities` declares each; `CAPABILITIES` has them all. How a file becomes its bytes is in
    `rune.running.runtime.inputs.readers`.
    """

    name: str
    """The name in a Runefile and in messages."""
    number: int
    """The number in Rune's ABI v0: the argument of `request_capability`."""
    graph_type: str
    """The type in the graph that a rune carries."""
    summary: str
    parameters: tuple[Parameter, ...]
    element: ElementType
    """The element type that a host provides."""
    output: Callable[[Parameters], TensorType | None]
    """The output type; None where the parameters do not determine it."""
    formula: str
    """The size of the output, in words."""
    generate: Callable[[Parameters, int], bytes]
    """As many bytes of plausible input, the same each time."""
    describe: Callable[[Parameters, TensorType], str]
    """The meaning and order of its numbers, for the README of a package."""
    option: InputOption
    label: str
    """The label on pages."""
    short_label: str
    """The label in a picture, where a few letters fit."""
    icon: str
    """Lucide's name; written as `icon="..."`, by which the front end's build finds the icons that it draws."""
    stage_name: str
    """The name of a new stage."""
    port_name: str
    """The name of an input whose stage is unknown, for programs that call a rune."""
    is_typed: bool = True
    """False where its bytes may be read as any type."""
    columns: tuple[str, ...] = ()
    """The columns of a CSV with its rows, by name; empty where it is read from no table."""
    row_count: tuple[str, ...] = ()
    """The names of the parameter that counts its rows, the newest first."""
    array: Callable[[Parameters], TensorType | None] | None = None
    """The type of the array that a program gives for it, where it differs from `output`."""
    recording: RecordingFormat | None = None
    """The format of recordings; None where nobody records it."""
    endings: tuple[str, ...] = ()
    """The endings of the files that it reads, in lower case."""
    examples: tuple[str, ...] = ()
    """The generated inputs that pages offer first, by their names in `frontend/src/preview/signals.ts`."""
    sensor: Sensor | None = None
    zune_package: str | None = None
    """The package of a zune that gives the same."""
    implied_parameters: Callable[[TensorType], Parameters] = _nothing_implied
    """The parameters that are left out, as the declared output type implies them."""
    starter: Callable[[TensorType], Parameters | None] = _unlike
    """The arguments with which a new Runefile reads a model's input of this type from it; None for an input that does
    not look like it."""
    solve: Callable[[str, Parameters, TensorType], int | None] = _unknown
    """The only value of a missing parameter with which the output has the declared type; None where that is unclear."""
    detail: Callable[[Mapping[str, object]], str] = _no_detail
    """Returns the text after its name in a drawing, from arguments of any form."""

    @property
    def row(self) -> int:
        """How many elements belong together."""
        return len(self.columns) or 1

    @property
    def row_bytes(self) -> int:
        return self.row * self.element.size

    @property
    def page_sensor(self) -> str | None:
        """The sensor of a browser that gives it; None where none does."""
        return None if self.recording is None else self.recording.page_sensor

    @property
    def spelling(self) -> str:
        """The name in lower case, as some Runefiles have it."""
        return self.name.lower().replace("_", "-")

    @property
    def is_random(self) -> bool:
        """Whether its numbers come from a seed, and so from no file."""
        return self.option.is_seed

    def __copy__(self) -> Capability:
        return self

    def __deepcopy__(self, _memo: dict[int, object]) -> Capability:
        return self

    def __int__(self) -> int:
        return self.number

    def __repr__(self) -> str:
        return f"<Capability {self.name}>"
