"""Small models of rows and slices that are looked up, pixels that are dealt out, and angles, for `make_models.py`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.further_models import arg
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Model = Callable[[Layers], list[ModelValue]]

_SOME_OF_UINT8 = ("space_to_batch_nd:padded", "batch_to_space_nd:cropped", "gather_nd:rows", "embedding_lookup:plain")
"""Models that uint8 has too: it is int8 with flipped bits."""


def lookup_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("uint8", "u8")):
        for name, model in _of_all_kinds(kind):
            operator, _, detail = name.partition(":")
            if kind != "uint8" or name in _SOME_OF_UINT8:
                yield f"{operator}_{short}_{detail}", model
    for kind, short in (("float32", "f32"), ("int8", "i8")):
        yield f"dynamic_update_slice_{short}_constant_start", _updated(kind, (3, 4, 5), (2, 4, 3), (1, 0, 2))
        yield f"dynamic_update_slice_{short}_beyond", _updated(kind, (5, 6), (2, 4), (-3, 9))
        yield f"dynamic_update_slice_{short}_while_it_runs", _updated(kind, (4, 5, 2), (1, 2, 2))
    yield "embedding_lookup_hybrid_per_tensor", lambda g: [embedding_lookup(g, hybrid_table(g, (7, 5)), _rows(g))]
    yield "embedding_lookup_hybrid_per_row", lambda g: [embedding_lookup(g, hybrid_table(g, (7, 2, 3), 7), _rows(g))]
    for op in ("SIN", "COS"):
        yield f"{op.lower()}_f32_plain", lambda g, op=op: [g.unary(op, g.input((1, 99), "float32"))]  # type: ignore[misc]
        yield f"{op.lower()}_f32_far", lambda g, op=op: [g.unary(op, _far(g))]  # type: ignore[misc]


def _of_all_kinds(kind: str) -> Iterator[tuple[str, Model]]:
    def dealt(shape: tuple[int, ...], blocks: Sequence[int], pads: Sequence[Sequence[int]]) -> Model:
        return lambda g: [space_to_batch(g, g.input(shape, kind), blocks, pads)]

    def gathered(shape: tuple[int, ...], crops: Sequence[Sequence[int]], blocks: Sequence[int]) -> Model:
        return lambda g: [batch_to_space(g, g.input(shape, kind), blocks, crops)]

    yield "space_to_batch_nd:plain", dealt((1, 4, 6, 3), (2, 3), ((0, 0), (0, 0)))
    yield "space_to_batch_nd:padded", dealt((2, 3, 4, 2), (2, 3), ((0, 1), (2, 3)))
    yield "space_to_batch_nd:rows", dealt((2, 5, 3), (4,), ((1, 2),))
    yield "batch_to_space_nd:plain", gathered((12, 2, 1, 3), ((0, 0), (0, 0)), (2, 3))
    yield "batch_to_space_nd:cropped", gathered((8, 3, 2, 2), ((1, 0), (2, 1)), (2, 2))
    yield "batch_to_space_nd:rows", gathered((6, 2, 3), ((1, 2),), (3,))
    yield "chain:dilated_by_blocks", _dilated(kind)
    yield "gather_nd:rows", _picked(kind, (3, 4, 5), 1)
    yield "gather_nd:numbers", _picked(kind, (3, 4), 2)
    yield "gather_nd:constant", lambda g: [gather_nd(g, g.input((3, 4, 2), kind), _constant_places(g))]
    yield "embedding_lookup:plain", lambda g: [embedding_lookup(g, g.constant((7, 3), kind), _rows(g))]


def space_to_batch(g: Layers, source: ModelValue, blocks: Sequence[int], pads: Sequence[Sequence[int]]) -> ModelValue:
    sides = [(size + sum(pad)) // block for size, pad, block in zip(source.shape[1:-1], pads, blocks, strict=True)]
    shape = (source.shape[0] * math.prod(blocks), *sides, source.shape[-1])
    return g.move("SPACE_TO_BATCH_ND", source, shape, (blocks, pads), schema.SpaceToBatchNDOptionsT())


def batch_to_space(g: Layers, source: ModelValue, blocks: Sequence[int], crops: Sequence[Sequence[int]]) -> ModelValue:
    sides = [size * block - sum(crop) for size, crop, block in zip(source.shape[1:-1], crops, blocks, strict=True)]
    shape = (source.shape[0] // math.prod(blocks), *sides, source.shape[-1])
    return g.move("BATCH_TO_SPACE_ND", source, shape, (blocks, crops), schema.BatchToSpaceNDOptionsT())


def _dilated(kind: str) -> Model:
    """Returns a model as old converters write a convolution with holes."""

    def model(g: Layers) -> list[ModelValue]:
        batches = space_to_batch(g, g.input((1, 6, 7, 3), kind), (2, 2), ((2, 2), (2, 3)))
        return [batch_to_space(g, g.conv(batches, 4, padding="valid"), (2, 2), ((0, 0), (0, 1)))]

    return model


def gather_nd(g: Layers, source: ModelValue, indices: ModelValue) -> ModelValue:
    shape = (*indices.shape[:-1], *source.shape[indices.shape[-1] :])
    output = g.output(shape, source.kind, source.scale, source.zero_point)
    g.graph.operator("GATHER_ND", [source.index, indices.index], [output.index], schema.GatherNdOptionsT())
    return output


def places(g: Layers, numbers: Sequence[ModelValue]) -> ModelValue:
    """Indices [count, dimension], which are found while the model runs: of each tensor [count, size of the dimension]
    those of its greatest numbers."""
    positions = [arg(g, "ARG_MAX", each, -1) for each in numbers]
    options: Any = schema.PackOptionsT()
    options.axis, options.valuesCount = 1, len(positions)
    return g.join("PACK", positions, (positions[0].shape[0], len(positions)), options)


def _picked(kind: str, shape: tuple[int, ...], depth: int) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        source = g.input(shape, kind)
        sides = [g.input((2, size), "float32", name=f"numbers_{axis}") for axis, size in enumerate(shape[:depth])]
        return [gather_nd(g, source, places(g, sides))]

    return model


def _constant_places(g: Layers) -> ModelValue:
    return ModelValue(g.graph.constant("places", np.array([[[2, 3]], [[0, 1]]], np.int32)), (2, 1, 2), "int32")


def update(g: Layers, source: ModelValue, part: ModelValue, starts: ModelValue) -> ModelValue:
    """A tensor with a part of it replaced."""
    output = g.output(source.shape, source.kind, source.scale, source.zero_point)
    indices = [source.index, part.index, starts.index]
    g.graph.operator("DYNAMIC_UPDATE_SLICE", indices, [output.index], schema.DynamicUpdateSliceOptionsT())
    return output


def _updated(kind: str, shape: tuple[int, ...], part: tuple[int, ...], starts: tuple[int, ...] | None = None) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        source, other = g.input(shape, kind), g.input(part, kind, name="part")
        if starts is None:
            return [update(g, source, other, g.input((len(shape),), "int32", name="starts"))]
        constant = ModelValue(g.graph.constant("starts", np.array(starts, np.int32)), (len(shape),), "int32")
        return [update(g, source, other, constant)]

    return model


def _rows(g: Layers) -> ModelValue:
    return arg(g, "ARG_MAX", g.input((4, 7), "float32", name="numbers"), -1)


def hybrid_table(g: Layers, shape: tuple[int, ...], scales: int = 1) -> ModelValue:
    """A table of int8 that becomes floats, with one scale or one a row."""
    values = g.random.integers(-127, 128, shape, dtype=np.int8)
    steps = [0.0071 * (1 + 0.3 * row) for row in range(scales)]
    return ModelValue(g.graph.constant("table", values, steps), shape, "float32")


def embedding_lookup(g: Layers, table: ModelValue, rows: ModelValue) -> ModelValue:
    output = g.output((*rows.shape, *table.shape[1:]), table.kind, table.scale, table.zero_point)
    g.graph.operator("EMBEDDING_LOOKUP", [rows.index, table.index], [output.index], None, 3)
    return output


def _far(g: Layers) -> ModelValue:
    """Angles of all magnitudes, of both signs."""
    magnitudes = (10.0 ** g.random.uniform(-3, 37, (1, 199))).astype(np.float32)
    factors = ModelValue(g.graph.constant("magnitudes", magnitudes), magnitudes.shape, "float32")
    return g.add(g.input(factors.shape, "float32"), factors, op="MUL")
