"""The checks of the conformance suite of OCI distribution 1.1 beside plain pushes and pulls, as a client sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rune.oci import INDEX_TYPE
from tests.support.clients.registry_client import (
    ANY_TYPE,
    EMPTY,
    EMPTY_TYPE,
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

SIGNATURE, REPORT = "application/vnd.example.signature", "application/vnd.example.report"
SUBJECT = image(b"a layer")


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    client = RegistryClient(credentials(developer))
    assert client.push_blob(EMPTY).status_code == 201
    return client


def referring(kind: str, subject: bytes, algorithm: str = "sha256", **more: Any) -> bytes:
    """An artifact of a type that refers to a manifest."""
    descriptor = {
        "mediaType": json.loads(subject)["mediaType"],
        "digest": sha(subject, algorithm),
        "size": len(subject),
    }
    return image(config_type=EMPTY_TYPE, artifactType=kind, subject=descriptor, **more)


@pytest.mark.slow
def test_a_subject_may_come_after_what_refers_to_it(registry: RegistryClient) -> None:
    signature = referring(SIGNATURE, SUBJECT, annotations={"org.example.by": "acme"})
    response = registry.push_manifest(signature)
    assert (response.status_code, response["OCI-Subject"]) == (201, sha(SUBJECT))
    (referrer,) = registry.referrers(sha(SUBJECT))
    assert referrer == {
        "mediaType": json.loads(signature)["mediaType"],
        "digest": sha(signature),
        "size": len(signature),
        "artifactType": SIGNATURE,
        "annotations": {"org.example.by": "acme"},
    }
    assert code(registry.get(f"manifests/{sha(SUBJECT)}")) == (404, "MANIFEST_UNKNOWN")
    registry.push_blob(b"a layer")
    plain = registry.push_manifest(SUBJECT, "report")
    assert plain.status_code == 201
    assert "OCI-Subject" not in plain
    assert [each["digest"] for each in registry.referrers(sha(SUBJECT))] == [sha(signature)]


@pytest.mark.slow
def test_referrers_are_filtered_by_their_type(registry: RegistryClient) -> None:
    for kind in (SIGNATURE, REPORT):
        assert registry.push_manifest(referring(kind, SUBJECT)).status_code == 201
    # Without an artifactType, the type of the config is that of the artifact.
    descriptor = {"mediaType": json.loads(SUBJECT)["mediaType"], "digest": sha(SUBJECT), "size": len(SUBJECT)}
    assert registry.push_manifest(image(config_type=ANY_TYPE, subject=descriptor)).status_code == 201
    assert [each["artifactType"] for each in registry.referrers(sha(SUBJECT))] == [SIGNATURE, REPORT, ANY_TYPE]
    answer = registry.get(f"referrers/{sha(SUBJECT)}?artifactType={REPORT}")
    assert answer["OCI-Filters-Applied"] == "artifactType"
    assert [each["artifactType"] for each in json.loads(answer.content)["manifests"]] == [REPORT]
    assert registry.referrers(sha(SUBJECT), "?artifactType=application/none") == []


def test_nothing_refers_to_what_nobody_knows(registry: RegistryClient) -> None:
    assert registry.referrers(sha(b"unknown")) == []
    assert code(registry.get("referrers/latest")) == (400, "DIGEST_INVALID")


@pytest.mark.slow
def test_a_client_that_knows_no_referrers_reads_the_tag_of_the_subject(registry: RegistryClient) -> None:
    fallback = sha(SUBJECT).replace(":", "-")
    assert registry.get(f"manifests/{fallback}").status_code == 404
    signature = referring(SIGNATURE, SUBJECT)
    registry.push_manifest(signature)
    answer = registry.get(f"manifests/{fallback}")
    assert (answer.status_code, answer["Content-Type"]) == (200, INDEX_TYPE)
    assert answer["Docker-Content-Digest"] == sha(answer.content)
    assert [each["digest"] for each in json.loads(answer.content)["manifests"]] == [sha(signature)]
    assert registry.tags() == [], "it is no tag that somebody set"


@pytest.mark.slow
def test_a_deleted_referrer_is_listed_no_more(registry: RegistryClient) -> None:
    signature, report = referring(SIGNATURE, SUBJECT), referring(REPORT, SUBJECT)
    for each in (signature, report):
        registry.push_manifest(each)
    assert registry.delete(f"manifests/{sha(signature)}").status_code == 202
    assert [each["digest"] for each in registry.referrers(sha(SUBJECT))] == [sha(report)]
    registry.push_manifest(signature)
    assert {each["digest"] for each in registry.referrers(sha(SUBJECT))} == {sha(signature), sha(report)}


def test_a_subject_is_named_by_sha512_too(registry: RegistryClient) -> None:
    report = referring(REPORT, SUBJECT, "sha512")
    response = registry.push_manifest(report)
    assert (response.status_code, response["OCI-Subject"]) == (201, sha(SUBJECT, "sha512"))
    assert [each["digest"] for each in registry.referrers(sha(SUBJECT, "sha512"))] == [sha(report)]


@pytest.mark.slow
def test_an_empty_blob_is_a_blob(registry: RegistryClient) -> None:
    assert registry.push_blob(b"").status_code == 201
    manifest = image(b"")
    assert registry.push_manifest(manifest, "report").status_code == 201
    answer = registry.get(f"blobs/{sha(b'')}")
    assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, "0", b"")


@pytest.mark.slow
def test_head_says_what_get_gives(registry: RegistryClient) -> None:
    registry.push_blob(b"a layer")
    registry.push_manifest(SUBJECT, "report")
    for path, data in (
        ("manifests/report", SUBJECT),
        (f"manifests/{sha(SUBJECT)}", SUBJECT),
        (f"blobs/{sha(b'a layer')}", b"a layer"),
    ):
        head, answer = registry.send("HEAD", path), registry.get(path)
        assert (head.status_code, body(head), body(answer)) == (200, b"", data)
        for name in ("Content-Length", "Content-Type", "Docker-Content-Digest"):
            assert head[name] == answer[name]
        assert (head["Content-Length"], head["Docker-Content-Digest"]) == (str(len(data)), sha(data))
    for path in ("manifests/none", f"manifests/{sha(b'x')}", f"blobs/{sha(b'x')}"):
        assert registry.send("HEAD", path).status_code == 404


@pytest.mark.slow
def test_each_delete_takes_one_thing_and_is_done_once(registry: RegistryClient) -> None:
    registry.push_blob(b"a layer")
    registry.push_manifest(SUBJECT, "report")
    registry.push_tags(SUBJECT, "nightly")
    assert registry.delete("manifests/report").status_code == 202
    assert registry.delete("manifests/report").status_code == 404
    assert registry.tags() == ["nightly"]
    assert body(registry.get(f"manifests/{sha(SUBJECT)}")) == SUBJECT
    assert registry.delete(f"manifests/{sha(SUBJECT)}").status_code == 202
    assert registry.tags() == []
    for path in (f"manifests/{sha(SUBJECT)}", "manifests/nightly"):
        assert registry.get(path).status_code == 404
    assert registry.delete(f"blobs/{sha(b'a layer')}").status_code == 202
    assert code(registry.delete(f"blobs/{sha(b'a layer')}")) == (404, "BLOB_UNKNOWN")
    assert registry.get(f"blobs/{sha(b'a layer')}").status_code == 404


@pytest.mark.slow
def test_a_tag_list_of_no_names_and_of_a_wrong_number(registry: RegistryClient) -> None:
    registry.push_blob(b"a layer")
    registry.push_tags(SUBJECT, "a", "b")
    assert json.loads(registry.get("tags/list?n=0").content)["tags"] == []
    assert json.loads(registry.get("tags/list?n=1&last=a").content)["tags"] == ["b"]
    assert registry.get("tags/list?n=-1").status_code == 400


@pytest.mark.parametrize("repository", ["acme/kitchen", "acme/kitchen/blocks/window"])
def test_a_repository_to_which_nothing_was_pushed_answers_an_empty_index(
    project: Any, viewer: Any, repository: str
) -> None:
    client = RegistryClient(credentials(viewer, "registry:pull"), repository)
    assert client.referrers(sha(b"unknown")) == []
    assert client.referrers(sha(b"unknown", "sha512")) == []
    answer = client.get(f"referrers/{sha(b'unknown')}?artifactType={REPORT}")
    assert (answer.status_code, answer["OCI-Filters-Applied"]) == (200, "artifactType")
    assert json.loads(answer.content) == {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": []}
    assert client.send("HEAD", f"referrers/{sha(b'unknown')}")["Content-Type"] == INDEX_TYPE
    assert code(client.get("referrers/latest")) == (400, "DIGEST_INVALID")
    assert code(client.get("tags/list")) == (404, "NAME_UNKNOWN")


def test_an_empty_index_does_not_tell_that_a_repository_exists(project: Any, stranger: Any) -> None:
    path = f"referrers/{sha(b'unknown')}"
    answer = RegistryClient(credentials(stranger)).get(path)
    of_no_project = RegistryClient(credentials(stranger), "acme/nothing").get(path)
    assert code(answer) == code(of_no_project) == (404, "NAME_UNKNOWN")
    assert answer.content == of_no_project.content
    assert code(RegistryClient({}).get(path)) == (401, "UNAUTHORIZED")


def test_an_index_of_blobs_is_refused_with_the_reason(registry: RegistryClient) -> None:
    layer = b"a layer of BuildKit's cache"
    layer_descriptor = descriptor(layer, "application/vnd.oci.image.layer.v1.tar+gzip")
    cache = json.dumps({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [layer_descriptor]}).encode()
    missing = registry.push_manifest(cache, "cache")
    assert code(missing) == (404, "MANIFEST_BLOB_UNKNOWN")
    assert registry.push_blob(layer).status_code == 201
    answer = registry.push_manifest(cache, "cache")
    assert code(answer) == (400, "MANIFEST_INVALID")
    message = json.loads(answer.content)["errors"][0]["message"]
    assert message.startswith(f"{sha(layer)} is a blob; an index lists manifests.")
    assert "image-manifest=true" in message
