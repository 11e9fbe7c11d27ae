"""The stages that turn the number of a class into its label, and the resource with the labels."""

from __future__ import annotations

from collections.abc import Sequence

from lab.recipes.yaml_text import yaml_text


def label_answer(source: str) -> str:
    """Returns the stages that write the label of a class. The stage `source` returns the number of the class."""
    return f"""\
  label:
    proc-block: label
    inputs: [{source}]
    outputs:
      - {{type: utf8, dimensions: [1]}}
    args:
      wordlist: $LABELS

  answer:
    out: SERIAL
    inputs: [label]
"""


def labels_resource(labels: Sequence[str]) -> str:
    """Returns the resource `LABELS`, a line for each label."""
    return f"  LABELS:\n    inline: {yaml_text(chr(10).join(labels))}\n    type: string\n"
