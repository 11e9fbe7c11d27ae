"""The kernels that layers share have the reference's bytes where a tile is not full, whether they pay or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.kernels.simd128 import SIMD128
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import read_model
from tests.rune.compiler.kernels.test_relaxed import depthwise
from tests.rune.compiler.kernels.test_winograd import functions, model_of
from tests.support.compiler.model_judge import Questions, compiled_outputs
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

(_POINTWISE,) = (kernel for kernel in SIMD128.kernels[Conv2DInt8] if kernel.header.stem == "pointwise")
(_DEPTHWISE,) = (kernel for kernel in SIMD128.kernels[DepthwiseConv2DInt8] if kernel.header.stem == "depthwise_3x3")

ALWAYS_SHARED = replace(
    WASM32,
    name="wasm32 with shared layers",
    kernels=KernelSet(
        "shared", SIMD128.folder, {Conv2DInt8: (_POINTWISE,), DepthwiseConv2DInt8: (_DEPTHWISE,)}, SIMD128
    ),
)
FUNCTIONS = {"rune_pointwise_by_fours_int8", "rune_depthwise_3x3_int8"}


def pointwise(size: tuple[int, int], channels: tuple[int, int]) -> Callable[[Layers], ModelValue]:
    def draw(layers: Layers) -> ModelValue:
        return layers.conv(layers.input((1, *size, channels[0]), "int8", zero_point=5), channels[1], kernel=(1, 1))

    return draw


DRAWN = {
    **{f"{count} pixels": pointwise((1, count), (count + 4, 2 * count + 1)) for count in range(1, 12)},
    "pixels by blocks": pointwise((23, 29), (40, 9)),
    **{f"{width} wide": depthwise((3, width), 9, (3, 3)) for width in range(2, 8)},
    **{f"{width} wide by two": depthwise((5, width), 16, (3, 3), 2) for width in range(3, 12)},
}


@pytest.mark.slow
def test_tiles_that_are_not_full_give_the_reference_kernels_bytes() -> None:
    files = {name: model_of(draw) for name, draw in DRAWN.items()}
    models = {name: read_model(data) for name, data in files.items()}
    assert set(functions(models, ALWAYS_SHARED)) == FUNCTIONS
    questions = {name: Questions.of(data, 13) for name, data in files.items()}
    outputs = compiled_outputs(models, questions, ALWAYS_SHARED)
    assert {name: list(questions[name].wrong(outputs[name])) for name in models} == {name: [] for name in models}
