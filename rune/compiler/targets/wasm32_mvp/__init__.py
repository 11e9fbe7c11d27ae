"""WebAssembly as it was at first (the "MVP"): no vectors, no bulk memory, nothing later.

For engines that support no more, such as wasm3. With the portable kernels a rune is smaller and slower.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.passes.optimise import SMALL_PASSES
from rune.compiler.anvil.target import Toolchain
from rune.compiler.kernels.portable import PORTABLE
from rune.compiler.targets.wasm32 import BALANCED as WASM32
from rune.compiler.targets.wasm32 import LINK_FLAGS

FLAGS = ("--target=wasm32-unknown-unknown", "-mcpu=mvp")

BALANCED = replace(
    WASM32,
    name="wasm32-mvp",
    summary="a rune for engines without SIMD, such as wasm3: plain WebAssembly, smaller and slower",
    kernels=PORTABLE,
    passes=SMALL_PASSES,
    toolchain=Toolchain(FLAGS, "wasm-ld", LINK_FLAGS),
)

SMALLEST = replace(
    BALANCED, toolchain=Toolchain(FLAGS, "wasm-ld", LINK_FLAGS, optimization="-Oz"), optimized_for="size"
)

TARGET = replace(BALANCED, variants=(SMALLEST,))
