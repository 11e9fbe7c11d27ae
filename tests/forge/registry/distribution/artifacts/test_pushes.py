"""Pushes of clients in each form: in one part or several, mounted, by digest or tag, whatever the specification
names."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from forge.accounts.organisations.name_reservations import lock_names
from forge.core.blobs.sweep import sweep_blobs
from forge.core.models import AuditEntry, Blob
from forge.projects.models import Project
from forge.registry.distribution.artifacts.actions import deleting
from forge.registry.distribution.artifacts.models import PushedBlob, Upload
from forge.registry.distribution.artifacts.sweep import TRASH_FOR, sweep
from forge.registry.distribution.protocol import reading
from tests.support.clients.registry_client import (
    EMPTY,
    EMPTY_TYPE,
    RegistryClient,
    body,
    code,
    credentials,
    descriptor,
    image,
    index,
    sha,
    take_all,
)

pytestmark = pytest.mark.django_db

LAYER = bytes(range(256)) * 40


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    return RegistryClient(credentials(developer))


def test_a_blob_in_one_request(registry: RegistryClient) -> None:
    response = registry.send("POST", f"blobs/uploads/?digest={sha(LAYER)}", LAYER)
    assert (response.status_code, response["Location"]) == (201, f"/v2/acme/kitchen/blobs/{sha(LAYER)}")
    assert response["Docker-Content-Digest"] == sha(LAYER)
    assert body(registry.get(f"blobs/{sha(LAYER)}")) == LAYER


def test_a_push_asks_the_database_for_a_repository_and_for_room_no_more_often_than_needed(
    registry: RegistryClient, django_assert_max_num_queries: Any
) -> None:
    registry.push_blob(EMPTY)
    with django_assert_max_num_queries(9):
        location = registry.begin()["Location"]
    with django_assert_max_num_queries(29):
        response = registry.send("PUT", f"{location}?digest={sha(LAYER)}", LAYER)
    assert response.status_code == 201


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("sizes", [[], [len(LAYER)], [1, 4000, len(LAYER) - 4001]])
def test_a_blob_in_parts(registry: RegistryClient, algorithm: str, sizes: list[int]) -> None:
    data = LAYER[: sum(sizes)]
    digest = sha(data, algorithm)
    upload = registry.begin()
    assert (upload.status_code, upload["Range"]) == (202, "0-0")
    location, first = upload["Location"], 0
    for size in sizes:
        part = data[first : first + size]
        answer = registry.send("PATCH", location, part, Content_Range=f"{first}-{first + size - 1}")
        first += size
        assert (answer.status_code, answer["Range"]) == (202, f"0-{first - 1}")
        location = answer["Location"]
        assert registry.get(location)["Range"] == f"0-{first - 1}"
    response = registry.send("PUT", f"{location}?digest={digest}")
    assert (response.status_code, response["Location"]) == (201, f"/v2/acme/kitchen/blobs/{digest}")
    response = registry.get(f"blobs/{digest}")
    assert (body(response), response["Docker-Content-Digest"]) == (data, digest)
    head = registry.send("HEAD", f"blobs/{digest}")
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(data)), b"")
    assert Upload.objects.count() == 0


def test_a_part_of_a_pushed_blob(registry: RegistryClient) -> None:
    registry.push_blob(LAYER)
    response = registry.get(f"blobs/{sha(LAYER)}", Range="bytes=100-199")
    assert (response.status_code, body(response)) == (206, LAYER[100:200])


def test_an_upload_that_was_cancelled_is_gone(registry: RegistryClient) -> None:
    location = registry.begin()["Location"]
    registry.send("PATCH", location, LAYER)
    assert registry.delete(location).status_code == 204
    assert code(registry.get(location)) == (404, "BLOB_UPLOAD_UNKNOWN")


@pytest.mark.slow
def test_a_blob_of_another_repository_is_mounted(registry: RegistryClient, developer: Any, organisation: Any) -> None:
    Project.objects.create(organisation=organisation, name="garden", created_by=developer)
    registry.push_blob(LAYER)
    garden = RegistryClient(registry.headers, "acme/garden")
    response = garden.begin(mount=sha(LAYER), **{"from": "acme/kitchen"})
    assert (response.status_code, response["Location"]) == (201, f"/v2/acme/garden/blobs/{sha(LAYER)}")
    assert body(garden.get(f"blobs/{sha(LAYER)}")) == LAYER
    assert garden.begin(mount=sha(b"nobody has this"), **{"from": "acme/kitchen"}).status_code == 202
    assert garden.begin(mount=sha(LAYER)).status_code == 202


@pytest.mark.slow
def test_bytes_are_stored_once_however_often_they_are_pushed(registry: RegistryClient) -> None:
    for _ in range(3):
        assert registry.push_blob(LAYER).status_code == 201
    assert PushedBlob.objects.count() == 1


@pytest.mark.slow
def test_an_image_by_tag_and_by_digest(registry: RegistryClient, developer: Any) -> None:
    manifest = registry.push_image("latest", LAYER)
    for reference in ("latest", sha(manifest)):
        response = registry.get(f"manifests/{reference}")
        assert (body(response), response["Docker-Content-Digest"]) == (manifest, sha(manifest))
        assert response["Content-Type"] == json.loads(manifest)["mediaType"]
    assert registry.tags() == ["latest"]
    entry = AuditEntry.objects.filter(action="artifact.push").get()
    assert entry.data["digest"] == sha(manifest)
    assert entry.data["tags"] == "latest"


@pytest.mark.slow
def test_many_tags_in_one_push(registry: RegistryClient) -> None:
    registry.push_blob(EMPTY)
    response = registry.push_tags(image(), "nightly", "edge", "nightly")
    assert response.status_code == 201
    assert {each.strip() for each in response["OCI-Tag"].split(",")} == {"nightly", "edge"}
    assert registry.tags() == ["edge", "nightly"]
    assert body(registry.get("manifests/edge")) == image()
    assert code(registry.push_tags(image(), *(f"t{number}" for number in range(101)))) == (400, "MANIFEST_INVALID")


@pytest.mark.slow
def test_tags_come_in_pages_by_their_bytes(registry: RegistryClient) -> None:
    names = ["B", "Z", "_", "a", "b.1", "b_1", "latest"]
    registry.push_blob(EMPTY)
    registry.push_tags(image(), *reversed(names))
    tags: list[str] = []
    path = "/v2/acme/kitchen/tags/list?n=2"
    while path:
        response = registry.get(path)
        tags += json.loads(response.content)["tags"]
        path = response.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert tags == names
    assert json.loads(registry.get("tags/list?n=0").content)["tags"] == []
    assert json.loads(registry.get("tags/list?n=2&last=b.1").content)["tags"] == ["b_1", "latest"]


@pytest.mark.slow
def test_nested_indexes(registry: RegistryClient) -> None:
    manifest = registry.push_image("", LAYER)
    inner = index(manifest)
    outer = index(inner, manifest, artifactType="application/vnd.example.all")
    assert code(registry.push_manifest(outer, "all")) == (404, "MANIFEST_BLOB_UNKNOWN")
    assert registry.push_manifest(inner).status_code == 201
    assert registry.push_manifest(outer, "all").status_code == 201
    assert body(registry.get("manifests/all")) == outer
    assert registry.push_manifest(index(), "empty").status_code == 201


@pytest.mark.slow
def test_manifests_by_sha512(registry: RegistryClient) -> None:
    config, layer = descriptor(EMPTY, EMPTY_TYPE, "sha512"), descriptor(LAYER, "a/b", "sha512")
    for each in (EMPTY, LAYER):
        assert registry.push_blob(each, sha(each, "sha512")).status_code == 201
    manifest = json.dumps(json.loads(image()) | {"config": config, "layers": [layer]}).encode()
    digest = sha(manifest, "sha512")
    response = registry.push_manifest(manifest, digest)
    assert (response.status_code, response["Docker-Content-Digest"]) == (201, digest)
    response = registry.get(f"manifests/{digest}")
    assert (body(response), response["Docker-Content-Digest"]) == (manifest, digest)
    assert body(registry.get(f"manifests/{sha(manifest)}")) == manifest
    assert registry.delete(f"manifests/{digest}").status_code == 202
    assert registry.get(f"manifests/{sha(manifest)}").status_code == 404


@pytest.mark.slow
def test_what_stands_in_the_manifest_or_elsewhere_need_not_be_pushed(registry: RegistryClient) -> None:
    small = descriptor(b"small", "text/plain", data=base64.b64encode(b"small").decode())
    elsewhere = descriptor(LAYER, "application/vnd.oci.image.layer.nondistributable.v1.tar", urls=["https://a.example"])
    registry.push_blob(EMPTY)
    manifest = json.dumps(json.loads(image()) | {"layers": [small, elsewhere], "custom": {"x": [1]}}).encode()
    assert registry.push_manifest(manifest, "latest").status_code == 201
    assert body(registry.get(f"blobs/{sha(b'small')}")) == b"small"
    assert registry.get(f"blobs/{sha(LAYER)}").status_code == 404


@pytest.mark.slow
def test_a_manifest_of_4_mib(registry: RegistryClient) -> None:
    registry.push_blob(EMPTY)
    manifest = image(annotations={"text": "x" * (4 * 1024 * 1024 - 1000)})
    assert registry.push_manifest(manifest, "latest").status_code == 201
    assert body(registry.get("manifests/latest")) == manifest


@pytest.mark.slow
def test_a_tag_moves_to_what_was_pushed_last(registry: RegistryClient) -> None:
    first = registry.push_image("latest", LAYER)
    second = registry.push_image("latest", b"next")
    assert body(registry.get("manifests/latest")) == second
    assert body(registry.get(f"manifests/{sha(first)}")) == first


class TestReferrers:
    """Artifacts that refer to a manifest, which may come later."""

    @pytest.mark.slow
    def test_they_are_listed_with_type_and_annotations(self, registry: RegistryClient) -> None:
        subject = image(LAYER)
        about = descriptor(subject, json.loads(subject)["mediaType"])
        registry.push_blob(EMPTY)
        signature = image(artifactType="application/vnd.example.sig", subject=about, annotations={"by": "jo"})
        note = image(subject=about)
        response = registry.push_manifest(signature)
        assert (response.status_code, response["OCI-Subject"]) == (201, sha(subject))
        registry.push_manifest(note)
        registry.push_image("latest", LAYER)
        by_digest = {each["digest"]: each for each in registry.referrers(sha(subject))}
        assert set(by_digest) == {sha(signature), sha(note)}
        assert by_digest[sha(signature)]["artifactType"] == "application/vnd.example.sig"
        assert by_digest[sha(signature)]["annotations"] == {"by": "jo"}
        assert by_digest[sha(signature)]["size"] == len(signature)
        # One without a type of its own has that of its config.
        assert by_digest[sha(note)]["artifactType"] == "application/vnd.example.note"

    @pytest.mark.slow
    def test_one_type_is_asked_for(self, registry: RegistryClient) -> None:
        about = descriptor(b"nothing yet", "application/vnd.oci.image.manifest.v1+json")
        registry.push_blob(EMPTY)
        for kind in ("application/a", "application/b"):
            registry.push_manifest(image(artifactType=kind, subject=about))
        response = registry.get(f"referrers/{about['digest']}?artifactType=application/b")
        assert response["OCI-Filters-Applied"] == "artifactType"
        assert [each["artifactType"] for each in json.loads(response.content)["manifests"]] == ["application/b"]
        assert registry.referrers(sha(b"unknown")) == []
        assert code(registry.get("referrers/latest")) == (400, "DIGEST_INVALID")

    def test_an_index_refers_too_and_deleting_ends_it(self, registry: RegistryClient) -> None:
        about = descriptor(b"nothing yet", "application/vnd.oci.image.manifest.v1+json")
        listing = index(artifactType="application/all", subject=about)
        registry.push_manifest(listing)
        assert [each["digest"] for each in registry.referrers(about["digest"])] == [sha(listing)]
        registry.delete(f"manifests/{sha(listing)}")
        assert registry.referrers(about["digest"]) == []

    @pytest.mark.slow
    def test_many_come_in_pages(self, registry: RegistryClient) -> None:
        about = descriptor(b"nothing yet", "application/vnd.oci.image.manifest.v1+json")
        registry.push_blob(EMPTY)
        for number in range(103):
            registry.push_manifest(image(subject=about, annotations={"number": str(number)}))
        response = registry.get(f"referrers/{about['digest']}")
        following = registry.get(response["Link"].partition(">")[0].removeprefix("<"))
        pages = [json.loads(each.content)["manifests"] for each in (response, following)]
        assert list(map(len, pages)) == [100, 3]
        assert len({each["digest"] for page in pages for each in page}) == 103
        assert "Link" not in following

    @pytest.mark.slow
    def test_a_client_that_knows_no_referrers_reads_them_at_a_tag(self, registry: RegistryClient) -> None:
        subject = registry.push_image("latest", LAYER)
        fallback = sha(subject).replace(":", "-")
        assert code(registry.get(f"manifests/{fallback}")) == (404, "MANIFEST_UNKNOWN")
        note = image(subject=descriptor(subject, json.loads(subject)["mediaType"]))
        registry.push_manifest(note)
        response = registry.get(f"manifests/{fallback}")
        assert [each["digest"] for each in json.loads(body(response))["manifests"]] == [sha(note)]
        assert response["Docker-Content-Digest"] == sha(body(response))
        assert fallback not in registry.tags()
        assert registry.push_manifest(index(note), fallback).status_code == 201
        assert body(registry.get(f"manifests/{fallback}")) == index(note)

    @pytest.mark.slow
    def test_the_tag_has_more_than_a_page_within_the_size_of_a_manifest(
        self, registry: RegistryClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "PAGE", 1)
        monkeypatch.setattr(reading, "LARGEST_MANIFEST", 200)
        registry.push_blob(EMPTY)
        about = descriptor(b"nothing yet", "application/vnd.oci.image.manifest.v1+json")
        for number in range(3):
            registry.push_manifest(image(subject=about, annotations={"number": f"{number:020}"}))
        manifests = json.loads(body(registry.get(f"manifests/{about['digest'].replace(':', '-')}")))["manifests"]
        assert ["annotations" in each for each in manifests] == [True, False, False]


class TestDeleting:
    """Tags, manifests and blobs, each by itself."""

    @pytest.mark.slow
    def test_a_tag_goes_and_its_manifest_stays(self, registry: RegistryClient) -> None:
        manifest = registry.push_image("latest", LAYER)
        assert registry.delete("manifests/latest").status_code == 202
        assert code(registry.get("manifests/latest")) == (404, "MANIFEST_UNKNOWN")
        assert body(registry.get(f"manifests/{sha(manifest)}")) == manifest
        assert code(registry.delete("manifests/latest")) == (404, "MANIFEST_UNKNOWN")
        assert AuditEntry.objects.filter(action="artifact.untag").count() == 1

    @pytest.mark.slow
    def test_a_manifest_takes_its_tags_along_and_may_return(self, registry: RegistryClient) -> None:
        manifest = registry.push_image("latest", LAYER)
        assert registry.delete(f"manifests/{sha(manifest)}").status_code == 202
        for reference in ("latest", sha(manifest)):
            assert code(registry.get(f"manifests/{reference}")) == (404, "MANIFEST_UNKNOWN")
        assert registry.tags() == []
        assert code(registry.delete(f"manifests/{sha(manifest)}")) == (404, "MANIFEST_UNKNOWN")
        sweep(timezone.now() + TRASH_FOR - timedelta(hours=1))
        sweep_blobs(timezone.now() + TRASH_FOR)
        assert registry.push_manifest(manifest, "latest").status_code == 201
        assert body(registry.get("manifests/latest")) == manifest
        assert body(registry.get(f"blobs/{sha(LAYER)}")) == LAYER

    @pytest.mark.slow
    def test_the_trash_is_emptied_after_30_days(self, registry: RegistryClient) -> None:
        manifest = registry.push_image("latest", LAYER)
        registry.delete(f"manifests/{sha(manifest)}")
        sweep(timezone.now() + TRASH_FOR + timedelta(hours=1))
        sweep_blobs(timezone.now() + TRASH_FOR + timedelta(hours=2))
        assert not Blob.objects.filter(pk__in=[sha(manifest), sha(LAYER)]).exists()
        assert code(registry.push_manifest(manifest, "latest")) == (404, "MANIFEST_BLOB_UNKNOWN")

    @pytest.mark.slow
    def test_a_blob_goes_once_no_manifest_names_it(self, registry: RegistryClient) -> None:
        manifest = registry.push_image("", LAYER)
        assert code(registry.delete(f"blobs/{sha(LAYER)}")) == (403, "DENIED")
        assert body(registry.get(f"blobs/{sha(LAYER)}")) == LAYER
        registry.delete(f"manifests/{sha(manifest)}")
        assert registry.delete(f"blobs/{sha(LAYER)}").status_code == 202
        assert code(registry.get(f"blobs/{sha(LAYER)}")) == (404, "BLOB_UNKNOWN")
        assert code(registry.delete(f"blobs/{sha(LAYER)}")) == (404, "BLOB_UNKNOWN")

    def test_a_manifest_that_an_index_lists_stays(self, registry: RegistryClient) -> None:
        manifest = registry.push_image("", LAYER)
        registry.push_manifest(index(manifest), "all")
        assert code(registry.delete(f"manifests/{sha(manifest)}")) == (403, "DENIED")
        assert body(registry.get(f"manifests/{sha(manifest)}")) == manifest

    def test_an_index_that_is_pushed_before_the_lock_counts(
        self, registry: RegistryClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        manifest = registry.push_image("", LAYER)

        def lock(organisation: UUID) -> Any:
            assert registry.push_manifest(index(manifest), "all").status_code == 201
            return lock_names(organisation)

        monkeypatch.setattr(deleting, "lock_names", lock)
        assert code(registry.delete(f"manifests/{sha(manifest)}")) == (403, "DENIED")
