"""A program: what a pipeline does, as buffers and steps over them. Made by `lower`.

Nothing in it that comes from a user is code: names serve reports only, and texts are bytes of constants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from rune.abi import Capability, ModelFormat, Output
from rune.compiler.anvil.proven_scale import Proof
from rune.compiler.blocks.signature import Header, Pace
from rune.tensor import TensorType


class Lifetime(Enum):
    """How long the bytes of a buffer are needed."""

    RUN = "run"
    """From the first step of a run that touches it to the last."""
    KEPT = "kept"
    """From one run to the next. What it holds at first is the buffer's `initial`."""


@dataclass(frozen=True)
class Constant:
    """Bytes that do not change, in the blob of their part of the program."""

    data: bytes
    part: int


@dataclass(frozen=True)
class BufferPlace:
    """So many bytes behind the start of a buffer."""

    index: int
    offset: int = 0


@dataclass(frozen=True)
class ConstantPlace:
    """The start of a constant."""

    index: int


@dataclass(frozen=True)
class Buffer:
    """Room for `size` bytes, known by its index in the program. `name` is for people."""

    name: str
    size: int
    lifetime: Lifetime = Lifetime.RUN
    initial: ConstantPlace | None = None
    """Of one that is kept: what it holds when the rune starts; zeros without one."""
    is_whole: bool = True
    """Whether all its bytes are the same wherever the program ran: not where a run decides how many are written, nor of
    texts, which are pointers."""


@dataclass(frozen=True)
class ModelPlace:
    """The start of a model that the rune carries for its host."""

    index: int


@dataclass(frozen=True)
class ResourcePlace:
    """What a resource of the host holds, known by its index in `Program.resources`."""

    index: int


Place = BufferPlace | ConstantPlace | ModelPlace


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies and what it is. Tensors of different dimensions may share a place (RESHAPE)."""

    place: Place
    type: TensorType
    text_bound: int = 0
    """utf8 only: the most bytes of one element as a JSON string."""
    sizes: Place | None = None
    """Where each run decides sizes: they lie there, `int32_t` for each such axis."""
    points_into: tuple[Place, ...] = ()
    """utf8 only: what its texts may be slices of."""

    def places(self) -> Iterator[Place]:
        """All that must hold its bytes when the tensor is read."""
        yield self.place
        yield from () if self.sizes is None else (self.sizes,)
        yield from self.points_into


@dataclass(frozen=True)
class ElementCount:
    """An argument or a number in a target's own text: how many elements a tensor has in this run, as int32_t."""

    sizes: Place
    axes: int
    factor: int
    """The product of the sizes that no run decides."""

    @staticmethod
    def of(tensor: Tensor) -> ElementCount | None:
        """Of one whose sizes each run decides; None for any other."""
        if tensor.sizes is None:
            return None
        return ElementCount(tensor.sizes, len(tensor.type.run_time), tensor.type.fixed_count)


@dataclass(frozen=True)
class Row:
    """So many bytes further for each row that a stage of `Rows` has made: `stage` is its number there."""

    stage: int
    size: int


@dataclass(frozen=True)
class Pointer:
    """An argument: a place as a pointer to the C type `element`; of a tensor that is made row by row, a row of it."""

    place: Place
    element: str
    writes: bool = False
    row: Row | None = None


@dataclass(frozen=True)
class Number:
    """An argument: an `int` as int32_t or, beyond it, int64_t; a `float` as double."""

    value: int | float


@dataclass(frozen=True)
class Structure:
    """An argument: a pointer to a constant structure of numbers, lists of numbers and pointers to constants."""

    type: str
    fields: tuple[tuple[str, int | float | tuple[int, ...] | Pointer | None], ...]


Argument = Pointer | Number | ElementCount | Structure | ResourcePlace
"""A `ResourcePlace` is a pointer to a `struct rune_text`."""


@dataclass(frozen=True)
class ReadCapability:
    """Asks the host to fill a tensor."""

    capability: int
    tensor: Tensor


@dataclass(frozen=True)
class Call:
    """Calls a function of a header that we wrote: a proc-block or an op of a model."""

    stage: str
    header: Header
    function: str
    arguments: tuple[Argument, ...]
    part: int = 0
    proof: Proof | None = field(default=None, compare=False)
    """Where an op is computed in another way than in the reference: that its constants give the same."""
    gate: int | None = None
    """Of a block that may wait: the gate that it opens in each run in which it has something to go on with."""
    beside: tuple[Place, ...] = ()
    """What it reads beside its arguments: what texts among them are slices of."""

    def places(self) -> Iterator[tuple[Place, bool]]:
        """Every place that the call touches, and whether it writes there."""
        for argument in self.arguments:
            if isinstance(argument, Pointer):
                yield argument.place, argument.writes
            elif isinstance(argument, ElementCount):
                yield argument.sizes, False
        for place in self.beside:
            yield place, False


@dataclass(frozen=True)
class RowWindow:
    """The rows of a tensor that are there at one time: `height` of them, the newest last, each of `row_size` bytes.

    Before the first of its `rows` come `before` rows of the byte `padding`, and behind its last as many as are needed.
    Its reader's next row needs the window moved by `step` rows.
    """

    place: BufferPlace
    row_size: int
    height: int
    step: int
    before: int
    rows: int
    padding: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.height * self.row_size

    @property
    def newest(self) -> BufferPlace:
        """Where the last row lies."""
        return BufferPlace(self.place.index, self.place.offset + self.size - self.row_size)


@dataclass(frozen=True)
class RowStage:
    """Makes each of the `rows` of a tensor by `calls`, when the rows that it needs are in its window. The stage before
    brings them there. The first stage's are copied from the source; without a window it reads that itself."""

    calls: tuple[Call, ...]
    rows: int
    window: RowWindow | None

    @property
    def meets_padding(self) -> bool:
        """Whether its window is ever beside the tensor."""
        window = self.window
        return window is not None and not (
            window.before == 0 and (self.rows - 1) * window.step + window.height <= window.rows
        )


@dataclass(frozen=True)
class Rows:
    """Stages that make a tensor from `source`, row by row, so that no tensor between them is whole."""

    source: Place
    stages: tuple[RowStage, ...]


@dataclass(frozen=True)
class SendOutput:
    """Gives tensors to the host through an output."""

    output: int
    tensors: tuple[Tensor, ...]
    message: int
    """Index of the message's own memory in `Program.messages`."""


@dataclass(frozen=True)
class Infer:
    """Has the host run a model, known by its index in `Program.models`."""

    model: int
    inputs: tuple[Place, ...]
    outputs: tuple[Place, ...]


@dataclass(frozen=True)
class Mark:
    """Tells the host that a stage has ended; an empty name says that the first of them begins."""

    stage: str


Step = ReadCapability | Call | Rows | Infer | SendOutput | Mark


def calls(step: Step) -> tuple[Call, ...]:
    """The calls that a step makes, each once, in the order of what they make."""
    match step:
        case Call():
            return (step,)
        case Rows():
            return tuple(call for stage in step.stages for call in stage.calls)
        case _:
            return ()


@dataclass(frozen=True)
class CapabilityRequest:
    """What the rune asks for when it starts; parameters in the order in which they are sent. `name` is its stage's."""

    name: str
    kind: Capability
    parameters: tuple[tuple[str, int | float], ...]
    type: TensorType


@dataclass(frozen=True)
class OutputRequest:
    """An output that the rune asks for when it starts. `name` is its stage's; a watched wire's, that of the stage from
    which it comes."""

    name: str
    kind: Output


@dataclass(frozen=True)
class HostResource:
    """A resource that the rune reads from its host when it starts, into `buffer`: `capacity` bytes and one more.

    Where the host does not have it, the `default_size` bytes at `default` are used, if there are any.
    """

    name: str
    buffer: BufferPlace
    capacity: int
    default: ConstantPlace | ModelPlace | None
    default_size: int


@dataclass(frozen=True)
class HostModel:
    """A model that the host runs, which the rune hands over when it starts."""

    format: ModelFormat
    source: ModelPlace | ResourcePlace
    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]


@dataclass(frozen=True)
class Message:
    """The memory in which one output's message is put together: its proven bound in bytes."""

    kind: Output
    size: int


@dataclass(frozen=True)
class Program:
    """All that a rune does, in the kernels of one target; memory apart.

    Its parts are compiled one by one: part 0 is the pipeline with its proc-blocks, the others are models. So a model
    that did not change need not be compiled again.
    """

    buffers: tuple[Buffer, ...]
    constants: tuple[Constant, ...]
    capabilities: tuple[CapabilityRequest, ...]
    outputs: tuple[OutputRequest, ...]
    messages: tuple[Message, ...]
    steps: tuple[Step, ...]
    parts: int = 1
    models: tuple[HostModel, ...] = ()
    resources: tuple[HostResource, ...] = ()
    """Those of proc-blocks come before those that hold models."""
    gates: tuple[Pace, ...] = ()
    """In which runs each gate is open."""
    needs: tuple[tuple[int, ...], ...] = ()
    """For each step the gates that must be open, or it is not done in this run; empty where there are no gates."""
    embedded: tuple[bytes, ...] = ()
    """The models that the rune carries for its host, each once; `ModelPlace` counts them."""

    @property
    def whole_runs(self) -> int:
        """How many runs it takes until each step was done in a run that was not the first."""
        return max((max(pace.first, 1 + pace.every) for pace in self.gates), default=2)

    def needed(self, step: int) -> tuple[int, ...]:
        """The gates that must be open for a step."""
        return self.needs[step] if self.needs else ()
