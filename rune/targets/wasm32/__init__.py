"""WebAssembly with 128-bit vectors: browsers since 2021 (Safari 2023), Node 16 and wasmtime.

The memory has a maximum, which is its size: a rune has no allocator, so it never grows, and a host that wants to see a
bound finds one. Stock runtimes load such a module as they do one without.
"""

from __future__ import annotations

from dataclasses import replace

from rune.anvil.target import Target, Toolchain
from rune.anvil.target_limits import TargetLimits
from rune.kernels.portable import PORTABLE
from rune.kernels.simd128 import SIMD128
from rune.targets.wasm32.emit import emit
from rune.targets.wasm32.package import package

STACK_SIZE = 16 * 1024
"""Bytes. The stack lies below everything else, so an overflow traps and overwrites nothing."""

LIMITS = TargetLimits(memory=192 << 20, alignment=16, text_size=8)  # hosts give a rune 256 MB

LINK_FLAGS = (
    "--no-entry",
    "--strip-all",
    "--stack-first",
    "-z",
    f"stack-size={STACK_SIZE}",
    "--no-growable-memory",
    "-o",
)

FEATURES = (
    "--target=wasm32-unknown-unknown",
    "-msimd128",
    "-mbulk-memory",
    "-mbulk-memory-opt",
    "-mnontrapping-fptoint",
    "-msign-ext",
)

BALANCED = Target(
    name="wasm32",
    summary="a rune for browsers, Node and wasmtime: WebAssembly with SIMD",
    limits=LIMITS,
    kernels=SIMD128,
    makes_rune=True,
    emitter=emit,
    toolchain=Toolchain(
        compile_flags=(
            *FEATURES,
            "-DRUNE_SPECIALISED",
            # V8 turns the loops that this pass rewrites into code of half the speed.
            "-mllvm",
            "-disable-lsr",
        ),
        linker="wasm-ld",
        link_flags=LINK_FLAGS,
    ),
    packager=package,
)

SMALLEST = replace(
    BALANCED,
    kernels=PORTABLE,  # layers share them: none is specialised
    toolchain=Toolchain(FEATURES, "wasm-ld", LINK_FLAGS, optimization="-Oz"),
    optimized_for="size",
)

FASTEST = replace(BALANCED, bytes_matter=0, optimized_for="speed")

TARGET = replace(BALANCED, variants=(SMALLEST, FASTEST))
