"""Keys of deployments: shown once, stored as a hash, rotated with an overlap, and ended with their maker's right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import change_role, create_token
from forge.accounts.models import Role, User
from forge.accounts.tokens.secrets import hash_secret
from forge.core.errors import Forbidden, Invalid, Stale
from forge.core.models import AuditEntry, Event
from forge.core.preconditions import etag_of
from forge.deployments.actions import create_key, revoke_key, rotate_key
from forge.deployments.errors import KeyEnded, TooManyDeployments
from forge.deployments.etag_facets import key_facet
from forge.deployments.keys import actions as key_actions
from forge.deployments.models import Deployment, DeploymentKey
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
KEYS = "/api/v1/projects/acme/kitchen/deployments/website/keys"


@pytest.fixture
def deployment(developer: User, project: Project) -> Deployment:
    return deployed(developer, project)


@pytest.mark.slow
@pytest.mark.protects("delivery/stored-keys")
def test_a_key_is_shown_once_and_only_its_hash_is_stored(
    deployment: Deployment, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    created = browser.post(KEYS, {"name": "Site key"}, content_type="application/json").json()
    key, secret = DeploymentKey.objects.get(), created["secret"]
    assert (key.secret_hash, secret[:7], created["hint"]) == (hash_secret(secret), "hf_web_", f"hf_web…{secret[-2:]}")
    tables: list[Any] = [AuditEntry, Event, DeploymentKey]
    assert secret not in str([list(table.objects.values()) for table in tables])
    assert secret not in browser.get("/acme/kitchen/deployments/website").content.decode()
    page = browser.post("/acme/kitchen/deployments/website/do", {"do": "key", "name": "Another", "days": ""})
    assert (page.status_code, "hf_web_" in page.content.decode()) == (200, True)


@pytest.mark.slow
def test_a_rotated_key_works_on_for_the_overlap(deployment: Deployment, developer: User) -> None:
    key, old = create_key(developer, deployment, "iOS", days=30)
    successor, new = rotate_key(developer, key.deployment, key.pk, 7)
    key.refresh_from_db()
    assert old != new
    assert key.expires is not None
    assert timedelta(days=6) < key.expires - timezone.now() <= timedelta(days=7)
    assert successor.expires is not None
    assert timedelta(days=29) < successor.expires - timezone.now() <= timedelta(days=30)
    rotate_key(developer, successor.deployment, successor.pk, 0)
    successor.refresh_from_db()
    assert successor.has_ended
    with pytest.raises(KeyEnded):
        rotate_key(developer, successor.deployment, successor.pk, 7)


def test_an_overlap_makes_no_key_last_longer(deployment: Deployment, developer: User) -> None:
    key, _ = create_key(developer, deployment, "iOS", days=1)
    rotate_key(developer, key.deployment, key.pk, 90)
    ends = key.expires
    key.refresh_from_db()
    assert key.expires == ends


@pytest.mark.slow
def test_a_rotation_adds_no_key_over_the_limit(
    deployment: Deployment, developer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_actions, "MAX_KEYS", 2)
    key, _ = create_key(developer, deployment, "iOS")
    successor, _ = rotate_key(developer, key.deployment, key.pk, 7)
    with pytest.raises(TooManyDeployments, match="at most 2 keys"):
        rotate_key(developer, successor.deployment, successor.pk, 7)
    successor.refresh_from_db()
    assert (successor.expires, DeploymentKey.objects.count()) == (None, 2)
    rotate_key(developer, successor.deployment, successor.pk, 0)
    assert DeploymentKey.objects.open().count() == 2


@pytest.mark.slow
def test_a_revoked_key_has_ended(deployment: Deployment, developer: User) -> None:
    key, _ = create_key(developer, deployment, "iOS")
    before = etag_of([key_facet(key)])
    assert revoke_key(developer, key.deployment, key.pk).has_ended
    assert list(DeploymentKey.objects.open()) == []
    with pytest.raises(Stale, match="end of the key iOS"):
        revoke_key(developer, key.deployment, key.pk, precondition=[before])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "days"), [("", 1), ("x" * 41, 1), ("iOS", 0), ("iOS", 4000)])
def test_a_wrong_key_is_refused(name: str, days: int, deployment: Deployment, developer: User) -> None:
    with pytest.raises(Invalid):
        create_key(developer, deployment, name, days)


@pytest.mark.slow
@pytest.mark.protects("delivery/who-deploys")
def test_who_may_not_deploy_gets_no_key(deployment: Deployment, developer: User, reviewer: User) -> None:
    key, _ = create_key(developer, deployment, "iOS")
    with pytest.raises(Forbidden):
        create_key(reviewer, deployment, "Android")
    for act in (rotate_key, revoke_key):
        with pytest.raises(Forbidden):
            act(reviewer, deployment, key.pk)


@pytest.mark.slow
@pytest.mark.protects("delivery/keys-that-outlive")
def test_a_key_ends_with_the_right_of_its_maker(
    deployment: Deployment, owner: User, developer: User, project: Project
) -> None:
    key, _ = create_key(developer, deployment, "iOS")
    change_role(owner, project.organisation, developer.pk, Role.VIEWER)
    key.refresh_from_db()
    assert key.has_ended


@pytest.mark.slow
@pytest.mark.protects("delivery/keys-that-outlive")
def test_a_key_ends_with_the_token_that_made_it(deployment: Deployment, developer: User, client: Client) -> None:
    token, secret = create_token(developer, "cd", ["deployment:manage"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    created = client.post(KEYS, {"name": "iOS"}, content_type="application/json", headers=headers)
    assert created.status_code == 201
    assert DeploymentKey.objects.open().count() == 1
    token.delete()
    assert DeploymentKey.objects.open().count() == 0
