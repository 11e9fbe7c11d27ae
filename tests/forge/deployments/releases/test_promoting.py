"""Promoting: production serves what staging serves, in one press, as far as the gate allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.errors import Forbidden, Invalid, Stale
from forge.core.models import AuditEntry, Event
from forge.core.preconditions import etag_of
from forge.deployments.access import find_deployment
from forge.deployments.actions import (
    change_deployment,
    delete_deployment,
    follow_tag,
    go_back,
    promote,
    serve_tag,
)
from forge.deployments.errors import NotPromoted, VersionNotAccepted
from forge.deployments.etag_facets import deployment_facets
from forge.deployments.models import Deployment
from forge.deployments.releases.promotion import promotion_of
from forge.notices.models import Notice
from forge.projects.models import Project
from forge.registry.tags.describing.actions import deprecate_tag
from forge.reviews.actions import give_verdict
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Delivery
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import deployed, now, published, versions

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Browser = Callable[[User], Client]

OTHER = RUNE + b"other"
API = "/api/v1/projects/acme/kitchen/deployments"
PAGE = "/acme/kitchen/deployments/production"


@pytest.fixture
def staging(developer: User, reviewer: User, project: Project) -> Deployment:
    return deployed(developer, project, title="Staging")


@pytest.fixture
def production(developer: User, staging: Deployment, project: Project) -> Deployment:
    """Returns a deployment that serves what staging served first; staging serves 1.1 by now."""
    production = deployed(developer, project, title="Production", promoted_from="staging")
    published(developer, project, "1.1", OTHER)
    serve_tag(developer, staging, "1.1")
    return production


def state_of(person: User, deployment: Deployment) -> str:
    """The state in which somebody saw a deployment."""
    return etag_of(deployment_facets(find_deployment(person, deployment.project, deployment.name)))


def test_one_press_serves_what_staging_serves(
    production: Deployment, staging: Deployment, owner: User, developer: User, project: Project
) -> None:
    create_webhook(owner, project.organisation, "https://example.com/hook", ["deploy"])
    release = promote(owner, production)
    assert (release.version, release.digest, release.promoted_from) == ("1.1", now(staging).digest, "Staging")
    assert versions(production) == ["stable", "1.1"]
    entry = AuditEntry.objects.get(action="deployment.promote")
    (sentence,) = render_entries([entry])
    assert "".join(part.text for part in sentence.parts).startswith(
        "promoted 1.1 from Staging to the deployment Production"
    )
    event = Event.objects.filter(type="deployment.served").latest("pk")
    assert (event.data["promoted_from"], event.data["previous"]) == ("Staging", "stable")
    assert Delivery.objects.get().type == "deployment.served"
    assert "Staging" in str(Notice.objects.get(person=developer, kind="deployed").facts)


def test_one_press_goes_back(production: Deployment, developer: User) -> None:
    first = now(production)
    promote(developer, production)
    go_back(developer, production, first.number)
    assert (now(production).digest, now(production).promoted_from) == (first.digest, "")
    promotion = promotion_of(find_deployment(developer, production.project, "production"))
    assert promotion is not None
    assert promotion.is_pending, "it can be promoted again"


def test_a_promoted_deployment_follows_no_tag(developer: User, staging: Deployment, project: Project) -> None:
    production = deployed(developer, project, title="Production", promoted_from="staging", follow=True)
    published(developer, project, "1.1", OTHER)
    serve_tag(developer, staging, "1.1")
    promote(developer, production)
    follow_tag(INSTALLATION, production)
    production.refresh_from_db()
    assert (production.follows, now(production).version) == ("", "1.1")


@pytest.mark.protects("delivery/unapproved")
def test_what_the_gate_refuses_now_is_not_promoted(
    production: Deployment, staging: Deployment, developer: User, reviewer: User, project: Project
) -> None:
    """Staging serves on what was accepted once. Promoting asks again."""
    give_verdict(reviewer, now(staging).build, "changes", "It answers wrongly.")
    row = find_deployment(developer, project, "production")
    promotion = promotion_of(row)
    assert promotion is not None
    assert promotion.missing
    with pytest.raises(VersionNotAccepted, match=r"1\.1 cannot be served"):
        promote(developer, production)
    assert versions(production) == ["stable"]


@pytest.mark.protects("delivery/unapproved")
def test_what_was_deprecated_is_not_promoted(production: Deployment, developer: User, project: Project) -> None:
    deprecate_tag(developer, project, "1.1", "It drains the battery.")
    with pytest.raises(VersionNotAccepted, match="It drains the battery"):
        promote(developer, production)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_nobody_promotes_something_else_than_they_saw(
    environment: str, production: Deployment, staging: Deployment, developer: User, project: Project
) -> None:
    precondition = state_of(developer, production)
    published(developer, project, "1.2", RUNE + b"third")
    serve_tag(developer, {"staging": staging, "production": production}[environment], "1.2")
    with pytest.raises(Stale, match=rf"{environment.title()} serves 1\.2 now"):
        promote(developer, production, precondition=precondition)


@pytest.mark.protects("delivery/who-deploys")
def test_who_may_not_deploy_promotes_nothing(production: Deployment, viewer: User, reviewer: User) -> None:
    for person in (viewer, reviewer):
        with pytest.raises(Forbidden):
            promote(person, production)
    assert versions(production) == ["stable"]


def test_there_has_to_be_something_to_promote(production: Deployment, staging: Deployment, developer: User) -> None:
    promote(developer, production)
    with pytest.raises(Invalid, match=r"Production serves 1\.1 already, as Staging does"):
        promote(developer, production)
    with pytest.raises(NotPromoted, match="Staging is promoted from no deployment"):
        promote(developer, staging)


def test_a_chain_has_a_first_one(
    production: Deployment, staging: Deployment, developer: User, project: Project
) -> None:
    last = deployed(developer, project, title="Mirror", promoted_from="production")
    for deployment, source in ((staging, "mirror"), (staging, "staging"), (last, "elsewhere")):
        with pytest.raises(Invalid) as error:
            change_deployment(developer, deployment, promoted_from=source)
        assert "promoted_from" in error.value.errors
    change_deployment(developer, last, promoted_from="")
    change_deployment(developer, staging, promoted_from="mirror")
    assert find_deployment(developer, project, "staging").promoted_from == last


def test_a_deployment_outlives_the_one_that_it_is_promoted_from(
    production: Deployment, staging: Deployment, owner: User, developer: User, project: Project
) -> None:
    promote(developer, production)
    delete_deployment(owner, staging)
    row = find_deployment(developer, project, "production")
    assert (row.promoted_from, now(row).promoted_from) == (None, "Staging")


def test_the_page_says_what_changes_and_promotes_in_one_press(
    production: Deployment, staging: Deployment, developer: User, viewer: User, browser_of: Browser
) -> None:
    button = f"Promote 1.1, build {now(staging).build.number}</button>"
    browser = browser_of(developer)
    assert "Staging serves 1.1." in browser.get("/acme/kitchen/deployments").content.decode()
    page = browser.get(PAGE).content.decode()
    assert button in page
    assert "What changes" in page
    assert "meets what the project demands of a deployment" in page
    assert button not in browser_of(viewer).get(PAGE).content.decode()
    etag = page.partition('name="etag" value="')[2].partition('"')[0]
    answer = browser.post(f"{PAGE}/do", {"do": "promote", "etag": etag})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert now(production).version == "1.1"
    again = browser.get(PAGE).content.decode()
    assert "serve the same rune, 1.1" in again
    history = browser.get(PAGE, {"tab": "history"}).content.decode()
    assert "from Staging, " in compact(history), "the history says from where it came"
    assert browser.post(f"{PAGE}/do", {"do": "promote", "etag": etag}).status_code == 412


def test_the_page_says_why_the_gate_does_not_hold(
    production: Deployment, staging: Deployment, developer: User, reviewer: User, browser_of: Browser
) -> None:
    give_verdict(reviewer, now(staging).build, "changes", "It answers wrongly.")
    page = browser_of(developer).get(PAGE).content.decode()
    assert "1.1 cannot be promoted yet." in page
    assert 'value="promote" disabled' in page


def test_the_api_tells_what_changes_and_promotes(
    production: Deployment, staging: Deployment, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    answer = browser.get(f"{API}/production/promotion")
    preview = answer.json()
    assert (preview["source"], preview["release"]["version"], preview["is_pending"]) == ("staging", "1.1", True)
    assert (preview["missing"], bool(preview["changes"])) == ([], True)
    assert browser.post(f"{API}/production/promotion").status_code == 428
    response = browser.post(f"{API}/production/promotion", headers={"If-Match": answer["ETag"]})
    assert response.status_code == 200, response.content
    assert response.json()["history"][0]["promoted_from"] == "Staging"
    stale = browser.post(f"{API}/production/promotion", headers={"If-Match": answer["ETag"]})
    assert stale.status_code == 412
    assert browser.get(f"{API}/production/promotion").json()["changes"] == []
    assert browser.get(f"{API}/staging/promotion").status_code == 404


def test_what_is_promoted_from_another_follows_no_tag(
    developer: User, project: Project, staging: Deployment, browser_of: Browser
) -> None:
    published(developer, project, "latest")
    both = deployed(developer, project, "latest", title="Production", follow=True, promoted_from="staging")
    assert (both.follows, versions(both)) == ("", ["latest"])
    with pytest.raises(Invalid, match="is promoted from Staging, so it cannot follow a tag too"):
        serve_tag(developer, both, "latest", follow=True)
    page = browser_of(developer).get(PAGE).content.decode()
    assert 'value="fixed latest' in page
    assert 'value="follow latest' not in page

    later = deployed(developer, project, "latest", title="Shop", follow=True)
    assert later.follows == "latest"
    change_deployment(developer, later, promoted_from="staging")
    later.refresh_from_db()
    assert later.follows == ""
    published(developer, project, "latest", OTHER)
    follow_tag(INSTALLATION, later)
    assert versions(later) == ["latest"]
