"""Quotas as an operator sets them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forge.accounts.actions import set_quota
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION

Limit = Callable[[Organisation | User, str, int], None]


@pytest.fixture
def limit() -> Limit:
    """Sets a limit of an organisation or a person."""

    def set_limit(holder: Organisation | User, resource: str, most: int) -> None:
        set_quota(INSTALLATION, holder.stream, resource, most)

    return set_limit
