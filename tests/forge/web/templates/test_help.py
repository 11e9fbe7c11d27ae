"""Help: each page leads to the page of the documentation that explains it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import get_resolver

from forge.core.http.markdown import render_page
from forge.search.docs import page_file
from forge.web.docs.guides import GUIDES


def test_each_guide_is_a_page_of_the_documentation() -> None:
    assert [path for path in GUIDES.values() if page_file(path) is None] == []


def test_each_explained_page_is_one_of_ours() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert set(GUIDES) - names == set()


@pytest.mark.django_db
def test_a_page_names_what_explains_it(client: Any, developer: Any, project: Any) -> None:
    client.force_login(developer)
    page = client.get(f"{project.get_absolute_url()}/share").content.decode()
    assert '<a href="/docs/guides/share"><b>Share</b>' in page


@pytest.mark.django_db
def test_a_page_that_nothing_explains_still_leads_to_the_documentation(client: Any) -> None:
    page = client.get("/docs/tutorial").content.decode()
    assert 'href="/docs/guides/keyboard"' in page
    assert "About this page" not in page


@pytest.mark.slow
@pytest.mark.django_db
def test_each_link_of_the_menu_is_a_page(client: Any) -> None:
    page = client.get("/explore").content.decode()
    menu = page[page.index("data-help") : page.index("</details>", page.index("data-help"))]
    links = [part.split('"')[0] for part in menu.split('<a href="')[1:]]
    assert len(links) == 5
    assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.django_db
def test_a_page_of_the_documentation_shows_its_own_pictures_and_no_others(client: Any) -> None:
    page = client.get("/docs/guides/virtual-pico").content.decode()
    (picture, *_) = re.findall(r'<img src="(/docs/screenshots/[^"]+)" alt="The studio', page)
    answer = client.get(picture)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert client.get("/docs/screenshots/../../static/icons/player-192.png").status_code == 404
    elsewhere = render_page("![a cat](https://example.com/cat.png)", lambda target: target, str)
    assert elsewhere.html == "<p>[a cat]</p>\n"
