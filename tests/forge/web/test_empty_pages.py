"""A page with nothing to list yet says what the thing is, and offers the first step by a button that works."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

Browser = Callable[[Any], Client]

OF_DEVELOPERS = {
    "/acme/kitchen/data": ("Samples are sounds, pictures or motion", "/acme/kitchen/data/collect"),
    "/acme/kitchen/training": ("learns from samples", "/acme/kitchen/data"),
    "/acme/kitchen/searches": ("A search learns from a version of the data", "/acme/kitchen/data"),
    "/acme/kitchen/builds": ("A build has a number and a page", "/acme/kitchen/studio"),
    "/acme/kitchen/published": ("A published version never changes", "/acme/kitchen/builds"),
    "/acme/kitchen/reviews": ("A review asks people to try a build", "/acme/kitchen/builds"),
    "/acme/kitchen/change-requests": ("can offer their changes", "/acme/kitchen/copy"),
    "/acme/kitchen/deployments": ("Publish a build first", "/acme/kitchen/builds"),
    "/acme/-/jobs": ("Long-running work of members", "/acme"),
    "/acme/-/activity": ("are listed here, with who made them", "/acme"),
    "/explore": ("is listed here once it has", "/try"),
    "/explore?q=zzzz": ("Try fewer letters", "/explore"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", OF_DEVELOPERS)
def test_an_empty_page_says_what_the_thing_is_and_offers_the_first_step(
    project: Any, people: dict[str, Any], browser_of: Browser, address: str
) -> None:
    words, first_step = OF_DEVELOPERS[address]
    browser = browser_of(people["owner"])
    page = browser.get(address).content.decode()
    main = " ".join(page[page.index("<main") :].split())
    assert words in main
    buttons = re.findall(r'<a class="button[^"]*" href="([^"]*)"', main)
    assert first_step in buttons
    assert browser.get(first_step).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_may_not_publish_is_not_sent_to_builds(project: Any, people: dict[str, Any], browser_of: Browser) -> None:
    for address in ("/acme/kitchen/published", "/acme/kitchen/deployments"):
        page = browser_of(people["viewer"]).get(address).content.decode()
        assert "See the builds" not in page
