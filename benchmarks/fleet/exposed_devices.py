"""`python -m benchmarks.fleet.exposed_devices` fills the installation of the environment with devices that run a rune
whose bill of materials names a component, and prints the seconds of a signed list of them, as JSON.

The devices are those of `benchmarks.fleet.many_devices`; beside theirs there are runes that no device has.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmarks.fleet.many_devices import ORGANISATION

if TYPE_CHECKING:
    from uuid import UUID

    from forge.projects.models import Project

RUNES, COMPONENTS = 200, 50
COMPONENT = "door"
"""The component of the rune that all devices run."""
RUNS = 3


def digest(number: int) -> str:
    """Returns a digest of nothing."""
    return f"sha256:{number:064x}"


def fill(organisation: UUID) -> None:
    """Writes runes with bills of materials, and has each device run the first one."""
    from django.utils import timezone

    from forge.builds.models import Build, BuildTrigger
    from forge.deployments.models import Deployment, DeploymentKind, Release
    from forge.fleet.models import Device
    from forge.projects.models import Project

    project = Project.objects.create(organisation_id=organisation, name="door-knock")
    deployment = Deployment.objects.create(
        project=project, name="gateways", title="Gateways", kind=DeploymentKind.DEVICES
    )
    now = timezone.now()
    for number in range(RUNES):
        build = Build.objects.create(project=project, name=project.name, kind=BuildTrigger.PREVIEW)
        Release.objects.create(
            deployment=deployment,
            number=number + 1,
            build=build,
            version=f"1.{number}",
            digest=digest(number),
            rune=digest(RUNES + number),
            size=100_000,
            started=now,
            ended=now,
        )
    _write_bills(project)
    Device.objects.filter(organisation=organisation).update(running_rune=digest(RUNES), retired=None)


def _write_bills(project: Project) -> None:
    from forge.core.models import Blob
    from forge.exposure.models import BillComponent, ReadBill
    from forge.registry.models import Manifest, Repository
    from rune.oci import MANIFEST_TYPE
    from rune.tools.signing.referrers import BOM_TYPE

    repository = Repository.objects.create(project=project)
    rows: list[BillComponent] = []
    for number in range(RUNES):
        blob = Blob.objects.create(digest=digest(2 * RUNES + number), size=1)
        manifest = Manifest.objects.create(
            repository=repository,
            blob=blob,
            media_type=MANIFEST_TYPE,
            artifact_type=BOM_TYPE,
            subject=digest(number),
        )
        bill = ReadBill.objects.create(manifest=manifest)
        names = [f"part-{each}" for each in range(COMPONENTS)] + ([COMPONENT] if number == 0 else [])
        rows += [BillComponent(bill=bill, key=each, name=each, version="1.0") for each in names]
    BillComponent.objects.bulk_create(rows, batch_size=2000)


def signing_seconds(organisation: UUID) -> Iterator[tuple[float, int, int]]:
    """Yields the seconds of each signed list: the answer, the list in the store, and its signature; with the devices
    and bytes of it."""
    from django.utils import timezone

    from forge.accounts.models import Membership, Organisation
    from forge.accounts.principals import acting_as
    from forge.core.blobs.store import put_chunks
    from forge.exposure.answers.exposure import find_exposure
    from forge.exposure.answers.searches import search_of
    from forge.exposure.exports.lines import list_of
    from forge.exposure.exports.statements import exposure_statement
    from forge.exposure.models import ExposureKind
    from rune.tools.signing.bundles import sign_statement
    from rune.tools.signing.keys import Algorithm, make_private_key
    from rune.tools.signing.statements import write_statement

    owner = Organisation.objects.get(pk=organisation)
    person, key = (
        Membership.objects.select_related("user").get(organisation=owner).user,
        make_private_key(Algorithm.P256),
    )
    for _ in range(RUNS):
        begin, now = time.perf_counter(), timezone.now()
        exposure = find_exposure(acting_as(person), owner, search_of(ExposureKind.COMPONENT, COMPONENT), now)
        blob = put_chunks(list_of(exposure, now))
        sign_statement(write_statement(exposure_statement(exposure, blob.digest, "urn:x", "host", now)), key)
        yield time.perf_counter() - begin, exposure.counts.devices, blob.size


def main() -> None:
    import django
    from django.db import connection

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    django.setup()
    from benchmarks.fleet.many_devices import fill as fill_devices
    from forge.accounts.models import Organisation

    fill_devices()
    organisation = Organisation.objects.get(name=ORGANISATION).pk
    fill(organisation)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    json.dump(list(signing_seconds(organisation)), sys.stdout)


if __name__ == "__main__":
    main()
