"""The number of projects of an organisation, and whether it may have another."""

from __future__ import annotations

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.core.errors import QuotaReached
from forge.projects.models import Project


def count_projects(organisation: Organisation) -> int:
    """Returns the number of its living projects."""
    return Project.objects.alive().filter(organisation=organisation).count()


def require_another(organisation: Organisation) -> None:
    """Raises `QuotaReached` where there are as many projects as there may be.

    Call it in the transaction that makes a project.
    """
    locked(organisation)
    limit = limit_of(organisation.stream, QuotaResource.PROJECTS)
    if count_projects(organisation) >= limit:
        raise QuotaReached(
            f"{organisation.name} has {limit} projects, which is the limit. "
            "Delete one that is not needed, or ask the operator of this server for more."
        )
