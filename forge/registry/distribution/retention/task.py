"""The hourly deletion of what retention rules say."""

from __future__ import annotations

import logging

from forge.accounts.principals import INSTALLATION
from forge.registry.distribution.retention.access import repositories_of
from forge.registry.distribution.retention.actions import delete_expired
from forge.registry.distribution.retention.models import RetentionRules

_log = logging.getLogger(__name__)

DELETE_EVERY = 3600.0
"""Seconds."""


def delete_expired_everywhere() -> None:
    """Deletes in each repository of the organisations that have rules, in a transaction for each repository."""
    for organisation in RetentionRules.objects.exclude(rules=[]).values_list("pk", flat=True):
        for repository in repositories_of(organisation):
            if count := len(delete_expired(INSTALLATION, repository)):
                _log.info("%d artifacts of %s went to the trash by rules", count, repository.project.full_name)
