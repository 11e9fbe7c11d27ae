"""A small project for edits of its graph."""

from __future__ import annotations

from difflib import ndiff

from rune.editing.language.apply import apply_edits
from rune.editing.language.graph.edit import GraphEdit, edit_graph
from tests.support.language.written_runefiles import analysed

PROJECT = """\
# Words.
version: 1
image: runicos/base

pipeline:
  # One second.
  audio:
    capability: SOUND
    outputs:
      - {type: i16, dimensions: [16000]}
    args:
      hz: 16000  # as the model learned it
      sample-duration-ms: 1000

  # The scores.
  model:
    model: ./words.tflite
    inputs: [audio]
    outputs:
      - {type: f32, dimensions: [1, 3]}

  best:
    proc-block: most_confident_indices
    inputs: [model]
    outputs:
      - {type: u32, dimensions: [1]}
    args:
      count: 1

  word:
    proc-block: label
    inputs: [best]
    args:
      wordlist: $WORDS

  answer:
    out: SERIAL
    inputs: [word, model]

resources:
  WORDS:
    path: ./words.txt
    type: string
"""


def text_after(edit: GraphEdit, text: str = PROJECT) -> str:
    """The text after the edit."""
    analysis = analysed(text)
    return apply_edits(text, [each for each in edit_graph(analysis, edit) if each.file == analysis.runefile])


def changed(edit: GraphEdit, text: str = PROJECT) -> list[str]:
    """The lines that the edit takes away and puts in."""
    lines = ndiff(text.splitlines(), text_after(edit, text).splitlines())
    return [line for line in lines if line[0] in "+-"]


def problems(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in analysed(text).checked_runefile.diagnostics]
