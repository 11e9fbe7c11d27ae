"""The form that asks for a review names who cannot be asked, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Membership, Role
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
ASK = "/acme/kitchen/builds/1/ask"


def test_who_cannot_be_asked_is_named_with_the_reason(
    project: Any, developer: Any, owner: Any, reviewer: Any, stranger: Any, browser_of: Browser
) -> None:
    built(developer, project)
    Membership.objects.create(organisation=project.organisation, user=stranger, role=Role.VIEWER)
    owner.is_active = False
    owner.save()
    page = " ".join(browser_of(developer).get(ASK).content.decode().split())
    choices, _, others = page.partition('aria-label="Cannot be asked"')
    assert str(reviewer) in choices.partition("Reviewers</legend>")[2]
    assert f'value="{owner.pk}"' not in page
    assert f"{developer} built this or wrote part of it since the last approved build." in others
    assert f"{stranger} has the role Viewer, which gives no verdicts." in others
    assert f"{owner} has a disabled account." in others
    assert "Guests read and comment, and give no verdict." in others
    assert f"<span>{reviewer} " not in others
