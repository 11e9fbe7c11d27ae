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


@dataclass(frozen=True)
class Argument:
    """One argument of a block; without a default it must be given. Limits are inclusive."""

    name: str
    kind: ArgumentKind
    help: str
    default: ArgumentValue | None = None
    minimum: float | None = None
    maximum: float | None = None


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
    header: GeneratedHeader | None = None
    """The C, of a block that has none in a file."""


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


@dataclass(frozen=True)
class Block:
    """One entry of the catalogue, or a block of a project's own. `header` is the file in the block's own folder that
    holds its C; None where its `code` brings it."""

    name: str
    summary: str
    header: Path | None
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

    page: str = ""
    """The block's page, of a block without a header."""

    @property
    def documentation(self) -> str:
        """The block's page, Markdown."""
        if self.header is None:
            return self.page
        return (self.header.parent / "README.md").read_text(encoding="utf-8")
