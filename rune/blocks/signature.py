"""What a proc-block is: its arguments, what it makes of which tensors, and the C that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from rune.tensor import TensorType

ArgumentValue = int | float | str
"""The value of an argument after its type was checked."""


@dataclass(frozen=True)
class HostText:
    """A text that the host gives when the rune starts: at most `capacity` bytes. Without it the default is taken."""

    resource: str
    capacity: int
    default: str | None


class ArgumentKind(Enum):
    """How an argument's text is read."""

    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"
    LONG_TEXT = "long text"
    """Text that usually comes from a file, as a wordlist does, or from the host when the rune starts."""


class Category(Enum):
    """What a block is about: the palette and the reference group by it, in this order."""

    NUMBERS = "Numbers"
    SHAPES = "Shapes"
    IMAGES = "Images"
    SOUND = "Sound"
    MOTION = "Motion"
    SCORES = "Scores and labels"
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


class BlockError(Exception):
    """Inputs or arguments that a block cannot take. `argument` or `input_index` says which, where one is to blame."""

    def __init__(self, message: str, *, argument: str | None = None, input_index: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.argument = argument
        self.input_index = input_index


@dataclass(frozen=True)
class BlockOutput:
    """The tensor that a block makes. A block that decides the dimensions while it runs gives the largest.

    `text_bound` is for utf8: the most bytes that one element takes as a JSON string, quotes and escapes included.
    """

    type: TensorType
    text_bound: int = 0


@dataclass(frozen=True)
class BlockCode:
    """How a block is called from C.

    The function's parameters are, in this order: a pointer for each input and each output (of the element's C type;
    utf8 is `struct rune_text`), `void *state` if there is state, `void *scratch` if there is scratch,
    a `const struct rune_text *` for each of `texts` (what the host gave, bytes of any kind), a `const void *` for
    each constant, and each number as a literal (an `int` as int32_t or, beyond it, int64_t; a
    `float` as double). It returns nothing; what cannot go on calls `rune_fail` (kernels/common/rune.h) and, as that may
    return, ends without harm.
    State is zero when the rune starts and kept between runs; scratch is valid during the call. Both, and constants, are
    aligned to 8 bytes or more.
    """

    function: str
    texts: tuple[HostText, ...] = ()
    constants: tuple[bytes, ...] = ()
    numbers: tuple[int | float, ...] = ()
    state_size: int = 0
    scratch_size: int = 0


Arguments = Mapping[str, ArgumentValue | HostText]
"""A block's arguments, complete. Only a LONG_TEXT can be a `HostText`, and every block that has one takes it."""


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
    """One entry of the catalogue. `header` is the file in the block's own folder that holds its C."""

    name: str
    summary: str
    header: Path
    arguments: tuple[Argument, ...]
    outputs: Callable[[tuple[TensorType, ...], Arguments], tuple[BlockOutput, ...]]
    """What comes out for these inputs. Raises `BlockError`."""
    code: Callable[[tuple[TensorType, ...], Arguments], BlockCode]
    """The call for inputs that `outputs` accepted. Raises `BlockError` for an argument that only now proves wrong."""
    element: Callable[[tuple[TensorType, ...], Arguments], Callable[[float], float] | None] | None = None
    """For an elementwise block, which cannot fail: what its C makes of one element, to the last bit, for inputs that
    `outputs` accepted; None for those that it does not say it for. Anvil joins it with elementwise ops beside it."""
    aliases: tuple[str, ...] = field(default=())
    """Other crate names under which old Runefiles know it."""
    sound_rate: int | None = None
    """Samples a second of the sound that its arithmetic is made for; None where the rate makes no difference."""
    rate_argument: str | None = None
    """The argument that says the rate in place of `sound_rate`, where the block computes for any."""
    given_rate_argument: str | None = None
    """The argument that says the rate of the sound that comes out, where the block changes it."""
    category: Category = Category.OTHER

    @property
    def documentation(self) -> str:
        """The block's page, Markdown."""
        return (self.header.parent / "README.md").read_text(encoding="utf-8")
