"""Errors of an evaluation as a whole. One sample that cannot be read is no error: the result lists it."""

from __future__ import annotations

from rune.running.runtime.errors import InputFile


class EvaluationImpossible(Exception):
    """The rune gives no answer that a label could be compared with, or wants more than one input."""


class SamplesRefused(Exception):
    """The folder, table or archive does not say which sample has which label. The message names the line or file."""


class NothingSent(InputFile):
    """The rune sends nothing for a sample, also when silence follows it."""
