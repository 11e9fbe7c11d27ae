"""The one form of a Runefile, in small."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.apply import apply_edits
from rune.editing.language.facts.analysis import analyse
from rune.editing.language.format.formatting import FormatRefused, format_text
from rune.project.files import MemoryFiles
from tests.support.cases import each_case

EXAMPLES = sorted(Path("examples").glob("*/Runefile.yml"))

MESSY = """\


# head
---
version:   1   # always
image:     'runicos/base'  # base
pipeline:

    # about mic
    mic:   # trailing
      # inner
      capability:    "SOUND"
      outputs:
      - type: I16
        dimensions:
          - 16000
      # tail
      args: { hz: 16000,   sample_duration_ms: 1000 }
    fft:
      proc-block:
        hotg-ai/proc-blocks@v0.11.3#fft
      inputs:
      - mic
      outputs: [{type: u32, dimensions: [1, 1960]}]


    model:
      model: "./m.tflite"
      inputs: [ fft, mic.0, aaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccc ]
      args:
        x: |
           hello
             world\x20\x20

           # not a comment
        z: "a
          b"
    out: {out:  SERIAL, inputs: [
       model, # first
       fft
       ]}
resources:
    A: {path:  ./x}
# end
"""
CANONICAL = """\
# head
---
version: 1  # always
image: runicos/base  # base

pipeline:
  # about mic
  mic:  # trailing
    # inner
    capability: SOUND
    outputs:
      - {type: i16, dimensions: [16000]}
    # tail
    args: {hz: 16000, sample_duration_ms: 1000}

  fft:
    proc-block: hotg-ai/proc-blocks@v0.11.3#fft
    inputs: [mic]
    outputs:
      - {type: u32, dimensions: [1, 1960]}

  model:
    model: ./m.tflite
    inputs:
      - fft
      - mic.0
      - aaaaaaaaaaaaaaaaaaaaaaaaaaaa
      - bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      - cccccccccccc
    args:
      x: |
         hello
           world\x20\x20

         # not a comment
      z: "a
        b"

  out: {out:  SERIAL, inputs: [
     model, # first
     fft
     ]}

resources:
  A: {path: ./x}
# end
"""


def formatted(text: str, runefile: str = "Runefile.yml") -> str:
    return apply_edits(text, format_text(analyse(MemoryFiles({runefile: text.encode()}), PUBLISHED_BLOCKS)))


def test_a_messy_file_comes_into_form_with_every_comment_in_its_place() -> None:
    assert formatted(MESSY) == CANONICAL


@each_case("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_templates_are_in_form(path: Path) -> None:
    assert formatted(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8")


def test_a_file_that_is_nearly_in_form_gets_one_small_edit() -> None:
    (edit,) = format_text(
        analyse(MemoryFiles({"Runefile.yml": CANONICAL.replace("[mic]", "[ mic]").encode()}), PUBLISHED_BLOCKS)
    )
    assert (edit.text, edit.span.end.offset - edit.span.start.offset, edit.span.start.line) == ("", 1, 18)


@each_case(
    ("before", "after"),
    [
        ("image: 'a b'\n", 'image: "a b"\n'),
        ("image: 'say \"x\"'\n", "image: 'say \"x\"'\n"),
        ("image: 'yes'\n", 'image: "yes"\n'),
        ('image: "1"\n', 'image: "1"\n'),
        ("image: a\r\nversion: 1 \r\n", "image: a\r\nversion: 1\r\n"),
        ("a: 1   # x\nlong: 2  # y\n", "a: 1  # x\nlong: 2  # y\n"),
        ("a: 1     # x\nlong: 2  # y\n", "a: 1     # x\nlong: 2  # y\n"),
        ("a: 1\n\n\n\nb: 2", "a: 1\n\nb: 2\n"),
        ("a: &x [1,2]\nb: *x\n", "a: &x [1, 2]\nb: *x\n"),
        ("a: !!str 1\n", "a: !!str 1\n"),
        ("a: |+\n  x\n\n\nb: 1\n", "a: |+\n  x\n\n\nb: 1\n"),
        ("a: |\n  x", "a: |\n  x"),
        ("---   # start\na: 1\n", "---  # start\na: 1\n"),
        ("a:  # x\n  -  # y\n    b\n", "a:  # x\n  # y\n  - b\n"),
        ("a: {b: &x }\n", "a: {b: &x}\n"),
        ("{version: 1,image: x}", "{version: 1, image: x}\n"),
        ("# only a comment", "# only a comment"),
        ("\ufeffversion:  1\n", "\ufeffversion: 1\n"),
        ("", ""),
    ],
)
def test_each_thing_has_one_form(before: str, after: str) -> None:
    assert formatted(before) == after
    assert formatted(after) == after


@each_case(
    ("text", "words"),
    [
        ("a: [1\n", "fix its errors first"),
        ("a: 1\n\tb: 2\n", "fix its errors first"),
        ("? [a]\n: 1\n", "Line 1 has a key that is not a word"),
        ("a: [b: 1]\n", "a pair of key and value in a list"),
        ("FROM x\nCAPABILITY<\n", "fix its errors first"),
    ],
)
def test_what_cannot_be_formed_is_left_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(FormatRefused, match=words):
        formatted(text)


def test_the_old_line_by_line_form_becomes_yaml_with_its_comments() -> None:
    old = """\
# an app
FROM runicos/base

# one second
CAPABILITY<I16[16000]> audio SOUND --hz 16000 --sample-duration-ms=1000
PROC_BLOCK<_,_> best most_confident_indices \\
    --count=1  # the best
OUT serial
# in this order
RUN audio best serial
"""
    assert (
        formatted(old, "Runefile")
        == """\
# an app
version: 1
image: runicos/base

pipeline:
  # one second
  audio:
    capability: SOUND
    outputs:
      - {type: i16, dimensions: [16000]}
    args:
      hz: 16000
      sample_duration_ms: 1000

  # the best
  best:
    proc-block: most_confident_indices
    inputs: [audio]
    args:
      count: 1

  serial:
    out: serial
    inputs: [best]

  # in this order
"""
    )
