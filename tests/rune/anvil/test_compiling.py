"""The compiler's process: the same bytes everywhere, limits that hold, errors with names."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from pipelines import passing_on  # type: ignore[import-not-found]

from rune import anvil
from rune.abi import Output
from rune.anvil import CompileError, Limits, Sources
from rune.targets import WASM32
from rune.tensor import ElementType, TensorType

ENDLESS = b"""
#if __INCLUDE_LEVEL__ < 150
#include "program.c"
#include "program.c"
#endif
"""
LARGE = b"""
#define TEN(x) x x x x x x x x x x
#define MANY(x) TEN(TEN(TEN(TEN(TEN(TEN(TEN(x)))))))
int numbers[] = { MANY(1,) };
"""


def sources(text: bytes) -> Sources:
    return Sources({"program.c": text}, ("program.c",))


def test_the_same_sources_give_the_same_bytes_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = anvil.lower(passing_on(TensorType(ElementType.F64, (3,)), Output.SERIAL), {})
    emitted = anvil.emit(program, anvil.plan(program))
    modules = set()
    for name in ("a", "a longer name"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        monkeypatch.chdir(folder)
        modules.add(anvil.compile(emitted, WASM32))
        assert list(folder.iterdir()) == []
    assert len(modules) == 1


def test_what_is_no_c_is_an_error_with_what_the_compiler_said() -> None:
    with pytest.raises(CompileError, match="refused the code that was generated") as caught:
        anvil.compile(sources(b"this is no C"), WASM32)
    assert "program.c:1:1: error" in caught.value.details


def test_a_compiler_that_takes_too_long_is_stopped() -> None:
    start = time.monotonic()
    with pytest.raises(CompileError, match=r"The compiler was stopped after 0\.3 seconds"):
        anvil.compile(sources(ENDLESS), WASM32, Limits(wall_seconds=0.3))
    assert time.monotonic() - start < 10


def test_a_compiler_that_needs_too_much_memory_is_stopped() -> None:
    with pytest.raises(CompileError):
        anvil.compile(sources(LARGE), WASM32, Limits(memory=400 << 20, wall_seconds=60))


def test_a_compiler_that_writes_too_much_is_stopped() -> None:
    with pytest.raises(CompileError):
        anvil.compile(sources(b"char zeros[1 << 22] = {1};"), WASM32, Limits(file_size=1 << 16))


def test_a_compiler_that_computes_too_long_is_stopped() -> None:
    with pytest.raises(CompileError, match="used more than 1 seconds of processor time"):
        anvil.compile(sources(ENDLESS), WASM32, Limits(processor_seconds=1))
