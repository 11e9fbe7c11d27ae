"""The rules by which an organisation deletes pushed artifacts."""

from __future__ import annotations

from django.db import models

from forge.accounts.models import Organisation


class RetentionRules(models.Model):
    """An organisation's rules, as `forge.registry.distribution.retention.policy` has them."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    rules = models.JSONField(default=list)
    """Each `{"tags", "keep_last", "unused_days", "older_days"}`, with None for a condition that is not set."""
    keep = models.JSONField(default=list)
    """Patterns of tags that stay."""

    def __str__(self) -> str:
        return f"retention of {self.organisation_id}"
