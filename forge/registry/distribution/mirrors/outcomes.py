"""The result of a mirror's last copy or fetch, as its page shows it."""

from __future__ import annotations

from django.utils import timezone

from forge.registry.distribution.mirrors.models import LONGEST_PROBLEM, Mirror


def note_outcome(mirror: Mirror, problem: str = "") -> None:
    """Stores that a mirror worked, or why it did not."""
    Mirror.objects.filter(pk=mirror.pk).update(changed=timezone.now(), problem=problem[:LONGEST_PROBLEM])
