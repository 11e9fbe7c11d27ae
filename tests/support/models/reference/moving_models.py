"""Models of one operator that moves, joins or resizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.elementwise_models import along_channels
from tests.support.models.reference.layer_models import Model
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue


def resizes_models(kind: str) -> Iterator[tuple[str, Model]]:
    def model(size: tuple[int, int], **options: bool) -> Model:
        return lambda g: [g.resize(g.input((1, 5, 4, 3), kind), size, **options)]

    yield "resize_bilinear:twice", model((10, 8))
    yield "resize_bilinear:half_pixels", model((10, 8), half=True)
    yield "resize_bilinear:corners", model((7, 9), align_corners=True)
    yield "resize_bilinear:smaller", model((2, 3), half=True)
    yield "resize_bilinear:one_pixel", model((1, 1))
    yield "resize_bilinear:batch_2", lambda g: [g.resize(g.input((2, 3, 2, 9), kind), (5, 7), half=True)]


def moves_models(kind: str) -> Iterator[tuple[str, Model]]:
    """Ops that move elements."""

    def model(
        op: str,
        shape: tuple[int, ...],
        result: tuple[int, ...],
        constants: Sequence[object] = (),
        options: object = None,
    ) -> Model:
        return lambda g: [g.move(op, g.input(shape, kind), result, constants, options)]

    def options_of(name: str, **fields: object) -> object:
        options = getattr(schema, f"{name}OptionsT")()
        for field, value in fields.items():
            setattr(options, field, value)
        return options

    def padded_with(g: Layers) -> list[ModelValue]:
        source = g.input((1, 2, 3, 2), kind)
        scales = (source.scale or 1.0, source.zero_point)
        return [
            g.move("PADV2", source, (1, 4, 3, 4), ([[0, 0], [2, 0], [0, 0], [1, 1]], g.constant((1,), kind, *scales)))
        ]

    yield "pad:image", model("PAD", (1, 3, 4, 2), (1, 6, 5, 2), ([[0, 0], [1, 2], [0, 1], [0, 0]],))
    yield "pad:rank_2", model("PAD", (2, 3), (4, 8), ([[1, 1], [0, 5]],))
    yield "padv2:plain", padded_with
    reflect, symmetric = (options_of("MirrorPad", mode=mode) for mode in (0, 1))
    yield (
        "mirror_pad:reflect",
        model("MIRROR_PAD", (1, 4, 3, 2), (1, 7, 5, 2), ([[0, 0], [3, 0], [1, 1], [0, 0]],), reflect),
    )
    yield "mirror_pad:symmetric", model("MIRROR_PAD", (2, 3), (4, 8), ([[1, 1], [2, 3]],), symmetric)
    yield "transpose:image", model("TRANSPOSE", (1, 3, 4, 5), (1, 5, 3, 4), ([0, 3, 1, 2],))
    yield "transpose:rank_2", model("TRANSPOSE", (3, 7), (7, 3), ([1, 0],))
    yield "slice:plain", model("SLICE", (1, 5, 4, 6), (1, 2, 4, 3), ([0, 2, 0, 1], [1, 2, -1, 3]))
    yield "slice:rows", model("SLICE", (5, 12), (2, 12), ([3, 0], [2, 12]))
    masks = options_of("StridedSlice", beginMask=2, endMask=4, shrinkAxisMask=1)
    yield "strided_slice:masks", model("STRIDED_SLICE", (3, 5, 6), (2, 3), ([1, 9, -5], [2, 4, 1], [1, 2, 2]), masks)
    backwards = options_of("StridedSlice", beginMask=2, endMask=2)
    yield "strided_slice:backwards", model("STRIDED_SLICE", (3, 5), (2, 5), ([-1, 0], [0, 0], [-1, -1]), backwards)
    yield "gather:columns", model("GATHER", (2, 5, 3), (2, 4, 3), ([4, 0, 0, 2],), options_of("Gather", axis=1))
    yield "reverse_v2:plain", model("REVERSE_V2", (2, 4, 3), (2, 4, 3), ([1],))
    yield "tile:plain", model("TILE", (2, 3), (4, 9), ([2, 3],))
    yield "broadcast_to:plain", model("BROADCAST_TO", (3, 1), (2, 3, 4), ([2, 3, 4],))
    block = options_of("SpaceToDepth", blockSize=2)
    yield "space_to_depth:plain", model("SPACE_TO_DEPTH", (1, 4, 6, 3), (1, 2, 3, 12), (), block)
    block = options_of("DepthToSpace", blockSize=2)
    yield "depth_to_space:plain", model("DEPTH_TO_SPACE", (1, 2, 3, 8), (1, 4, 6, 2), (), block)
    yield "expand_dims:plain", model("EXPAND_DIMS", (2, 3), (2, 1, 3), ([1],))
    yield "squeeze:plain", model("SQUEEZE", (1, 2, 1, 3), (2, 3), (), options_of("Squeeze", squeezeDims=[0, 2]))
    for detail, size, corners, half in (
        ("twice", (10, 8), False, False),
        ("half_pixels", (7, 9), False, True),
        ("corners", (9, 7), True, False),
    ):
        options = options_of("ResizeNearestNeighbor", alignCorners=corners, halfPixelCenters=half)
        yield (
            f"resize_nearest_neighbor:{detail}",
            model("RESIZE_NEAREST_NEIGHBOR", (1, 5, 4, 3), (1, *size, 3), (size,), options),
        )


def joins_models(kind: str) -> Iterator[tuple[str, Model]]:
    """Ops that make one tensor of several, or several of one."""

    def joined(op: str, shapes: tuple[tuple[int, ...], ...], result: tuple[int, ...], axis: int) -> Model:
        options = schema.ConcatenationOptionsT() if op == "CONCATENATION" else schema.PackOptionsT()
        options.axis, options.valuesCount = axis, len(shapes)
        return lambda g: [
            g.join(op, [g.input(shape, kind, name=f"input_{i}") for i, shape in enumerate(shapes)], result, options)
        ]

    def split(
        op: str, inputs: tuple[object, ...], shapes: tuple[tuple[int, ...], ...], options: object = None
    ) -> Model:
        return lambda g: g.split(op, g.input((1, 3, 6), kind), shapes, inputs, options)

    yield "concatenation:channels", joined("CONCATENATION", ((1, 3, 2), (1, 3, 5), (1, 3, 1)), (1, 3, 8), -1)
    yield "concatenation:rows", joined("CONCATENATION", ((2, 3), (4, 3)), (6, 3), 0)
    yield "pack:plain", joined("PACK", ((2, 3), (2, 3)), (2, 2, 3), 1)
    yield "split:channels", split("SPLIT", ([2], None), ((1, 3, 2),) * 3)
    yield "split_v:channels", split("SPLIT_V", (None, [1, 5], [-1]), ((1, 3, 1), (1, 3, 5)))
    unpack = schema.UnpackOptionsT()
    unpack.num, unpack.axis = 3, 1
    yield "unpack:rows", split("UNPACK", (None,), ((1, 6),) * 3, unpack)
    yield "chain:two_branches", lambda g: _branches(g, kind)


def _branches(g: Layers, kind: str) -> list[ModelValue]:
    source = g.input((1, 6, 6, 4), kind)
    left, right = g.split("SPLIT", source, ((1, 6, 6, 2), (1, 6, 6, 2)), ([3], None), None)
    shape = g.conv(left, 3).shape
    other = g.pool(right, "MAX_POOL_2D", (1, 1), (1, 1))
    return [g.join("CONCATENATION", [left, other], (*shape[:3], 4), along_channels())]
