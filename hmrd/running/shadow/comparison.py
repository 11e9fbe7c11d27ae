"""Says whether two runes can be compared: they read the same, and both count labels. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from hmrd.protocol.problems import DeviceProblem, ProblemName
from rune.tools.api.ports import Input
from rune.watch.layout import LabelBins


def inputs_differ(answering: Sequence[Input], beside: Sequence[Input]) -> DeviceProblem | None:
    """Returns the problem of two runes whose inputs have other names, kinds, types or parameters; None of two that
    read the same."""
    if {each.name: _form(each) for each in answering} == {each.name: _form(each) for each in beside}:
        return None
    detail = "Its inputs have other names, rates or shapes than those of the rune that answers."
    return DeviceProblem(ProblemName.INPUTS_DIFFER, detail)


def labels_missing(answering: LabelBins | None, beside: LabelBins | None) -> DeviceProblem | None:
    """Returns the problem of two runes of which one counts no labels; None where both do."""
    if answering is not None and beside is not None:
        return None
    which = "The rune that answers" if answering is None else "The rune"
    detail = f"{which} counts no labels, so that answers cannot be compared."
    return DeviceProblem(ProblemName.NO_LABELS, detail)


def _form(port: Input) -> object:
    return port.kind, port.type, dict(port.parameters)
