"""What a certificate says of a model's layers: their constants as they stand in the rune, and the proofs of them."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import Mask
from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.ops.add import AddInt8
from rune.compiler.anvil.ops.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.ops.fully_connected import FullyConnectedInt8
from rune.compiler.anvil.ops.rescaling import sum_bounds
from rune.compiler.anvil.passes.dead_channels import narrowed
from rune.compiler.anvil.passes.optimise import optimise
from rune.compiler.anvil.plain_model import plain_model
from rune.compiler.anvil.program import ConstantPlace, KernelInvocation, Number, Pointer, Program, Structure, calls
from rune.compiler.anvil.proven_scale import Proof
from rune.compiler.anvil.rows import RowByRow
from rune.compiler.anvil.select import select
from rune.compiler.anvil.target import Target
from rune.compiler.anvil.thresholds import RoundedOnce, Thresholds, thresholds_of
from rune.compiler.kernels.relaxed import RELAXED
from rune.compiler.verify.certificate_json import CertifiedLayerJson, ProofJson
from rune.model.tflite import Model

LAYERS = (Conv2DInt8, DepthwiseConv2DInt8, FullyConnectedInt8, AddInt8)
ROUNDINGS = {
    frozenset({"scale", "offset"}): "single",
    frozenset({"scale", "offset", "exceptions", "steps"}): "single",
    frozenset({"multiplier", "factor"}): "twice",
    frozenset({"multiplier", "factor", "left"}): "twice",
    frozenset({"mantissa", "exponent"}): "twice",
    frozenset({"mantissa", "shift"}): "once",
    frozenset({"scale"}): "nearest",
}
"""How sums are rounded, by which arrays a kernel's structure has."""


@dataclass(frozen=True)
class _Place:
    """Of an op of a model: its stage, its name in the file, and the number of its output's tensor there."""

    stage: str
    op: str
    tensor: int


def certified_layers(graph: Graph, target: Target, models: Mapping[str, Model]) -> Iterator[CertifiedLayerJson]:
    """Of a graph that was read of a pipeline, whose compiled `models` are known by their files."""
    masks: Mapping[int, Mask] = {}
    before, places = graph, _places(graph, models)
    outputs = {node.name: node.outputs[0] for node in graph.nodes if node.outputs}
    optimised = optimise(graph, target.passes)
    for applied in optimised.applied:
        if applied.name == "dead channels":
            masks = narrowed(before)[1]
        before = applied.graph
    program = select(optimised.graph, target)
    works = dict(_works(optimised.graph))
    for call in (each for step in program.steps for each in calls(step)):
        work = works.get(call.stage)
        if isinstance(work, LAYERS) and call.stage in places:
            yield _layer(places[call.stage], program, call, work, masks.get(outputs[call.stage]))


def _works(graph: Graph) -> Iterator[tuple[str, Computation]]:
    """What each node computes, and each stage of those that work row by row, by name."""
    for node in graph.nodes:
        if isinstance(node.work, RowByRow):
            yield from ((stage.name, stage.work.computation) for stage in node.work.stages)
        elif isinstance(node.work, Computation):
            yield node.name, node.work


def _places(graph: Graph, models: Mapping[str, Model]) -> Mapping[str, _Place]:
    """By the names of nodes. Ops of graphs that a model calls have no tensor of its own."""
    places = {}
    for compiled in graph.models:
        model = models[compiled.file]
        for number, operator in enumerate(plain_model(model).operators):
            if operator.outputs and operator.outputs[0] < len(model.tensors):
                name = f"{compiled.stage} {operator.op} {number}"
                places[name] = _Place(compiled.stage, operator.op, operator.outputs[0])
    return places


def _layer(place: _Place, program: Program, call: KernelInvocation, work: Any, keep: Mask | None) -> CertifiedLayerJson:
    rounding, constants, proof = _of_two(program, call) if isinstance(work, AddInt8) else _of_sums(program, call, work)
    is_counted = call.function.startswith(f"rune_{RELAXED.name}_") and rounding != "terms"
    return {
        "stage": place.stage,
        "tensor": place.tensor,
        "op": place.op,
        "outputs": None if keep is None else integers(np.flatnonzero(keep)),
        "counted_from": -128 if is_counted else 0,
        "rounding": rounding,
        "constants": {name: text(data) for name, data in constants.items()},
        "proof": proof,
    }


def _of_two(program: Program, call: KernelInvocation) -> tuple[str, dict[str, bytes], None]:
    """Of ADD and SUB: what each byte adds, or the numbers of a formula."""
    terms = _pointers(program, call)
    if terms:
        return "terms", dict(zip(("left_terms", "right_terms"), terms, strict=True)), None
    numbers = [each.value for each in call.arguments if isinstance(each, Number)]
    factors = zip(("left", "right", "offset"), numbers[1:4], strict=True)
    return "pairs", {name: struct.pack("<f", value) for name, value in factors}, None


def _of_sums(program: Program, call: KernelInvocation, work: Any) -> tuple[str, dict[str, bytes], ProofJson | None]:
    """Of a convolution or a fully connected layer."""
    (structure,) = (each for each in call.arguments if isinstance(each, Structure) and "requantize" in each.type)
    constants = {name: data for name, value in structure.fields if (data := _data(program, value)) is not None}
    rounding = ROUNDINGS[frozenset(constants)]
    (constants["bias"],) = _pointers(program, call)
    if call.proof is not None:
        return rounding, constants, _proof(call.proof)
    return rounding, constants, _proof_of_once(work) if rounding == "once" else None


def _pointers(program: Program, call: KernelInvocation) -> list[bytes]:
    """The arrays of int32_t that a call is given."""
    pointers = (each for each in call.arguments if isinstance(each, Pointer) and each.element == "int32_t")
    return [data for each in pointers if (data := _data(program, each)) is not None]


def _data(program: Program, value: object) -> bytes | None:
    """The constant that a pointer is to."""
    if isinstance(value, Pointer) and isinstance(value.place, ConstantPlace):
        return program.constants[value.place.index].data
    return None


def _proof(proof: Proof) -> ProofJson:
    scale = proof.scale
    return {
        "centre": scale.centre,
        "signed": scale.signed,
        "move": integers(proof.moves),
        "least": integers(proof.least),
        "greatest": integers(proof.greatest),
        "numbers": integers(proof.numbers),
        "thresholds": _packed(proof.thresholds),
    }


def _proof_of_once(work: FullyConnectedInt8) -> ProofJson:
    """The integers of a fully connected layer are proven where they are found; this is how anyone can see it."""
    bounds = sum_bounds(work.weights, work.bias, work.input_zero_point)
    channels = RoundedOnce(np.array(work.scales), bounds.least, bounds.greatest)
    limits = (work.output.minimum - work.output.zero_point, work.output.maximum - work.output.zero_point)
    ends = channels.exact(np.stack([bounds.least, bounds.greatest], axis=1), *limits)
    live = np.flatnonzero(ends[:, 0] != ends[:, 1])
    return {
        "centre": 0,
        "signed": False,
        "move": integers(np.zeros(len(bounds.least))),
        "least": integers(bounds.least),
        "greatest": integers(bounds.greatest),
        "numbers": integers(live),
        "thresholds": _packed(thresholds_of(channels[live], *limits)),
    }


def _packed(thresholds: Thresholds) -> str:
    """What each of a channel's thresholds adds to the one before: nearly the same each time, so it packs at once."""
    return text(zlib.compress(np.diff(thresholds.sums.astype("<i8"), axis=1, prepend=0).tobytes(), 1))


def integers(values: NDArray[Any]) -> str:
    """As base64 of 64-bit integers."""
    return text(np.asarray(values).astype("<i8").tobytes())


def text(data: bytes) -> str:
    """As base64."""
    return base64.b64encode(data).decode("ascii")
