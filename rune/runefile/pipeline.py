"""A checked pipeline: a typed graph that can be compiled. Made by `rune.runefile.check`, read by Anvil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rune.abi import Capability, Output
from rune.blocks.signature import ArgumentValue, Block, BlockOutput
from rune.tensor import TensorType


@dataclass(frozen=True)
class Port:
    """One output of a stage, by number from 0."""

    stage: str
    index: int


@dataclass(frozen=True)
class CapabilityStage:
    """Reads from the host. Parameters are in the order in which the rune sends them."""

    name: str
    kind: Capability
    parameters: tuple[tuple[str, int | float], ...]
    output: TensorType


@dataclass(frozen=True)
class BlockStage:
    """Runs a proc-block. `path` is the text of the Runefile; arguments are complete, defaults included."""

    name: str
    path: str
    block: Block
    arguments: Mapping[str, ArgumentValue]
    inputs: tuple[Port, ...]
    outputs: tuple[BlockOutput, ...]


@dataclass(frozen=True)
class ModelStage:
    """Runs a model. The types are those of the model file, which the Runefile was checked against."""

    name: str
    file: str
    inputs: tuple[Port, ...]
    input_types: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]


@dataclass(frozen=True)
class OutputStage:
    """Sends tensors to the host."""

    name: str
    kind: Output
    inputs: tuple[Port, ...]


Stage = CapabilityStage | BlockStage | ModelStage | OutputStage


@dataclass(frozen=True)
class Resource:
    """A named text or file of the Runefile; exactly one of `inline` and `path` is set."""

    name: str
    inline: str | None
    path: str | None
    is_binary: bool


@dataclass(frozen=True)
class Pipeline:
    """All stages, each after those that it reads from; stages that do not wait for each other in the text's order."""

    stages: tuple[Stage, ...]
    resources: tuple[Resource, ...]

    def type_of(self, port: Port) -> TensorType:
        """What flows out of a port."""
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
