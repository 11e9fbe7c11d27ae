"""The references of `resize`, whose golden vectors its C gives, are TFLite's reference kernels to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.support.compiler.block_references.case import Array
from tests.support.compiler.block_references.images import resize
from tests.support.models.random.random_drawing import options_of
from tests.support.models.reference.make_models import answers
from tests.support.models.reference.model_layers import Layers

KINDS: dict[str, Any] = {"int8": np.int8, "uint8": np.uint8, "float32": np.float32}
SIZES = ((10, 8), (2, 3), (1, 1), (7, 9), (5, 4), (4, 5))


def _image(kind: str, random: np.random.Generator) -> Array:
    if kind == "float32":
        return random.standard_normal((1, 5, 4, 3)).astype(np.float32)
    limits = np.iinfo(KINDS[kind])
    return random.integers(limits.min, limits.max, (1, 5, 4, 3), KINDS[kind], endpoint=True)


def _cases() -> Iterator[tuple[str, str, str, tuple[int, int]]]:
    for kind in KINDS:
        for centres in ("corner", "align_corners", "half_pixel"):
            for method in ("bilinear", "nearest"):
                for size in SIZES:
                    yield kind, centres, method, size


@pytest.mark.proof
def test_each_size_kind_and_method_gives_the_bits_of_tflite() -> None:
    random = np.random.default_rng(7)
    for kind, centres, method, size in _cases():
        op, options_name, version = {
            "bilinear": ("RESIZE_BILINEAR", "ResizeBilinear", 3),
            "nearest": ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor", 3),
        }[method]
        layers = Layers("resize", random)
        source = layers.input((1, 5, 4, 3), kind)
        options = options_of(
            options_name, alignCorners=centres == "align_corners", halfPixelCenters=centres == "half_pixel"
        )
        output = layers.output((1, *size, 3), kind, source.scale, source.zero_point)
        new_size = layers.graph.constant("size", np.array(size, np.int32))
        layers.graph.operator(op, [source.index, new_size], [output.index], options, version)
        image = _image(kind, random)
        ((answer,),) = answers(layers.graph.finish(output.index), [[image.tobytes()]])
        arguments = {"height": size[0], "width": size[1], "method": method, "centres": centres}
        (pixels,) = resize(arguments, [image])
        assert pixels.tobytes() == answer, (kind, centres, method, size)
