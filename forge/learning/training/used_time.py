"""The time that training runs and searches of an organisation compute. Its rows outlive their jobs: a run that goes on,
or is discarded, gives no minutes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from forge.learning.training.models import TrainingTime

DAY = timedelta(days=1)
"""The period for which used time counts."""
MINUTE = timedelta(minutes=1)
"""No time that is computed ends further ahead: a row that says so is of a clock that was ahead, and nobody knows how
long it ran."""
NOTE_SECONDS = 20.0
"""Between two notes of a run that computes: of a worker that dies, so much may be missing."""


@contextmanager
def counted_time(organisation: UUID, tick: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Counts the time of the block as used by an organisation. Gives a `tick` to call in place of the other."""
    now = timezone.now()
    TrainingTime.objects.filter(ended__lte=now - DAY).delete()
    TrainingTime.objects.filter(ended__gt=now + MINUTE).update(begun=now, ended=now)
    row = TrainingTime.objects.create(organisation_id=organisation, begun=now, ended=now)
    last_note = time.monotonic()

    def noting_tick() -> None:
        nonlocal last_note
        tick()
        if time.monotonic() - last_note >= NOTE_SECONDS:
            last_note = time.monotonic()
            _note(row)

    try:
        yield noting_tick
    finally:
        _note(row)


def _note(row: TrainingTime) -> None:
    TrainingTime.objects.filter(pk=row.pk).update(ended=timezone.now())
