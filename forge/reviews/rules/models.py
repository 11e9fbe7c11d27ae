"""An organisation's rules for publishing, which hold for all of its projects."""

from __future__ import annotations

from django.db import models

from forge.accounts.models import Organisation
from rune.source.policy import ApprovalRule, Policy


class OrganisationRules(models.Model):
    """The minimum rules of every project of an organisation. A project's `forge.yml` can only add to them."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    approvals = models.PositiveSmallIntegerField(default=0)
    protected_tags = models.JSONField(default=list)
    confirms = models.BooleanField(default=False)
    """Whether who approves for a protected tag confirms with a passkey or a password who they are."""

    def __str__(self) -> str:
        return f"rules of {self.organisation_id}"

    @property
    def policy(self) -> Policy:
        """The rules as a policy, which stands beside those of the project."""
        approvals = (ApprovalRule(self.approvals),) if self.approvals else ()
        return Policy(approvals=approvals, protected_tags=tuple(self.protected_tags))
