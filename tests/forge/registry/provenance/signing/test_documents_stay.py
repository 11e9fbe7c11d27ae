"""Documents and signatures of a version, which the server published, are as fixed as the version."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from forge.core.blobs.sweep import sweep_blobs
from forge.jobs.models import Job
from forge.projects.actions import delete_project, restore_project, update_project, write_file
from forge.projects.models import Project
from forge.registry.distribution.artifacts.access import find_manifest, referrers_of
from forge.registry.distribution.artifacts.sweep import sweep
from forge.registry.distribution.trash.actions import restore_manifest
from forge.registry.models import Manifest, SigningKey, Tag
from forge.registry.oci.rune_facts import manifest_digest
from forge.registry.provenance.signing.access import signatures_of
from forge.registry.provenance.signing.actions.keys import add_signing_key
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.withdrawing.actions import withdraw_tag
from rune.tools.signing.bundles import BUNDLE_TYPE
from rune.tools.signing.keys import Algorithm, make_private_key
from rune.tools.signing.referrers import SIMPLE_SIGNING_TYPE, STATEMENT_TYPE, cosign_tag
from tests.forge.registry.provenance.signing.test_provenance import layer_of
from tests.forge.registry.provenance.signing.test_signer import OTHER, push_signature
from tests.support.cases import each_case
from tests.support.clients.registry_client import (
    EMPTY,
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
from tests.support.forge.factories.builds import approved, built

pytestmark = [pytest.mark.django_db, pytest.mark.protects("registry/lasting-documents")]

Runner = Callable[[], list[Job]]
LAYER = b"a signature of somebody's own"


@pytest.fixture
def registry(project: Any, developer: Any) -> RegistryClient:
    """The client of a developer whose token may push, and not publish."""
    return RegistryClient(credentials(developer, "registry:push"))


@pytest.fixture
def version(project: Any, developer: Any) -> Tag:
    return publish_build(developer, approved(built(developer, project)), "1.0")


@pytest.fixture
def signed_version(key: SigningKey, version: Tag, run_signer: Runner) -> Tag:
    run_signer()
    return version


def fallback_tag(tag: Tag) -> str:
    return str(tag.manifest.blob_id).replace(":", "-")


def state_of(tag: Tag) -> tuple[list[str], list[str], Any]:
    """Returns the manifests of the repository, the referrers of a version, and the digest at the tag of signatures."""
    rows = Manifest.objects.filter(repository=tag.repository, trashed=None).values_list("blob_id", flat=True)
    beside = [each.blob_id for each in referrers_of(tag.repository, tag.manifest.blob_id)]
    older = find_manifest(tag.repository, cosign_tag(tag.manifest.blob_id))
    return sorted(rows), beside, older and older.blob_id


def pushed_parts(registry: RegistryClient) -> bytes:
    """A manifest whose blobs the repository has."""
    for blob in (EMPTY, LAYER):
        assert registry.push_blob(blob).status_code == 201
    return image(LAYER)


def test_what_stands_beside_a_version_is_not_deleted(registry: RegistryClient, version: Tag) -> None:
    before = state_of(version)
    assert len(before[1]) == 2, "the statement and the bill of materials"
    for digest in before[1]:
        response = registry.delete(f"manifests/{digest}")
        assert code(response) == (403, "DENIED")
        assert "belongs to a published version" in response.content.decode()
    for manifest in Manifest.objects.filter(blob__in=before[1]):
        layer = json.loads(body(registry.get(f"manifests/{manifest.blob_id}")))["layers"][0]["digest"]
        assert code(registry.delete(f"blobs/{layer}")) == (403, "DENIED")
    assert state_of(version) == before


@pytest.mark.slow
def test_a_signature_is_deleted_neither_by_digest_nor_by_tag(registry: RegistryClient, signed_version: Tag) -> None:
    before = state_of(signed_version)
    tag = cosign_tag(signed_version.manifest.blob_id)
    for reference in (*before[0], tag):
        assert code(registry.delete(f"manifests/{reference}")) == (403, "DENIED")
    sweep(timezone.now() + timedelta(days=400))
    assert state_of(signed_version) == before
    assert len(signatures_of(signed_version)) == 1


@each_case("ending", ["", ".att", ".sbom"])
def test_no_push_takes_a_tag_at_which_clients_look_for_them(
    ending: str, registry: RegistryClient, version: Tag
) -> None:
    require_no_tag(registry, version, fallback_tag(version) + ending)


@pytest.mark.slow
def test_no_push_takes_the_tag_of_the_servers_signature(registry: RegistryClient, signed_version: Tag) -> None:
    require_no_tag(registry, signed_version, cosign_tag(signed_version.manifest.blob_id))


def require_no_tag(registry: RegistryClient, version: Tag, tag: str) -> None:
    """Pushes a manifest to a tag, alone and with another one: both are refused, and clients find what they found."""
    before, listing = state_of(version), body(registry.get(f"manifests/{fallback_tag(version)}"))
    manifest, other = pushed_parts(registry), f"sha256-{'0' * 64}.sig"
    for response in (registry.push_manifest(manifest, tag), registry.push_tags(manifest, other, tag)):
        assert code(response) == (403, "DENIED")
        assert tag in response.content.decode()
    assert state_of(version) == before
    assert body(registry.get(f"manifests/{fallback_tag(version)}")) == listing
    assert registry.get(f"manifests/{other}").status_code == 404


@pytest.mark.slow
def test_a_signature_is_added_beside_that_of_the_server(registry: RegistryClient, signed_version: Tag) -> None:
    tag = cosign_tag(signed_version.manifest.blob_id)
    server_manifest = json.loads(body(registry.get(f"manifests/{tag}")))
    registry.push_blob(LAYER)
    own = descriptor(LAYER, SIMPLE_SIGNING_TYPE, annotations={"dev.cosignproject.cosign/signature": "MEUC"})
    without = json.dumps(server_manifest | {"layers": [own]}).encode()
    changed = json.dumps(
        server_manifest | {"layers": [{**server_manifest["layers"][0], "annotations": {}}, own]}
    ).encode()
    many = json.dumps(server_manifest | {"layers": [*server_manifest["layers"], *([own] * 100)]}).encode()
    for each in (without, changed, many):
        assert code(registry.push_manifest(each, tag)) == (403, "DENIED")
    both = json.dumps(server_manifest | {"layers": [*server_manifest["layers"], own]}).encode()
    assert registry.push_manifest(both, tag).status_code == 201
    assert body(registry.get(f"manifests/{tag}")) == both
    # It has the server's signature now, and stays as that does.
    assert code(registry.push_manifest(without, tag)) == (403, "DENIED")
    for reference in (tag, sha(both)):
        assert code(registry.delete(f"manifests/{reference}")) == (403, "DENIED")


def test_a_referrer_of_somebodys_own_is_added_and_deleted(registry: RegistryClient, version: Tag) -> None:
    before = state_of(version)
    pushed_parts(registry)
    about = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": version.manifest.blob_id, "size": 1}
    report = image(LAYER, subject=about, artifactType="application/vnd.example.report")
    assert registry.push_manifest(report).status_code == 201
    assert [each["digest"] for each in registry.referrers(version.manifest.blob_id)] == [*before[1], sha(report)]
    assert registry.delete(f"manifests/{sha(report)}").status_code == 202
    assert state_of(version) == before


@pytest.mark.slow
def test_many_referrers_that_came_first_hide_nothing(
    registry: RegistryClient, project: Any, developer: Any, key: SigningKey, run_signer: Runner
) -> None:
    build = approved(built(developer, project))
    assert build.artefact is not None
    pushed_parts(registry)
    digest = manifest_digest(build, build.artefact)
    about = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 1}
    for number in range(3):
        for kind in (BUNDLE_TYPE, STATEMENT_TYPE):
            fake = image(LAYER, subject=about, artifactType=kind, annotations={"number": str(number)})
            assert registry.push_manifest(fake).status_code == 201
    tag = publish_build(developer, build, "1.0")
    run_signer()
    assert tag.publication is not None
    first = {each["artifactType"]: each["digest"] for each in reversed(registry.referrers(digest))}
    assert first[STATEMENT_TYPE] == tag.publication.provenance.statement.blob_id
    assert first[BUNDLE_TYPE] == signatures_of(tag)[0].manifest.blob_id
    assert registry.referrers(digest, f"?artifactType={quote(BUNDLE_TYPE)}")[0]["digest"] == first[BUNDLE_TYPE]


@pytest.mark.slow
def test_tags_that_were_taken_before_the_publication_hide_nothing(
    registry: RegistryClient, project: Any, developer: Any, organisation: Any
) -> None:
    take_all(organisation)
    build = approved(built(developer, project))
    assert build.artefact is not None
    digest = manifest_digest(build, build.artefact)
    tags = [digest.replace(":", "-") + suffix for suffix in ("", ".att", ".sbom")]
    manifest, other = pushed_parts(registry), index()
    assert registry.push_tags(manifest, *tags).status_code == 201
    assert registry.push_tags(other, "nightly").status_code == 201
    registry.delete(f"manifests/{sha(manifest)}")
    registry.push_tags(other, *tags)
    tag = publish_build(developer, build, "1.0")
    assert registry.tags() == ["1.0", "nightly"]
    listing = json.loads(body(registry.get(f"manifests/{fallback_tag(tag)}")))["manifests"]
    assert [each["digest"] for each in listing] == state_of(tag)[1]
    outcome = restore_manifest(developer, project, sha(manifest))
    assert (outcome.tags, set(outcome.missing_tags)) == ((), set(tags))
    assert registry.tags() == ["1.0", "nightly"]


def test_a_build_that_a_moving_tag_left_is_not_deleted(registry: RegistryClient, project: Any, developer: Any) -> None:
    first = publish_build(developer, built(developer, project), "nightly").manifest
    write_file(developer, project, "notes.txt", b"other files")
    publish_build(developer, built(developer, project, OTHER), "nightly")
    assert code(registry.delete(f"manifests/{first.blob_id}")) == (403, "DENIED")
    assert registry.get(f"manifests/{first.blob_id}").status_code == 200


@pytest.mark.slow
def test_a_signature_from_home_stays_once_the_server_counts_it(
    registry: RegistryClient, version: Tag, organisation: Any, owner: Any, project: Any, developer: Any
) -> None:
    home = make_private_key(Algorithm.P256)
    add_signing_key(owner, organisation, home.public.pem)
    assert version.publication is not None
    statement = layer_of(version.publication.provenance.statement)
    push_signature(project, developer, version, make_private_key(Algorithm.P256), statement)
    (uncounted,) = referrers_of(version.repository, version.manifest.blob_id, BUNDLE_TYPE)
    push_signature(project, developer, version, home, statement)
    (row,) = signatures_of(version)
    assert code(registry.delete(f"manifests/{row.manifest.blob_id}")) == (403, "DENIED")
    assert registry.delete(f"manifests/{uncounted.blob_id}").status_code == 202
    assert [each.pk for each in signatures_of(version)] == [row.pk]


@pytest.mark.slow
def test_a_project_that_is_renamed_deleted_and_restored_has_them_as_before(
    registry: RegistryClient, signed_version: Tag, organisation: Any, owner: Any, project: Any
) -> None:
    before = state_of(signed_version)
    update_project(owner, project, name="larder")
    client = RegistryClient(registry.headers, "acme/larder")
    listing = client.referrers(signed_version.manifest.blob_id)
    delete_project(owner, Project.objects.get(pk=project.pk))
    assert client.get(f"manifests/{before[1][0]}").status_code == 404
    restore_project(owner, organisation, "larder")
    assert state_of(signed_version) == before
    assert client.referrers(signed_version.manifest.blob_id) == listing
    assert len(signatures_of(signed_version)) == 1


@pytest.mark.slow
def test_what_was_withdrawn_keeps_its_documents(
    registry: RegistryClient, signed_version: Tag, developer: Any, project: Any
) -> None:
    before = state_of(signed_version)
    withdraw_tag(developer, project, "1.0", "It hears nothing.")
    for digest in (signed_version.manifest.blob_id, *before[1]):
        assert code(registry.delete(f"manifests/{digest}")) == (403, "DENIED")
    assert state_of(signed_version) == before


@pytest.mark.slow
def test_a_repository_that_mounts_the_bytes_takes_nothing_away(
    registry: RegistryClient, version: Tag, organisation: Any, developer: Any
) -> None:
    before = state_of(version)
    Project.objects.create(organisation=organisation, name="copy", created_by=developer)
    other = RegistryClient(registry.headers, "acme/copy")
    statement = json.loads(body(registry.get(f"manifests/{before[1][0]}")))
    for blob in (statement["config"]["digest"], statement["layers"][0]["digest"]):
        mount = {"mount": blob, "from": "acme/kitchen"}
        assert other.begin(**mount).status_code == 201
    data = body(registry.get(f"manifests/{before[1][0]}"))
    assert other.push_manifest(data).status_code == 201
    assert other.delete(f"manifests/{sha(data)}").status_code == 202
    for blob in (statement["config"]["digest"], statement["layers"][0]["digest"]):
        assert other.delete(f"blobs/{blob}").status_code == 202
    sweep(timezone.now() + timedelta(days=400))
    sweep_blobs(timezone.now() + timedelta(days=400))
    assert state_of(version) == before
    assert body(registry.get(f"blobs/{statement['layers'][0]['digest']}"))
