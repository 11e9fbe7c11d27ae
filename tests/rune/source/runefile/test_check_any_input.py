"""Whatever a Runefile holds, checking it gives diagnostics and raises nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from rune.compiler.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from tests.support.language.invariants import checked_with_invariants
from tests.support.properties import examples

GOOD = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: { hz: 16000, sample_duration_ms: 1000 }
    outputs: [{ type: i16, dimensions: [16000] }]
  rest:
    proc-block: modulo
    inputs: [audio]
    args: { modulus: 2 }
  model:
    model: $MODEL
    inputs: [rest]
    outputs:
      - type: f32
        dimensions: [1, 2]
  best:
    proc-block: most_confident_indices
    inputs: [model]
  word:
    proc-block: label
    inputs: [best]
    args:
      wordlist: $WORDS
  serial:
    out: SERIAL
    inputs: [word, model.0]
resources:
  MODEL: { path: ./m.tflite, type: binary }
  WORDS:
    inline: |
      one
      two
"""
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


PIECES = st.sampled_from(
    [
        *"[]{}:,&*!|>'\"%@`#?-$\n\t ~é\U0001f600",
        *(": ", "- ", "\n  ", "\n    ", "---", "...", "<<: ", "&a ", "*a", "!!str "),
        *("version: 1\n", "pipeline:\n", "resources:\n", "image: x\n", "model", "proc-block", "capability", "out"),
        *("inputs", "outputs", "args", "type", "dimensions"),
        *("1", "-1", "1e999", "0x", "null", "true", "$A", "a.1", "fft", "SERIAL", "RAW"),
    ]
)


LEGACY_PIECES = st.sampled_from(
    [
        *"<>[],=-_#\\\"' \n\r\t@$.\x00é",
        *("FROM ", "CAPABILITY", "PROC_BLOCK", "MODEL", "OUT ", "RUN ", "\\\n", "\\ \r\n"),
        *(
            "<I16[16000]>",
            "<_,_>",
            "<F32[1,2], UTF8>",
            "a ",
            "b ",
            "SOUND",
            "RAW",
            "serial",
            "fft",
            "label ",
            "m.tflite",
        ),
        *("--labels=a,b", "--hz 16000", "--length=", "-x 1", "--wordlist 'a b'", "1e999", "99999999999999999999"),
    ]
)


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
def test_a_damaged_runefile_gives_diagnostics(at: int, length: int, inserted: str) -> None:
    checked_with_invariants((GOOD[:at] + inserted + GOOD[at + length :]).encode())


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**70),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["a", "b", "b.1", "$A", "fft", "label", "modulo", "f32", "utf8", "RAW", "IMAGE", "SERIAL", "@2*3"]),
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_SCALARS, inner, max_size=3), max_leaves=6
)
_KEYS = [
    "model",
    "proc-block",
    "capability",
    "out",
    "inputs",
    "outputs",
    "args",
    "type",
    "dimensions",
    "path",
    "inline",
]
_ARGUMENTS = [
    "hz",
    "width",
    "height",
    "sample_duration_ms",
    "pixel-format",
    "length",
    "count",
    "wordlist",
    "modulus",
    "format",
]
_TYPES = st.lists(st.fixed_dictionaries({"type": _VALUES, "dimensions": _VALUES}), max_size=2) | _VALUES
_STAGES = st.dictionaries(
    st.sampled_from(_KEYS),
    st.one_of(_VALUES, _TYPES, st.dictionaries(st.sampled_from(_ARGUMENTS), _SCALARS, max_size=4)),
    max_size=5,
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "version": st.just(1) | _VALUES,
        "image": st.just("x") | _VALUES,
        "pipeline": st.dictionaries(st.sampled_from("abcd"), _STAGES | _VALUES, max_size=4) | _VALUES,
        "resources": st.dictionaries(st.sampled_from("AB"), _STAGES | _VALUES, max_size=2) | _VALUES,
    }
)


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
    checked = checked_with_invariants(text.encode())
    assert code in {diagnostic.code for diagnostic in checked.diagnostics}


@pytest.mark.slow
def test_a_thousand_stages_are_checked_and_a_long_chain_does_not_recurse() -> None:
    stages = "".join(f"  s{i}:\n    proc-block: normalize\n    inputs: [s{i - 1}]\n" for i in range(1, 1000))
    head = "version: 1\nimage: x\npipeline:\n  s0: {capability: RAW, args: {length: 4}}\n"
    tail = "  end: {out: TENSOR, inputs: [s999]}\n"
    checked = checked_with_invariants((head + stages + tail).encode())
    assert checked.pipeline is not None
    assert len(checked.pipeline.stages) == 1001
    loop = checked_with_invariants((head + stages.replace("inputs: [s0]", "inputs: [s999]") + tail).encode())
    assert [diagnostic.code for diagnostic in loop.diagnostics if diagnostic.severity.value == "error"] == ["RUNE0025"]


def test_the_default_reader_of_models_reports_what_is_no_model(tmp_path: Path) -> None:
    checked = check(MemoryFiles({"Runefile.yml": GOOD.encode(), "m.tflite": b"junk"}), PUBLISHED_BLOCKS)
    assert [diagnostic.code for diagnostic in checked.diagnostics] == ["RUNE0070"]
