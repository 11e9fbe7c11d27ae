"""Whatever a Runefile holds, checking it gives diagnostics and raises nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from tests.support.language.invariants import checked_with_invariants
from tests.support.language.pieces import DOCUMENTS, GOOD, LEGACY_PIECES, PIECES
from tests.support.properties import examples

QUICK = examples(25)


def test_the_file_that_the_others_are_made_from_is_right() -> None:
    assert checked_with_invariants(GOOD.encode()).diagnostics == ()


@pytest.mark.protects("compiling/runefiles")
@given(st.binary(max_size=200))
@QUICK
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbfversion: 1")
def test_any_bytes_give_diagnostics(data: bytes) -> None:
    assert checked_with_invariants(data).has_errors


@given(st.lists(LEGACY_PIECES, max_size=60).map("".join))
@QUICK
def test_pieces_of_the_text_form_in_any_order_give_diagnostics(text: str) -> None:
    checked_with_invariants(f"FROM x\n{text}".encode("utf-8", "replace"), "Runefile")


@given(st.lists(PIECES, max_size=60).map("".join))
@QUICK
def test_pieces_of_yaml_in_any_order_give_diagnostics(text: str) -> None:
    checked_with_invariants(text.encode())


@pytest.mark.slow
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.lists(PIECES, max_size=4).map("".join))
@QUICK
def test_a_damaged_runefile_gives_diagnostics(at: int, length: int, insertion: str) -> None:
    checked_with_invariants((GOOD[:at] + insertion + GOOD[at + length :]).encode())


@pytest.mark.slow
@given(DOCUMENTS)
@QUICK
def test_values_of_any_shape_give_diagnostics(document: dict[str, Any]) -> None:
    checked_with_invariants(yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode("utf-8", "replace"))


_BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}]\n"
    for before, name in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)


@pytest.mark.protects("compiling/runefiles")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "RUNE0002"),
        ("- " * 100_000, "RUNE0002"),
        ("{a: " * 50_000, "RUNE0002"),
        (_BOMB, "RUNE0002"),
        ("a: &a [*a]", "RUNE0003"),
        ("- x\n" * 60_000, "RUNE0002"),
        ("x" * 1_100_000, "RUNE0002"),
        ('a: "\\UFFFFFFFF"', "RUNE0003"),
        ('a: "\\uD800"', "RUNE0003"),
        ("%YAML 1." + "1" * 9000 + "\n---\na: 1", "RUNE0003"),
        ("a: b\n---\nc: d\n", "RUNE0003"),
        ("a:\n\tb: c\n", "RUNE0003"),
        ("a: \x07", "RUNE0001"),
        ("", "RUNE0090"),
        ("- a\n- b\n", "RUNE0005"),
    ],
    ids=range(15),
)  # fmt: skip
@pytest.mark.slow
def test_a_hostile_file_is_refused_before_it_grows(text: str, code: str) -> None:
    result = checked_with_invariants(text.encode())
    assert code in {diagnostic.code for diagnostic in result.diagnostics}


@pytest.mark.slow
def test_a_thousand_stages_are_checked_and_a_long_chain_does_not_recurse() -> None:
    stages = "".join(f"  s{i}:\n    proc-block: normalize\n    inputs: [s{i - 1}]\n" for i in range(1, 1000))
    head = "version: 1\nimage: x\npipeline:\n  s0: {capability: RAW, args: {length: 4}}\n"
    tail = "  end: {out: TENSOR, inputs: [s999]}\n"
    result = checked_with_invariants((head + stages + tail).encode())
    assert result.pipeline is not None
    assert len(result.pipeline.stages) == 1001
    loop = checked_with_invariants((head + stages.replace("inputs: [s0]", "inputs: [s999]") + tail).encode())
    assert [diagnostic.code for diagnostic in loop.diagnostics if diagnostic.severity.value == "error"] == ["RUNE0025"]


def test_the_default_reader_of_models_reports_what_is_no_model(tmp_path: Path) -> None:
    result = check(MemoryFiles({"Runefile.yml": GOOD.encode(), "m.tflite": b"junk"}), PUBLISHED_BLOCKS)
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["RUNE0070"]
