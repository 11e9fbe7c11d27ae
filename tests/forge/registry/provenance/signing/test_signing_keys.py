"""Keys of an organisation: who makes, brings and revokes them, on the page and by the API, and what is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.audit.sentences import render_entries
from forge.core.errors import Conflict, Forbidden, Invalid, Stale
from forge.core.models import AuditEntry
from forge.core.preconditions import etag_of
from forge.jobs.models import Job
from forge.projects.models import Visibility
from forge.registry.models import SigningKey
from forge.registry.provenance.signing.actions import keys as actions
from forge.registry.provenance.signing.actions.keys import add_signing_key, create_signing_key, revoke_signing_key
from rune.tools.signing.keys import Algorithm, make_private_key
from tests.support.documents.compact_html import compact

pytestmark = pytest.mark.django_db

PAGE = "/acme/-/settings/signing"
API = "/api/v1/organisations/acme/signing-keys"
PUBLIC = make_private_key(Algorithm.ED25519).public
REASON = "The laptop was stolen."

CurrentFacets = Callable[[], tuple[Any, ...]]


def post(client: Client, current_facets: CurrentFacets, **values: str) -> Any:
    return client.post(PAGE, values | {"etag": etag_of(current_facets())})


@pytest.mark.slow
@pytest.mark.protects("registry/who-signs")
def test_owners_alone_have_to_do_with_keys(
    organisation: Any, people: dict[str, Any], browser_of: Callable[[Any], Client], current_facets: CurrentFacets
) -> None:
    for kind in ("maintainer", "developer", "reviewer", "viewer"):
        client = browser_of(people[kind])
        assert client.get(PAGE).status_code == 403, kind
        assert post(client, current_facets, do="create", algorithm="ed25519").status_code == 403, kind
        with pytest.raises(Forbidden):
            create_signing_key(people[kind], organisation, Algorithm.P256)
        with pytest.raises(Forbidden):
            add_signing_key(people[kind], organisation, PUBLIC.pem)
    assert browser_of(people["stranger"]).get(PAGE).status_code == 404
    assert browser_of(people["stranger"]).get(API).status_code == 404
    assert not SigningKey.objects.exists()
    assert browser_of(people["owner"]).get(PAGE).status_code == 200


@pytest.mark.protects("registry/who-signs")
def test_no_token_changes_keys(organisation: Any, owner: Any, key: SigningKey) -> None:
    _, secret = create_token(owner, "bot", ["organisation:read", "organisation:write", "registry:push"], None)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    etag = client.get(API).headers["ETag"]
    body = {"public_key": PUBLIC.pem}
    headers = {"if-match": etag}
    assert client.post(API, body, content_type="application/json", headers=headers).status_code == 403
    address = f"{API}/{key.pk}/revocation"
    assert client.put(address, {"reason": REASON}, content_type="application/json", headers=headers).status_code == 403


@pytest.mark.slow
def test_a_key_is_made_by_the_signer_on_the_page(
    organisation: Any,
    owner: Any,
    browser_of: Callable[[Any], Client],
    current_facets: CurrentFacets,
    run_signer: Callable[[], list[Job]],
) -> None:
    client = browser_of(owner)
    assert "Nothing is signed yet" in client.get(PAGE).content.decode()
    assert post(client, current_facets, do="create", algorithm="ed25519").status_code == 302
    assert "The signer creates it" in compact(client.get(PAGE).content.decode())
    assert post(client, current_facets, do="create", algorithm="ed25519").status_code == 302
    assert SigningKey.objects.count() == 1, "one that is not made yet is not asked for twice"
    run_signer()
    key = SigningKey.objects.get()
    page = compact(client.get(PAGE).content.decode())
    assert key.fingerprint in page
    assert "This server signs what acme publishes" in page
    assert key.sealed not in page
    entries = str(render_entries(list(AuditEntry.objects.filter(action__startswith="signing-key"))))
    assert "asked for a signing key" in entries
    assert key.fingerprint in entries


def test_a_key_at_home_takes_the_place_of_one_that_was_made_here(
    key: SigningKey, organisation: Any, owner: Any, browser_of: Callable[[Any], Client], current_facets: CurrentFacets
) -> None:
    client = browser_of(owner)
    assert post(client, current_facets, do="add", public_key=PUBLIC.pem).status_code == 302
    key.refresh_from_db()
    assert key.retired is not None
    page = compact(client.get(PAGE).content.decode())
    assert "acme signs at home" in page
    assert PUBLIC.fingerprint in page
    with pytest.raises(Invalid, match="has this key, or had it"):
        add_signing_key(owner, organisation, PUBLIC.pem)


@pytest.mark.protects("registry/private-keys")
def test_a_private_key_is_neither_taken_nor_shown_again(
    organisation: Any, owner: Any, browser_of: Callable[[Any], Client], current_facets: CurrentFacets
) -> None:
    private = make_private_key(Algorithm.P256).private_bytes().decode()
    answer = post(browser_of(owner), current_facets, do="add", public_key=private)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Keep it to yourself" in page
    assert private.splitlines()[1] not in page
    assert not SigningKey.objects.exists()


@pytest.mark.slow
def test_a_revocation_has_a_reason_and_is_for_good(
    key: SigningKey, organisation: Any, owner: Any, browser_of: Callable[[Any], Client], current_facets: CurrentFacets
) -> None:
    client = browser_of(owner)
    assert post(client, current_facets, do="revoke", key=str(key.pk), reason="no").status_code == 400
    assert post(client, current_facets, do="revoke", key="nonsense", reason=REASON).status_code == 404
    assert post(client, current_facets, do="revoke", key=str(key.pk), reason=REASON).status_code == 302
    key.refresh_from_db()
    assert (key.revocation, key.is_signing) == (REASON, False)
    assert REASON in client.get(PAGE).content.decode()
    revoke_signing_key(owner, organisation, key.pk, "Another reason, which comes late.")
    key.refresh_from_db()
    assert key.revocation == REASON
    with pytest.raises(Invalid, match="or had it"):
        add_signing_key(owner, organisation, key.public_key)


@pytest.mark.protects("reviews/stale-settings")
def test_keys_are_changed_as_they_were_seen(
    key: SigningKey, organisation: Any, owner: Any, current_facets: CurrentFacets
) -> None:
    before = [etag_of(current_facets())]
    add_signing_key(owner, organisation, PUBLIC.pem)
    with pytest.raises(Stale, match="signing keys changed"):
        revoke_signing_key(owner, organisation, key.pk, REASON, precondition=before)


def test_an_organisation_has_so_many_keys_at_most(
    key: SigningKey, organisation: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_KEYS", 1)
    with pytest.raises(Conflict, match="at most 1 keys"):
        add_signing_key(owner, organisation, PUBLIC.pem)
    revoke_signing_key(owner, organisation, key.pk, REASON)


def test_the_api_does_what_the_page_does(
    organisation: Any, owner: Any, browser_of: Callable[[Any], Client], run_signer: Callable[[], list[Job]]
) -> None:
    client = browser_of(owner)

    def change(method: str, address: str, body: dict[str, str]) -> Any:
        headers = {"if-match": client.get(API).headers["ETag"]}
        return client.generic(method, address, __import__("json").dumps(body), "application/json", headers=headers)

    assert client.post(API, {"public_key": PUBLIC.pem}, content_type="application/json").status_code == 428
    response = change("POST", API, {"public_key": PUBLIC.pem})
    assert (response.status_code, response.json()["origin"], response.json()["signs"]) == (201, "home", True)
    created = change("POST", API, {"algorithm": "ed25519"})
    assert (created.status_code, created.json()["fingerprint"]) == (201, "")
    run_signer()
    keys = client.get(API).json()["keys"]
    assert [each["signs"] for each in keys] == [True, False]
    response = change("PUT", f"{API}/{keys[0]['id']}/revocation", {"reason": REASON})
    assert (response.status_code, response.json()["revocation"]) == (200, REASON)


@pytest.mark.protects("registry/revoked-keys")
def test_whoever_may_pull_reads_which_keys_were_revoked(
    key: SigningKey, organisation: Any, owner: Any, project: Any, browser_of: Callable[[Any], Client]
) -> None:
    address = f"/api/v1/projects/{project.full_name}/signing-keys"
    revoke_signing_key(owner, organisation, key.pk, REASON)
    assert Client().get(address).status_code == 401
    project.visibility = Visibility.PUBLIC
    project.save()
    (row,) = Client().get(address).json()["keys"]
    assert (row["fingerprint"], row["revocation"]) == (key.fingerprint, REASON)
    assert "sealed" not in row
