"""Actions on samples. Each function checks the permission, does it, and writes audit entry and event."""

from forge.datasets.samples.actions.add import add_sample
from forge.datasets.samples.actions.cut import LabelledPart, ProposedParts, cut_sample, propose_parts
from forge.datasets.samples.actions.mark import (
    UNCHANGED,
    PreviousMarks,
    SampleEventJson,
    SampleMark,
    UnchangedValue,
    mark_samples,
)
from forge.datasets.samples.actions.store import SampleOrigin

__all__ = [
    "UNCHANGED",
    "LabelledPart",
    "PreviousMarks",
    "ProposedParts",
    "SampleEventJson",
    "SampleMark",
    "SampleOrigin",
    "UnchangedValue",
    "add_sample",
    "cut_sample",
    "mark_samples",
    "propose_parts",
]
