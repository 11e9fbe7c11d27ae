"""The form of a new deployment has no version chosen that somebody wants changed."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.reviews.actions import give_verdict
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import built_with, published

pytestmark = pytest.mark.django_db


def _chosen(client: Client) -> str:
    page = client.get("/acme/kitchen/deployments").content.decode()
    options = re.findall(r'<option value="([^"]*)"( selected)?>', page.partition('id="field-choice"')[2])
    return str(next((value for value, mark in options if mark), options[0][0]))


def test_the_approved_version_is_chosen_and_not_a_newer_one_that_was_rejected(
    client: Client, developer: User, reviewer: User, project: Project
) -> None:
    published(developer, project, "1.0")
    rejected = built_with(developer, project, RUNE + b"worse")
    publish_build(developer, rejected, "nightly")
    give_verdict(reviewer, rejected, "changes", "It answers wrongly.")
    assert _chosen(client).startswith("fixed 1.0 ")


def test_nothing_is_chosen_where_each_version_was_rejected(
    client: Client, developer: User, owner: User, reviewer: User, project: Project
) -> None:
    rejected = built_with(developer, project, RUNE)
    give_verdict(reviewer, rejected, "changes", "It answers wrongly.")
    publish_past_gate(owner, rejected, "1.0", "The fair opens tomorrow.")
    assert _chosen(client) == ""
