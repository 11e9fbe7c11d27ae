"""Fixtures that the tests of accounts share."""

from __future__ import annotations

import pytest

from forge.accounts.models import Membership, Organisation, Role, User


@pytest.fixture
def second(organisation: Organisation) -> User:
    """Another owner."""
    person = User.objects.create_user("second@acme.example", name="Second")
    Membership.objects.create(organisation=organisation, user=person, role=Role.OWNER)
    return person
