"""A damaged blob names the tags that suffer: of its manifest, of indexes above it, and of what it signs."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from forge.builds.models import Build
from forge.core.blobs.dependents import affected_names
from forge.core.blobs.store import blob_name, blob_storage, put_bytes
from forge.registry.tags.publishing.actions import publish_build
from tests.support.clients.registry_client import (
    RegistryClient,
    credentials,
    descriptor,
    image,
    index,
    sha,
    take_all,
)
from tests.support.forge.factories.builds import RUNE, approved, built

pytestmark = pytest.mark.django_db

LAYER = b"a layer" * 100


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    """The client of a developer of an organisation that takes all artifacts."""
    take_all(organisation)
    return RegistryClient(credentials(developer))


def test_a_blob_that_no_registry_has_affects_no_tag(project: Any) -> None:
    assert affected_names(put_bytes(b"alone").digest) == ()


@pytest.mark.slow
def test_a_layer_affects_its_tags_the_index_above_and_nothing_else(registry: RegistryClient) -> None:
    child = registry.push_image("1.0", LAYER)
    registry.push_tags(child, "latest")
    registry.push_image("other", b"another layer")
    above = index(child)
    assert registry.push_manifest(above, "all").status_code == 201
    assert affected_names(sha(LAYER)) == ("acme/kitchen:1.0", "acme/kitchen:all", "acme/kitchen:latest")
    assert affected_names(sha(above)) == ("acme/kitchen:all",)


@pytest.mark.slow
def test_a_signature_affects_what_it_signs(registry: RegistryClient) -> None:
    signed = registry.push_image("1.0", LAYER)
    registry.push_blob(b"a signature")
    subject = descriptor(signed, "application/vnd.oci.image.manifest.v1+json")
    signature = image(b"a signature", subject=subject)
    assert registry.push_manifest(signature, sha(signature)).status_code == 201
    assert affected_names(sha(b"a signature")) == ("acme/kitchen:1.0", f"acme/kitchen@{sha(signature)}")
    assert affected_names(sha(LAYER)) == ("acme/kitchen:1.0",)


def test_a_deleted_manifest_suffers_no_more(registry: RegistryClient) -> None:
    manifest = registry.push_image("nightly", LAYER)
    assert affected_names(sha(LAYER)) == ("acme/kitchen:nightly",)
    registry.delete(f"manifests/{sha(manifest)}")
    assert affected_names(sha(LAYER)) == ()


@pytest.mark.slow
@pytest.mark.protects("uploads/damaged-bytes")
def test_a_flipped_bit_of_a_rune_names_its_tags(project: Any, owner: Any, developer: Any) -> None:
    build: Build = approved(built(developer, project, RUNE + b"damaged here"))
    publish_build(owner, build, "1.0")
    publish_build(owner, build, "latest")
    assert build.artefact is not None
    digest = build.artefact.digest
    with blob_storage().open(blob_name(digest)) as file:
        data = bytearray(file.read())
    data[100] ^= 1
    blob_storage().delete(blob_name(digest))
    blob_storage().save(blob_name(digest), ContentFile(bytes(data)))
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_store", stdout=out, stderr=StringIO())
    assert end.value.code == 1
    (line,) = [line for line in out.getvalue().splitlines() if digest in line]
    assert line.startswith("damaged: ")
    assert line.endswith("affects acme/kitchen:1.0, acme/kitchen:latest")
