"""A deployment whose devices sent counts of a week, with alerts, in the database of a server that runs."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

from django.utils import timezone

from forge.accounts.models import Membership, Organisation, User
from forge.fleet.models import Device
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.telemetry.models import DeploymentTelemetry, DeviceCounts
from forge.telemetry.switch.actions import turn_on
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.counts import CountedPeriod, CountsDocument, device_key, rune_key
from rune.assessment.drift.alerts import DriftComparison
from rune.watch.encoding import encode
from tests.support.forge.counts import WATCHING
from tests.support.forge.factories.deployments import deployed, now, published
from tests.support.forge.factories.device_rows import device_row
from tests.support.forge.factories.members import RUNEFILE
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune
from tests.support.servers.live_forge import REPOSITORY, LiveForge
from tests.support.watch import counted

DAYS = 7


def make_in(forge: LiveForge) -> str:
    """Makes a deployment in the organisation of the first person of a server. Returns the address of its page."""
    code = f"from {__name__} import make; print(make())"
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    answer = subprocess.run(
        command, cwd=REPOSITORY, env=forge.environment, capture_output=True, text=True, check=True, timeout=120
    )
    return forge.address + answer.stdout.split()[-1]


def make() -> str:
    """Makes a deployment, `kitchen/deployments/gateways`, two devices and two alerts. Returns the path of its page."""
    person = User.objects.order_by("joined")[0]
    organisation = Membership.objects.filter(user=person)[0].organisation
    teammate = User.objects.create_user("jo@elsewhere.example", name="Jo Okafor")
    Membership.objects.create(organisation=organisation, user=teammate, role="developer")
    project = Project.objects.create(organisation=organisation, name="kitchen", created_by=person)
    write_file(person, project, "Runefile.yml", RUNEFILE.encode())
    published(person, project, "1.0", WATCHING)
    deployment = deployed(person, project, "1.0", title="Gateways", kind="devices")
    turn_on(person, deployment)
    DeploymentTelemetry.objects.update(changed=timezone.now() - timedelta(days=30))
    rune = watched_rune(deployment)
    for device in _devices(organisation):
        for back in range(1, DAYS + 1):
            day = timezone.now().date() - timedelta(days=back)
            document = CountsDocument(
                CountedPeriod(day, None), device_key(device.pk), rune_key(now(deployment).rune), encode(counted())
            )
            DeviceCounts.objects.create(
                device=device,
                watched=rune,
                day=day,
                document=document.signed(lambda _: bytes(64)),
                received=timezone.now(),
            )
    merge_all()
    watch_alert(rune)
    watch_alert(
        rune, subject="group", comparison=DriftComparison.GROUP, label="speech", group_key="batch", group_value="B"
    )
    return deployment.get_absolute_url()


def _devices(organisation: Organisation) -> list[Device]:
    return [device_row(organisation, f"gate-{number}", {"site": "berlin"}) for number in (1, 2)]
