"""Scenes of what devices report, and of devices that are away."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from forge.fleet.devices.requests import ask_device
from forge.fleet.models import Device, DeviceRequest, SelfTest
from forge.fleet.periodic import away
from forge.fleet.reports import actions, recording
from forge.fleet.self_tests import judging
from hmrd.protocol.reports import DeviceEvent, EventKind
from hmrd.protocol.wanted import RequestKind
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.devices import RUNE, first_report, joined

_OUTPUTS, _OTHERS = f"sha256:{'0a' * 32}", f"sha256:{'0b' * 32}"


@scene(recording.take_report)
def a_device_fell_back(world: EventWorld) -> Act:
    device = joined(world.organisation)
    events = (DeviceEvent(EventKind.INSTALLED, 1, "1.5.0"), DeviceEvent(EventKind.FELL_BACK, 2, "1.5.0"))
    return lambda: recording.take_report(device, first_report(sequence=2, events=events), timezone.now())


@scene(actions.leave)
def a_device_leaves(world: EventWorld) -> Act:
    device = joined(world.organisation)
    return lambda: actions.leave(device)


@scene(away.tell_away)
def a_device_was_not_seen_for_a_day(world: EventWorld) -> Act:
    joined(world.organisation)
    now = timezone.now()
    Device.objects.update(seen=now - timedelta(days=2))
    return lambda: away.tell_away(now)


@scene(judging.judge)
def a_device_computes_something_else(world: EventWorld) -> Act:
    test, answer = _answered(world, _OUTPUTS)
    return lambda: judging.judge(test, answer)


@scene(judging.store_outputs)
def a_worker_finds_that_a_device_computes_something_else(world: EventWorld) -> Act:
    test, _ = _answered(world, "")
    return lambda: judging.store_outputs(test, _OUTPUTS, "")


def _answered(world: EventWorld, outputs: str) -> tuple[SelfTest, DeviceRequest]:
    """Returns a self-test that a device answered with other outputs."""
    request = ask_device(joined(world.organisation), RequestKind.SELF_TEST, world.developer)
    request.answered, request.outputs = timezone.now(), _OTHERS
    request.save()
    assert request.seed is not None
    test = SelfTest.objects.create(
        organisation=world.organisation, rune=RUNE, seed=request.seed, outputs=outputs, created=timezone.now()
    )
    return test, request
