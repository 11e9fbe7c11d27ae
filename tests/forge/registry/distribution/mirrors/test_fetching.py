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
from forge.registry.distribution.mirrors.actions import set_mirror
from forge.registry.distribution.mirrors.models import Mirror
from forge.registry.tags.publishing.actions import publish_build
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
from tests.support.forge.factories.builds import approved, built

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
class MirrorProject:
    """A project that mirrors a registry, and the client of one of its developers."""

    registry: CannedRegistry
    client: RegistryClient
    project: Project

    def problem(self) -> str:
        return Mirror.objects.get().problem


@pytest.fixture
def mirror(project: Project, owner: Any, developer: Any, organisation: Any, settings: Any) -> Iterator[MirrorProject]:
    cache.clear()
    take_all(organisation)
    with canned_registry(RIGHT) as registry:
        settings.MIRROR_REGISTRIES = (registry.origin,)
        set_mirror(acting_as(owner), project, "from", registry.origin, "team/door", "robot", "secret")
        yield MirrorProject(registry, RegistryClient(credentials(developer)), project)


def test_a_tag_that_is_lacking_is_fetched_once_with_its_blobs(mirror: MirrorProject) -> None:
    response = mirror.client.get("manifests/edge")
    assert (response.status_code, body(response)) == (200, MANIFEST)
    assert body(mirror.client.get(f"blobs/{sha(LAYER)}")) == LAYER
    requests = len(mirror.registry.requests)
    assert mirror.client.get("manifests/edge").status_code == 200
    assert len(mirror.registry.requests) == requests
    assert mirror.client.tags() == ["edge"]
    assert mirror.problem() == ""


def test_a_digest_is_fetched_without_a_tag(mirror: MirrorProject) -> None:
    assert body(mirror.client.get(f"manifests/{sha(MANIFEST)}")) == MANIFEST
    assert mirror.client.tags() == []


def test_what_neither_side_has_is_asked_for_once_a_minute(mirror: MirrorProject) -> None:
    for _ in range(3):
        assert mirror.client.get("manifests/9.9").status_code == 404
    assert [each.path for each in mirror.registry.requests] == ["/v2/team/door/manifests/9.9"]


@pytest.mark.slow
def test_a_tag_that_moved_is_fetched_again_and_a_registry_that_is_away_changes_nothing(mirror: MirrorProject) -> None:
    assert body(mirror.client.get("manifests/nightly")) == MANIFEST
    cache.clear()
    newer = image(b"newer")
    mirror.registry.answering = having({"nightly": newer}, EMPTY, b"newer", media_type=MANIFEST_TYPE)
    assert body(mirror.client.get("manifests/nightly")) == newer
    cache.clear()
    mirror.registry.answering = lambda request: CannedAnswer(500)
    assert body(mirror.client.get("manifests/nightly")) == newer
    assert "answered with status 500" in mirror.problem()


@pytest.mark.protects("registry/mirror-visitors")
def test_visitors_get_what_was_fetched_and_make_the_server_fetch_nothing(mirror: MirrorProject) -> None:
    Project.objects.filter(pk=mirror.project.pk).update(visibility=Visibility.PUBLIC)
    visitor = RegistryClient({})
    assert visitor.get("manifests/edge").status_code in (401, 404)
    assert mirror.registry.requests == []
    mirror.client.get("manifests/edge")
    assert body(visitor.get("manifests/edge")) == MANIFEST


def test_an_organisation_takes_no_more_than_what_may_be_pushed(mirror: MirrorProject, organisation: Any) -> None:
    RegistryRules.objects.filter(organisation=organisation).update(takes_all=False)
    response = mirror.client.get("manifests/edge")
    assert response.status_code == 403
    assert b"An owner can allow all artifacts" in response.content
    assert mirror.client.tags() == []


def test_a_mirror_whose_maker_may_no_longer_manage_fetches_nothing(mirror: MirrorProject) -> None:
    Mirror.objects.update(author=None)
    assert mirror.client.get("manifests/edge").status_code == 404
    assert mirror.registry.requests == []


@pytest.mark.protects("registry/lasting-documents")
def test_another_registry_hides_nothing_that_this_one_published(mirror: MirrorProject, developer: Any) -> None:
    version = publish_build(developer, approved(built(developer, mirror.project)), "1.0").manifest.blob_id
    tags = [version.replace(":", "-") + ending for ending in ("", ".sig", ".att", ".sbom")]
    mirror.registry.answering = having(dict.fromkeys(tags, MANIFEST), EMPTY, LAYER, media_type=MANIFEST_TYPE)
    listing = json.loads(body(mirror.client.get(f"manifests/{tags[0]}")))["manifests"]
    assert [each["digest"] for each in listing] == [each["digest"] for each in mirror.client.referrers(version)] != []
    assert [mirror.client.get(f"manifests/{tag}").status_code for tag in tags[1:]] == [404] * 3
    assert mirror.registry.requests == []


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
    "another blob": (_blob(body=b"x" * len(LAYER)), "do not have the digest"),
    "a longer blob": (_blob(body=LAYER + b"x"), "has more bytes"),
    "a shorter blob": (_blob(body=LAYER[:-1]), "do not have the digest"),
    "no blob": (_blob(status=404, body=b""), ""),
    "a redirect elsewhere": (_blob(status=307, headers={"Location": "ftp://elsewhere.example/"}), "not https"),
    "a redirect to itself": (
        _blob(status=307, headers={"Location": f"/v2/team/door/blobs/{sha(LAYER)}"}),
        "redirects more than",
    ),
    "no manifest": (_manifest(b"<html>"), "A manifest must be JSON"),
    "a manifest that is too large": (_manifest(b" " * (4 * 1024 * 1024 + 1)), "more than"),
    "a manifest with other parts": (_manifest(_DEEP.encode()), "layers must be a list"),
    "a sign-in that is refused": (lambda request: CannedAnswer(401), "Check the user and the password"),
}


@pytest.mark.protects("registry/mirror-lies")
@pytest.mark.parametrize("lie", LIES)
def test_a_registry_that_lies_gives_nothing(mirror: MirrorProject, lie: str) -> None:
    mirror.registry.answering, sentence = LIES[lie]
    response = mirror.client.get("manifests/edge")
    assert 400 <= response.status_code < 500, response.content
    assert sentence in mirror.problem()
    assert mirror.client.tags() == []


@pytest.mark.protects("registry/mirror-lies")
def test_a_manifest_of_other_bytes_than_its_digest_is_refused(mirror: MirrorProject) -> None:
    mirror.registry.answering = _manifest(image(b"other"))
    assert mirror.client.get(f"manifests/{sha(MANIFEST)}").status_code == 404
    assert "with other bytes" in mirror.problem()


@pytest.mark.protects("registry/mirror-passwords")
def test_the_password_goes_to_the_sign_in_and_the_pass_to_the_registry_alone(mirror: MirrorProject) -> None:
    with canned_registry(lambda request: CannedAnswer(200, LAYER)) as elsewhere:

        def answer(request: NotedRequest) -> CannedAnswer | None:
            if request.path.startswith("/token?"):
                assert "scope=repository%3Ateam%2Fdoor%3Apull" in request.path
                return CannedAnswer(200, b'{"token": "pass"}')
            if request.authorization != "Bearer pass":
                challenge = f'Bearer realm="{mirror.registry.origin}/token",service="door"'
                return CannedAnswer(401, b"", {"WWW-Authenticate": challenge})
            if request.path.endswith(f"/blobs/{sha(LAYER)}"):
                return CannedAnswer(307, b"", {"Location": f"{elsewhere.origin}/signed"})
            return RIGHT(request)

        mirror.registry.answering = answer
        assert body(mirror.client.get("manifests/edge")) == MANIFEST
        assert [each.authorization for each in elsewhere.requests] == [""]
    basic = [each for each in mirror.registry.requests if each.authorization.startswith("Basic ")]
    assert [each.path.partition("?")[0] for each in basic] == ["/token"]


@pytest.mark.protects("registry/mirror-addresses")
@each_case("reference", ["..%2F..%2Fother%2Fmanifests%2Flatest", "latest%3Fx=1", "latest%23x", ".hidden"])
@each_case("method", ["GET", "HEAD"])
def test_the_other_registry_is_asked_for_digests_and_tags_alone(
    mirror: MirrorProject, reference: str, method: str
) -> None:
    for name in (reference, reference.replace("%", "%25")):
        assert mirror.client.send(method, f"manifests/{name}").status_code == 404
    assert mirror.registry.requests == []


@pytest.mark.protects("registry/mirror-rights")
def test_a_protected_tag_is_not_set_by_another_registry(mirror: MirrorProject) -> None:
    response = mirror.client.get("manifests/1.0")
    assert response.status_code == 403
    assert b"1.0 is protected" in response.content
    assert body(mirror.client.get(f"manifests/{sha(MANIFEST)}")) == MANIFEST
