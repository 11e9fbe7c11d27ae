"""The description of a proc-block: its arguments, its outputs for given inputs, and its C."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from rune.blocks.meaning import UNKNOWN, Effect, ExpectedMeaning, InputFacts, Meaning, common_meaning
from rune.tensor import ElementType, TensorType

ArgumentValue = int | float | str
"""The value of an argument after its type was checked."""


@dataclass(frozen=True)
class HostText:
    """A text that the host gives when the rune starts: at most `capacity` bytes. Without it the default is taken."""

    resource: str
    capacity: int
    default: str | None


class ArgumentKind(Enum):
    """The kind of an argument, by which its text is read."""

    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"
    LONG_TEXT = "long text"
    """Text that usually comes from a file, as a wordlist does, or from the host when the rune starts."""


class Category(Enum):
    """The category of a block: the palette and the reference group by it, in this order."""

    NUMBERS = "Numbers"
    SHAPES = "Shapes"
    IMAGES = "Images"
    SOUND = "Sound"
    MOTION = "Motion"
    SCORES = "Scores and labels"
    TEXT = "Text"
    TIME = "Over time"
    OTHER = "Other"


@dataclass(frozen=True)
class Argument:
    """One argument of a block; without a default it must be given. Limits are inclusive.

    `choices` are all that a TEXT can be; with none it can be any. `unit` is what a number counts, as a word or sign.
    """

    name: str
    kind: ArgumentKind
    help: str
    default: ArgumentValue | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    is_output_element: bool = False
    """A TEXT that is an element type: where it is left out, the one that the Runefile declares for the first output."""
    is_threshold: bool = False
    """A number in the unit of the first input, above which something is said: pages tune it on recordings."""


class BlockError(Exception):
    """Inputs or arguments that a block cannot take. `argument` or `input_index` says which, where one is to blame."""

    def __init__(self, message: str, *, argument: str | None = None, input_index: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.argument = argument
        self.input_index = input_index


class RunTimeInput(BlockError):
    """An input whose sizes each run decides, for a block that takes only fixed ones."""


_ESCAPE_SIZE, _QUOTES = len("\\u0000"), len('""')
"""Bytes that a byte of a text takes in JSON at most, and those around it."""


@dataclass(frozen=True)
class BlockOutput:
    """The tensor that a block makes. One whose sizes each run decides says so in its type, with its capacity.

    Where its C does not write those sizes, they are the input's number `sizes_of`, which has as many of them.
    """

    type: TensorType
    text_bound: int = 0
    """utf8 only: the most bytes that one element takes as a JSON string, quotes and escapes included."""
    sizes_of: int | None = None
    points_into: tuple[int, ...] = ()
    """utf8 only: the inputs whose bytes the texts may be slices of. They stay in memory for as long as the texts."""
    text_memory: int = 0
    """utf8 only: bytes in which the block puts its texts together. They stay for as long as the texts."""


def text_output(
    dimensions: tuple[int, ...],
    size: int,
    *,
    run_time: tuple[int, ...] = (),
    sizes_of: int | None = None,
    points_into: tuple[int, ...] = (),
    text_memory: int = 0,
) -> BlockOutput:
    """Texts of at most `size` bytes each, of any characters."""
    type_ = TensorType(ElementType.UTF8, dimensions, run_time, size)
    return BlockOutput(type_, size * _ESCAPE_SIZE + _QUOTES, sizes_of, points_into, text_memory)


@dataclass(frozen=True)
class Count:
    """A number of a call: how many elements an input has in this run, as int32_t."""

    input_index: int


class RunTimeSizes(Enum):
    """The way in which a block gets the sizes of an input that each run decides."""

    REFUSED = "refused"
    """No sizes: such an input is refused when the project is checked."""
    COUNT = "count"
    """A `Count` among the numbers: the elements lie dense, so that is enough for one that takes them one by one."""
    POINTER = "pointer"
    """A pointer to those sizes behind the pointer to the input."""


@dataclass(frozen=True)
class BlockState:
    """The state of a block between runs, beside data that it can compute from its arguments.

    It is zero when the rune starts and after a reset. `gap` goes on with the sentence "After a gap or a restart": what
    is wrong, and for how long, when a run is not of the moment after the last, or the rune was started anew.
    """

    name: str
    type: TensorType
    help: str
    gap: str

    def __str__(self) -> str:
        """A sentence for people: `keeps estimate, u32[1, 1960], from run to run. The noise in each band. After ...`."""
        return f"keeps {self.name}, {self.type}, from run to run. {self.help}. After a gap or a restart: {self.gap}."


@dataclass(frozen=True)
class BlockPace:
    """In which runs a block that may wait has something to go on with: in the run number `first`, counted from 1, and
    in one of `every` so many behind it."""

    first: int
    every: int

    def behind(self, before: BlockPace) -> BlockPace:
        """Returns the delay of a block that reads from one of another pace."""
        return BlockPace(before.first + (self.first - 1) * before.every, self.every * before.every)


@dataclass(frozen=True)
class GeneratedHeader:
    """C that was written for one stage, read as a header of the catalogue is. It includes only what kernels share."""

    name: str
    text: str

    @property
    def parent(self) -> Path:
        """A folder without files."""
        return Path("project")

    def read_text(self, encoding: str) -> str:
        return self.text.encode(encoding).decode(encoding)

    def read_bytes(self) -> bytes:
        return self.text.encode("ascii")


Header = Path | GeneratedHeader
"""A file of the toolchain, or C that was written for one stage."""


@dataclass(frozen=True)
class BlockCode:
    """The call of a block from C.

    The function's parameters are, in this order: a pointer for each input and each output (of the element's C type;
    utf8 is `struct rune_text`); `void *state` if there is state, `void *scratch` if there is scratch,
    a `const struct rune_text *` for each of `texts` (what the host gave, bytes of any kind), a `const void *` for
    each constant, and each number as a literal (an `int` as int32_t or, beyond it, int64_t; a
    `float` as double; a `Count` as int32_t).
    Behind the pointer to a tensor whose sizes the run decides stands one to these sizes, an `int32_t` for each such
    axis: `const` for an input of a block that takes pointers, to be written for an output without `sizes_of`. Behind
    that to an output with `text_memory` stands a `char *` to this memory.
    The function returns nothing, or with a `pace` an `int32_t`: not 0 where the outputs are there, 0 where there is
    nothing to go on with in this run. What cannot go on calls `rune_fail` (c_library/common/rune.h) and, as that may
    return, ends without harm.
    State is zero when the rune starts and kept between runs, and a reset makes it zero again; scratch is valid during
    the call. Both, and constants, are aligned to 8 bytes or more.
    """

    function: str
    texts: tuple[HostText, ...] = ()
    constants: tuple[bytes, ...] = ()
    numbers: tuple[int | float | Count, ...] = ()
    state_size: int = 0
    scratch_size: int = 0
    pace: BlockPace | None = None
    """The runs in which a block has output, where a run may end with it for all that reads from it. In the others,
    what depends on it is not done."""
    header: GeneratedHeader | None = None
    """The C, of a block that has none in a file."""


Arguments = Mapping[str, ArgumentValue | HostText]
"""A block's arguments, complete. Only a LONG_TEXT can be a `HostText`; a block that needs it at build refuses it."""


def integer(arguments: Arguments, name: str) -> int:
    """The argument of kind INTEGER called `name`."""
    value = arguments[name]
    assert not isinstance(value, HostText)  # noqa: S101 - the kind says so
    return int(value)


def real(arguments: Arguments, name: str) -> float:
    """The argument of kind FLOAT called `name`."""
    value = arguments[name]
    assert not isinstance(value, HostText)  # noqa: S101 - the kind says so
    return float(value)


def text(arguments: Arguments, name: str) -> str:
    """The argument of kind TEXT called `name`."""
    value = arguments[name]
    assert not isinstance(value, HostText)  # noqa: S101 - the kind says so
    return str(value)


@dataclass(frozen=True)
class Block:
    """One entry of the catalogue, or a block of a project's own. `header` is the file in the block's own folder that
    holds its C; None where its `code` brings it, as that of a block with a `source` in Python does."""

    name: str
    summary: str
    header: Path | None
    arguments: tuple[Argument, ...]
    outputs: Callable[[tuple[TensorType, ...], Arguments], tuple[BlockOutput, ...]]
    """Returns the outputs for these inputs. Raises `BlockError`."""
    code: Callable[[tuple[TensorType, ...], Arguments], BlockCode]
    """The call for inputs that `outputs` accepted. Raises `BlockError` for an argument that only now proves wrong."""
    element: Callable[[tuple[TensorType, ...], Arguments], Callable[[float], float] | None] | None = None
    """The function of one element of an elementwise block that cannot fail, the same as in C to the last bit, for
    inputs that `outputs` accepted; None where it has none. Anvil joins it with elementwise ops beside it."""
    aliases: tuple[str, ...] = field(default=())
    """Other crate names under which old Runefiles know it."""
    run_time_sizes: RunTimeSizes = RunTimeSizes.REFUSED
    """True if it takes inputs whose sizes each run decides."""
    state: Callable[[tuple[TensorType, ...], Arguments], tuple[BlockState, ...]] | None = None
    """The state of a block that remembers, for inputs that `outputs` accepted: all that the C keeps and that is not
    made of the arguments alone."""
    pace: Callable[[tuple[TensorType, ...], Arguments], BlockPace] | None = None
    """The runs in which a block that reads a stream has output, for inputs that `outputs` accepted; its input must
    come without gaps and without overlap. Its C has the same."""
    stream_argument: str | None = None
    """The argument that is 1 where the input is a stream, of a block that has something to go on with in each run."""
    sound_rate: int | None = None
    """Samples a second of the sound that its arithmetic is made for; None where the rate makes no difference."""
    rate_argument: str | None = None
    """The argument that says the rate in place of `sound_rate`, where the block computes for any."""
    output_rate_argument: str | None = None
    """The argument that says the rate of the sound that comes out, where the block changes it."""
    effects: tuple[Effect, ...] = ()
    """The meaning of each output's numbers; further outputs are as the last of these. Empty where it is unknown."""
    expected_meaning: Callable[[tuple[TensorType, ...], Arguments], ExpectedMeaning] | None = None
    """The expected meaning of the inputs, where it is declared: another meaning is a mistake in the pipeline."""
    category: Category = Category.OTHER
    page: str = ""
    """The block's page, of a block without a folder of its own."""
    source: Path | None = None
    """The file in the block's own folder that is the block, of one that is written in Python."""

    def outputs_for(self, inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
        """Returns the outputs for these inputs. Raises `BlockError`; `RunTimeInput` for sizes that it refuses."""
        if self.run_time_sizes is RunTimeSizes.REFUSED:
            for index, type_ in enumerate(inputs):
                if not type_.is_fixed:
                    raise RunTimeInput(
                        f"{self.name} takes a fixed number of elements and not {type_}", input_index=index
                    )
        return self.outputs(inputs, arguments)

    def states_for(self, inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
        """Returns the states between runs, for inputs that `outputs` accepted."""
        return () if self.state is None else self.state(inputs, arguments)

    def meanings(
        self, input_meanings: tuple[Meaning, ...], inputs: tuple[TensorType, ...], arguments: Arguments, count: int
    ) -> tuple[Meaning, ...]:
        """Returns the meaning of the numbers of its `count` outputs, for inputs that `outputs` accepted."""
        if not self.effects or not inputs:
            return (UNKNOWN,) * count
        facts = InputFacts(common_meaning(input_meanings), inputs[0], arguments)
        return tuple(self.effects[min(index, len(self.effects) - 1)].of(facts) for index in range(count))

    @property
    def c_file(self) -> Path:
        """The file of its C, in its own folder. Raises `ValueError` for a block that has none."""
        if self.header is None:
            raise ValueError(f"{self.name} has no C in a file")
        return self.header

    @property
    def folder(self) -> Path:
        """The folder of a catalogue's block. Raises `ValueError` for a block that has none."""
        file = self.header or self.source
        if file is None:
            raise ValueError(f"{self.name} has no folder")
        return file.parent

    @property
    def documentation(self) -> str:
        """The block's page, Markdown."""
        if self.header is None and self.source is None:
            return self.page
        return (self.folder / "README.md").read_text(encoding="utf-8")
