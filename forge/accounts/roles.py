"""Roles by name, the one that allows most first; what each is allowed stands in `permissions`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models


class Role(models.TextChoices):
    """What a member may do."""

    OWNER = "owner", "Owner"
    MAINTAINER = "maintainer", "Maintainer"
    DEVELOPER = "developer", "Developer"
    REVIEWER = "reviewer", "Reviewer"
    VIEWER = "viewer", "Viewer"


_ORDER = tuple(Role)


def is_higher(role: Role, than: Role | None) -> bool:
    """Whether it allows more than another, or than none."""
    return than is None or _ORDER.index(role) < _ORDER.index(than)


def highest(roles: Iterable[Role]) -> Role:
    """The one that allows most; each has all that the ones after it have. Raises `ValueError` for none."""
    return min(roles, key=_ORDER.index)
