"""The usage of resources as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.quotas.limits import OF_ORGANISATION
from forge.accounts.quotas.usage import ResourceUsage
from forge.core.api.json_types import choices


class UsageJson(TypedDict):
    """The usage of one resource by an organisation."""

    resource: Annotated[str, choices("Resource", [each.value for each in OF_ORGANISATION])]
    used: int
    limit: int
    is_near: Annotated[bool, "whether 80 % of the limit are reached"]


class UsagesJson(TypedDict):
    """The usage of each resource that has a quota, by an organisation."""

    usage: list[UsageJson]


def usage_to_json(usage: ResourceUsage) -> UsageJson:
    """A resource beside its limit."""
    return {
        "resource": usage.resource.value,
        "used": usage.used,
        "limit": usage.limit,
        "is_near": usage.is_near,
    }
