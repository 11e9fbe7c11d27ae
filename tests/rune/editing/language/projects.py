"""Small projects for the tests of the language, with the place of a cursor written as `¦`."""

from __future__ import annotations

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language import Analysis, analyse
from rune.model.tflite import ModelSignature, ModelTensor
from rune.project.files import MemoryFiles
from rune.source.runefile import Edit
from rune.tensor import ElementType, TensorType
from tests.support.language.signatures import TWO, known

CURSOR = "¦"

WORDS = """\
version: 1
image: runicos/base

pipeline:
  audio:
    capability: SOUND  # one second
    args:
      hz: 16000
      sample_duration_ms: 1000
    outputs:
      - {type: i16, dimensions: [16000]}
  spectrogram:
    proc-block: fft
    inputs: [audio]
  bytes:
    proc-block: noise-filtering
    inputs: [spectrogram]
  model:
    model: ./words.tflite
    inputs: [bytes]
    outputs:
      - type: i8
        dimensions: [1, 6]
  best:
    proc-block: most_confident_indices
    inputs:
      - model
  word:
    proc-block: "label"
    inputs: ["best"]
    args:
      wordlist: $LABELS
  answer:
    out: SERIAL
    inputs: [word, model.0]

resources:
  LABELS:
    path: ./labels.txt
"""

SIGNATURES = {
    "words.tflite": ModelSignature(
        (ModelTensor("spectrogram", TensorType(ElementType.I8, (1, 1960)), 0.1, -128),),
        (ModelTensor("scores", TensorType(ElementType.I8, (1, 6)), 0.00390625, -128),),
    ),
    "two.tflite": TWO,
}

signature = known(SIGNATURES)


def project(text: str, **more: bytes) -> Analysis:
    """A project with this Runefile, a list of labels and two models."""
    contents = {"labels.txt": b"yes\nno\nup\ndown\nleft\nright\n", "words.tflite": b"", "two.tflite": b"", **more}
    files = MemoryFiles({**contents, "Runefile.yml": text.encode()})
    return analyse(files, PUBLISHED_BLOCKS, signatures=signature, descriptions=lambda path: None)


def at_cursor(text: str, **more: bytes) -> tuple[Analysis, int]:
    """The project without the cursor's sign, and where it stood."""
    offset = text.index(CURSOR)
    return project(text.replace(CURSOR, "", 1), **more), offset


def applied(text: str, edits: tuple[Edit, ...]) -> str:
    """The text after edits that do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start.offset] + edit.text + text[edit.span.end.offset :]
    return text
