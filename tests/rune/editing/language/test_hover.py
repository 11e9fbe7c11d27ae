"""The card of a word."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language import analyse
from rune.editing.language.hover import hover
from rune.model.tflite.signature import Json
from tests.rune.editing.language.projects import CURSOR, WORDS, at_cursor, signature
from tests.support.cases import each_case

IMAGE = """\
version: 1
image: runicos/base
pipeline:
  picture:
    capability: IMAGE
    args: {width: 8, height: 4, pixel-format: "@PixelFormat::GrayScale"}
  end: {out: SERIAL, inputs: [picture]}
"""


def hover_text(text: str, **more: bytes) -> str:
    """The hover at the cursor; empty when there is none."""
    tooltip = hover(*at_cursor(text, **more))
    return "" if tooltip is None else tooltip.text


def pointed(text: str, word: str, before: str = "") -> str:
    """The hover in the middle of a word, the first behind `before`."""
    at = text.index(word, text.index(before)) + len(word) // 2
    return hover_text(text[:at] + CURSOR + text[at:])


def test_a_stage_says_what_it_reads_and_gives_and_who_reads_it() -> None:
    text = pointed(WORDS, "model:", before="  model:\n")
    assert text == (
        "`model`: model `./words.tflite`\n\n"
        "* reads `bytes`, `i8[1, 1960]`\n* gives `i8[1, 6]`, 6 bytes: `steps of 0.00390625 from -128`\n"
        "* read by `best`, `answer`"
    )


def test_an_input_says_its_type_and_what_the_model_makes_of_it() -> None:
    text = pointed(WORDS, "bytes]")
    assert text.startswith("`bytes`, `i8[1, 1960]`")
    assert "The model reads it as `spectrogram`, `i8[1, 1960]`, scale 0.1, zero point -128" in text


def test_a_model_shows_its_tensors() -> None:
    text = pointed(WORDS, "./words.tflite")
    assert "| input | `spectrogram` | `i8[1, 1960]` | 0.1 | -128 |" in text
    assert "| output | `scores` | `i8[1, 6]` | 0.00390625 | -128 |" in text


def test_a_model_shows_its_size_and_operators_where_they_are_known() -> None:
    before = at_cursor(WORDS.replace("./words", "./wo¦rds"))
    operators: Json = [{"op": "CONV_2D", "count": 4, "types": "int8"}, {"op": "SOFTMAX", "count": 1, "types": "int8"}]
    about = analyse(
        before[0].files,
        PUBLISHED_BLOCKS,
        signatures=signature,
        descriptions=lambda path: {"size": 52_310, "operators": operators},
    )
    tooltip = hover(about, before[1])
    assert tooltip is not None
    assert tooltip.text.endswith("52.3 kB, 5 operators: 4 CONV_2D, 1 SOFTMAX")


@each_case(
    ("word", "before", "expected"),
    [
        ("version", "", "Always `1`"),
        ("capability", "", "Reads from the host"),
        ("SOUND", "", "Sound from a microphone"),
        ("hz", "", "from 1 to 384000"),
        ("16000", "hz", "Samples a second"),
        ("i16", "", "from -32768 to 32767"),
        ("16000", "dimensions", "`i16[16000]`: 16000 elements, 32000 bytes"),
        ("fft", "", "# fft"),
        ('"label"', "", "# label"),
        ("wordlist", "", "one a line"),
        ("$LABELS", "", "Used in line 32."),
        ("$LABELS", "", "```text\nyes\nno"),
        ("LABELS", "resources", "`./labels.txt`, 26 bytes"),
        ("SERIAL", "", "Sends JSON"),
        ("path", "resources", "A file of the project"),
        ("answer", "", "* reads `word`, `utf8[1]`"),
    ],
)
def test_every_kind_of_word_is_explained(word: str, before: str, expected: str) -> None:
    assert expected in pointed(WORDS, word, before)


def test_a_value_says_what_it_means() -> None:
    assert pointed(IMAGE, "GrayScale").startswith("One byte per pixel")
    model = WORDS.replace("./words.tflite", "./words.tflite\n    args: {format: onnx}")
    assert "application/onnx-model" in pointed(model, "onnx")


def test_comments_and_gaps_say_nothing() -> None:
    assert hover_text(WORDS.replace("# one second", "# one ¦second")) == ""
    assert hover_text(WORDS.replace("base\n\n", "base\n¦\n", 1)) == ""


def test_a_broken_line_hides_no_hover_elsewhere() -> None:
    text = WORDS.replace("inputs: [spectrogram]", "inputs: [spectrogram").replace("- model\n", "model\n: x\n")
    assert "# fft" in pointed(text, "fft")
    assert "`i16[16000]`" in pointed(text, "audio]")
    assert "| output |" in pointed(text, "./words.tflite")


@pytest.mark.protects("browser/hover-markdown")
def test_words_of_strangers_end_no_code_in_the_answer() -> None:
    assert pointed(WORDS.replace("SERIAL", "'a`b``c'"), "answer").splitlines()[0] == "`answer`: out ``` a`b``c ```"


@pytest.mark.protects("browser/hover-markdown")
def test_a_long_text_is_shown_by_its_first_lines() -> None:
    text = hover_text(WORDS.replace("$LABELS", "$LAB¦ELS"), **{"labels.txt": b"```\n" * 9})
    assert "````text\n```\n" in text
    assert "... 9 lines" in text


def test_the_old_text_form_and_a_zune_are_explained_too() -> None:
    old = "FROM runicos/base\nCAPABILITY<I16[16000]> audio SOUND --hz 16000 --sample-duration-ms 1000\n"
    old += "PROC_BLOCK<_,_> fft hotg-ai/proc-blocks#fft\nOUT serial\nRUN audio fft serial\n"
    assert "from 1 to 384000" in pointed(old, "hz")
    assert "* gives `u32[1, 1960]`" in pointed(old, "fft", "RUN")
    zune = IMAGE.replace("capability: IMAGE", "capability: 'wapm:///hotg-ai/image_input?version=0.12.0'")
    assert pointed(zune, "image_input").startswith("**IMAGE**")
    assert "Rows of pixels" in pointed(zune, "height")
