"""Compares what devices answered in self-tests with what the approved rune answers."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forge.core.events.log import append_event
from forge.fleet.devices.expired_requests import NO_ANSWER
from forge.fleet.models import Assignment, Device, DeviceEntry, DeviceRequest, SelfTest
from forge.fleet.self_tests.announcements import SELF_TEST_FAILED
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reports import EventKind, SelfTestOutcome
from hmrd.protocol.wanted import RequestKind


def outcome_of(test: SelfTest, answer: DeviceRequest) -> SelfTestOutcome:
    """Returns the verdict on an answer. A device that answers nothing where the approved rune answers has failed."""
    if answer.problem:
        return SelfTestOutcome.FAILED
    if not test.outputs:
        return SelfTestOutcome.NOT_VERIFIED
    return SelfTestOutcome.PASSED if answer.outputs == test.outputs else SelfTestOutcome.FAILED


@transaction.atomic
def store_outputs(test: SelfTest, outputs: str, reason: str) -> None:
    """Stores what the approved rune answers, and judges the devices that answered before."""
    test.outputs, test.reason, test.computed = outputs, reason, timezone.now()
    test.save(update_fields=["outputs", "reason", "computed"])
    if test.is_announced:
        # From now on the rune is wanted of devices.
        assignments = Assignment.objects.filter(organisation=test.organisation_id, rune=test.rune)
        assignments.update(revision=F("revision") + 1)
    answers = DeviceRequest.objects.filter(
        kind=RequestKind.SELF_TEST,
        rune=test.rune,
        seed=test.seed,
        device__organisation=test.organisation_id,
        device__running_rune=test.rune,
    )
    for answer in (
        answers.exclude(answered=None).exclude(problem_detail=NO_ANSWER).select_related("device__organisation")
    ):
        judge(test, answer)


def judge(test: SelfTest, answer: DeviceRequest) -> None:
    """Writes the verdict on a device's answer to its row, and tells of a failure. Call it in a transaction."""
    device, outcome = answer.device, outcome_of(test, answer)
    if device.running_rune != answer.rune:
        # The answer is about a rune that does not run any more.
        return
    is_news = device.self_test != outcome.value
    device.self_test, device.self_tested = outcome.value, answer.answered
    Device.objects.filter(pk=device.pk).update(self_test=device.self_test, self_tested=device.self_tested)
    failed = outcome is SelfTestOutcome.FAILED
    if is_news:
        _write_entry(device, answer, failed=failed)
    if failed:
        event = SELF_TEST_FAILED(device=str(device.pk), name=device.name, version=device.running_version)
        append_event(device.organisation.stream, event)


def _write_entry(device: Device, answer: DeviceRequest, *, failed: bool) -> None:
    now = timezone.now()
    DeviceEntry.objects.create(
        device=device,
        kind=EventKind.SELF_TEST,
        at=answer.answered or now,
        received=now,
        version=device.running_version,
        rune=answer.rune,
        problem=(answer.problem or ProblemName.SELF_TEST_FAILED) if failed else "",
        problem_detail=answer.problem_detail,
    )
