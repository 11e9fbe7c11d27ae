"""Whatever a user writes stays data: names, labels and texts never become C, a path or an argument of the compiler."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rune.abi import OutputKind
from rune.blocks.catalogue import find_block
from rune.capabilities.raw import RAW
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.sources import Sources
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.port import Port
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.compiler.bare_host import BareHost
from tests.support.compiler.pipelines import module_of, passing_on

HOSTILE = [
    '"); __builtin_trap(); //',
    "*/ int main(void) { return 1; } /*",
    '\n#include "/etc/passwd"\n',
    '\n#embed "/etc/passwd"\n',
    "??/\n??=include <stdio.h>",
    "\\\n\\x22\\",
    "a\0b",
    "$(touch /tmp/owned)",
    "-o/tmp/owned",
    "@/etc/passwd",
    "../../etc/passwd",
    "\u202e\ufeff日本語",
    "%s%n" * 20,
    "x" * 10_000,
]
INDEX = TensorType(ElementType.U32, (1,))


def labels_pipeline(words: list[str], name: str) -> Pipeline:
    block = find_block("hotg-ai/proc-blocks@v0.11.3#label")
    assert block is not None
    arguments = {"wordlist": "\n".join(words)}
    return Pipeline(
        (
            CapabilityStage(name, RAW, ((name, 1),), INDEX),
            BlockStage(name + "b", name, block, arguments, (Port(name, 0),), block.outputs((INDEX,), arguments)),
            OutputStage(name + "o", OutputKind.TENSOR, (Port(name + "b", 0),)),
        ),
        (),
    )


@pytest.mark.protects("compiling/names-in-code")
@each_case("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_compiler_sees_nothing_that_a_user_wrote(text: str) -> None:
    harmless, hostile = (
        _sources(labels_pipeline(["first", word.replace("\n", " "), "last"], word)) for word in ("harmless", text)
    )
    # Constants are data of an object that we write: no compiler reads them.
    assert [replace(unit, data=None) for unit in hostile.units] == [replace(unit, data=None) for unit in harmless.units]
    assert [unit.name for unit in hostile.units if unit.data is not None] == ["constants_0"]
    assert hostile.files.keys() == harmless.files.keys()
    for name in hostile.files.keys() - {"part_0.c"}:
        assert hostile.files[name] == harmless.files[name]
    # The program differs in numbers alone: how long a text is, and the bytes of a key.
    assert _without_numbers(hostile.files["part_0.c"]) == _without_numbers(harmless.files["part_0.c"])


def test_hostile_words_come_out_as_they_went_in() -> None:
    words = [text.replace("\n", " ").strip() for text in HOSTILE]
    host = BareHost(module_of(labels_pipeline(["first", *words, "last"], HOSTILE[0])))
    host.manifest()
    for index, word in enumerate(words, start=1):
        ((_, message),) = host.call([index.to_bytes(4, "little")])
        assert message.endswith(len(word.encode()).to_bytes(4, "little") + word.encode())


def test_a_hostile_key_reaches_the_host_as_it_is() -> None:
    stage = CapabilityStage("in", RAW, tuple((text, 1) for text in HOSTILE), INDEX)
    host = BareHost(module_of(Pipeline((stage, OutputStage("out", OutputKind.TENSOR, (Port("in", 0),))), ())))
    host.manifest()
    assert [entry[1] for entry in host.calls if isinstance(entry[1], bytes)] == [text.encode() for text in HOSTILE]


@pytest.mark.protects("compiling/names-in-code")
def test_the_compiler_starts_in_a_folder_that_holds_our_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stdint.h").write_text("#error not ours")
    monkeypatch.chdir(tmp_path)
    module = module_of(passing_on(INDEX, OutputKind.SERIAL))
    monkeypatch.setenv("CPATH", str(tmp_path))
    monkeypatch.setenv("C_INCLUDE_PATH", str(tmp_path))
    assert module_of(passing_on(INDEX, OutputKind.SERIAL)) == module
    assert list(tmp_path.iterdir()) == [tmp_path / "stdint.h"]


def _sources(pipeline: Pipeline) -> Sources:
    program = lower(pipeline, {}, WASM32)
    return WASM32.emit(program, plan(program, WASM32.limits), "any")


def _without_numbers(text: bytes) -> bytes:
    """Runs of digits become one 0, lists of numbers one list."""
    return re.sub(rb"\{[-0-9, ]*\}", b"{}", re.sub(rb"-?\b\d+\b", b"0", text))
