"""Retention by the page, the API and the hourly task: what goes is in the trash, and what is needed stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_token
from forge.accounts.audit.sentences import render_entries
from forge.accounts.principals import INSTALLATION
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.core.preconditions import etag_of
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.retention.access import policy_of, retention_facets
from forge.registry.distribution.retention.actions import change_retention, delete_expired
from forge.registry.distribution.retention.policy import RetentionPolicy, RetentionRule
from forge.registry.distribution.retention.pulls import write_down
from forge.registry.distribution.retention.task import delete_expired_everywhere
from forge.registry.distribution.trash.actions import restore_manifest
from forge.registry.models import Manifest, Repository
from forge.registry.repository.access import repository_of
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.rules.actions import Rules, change_rules
from tests.support.clients.registry_client import (
    RegistryClient,
    body,
    credentials,
    descriptor,
    image,
    index,
    sha,
    take_all,
)
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built

pytestmark = pytest.mark.django_db

PAGE = "/acme/-/settings/retention"
API = "/api/v1/organisations/acme/registry/retention"
OLD = RetentionPolicy((RetentionRule("*", older_days=30), RetentionRule("untagged", older_days=30)))
LONG_AGO = timedelta(days=60)


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    """The client of a developer of an organisation that takes all artifacts."""
    take_all(organisation)
    return RegistryClient(credentials(developer))


def age(*digests: str) -> None:
    """Makes pushed manifests, and their tags, 60 days old; all of them where none is named."""
    manifests = Manifest.objects.filter(blob__in=digests) if digests else Manifest.objects.all()
    before = timezone.now() - LONG_AGO
    ArtifactTag.objects.filter(manifest__in=manifests.values("pk")).update(created=before)
    manifests.update(created=before)


def etag(organisation: Any) -> dict[str, str]:
    return {"etag": etag_of(retention_facets(policy_of(organisation.pk)))}


@pytest.mark.parametrize(
    ("rules", "keep", "message"),
    [
        ((RetentionRule("nightly-*"),), (), "State which artifacts of nightly-* to delete"),
        ((RetentionRule("a b", older_days=1),), (), "is not a pattern"),
        ((RetentionRule("", older_days=1),), (), "is not a pattern"),
        ((RetentionRule("a", older_days=0),), (), "from 1 to"),
        ((RetentionRule("a", older_days=1), RetentionRule("a", keep_last=1)), (), "two rules for a"),
        ((), ("untagged",), "is for rules"),
        (tuple(RetentionRule(f"t{number}", older_days=1) for number in range(21)), (), "At most 20 rules"),
    ],
    ids=["no condition", "no tag", "empty", "zero", "twice", "untagged", "too many"],
)
def test_wrong_rules_are_refused_by_name(organisation: Any, owner: Any, rules: Any, keep: Any, message: str) -> None:
    with pytest.raises(Invalid, match=message.replace("*", r"\*")):
        change_retention(owner, organisation, RetentionPolicy(rules, keep))
    assert policy_of(organisation.pk) == RetentionPolicy()


@pytest.mark.protects("registry/retention")
def test_owners_alone_change_the_rules_and_see_a_preview(
    project: Any, organisation: Any, people: dict[str, Any], browser_of: Callable[[Any], Client]
) -> None:
    with pytest.raises(Forbidden):
        change_retention(people["developer"], organisation, OLD)
    assert browser_of(people["developer"]).get(PAGE).status_code == 403
    assert browser_of(people["viewer"]).get(API).json() == {"rules": [], "keep": []}
    preview = {"rules": [{"tags": "*", "older_days": 1}]}
    response = browser_of(people["developer"]).post(f"{API}/preview", preview, content_type="application/json")
    assert response.status_code == 403
    _, secret = create_token(people["owner"], "bot", ["organisation:read", "organisation:write"], None)
    token = Client(headers={"authorization": f"Bearer {secret}"})
    assert token.post(f"{API}/preview", preview, content_type="application/json").status_code == 403
    with pytest.raises(Forbidden):
        delete_expired(people["owner"], Repository.objects.create(project=project))


@pytest.mark.slow
@pytest.mark.protects("registry/retention")
def test_what_goes_is_previewed_and_can_be_restored(
    registry: RegistryClient, organisation: Any, owner: Any, developer: Any, browser_of: Callable[[Any], Client]
) -> None:
    old = registry.push_image("nightly-1", b"old")
    new = registry.push_image("nightly-2", b"new")
    age(sha(old))
    browser = browser_of(owner)
    form = {"tags-0": "nightly-*", "older-0": "30", "tags-1": "", "keep": "stable"}
    page = compact(browser.post(PAGE, form | {"do": "preview"}).content.decode())
    assert sha(old) in page
    assert sha(new) not in page
    assert "nightly-*: older than 30 days." in page
    assert policy_of(organisation.pk) == RetentionPolicy(), "a preview saves nothing"
    assert browser.post(PAGE, form | {"do": "save"}).status_code == 412, "a form that saw nothing"
    assert browser.post(PAGE, form | {"do": "save"} | etag(organisation)).status_code == 302
    (row,) = browser.get(API).json()["rules"]
    assert (row["tags"], row["older_days"], row["keep_last"]) == ("nightly-*", 30, None)
    delete_expired_everywhere()
    assert registry.get("manifests/nightly-1").status_code == 404
    assert body(registry.get("manifests/nightly-2")) == new
    (entry,) = render_entries(list(AuditEntry.objects.filter(action="artifact.expire")))
    assert "nightly-*: older than 30 days." in str(entry)
    assert browser_of(developer).post("/acme/kitchen/published/trash", {"digest": sha(old)}).status_code == 302
    assert body(registry.get("manifests/nightly-1")) == old


@pytest.mark.slow
@pytest.mark.protects("registry/retention")
def test_what_is_needed_never_goes(
    registry: RegistryClient, project: Any, organisation: Any, owner: Any, developer: Any
) -> None:
    publish_build(developer, approved(built(developer, project)), "1.0")
    publish_build(developer, approved(built(developer, project)), "latest")
    child = registry.push_image("", b"in an index")
    registry.push_manifest(index(child), "stable")
    signed = registry.push_image("kept", b"signed")
    registry.push_blob(b"signature")
    subject = descriptor(signed, "application/vnd.oci.image.manifest.v1+json")
    signature = image(b"signature", subject=subject)
    registry.push_manifest(signature, sha(signature))
    before = set(Manifest.objects.filter(trashed=None).values_list("blob_id", flat=True))
    age()
    change_retention(owner, organisation, RetentionPolicy(OLD.rules, ("stable", "kept")))
    delete_expired_everywhere()
    assert set(Manifest.objects.filter(trashed=None).values_list("blob_id", flat=True)) == before
    # The signed manifest goes first; the signature, which then refers to nothing, goes after it.
    change_retention(owner, organisation, RetentionPolicy(OLD.rules, ("stable",)))
    delete_expired_everywhere()
    trash = set(Manifest.objects.exclude(trashed=None).values_list("blob_id", flat=True))
    assert sha(signed) in trash
    delete_expired_everywhere()
    assert Manifest.objects.get(blob=sha(signature)).trashed is not None
    assert Manifest.objects.get(blob=sha(child)).trashed is None


@pytest.mark.slow
def test_a_pull_counts_as_use(registry: RegistryClient, project: Any, organisation: Any, owner: Any) -> None:
    manifest = registry.push_image("used", b"used")
    registry.push_image("unused", b"unused")
    age()
    assert body(registry.get("manifests/used")) == manifest
    write_down()
    change_retention(owner, organisation, RetentionPolicy((RetentionRule("*", unused_days=30),)))
    repository = repository_of(project)
    assert repository is not None
    assert [sorted(each.artifact.tags) for each in delete_expired(INSTALLATION, repository)] == [["unused"]]


@pytest.mark.protects("registry/retention")
def test_what_a_protected_tag_names_never_goes(
    registry: RegistryClient, project: Any, organisation: Any, owner: Any
) -> None:
    registry.push_image("golden", b"protected later")
    registry.push_image("other", b"free")
    age()
    change_rules(owner, organisation, Rules(protected_tags=("golden",)))
    change_retention(owner, organisation, RetentionPolicy((RetentionRule("*", older_days=30),)))
    repository = repository_of(project)
    assert repository is not None
    assert [sorted(each.artifact.tags) for each in delete_expired(INSTALLATION, repository)] == [["other"]]


@pytest.mark.protects("registry/retention")
@pytest.mark.parametrize("way", ["restored", "pushed"])
def test_what_comes_back_from_the_trash_stays_as_long_as_what_is_new(
    way: str, registry: RegistryClient, project: Any, organisation: Any, owner: Any, developer: Any
) -> None:
    manifest = registry.push_image("", b"old")
    age()
    change_retention(owner, organisation, RetentionPolicy((RetentionRule("untagged", older_days=1),)))
    repository = repository_of(project)
    assert repository is not None
    assert len(delete_expired(INSTALLATION, repository)) == 1
    if way == "restored":
        restore_manifest(developer, project, sha(manifest))
    else:
        registry.push_manifest(manifest)
    assert delete_expired(INSTALLATION, repository) == []
    assert len(delete_expired(INSTALLATION, repository, timezone.now() + timedelta(days=2))) == 1
