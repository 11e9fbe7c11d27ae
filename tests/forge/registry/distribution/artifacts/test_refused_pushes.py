"""Refusals of the push side: digests and sizes that lie, parts out of order, artifacts and tags that are not taken."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.utils import timezone

from forge.accounts.errors import StorageQuotaReached
from forge.accounts.models import Quota
from forge.accounts.principals import acting_as
from forge.core.blobs.store import blob_storage
from forge.core.blobs.sweep import sweep_blobs
from forge.core.blobs.usage import organisation_bytes
from forge.core.models import Blob
from forge.projects.models import Project
from forge.registry.distribution.artifacts.actions import uploads
from forge.registry.distribution.artifacts.errors import NoSuchUpload
from forge.registry.distribution.artifacts.models import PushedBlob, Upload
from forge.registry.distribution.artifacts.sweep import BLOBS_FOR, UPLOADS_FOR, sweep
from forge.registry.oci.documents import MOST_ANNOTATIONS, MOST_REFERENCES
from rune.oci import LARGEST_MANIFEST
from tests.support.cases import each_case
from tests.support.clients.registry_client import (
    EMPTY,
    RegistryClient,
    body,
    code,
    credentials,
    descriptor,
    image,
    sha,
    take_all,
)

pytestmark = pytest.mark.django_db

LAYER = b"a layer of some bytes" * 100


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    return RegistryClient(credentials(developer))


def part_files() -> list[str]:
    try:
        return blob_storage().listdir("parts")[1]
    except FileNotFoundError:
        return []


@pytest.mark.protects("registry/lying-digests")
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_bytes_of_another_digest_are_refused_and_leave_nothing(registry: RegistryClient, algorithm: str) -> None:
    digest = sha(b"other", algorithm)
    before = set(part_files())
    assert code(registry.push_blob(LAYER, digest)) == (400, "DIGEST_INVALID")
    assert code(registry.get(f"blobs/{digest}"))[0] == 404
    assert registry.get(f"blobs/{sha(LAYER)}").status_code == 404
    assert (Upload.objects.count(), PushedBlob.objects.count(), set(part_files())) == (0, 0, before)


@each_case("digest", ["", "sha256:abc", "md5:" + "0" * 32, "sha256:" + "A" * 64, "sha256:" + "0" * 65])
def test_what_is_no_digest_is_refused(registry: RegistryClient, digest: str) -> None:
    location = registry.begin()["Location"]
    assert code(registry.send("PUT", f"{location}?digest={digest}", LAYER)) == (400, "DIGEST_INVALID")


@pytest.mark.slow
def test_a_manifest_of_another_digest_is_refused(registry: RegistryClient) -> None:
    registry.push_image("latest", LAYER)
    other = image(LAYER, annotations={"a": "b"})
    assert code(registry.push_manifest(other, sha(b"else"))) == (400, "DIGEST_INVALID")
    assert registry.get(f"manifests/{sha(other)}").status_code == 404


@pytest.mark.slow
@pytest.mark.protects("registry/lying-digests")
def test_a_manifest_that_lies_about_a_size_or_names_what_is_not_there_is_refused(registry: RegistryClient) -> None:
    for each in (EMPTY, LAYER):
        registry.push_blob(each)
    lies = json.loads(image(LAYER))
    lies["layers"][0]["size"] += 1
    assert code(registry.push_manifest(json.dumps(lies).encode(), "latest")) == (400, "MANIFEST_INVALID")
    missing = image(LAYER, b"never pushed")
    assert code(registry.push_manifest(missing, "latest")) == (404, "MANIFEST_BLOB_UNKNOWN")
    assert registry.tags() == []


@each_case(
    "data",
    [
        b"",
        b"[]",
        b"nonsense",
        b"\xff\xfe",
        b'{"schemaVersion": 1}',
        b'{"schemaVersion": 2}',
        b'{"schemaVersion": 2, "size": NaN}',
        b"[" * 100_000,
        b'{"schemaVersion": 2, "mediaType": "text/html", "layers": []}',
        image(subject={"digest": "sha256:1", "size": 1, "mediaType": "x"}),
        image(annotations={"a": 1}),
        image(annotations={"a": "\0"}),
        image(annotations={"\0": "a"}),
        image(annotations={"a": "half \ud83d"}),
        image(annotations={"\udc00": "a"}),
        image(annotations=["a"]),
        image(artifactType="x" * 256),
        image(artifactType="a\r\nSet-Cookie: b"),
        image(config_type="x" * 256),
        json.dumps(json.loads(image(b"x")) | {"layers": [{"digest": sha(b"x"), "size": True}]}).encode(),
        json.dumps(json.loads(image(b"x")) | {"layers": [{"digest": sha(b"x"), "size": -1}]}).encode(),
        json.dumps(json.loads(image(b"x")) | {"layers": [{"digest": sha(b"x"), "size": 1 << 70}]}).encode(),
        json.dumps(json.loads(image()) | {"layers": [descriptor(b"x", "y", data="!!")]}).encode(),
        json.dumps(json.loads(image()) | {"layers": [descriptor(b"x", "y", data="eQ==")]}).encode(),
        json.dumps(json.loads(image()) | {"layers": [descriptor(b"", "y")] * (MOST_REFERENCES + 1)}).encode(),
        image(
            subject=descriptor(EMPTY, "application/json"), annotations={"a": "x" * MOST_ANNOTATIONS}
        ),
    ],
)  # fmt: skip
def test_an_impossible_manifest_is_refused_with_a_sentence(registry: RegistryClient, data: bytes) -> None:
    registry.push_blob(EMPTY)
    response = registry.push_manifest(data, "latest", "application/vnd.oci.image.manifest.v1+json")
    assert code(response) == (400, "MANIFEST_INVALID")
    assert registry.tags() == []


def test_a_content_type_that_contradicts_the_manifest_is_refused(registry: RegistryClient) -> None:
    response = registry.push_manifest(image(), "latest", "application/vnd.oci.image.index.v1+json")
    assert code(response) == (400, "MANIFEST_INVALID")


@pytest.mark.slow
def test_a_manifest_of_100_000_layers_and_one_of_more_than_4_mib_are_refused(registry: RegistryClient) -> None:
    registry.push_blob(EMPTY)
    many = json.loads(image())
    many["layers"] = [{"digest": sha(EMPTY), "size": 2}] * 40_000
    data = json.dumps(many, separators=(",", ":")).encode()
    assert len(data) < LARGEST_MANIFEST
    assert code(registry.push_manifest(data, "latest")) == (400, "MANIFEST_INVALID")
    many["layers"] *= 3
    data = json.dumps(many, separators=(",", ":")).encode()
    assert code(registry.push_manifest(data, "latest", "application/json")) == (413, "MANIFEST_INVALID")


@pytest.mark.slow
def test_parts_out_of_order_say_how_far_the_upload_is(registry: RegistryClient) -> None:
    location = registry.begin()["Location"]
    assert registry.send("PATCH", location, LAYER[:500], Content_Range="0-499").status_code == 202
    for wrong in ("0-499", "400-899", "501-900"):
        response = registry.send("PATCH", location, LAYER[500:1000], Content_Range=wrong)
        assert code(response) == (416, "BLOB_UPLOAD_INVALID")
        assert response["Range"] == "0-499"
    assert code(registry.send("PATCH", location, b"x", Content_Range="what")) == (416, "BLOB_UPLOAD_INVALID")
    assert registry.get(location)["Range"] == "0-499"
    response = registry.send(
        "PUT", f"{location}?digest={sha(LAYER)}", LAYER[500:], Content_Range=f"500-{len(LAYER) - 1}"
    )
    assert response.status_code == 201
    assert body(registry.get(f"blobs/{sha(LAYER)}")) == LAYER


def test_an_upload_is_its_authors_alone(registry: RegistryClient, maintainer: Any) -> None:
    location = registry.begin()["Location"]
    other = RegistryClient(credentials(maintainer))
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        response = other.send(method, f"{location}?digest={sha(LAYER)}", LAYER)
        assert code(response) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert code(registry.get(f"blobs/uploads/{uuid4()}")) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert code(registry.get("blobs/uploads/nonsense")) == (404, "BLOB_UPLOAD_UNKNOWN")


@pytest.mark.slow
@pytest.mark.protects("registry/who-pushes")
def test_who_may_push(project: Any, people: dict[str, Any], organisation: Any) -> None:
    take_all(organisation)
    expected = {
        "owner": 202,
        "maintainer": 202,
        "developer": 202,
        "reviewer": 403,
        "viewer": 403,
        "stranger": 404,
        "anonymous": 401,
    }
    for name, person in people.items():
        headers = credentials(person, "registry:push", "project:read") if person else {}
        client = RegistryClient(headers)
        for response in (
            client.begin(),
            client.begin(mount=sha(LAYER)),
            client.begin(mount=sha(LAYER), **{"from": "acme/kitchen"}),
        ):
            assert response.status_code == expected[name], name
        if expected[name] != 202:
            for method, path in (
                ("PUT", "manifests/latest"),
                ("DELETE", "manifests/latest"),
                ("DELETE", f"manifests/{sha(LAYER)}"),
                ("DELETE", f"blobs/{sha(LAYER)}"),
                ("GET", f"blobs/uploads/{uuid4()}"),
                ("PATCH", f"blobs/uploads/{uuid4()}"),
            ):  # fmt: skip
                answer = client.send(method, path, image()).status_code
                # Nothing was pushed yet, and what is not there is not there for anyone.
                assert answer in {expected[name], 404}, (name, method, path)


def test_a_token_to_pull_does_not_push(project: Any, developer: Any) -> None:
    client = RegistryClient(credentials(developer, "registry:pull", "project:write", "rune:publish"))
    assert code(client.begin()) == (403, "DENIED")
    assert code(client.push_manifest(image(), "latest")) == (403, "DENIED")


@pytest.mark.slow
@pytest.mark.protects("registry/foreign-blobs")
def test_a_blob_of_another_repository_is_mounted_only_by_who_may_pull_it(
    registry: RegistryClient, stranger: Any
) -> None:

    theirs = Project.objects.create(
        organisation=stranger.memberships.get().organisation, name="box", created_by=stranger
    )
    take_all(theirs.organisation)
    other = RegistryClient(credentials(stranger), "other/box")
    other.push_blob(LAYER)
    for source in ("other/box", "other/nothing", "other", "", "/"):
        assert registry.begin(mount=sha(LAYER), **{"from": source}).status_code == 202
    assert registry.get(f"blobs/{sha(LAYER)}").status_code == 404
    registry.push_blob(EMPTY)
    assert code(registry.push_manifest(image(LAYER), "latest")) == (404, "MANIFEST_BLOB_UNKNOWN")


@pytest.mark.slow
@pytest.mark.protects("registry/foreign-artifacts")
def test_only_runes_blocks_and_what_refers_to_them_are_taken_unless_an_owner_says_so(
    project: Any, developer: Any, organisation: Any
) -> None:
    client = RegistryClient(credentials(developer))
    for each in (EMPTY, LAYER):
        client.push_blob(each)
    response = client.push_manifest(image(LAYER), "latest")
    assert code(response) == (403, "DENIED")
    assert "application/vnd.example.note" in response.content.decode()
    assert client.push_manifest(image(LAYER, config_type="application/vnd.wasm.config.v0+json")).status_code == 201
    assert client.push_manifest(image(LAYER, subject=descriptor(b"x", "y"))).status_code == 201
    assert client.push_manifest(image(LAYER), "sha256-" + "0" * 64 + ".sig").status_code == 201
    take_all(organisation)
    assert client.push_manifest(image(LAYER), "latest").status_code == 201


@each_case("tag", [".hidden", "-x", "a" * 129, "a%20b", "ä"])
def test_a_tag_outside_the_grammar_is_refused(registry: RegistryClient, tag: str) -> None:
    registry.push_blob(EMPTY)
    assert code(registry.push_manifest(image(), tag)) == (400, "MANIFEST_INVALID")
    assert registry.get(f"manifests/{tag}").status_code == 404


@pytest.mark.slow
def test_a_tag_that_looks_like_another_is_refused(registry: RegistryClient) -> None:
    registry.push_image("nightly", LAYER)
    assert code(registry.push_manifest(image(LAYER), "Nightly")) == (403, "DENIED")
    assert code(registry.push_manifest(image(LAYER), "n1ghtly")) == (403, "DENIED")
    assert registry.tags() == ["nightly"]


@pytest.mark.protects("registry/quota")
def test_an_organisation_without_room_gets_nothing_stored(registry: RegistryClient, organisation: Any) -> None:
    usage = organisation_bytes(organisation.pk)
    Quota.objects.create(holder=organisation.stream, resource="bytes", limit=usage + len(LAYER) - 1)
    before = set(part_files())
    location = registry.begin()["Location"]
    response = registry.send("PUT", f"{location}?digest={sha(LAYER)}", LAYER)
    assert code(response) == (403, "DENIED")
    assert set(part_files()) == before
    # Bytes of other uploads count before they end.
    assert registry.send("PATCH", location, LAYER[:1000]).status_code == 202
    second = registry.begin()["Location"]
    assert code(registry.send("PATCH", second, LAYER[: len(LAYER) - 1000])) == (403, "DENIED")
    Quota.objects.filter(holder=organisation.stream).update(limit=usage + 1000)
    assert code(registry.begin()) == (403, "DENIED")
    assert registry.delete(location).status_code == 204
    assert registry.begin().status_code == 202


@pytest.mark.protects("registry/quota")
@pytest.mark.parametrize("size", [0, 1, len(LAYER) - 1])
def test_bytes_of_which_fewer_or_none_were_announced_are_counted_when_they_came(
    registry: RegistryClient, developer: Any, organisation: Any, size: int
) -> None:
    usage = organisation_bytes(organisation.pk)
    registry.begin()
    Quota.objects.create(holder=organisation.stream, resource="bytes", limit=usage + len(LAYER) - 1)
    upload = Upload.objects.get()
    with pytest.raises(StorageQuotaReached):
        uploads.append_part(acting_as(developer), upload, [LAYER], size=size)


def test_nobody_cancels_the_upload_of_somebody_else(registry: RegistryClient, maintainer: Any) -> None:
    registry.begin()
    with pytest.raises(NoSuchUpload):
        uploads.cancel_upload(acting_as(maintainer), Upload.objects.get())
    assert Upload.objects.count() == 1


def test_only_so_many_uploads_are_under_way_at_once(registry: RegistryClient) -> None:
    with patch.object(uploads, "MOST_UPLOADS", 2):
        first = registry.begin()["Location"]
        registry.begin()
        assert code(registry.begin()) == (429, "TOOMANYREQUESTS")
        registry.delete(first)
        assert registry.begin().status_code == 202


@pytest.mark.slow
def test_an_upload_rests_for_a_week_and_a_blob_for_a_day(registry: RegistryClient) -> None:
    location = registry.begin()["Location"]
    registry.send("PATCH", location, LAYER[:1000])
    registry.push_blob(EMPTY)
    now = timezone.now()
    sweep(now + timedelta(hours=23))
    assert registry.get(location)["Range"] == "0-999"
    sweep(now + UPLOADS_FOR - timedelta(minutes=1))
    assert registry.get(location)["Range"] == "0-999"
    sweep(now + UPLOADS_FOR + timedelta(minutes=1))
    assert code(registry.get(location)) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert part_files() == []
    assert registry.get(f"blobs/{sha(EMPTY)}").status_code == 404
    sweep_blobs(now + BLOBS_FOR + timedelta(hours=2))
    assert not Blob.objects.filter(pk=sha(EMPTY)).exists()


@pytest.mark.slow
@pytest.mark.protects("registry/collection")
def test_collecting_takes_nothing_that_a_manifest_names(registry: RegistryClient) -> None:
    manifest = registry.push_image("latest", LAYER)
    registry.push_blob(b"nobody names this")
    now = timezone.now()
    sweep(now + timedelta(days=400))
    sweep_blobs(now + timedelta(days=400))
    assert body(registry.get("manifests/latest")) == manifest
    assert body(registry.get(f"blobs/{sha(LAYER)}")) == LAYER
    assert registry.get(f"blobs/{sha(b'nobody names this')}").status_code == 404


def test_methods_that_mean_nothing_are_refused(registry: RegistryClient) -> None:
    assert code(registry.send("PUT", "tags/list")) == (405, "UNSUPPORTED")
    assert code(registry.send("POST", "manifests/latest")) == (405, "UNSUPPORTED")
    assert code(registry.send("PUT", "blobs/uploads/")) == (405, "UNSUPPORTED")
    assert code(registry.send("PUT", "blocks/smooth/manifests/1.0")) == (405, "UNSUPPORTED")
    assert code(registry.send("PUT", "nonsense")) == (404, "UNSUPPORTED")
