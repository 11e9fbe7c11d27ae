"""Second builds of what was published: whether they gave the same bytes."""

from __future__ import annotations

from django.db import models

from forge.builds.models import Artefact
from rune.digests import DIGEST_LENGTH


class Rebuild(models.Model):
    """The result of building a published rune a second time, in another process with nothing of the first build."""

    artefact = models.OneToOneField(Artefact, on_delete=models.CASCADE, primary_key=True, related_name="rebuild")
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the second rune, or "" if there is none."""
    differences = models.JSONField(default=list)
    """The differences, as sentences about "it", or empty if the bytes are the same."""
    error = models.TextField(blank=True)
    """The reason why there is no second rune, or "" if there is one."""
    created = models.DateTimeField()

    def __str__(self) -> str:
        return f"rebuild of {self.artefact_id}"

    @property
    def is_same(self) -> bool:
        """Whether both builds gave the same bytes."""
        return self.digest == self.artefact.digest
