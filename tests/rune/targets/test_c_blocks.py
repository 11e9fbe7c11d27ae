"""Every proc-block in C, compiled by a compiler that fuses: on its golden vectors it gives the bytes of wasm32."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import pytest

from rune.abi import Capability, Output
from rune.blocks.catalogue import CATALOGUE
from rune.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Pipeline, Port, Stage
from rune.tensor import ElementType
from tests.rune.anvil.pipelines import loaded, module_of
from tests.rune.blocks.block_module import Vector, packed, vectors_of
from tests.rune.targets.c_programs import CFolder, said, sources_of

VECTORS = [vector for block in CATALOGUE.values() for vector in vectors_of(block) if vector.fails is None]
ONE_OF_EACH = list({vector.code.function: vector for vector in reversed(VECTORS)}.values())[::-1]
"""The first vector of each function."""


def stages_of(number: int, vector: Vector) -> list[Stage]:
    """The inputs of a vector, its block, and an output for each tensor that the block makes."""
    name = f"block_{number}"
    inputs = [CapabilityStage(f"{name}_in_{i}", Capability.RAW, (), kind) for i, kind in enumerate(vector.types)]
    ports = tuple(Port(stage.name, 0) for stage in inputs)
    made = vector.block.outputs(vector.types, vector.arguments)
    block = BlockStage(name, vector.block.name, vector.block, vector.arguments, ports, made)
    outputs = [
        OutputStage(f"{name}_out_{i}", _kind(output.type.element), (Port(name, i),)) for i, output in enumerate(made)
    ]
    return [*inputs, block, *outputs]


def _kind(element: ElementType) -> Output:
    return Output.SERIAL if element is ElementType.UTF8 else Output.TENSOR


def test_every_function_of_a_block_gives_the_bytes_of_wasm32(tmp_path: Path) -> None:
    assert {vector.block.name for vector in ONE_OF_EACH} == set(CATALOGUE)
    _gives_the_bytes_of_wasm32(ONE_OF_EACH, tmp_path)


@pytest.mark.proof
def test_every_vector_of_a_block_gives_the_bytes_of_wasm32(tmp_path: Path) -> None:
    _gives_the_bytes_of_wasm32(VECTORS, tmp_path)


def _gives_the_bytes_of_wasm32(vectors: Sequence[Vector], tmp_path: Path) -> None:
    pipeline = Pipeline(tuple(stage for number, each in enumerate(vectors) for stage in stages_of(number, each)), ())
    frame = [packed(kind.element, elements) for vector in vectors for kind, elements in vector.inputs]
    expected = said(loaded(module_of(pipeline)), [frame, frame])
    assert len(expected) > struct.calcsize("1960I")
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "blocks"))
    for flags in (["-O2", "-march=native", "-ffp-contract=fast"], ["-O1", "-fsanitize=address,undefined"]):
        assert folder.outputs([frame, frame], flags) == expected
