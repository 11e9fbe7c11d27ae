"""WebAssembly with 128-bit vectors: browsers since 2021 (Safari 2023), Node 16 and wasmtime.

The memory has a maximum, which is its size: a rune has no allocator, so it never grows, and a host that wants to see a
bound finds one. Stock runtimes load such a module as they do one without.
"""

from __future__ import annotations

from rune.targets.target import Target

STACK_SIZE = 16 * 1024
"""Bytes. The stack lies below everything else, so an overflow traps and overwrites nothing."""

WASM32 = Target(
    name="wasm32",
    compile_flags=(
        "--target=wasm32-unknown-unknown",
        "-msimd128",
        "-mbulk-memory",
        "-mbulk-memory-opt",
        "-mnontrapping-fptoint",
        "-msign-ext",
        # V8 turns the loops that this pass rewrites into code of half the speed.
        "-mllvm",
        "-disable-lsr",
    ),
    linker="wasm-ld",
    link_flags=(
        "--no-entry",
        "--strip-all",
        "--stack-first",
        "-z",
        f"stack-size={STACK_SIZE}",
        "--no-growable-memory",
    ),
)
