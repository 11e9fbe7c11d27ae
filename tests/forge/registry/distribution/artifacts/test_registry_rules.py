"""The rules of an organisation's registry: who sets them, on its page and by the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.audit.sentences import render_entries
from forge.core.errors import Forbidden, Stale
from forge.core.models import AuditEntry
from forge.core.preconditions import etag_of
from forge.registry.distribution.artifacts.actions import RegistryTerms, change_registry_rules
from forge.registry.repository.rules import registry_facets, registry_rules_of
from tests.support.clients.registry_client import RegistryClient, credentials
from tests.support.documents.compact_html import compact

pytestmark = pytest.mark.django_db

PAGE = "/acme/-/settings/registry"
API = "/api/v1/organisations/acme/registry"
NOTHING = {"takes_all": False, "versions_move": False}


@pytest.mark.slow
@pytest.mark.protects("registry/foreign-artifacts")
def test_owners_alone_say_what_the_registry_takes(
    organisation: Any, people: dict[str, Any], browser_of: Callable[[Any], Client]
) -> None:
    for kind in ("maintainer", "developer", "reviewer", "viewer"):
        assert browser_of(people[kind]).get(PAGE).status_code == 403, kind
        assert browser_of(people[kind]).post(PAGE, {"takes_all": "1"}).status_code == 403, kind
        with pytest.raises(Forbidden):
            change_registry_rules(people[kind], organisation, RegistryTerms(takes_all=True))
    assert browser_of(people["stranger"]).get(API).status_code == 404
    assert browser_of(people["viewer"]).get(API).json() == NOTHING
    client = browser_of(people["owner"])
    assert client.post(PAGE, {"takes_all": "1"}).status_code == 412, "a form that saw nothing"
    precondition = {"etag": etag_of(registry_facets(registry_rules_of(organisation.pk)))}
    assert client.post(PAGE, {"takes_all": "1"} | precondition).status_code == 302
    assert 'name="takes_all" value="1" checked' in compact(client.get(PAGE).content.decode())
    stale = client.post(PAGE, {"versions_move": "1"} | precondition)
    assert stale.status_code == 412
    assert 'name="versions_move" value="1">' in compact(stale.content.decode()), "the rules as they are now"
    entries = render_entries(list(AuditEntry.objects.filter(action="organisation.registry")))
    assert "artifacts from runes and what refers to them to all" in str(entries)


@pytest.mark.protects("registry/foreign-artifacts")
def test_a_token_of_an_owner_does_not_say_it(organisation: Any, owner: Any) -> None:
    _, secret = create_token(owner, "bot", ["organisation:read", "organisation:write", "registry:push"], None)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    etag = client.get(API).headers["ETag"]
    body = {"takes_all": True, "versions_move": True}
    answer = client.put(API, body, content_type="application/json", headers={"if-match": etag})
    assert answer.status_code == 403


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-settings")
def test_the_rules_are_changed_as_they_were_read(
    organisation: Any, owner: Any, project: Any, developer: Any, browser_of: Callable[[Any], Client]
) -> None:
    client = browser_of(owner)
    etag = client.get(API).headers["ETag"]

    def put(body: dict[str, bool], **headers: str) -> int:
        return client.put(API, body, content_type="application/json", headers=headers).status_code

    assert put(NOTHING) == 428
    change_registry_rules(owner, organisation, RegistryTerms(versions_move=True))
    assert put(NOTHING, if_match=etag) == 412
    with pytest.raises(Stale, match="registry settings of the organisation changed"):
        change_registry_rules(owner, organisation, RegistryTerms(), precondition=[etag.strip('"')])
    all_terms = {"takes_all": True, "versions_move": True}
    assert put(all_terms, if_match=client.get(API).headers["ETag"]) == 200
    assert client.get(API).json() == all_terms
    RegistryClient(credentials(developer)).push_image("nightly", b"layer")
