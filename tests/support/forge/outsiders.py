"""Requests of people who may not see a project."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_team, create_token, invite
from forge.accounts.models import Organisation, User
from forge.builds.models import Build
from forge.builds.packages.firmware import FIRMWARE
from forge.builds.previews.actions import watch_wires
from forge.compute.scheduler.slots import Party
from forge.core.blobs.store import read_blob
from forge.datasets.imports.actions import Defaults, begin_import
from forge.datasets.models import SampleRemoval
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.datasets.versions.actions import save_version
from forge.deployments.actions import create_key
from forge.deployments.models import Deployment
from forge.exposure.models import ExposureExport
from forge.fleet.models import Device
from forge.jobs.queue import enqueue
from forge.learning.conversions.actions import begin_conversion
from forge.notices.models import Notice
from forge.projects.actions import fork_project, write_file
from forge.projects.models import Project
from forge.registry.provenance.signing.actions.keys import add_signing_key
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, begin_thread, invite_guest, offer_changes
from forge.telemetry.sample_requests.actions.requesting import ask_for_samples
from forge.telemetry.sample_requests.models import DeviceSampleRequest
from forge.telemetry.switch.actions import turn_on
from forge.webhooks.actions import create_webhook, ping
from tests.support.forge.addresses.agents import write_drafts
from tests.support.forge.addresses.fleet import UNUSUAL, names_of_devices
from tests.support.forge.addresses.registry import standing_addresses
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import approved, built, packed
from tests.support.forge.factories.deployments import deployed, published
from tests.support.forge.factories.preconditions import etag_form, etag_headers
from tests.support.forge.factories.recordings import consent_of, sample_of, submission_of
from tests.support.forge.factories.signing_keys import SIGNING_KEY
from tests.support.forge.factories.suggestions import ready_copy
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune
from tests.support.forge.outsider_requests import UNKNOWN_RUNE, Names
from tests.support.forge.rollouts import rollout_row
from tests.support.forge.sample_requests import HEARING


def name_of(case: tuple[str, str, Any, tuple[int, ...]]) -> str:
    method, address, body, _ = case
    return f"{method} {address} {body}"


def ask(browser: Client, method: str, path: str, body: Any) -> int:
    if method == "form":
        return browser.post(path, etag_form(path, **body)).status_code
    if method == "get":
        return browser.get(path).status_code
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    answer: Any = getattr(browser, method)(path, body, content_type=kind, headers=etag_headers(path, body))
    return int(answer.status_code)


A_SOUND = b"RIFF" + (36 + 64).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0" + (16000).to_bytes(4, "little")
A_SOUND += (32000).to_bytes(4, "little") + b"\x02\0\x10\0data" + (64).to_bytes(4, "little") + bytes(64)
"""A wav file of 32 silent samples."""


@pytest.fixture
def build(project: Project, developer: User, reviewer: User) -> Build:
    row = built(developer, project)
    packed(row, "cortex-m55")
    publish_build(developer, approved(row), "latest")
    begin_thread(reviewer, row, "It works")
    return row


@pytest.fixture
def names(build: Build, organisation: Organisation, project: Project, owner: User, developer: User) -> Names:
    """The parameters of what is there."""
    sample = send_sample(owner, project, [A_SOUND], label="up", days=90, consent=recording_terms(project, 90).text)
    recording = sample_of(consent_of(owner, project), owner)
    save_version(owner, project, revision=recording.revision)
    watch = watch_wires(owner, project, [{"stage": "number", "index": 0}])
    assert build.artefact is not None
    review = ask_for_review(owner, build, "Is it good?", reviewers=[RequestedGroup((owner.pk,))])
    thread = begin_thread(owner, review, "It works")
    twin = fork_project(developer, project, organisation, "twin")
    write_file(developer, twin, "Runefile.yml", b"version: 1\n")
    change = offer_changes(developer, twin, "Nothing but a head")
    link, _ = invite_guest(owner, review, "Lena")
    invitation, _ = invite(owner, organisation, "viewer")
    token, _ = create_token(owner, "x", ["read"], None)
    notice = Notice.objects.filter(person=developer)[0]
    webhook, _ = create_webhook(owner, organisation, "https://example.com/hook", ["review"])
    delivery = ping(owner, webhook)
    published(owner, project, "1.0", HEARING)
    key, _ = create_key(owner, deployed(owner, project, "1.0", title="Lamp 71"), "site key")
    devices = names_of_devices(owner, organisation)
    write_drafts(owner, project)
    party = Party(organisation.pk, owner.pk)
    job = enqueue(FIRMWARE, organisation.pk, {"build": str(build.pk)}, party=party, project=project)
    return {
        "organisation": "acme",
        "name": "kitchen",
        "page": "settings",
        "path": "Runefile.yml",
        "file": "acme/kitchen/lamp-71",
        "number": str(build.number),
        "target": "cortex-m55",
        "tag": "latest",
        "key": str(add_signing_key(owner, organisation, SIGNING_KEY).pk),
        "team": create_team(owner, organisation, "audio").name,
        "build_id": str(build.pk),
        "member": str(owner.pk),
        "person": str(owner.pk),
        "invitation": str(invitation.pk),
        "token": str(token.pk),
        "session": str(UUID(int=8)),
        "rest": "acme/kitchen/manifests/latest",
        "sample_id": str(sample.pk),
        "watch_id": str(watch.pk),
        "review_id": str(review.pk),
        "thread_id": str(thread.pk),
        "trial_id": str(ready_copy(review).pk),
        "link": str(link.pk),
        "link_id": str(link.pk),
        "change_id": str(change.pk),
        "comment_id": str(thread.thread.comments.get().pk),
        "hint": "no-hint",
        "notice": str(notice.pk),
        "notice_id": str(notice.pk),
        "webhook": str(webhook.pk),
        "webhook_id": str(webhook.pk),
        "delivery": str(delivery.pk),
        "delivery_id": str(delivery.pk),
        "digest": build.artefact.digest,
        "address": standing_addresses(owner, project, 1)["STANDING"].rpartition("/")[2],
        "job": str(job.pk),
        "job_id": str(job.pk),
        "block": published_block(owner, project, "71.31.5").name,
        "version": "71.31.5",
        "kind": "guest-link",
        "grant": str(link.pk),
        "check": "rig-71",
        "consent_id": str(recording.consent_id),
        "import_id": str(begin_import(owner, recording.consent, 5, Defaults()).pk),
        "removal_id": str(SampleRemoval.objects.create(data_set=recording.data_set, reason="withdrawn", count=1).pk),
        "submission_id": str(submission_of(owner, project).pk),
        "trial": "985",
        "verb": "stop",
        "conversion_id": str(begin_conversion(owner, project, "net71.keras", [b"net"]).pk),
        "other": "1",
        "deployment": key.deployment.name,
        "direction": "to",
        "rune": UNKNOWN_RUNE,
        "key_id": str(key.pk),
        **devices,
        **_names_of_what_devices_run(owner, key.deployment, build.artefact.digest),
    }


def _names_of_what_devices_run(owner: User, deployment: Deployment, digest: str) -> Names:
    """Returns the names of a rollout, an alert, a request for samples and a signed list of devices. Each file of the
    list has the bytes of `digest`."""
    project, size = deployment.project, len(read_blob(digest))
    turn_on(owner, deployment)
    request = ask_for_samples(owner, deployment, label="knock")
    device = Device.objects.get(organisation=project.organisation, name="gate-7")
    DeviceSampleRequest.objects.create(request=request, device=device, device_name=device.name)
    export = ExposureExport.objects.create(
        organisation=project.organisation,
        kind="component",
        value="hammer-forge",
        author=owner,
        created=timezone.now(),
        signed_at=timezone.now(),
        projects=[str(project.pk)],
        list_digest=digest,
        list_size=size,
        bundle_digest=digest,
        bundle_size=size,
    )
    return {
        "rollout": str(rollout_row(deployment, UNUSUAL + 1).number),
        "alert_id": str(watch_alert(watched_rune(deployment)).pk),
        "export": str(export.pk),
        "uuid:request_id": str(request.pk),
    }
