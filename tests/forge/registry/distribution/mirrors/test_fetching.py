"""Blobs that a repository lacks are fetched for members, compared with their digest, and refused where the other side
lies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core.cache import cache

from forge.accounts.principals import acting_as
from forge.projects.models import Project, Visibility
from forge.registry.distribution.artifacts.models import RegistryRules
from forge.registry.distribution.mirrors.actions import MirrorSettings, set_mirror
from forge.registry.distribution.mirrors.models import Mirror, MirrorDirection
from rune.oci import MANIFEST_TYPE
from tests.forge.registry.distribution.mirrors.lying_registry import (
    CannedAnswer,
    CannedRegistry,
    NotedRequest,
    canned_registry,
    having,
)
from tests.support.cases import each_case
from tests.support.clients.registry_client import (
    EMPTY,
    RegistryClient,
    body,
    credentials,
    descriptor,
    image,
    sha,
    take_all,
)

pytestmark = pytest.mark.django_db

LAYER = b"a layer of another registry" * 30
MANIFEST = image(LAYER)
RIGHT = having(
    {"edge": MANIFEST, "1.0": MANIFEST, "nightly": MANIFEST, sha(MANIFEST): MANIFEST},
    EMPTY,
    LAYER,
    media_type=MANIFEST_TYPE,
)


@dataclass(frozen=True)
class Mirrored:
    """A project that mirrors a registry, and the client of one of its developers."""

    registry: CannedRegistry
    client: RegistryClient
    project: Project

    def problem(self) -> str:
        return Mirror.objects.get().problem


@pytest.fixture
def mirrored(project: Project, owner: Any, developer: Any, organisation: Any, settings: Any) -> Iterator[Mirrored]:
    cache.clear()
    take_all(organisation)
    with canned_registry(RIGHT) as registry:
        settings.MIRROR_REGISTRIES = (registry.origin,)
        wanted = MirrorSettings(registry.origin, "team/door", "robot", "secret")
        set_mirror(acting_as(owner), project, MirrorDirection.FROM, wanted)
        yield Mirrored(registry, RegistryClient(credentials(developer)), project)


def test_a_tag_that_is_lacking_is_fetched_once_with_its_blobs(mirrored: Mirrored) -> None:
    response = mirrored.client.get("manifests/edge")
    assert (response.status_code, body(response)) == (200, MANIFEST)
    assert body(mirrored.client.get(f"blobs/{sha(LAYER)}")) == LAYER
    requests = len(mirrored.registry.requests)
    assert mirrored.client.get("manifests/edge").status_code == 200
    assert len(mirrored.registry.requests) == requests
    assert mirrored.client.tags() == ["edge"]
    assert mirrored.problem() == ""


def test_a_digest_is_fetched_without_a_tag(mirrored: Mirrored) -> None:
    assert body(mirrored.client.get(f"manifests/{sha(MANIFEST)}")) == MANIFEST
    assert mirrored.client.tags() == []


def test_what_neither_side_has_is_asked_for_once_a_minute(mirrored: Mirrored) -> None:
    for _ in range(3):
        assert mirrored.client.get("manifests/9.9").status_code == 404
    assert [each.path for each in mirrored.registry.requests] == ["/v2/team/door/manifests/9.9"]


@pytest.mark.slow
def test_a_tag_that_moved_is_fetched_again_and_a_registry_that_is_away_changes_nothing(mirrored: Mirrored) -> None:
    assert body(mirrored.client.get("manifests/nightly")) == MANIFEST
    cache.clear()
    newer = image(b"newer")
    mirrored.registry.answering = having({"nightly": newer}, EMPTY, b"newer", media_type=MANIFEST_TYPE)
    assert body(mirrored.client.get("manifests/nightly")) == newer
    cache.clear()
    mirrored.registry.answering = lambda request: CannedAnswer(500)
    assert body(mirrored.client.get("manifests/nightly")) == newer
    assert "answered with status 500" in mirrored.problem()


@pytest.mark.protects("registry/mirror-visitors")
def test_visitors_get_what_was_fetched_and_make_the_server_fetch_nothing(mirrored: Mirrored) -> None:
    Project.objects.filter(pk=mirrored.project.pk).update(visibility=Visibility.PUBLIC)
    visitor = RegistryClient({})
    assert visitor.get("manifests/edge").status_code in (401, 404)
    assert mirrored.registry.requests == []
    mirrored.client.get("manifests/edge")
    assert body(visitor.get("manifests/edge")) == MANIFEST


def test_an_organisation_takes_no_more_than_what_may_be_pushed(mirrored: Mirrored, organisation: Any) -> None:
    RegistryRules.objects.filter(organisation=organisation).update(takes_all=False)
    response = mirrored.client.get("manifests/edge")
    assert response.status_code == 403
    assert b"An owner can allow all artifacts" in response.content
    assert mirrored.client.tags() == []


def test_a_mirror_whose_maker_may_no_longer_manage_fetches_nothing(mirrored: Mirrored) -> None:
    Mirror.objects.update(author=None)
    assert mirrored.client.get("manifests/edge").status_code == 404
    assert mirrored.registry.requests == []


def _manifest(data: bytes) -> Callable[[NotedRequest], CannedAnswer | None]:
    def answer(request: NotedRequest) -> CannedAnswer | None:
        if "/manifests/" in request.path:
            return CannedAnswer(200, data, {"Content-Type": MANIFEST_TYPE})
        return RIGHT(request)

    return answer


def _blob(**changes: Any) -> Callable[[NotedRequest], CannedAnswer | None]:
    def answer(request: NotedRequest) -> CannedAnswer | None:
        if request.path.endswith(f"/blobs/{sha(LAYER)}"):
            return replace(CannedAnswer(200, LAYER), **changes)
        return RIGHT(request)

    return answer


_DEEP = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": descriptor(EMPTY, "a/b"), "layers": 7})

LIES = {
    "another blob": (_blob(body=b"x" * len(LAYER)), "are not those of"),
    "a longer blob": (_blob(body=LAYER + b"x"), "has more bytes"),
    "a shorter blob": (_blob(body=LAYER[:-1]), "are not those of"),
    "no blob": (_blob(status=404, body=b""), ""),
    "a redirect elsewhere": (_blob(status=307, headers={"Location": "ftp://elsewhere.example/"}), "not https"),
    "a redirect to itself": (
        _blob(status=307, headers={"Location": f"/v2/team/door/blobs/{sha(LAYER)}"}),
        "redirects more than",
    ),
    "no manifest": (_manifest(b"<html>"), "A manifest is JSON"),
    "a manifest that is too large": (_manifest(b" " * (4 * 1024 * 1024 + 1)), "more than"),
    "a manifest with other parts": (_manifest(_DEEP.encode()), "layers is a list"),
    "a sign-in that is refused": (lambda request: CannedAnswer(401), "Check the user and the password"),
}


@pytest.mark.protects("registry/mirror-lies")
@pytest.mark.parametrize("lie", LIES)
def test_a_registry_that_lies_gives_nothing(mirrored: Mirrored, lie: str) -> None:
    mirrored.registry.answering, sentence = LIES[lie]
    response = mirrored.client.get("manifests/edge")
    assert 400 <= response.status_code < 500, response.content
    assert sentence in mirrored.problem()
    assert mirrored.client.tags() == []


@pytest.mark.protects("registry/mirror-lies")
def test_a_manifest_of_other_bytes_than_its_digest_is_refused(mirrored: Mirrored) -> None:
    mirrored.registry.answering = _manifest(image(b"other"))
    assert mirrored.client.get(f"manifests/{sha(MANIFEST)}").status_code == 404
    assert "with other bytes" in mirrored.problem()


@pytest.mark.protects("registry/mirror-passwords")
def test_the_password_goes_to_the_sign_in_and_the_pass_to_the_registry_alone(mirrored: Mirrored) -> None:
    with canned_registry(lambda request: CannedAnswer(200, LAYER)) as elsewhere:

        def answer(request: NotedRequest) -> CannedAnswer | None:
            if request.path.startswith("/token?"):
                assert "scope=repository%3Ateam%2Fdoor%3Apull" in request.path
                return CannedAnswer(200, b'{"token": "pass"}')
            if request.authorization != "Bearer pass":
                challenge = f'Bearer realm="{mirrored.registry.origin}/token",service="door"'
                return CannedAnswer(401, b"", {"WWW-Authenticate": challenge})
            if request.path.endswith(f"/blobs/{sha(LAYER)}"):
                return CannedAnswer(307, b"", {"Location": f"{elsewhere.origin}/signed"})
            return RIGHT(request)

        mirrored.registry.answering = answer
        assert body(mirrored.client.get("manifests/edge")) == MANIFEST
        assert [each.authorization for each in elsewhere.requests] == [""]
    basic = [each for each in mirrored.registry.requests if each.authorization.startswith("Basic ")]
    assert [each.path.partition("?")[0] for each in basic] == ["/token"]


@pytest.mark.protects("registry/mirror-addresses")
@each_case("reference", ["..%2F..%2Fother%2Fmanifests%2Flatest", "latest%3Fx=1", "latest%23x", ".hidden"])
@each_case("method", ["GET", "HEAD"])
def test_the_other_registry_is_asked_for_digests_and_tags_alone(
    mirrored: Mirrored, reference: str, method: str
) -> None:
    for quoted in (reference, reference.replace("%", "%25")):
        assert mirrored.client.send(method, f"manifests/{quoted}").status_code == 404
    assert mirrored.registry.requests == []


@pytest.mark.protects("registry/mirror-rights")
def test_a_protected_tag_is_not_set_by_another_registry(mirrored: Mirrored) -> None:
    response = mirrored.client.get("manifests/1.0")
    assert response.status_code == 403
    assert b"1.0 is protected" in response.content
    assert body(mirrored.client.get(f"manifests/{sha(MANIFEST)}")) == MANIFEST
