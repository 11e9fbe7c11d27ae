"""A rune that is published and signed while the disk is full at any of the writes: nothing is half there, and what
failed is done later."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.running import RunningJob
from forge.projects.models import Project
from forge.registry.distribution.artifacts.access import referrers_of
from forge.registry.models import Manifest, Publication, Signature, SigningKey, Tag
from forge.registry.oci.manifests import oci_artifact
from forge.registry.oci.rune_facts import rune_facts
from forge.registry.provenance.signing.jobs import complete_publications
from forge.registry.tags.publishing.actions import publish_build
from rune.tools.signing.bundles import BUNDLE_TYPE
from rune.tools.signing.referrers import BOM_TYPE, STATEMENT_TYPE
from tests.forge.registry.provenance.signing.test_provenance import layer_of
from tests.support.clients.registry_client import RegistryClient, body, code, credentials, sha
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.full_disk import FullDisk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.protects("registry/full-disk")]

ATTACHMENT_TYPES = {STATEMENT_TYPE, BOM_TYPE}


def new_build(organisation: Any, developer: Any, number: int) -> Any:
    """An approved build of a project of its own, whose bytes no other one has."""
    project = Project.objects.create(organisation=organisation, name=f"door-{number}", created_by=developer)
    return approved(built(developer, project, RUNE + str(number).encode()))


def types_beside(manifest: Manifest) -> set[str]:
    """The types of what refers to a manifest; each of them has to be whole."""
    rows = list(referrers_of(manifest.repository, manifest.blob_id))
    assert all(layer_of(row) for row in rows)
    return {row.artifact_type for row in rows}


def published_with_one_write_failing(organisation: Any, developer: Any, number: int) -> str:
    """Publishes a build by a push; returns the write that failed, "" where there are not so many."""
    build = new_build(organisation, developer, number)
    registry = RegistryClient(credentials(developer, "registry:push", "rune:publish"), build.project.full_name)
    manifest = oci_artifact(rune_facts(build, build.artefact)).manifest
    disk = FullDisk(settings.DATA_DIR, number)
    with disk.active():
        response = registry.push_manifest(manifest, "1.0")
    if response.status_code >= 300:
        assert code(response) == (507, "UNAVAILABLE"), disk.failed
        assert registry.get("manifests/1.0").status_code == 404, disk.failed
        here = {"repository__project": build.project}
        assert not Tag.objects.filter(**here).exists()
        assert not Publication.objects.filter(**here).exists()
        response = registry.push_manifest(manifest, "1.0")
    assert response.status_code == 201, response.content
    assert body(registry.get("manifests/1.0")) == manifest
    row = Manifest.objects.get(repository__project=build.project, blob=sha(manifest))
    assert types_beside(row) in (set(), ATTACHMENT_TYPES), disk.failed
    complete_publications()
    assert types_beside(row) == ATTACHMENT_TYPES, disk.failed
    return disk.failed


def test_a_rune_is_published_whole_or_not_at_all_with_the_documents_beside_it(
    project: Any, developer: Any, organisation: Any
) -> None:
    failures = [""]
    while failures[-1] or len(failures) == 1:
        failures.append(published_with_one_write_failing(organisation, developer, len(failures)))
    assert len(failures) > 20
    assert any(name.startswith('INSERT INTO "registry_publication"') for name in failures)
    assert any("registry_provenancerecord" in name for name in failures)


def signed_with_one_write_failing(tag: Tag, number: int) -> str:
    """Signs a publication that waits; returns the write that failed, "" where there are not so many."""
    lease = queue.take((WorkerCapability.SIGN,))
    assert lease is not None
    disk = FullDisk(settings.DATA_DIR, number)
    with disk.active():
        try:
            RunningJob(lease, threading.Event()).run()
        except OperationalError:
            assert disk.failed, "the outcome of the job was not written"
    job = Job.objects.get(pk=lease.job.pk)
    bundles = referrers_of(tag.repository, tag.manifest.blob_id, BUNDLE_TYPE)
    assert Signature.objects.filter(publication=tag.publication).count() == bundles.count(), disk.failed
    assert all(json.loads(layer_of(bundle)) for bundle in bundles.all())
    if job.state == JobState.RUNNING:
        assert queue.sweep(timezone.now() + timedelta(hours=1)) == (job.pk,)
    elif job.state == JobState.QUEUED:
        assert "full" in job.activity
        Job.objects.filter(pk=job.pk).update(due=timezone.now())
    while (lease := queue.take((WorkerCapability.SIGN,))) is not None:
        RunningJob(lease, threading.Event()).run()
    assert Job.objects.get(pk=job.pk).state == JobState.SUCCEEDED, disk.failed
    assert bundles.count() == 1
    return disk.failed


def test_a_signature_is_there_whole_or_not_at_all_and_is_made_later(
    key: SigningKey, developer: Any, organisation: Any, run_signer: Callable[[], list[Job]]
) -> None:
    failures = [""]
    while failures[-1] or len(failures) == 1:
        tag = publish_build(developer, new_build(organisation, developer, len(failures)), "1.0")
        failures.append(signed_with_one_write_failing(tag, len(failures)))
    assert len(failures) > 15
    assert any(name.startswith('INSERT INTO "registry_signature"') for name in failures)
