"""Constants that are written as objects of WebAssembly, without a compiler."""

from __future__ import annotations

import random

import pytest

from rune.compiler.anvil.compiling.allowance import Allowance
from rune.compiler.anvil.compiling.compiler import compile_objects, link_objects
from rune.compiler.anvil.compiling.data_object import data_object
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.targets.wasm32 import BALANCED

READER = b"""\
extern const unsigned char first[];
extern const unsigned char second[];
__attribute__((export_name("f"))) int f(int i) { return first[i] + second[i]; }
"""


def constant(name: str) -> bytes:
    return f'const unsigned char {name}[] __attribute__((aligned(16))) = {{\n#embed "data"\n}};\n'.encode()


@pytest.mark.parametrize(
    "data", [b"x", bytes(64), random.Random(3).randbytes(5000)], ids=["a byte", "zeros", "several pages of bytes"]
)
def test_the_module_has_the_bytes_that_clang_gives_it(data: bytes) -> None:
    assert BALANCED.toolchain is not None
    files = {"main.c": READER, "first.c": constant("first"), "second.c": constant("second"), "data": data}
    units = [Unit(name, for_size=True) for name in ("first.c", "second.c")]
    sources = Sources(files, (Unit("main.c"), *units))
    allowance = Allowance()
    main, *clang_objects = compile_objects(sources, BALANCED.toolchain, allowance)
    data_objects = [data_object("first", data), data_object("second", data)]
    assert link_objects([main, *data_objects], BALANCED.toolchain, allowance) == link_objects(
        [main, *clang_objects], BALANCED.toolchain, allowance
    )
