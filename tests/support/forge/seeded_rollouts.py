"""Rollouts in the states that their page shows, made by devices that do and count what they shall.

As a program, `python -m tests.support.forge.seeded_rollouts STATE DEVICES` makes one in the data folder of a server
that a test starts afterwards, of the project `acme/kitchen` of jo@acme.example.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.support.forge.rollouts import ObedientDevice, RolloutFleet

PERSON: Final = "jo@acme.example"
PAGE: Final = "/acme/kitchen/deployments/gateways/rollouts/1"
HOURS: Final = 8
"""Hours that a stage has counted when it is looked at."""
PLAN: Final[dict[str, Any]] = {
    "stages": [
        {"size": "share", "amount": 0.5, "hours": HOURS, "longest": 24, "must_judge": ["labels"]},
        {"size": "all", "hours": HOURS},
    ],
    "guards": [
        {"kind": "installs", "limit": 0.02},
        {"kind": "self-test", "limit": 0},
        {"kind": "restarts", "limit": 0.1},
        {"kind": "time", "limit": 0.1},
        {"kind": "labels", "limit": 0.03},
        {"kind": "confidence", "limit": 0.05},
    ],
}
"""Ranks of 8 devices beside 8 others can differ by more than chance does; those of fewer cannot."""


SHADOW_PLAN: Final[dict[str, Any]] = {
    "stages": [
        {"size": "share", "amount": 0.75, "hours": HOURS, "longest": 24, "shadow": True},
        {"size": "share", "amount": 0.25, "hours": HOURS},
        {"size": "all", "hours": HOURS},
    ],
    "guards": [
        {"kind": "installs", "limit": 0.02},
        {"kind": "self-test", "limit": 0},
        {"kind": "disagreement", "limit": 0.05},
    ],
}


def running(fleet: RolloutFleet) -> None:
    """The first stage runs the release, and counts as the others do."""
    _begin(fleet, PLAN)
    _count(fleet, (180, 90, 30), looks=HOURS - 2)


def stopped(fleet: RolloutFleet) -> None:
    """The release hears a knock twice as often, as soon as a look has the busy hours. Of 24 devices the looks before
    have figures too; a look has none of so few that no order of their ranks can fail."""
    _begin(fleet, PLAN)
    _count(fleet, (400, 360, 440), busy_from=6)
    if fleet.rollout.state != "stopped":
        raise AssertionError(f"it is {fleet.rollout.state}")


def going_back(fleet: RolloutFleet) -> None:
    """Seeds a rollout that goes back: one device is back on the old release, and another is away."""
    from django.utils import timezone

    from forge.fleet.models import Device
    from forge.rollouts.actions.deciding import take_rollout_back

    stopped(fleet)
    new_ones = _devices_with_release(fleet)
    take_rollout_back(fleet.person, fleet.rollout)
    fleet.sign()
    new_ones[0].obey()
    Device.objects.filter(pk=new_ones[1].client.device).update(seen=timezone.now() - timedelta(days=2))
    fleet.look()


def finished(fleet: RolloutFleet) -> None:
    """All devices run the release."""
    _begin(fleet, {"stages": [{"size": "all", "hours": 0}]})
    fleet.carry_on()


def without_telemetry(fleet: RolloutFleet) -> None:
    """The deployment does not count, so answers are not judged."""
    from forge.telemetry.switch.actions import turn_off

    turn_off(fleet.person, fleet.deployment)
    _begin(fleet, {"stages": [{"size": "share", "amount": 0.5, "hours": 24}, {"size": "all"}]})


def shadow(fleet: RolloutFleet) -> None:
    """Three of four devices run the release beside the former one, and it hears another label now and then."""
    _begin(fleet, SHADOW_PLAN)
    _pair(fleet, lambda place: 2 + place % 4, looks=HOURS - 2)


def shadow_passed(fleet: RolloutFleet) -> None:
    """The stage after the shadow runs the release."""
    _begin(fleet, SHADOW_PLAN)
    _pair(fleet, lambda place: place % 3)
    fleet.carry_on()
    if fleet.rollout.stages.count() != 2:
        raise AssertionError(f"it is {fleet.rollout.state}")


def shadow_stopped(fleet: RolloutFleet) -> None:
    """The devices of one batch disagree in shadow."""
    from forge.fleet.models import DeviceLabel
    from tests.support.forge.devices import row_of
    from tests.support.forge.shadows import in_shadow

    _begin(fleet, {**SHADOW_PLAN, "guards": [{"kind": "disagreement", "limit": 0.01}]})
    devices = in_shadow(fleet)
    for place, device in enumerate(devices):
        row = row_of(device.client)
        batch = "A" if place < len(devices) // 4 else "B"
        DeviceLabel.objects.create(device=row, organisation=row.organisation, key="batch", value=batch)
    _pair(fleet, lambda place: place % 2 if place < len(devices) // 4 else 50 + place % 5)
    if fleet.rollout.state != "stopped":
        raise AssertionError(f"it is {fleet.rollout.state}")


def none(fleet: RolloutFleet) -> None:
    """No rollout began."""


STATES: Final[dict[str, Callable[[RolloutFleet], None]]] = {
    "none": none,
    "running": running,
    "stopped": stopped,
    "going-back": going_back,
    "finished": finished,
    "without-telemetry": without_telemetry,
    "shadow": shadow,
    "shadow-passed": shadow_passed,
    "shadow-stopped": shadow_stopped,
}


def _begin(fleet: RolloutFleet, plan: dict[str, Any]) -> None:
    fleet.start(plan)
    fleet.carry_on()


def _devices_with_release(fleet: RolloutFleet) -> Sequence[ObedientDevice]:
    return [each for each in fleet.devices if each.running and each.running.version == "2.0"]


def _count(fleet: RolloutFleet, labels: tuple[int, int, int], looks: int = HOURS, busy_from: int = 0) -> None:
    """Has devices send the counts of the last hours, and the server look each hour. `labels` are those of the release
    in hours so far back or farther; each device differs a little. A later look reads more hours, farther back."""
    from django.utils import timezone

    from tests.support.watch import counted

    now = timezone.now()
    hours = [(back, now - timedelta(hours=back)) for back in range(HOURS + 1, 0, -1)]
    new_ones = _devices_with_release(fleet)
    for place, device in enumerate(fleet.devices):
        rune = fleet.rollout.release.rune if device in new_ones else fleet.rollout.former.rune
        sender = fleet.counting(device)
        documents = []
        for back, hour in hours:
            nothing, speech, knock = labels if device in new_ones and back >= busy_from else (180, 90, 30)
            counts = counted((nothing - place % 3, speech, knock + place % 3))
            documents.append(sender.document(counts, day=hour.date(), hour=hour.hour, rune=rune))
        names = sender.names(*documents)
        if set(names) != {"accepted"}:
            raise AssertionError(names)
    for _ in range(looks):
        fleet.let_pass(1)
        fleet.look()


def _pair(fleet: RolloutFleet, knocks: Callable[[int], int], looks: int = HOURS) -> None:
    """Has devices in shadow send the pairs of the last hours, and the server look each hour. `knocks` are those of a
    device, by its place, that the release calls speech."""
    from tests.support.forge.shadows import in_shadow, send_pairs

    for place, device in enumerate(in_shadow(fleet)):
        differing = knocks(place)
        counts = (
            (180 - place % 3, place % 3, 0),
            (1 if place == 2 else 0, 90, place % 2),
            (0, differing, 60 - differing),
        )
        names = {send_pairs(device, counts, misses=place % 2, back=back) for back in range(HOURS + 1, 0, -1)}
        if names != {"accepted"}:
            raise AssertionError(names)
    for _ in range(looks):
        fleet.let_pass(1)
        fleet.look()


def _seed(state: str, devices: int) -> None:
    """Makes a rollout in the data folder that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from forge.accounts.models import Organisation, Role
    from forge.projects.actions import write_file
    from forge.projects.models import Project
    from tests.support.forge.factories.members import RUNEFILE, make_member
    from tests.support.forge.rollouts import rollout_fleet

    setup_test_environment()
    settings.SIGNING_SECRET_FILE = Path(settings.DATA_DIR).parent / "signing-secret"
    organisation = Organisation.objects.create(name="acme", title="Acme")
    person = make_member(organisation, PERSON, "Jo Okafor", Role.DEVELOPER)
    make_member(organisation, "ari@acme.example", "Ari Rossi", Role.REVIEWER)
    project = Project.objects.create(organisation=organisation, name="kitchen", created_by=person)
    write_file(person, project, "Runefile.yml", RUNEFILE.encode())
    project.refresh_from_db()
    STATES[state](rollout_fleet(organisation, project, person, devices))


if __name__ == "__main__":
    _seed(sys.argv[1], int(sys.argv[2]))
