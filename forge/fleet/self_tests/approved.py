"""The outputs with which a device compares those of a rune that it is about to run."""

from __future__ import annotations

from uuid import UUID

from forge.fleet.models import SelfTest
from hmrd.protocol.wanted import ApprovedOutputs


def approved_outputs(organisation: UUID, rune: str) -> ApprovedOutputs | None:
    """Returns the newest outputs of a rune that were computed, with their seed; None where nothing can be compared."""
    tests = SelfTest.objects.filter(organisation=organisation, rune=rune).exclude(outputs="").order_by("-created")
    row = tests.values_list("seed", "outputs").first()
    return None if row is None else ApprovedOutputs(*row)
