"""Deployments over the API and on their pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.deployments.access import find_deployment
from forge.deployments.actions import (
    follow_tag,
    serve_tag,
)
from forge.deployments.models import Deployment
from forge.deployments.pages import deployments
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import built_with, deployed, now, published

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
API = "/api/v1/projects/acme/kitchen/deployments"
OTHER = RUNE + b"other"


@pytest.mark.slow
def test_an_act_names_what_it_saw(developer: User, project: Project, browser_of: Browser) -> None:
    deployed(developer, project)
    browser = browser_of(developer)
    etag = browser.get(f"{API}/website")["ETag"]

    def change(**headers: str) -> Any:
        return browser.patch(f"{API}/website", {"title": "Site"}, content_type="application/json", headers=headers)

    assert change().status_code == 428
    answer = change(**{"If-Match": etag})
    assert (answer.status_code, answer.json()["title"], answer.json()["name"]) == (200, "Site", "website")
    assert change(**{"If-Match": etag}).status_code == 412
    assert "settings" in change(**{"If-Match": etag}).json()["detail"]


@pytest.mark.slow
def test_the_api_shows_what_is_served_and_why_it_stays(
    following: Deployment, developer: User, project: Project, browser_of: Browser
) -> None:
    tag = publish_build(developer, built_with(developer, project, OTHER), "stable")
    follow_tag(INSTALLATION, following)
    (deployment,) = browser_of(developer).get(API).json()["results"]
    assert deployment["url"].endswith("/d/acme/kitchen/website")
    assert [each["version"] for each in deployment["history"]] == ["stable"]
    assert deployment["blocked"]["digest"] == tag.manifest.blob_id
    assert deployment["follows"] == "stable"


@pytest.mark.slow
def test_the_api_lists_them_a_page_at_a_time_the_oldest_first(
    developer: User, project: Project, browser_of: Browser
) -> None:
    for title in ("One", "Two", "Three"):
        deployed(developer, project, title=title)
    browser = browser_of(developer)
    first = browser.get(API, {"limit": 2}).json()
    assert [each["name"] for each in first["results"]] == ["one", "two"]
    second = browser.get(first["next"]).json()
    assert ([each["name"] for each in second["results"]], second["next"]) == (["three"], None)


@pytest.mark.slow
def test_one_press_on_the_page_goes_back(developer: User, project: Project, browser_of: Browser) -> None:
    deployment = deployed(developer, project)
    published(developer, project, "beta", OTHER)
    serve_tag(developer, deployment, "beta")
    browser = browser_of(developer)
    page = browser.get("/acme/kitchen/deployments").content.decode()
    assert page.count("Go back</button>") == 1
    etag = page.partition('name="etag" value="')[2].partition('"')[0]
    form = {"do": "return", "release": "1", "etag": etag}
    answer = browser.post("/acme/kitchen/deployments/website/do", form)
    assert (answer.status_code, answer["Location"]) == (302, "/acme/kitchen/deployments/website?tab=history")
    assert now(deployment).version == "stable"
    again = browser.post("/acme/kitchen/deployments/website/do", form)
    assert again.status_code == 412
    assert "Website serves stable now." in again.content.decode()


@pytest.mark.slow
def test_the_page_creates_a_deployment_and_says_what_is_wrong(
    developer: User, project: Project, browser_of: Browser
) -> None:
    tag = published(developer, project, "stable")
    browser = browser_of(developer)
    choice = f"follow stable {tag.manifest.blob_id}"
    form = {"title": "Website", "kind": "web", "choice": choice, "origins": "https://a.example\nhttps://b.example"}
    assert choice in browser.get("/acme/kitchen/deployments").content.decode()
    wrong = browser.post("/acme/kitchen/deployments", form | {"origins": "everywhere"})
    assert (wrong.status_code, "is not the origin of a page" in wrong.content.decode()) == (400, True)
    created = browser.post("/acme/kitchen/deployments", form)
    assert created.status_code == 200
    deployment = find_deployment(developer, project, "website")
    assert (deployment.origins, deployment.follows) == (["https://a.example", "https://b.example"], "stable")
    (key,) = deployment.keys.all()
    secret = re.search(r'aria-label="The key" readonly', created.content.decode())
    assert secret, "the answer shows the first key"
    assert f"{deployment.served_path}/try#key=hf_web_" in created.content.decode(), "and a link for a phone"
    page = browser.get("/acme/kitchen/deployments/website").content.decode()
    assert "The key" not in page
    assert "/try#key=" not in page
    assert key.hint in browser.get("/acme/kitchen/deployments/website?tab=keys").content.decode()
    settings = browser.get("/acme/kitchen/deployments/website?tab=settings").content.decode()
    assert ">https://a.example\nhttps://b.example</textarea>" in settings


def test_many_deployments_have_pages_and_the_chosen_one_stays_on_its_page(
    developer: User, project: Project, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployments, "ON_A_PAGE", 2)
    for title in ("Website", "Phone app", "Boards"):
        deployed(developer, project, title=title)
    browser = browser_of(developer)
    first = browser.get("/acme/kitchen/deployments").content.decode()
    assert "3 deployments of kitchen" in first
    assert re.findall(r'id="deployment-([a-z-]+)"', first) == ["website", "phone-app"]
    assert '<option value="boards"' in first, "each can be promoted from"
    last = browser.get("/acme/kitchen/deployments?page=2").content.decode()
    assert re.findall(r'id="deployment-([a-z-]+)"', last) == ["boards"]
    assert "?use=boards&amp;page=2&amp;language=" in last
    assert '<option value="website"' in last


def test_the_tabs_of_a_deployment_have_one_part_each_and_deleting_stands_apart_from_saving(
    developer: User, owner: User, reviewer: User, project: Project, browser_of: Browser
) -> None:
    deployed(developer, project)
    address, headings = "/acme/kitchen/deployments/website", {"": "Use it", "keys": "Keys", "history": "History"}
    browser = browser_of(owner)
    for tab, heading in (headings | {"settings": "Settings", "state": "Signed state"}).items():
        page = browser.get(address, {"tab": tab}).content.decode()
        titles = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
        assert heading in titles
        assert not {"Keys", "History", "Settings", "Signed state"} & set(titles) - {heading}
    settings = browser.get(address, {"tab": "settings"}).content.decode()
    saving, _, deleting = settings.partition('value="save"')
    assert "</form>" in deleting.partition('value="delete"')[0], "a form of its own"
    assert 'data-sure="Delete Website?"' in deleting
    assert 'value="delete"' not in saving
    assert 'value="delete"' not in browser_of(developer).get(address, {"tab": "settings"}).content.decode()
    viewed = browser_of(reviewer).get(address, {"tab": "settings"}).content.decode()
    assert "tab=settings" not in viewed
    assert 'value="save"' not in viewed
    again = browser.post(f"{address}/do", {"do": "key", "name": ""})
    assert (again.status_code, '?tab=keys" aria-current="page"' in again.content.decode()) == (400, True)
