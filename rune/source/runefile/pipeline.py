"""A checked pipeline: a typed graph that can be compiled. Made by `rune.source.runefile.check`, read by Anvil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rune.abi import ModelFormat, OutputKind
from rune.blocks.signature import Arguments, Block, BlockOutput, BlockState
from rune.capabilities import Capability
from rune.model.tflite import ModelTensor
from rune.port import Port
from rune.tensor import TensorType
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout


@dataclass(frozen=True)
class CapabilityStage:
    """Reads from the host. Parameters are in the order in which the rune sends them."""

    name: str
    kind: Capability
    parameters: tuple[tuple[str, int | float], ...]
    output: TensorType


@dataclass(frozen=True)
class BlockStage:
    """Runs a proc-block. `path` is the text of the Runefile; arguments are complete, defaults included.

    `resources` are the names of the resources that arguments came from, by argument; `state` is what it keeps from one
    run to the next.
    """

    name: str
    path: str
    block: Block
    arguments: Arguments
    inputs: tuple[Port, ...]
    outputs: tuple[BlockOutput, ...]
    resources: Mapping[str, str] = field(default_factory=dict)
    state: tuple[BlockState, ...] = ()

    @property
    def reads_stream(self) -> bool:
        """Whether its input must come without gaps and without overlap."""
        argument = self.block.stream_argument
        return self.block.pace is not None or (argument is not None and self.arguments[argument] == 1)


@dataclass(frozen=True)
class ModelStage:
    """Runs a model. The types are those of the model, which the Runefile was checked against, or else as declared.

    `file` is what the project has of it: a file, or a folder of another format than TensorFlow Lite; None when only the
    host has it. `resource` is the name that `model: $NAME` says. Whether the model is compiled or run by the host is
    decided by the build; what `is_hosted` is always run by the host.
    """

    name: str
    file: str | None
    resource: str | None
    format: ModelFormat
    inputs: tuple[Port, ...]
    input_types: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    capacity: int | None = None
    """Bytes kept for a model that the host gives when the rune starts; None when the rune has its model."""
    tensors: tuple[ModelTensor, ...] = ()
    """The outputs according to the model's file; empty where it could not be read."""
    input_tensors: tuple[ModelTensor, ...] = ()
    """The same of its inputs."""

    @property
    def is_hosted(self) -> bool:
        """Whether only the host can run it, whatever its operators are."""
        return self.format is not ModelFormat.TENSORFLOW_LITE or self.capacity is not None


@dataclass(frozen=True)
class OutputStage:
    """Sends tensors to the host."""

    name: str
    kind: OutputKind
    inputs: tuple[Port, ...]


Stage = CapabilityStage | BlockStage | ModelStage | OutputStage


@dataclass(frozen=True)
class Resource:
    """A named text or file of the Runefile; at most one of `inline` and `path` is set, which is its default.

    Without a default the host must give it. `path` may be a folder.
    """

    name: str
    inline: str | None
    path: str | None
    is_binary: bool


@dataclass(frozen=True)
class Watch:
    """The bins in which the rune counts its answers. `scores` is the tensor of scores, None without a classifier;
    `reference` are the counts of the project's test samples, None where nobody counted them, and `right` is how many of
    these answers are right, None where nobody knows."""

    layout: WatchLayout
    scores: Port | None
    reference: Counts | None = None
    right: int | None = None


@dataclass(frozen=True)
class Pipeline:
    """All stages, each after those that it reads from; stages that do not wait for each other in the text's order.
    `watch` is None where nothing is counted."""

    stages: tuple[Stage, ...]
    resources: tuple[Resource, ...]
    watch: Watch | None = None

    def type_of(self, port: Port) -> TensorType:
        """Returns the type of a port's output."""
        stage = next(stage for stage in self.stages if stage.name == port.stage)
        match stage:
            case CapabilityStage():
                return stage.output
            case BlockStage():
                return stage.outputs[port.index].type
            case ModelStage():
                return stage.outputs[port.index]
            case OutputStage():
                raise ValueError(f"{port.stage} is an output and gives nothing")
