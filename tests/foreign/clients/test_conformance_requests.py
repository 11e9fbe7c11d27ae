"""The requests of the conformance suite of OCI distribution 1.1, by the names of its tests, to a running server.

The suite is a program in Go that runs elsewhere; these are its requests and what it compares. It needs two repositories
of an organisation that takes every artifact and lets version tags move.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256, sha512
from typing import Any

import httpx
import pytest

from rune.oci import INDEX_TYPE, MANIFEST_TYPE
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

EMPTY, EMPTY_TYPE = b"{}", "application/vnd.oci.empty.v1+json"
LAYER = b"a layer of the conformance suite" * 64
OCTETS = {"Content-Type": "application/octet-stream"}


def digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def described(data: bytes, media_type: str = EMPTY_TYPE, **more: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def manifest(*layers: bytes, **more: Any) -> bytes:
    parts = [described(each, "application/octet-stream") for each in layers]
    whole = {"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": described(EMPTY), "layers": parts, **more}
    return json.dumps(whole).encode()


class ConformanceRepository:
    """A repository, and the requests to it."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self.client, self.name = client, name

    def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        url = path if path.startswith("/v2/") else f"/v2/{self.name}/{path}"
        return self.client.request(method, url, **arguments)

    def get(self, path: str) -> httpx.Response:
        return self.send("GET", path)

    def begin(self, query: str = "") -> httpx.Response:
        return self.send("POST", f"blobs/uploads/{query}")

    def push_blob(self, data: bytes) -> httpx.Response:
        location = self.begin().headers["Location"]
        return self.send("PUT", location, params={"digest": digest(data)}, content=data, headers=OCTETS)

    def push_manifest(self, reference: str, data: bytes, media_type: str = MANIFEST_TYPE) -> httpx.Response:
        return self.send("PUT", f"manifests/{reference}", content=data, headers={"Content-Type": media_type})


@pytest.fixture(scope="module")
def repositories(live: LiveServer) -> Iterator[tuple[ConformanceRepository, ConformanceRepository]]:
    organisation = live.organisation()
    names = [f"{organisation}/{name}" for name in ("conformance", "crossmount")]
    for name in names:
        live.api("POST", "projects", json={"organisation": organisation, "name": name.partition("/")[2]})
    rules = f"organisations/{organisation}/registry"
    before = live.http.get(f"/api/v1/{rules}")
    live.api(
        "PUT", rules, headers={"If-Match": before.headers["ETag"]}, json={"takes_all": True, "versions_move": True}
    )
    headers = {"Authorization": f"Bearer {live.token('registry:push')}"}
    with httpx.Client(base_url=live.address, headers=headers, timeout=60, trust_env=False) as client:
        yield ConformanceRepository(client, names[0]), ConformanceRepository(client, names[1])
    state = live.http.get(f"/api/v1/{rules}").headers["ETag"]
    live.api("PUT", rules, headers={"If-Match": state}, json={"takes_all": False, "versions_move": False})


@pytest.fixture(scope="module")
def registry(repositories: tuple[ConformanceRepository, ConformanceRepository]) -> ConformanceRepository:
    registry = repositories[0]
    for blob in (EMPTY, LAYER):
        assert registry.push_blob(blob).status_code == 201
    return registry


def test_pull_of_what_is_not_there_is_404_and_errors_are_documents(registry: ConformanceRepository) -> None:
    for path in (f"blobs/{digest(b'none')}", f"manifests/{digest(b'none')}", "manifests/none"):
        head, answer = registry.send("HEAD", path), registry.get(path)
        assert (head.status_code, head.content, answer.status_code) == (404, b"", 404)
    response = registry.push_manifest("sha256:totallywrong", b"blablabla")
    assert response.status_code in (400, 404)
    (error,) = response.json()["errors"]
    assert error["code"] == "DIGEST_INVALID"
    assert error["message"]
    response = registry.push_manifest("malformed", b"blablabla")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "MANIFEST_INVALID")


def test_pull_by_digest_and_by_tag_with_head_beside_get(registry: ConformanceRepository) -> None:
    data = manifest(LAYER)
    response = registry.push_manifest("pulled", data)
    assert response.status_code == 201
    assert response.headers["Docker-Content-Digest"] == digest(data)
    assert registry.get(response.headers["Location"]).content == data
    for path, expected in (
        (f"manifests/{digest(data)}", data),
        ("manifests/pulled", data),
        (f"blobs/{digest(LAYER)}", LAYER),
    ):
        head, answer = registry.send("HEAD", path), registry.get(path)
        assert (head.status_code, answer.status_code, answer.content) == (200, 200, expected)
        for name in ("Content-Length", "Content-Type", "Docker-Content-Digest"):
            assert head.headers[name] == answer.headers[name]
        assert head.headers["Docker-Content-Digest"] == digest(expected)


def test_push_of_a_blob_that_is_streamed_without_ranges(registry: ConformanceRepository) -> None:
    upload = registry.begin()
    assert upload.status_code == 202
    part = registry.send("PATCH", upload.headers["Location"], content=iter([b"some ", b"bytes"]), headers=OCTETS)
    assert (part.status_code, part.headers["Range"]) == (202, "0-9")
    response = registry.send("PUT", part.headers["Location"], params={"digest": digest(b"some bytes")})
    assert response.status_code == 201
    assert registry.get(response.headers["Location"]).content == b"some bytes"


def test_push_of_a_blob_in_one_request_and_in_two(registry: ConformanceRepository) -> None:
    at_once = registry.send(
        "POST", "blobs/uploads/", params={"digest": digest(b"at once")}, content=b"at once", headers=OCTETS
    )
    assert at_once.status_code == 201
    in_two = registry.push_blob(b"in two")
    assert in_two.status_code == 201
    for answer, expected in ((at_once, b"at once"), (in_two, b"in two")):
        assert answer.headers["Docker-Content-Digest"] == digest(expected)
        assert registry.get(answer.headers["Location"]).content == expected


def test_push_of_a_blob_with_another_digest_is_refused(registry: ConformanceRepository) -> None:
    location = registry.begin().headers["Location"]
    answer = registry.send("PUT", location, params={"digest": digest(b"others")}, content=b"bytes", headers=OCTETS)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "DIGEST_INVALID")
    assert registry.get(f"blobs/{digest(b'others')}").status_code == 404


def test_push_of_chunks_in_order_out_of_order_and_twice(registry: ConformanceRepository) -> None:
    first, second = b"the first chunk, ", b"and the second"
    upload = registry.begin()
    location = upload.headers["Location"]

    def patch(data: bytes, start: int) -> httpx.Response:
        headers = OCTETS | {"Content-Range": f"{start}-{start + len(data) - 1}"}
        return registry.send("PATCH", location, content=data, headers=headers)

    assert patch(second, len(first)).status_code == 416
    part = patch(first, 0)
    assert (part.status_code, part.headers["Range"]) == (202, f"0-{len(first) - 1}")
    again = patch(first, 0)
    assert (again.status_code, again.headers["Range"]) == (416, f"0-{len(first) - 1}")
    stale = registry.get(location)
    assert (stale.status_code, stale.headers["Range"]) == (204, f"0-{len(first) - 1}")
    assert stale.headers["Location"]
    location = stale.headers["Location"]
    assert patch(second, len(first)).headers["Range"] == f"0-{len(first + second) - 1}"
    response = registry.send("PUT", location, params={"digest": digest(first + second)})
    assert response.status_code == 201
    assert registry.get(location).status_code == 404


def test_the_last_chunk_may_come_with_the_end(registry: ConformanceRepository) -> None:
    location = registry.begin().headers["Location"]
    registry.send("PATCH", location, content=b"first ", headers=OCTETS | {"Content-Range": "0-5"})
    response = registry.send(
        "PUT",
        location,
        params={"digest": digest(b"first last")},
        content=b"last",
        headers=OCTETS | {"Content-Range": "6-9"},
    )
    assert response.status_code == 201


def test_cancel_of_an_upload(registry: ConformanceRepository) -> None:
    location = registry.begin().headers["Location"]
    assert registry.send("DELETE", location).status_code == 204
    for method in ("GET", "DELETE"):
        answer = registry.send(method, location)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_mount_from_another_repository_from_none_and_of_nothing(
    registry: ConformanceRepository, repositories: tuple[ConformanceRepository, ConformanceRepository]
) -> None:
    other = repositories[1]
    response = other.begin(f"?mount={digest(LAYER)}&from={registry.name}")
    assert (response.status_code, response.headers["Location"]) == (201, f"/v2/{other.name}/blobs/{digest(LAYER)}")
    assert other.get(f"blobs/{digest(LAYER)}").content == LAYER
    for query in (
        f"?mount={digest(b'none')}&from={registry.name}",
        f"?mount={digest(EMPTY)}",
        f"?mount={digest(EMPTY)}&from=not/there",
    ):
        upload = other.begin(query)
        assert upload.status_code == 202, query
        assert registry.send("DELETE", upload.headers["Location"]).status_code in (204, 404)


@pytest.mark.parametrize("data", [b"", b"of sha512"])
def test_blobs_of_nothing_and_by_sha512(registry: ConformanceRepository, data: bytes) -> None:
    name = f"sha512:{sha512(data).hexdigest()}"
    location = registry.begin("?digest-algorithm=sha512").headers["Location"]
    response = registry.send("PUT", location, params={"digest": name}, content=data, headers=OCTETS)
    assert (response.status_code, response.headers["Docker-Content-Digest"]) == (201, name)
    answer = registry.get(f"blobs/{name}")
    assert (answer.status_code, answer.content, answer.headers["Docker-Content-Digest"]) == (200, data, name)
    assert registry.push_blob(data).status_code == 201


def test_a_manifest_by_sha512(registry: ConformanceRepository) -> None:
    data = manifest(LAYER, annotations={"by": "sha512"})
    name = f"sha512:{sha512(data).hexdigest()}"
    response = registry.push_manifest(name, data)
    assert (response.status_code, response.headers["Docker-Content-Digest"]) == (201, name)
    answer = registry.get(f"manifests/{name}")
    assert (answer.content, answer.headers["Docker-Content-Digest"]) == (data, name)
    assert registry.send("DELETE", f"manifests/{name}").status_code == 202
    assert registry.get(f"manifests/{name}").status_code == 404


def test_manifests_without_layers_with_data_with_own_fields_and_with_layers_elsewhere(
    registry: ConformanceRepository,
) -> None:
    elsewhere = {
        "mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "digest": digest(b"elsewhere"),
        "size": 9,
        "urls": ["https://example.com/layer"],
    }
    data_field = manifest(config={**described(EMPTY), "data": "e30="})
    for name, data in {
        "no-layers": manifest(),
        "data-field": data_field,
        "custom-fields": manifest(LAYER, **{"org.example.custom": {"any": ["thing"]}}),
        "nondistributable": manifest(layers=[elsewhere]),
        "artifact": manifest(LAYER, artifactType="application/vnd.example.artifact"),
    }.items():
        response = registry.push_manifest(name, data)
        assert response.status_code == 201, (name, response.text)
        assert registry.get(f"manifests/{name}").content == data


def test_indexes_in_indexes(registry: ConformanceRepository) -> None:
    inner_manifest = manifest(LAYER, annotations={"in": "an index"})
    assert registry.push_manifest(digest(inner_manifest), inner_manifest).status_code == 201

    def index(*manifests: tuple[bytes, str]) -> bytes:
        descriptors = [described(data, media_type) for data, media_type in manifests]
        return json.dumps({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": descriptors}).encode()

    inner = index((inner_manifest, MANIFEST_TYPE))
    outer = index((inner, INDEX_TYPE), (inner_manifest, MANIFEST_TYPE))
    assert registry.push_manifest(digest(inner), inner, INDEX_TYPE).status_code == 201
    assert registry.push_manifest("nested", outer, INDEX_TYPE).status_code == 201
    answer = registry.get("manifests/nested")
    assert (answer.content, answer.headers["Content-Type"]) == (outer, INDEX_TYPE)
    empty = index()
    assert registry.push_manifest("empty-index", empty, INDEX_TYPE).status_code == 201


def test_many_tags_in_one_push(registry: ConformanceRepository) -> None:
    data = manifest(LAYER, annotations={"of": "many tags"})
    response = registry.push_manifest(f"{digest(data)}?tag=many-1&tag=many-2", data)
    assert response.status_code == 201
    assert {each.strip() for each in response.headers["OCI-Tag"].split(",")} == {"many-1", "many-2"}
    assert registry.get("manifests/many-2").content == data


def test_discovery_of_tags_in_pages(repositories: tuple[ConformanceRepository, ConformanceRepository]) -> None:
    registry = repositories[1]
    for blob in (EMPTY, LAYER):
        registry.push_blob(blob)
    tags = ["TAG", "test0", "test1", "test10", "test2", "v1.0.0"]
    for tag in reversed(tags):
        assert registry.push_manifest(tag, manifest(LAYER)).status_code == 201
    everything = registry.get("tags/list")
    assert everything.json() == {"name": registry.name, "tags": sorted(tags)}
    assert "Link" not in everything.headers
    assert registry.get("tags/list?n=0").json()["tags"] == []
    assert registry.get("tags/list?n=4&last=test0").json()["tags"] == sorted(tags)[2:6]
    assert registry.get("tags/list?n=1000000").json()["tags"] == sorted(tags)
    assert registry.get("tags/list?last=zzz").json()["tags"] == []
    names: list[str] = []
    path = "tags/list?n=4"
    while path:
        page = registry.get(path)
        names += page.json()["tags"]
        path = page.links.get("next", {}).get("url", "")
    assert names == sorted(tags)
    assert registry.get("tags/list?n=none").status_code == 400


def test_discovery_of_referrers(registry: ConformanceRepository) -> None:
    missing = {"mediaType": MANIFEST_TYPE, "digest": digest(b"not yet"), "size": 7}
    none = registry.get(f"referrers/{digest(b'none')}")
    assert (none.status_code, none.headers["Content-Type"], none.json()["manifests"]) == (200, INDEX_TYPE, [])
    signature = manifest(artifactType="application/vnd.example.signature", subject=missing, annotations={"by": "acme"})
    report = json.loads(manifest(subject=missing, layers=[described(EMPTY)]))
    report["config"] = described(EMPTY, "application/vnd.example.report")
    listing = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [], "subject": missing}
    index = json.dumps(listing | {"artifactType": "application/vnd.example.list"}).encode()
    for data, media_type in (
        (signature, MANIFEST_TYPE),
        (json.dumps(report).encode(), MANIFEST_TYPE),
        (index, INDEX_TYPE),
    ):
        response = registry.push_manifest(digest(data), data, media_type)
        assert (response.status_code, response.headers["OCI-Subject"]) == (201, missing["digest"])
    answer = registry.get(f"referrers/{missing['digest']}")
    assert answer.headers["Content-Type"] == INDEX_TYPE
    assert "OCI-Filters-Applied" not in answer.headers
    referrers = {each["artifactType"]: each for each in answer.json()["manifests"]}
    kinds = {f"application/vnd.example.{kind}" for kind in ("signature", "report", "list")}
    assert set(referrers) == kinds
    signed = referrers["application/vnd.example.signature"]
    assert (signed["digest"], signed["size"]) == (digest(signature), len(signature))
    assert signed["annotations"] == {"by": "acme"}
    filtered_answer = registry.get(f"referrers/{missing['digest']}?artifactType=application/vnd.example.report")
    assert filtered_answer.headers["OCI-Filters-Applied"] == "artifactType"
    assert [each["artifactType"] for each in filtered_answer.json()["manifests"]] == ["application/vnd.example.report"]
    assert registry.get("referrers/sha256:wrong").status_code == 400


def test_management_deletes_tags_manifests_and_blobs(registry: ConformanceRepository) -> None:
    data = manifest(LAYER, annotations={"to be": "deleted"})
    for tag in ("deleted-1", "deleted-2"):
        registry.push_manifest(tag, data)
    assert registry.send("DELETE", "manifests/deleted-1").status_code == 202
    assert registry.get("manifests/deleted-1").status_code == 404
    assert registry.get("manifests/deleted-2").content == data
    assert "deleted-1" not in registry.get("tags/list").json()["tags"]
    assert registry.send("DELETE", f"manifests/{digest(data)}").status_code == 202
    for path in (f"manifests/{digest(data)}", "manifests/deleted-2"):
        assert registry.get(path).status_code == 404
    assert registry.send("DELETE", f"manifests/{digest(data)}").status_code == 404
    registry.push_blob(b"to be deleted")
    assert registry.send("DELETE", f"blobs/{digest(b'to be deleted')}").status_code == 202
    assert registry.get(f"blobs/{digest(b'to be deleted')}").status_code == 404
    assert registry.send("DELETE", f"blobs/{digest(b'to be deleted')}").status_code == 404


def test_a_blob_comes_in_parts_by_ranges(registry: ConformanceRepository) -> None:
    path = f"blobs/{digest(LAYER)}"
    for requested_range, expected, content_range in (
        ("bytes=0-4", LAYER[:5], f"bytes 0-4/{len(LAYER)}"),
        ("bytes=-7", LAYER[-7:], f"bytes {len(LAYER) - 7}-{len(LAYER) - 1}/{len(LAYER)}"),
        (f"bytes={len(LAYER) - 1}-", LAYER[-1:], f"bytes {len(LAYER) - 1}-{len(LAYER) - 1}/{len(LAYER)}"),
    ):
        answer = registry.send("GET", path, headers={"Range": requested_range})
        assert (answer.status_code, answer.content, answer.headers["Content-Range"]) == (206, expected, content_range)
    outside = registry.send("GET", path, headers={"Range": f"bytes={len(LAYER)}-"})
    assert (outside.status_code, outside.headers["Content-Range"]) == (416, f"bytes */{len(LAYER)}")
