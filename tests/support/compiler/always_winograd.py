"""WebAssembly with SIMD where Winograd is taken wherever it is exact, whether it pays or not."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.kernels.simd128 import SIMD128
from rune.compiler.targets.wasm32 import TARGET as WASM32

(_WINOGRAD,) = (kernel for kernel in SIMD128.kernels[Conv2DInt8] if kernel.header.stem == "winograd")

ALWAYS_WINOGRAD = replace(
    WASM32,
    name="wasm32 by Winograd",
    kernels=KernelSet("winograd", SIMD128.folder, {Conv2DInt8: (_WINOGRAD,)}, SIMD128),
)
