"""The badge of a public rune: what it says, and that it says nothing of others."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from forge.projects.actions import update_project
from forge.registry.listings.badge import BadgeColour, BadgeFacts, badge_of
from forge.registry.tags.describing.actions import deprecate_tag
from forge.registry.tags.withdrawing.actions import withdraw_tag
from tests.support.cases import each_case
from tests.support.forge.factories.deployments import published

BADGE = "/acme/kitchen/badge.svg"


def badge_text(address: str = BADGE) -> str:
    """The title of a badge."""
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    root = ElementTree.fromstring(answer.content)
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert root.attrib["aria-label"] == title.text
    return title.text or ""


@pytest.mark.django_db
@pytest.mark.protects("browser/link-pictures")
def test_only_a_public_project_has_a_badge(project: Any, owner: Any, client: Any) -> None:
    for visibility in ("private", "internal"):
        update_project(owner, project, visibility=visibility)
        assert client.get(BADGE).status_code in (302, 404)
    update_project(owner, project, visibility="public")
    assert badge_text() == "kitchen: not published"


@pytest.mark.slow
@pytest.mark.django_db
def test_it_says_the_version_and_what_is_said_of_it(project: Any, owner: Any, developer: Any) -> None:
    update_project(owner, project, visibility="public")
    published(developer, project, "1.0")
    assert badge_text() == "kitchen: 1.0 · approved"
    answer = Client().get(BADGE)
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    deprecate_tag(developer, project, "1.0", "Deaf in noise.")
    assert badge_text() == "kitchen: 1.0 · deprecated"
    assert Client().get(BADGE)["ETag"] != answer["ETag"]
    withdraw_tag(developer, project, "1.0", "It had a key in it.")
    assert badge_text(f"{BADGE}?tag=1.0") == "kitchen: 1.0 · withdrawn"
    assert badge_text() == "kitchen: not published"
    assert Client().get(f"{BADGE}?tag=9.9").status_code == 404


@each_case("text", ["<script>", 'a"b', "a&b", "鍛冶屋", "x" * 500, "", "\u202e1.0"])
def test_any_text_is_a_whole_document_of_bounded_size(text: str) -> None:
    badge = badge_of(BadgeFacts(text, text, BadgeColour.PLAIN))
    root = ElementTree.fromstring(badge)
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {"svg", "title", "clipPath", "rect", "g", "text"}
    assert int(root.attrib["width"]) < 1500
