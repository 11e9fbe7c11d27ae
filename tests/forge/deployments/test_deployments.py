"""Deployments: what they serve, going back, following a tag as far as the gate allows, and who may change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.blobs.sweep import delete_orphan_links
from forge.core.errors import Forbidden, Invalid, NotFound, Stale
from forge.core.models import AuditEntry, BlobLink, Event
from forge.deployments.access import find_deployment
from forge.deployments.actions import (
    Choice,
    DeploymentChange,
    NewDeployment,
    change_deployment,
    create_deployment,
    delete_deployment,
    follow_tag,
    go_back,
    serve_tag,
)
from forge.deployments.errors import BadOrigin, DeploymentExists, VersionNotAccepted
from forge.deployments.models import Deployment, Release
from forge.deployments.origins import checked_origin
from forge.deployments.registrations import follow_all
from forge.notices.models import Notice
from forge.projects.models import Project
from forge.registry.describing.actions import deprecate_tag
from forge.registry.publishing.actions import publish_build, publish_past_gate
from forge.registry.withdrawing.actions import withdraw_tag
from forge.reviews.actions import give_verdict
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Delivery
from tests.forge.factories.builds import RUNE
from tests.forge.factories.deployments import built_with, deployed, published

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
API = "/api/v1/projects/acme/kitchen/deployments"
OTHER = RUNE + b"other"


@pytest.fixture
def following(developer: User, reviewer: User, project: Project) -> Deployment:
    """A deployment that follows the tag `stable`, which anyone may set."""
    return deployed(developer, project, follow=True)


def now(deployment: Deployment) -> Release:
    return deployment.releases.get(ended=None)


def versions(deployment: Deployment) -> list[str]:
    return list(deployment.releases.order_by("number").values_list("version", flat=True))


# -- creating and changing


@pytest.mark.slow
def test_a_deployment_serves_the_build_of_a_tag_and_keeps_its_bytes(developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    release = now(deployment)
    artefact = release.build.artefact
    assert artefact is not None
    assert (deployment.name, release.version, release.rune) == ("website", "stable", artefact.digest)
    assert BlobLink.objects.filter(owner_id=release.pk, blob=release.rune).exists()


@pytest.mark.slow
def test_a_release_is_called_by_its_version_also_where_another_tag_chose_it(developer: User, project: Project) -> None:
    tag = published(developer, project, "1.0")
    publish_build(developer, tag.build, "stable")
    assert now(deployed(developer, project)).version == "1.0"


@pytest.mark.slow
def test_two_deployments_of_a_project_have_two_names(developer: User, project: Project) -> None:
    deployed(developer, project)
    with pytest.raises(DeploymentExists, match="website"):
        deployed(developer, project, title="WebSite")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Acme.example", "https://acme.example"),
        ("https://acme.example:443/", "https://acme.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_stored_as_browsers_send_it(text: str, origin: str) -> None:
    assert checked_origin(text) == origin


@pytest.mark.protects("delivery/wide-origins")
@pytest.mark.parametrize(
    "text",
    [
        *("*", "https://*.acme.example", "null", "acme.example", "https://acme.example/page", "ftp://acme.example"),
        *("https://jo@acme.example", "https://acme.example:x", "https://a b.example", "https://"),
    ],
)
def test_an_origin_names_one_site(text: str, developer: User, project: Project) -> None:
    with pytest.raises(BadOrigin):
        change_deployment(developer, deployed(developer, project), DeploymentChange(origins=[text]))


@pytest.mark.slow
def test_a_deployment_that_is_deleted_leaves_no_links(owner: User, reviewer: User, project: Project) -> None:
    deployment = deployed(owner, project)
    release = now(deployment).pk
    delete_deployment(owner, deployment)
    delete_orphan_links()
    assert not Deployment.objects.exists()
    assert not BlobLink.objects.filter(owner_id=release).exists()


@pytest.mark.protects("delivery/who-deploys")
def test_who_may_not_deploy_changes_nothing(viewer: User, reviewer: User, developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    for person in (viewer, reviewer):
        with pytest.raises(Forbidden):
            serve_tag(person, deployment, Choice("stable"))
        with pytest.raises(Forbidden):
            go_back(person, deployment, 1)
    with pytest.raises(Forbidden):
        delete_deployment(developer, deployment)
    with pytest.raises(Forbidden):
        follow_tag(developer, deployment)


@pytest.mark.slow
@pytest.mark.protects("delivery/who-deploys")
def test_a_token_that_publishes_changes_no_deployment(developer: User, project: Project, client: Client) -> None:
    deployed(developer, project)
    publisher = create_token(developer, "ci", ["rune:publish"], None)[1]
    deployer = create_token(developer, "cd", ["deployment:manage"], None)[1]
    for secret, status in ((publisher, 403), (deployer, 200)):
        headers = {"Authorization": f"Bearer {secret}"}
        etag = client.get(f"{API}/website", headers=headers)["ETag"]
        answer = client.put(
            f"{API}/website/version",
            {"tag": "stable"},
            content_type="application/json",
            headers={**headers, "If-Match": etag},
        )
        assert answer.status_code == status, answer.content


# -- what it serves


@pytest.mark.slow
def test_going_back_serves_the_earlier_build_and_follows_no_tag(
    following: Deployment, developer: User, project: Project
) -> None:
    first = now(following)
    published(developer, project, "stable", OTHER)
    follow_tag(INSTALLATION, following)
    assert now(following).digest != first.digest
    go_back(developer, following, first.number)
    follow_tag(INSTALLATION, following)
    following.refresh_from_db()
    assert (now(following).digest, following.follows) == (first.digest, "")
    assert versions(following) == ["stable"] * 3
    with pytest.raises(Invalid, match="already"):
        go_back(developer, following, first.number)
    with pytest.raises(NotFound):
        go_back(developer, following, 99)


def test_the_same_choice_again_makes_no_release(developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    serve_tag(developer, deployment, Choice("stable"))
    assert len(versions(deployment)) == 1


def test_a_version_never_moves_and_cannot_be_followed(developer: User, project: Project) -> None:
    with pytest.raises(Invalid, match="never moves"):
        deployed(developer, project, "1.0", follow=True)


@pytest.mark.slow
def test_a_choice_is_of_the_build_that_the_person_saw(developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    seen = now(deployment).digest
    published(developer, project, "stable", OTHER)
    with pytest.raises(Stale, match="stable is build 2 now"):
        serve_tag(developer, deployment, Choice("stable", digest=seen))


@pytest.mark.slow
def test_a_new_version_reaches_a_webhook_and_who_chose_the_last_one(
    owner: User, developer: User, reviewer: User, project: Project
) -> None:
    create_webhook(owner, project.organisation, "https://example.com/hook", ["deploy"])
    deployment = deployed(developer, project)
    published(developer, project, "beta", OTHER)
    serve_tag(owner, deployment, Choice("beta"))
    assert list(Delivery.objects.values_list("type", flat=True)) == ["deployment.served"] * 2
    notice = Notice.objects.get(person=developer, kind="deployed")
    assert "Website" in str(notice.facts)


# -- the gate


@pytest.mark.slow
@pytest.mark.protects("delivery/unapproved")
def test_a_followed_tag_that_moves_to_what_nobody_approved_does_not_move_the_deployment(
    following: Deployment, developer: User, project: Project
) -> None:
    before = now(following)
    publish_build(developer, built_with(developer, project, OTHER), "stable")
    follow_tag(INSTALLATION, following)
    follow_tag(INSTALLATION, following)
    following.refresh_from_db()
    assert now(following) == before
    assert "It has 0 of 1 approval" in following.block_reasons[0]
    assert Event.objects.filter(type="deployment.blocked").count() == 1
    assert AuditEntry.objects.filter(action="deployment.block").count() == 1


@pytest.mark.slow
def test_the_deployment_moves_once_somebody_approves(
    following: Deployment,
    developer: User,
    reviewer: User,
    project: Project,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tag = publish_build(developer, built_with(developer, project, OTHER), "stable")
    following.refresh_from_db()
    assert following.blocked_digest == tag.manifest.blob_id
    with django_capture_on_commit_callbacks(execute=True):
        give_verdict(reviewer, tag.build, "approve")
    following.refresh_from_db()
    assert (now(following).digest, following.blocked_digest) == (tag.manifest.blob_id, "")
    assert (now(following).tag, now(following).chosen_by) == ("stable", None)


@pytest.mark.slow
def test_the_sweep_moves_what_no_event_moved(following: Deployment, developer: User, project: Project) -> None:
    tag = published(developer, project, "stable", OTHER)
    follow_all()
    follow_all()
    assert now(following).digest == tag.manifest.blob_id
    assert len(versions(following)) == 2


@pytest.mark.slow
def test_a_hold_ends_where_the_tag_comes_back(following: Deployment, developer: User, project: Project) -> None:
    approved_build = now(following).build
    publish_build(developer, built_with(developer, project, OTHER), "stable")
    follow_tag(INSTALLATION, following)
    publish_build(developer, approved_build, "stable")
    follow_all()
    following.refresh_from_db()
    assert (following.blocked_digest, following.block_reasons) == ("", [])


@pytest.mark.slow
@pytest.mark.protects("delivery/unapproved")
def test_nobody_serves_what_nobody_approved(following: Deployment, developer: User, project: Project) -> None:
    publish_build(developer, built_with(developer, project, OTHER), "beta")
    with pytest.raises(VersionNotAccepted, match="approval"):
        serve_tag(developer, following, Choice("beta"))
    with pytest.raises(VersionNotAccepted):
        create_deployment(developer, project, NewDeployment("App", "app", Choice("beta")))


@pytest.mark.slow
def test_what_an_owner_published_past_the_gate_is_served(
    following: Deployment, owner: User, developer: User, project: Project
) -> None:
    publish_past_gate(owner, built_with(developer, project, OTHER), "1.0", "The fair is tomorrow.")
    serve_tag(developer, following, Choice("1.0"))
    assert now(following).version == "1.0"


@pytest.mark.slow
@pytest.mark.protects("delivery/unapproved")
def test_nobody_goes_back_to_what_was_withdrawn_or_deprecated(
    developer: User, reviewer: User, project: Project
) -> None:
    deployment = deployed(developer, project, "1.0")
    published(developer, project, "1.1", OTHER)
    serve_tag(developer, deployment, Choice("1.1"))
    deprecate_tag(developer, project, "1.0", "It is slow.")
    with pytest.raises(VersionNotAccepted, match="It is slow"):
        go_back(developer, deployment, 1)
    withdraw_tag(developer, project, "1.0", "It has a key in it.")
    with pytest.raises(VersionNotAccepted, match="withdrawn: It has a key in it"):
        go_back(developer, deployment, 1)


# -- the API and the pages


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
    (shown,) = browser_of(developer).get(API).json()["deployments"]
    assert shown["url"].endswith("/d/acme/kitchen/website")
    assert [each["version"] for each in shown["history"]] == ["stable"]
    assert shown["blocked"]["digest"] == tag.manifest.blob_id
    assert shown["follows"] == "stable"


@pytest.mark.slow
def test_one_press_on_the_page_goes_back(developer: User, project: Project, browser_of: Browser) -> None:
    deployment = deployed(developer, project)
    published(developer, project, "beta", OTHER)
    serve_tag(developer, deployment, Choice("beta"))
    browser = browser_of(developer)
    page = browser.get("/acme/kitchen/deployments").content.decode()
    assert page.count("Go back</button>") == 1
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    sent = {"do": "return", "release": "1", "seen": seen}
    answer = browser.post("/acme/kitchen/deployments/website/do", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/acme/kitchen/deployments/website")
    assert now(deployment).version == "stable"
    again = browser.post("/acme/kitchen/deployments/website/do", sent)
    assert again.status_code == 412
    assert "Website serves stable now." in again.content.decode()


@pytest.mark.slow
def test_the_page_creates_a_deployment_and_says_what_is_wrong(
    developer: User, project: Project, browser_of: Browser
) -> None:
    tag = published(developer, project, "stable")
    browser = browser_of(developer)
    choice = f"follow stable {tag.manifest.blob_id}"
    sent = {"title": "Website", "kind": "web", "choice": choice, "origins": "https://a.example\nhttps://b.example"}
    assert choice in browser.get("/acme/kitchen/deployments").content.decode()
    wrong = browser.post("/acme/kitchen/deployments", sent | {"origins": "everywhere"})
    assert (wrong.status_code, "is not the origin of a page" in wrong.content.decode()) == (400, True)
    assert browser.post("/acme/kitchen/deployments", sent).status_code == 302
    deployment = find_deployment(developer, project, "website")
    assert (deployment.origins, deployment.follows) == (["https://a.example", "https://b.example"], "stable")
    page = browser.get("/acme/kitchen/deployments/website").content.decode()
    assert ">https://a.example\nhttps://b.example</textarea>" in page
