"""Answers to apps and pages at a deployment's address: by key, by origin, by digest, and the refusals."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Membership, User
from forge.deployments.actions import create_key, go_back, revoke_key, rotate_key, serve_tag
from forge.deployments.models import CallsOfDay, Deployment, DeploymentKey
from forge.deployments.serving import callers
from forge.deployments.serving.calls import CallKey, write_calls
from forge.deployments.serving.pending_counts import PendingCounts
from forge.projects.models import Project
from forge.registry.tags.withdrawing.actions import withdraw_tag
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import deployed, published

pytestmark = pytest.mark.django_db

ADDRESS = "/d/acme/kitchen/website"
OURS, FOREIGN = "https://acme.example", "https://elsewhere.example"


@pytest.fixture
def deployment(developer: User, project: Project) -> Deployment:
    return deployed(developer, project)


@pytest.fixture
def secret(deployment: Deployment, developer: User) -> str:
    return create_key(developer, deployment, "Site key")[1]


def ask(client: Client, secret: str = "", origin: str = "", address: str = ADDRESS, **headers: str) -> Any:
    fields = {"x-api-key": secret, "Origin": origin} | headers
    return client.get(address, headers={name: value for name, value in fields.items() if value})


def load(client: Client, secret: str, **headers: str) -> Any:
    """The bytes that an app gets, as a client does it: the address of the rune, then the rune."""
    return client.get(urlsplit(ask(client, secret).json()["rune"]["url"]).path, headers=headers)


def body_of(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


@pytest.mark.slow
def test_an_app_with_a_key_gets_the_rune_by_its_digest(client: Client, deployment: Deployment, secret: str) -> None:
    pointer = ask(client, secret)
    assert (pointer.status_code, pointer["Cache-Control"]) == (200, "private, no-cache")
    assert (pointer.json()["version"], pointer.json()["rune"]["size"]) == ("stable", len(RUNE))
    rune = load(client, secret)
    assert body_of(rune) == RUNE
    assert rune["Cache-Control"] == "public, max-age=31536000, immutable"
    assert rune["X-Accel-Expires"] == "60"
    assert (rune["Content-Type"], rune["ETag"]) == ("application/wasm", f'"{pointer.json()["rune"]["digest"]}"')


@pytest.mark.slow
def test_an_app_that_asks_again_costs_few_queries(
    client: Client, secret: str, django_assert_num_queries: Callable[[int], Any]
) -> None:
    ask(client, secret)
    with django_assert_num_queries(5):
        assert ask(client, secret).status_code == 200


@pytest.mark.slow
def test_a_rune_is_served_in_parts_compressed_and_not_twice(client: Client, secret: str) -> None:
    part = load(client, secret, Range="bytes=0-3")
    assert (part.status_code, body_of(part), part["Content-Range"]) == (206, RUNE[:4], f"bytes 0-3/{len(RUNE)}")
    response = load(client, secret, **{"Accept-Encoding": "br, gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(body_of(response)) == RUNE
    assert "Accept-Encoding" in response["Vary"]
    for etag in (response["ETag"], load(client, secret)["ETag"]):
        again = load(client, secret, **{"If-None-Match": f'"other", {etag}'})
        assert (again.status_code, body_of(again), again["ETag"]) == (304, b"", etag)
    pointer = ask(client, secret)
    assert ask(client, secret, **{"If-None-Match": pointer["ETag"]}).status_code == 304


@pytest.mark.slow
def test_a_change_of_what_is_served_is_seen_by_the_next_request(
    client: Client, deployment: Deployment, secret: str, developer: User, project: Project
) -> None:
    before = ask(client, secret)
    published(developer, project, "beta", RUNE + b"beta")
    serve_tag(developer, deployment, "beta")
    after = ask(client, secret, **{"If-None-Match": before["ETag"]})
    assert (after.status_code, after.json()["version"]) == (200, "beta")
    assert body_of(load(client, secret)) == RUNE + b"beta"
    old = ask(client, secret, address=f"{ADDRESS}/{before.json()['rune']['digest']}")
    assert body_of(old) == RUNE
    go_back(developer, deployment, 1)
    assert ask(client, secret).json()["version"] == "stable"


# -- what is refused, each by its name


@pytest.mark.slow
@pytest.mark.protects("delivery/refusals")
def test_each_refusal_has_a_name(
    client: Client, deployment: Deployment, secret: str, developer: User, project: Project
) -> None:
    key = DeploymentKey.objects.get()

    def refusal(*args: Any, **headers: str) -> tuple[int, str]:
        answer = ask(client, *args, **headers)
        return answer.status_code, answer.json()["name"]

    assert refusal() == (401, "key-missing")
    assert refusal(secret[:-1] + "!") == (403, "key-unknown")
    assert refusal(secret, address="/d/acme/kitchen/nowhere") == (403, "key-unknown")
    assert refusal(secret, address="/d/nobody/kitchen/website") == (403, "key-unknown")
    assert refusal(secret, FOREIGN) == (403, "origin-refused")
    assert refusal(secret, address=f"{ADDRESS}/sha256:{'0' * 64}") == (404, "rune-unknown")
    assert client.post(ADDRESS).json()["name"] == "method-refused"
    DeploymentKey.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert refusal(secret) == (403, "key-expired")
    DeploymentKey.objects.update(expires=None)
    withdraw_tag(developer, project, "stable", "It has a password in it.")
    assert refusal(secret) == (410, "version-withdrawn")
    rune = deployment.releases.get().rune
    assert refusal(secret, address=f"{ADDRESS}/{rune}") == (410, "version-withdrawn")
    revoke_key(developer, key.deployment, key.pk)
    assert refusal(secret) == (403, "key-revoked")


@pytest.mark.slow
@pytest.mark.protects("delivery/other-deployments")
def test_a_key_opens_its_own_deployment_alone(
    client: Client, deployment: Deployment, secret: str, developer: User, project: Project
) -> None:
    other = deployed(developer, project, title="Phone app", kind="app")
    own = create_key(developer, other, "iOS")[1]
    assert ask(client, own, address="/d/acme/kitchen/phone-app").status_code == 200
    assert ask(client, secret, address="/d/acme/kitchen/phone-app").json()["name"] == "key-unknown"
    assert ask(client, own).json()["name"] == "key-unknown"


@pytest.mark.protects("delivery/runes-by-digest")
def test_a_digest_alone_opens_no_rune(client: Client, deployment: Deployment, secret: str) -> None:
    rune = deployment.releases.get().rune
    for digest in (rune, f"sha256:{'0' * 64}"):
        for address in (f"{ADDRESS}/{digest}", f"{ADDRESS}/{digest}/signatures"):
            for origin in ("", OURS):
                answer = ask(client, "", origin, address)
                assert (answer.status_code, answer.json()["name"]) == (401, "key-missing")
            assert ask(client, secret[:-1] + "!", address=address).json()["name"] == "key-unknown"
            link = address.replace(ADDRESS, f"{ADDRESS}/{uuid4()}")
            assert ask(client, address=link).json()["name"] == "key-unknown"
    with_key = ask(client, secret, address=f"{ADDRESS}/{rune}")
    assert (with_key.status_code, body_of(with_key)) == (200, RUNE)
    assert with_key["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "x-api-key" in with_key["Vary"]
    assert ask(client, secret, address=f"{ADDRESS}/{rune}/signatures").status_code == 200


@pytest.mark.slow
@pytest.mark.protects("delivery/runes-by-digest", "delivery/keys-that-outlive")
def test_the_address_of_a_rune_ends_with_the_key_that_it_was_given_for(
    client: Client, deployment: Deployment, secret: str, developer: User, project: Project
) -> None:
    key = DeploymentKey.objects.get()
    rune = deployment.releases.get().rune
    _, new = rotate_key(developer, key.deployment, key.pk, 7)
    addresses = [urlsplit(ask(client, each).json()["rune"]["url"]).path for each in (secret, new)]
    assert [client.get(each).status_code for each in addresses] == [200, 200]
    pointer = ask(client, secret)
    assert ask(client, new, **{"If-None-Match": pointer["ETag"]}).status_code == 200, "its address is another one"
    other = deployed(developer, project, title="Phone app", kind="app")
    elsewhere = client.get(addresses[0].replace("/website/", "/phone-app/"))
    assert elsewhere.json()["name"] == "key-unknown"
    own = create_key(developer, other, "iOS")[1]
    assert ask(client, own, address=f"{ADDRESS}/{rune}").json()["name"] == "key-unknown"
    revoke_key(developer, key.deployment, key.pk)
    for path in ("", "/signatures"):
        assert ask(client, address=f"{addresses[0]}{path}").json()["name"] == "key-revoked"
        assert ask(client, secret, address=f"{ADDRESS}/{rune}{path}").json()["name"] == "key-revoked"
    assert client.get(addresses[1]).status_code == 200
    Membership.objects.filter(user=developer).update(role="viewer")
    assert client.get(addresses[1]).json()["name"] == "key-revoked"


@pytest.mark.slow
@pytest.mark.protects("delivery/foreign-pages")
def test_only_pages_of_its_origins_may_read_what_a_deployment_answers(client: Client, secret: str) -> None:
    def preflight(origin: str, address: str = ADDRESS) -> Any:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "x-api-key",
        }
        return client.options(address, headers=headers)

    response = preflight(OURS)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (204, OURS)
    assert "x-api-key" in response["Access-Control-Allow-Headers"]
    documents = preflight(OURS, f"{ADDRESS}/tuf/timestamp.json")
    assert (documents.status_code, documents["Access-Control-Allow-Origin"]) == (204, OURS)
    assert "Date" in documents["Access-Control-Expose-Headers"]
    refusal = preflight(FOREIGN)
    assert (refusal.status_code, refusal.content) == (403, preflight(OURS, "/d/acme/kitchen/nowhere").content)
    rune = ask(client, secret).json()["rune"]["digest"]
    answers = [
        refusal,
        ask(client, secret, FOREIGN),
        ask(client, secret, FOREIGN, f"{ADDRESS}/{rune}"),
        load(client, secret, Origin=FOREIGN),
        ask(client, "", FOREIGN),
    ]
    for answer in answers:
        assert answer.status_code in (401, 403)
        assert "Access-Control-Allow-Origin" not in answer
    for answer in (
        ask(client, secret, OURS),
        ask(client, "", OURS),
        ask(client, secret, OURS, f"{ADDRESS}/{rune}"),
        load(client, secret, Origin=OURS),
    ):
        assert answer["Access-Control-Allow-Origin"] == OURS
        assert "Origin" in answer["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.protects("delivery/keys-that-outlive")
def test_a_key_serves_nothing_once_its_maker_may_not_deploy(client: Client, secret: str, developer: User) -> None:
    Membership.objects.filter(user=developer).update(role="viewer")
    assert ask(client, secret).json()["name"] == "key-revoked"


@pytest.mark.slow
def test_both_keys_work_while_one_replaces_the_other(
    client: Client, deployment: Deployment, secret: str, developer: User
) -> None:
    _, new = rotate_key(developer, deployment, DeploymentKey.objects.get().pk, 7)
    assert [ask(client, each).status_code for each in (secret, new)] == [200, 200]
    assert DeploymentKey.objects.exclude(last_used=None).count() == 2


@pytest.mark.slow
@pytest.mark.protects("delivery/floods")
def test_a_key_is_limited_by_the_minute(client: Client, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "CALLS_A_MINUTE", 2)
    assert [ask(client, secret).status_code for _ in range(2)] == [200, 200]
    answer = ask(client, secret)
    assert (answer.status_code, answer.json()["name"], answer["Retry-After"]) == (429, "too-often", "60")
    cache.clear()
    assert ask(client, secret).status_code == 200


@pytest.mark.slow
@pytest.mark.protects("delivery/logged-keys")
def test_a_key_reaches_no_log(client: Client, secret: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for origin in ("", OURS, FOREIGN):
            ask(client, secret, origin)
        ask(client, secret + "x")
    assert secret not in caplog.text
    assert all(secret not in str(vars(record)) for record in caplog.records if record.name != "django.request")
    assert all(secret not in record.getMessage() for record in caplog.records)


@pytest.mark.slow
@pytest.mark.protects("delivery/counted-people")
def test_calls_are_counted_by_day_and_without_people(deployment: Deployment) -> None:
    calls: PendingCounts[CallKey] = PendingCounts()
    for is_refused in (False, False, True):
        calls.add((deployment.pk, is_refused))
    write_calls(calls)
    write_calls(calls)
    row = CallsOfDay.objects.get()
    assert (row.answered, row.refused) == (2, 1)
    assert {field.name for field in CallsOfDay._meta.get_fields()} == {"id", "deployment", "day", "answered", "refused"}
