"""The outputs with which a device compares those of a rune that it is about to run."""

from __future__ import annotations

from uuid import UUID

from forge.fleet.models import SelfTest
from hmrd.protocol.wanted import ApprovedOutputs


class OutputsPending(Exception):
    """A worker has not computed yet what the approved rune answers."""


def approved_outputs(organisation: UUID, rune: str) -> ApprovedOutputs | None:
    """Returns the announced outputs of a rune, with their seed; None where nothing can be compared. Raises
    `OutputsPending`."""
    test = SelfTest.objects.filter(organisation=organisation, rune=rune, is_announced=True).first()
    if test is not None and test.computed is None:
        raise OutputsPending
    return ApprovedOutputs(test.seed, test.outputs) if test is not None and test.outputs else None
