"""The registry over HTTP, as the protocol wants it: names, digests, ranges, pages, errors, and no cookie."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.core.blobs.store import put_bytes
from forge.projects.actions import delete_project, update_project
from forge.registry.oci.digests import digest_of
from forge.registry.tags.publishing.actions import publish_build
from rune.oci import MANIFEST_TYPE
from tests.support.clients.registry_client import body, get, token_of
from tests.support.forge.factories.builds import RUNE, approved, built

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag(project: Any, developer: Any) -> Any:
    return publish_build(developer, approved(built(developer, project)), "1.0")


def make_public(owner: Any, project: Any) -> None:
    update_project(owner, project, visibility="public")


def test_the_ping_wants_a_token_and_takes_one_as_password_or_bearer(developer: Any) -> None:
    response = get("")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Bearer realm="http://testserver/v2/token"')
    assert json.loads(response.content)["errors"][0]["code"] == "UNAUTHORIZED"
    basic = token_of(developer)
    assert get("", basic).status_code == 200
    secret = base64.b64decode(basic["Authorization"].split()[1]).decode().split(":", 1)[1]
    assert get("", {"Authorization": f"Bearer {secret}"}).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "value", ["Basic !!!", "Basic Zm9v", "Basic Zm9vOmJhcg==", "Bearer hf_nothing", "Digest x", "Basic \xff"]
)
def test_bad_credentials_are_refused_even_where_none_are_needed(project: Any, owner: Any, tag: Any, value: str) -> None:
    make_public(owner, project)
    response = get("acme/kitchen/manifests/1.0", {"Authorization": value})
    # `Zm9v` is a name without a password: a visitor.
    assert response.status_code == (200 if value == "Basic Zm9v" else 401)


@pytest.mark.slow
def test_a_manifest_by_tag_and_by_digest_is_the_same(tag: Any, developer: Any) -> None:
    headers = token_of(developer)
    by_tag = get("acme/kitchen/manifests/1.0", headers)
    data = body(by_tag)
    digest = by_tag["Docker-Content-Digest"]
    assert digest == digest_of(data)
    assert by_tag["Content-Type"] == MANIFEST_TYPE == json.loads(data)["mediaType"]
    assert body(get(f"acme/kitchen/manifests/{digest}", headers)) == data
    head = get("acme/kitchen/manifests/1.0", headers, "HEAD")
    assert (head.content, head["Content-Length"], head["Docker-Content-Digest"]) == (b"", str(len(data)), digest)


@pytest.mark.slow
def test_blobs_are_the_bytes_that_the_manifest_names(tag: Any, developer: Any) -> None:
    headers = token_of(developer)
    manifest = json.loads(body(get("acme/kitchen/manifests/1.0", headers)))
    rune, config = manifest["layers"][0], manifest["config"]
    assert body(get(f"acme/kitchen/blobs/{rune['digest']}", headers)) == RUNE
    assert digest_of(body(get(f"acme/kitchen/blobs/{config['digest']}", headers))) == config["digest"]
    head = get(f"acme/kitchen/blobs/{rune['digest']}", headers, "HEAD")
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(RUNE)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("range_header", "status", "expected"),
    [
        ("bytes=0-3", 206, RUNE[:4]),
        ("bytes=100-", 206, RUNE[100:]),
        ("bytes=-10", 206, RUNE[-10:]),
        (f"bytes=5-{10**9}", 206, RUNE[5:]),
        ("bytes=-99999999", 206, RUNE),
        (f"bytes={len(RUNE)}-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=5-2", 200, RUNE),
        ("bytes=0-1,4-5", 200, RUNE),
        ("lines=0-1", 200, RUNE),
        ("bytes=-", 200, RUNE),
    ],
)
def test_ranges(tag: Any, developer: Any, range_header: str, status: int, expected: bytes) -> None:
    response = get(f"acme/kitchen/blobs/{digest_of(RUNE)}", token_of(developer) | {"Range": range_header})
    assert response.status_code == status
    assert body(response) == expected
    if status == 206:
        first, last = map(int, response["Content-Range"].removeprefix("bytes ").split("/")[0].split("-"))
        assert RUNE[first : last + 1] == expected
        assert response["Content-Range"].endswith(f"/{len(RUNE)}")
    if status == 416:
        assert response["Content-Range"] == f"bytes */{len(RUNE)}"


@pytest.mark.slow
@pytest.mark.protects("browser/uploaded-pages")
def test_no_answer_can_become_a_page_of_ours(tag: Any, developer: Any) -> None:
    headers = token_of(developer)
    for path in ("", "acme/kitchen/manifests/1.0", f"acme/kitchen/blobs/{digest_of(RUNE)}", "acme/kitchen/tags/list"):
        response = get(path, headers)
        assert response.status_code == 200
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        if "kitchen/m" in path or "blobs" in path:
            assert response["Content-Disposition"].startswith("attachment")
            assert "html" not in response["Content-Type"]


@pytest.mark.slow
@pytest.mark.protects("registry/cookies")
def test_cookies_are_not_looked_at(tag: Any, developer: Any, browser_of: Callable[[Any], Client]) -> None:
    assert get("acme/kitchen/manifests/1.0", client=browser_of(developer)).status_code == 401


@pytest.mark.slow
def test_who_may_pull_a_private_rune(tag: Any, people: dict[str, Any]) -> None:
    members = ("owner", "maintainer", "developer", "reviewer", "viewer")
    expected = {**dict.fromkeys(members, 200), "stranger": 404, "anonymous": 401}
    for name, person in people.items():
        headers = token_of(person) if person else {}
        for path in ("manifests/1.0", f"blobs/{digest_of(RUNE)}", "tags/list"):
            assert get(f"acme/kitchen/{path}", headers).status_code == expected[name], (name, path)


@pytest.mark.slow
def test_a_public_rune_is_for_everybody(project: Any, tag: Any, people: dict[str, Any]) -> None:
    make_public(people["owner"], project)
    for person in people.values():
        assert get("acme/kitchen/manifests/1.0", token_of(person) if person else {}).status_code == 200


@pytest.mark.slow
@pytest.mark.protects("roles/private-sockets")
def test_the_unknown_and_the_forbidden_answer_alike(tag: Any, stranger: Any) -> None:
    for headers in (token_of(stranger), {}):
        answers = [get(f"{name}/manifests/1.0", headers) for name in ("acme/kitchen", "acme/nothing", "no/body")]
        assert len({(answer.status_code, answer.content) for answer in answers}) == 1


@pytest.mark.slow
@pytest.mark.protects("registry/blobs-by-digest")
def test_a_blob_is_seen_only_through_a_repository_that_links_it(tag: Any, developer: Any) -> None:
    other = put_bytes(b"not published")
    for method in ("GET", "HEAD"):
        assert get(f"acme/kitchen/blobs/{other.digest}", token_of(developer), method).status_code == 404


@pytest.mark.slow
@pytest.mark.protects("sign-in/token-scopes")
def test_a_token_without_the_right_scope_does_not_pull(tag: Any, developer: Any) -> None:
    assert get("acme/kitchen/manifests/1.0", token_of(developer, "read")).status_code == 200
    assert get("acme/kitchen/manifests/1.0", token_of(developer, "registry")).status_code == 200


@pytest.mark.slow
def test_tags_come_in_pages(tag: Any, developer: Any) -> None:
    for name in ("1.1", "1.2", "latest"):
        publish_build(developer, tag.build, name)
    headers = token_of(developer)
    tags: list[str] = []
    path: str | None = "acme/kitchen/tags/list?n=3"
    while path:
        response = get(path, headers)
        tags += json.loads(response.content)["tags"]
        link = response.headers.get("Link")
        path = link.partition("</v2/")[2].partition(">")[0] if link else None
    assert tags == ["1.0", "1.1", "1.2", "latest"]
    assert json.loads(get("acme/kitchen/tags/list?n=0", headers).content)["tags"] == []
    assert get("acme/kitchen/tags/list?n=x", headers).status_code == 400


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("acme/kitchen/manifests/9.9", 404, "MANIFEST_UNKNOWN"),
        ("acme/kitchen/manifests/sha256:" + "0" * 64, 404, "MANIFEST_UNKNOWN"),
        ("acme/kitchen/blobs/sha256:" + "0" * 64, 404, "BLOB_UNKNOWN"),
        ("acme/kitchen/blobs/sha256:12", 400, "DIGEST_INVALID"),
        ("acme/kitchen/blobs/..%2f..%2fetc", 404, "UNSUPPORTED"),
        ("_catalog", 404, "UNSUPPORTED"),
        ("acme/kitchen", 404, "UNSUPPORTED"),
        ("acme/kitchen/uploads/1", 404, "UNSUPPORTED"),
    ],
)
def test_errors_have_the_protocols_form(tag: Any, developer: Any, path: str, status: int, code: str) -> None:
    response = get(path, token_of(developer))
    assert response.status_code == status
    assert json.loads(response.content)["errors"][0]["code"] == code


@pytest.mark.slow
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_token_to_pull_is_refused_a_push_in_the_protocols_words(tag: Any, developer: Any, method: str) -> None:
    response = get("acme/kitchen/blobs/uploads/", token_of(developer), method)
    assert response.status_code == 403
    assert json.loads(response.content)["errors"][0]["code"] == "DENIED"


@pytest.mark.slow
def test_a_former_name_leads_on_to_the_present_one(project: Any, tag: Any, owner: Any, developer: Any) -> None:
    update_project(owner, project, name="pantry")
    headers = token_of(developer)
    response = get("acme/kitchen/tags/list?n=5", headers)
    assert (response.status_code, response["Location"]) == (307, "/v2/acme/pantry/tags/list?n=5")
    assert body(get("acme/pantry/manifests/1.0", headers))


@pytest.mark.slow
@pytest.mark.protects("roles/deleted-projects")
def test_a_deleted_project_is_not_pulled(project: Any, tag: Any, owner: Any, developer: Any) -> None:
    delete_project(owner, project)
    assert get("acme/kitchen/manifests/1.0", token_of(developer)).status_code == 404
