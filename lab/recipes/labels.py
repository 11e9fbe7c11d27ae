"""The stages of an answer that is a label."""

from __future__ import annotations


def label_answer(source: str) -> str:
    """The stages that give the label of the class whose number the stage `source` gives."""
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
