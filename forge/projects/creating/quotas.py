"""How many projects an organisation has, and whether it may have another."""

from __future__ import annotations

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.core.errors import QuotaReached
from forge.projects.models import Project


def count_projects(organisation: Organisation) -> int:
    """Its living projects."""
    return Project.objects.alive().filter(organisation=organisation).count()


def require_another(organisation: Organisation) -> None:
    """In the transaction that makes a project: raises `QuotaReached` where there are as many as there may be."""
    locked(organisation)
    limit = limit_of(organisation.stream, QuotaResource.PROJECTS)
    if count_projects(organisation) >= limit:
        raise QuotaReached(
            f"{organisation.name} has {limit} projects, which is as many as it may have. "
            "Delete one that is not needed, or ask the operator of this server for more."
        )
