"""Sizes that each run decides, and what blocks keep between runs: in diagnostics, hover, the graph and completion."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import CATALOGUE, PUBLISHED_BLOCKS
from rune.editing.language.hover import hover
from rune.project.files import MemoryFiles
from rune.source.runefile import check, outline_to_json
from rune.source.runefile.diagnostics import Diagnostic
from rune.source.runefile.outline import OutlineNode
from tests.rune.editing.language.projects import CURSOR, at_cursor

HEAD = "version: 1\nimage: runicos/base\npipeline:\n"
DETECTOR = """\
  detector:
    capability: RAW
    args: {length: 336}
    outputs: [{type: f32, dimensions: [1, 12, 7]}]
  objects: {proc-block: object_filter, inputs: [detector]}
"""
SOUND = """\
  audio:
    capability: SOUND
    args: {hz: 16000}
    outputs: [{type: i16, dimensions: [16000]}]
  spectrum: {proc-block: fft, inputs: [audio]}
"""


def diagnostics_of(text: str) -> tuple[Diagnostic, ...]:
    return check(MemoryFiles({"Runefile.yml": (HEAD + text).encode()}), PUBLISHED_BLOCKS).diagnostics


def node(text: str, name: str) -> OutlineNode:
    result = check(MemoryFiles({"Runefile.yml": (HEAD + text).encode()}), PUBLISHED_BLOCKS)
    return next(each for each in result.outline.nodes if each.name == name)


def pointed(text: str, word: str) -> str:
    whole = HEAD + text
    at = whole.index(word) + 1
    documentation = hover(*at_cursor(whole[:at] + CURSOR + whole[at:]))
    return "" if documentation is None else documentation.text


@pytest.mark.parametrize(
    "stage",
    [
        "{proc-block: binary_classification, inputs: [objects]}",
        "{model: $GIVEN, inputs: [objects], outputs: [{type: f32, dimensions: [1]}]}",
    ],
    ids=["a block of fixed size", "a model"],
)
def test_what_needs_a_fixed_size_refuses_another_and_names_the_block_that_repairs_it(stage: str) -> None:
    resources = "resources:\n  GIVEN: {type: binary}\n" if "$GIVEN" in stage else ""
    wrong, *more = diagnostics_of(f"{DETECTOR}  next: {stage}\n  end: {{out: TENSOR, inputs: [next]}}\n{resources}")
    assert more == []
    assert wrong.code == "RUNE0085"
    assert "fixed number of elements" in wrong.message
    assert "f32[<=12, 6]" in wrong.message
    assert any("`pad`" in note for note in wrong.notes)


def test_behind_pad_it_is_right_and_every_wire_says_its_bound() -> None:
    text = (
        f"{DETECTOR}  padded: {{proc-block: pad, inputs: [objects]}}\n"
        "  best: {proc-block: binary_classification, inputs: [padded]}\n"
        "  end: {out: SERIAL, inputs: [best, objects, padded.1]}\n"
    )
    result = check(MemoryFiles({"Runefile.yml": (HEAD + text).encode()}), PUBLISHED_BLOCKS)
    assert result.diagnostics == ()
    types = {(wire.source, wire.source_index, wire.target): wire.type for wire in result.outline.wires}
    assert types["objects", 0, "padded"] == "f32[<=12, 6]"
    assert types["padded", 0, "best"] == "f32[12, 6]"
    assert types["padded", 1, "end"] == "u32[1]"


def test_hover_says_the_bound() -> None:
    text = f"{DETECTOR}  end: {{out: SERIAL, inputs: [objects]}}\n"
    assert "* gives `f32[<=12, 6]`, 288 bytes" in pointed(text, "objects:")


def test_a_declared_size_other_than_the_bound_is_warned_of() -> None:
    text = DETECTOR.replace("inputs: [detector]}", "inputs: [detector], outputs: [{type: f32, dimensions: [5, 6]}]}")
    (warning,) = diagnostics_of(f"{text}  end: {{out: SERIAL, inputs: [objects]}}\n")
    assert "object_filter gives f32[<=12, 6], and not f32[5, 6]" in warning.message


def test_parse_makes_the_type_that_the_stage_declares() -> None:
    text = """\
  bytes: {capability: RAW, args: {length: 8}, outputs: [{type: u8, dimensions: [8]}]}
  text: {proc-block: utf8_decode, inputs: [bytes]}
  numbers: {proc-block: parse, inputs: [text], outputs: [{type: i64, dimensions: [4]}]}
  end: {out: SERIAL, inputs: [numbers]}
"""
    assert diagnostics_of(text) == ()
    assert "`i64[<=4]`" in pointed(text, "numbers:")
    (wrong,) = diagnostics_of(text.replace("inputs: [text],", "inputs: [text], args: {element_type: utf8},"))
    assert "parse makes numbers: u8, i8" in wrong.message[0].lower() + wrong.message[1:]


def test_what_a_block_keeps_is_in_hover_and_in_the_graph() -> None:
    text = f"{SOUND}  noise: {{proc-block: noise_filtering, inputs: [spectrum], args: {{fresh: 0}}}}\n"
    documentation = pointed(f"{text}  end: {{out: SERIAL, inputs: [noise]}}\n", "noise:")
    assert "* keeps `estimate`, `u32[1, 1960]`, from run to run. The noise in each band" in documentation
    assert "After a gap or a restart: it goes by runs and not by time" in documentation
    (state,) = node(f"{text}  end: {{out: SERIAL, inputs: [noise]}}\n", "noise").state
    assert (state.name, str(state.type)) == ("estimate", "u32[1, 1960]")


def test_a_stage_that_keeps_nothing_says_nothing_of_it() -> None:
    text = f"{SOUND}  noise: {{proc-block: noise_filtering, inputs: [spectrum], args: {{fresh: 1}}}}\n"
    text += "  end: {out: SERIAL, inputs: [noise]}\n"
    assert "keeps" not in pointed(text, "noise:")
    result = check(MemoryFiles({"Runefile.yml": (HEAD + text).encode()}), PUBLISHED_BLOCKS)
    assert all("state" not in each for each in outline_to_json(result.outline)["nodes"])


def test_all_that_a_block_keeps_and_cannot_make_again_is_said() -> None:
    remembering = {name for name, block in CATALOGUE.items() if block.state is not None}
    texts = {name: (block.source or block.c_file).read_text(encoding="utf-8") for name, block in CATALOGUE.items()}
    keeping = {name for name, text in texts.items() if "void *state" in text or "State[" in text}
    assert keeping - remembering == {"label"}  # its index of the host's words, made of these alone
