"""Pushes for which there is no room: the disk of the server is full, or the organisation may store no more."""

from __future__ import annotations

import errno
import json
from typing import Any

import pytest
from django.conf import settings

from forge.accounts.models import Quota
from forge.core.blobs.usage import organisation_bytes
from forge.request_limits import refusals
from forge.request_limits.bodies import BodyGate
from tests.support.clients.registry_client import EMPTY, RegistryClient, body, code, credentials, image, sha, take_all
from tests.support.forge.full_disk import FullDisk

pytestmark = [pytest.mark.protects("registry/no-room")]

LAYER = b"a layer of some bytes" * 100
FULL_DISK = "The disk of the registry's server is full, and nothing of this request was stored."
OF_PAGES = ("studio", "page", "recordings", "typed", "browser")
"""Words that mean nothing to the user of a registry's client."""


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    return RegistryClient(credentials(developer))


def message_of(response: Any) -> str:
    """The sentence of a refusal, which is about a registry and nothing else."""
    (error,) = json.loads(response.content)["errors"]
    assert not [word for word in OF_PAGES if word in error["message"]]
    return str(error["message"])


@pytest.mark.django_db
def test_a_full_disk_is_no_denial(registry: RegistryClient) -> None:
    location = registry.begin()["Location"]
    path, manifest = f"{location}?digest={sha(LAYER)}", image()
    with FullDisk(settings.DATA_DIR, 1).active():
        response = registry.send("PUT", path, LAYER)
    assert code(response) == (507, "UNAVAILABLE")
    assert FULL_DISK in message_of(response)
    assert "Tell the operator" in message_of(response)
    assert registry.send("PUT", path, LAYER).status_code == 201, "the same request works when there is room"
    registry.push_blob(EMPTY)
    with FullDisk(settings.DATA_DIR, 1).active():
        response = registry.push_manifest(manifest, "latest")
    assert code(response) == (507, "UNAVAILABLE")
    assert FULL_DISK in message_of(response)
    assert registry.get("manifests/latest").status_code == 404
    assert registry.push_manifest(manifest, "latest").status_code == 201
    assert body(registry.get("manifests/latest")) == manifest


@pytest.mark.django_db
def test_a_quota_names_the_limit_and_who_raises_it(registry: RegistryClient, organisation: Any) -> None:
    limit = organisation_bytes(organisation.pk) + len(LAYER) - 1
    Quota.objects.create(holder=organisation.stream, resource="bytes", limit=limit)
    responses = [registry.send("PUT", f"{registry.begin()['Location']}?digest={sha(LAYER)}", LAYER)]
    Quota.objects.update(limit=0)
    responses += [registry.begin(), registry.push_manifest(image(), "latest")]
    for response in responses:
        assert code(response) == (403, "DENIED")
        assert "The organisation may store " in message_of(response)
        assert "an owner of the organisation" in message_of(response)


async def test_a_refusal_before_the_registry_has_the_form_of_its_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest that Django keeps in a file, which finds no room, and one that is larger than any request."""
    monkeypatch.setattr(refusals, "LINGER_SECONDS", 0)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def identify(scope: Any) -> str:
        return "jo"

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    gate = BodyGate(application, 100_000, identify)
    for size, expected in ((90_000, (507, "UNAVAILABLE")), (200_000, (413, "SIZE_INVALID"))):
        messages: list[Any] = []

        async def send(message: Any, messages: list[Any] = messages) -> None:
            messages.append(message)

        scope = {
            "type": "http",
            "method": "PUT",
            "path": "/v2/acme/kitchen/manifests/latest",
            "headers": [(b"content-length", b"%d" % size)],
            "client": ("10.0.0.1", 5),
        }
        await gate(scope, receive, send)
        (error,) = json.loads(b"".join(each.get("body", b"") for each in messages[1:]))["errors"]
        assert (messages[0]["status"], error["code"]) == expected
        assert dict(messages[0]["headers"])[b"content-type"] == b"application/json"
        assert not [word for word in OF_PAGES if word in error["message"]]
