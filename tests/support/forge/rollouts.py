"""Devices of a group whose deployment has two versions, which do what the server wants and say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.deployments.bindings.actions import bind_to_group
from forge.deployments.models import Deployment
from forge.deployments.updates.jobs import request_updates
from forge.fleet.groups.actions import create_group
from forge.fleet.models import Device, SelfTest
from forge.fleet.self_tests.judging import store_outputs
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.rollouts.actions.starting import start_rollout
from forge.rollouts.models import Rollout, RolloutStage
from forge.rollouts.work.ticking import tick
from forge.telemetry.models import DeploymentTelemetry
from forge.telemetry.switch.actions import turn_on
from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.reports import InstalledRune, Phase, Totals
from hmrd.protocol.wanted import DesiredState, WantedRune
from tests.support.forge.counts import CountingFleet
from tests.support.forge.devices import DeviceClient, device_client, row_of
from tests.support.forge.factories.deployments import deployed, now, published
from tests.support.forge.factories.devices import first_report
from tests.support.forge.signing_jobs import run_signing_jobs
from tests.support.watch import with_watch

OLD = with_watch(b"\0asm\1\0\0\0")
NEW = with_watch(b"\0asm\1\0\0\0\0\3\1xy")


@dataclass
class ObedientDevice:
    """A device that installs what is wanted, unless it has a reason not to."""

    client: DeviceClient
    sequence: int = 1
    problem: DeviceProblem | None = None
    restarts: int = 0
    running: InstalledRune | None = None
    other: InstalledRune | None = None
    shadow: InstalledRune | None = None

    def state(self) -> DesiredState:
        """Asks the server what is wanted."""
        return DesiredState.from_json(self.client.poll().json())

    def obey(self) -> InstalledRune | None:
        """Polls, installs what is wanted and reports it. Returns what runs then."""
        state = self.state()
        release, shadow = state.wanted, state.shadow
        self.shadow = None if shadow is None else _installed(shadow)
        if release is not None and self.problem is None:
            installed = _installed(release)
            if self.running is None or installed.rune != self.running.rune:
                self.other = self.running
            self.running = installed
        self.say()
        return self.running

    def say(self) -> None:
        """Reports what runs."""
        self.sequence += 1
        report = first_report(
            sequence=self.sequence,
            phase=Phase.RUNNING,
            running=self.running,
            other=self.other,
            shadow=self.shadow,
            problem=self.problem,
            totals=Totals(restarts=self.restarts),
        )
        assert self.client.report(report).status_code in (200, 204)


def _installed(rune: WantedRune) -> InstalledRune:
    return InstalledRune(rune.deployment, rune.number, rune.version, rune.rune)


@dataclass
class RolloutFleet:
    """The devices of a deployment that has a version more than it serves."""

    person: User
    deployment: Deployment
    devices: Sequence[ObedientDevice]
    tag: Tag
    rollout: Rollout = field(init=False)

    def sign(self) -> None:
        """Has the signer sign what the deployment serves."""
        sign_all()

    def start(self, plan: dict[str, Any], person: User | None = None) -> Rollout:
        """Starts a rollout of the newer version, and has it signed."""
        self.rollout = start_rollout(
            person or self.person, self.deployment, "2.0", self.tag.manifest.blob_id, len(self.devices), plan
        )
        self.sign()
        return self.rollout

    def carry_on(self) -> Rollout:
        """Lets the server look, every device do what is wanted, and the server look again."""
        self.look()
        for each in self.devices:
            each.obey()
        return self.look()

    def carry_on_without_rollout(self) -> list[str]:
        """Lets every device do what is wanted. Returns the versions that run."""
        for each in self.devices:
            each.obey()
        return self.versions()

    def admitted(self) -> list[ObedientDevice]:
        """The devices that the rollout allows the newer version."""
        rows = self.rollout.devices.exclude(admitted=None).values_list("device", flat=True)
        ids = {str(each) for each in rows}
        return [each for each in self.devices if each.client.device in ids]

    def look(self) -> Rollout:
        """Lets the server carry the rollout on."""
        tick(self.rollout.pk, timezone.now())
        self.rollout.refresh_from_db()
        return self.rollout

    def let_pass(self, hours: float) -> None:
        """Lets hours of the newest stage pass: what happened happened so much earlier."""
        time = timedelta(hours=hours)
        RolloutStage.objects.filter(rollout=self.rollout).update(
            began=F("began") - time, settled=F("settled") - time, looked=F("looked") - time
        )

    def versions(self) -> list[str]:
        """The versions that run, sorted."""
        return sorted(each.running.version if each.running else "" for each in self.devices)

    def counting(self, device: ObedientDevice) -> CountingFleet:
        """Returns what sends the counts of a device."""
        return CountingFleet(device.client, self.deployment)

    def rows(self) -> list[Device]:
        """The rows of the devices."""
        return [row_of(each.client) for each in self.devices]


def rollout_fleet(organisation: Organisation, project: Project, person: User, devices: int) -> RolloutFleet:
    """Returns devices that run version 1.0 of a deployment, of which 2.0 is published. The test has set the file of the
    signer's secret."""
    clients = [device_client(organisation, f"gate-{number}") for number in range(devices)]
    published(person, project, "1.0", OLD)
    deployment = deployed(person, project, "1.0", title="Gateways", kind="devices")
    create_group(person, organisation, "Berlin", "site=berlin")
    bind_to_group(person, deployment, "berlin", devices)
    turn_on(person, deployment)
    month = timezone.now() - timedelta(days=30)
    Device.objects.update(claimed=month)
    DeploymentTelemetry.objects.update(changed=month)
    sign_all()
    tag = published(person, project, "2.0", NEW)
    fleet = RolloutFleet(person, deployment, [ObedientDevice(each) for each in clients], tag)
    for each in fleet.devices:
        each.obey()
    assert set(fleet.versions()) == {"1.0"}, now(deployment)
    return fleet


def rollout_row(deployment: Deployment, number: int = 1) -> Rollout:
    """Returns the row of a rollout of a deployment that is under way, without devices."""
    release, moment = now(deployment), timezone.now()
    return Rollout.objects.create(
        deployment=deployment,
        number=number,
        release=release,
        former=release,
        group="Berlin",
        state="running",
        changed=moment,
        plan_json={"stages": [{"size": "all"}]},
        started=moment,
    )


def sign_all() -> None:
    """Has the signer sign what deployments serve, and the outputs computed of what devices shall run."""
    request_updates()
    for job in run_signing_jobs():
        assert job.state == "succeeded", job.error
    for test in SelfTest.objects.filter(computed=None):
        # The result of a worker for these bytes, which are not a rune.
        store_outputs(test, "", "the rune does not run")
