"""WebAssembly with 128-bit vectors: browsers since 2021 (Safari 2023), Node 16 and wasmtime.

The memory has a maximum, which is its size: a rune has no allocator, so it never grows, and a host that wants to see a
bound finds one. Stock runtimes load such a module as they do one without.

Optimised for speed, which is the default, a rune carries a second module in a section, of relaxed SIMD, which a host
takes that has tried its own dot product. The others do not look there.
"""

from __future__ import annotations

from dataclasses import replace

from rune.aim import RUNE_AIM
from rune.compiler.anvil.memory.target_limits import TargetLimits
from rune.compiler.anvil.target import Target, Toolchain
from rune.compiler.kernels.portable import PORTABLE
from rune.compiler.kernels.relaxed import RELAXED as RELAXED_KERNELS
from rune.compiler.kernels.simd128 import SIMD128
from rune.compiler.targets.wasm32.emit import SPECIALISED_FLAG, emit
from rune.compiler.targets.wasm32.package import package

STACK_SIZE = 16 * 1024
"""Bytes. The stack lies below everything else, so an overflow traps and overwrites nothing."""

LIMITS = TargetLimits(memory=192 << 20, alignment=16, text_size=8)  # hosts give a rune 256 MB

LINK_FLAGS = (
    "--no-entry",
    "--strip-all",
    "--compress-relocations",
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

SPECIALISED_FLAGS = (
    SPECIALISED_FLAG,
    # V8 turns the loops that this pass rewrites into code of half the speed.
    "-mllvm",
    "-disable-lsr",
)

TOOLCHAIN = Toolchain((*FEATURES, *SPECIALISED_FLAGS), "wasm-ld", LINK_FLAGS)

BALANCED = Target(
    name="wasm32",
    summary="a rune for browsers, Node and wasmtime: WebAssembly with SIMD",
    limits=LIMITS,
    kernels=SIMD128,
    makes_rune=True,
    emitter=emit,
    toolchain=TOOLCHAIN,
    packager=package,
)

SMALLEST = replace(
    BALANCED,
    kernels=PORTABLE,  # layers share them: none is specialised
    toolchain=Toolchain(FEATURES, "wasm-ld", LINK_FLAGS, optimization="-Oz"),
    optimized_for="size",
)

RELAXED = replace(
    BALANCED,
    name="wasm32 with relaxed SIMD",
    summary="the second module of a rune, for hosts whose relaxed dot product of bytes is exact",
    kernels=RELAXED_KERNELS,
    optimized_for="speed",
    toolchain=replace(TOOLCHAIN, kernel_flags=("-mrelaxed-simd",)),  # and the same object of what all runes may call
)

FASTEST = replace(BALANCED, bytes_matter=0, optimized_for=RUNE_AIM, second=RELAXED)

PREVIEW = replace(FASTEST, second=None, steps_apart=True, toolchain=replace(TOOLCHAIN, keeps_layouts=True))
"""The options of a preview. It has no second module, whose compilation would delay it."""

TARGET = replace(FASTEST, variants=(SMALLEST, BALANCED))
