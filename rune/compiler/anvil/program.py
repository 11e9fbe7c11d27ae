"""Programs: a pipeline as buffers and steps on them, created by `lower`.

Nothing from users becomes code: names are for reports, and texts are constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from rune.abi import ModelFormat, OutputKind
from rune.blocks.signature import BlockPace, Header
from rune.capabilities import Capability
from rune.compiler.anvil.requantisation.proven_scale import ScaleProof
from rune.tensor import TensorType


class Lifetime(Enum):
    """The time for which the contents of a buffer are needed."""

    RUN = "run"
    """The time from the first step of a run that uses it to the last."""
    PERSISTENT = "persistent"
    """All runs. The buffer keeps its contents between them; the first are `initial`."""
    BORROWED = "borrowed"
    """A run, in the memory of the program that runs the rune. The buffer is only read."""


@dataclass(frozen=True)
class ConstantData:
    """Constant bytes, in the blob of their part of the program."""

    data: bytes
    part: int


@dataclass(frozen=True)
class BufferPlace:
    """An offset in a buffer, in bytes."""

    index: int
    offset: int = 0


@dataclass(frozen=True)
class ConstantPlace:
    """The start of a constant."""

    index: int


@dataclass(frozen=True)
class Buffer:
    """A buffer of `size` bytes, identified by its index in the program. `name` is for people."""

    name: str
    size: int
    lifetime: Lifetime = Lifetime.RUN
    initial: ConstantPlace | None = None
    """The contents of a persistent buffer when the rune starts; zeros if it is None."""
    is_whole: bool = True
    """Whether its contents are the same on every machine. They are not if the run decides how many bytes are written,
    or for texts, which are pointers."""

    @property
    def room(self) -> int:
        """The bytes that it needs in the arena."""
        return 0 if self.lifetime is Lifetime.BORROWED else self.size


@dataclass(frozen=True)
class ModelPlace:
    """The start of a model that the rune contains for its host."""

    index: int


@dataclass(frozen=True)
class ResourcePlace:
    """The contents of a resource of the host, identified by its index in `Program.resources`."""

    index: int


Place = BufferPlace | ConstantPlace | ModelPlace


@dataclass(frozen=True)
class ProgramTensor:
    """The place and type of a tensor. Tensors with different dimensions can share a place (RESHAPE)."""

    place: Place
    type: TensorType
    text_bound: int = 0
    """The maximum size of one element as a JSON string, in bytes; only for utf8."""
    sizes: Place | None = None
    """The place of the sizes that are known only at run time, an `int32_t` for each such axis."""
    points_into: tuple[Place, ...] = ()
    """The places that the texts of a utf8 tensor can point into."""

    def places(self) -> Iterator[Place]:
        """Everything that must be in memory when the tensor is read."""
        yield self.place
        yield from () if self.sizes is None else (self.sizes,)
        yield from self.points_into


@dataclass(frozen=True)
class ElementCount:
    """An argument: the number of elements of a tensor in this run, as int32_t."""

    sizes: Place
    axes: int
    factor: int
    """The product of the sizes that are known at build time."""

    @staticmethod
    def of(tensor: ProgramTensor) -> ElementCount | None:
        """The number of elements of a tensor with run-time sizes; None for any other."""
        if tensor.sizes is None:
            return None
        return ElementCount(tensor.sizes, len(tensor.type.run_time), tensor.type.fixed_count)


@dataclass(frozen=True)
class Row:
    """An offset per row that stage number `stage` of a `RowLoop` has computed, in bytes."""

    stage: int
    size: int


@dataclass(frozen=True)
class Pointer:
    """An argument: a pointer to a place, with the C type `element`; for a tensor that is computed row by row, to a row
    of it."""

    place: Place
    element: str
    writes: bool = False
    row: Row | None = None


@dataclass(frozen=True)
class Number:
    """An argument: an `int` as int32_t or, if it is larger, int64_t; a `float` as double."""

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
    tensor: ProgramTensor


@dataclass(frozen=True)
class KernelInvocation:
    """A call of a function in one of our headers: a proc-block or an op of a model."""

    stage: str
    header: Header
    function: str
    arguments: tuple[Argument, ...]
    part: int = 0
    proof: ScaleProof | None = field(default=None, compare=False)
    """The proof that the constants give the reference's results, if the op is computed differently."""
    gate: int | None = None
    """The gate that a block which can wait opens in each run in which it has output."""
    beside: tuple[Place, ...] = ()
    """Memory that it reads besides its arguments: what their texts point into."""

    def places(self) -> Iterator[tuple[Place, bool]]:
        """Returns every place that the call uses, and whether it writes there."""
        for argument in self.arguments:
            if isinstance(argument, Pointer):
                yield argument.place, argument.writes
            elif isinstance(argument, ElementCount):
                yield argument.sizes, False
        for place in self.beside:
            yield place, False


@dataclass(frozen=True)
class RowWindow:
    """A window of rows of a tensor: the newest `height` rows, the newest last, each of `row_size` bytes.

    Before the first of its `rows` are `before` rows of the byte `padding`, and after its last as many as needed. The
    next row of its reader needs the window moved by `step` rows.
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
        """The place of the newest row."""
        return BufferPlace(self.place.index, self.place.offset + self.size - self.row_size)


@dataclass(frozen=True)
class RowStage:
    """A stage that computes each of the `rows` of a tensor with `calls`, once its window contains the input rows. The
    stage before fills the window. The first stage's rows are copied from the source; without a window it reads the
    source directly."""

    calls: tuple[KernelInvocation, ...]
    rows: int
    window: RowWindow | None

    @property
    def meets_padding(self) -> bool:
        """Whether its window ever overlaps the padding."""
        window = self.window
        return window is not None and not (
            window.before == 0 and (self.rows - 1) * window.step + window.height <= window.rows
        )


@dataclass(frozen=True)
class RowLoop:
    """A loop over stages that compute a tensor from `source` row by row, so that no tensor between them is whole."""

    source: Place
    stages: tuple[RowStage, ...]


@dataclass(frozen=True)
class SendOutput:
    """Sends tensors to the host through an output."""

    output: int
    tensors: tuple[ProgramTensor, ...]
    message: int
    """The index of the message in `Program.messages`."""


@dataclass(frozen=True)
class Infer:
    """Lets the host run a model, identified by its index in `Program.models`."""

    model: int
    inputs: tuple[Place, ...]
    outputs: tuple[Place, ...]


@dataclass(frozen=True)
class Mark:
    """Tells the host that a stage has ended; an empty name marks the start of the first stage."""

    stage: str


Step = ReadCapability | KernelInvocation | RowLoop | Infer | SendOutput | Mark


def calls(step: Step) -> tuple[KernelInvocation, ...]:
    """Returns the calls of a step, without duplicates, in order."""
    match step:
        case KernelInvocation():
            return (step,)
        case RowLoop():
            return tuple(call for stage in step.stages for call in stage.calls)
        case _:
            return ()


@dataclass(frozen=True)
class CapabilityRequest:
    """A capability that the rune requests when it starts, with its parameters in order. `name` is its stage's."""

    name: str
    kind: Capability
    parameters: tuple[tuple[str, int | float], ...]
    type: TensorType


@dataclass(frozen=True)
class OutputRequest:
    """An output that the rune requests when it starts. `name` is its stage's; for a watched connection, that of the
    stage that it comes from."""

    name: str
    kind: OutputKind


@dataclass(frozen=True)
class HostResource:
    """A resource that the rune reads from its host when it starts, into `buffer`: up to `capacity` bytes and one more.

    If the host does not have it, the `default_size` bytes at `default` are used, if there are any.
    """

    name: str
    buffer: BufferPlace
    capacity: int
    default: ConstantPlace | ModelPlace | None
    default_size: int


@dataclass(frozen=True)
class HostModel:
    """A model that the host runs. The rune passes it to the host when it starts."""

    format: ModelFormat
    source: ModelPlace | ResourcePlace
    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]


@dataclass(frozen=True)
class Message:
    """The memory for one output's message, of its proven maximum size in bytes."""

    kind: OutputKind
    size: int


@dataclass(frozen=True)
class Counters:
    """The counters of a rune, `count` of 32 bits each, and the number of the step that adds to them."""

    place: BufferPlace
    count: int
    step: int

    @property
    def size(self) -> int:
        """Bytes."""
        return 4 * self.count


@dataclass(frozen=True)
class Program:
    """A whole rune in the kernels of one target, without addresses.

    Its parts are compiled separately: part 0 is the pipeline with its proc-blocks, the others are models. So an
    unchanged model need not be compiled again.
    """

    buffers: tuple[Buffer, ...]
    constants: tuple[ConstantData, ...]
    capabilities: tuple[CapabilityRequest, ...]
    outputs: tuple[OutputRequest, ...]
    messages: tuple[Message, ...]
    steps: tuple[Step, ...]
    parts: int = 1
    models: tuple[HostModel, ...] = ()
    resources: tuple[HostResource, ...] = ()
    """The buffers; those of proc-blocks' states come before those that hold models."""
    gates: tuple[BlockPace, ...] = ()
    """The runs in which each gate is open."""
    needs: tuple[tuple[int, ...], ...] = ()
    """The gates that each step needs; it is skipped unless all are open. Empty if there are no gates."""
    embedded_models: tuple[bytes, ...] = ()
    """The models that the rune contains for its host, without duplicates; `ModelPlace` refers to them."""
    layers: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The layers of source models, by the names of the calls that compute them, in characters that may stand in C."""

    counters: Counters | None = None
    """The counters of the answers; None if nothing is counted."""

    @property
    def whole_runs(self) -> int:
        """The number of runs until each step has run at least once after the first run."""
        return max((max(pace.first, 1 + pace.every) for pace in self.gates), default=2)

    def needed_gates(self, step: int) -> tuple[int, ...]:
        """Returns the gates that a step needs."""
        return self.needs[step] if self.needs else ()
