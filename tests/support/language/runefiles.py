"""A small project to break in tests, and applying the fixes that a check offers."""

from __future__ import annotations

from collections.abc import Sequence

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.model.tflite import ModelSignature, ModelTensor
from rune.project.files import MemoryFiles
from rune.source.runefile import CheckedRunefile, Diagnostic, Fix, Severity, check
from rune.tensor import ElementType, TensorType
from tests.support.language.signatures import TWO, known

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
      - type: i16
        dimensions: [16000]
  model:
    model: ./words.tflite
    inputs: [audio]
    outputs:
      - type: f32
        dimensions: [1, 3]
  best:
    proc-block: hotg-ai/proc-blocks@v0.11.3#most_confident_indices
    inputs:
      - model
  word:
    proc-block: hotg-ai/proc-blocks@v0.11.3#label
    inputs: [best]
    args:
      wordlist: $WORDS
  serial:
    out: SERIAL
    inputs: [word, model.0]
resources:
  WORDS:
    path: ./words.txt
"""

SIGNATURES = {
    "words.tflite": ModelSignature(
        (ModelTensor("samples", TensorType(ElementType.I16, (1, 16000))),),
        (ModelTensor("scores", TensorType(ElementType.F32, (1, 3))),),
    ),
    "two.tflite": TWO,
}

signature = known(SIGNATURES)


def checked(text: str, **more: bytes) -> CheckedRunefile:
    """The check of a Runefile in a project with its words and models."""
    contents = {"words.txt": b"one\ntwo\nthree\n", "words.tflite": b"", "two.tflite": b"", **more}
    return check(MemoryFiles({**contents, "Runefile.yml": text.encode()}), PUBLISHED_BLOCKS, signatures=signature)


def problems(text: str, **more: bytes) -> list[str]:
    """Severity, code and message of everything that is wrong."""
    return [f"{item.severity.value}[{item.code}]: {item.message}" for item in checked(text, **more).diagnostics]


def only_problem(text: str, **more: bytes) -> Diagnostic:
    """The one thing that is wrong."""
    (diagnostic,) = checked(text, **more).diagnostics
    return diagnostic


def errors(text: str) -> list[Diagnostic]:
    return [diagnostic for diagnostic in checked(text).diagnostics if diagnostic.severity is Severity.ERROR]


def spanned(text: str, diagnostic: Diagnostic) -> str:
    """The text that the diagnostic points at."""
    return text[diagnostic.span.start.offset : diagnostic.span.end.offset]


def applied(text: str, fixes: Sequence[Fix]) -> str:
    """The text after the first fix."""
    for edit in sorted(fixes[0].edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start.offset] + edit.text + text[edit.span.end.offset :]
    return text
