"""Devices with runes that have bills of materials, for tests of exposure."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.exposure.bills.indexing import read_new_bills
from forge.fleet.devices.models import Device
from forge.projects.models import Project
from forge.registry.models import Tag
from rune.tools.signing.referrers import BOM_TYPE
from tests.support.clients.registry_client import RegistryClient, credentials
from tests.support.forge.factories.deployments import published
from tests.support.forge.factories.devices import joined

ADVISORY = "PYSEC-2026-1"
CVE = "CVE-2026-1234"
COMPONENT = {"name": "door", "version": "1.0", "purl": "pkg:pypi/door@1.0"}


def rune_with(
    person: User, project: Project, tag: str, rune: bytes, *components: dict[str, Any], is_read: bool = True
) -> Tag:
    """Returns a published version whose bill of materials has these components."""
    row = published(person, project, tag, rune)
    if components:
        subject = {"mediaType": row.manifest.media_type, "digest": row.manifest.blob_id, "size": 1}
        bill = json.dumps({"components": list(components)}).encode()
        registry = RegistryClient(credentials(person), project.full_name)
        registry.push_image("", bill, artifactType=BOM_TYPE, subject=subject)
    if is_read:
        read_new_bills()
    return row


def rune_of(tag: Tag) -> str:
    """The digest of the bytes of a published version."""
    assert tag.build.artefact is not None
    return tag.build.artefact.digest


def device_with(organisation: Organisation, name: str, *, running: str = "", other: str = "", **fields: Any) -> Device:
    """Returns a device that reported what its slots have."""
    device = joined(organisation, name, {"site": "berlin"})
    now = timezone.now()
    values: dict[str, Any] = {
        "running_rune": running,
        "running_version": "1.0" if running else "",
        "other_rune": other,
        "other_version": "0.9" if other else "",
        "self_test": "passed",
        "self_tested": now - timedelta(hours=2),
        "seen": now,
        **fields,
    }
    Device.objects.filter(pk=device.pk).update(**values)
    device.refresh_from_db()
    return device


def write_list(file: Path, *names: str, **fields: Any) -> None:
    """Writes a list with one advisory, about packages of these names up to version 99."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}]
    packages = [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges} for name in names]
    entry = {"id": ADVISORY, "aliases": [CVE], "affected": packages, **fields}
    new = file.with_suffix(".new")
    new.write_text(json.dumps([entry]), "utf-8")
    new.rename(file)
