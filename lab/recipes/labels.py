"""The stages that turn the number of a class into its label."""

from __future__ import annotations


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
