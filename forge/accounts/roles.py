"""Roles in columns and on pages, and their order; what each is allowed is in `permissions`."""

from __future__ import annotations

from collections.abc import Iterable

from rune.source.policy.roles import Role as Role

_ORDER = tuple(Role)

ROLE_DESCRIPTIONS = {role: role.description for role in reversed(_ORDER)}
"""The role that allows least first, as pages list them."""


def role_choices() -> list[tuple[str, str]]:
    """The choices of a column; a function, so that another role changes no migration."""
    return [(str(role), role.label) for role in _ORDER]


def is_higher(role: Role, than: Role | None) -> bool:
    """Returns whether it allows more than another, or than none."""
    return than is None or _ORDER.index(role) < _ORDER.index(than)


def highest(roles: Iterable[Role]) -> Role:
    """The one that allows most; each has all that the ones after it have. Raises `ValueError` for none."""
    return min(roles, key=_ORDER.index)
