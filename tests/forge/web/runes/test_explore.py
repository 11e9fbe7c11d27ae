"""Explore shows what is shared with who asks, and nothing else; an organisation shows it too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import Organisation, User
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import VISITOR, acting_as
from forge.projects.actions import update_project, write_file
from forge.projects.models import Project
from forge.registry.listings.answer import answer_of
from forge.registry.listings.licences import licence_of
from forge.registry.listings.rows import MOST_STAGES, stages_of
from forge.registry.models import Listing
from forge.registry.tags.publishing.actions import publish_build
from forge.web.explore import steps_of
from tests.support.forge.factories.builds import approved, built

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def published_project(project: Project, developer: User, owner: User) -> Project:
    """The project, private, with version 1.0 and a description."""
    write_file(developer, project, "LICENSE", b"MIT License\n\nCopyright")
    update_project(owner, project, description="Hears the tap")
    publish_build(developer, approved(built(developer, project)), "1.0")
    project.refresh_from_db()
    return project


def shown_to(browser_of: Browser, person: User | None, query: str = "") -> bool:
    return "Hears the tap" in text_of(browser_of(person).get(f"/explore{query}"))


@pytest.mark.slow
@pytest.mark.protects("roles/explore")
def test_what_is_private_is_shown_to_nobody_also_where_somebody_guesses_its_name(
    published_project: Project, people: dict[str, Any], browser_of: Browser
) -> None:
    for person in people.values():
        for query in ("", "?q=kitchen", "?sensor=RAW", "?licence=MIT", "?size=2048", "?sort=name"):
            assert not shown_to(browser_of, person, query)
    for nobody in (people["stranger"], None):
        there, nowhere = browser_of(nobody).get("/acme"), browser_of(nobody).get("/nothing")
        assert there.status_code == nowhere.status_code != 200


@pytest.mark.slow
@pytest.mark.protects("roles/internal-projects")
def test_what_is_internal_is_shown_to_people_with_an_account(
    published_project: Project, owner: User, stranger: User, browser_of: Browser
) -> None:
    update_project(owner, published_project, visibility="internal")
    assert shown_to(browser_of, stranger)
    assert not shown_to(browser_of, None)
    assert browser_of(stranger).get("/acme/kitchen").status_code == 200
    assert browser_of(None).get("/acme/kitchen").status_code == 302
    assert browser_of(stranger).get("/api/v1/projects/acme/kitchen/tags/1.0/rune").status_code == 200
    assert browser_of(stranger).get("/api/v1/projects/acme/kitchen/files").status_code == 404
    assert browser_of(None).get("/api/v1/projects/acme/kitchen/tags/1.0/rune").status_code == 401


@pytest.mark.slow
@pytest.mark.protects("roles/internal-projects")
def test_a_token_that_is_held_to_something_else_sees_nothing_internal(
    published_project: Project, owner: User, stranger: User
) -> None:
    update_project(owner, published_project, visibility="internal")
    own = Organisation.objects.get(name="other")
    token, _ = create_token(stranger, "held", ["read"], None, [own.stream])
    free, _ = create_token(stranger, "free", ["read"], None)
    assert not can(acting_as(stranger, token), Verb.SEE, published_project)
    assert can(acting_as(stranger, free), Verb.SEE, published_project)
    assert not can(VISITOR, Verb.SEE, published_project)


@pytest.mark.slow
def test_what_is_public_is_shown_to_anyone_with_its_figures(
    published_project: Project, owner: User, browser_of: Browser
) -> None:
    update_project(owner, published_project, visibility="public")
    page = text_of(browser_of(None).get("/explore"))
    assert "Hears the tap" in page
    assert "1.0" in page
    assert "MIT" in page
    assert "Approved" in page
    assert "Hears the tap" in text_of(browser_of(None).get("/acme"))
    assert "Members" not in text_of(browser_of(None).get("/acme"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("?q=tap+acme", True),
        ("?q=tap+nothing", False),
        ("?sensor=SOUND", False),
        ("?licence=MIT", True),
        ("?licence=Apache-2.0", False),
        ("?size=32", True),
        ("?size=nonsense&sort=nonsense&licence=nonsense&page=99", True),
    ],
)
def test_words_sensor_licence_and_size_are_searched(
    query: str, is_shown: bool, published_project: Project, owner: User, browser_of: Browser
) -> None:
    update_project(owner, published_project, visibility="public")
    assert shown_to(browser_of, None, query) is is_shown


@pytest.mark.slow
@pytest.mark.protects("roles/explore")
def test_a_card_draws_the_pipeline_and_names_what_runs_when_it_is_asked_to(
    published_project: Project, owner: User, stranger: User, browser_of: Browser
) -> None:
    update_project(owner, published_project, visibility="internal")
    internal = text_of(browser_of(stranger).get("/explore"))
    update_project(owner, published_project, visibility="public")
    public = text_of(browser_of(None).get("/explore"))
    for page in (internal, public):
        assert re.findall(r'<li class="(\w+)" title="([^"]+)">', page) == [
            ("capability", "Numbers"),
            ("output", "Output"),
        ]
        assert "<iframe" not in page
        assert 'data-run="/api/v1/projects/acme/kitchen/tags/1.0"' in page
    # Fetches from an internal project are written down, so that nothing of it is fetched before a person wants it.
    assert ("data-answers" in internal, "data-answers" in public) == (False, True)
    assert browser_of(None).get("/api/v1/projects/acme/kitchen/tags/1.0/rune").status_code == 200


@pytest.mark.slow
def test_a_card_says_from_which_sensor_to_which_answer_a_rune_leads(
    published_project: Project, owner: User, browser_of: Browser
) -> None:
    update_project(owner, published_project, visibility="public")
    card = text_of(browser_of(None).get("/explore")).partition('class="small rune-card-does">')[2]
    words = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", card.partition("</p>")[0])
    assert words.split() == ["Numbers", "to", "a", "number"]


def test_an_answer_in_words_names_labels_and_counts_the_rest() -> None:
    outline: dict[str, Any] = {
        "nodes": [
            {
                "name": "label",
                "kind": "block",
                "arguments": [{"name": "wordlist", "value": "$L", "file": "labels.txt"}],
            },
            {"name": "answer", "kind": "output", "detail": "SERIAL"},
        ],
        "wires": [{"target": "answer", "type": "utf8[1]"}],
    }
    files = {"labels.txt": "yes\nno\n", "": ""}
    assert answer_of(outline, files.__getitem__) == "yes or no"
    assert answer_of(outline, lambda _: "\n".join(map(str, range(9)))) == "0, 1, 2, 3 or 5 more"
    assert answer_of(outline, lambda _: "") == "text"
    numbers = {**outline, "nodes": outline["nodes"][1:], "wires": [{"target": "answer", "type": "f32[1, 1]"}]}
    assert answer_of(numbers, files.__getitem__) == "a number"
    assert answer_of({**numbers, "wires": [{"target": "answer", "type": "f32[3]"}]}, files.__getitem__) == "numbers"
    assert answer_of({}, files.__getitem__) == ""


def test_of_a_long_pipeline_a_card_draws_the_ends_and_counts_the_rest() -> None:
    nodes = [{"kind": "output", "detail": "SERIAL"}, {"kind": "capability", "detail": "SOUND 16 kHz"}]
    nodes += [{"kind": "block", "detail": f"hotg-ai/step_{number}@v1"} for number in range(200)]
    stages = stages_of({"nodes": nodes})
    assert (len(stages), stages[0][0], stages_of({})) == (MOST_STAGES, "capability", [])
    stages = stages_of({"nodes": [*nodes[:5], {"kind": "model", "detail": "./m.tflite"}, nodes[5]]})
    assert [step.words for step in steps_of(stages)] == ["Sound", "step_0", "3 more", "step_3", "Output"]


@pytest.mark.slow
@pytest.mark.protects("roles/explore")
def test_a_draft_after_the_publication_is_told_to_nobody(
    published_project: Project, owner: User, developer: User, browser_of: Browser
) -> None:
    update_project(owner, published_project, visibility="public")
    write_file(developer, published_project, "LICENSE", b"Apache License\nVersion 2.0")
    row = Listing.objects.get()
    assert (row.licence, row.tag.name) == ("MIT", "1.0")
    publish_build(developer, approved(built(developer, published_project, b"\0asm other")), "1.1")
    row.refresh_from_db()
    assert (row.licence, row.tag.name) == ("Apache-2.0", "1.1")


@pytest.mark.slow
def test_a_deleted_project_is_not_listed(published_project: Project, owner: User, browser_of: Browser) -> None:
    update_project(owner, published_project, visibility="public")
    Project.objects.update(deleted_at=published_project.created)
    assert not shown_to(browser_of, None)


@pytest.mark.slow
def test_a_link_to_a_public_rune_says_what_it_is_and_a_private_page_says_nothing(
    published_project: Project, owner: User, developer: User, browser_of: Browser
) -> None:
    assert "og:title" not in text_of(browser_of(developer).get("/acme/kitchen"))
    update_project(owner, published_project, visibility="public")
    page = text_of(browser_of(None).get("/acme/kitchen"))
    assert '<meta property="og:title" content="acme/kitchen">' in page
    assert '<meta property="og:description" content="Hears the tap">' in page


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("   Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("MIT License\n", "MIT"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007", "GPL-3.0"),
        ("Redistribution and use in source and binary forms, with or without", "BSD-2-Clause"),
        ("All rights reserved.", ""),
        ("", ""),
        ("x" * 5000 + "MIT License", ""),
    ],
)
def test_a_licence_is_known_by_how_it_begins(text: str, name: str) -> None:
    assert licence_of(text) == name
