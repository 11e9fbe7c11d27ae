"""Roles, the one that allows most first, as `rune.source.policy.roles` declares them; what each is allowed is in
`permissions`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from rune.source.policy.roles import DECLARED_ROLES

_DECLARED = {each.name: each for each in DECLARED_ROLES}


class Role(models.TextChoices):
    """A role of a member. Each role is declared elsewhere; this gives it the name that code uses."""

    OWNER = "owner"
    MAINTAINER = "maintainer"
    DEVELOPER = "developer"
    REVIEWER = "reviewer"
    VIEWER = "viewer"

    @property
    def description(self) -> str:
        """Its label and duties, for the person who gives it."""
        declared = _DECLARED[self.value]
        return f"{declared.label}: {declared.duties}"


_ORDER = tuple(Role)

ROLE_DESCRIPTIONS = {role: role.description for role in reversed(_ORDER)}
"""The role that allows least first, as pages list them."""


def role_choices() -> list[tuple[str, str]]:
    """The choices of a column; a function, so that another role changes no migration."""
    return list(Role.choices)


def is_higher(role: Role, than: Role | None) -> bool:
    """Whether it allows more than another, or than none."""
    return than is None or _ORDER.index(role) < _ORDER.index(than)


def highest(roles: Iterable[Role]) -> Role:
    """The one that allows most; each has all that the ones after it have. Raises `ValueError` for none."""
    return min(roles, key=_ORDER.index)
