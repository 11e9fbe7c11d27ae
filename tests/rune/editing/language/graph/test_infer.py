"""Types are written in where they were left out, and nowhere else."""

from __future__ import annotations

from rune.editing.language.apply import apply_edits
from rune.editing.language.graph.infer import infer_types
from rune.source.runefile.syntax import RunefileForm
from tests.support.language.written_runefiles import analysed

BARE = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 16000, sample_duration_ms: 1000}
  model:
    model: ./words.tflite
    inputs: [audio]
    outputs:  # from the model
  best:
    inputs: [model]
    args: {count: 2}
    proc-block: most_confident_indices
  two: {model: ./two.tflite, inputs: [best, best]}
  wrong:
    proc-block: normalize
    inputs: [model]
    outputs: [{type: u8}]
  nobody:
    proc-block: unheard-of
    inputs: [model]
  answer:
    out: SERIAL
    inputs: [best, two, wrong, nobody]
"""


def inferred(text: str) -> str:
    return apply_edits(text, infer_types(analysed(text)))


def test_types_follow_from_arguments_models_and_blocks() -> None:
    text = inferred(BARE)
    assert "    capability: SOUND\n    outputs:\n      - {type: i16, dimensions: [16000]}\n" in text
    assert "    outputs:  # from the model\n      - {type: f32, dimensions: [1, 3]}\n" in text
    assert "    inputs: [model]\n    outputs:\n      - {type: u32, dimensions: [2]}\n    args: {count: 2}\n" in text
    assert "inputs: [best, best], outputs: [{type: f32, dimensions: [2]}, {type: u8, dimensions: [4]}]}" in text


def test_what_is_written_or_not_known_stays() -> None:
    text = inferred(BARE)
    assert "outputs: [{type: u8}]" in text
    assert "    proc-block: unheard-of\n    inputs: [model]\n  answer:" in text
    assert text.count("outputs:") == BARE.count("outputs:") + 3
    assert inferred(text) == text


def test_the_old_line_by_line_form_is_left() -> None:
    analysis = analysed("FROM x\nCAPABILITY<_> a RAW --length 1\nOUT serial\nRUN a serial\n")
    assert analysis.checked_runefile.syntax.form is RunefileForm.TEXT
    assert infer_types(analysis) == ()
