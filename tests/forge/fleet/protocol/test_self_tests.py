"""Self-tests: each device once a day, with inputs that nobody knew before, compared with what was approved."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.core.blobs.store import put_bytes
from forge.core.models import Event
from forge.fleet.devices.requests import ask_device
from forge.fleet.groups.assignments import AssignedRelease, assign_release
from forge.fleet.groups.models import Assignment
from forge.fleet.models import Device, DeviceRequest, SelfTest
from forge.fleet.self_tests.job import SELF_TEST
from forge.fleet.self_tests.judging import store_outputs
from forge.fleet.self_tests.requests import day_of, is_due, prepare_outputs
from forge.jobs import queue
from forge.jobs.models import Job, JobState
from forge.jobs.workers.running import RunningJob
from forge.notices.access import notices_of
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import InstalledRune, RequestAnswer
from hmrd.protocol.wanted import DesiredState, RequestKind
from rune.abi import OutputKind
from rune.digests import is_digest
from rune.running.runtime.self_test import self_test
from rune.tensor import ElementType, TensorType
from tests.support.compiler import pipelines
from tests.support.compiler.pipelines import passing_on
from tests.support.forge.devices import DeviceClient, device_client, row_of
from tests.support.forge.factories.builds import RUNE as BYTES
from tests.support.forge.factories.devices import RUNE, first_report

pytestmark = pytest.mark.django_db
OUTPUTS, OTHERS = f"sha256:{'0a' * 32}", f"sha256:{'0b' * 32}"


def requested_tests(gate: DeviceClient) -> list[Any]:
    """Returns the self-tests that a device is asked for."""
    requests = DesiredState.from_json(gate.poll().json()).requests
    return [each for each in requests if each.kind is RequestKind.SELF_TEST]


def answer(gate: DeviceClient, outputs: str, problem: DeviceProblem | None = None) -> None:
    """Answers the one that it is asked for."""
    (request,) = requested_tests(gate)
    sequence = row_of(gate).sequence + 1
    report = first_report(sequence=sequence, answers=(RequestAnswer(request.id, outputs, problem=problem),))
    assert gate.report(report).status_code == 204


@pytest.mark.protects("devices/false-self-tests")
def test_a_device_is_asked_once_a_day_with_the_seed_of_all_that_run_the_same(
    gate: DeviceClient, organisation: Organisation, assignment: Assignment
) -> None:
    other = device_client(organisation, "gate-8")
    Device.objects.update(assignment=assignment)
    (first,), (of_other,) = requested_tests(gate), requested_tests(other)
    assert first.seed is not None
    # The days of both may begin at another moment.
    if day_of(UUID(gate.device), timezone.now()) == day_of(UUID(other.device), timezone.now()):
        assert first.seed == of_other.seed
    assert [each.id for each in requested_tests(gate)] == [first.id]
    answer(gate, OUTPUTS)
    assert requested_tests(gate) == []


def test_the_days_of_devices_begin_all_over_the_day() -> None:
    noon = datetime.fromisoformat("2026-11-30T12:00:00+00:00")
    days = [day_of(UUID(int=number * 3600), noon).day for number in range(24)]
    assert (days.count(30), days.count(29)) == (13, 11)


def test_the_next_day_has_another_seed_and_takes_the_place_of_what_was_not_answered(
    gate: DeviceClient, assignment: Assignment
) -> None:
    (before,) = requested_tests(gate)
    Device.objects.update(self_test_day=timezone.now().date() - timedelta(days=3))
    SelfTest.objects.update(day=timezone.now().date() - timedelta(days=3))
    (after,) = requested_tests(gate)
    assert after.id != before.id
    assert after.seed != before.seed
    assert DeviceRequest.objects.exclude(answered=None).get().pk == before.id


@pytest.mark.parametrize("change", [{"rune": ""}, {"rune": OTHERS}])
def test_what_is_not_wanted_is_not_tested(gate: DeviceClient, assignment: Assignment, change: dict[str, str]) -> None:
    Assignment.objects.update(**change)
    assert requested_tests(gate) == []


def test_nothing_is_asked_of_a_device_without_a_deployment(gate: DeviceClient) -> None:
    assert not is_due(row_of(gate), timezone.now())
    assert requested_tests(gate) == []


def computed(outputs: str, reason: str = "") -> None:
    """A worker has computed what the approved rune answers."""
    store_outputs(SelfTest.objects.get(), outputs, reason)


@pytest.mark.protects("devices/false-self-tests")
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    ("expected", "reason", "of_device", "verdict"),
    [
        (OUTPUTS, "", OUTPUTS, "passed"),
        (OUTPUTS, "", OTHERS, "failed"),
        (OUTPUTS, "", "", "failed"),
        ("", "the host runs this model", "", "not-verified"),
        ("", "the host runs this model", OUTPUTS, "not-verified"),
    ],
)
def test_an_answer_is_compared_whoever_is_first(
    gate: DeviceClient,
    assignment: Assignment,
    developer: User,
    expected: str,
    reason: str,
    of_device: str,
    verdict: str,
    is_first: bool,
) -> None:
    assert requested_tests(gate)
    if is_first:
        computed(expected, reason)
    answer(gate, of_device)
    if not is_first:
        assert row_of(gate).self_test == ""
        computed(expected, reason)
    row = row_of(gate)
    assert (row.self_test, row.self_tested is not None) == (verdict, True)
    failed = verdict == "failed"
    assert Event.objects.filter(type="device.self_test_failed").exists() is failed
    assert [each.kind for each in notices_of(developer)] == (["self-test-failed"] if failed else [])


def test_a_rune_that_does_not_run_on_the_device_has_failed(gate: DeviceClient, assignment: Assignment) -> None:
    assert requested_tests(gate)
    computed(OUTPUTS)
    answer(gate, "", DeviceProblem(ProblemName.TRAPPED, "unreachable"))
    assert row_of(gate).self_test == "failed"
    assert row_of(gate).entries.first().problem == "trapped"  # type: ignore[union-attr]


def test_an_answer_about_what_does_not_run_any_more_says_nothing(gate: DeviceClient, assignment: Assignment) -> None:
    (request,) = requested_tests(gate)
    computed(OUTPUTS)
    newer = InstalledRune("acme/kitchen/gateways", 4, "1.5.0", OTHERS)
    gate.report(first_report(sequence=2, running=newer, answers=(RequestAnswer(request.id, OTHERS),)))
    assert row_of(gate).self_test == ""


def test_a_test_that_a_member_asks_for_is_compared_too(
    gate: DeviceClient, assignment: Assignment, developer: User
) -> None:
    assert requested_tests(gate)
    answer(gate, OUTPUTS)
    request = ask_device(row_of(gate), RequestKind.SELF_TEST, developer)
    answer(gate, OTHERS)
    assert request.seed is not None
    store_outputs(SelfTest.objects.get(seed=request.seed), OUTPUTS, "")
    assert row_of(gate).self_test == "failed"


@pytest.mark.protects("devices/others-runes")
def test_nothing_is_computed_of_a_rune_that_a_device_only_says_it_runs(
    gate: DeviceClient, assignment: Assignment, developer: User
) -> None:
    """Else a device would learn whether the server has bytes of others."""
    Assignment.objects.update(rune=OTHERS)
    ask_device(row_of(gate), RequestKind.SELF_TEST, developer)
    answer(gate, OUTPUTS)
    assert not SelfTest.objects.exists()
    assert not Job.objects.exists()


def test_a_device_gets_what_to_compare_with_before_it_switches(gate: DeviceClient, assignment: Assignment) -> None:
    Assignment.objects.update(rune=OTHERS)
    prepare_outputs(row_of(gate).organisation_id, OTHERS)
    prepare_outputs(row_of(gate).organisation_id, OTHERS)
    first = gate.poll()
    assert DesiredState.from_json(first.json()).wanted is None
    etag = first["ETag"]
    computed(OUTPUTS)
    state = DesiredState.from_json(gate.poll(etag).json())
    assert state.wanted is not None
    assert state.wanted.self_test is not None
    assert (state.wanted.self_test.outputs, state.wanted.self_test.seed) == (OUTPUTS, SelfTest.objects.get().seed)


def test_no_device_is_asked_for_outputs_that_it_was_told(gate: DeviceClient, assignment: Assignment) -> None:
    prepare_outputs(row_of(gate).organisation_id, RUNE)
    computed(OUTPUTS)
    state = DesiredState.from_json(gate.poll().json())
    assert state.wanted is not None
    assert state.wanted.self_test is not None
    (request,) = (each for each in state.requests if each.kind is RequestKind.SELF_TEST)
    assert request.seed != state.wanted.self_test.seed


def test_a_release_that_devices_shall_run_is_computed_at_once(assignment: Assignment) -> None:
    release = AssignedRelease(
        UUID(str(assignment.deployment)), "kitchen / Gateways", assignment.path, 4, "1.5.0", OTHERS, 4096
    )
    assign_release(release)
    assert [each.rune for each in SelfTest.objects.all()] == [OTHERS]
    assert Job.objects.get().kind == "self-test"
    assign_release(replace(release, number=5, rune=""))
    assign_release(replace(release, number=6))
    assert SelfTest.objects.count() == 1


def run(job: Job) -> Job:
    """Runs the job as a worker does."""
    lease = queue.take((SELF_TEST.capability,))
    assert lease is not None
    assert lease.job == job
    RunningJob(lease, threading.Event()).run()
    return Job.objects.get(pk=job.pk)


@pytest.mark.slow
def test_a_worker_computes_what_the_approved_rune_answers(gate: DeviceClient, assignment: Assignment) -> None:
    module = pipelines.module_of(passing_on(TensorType(ElementType.U8, (3,)), OutputKind.SERIAL))
    rune = put_bytes(module).digest
    Assignment.objects.update(rune=rune)
    Device.objects.update(running_rune=rune)
    (request,) = requested_tests(gate)
    job = run(Job.objects.get())
    assert (job.state, job.error) == (JobState.SUCCEEDED, "")
    expected = self_test(module, request.seed)
    assert is_digest(expected.outputs)
    assert (SelfTest.objects.get().outputs, SelfTest.objects.get().reason) == (expected.outputs, "")


@pytest.mark.slow
def test_bytes_that_are_no_rune_are_not_verified(gate: DeviceClient, assignment: Assignment) -> None:
    rune = put_bytes(BYTES).digest
    Assignment.objects.update(rune=rune)
    Device.objects.update(running_rune=rune)
    assert requested_tests(gate)
    run(Job.objects.get())
    assert SelfTest.objects.get().outputs == ""
    assert SelfTest.objects.get().reason.startswith("the rune does not run: ")


@pytest.mark.slow
def test_a_rune_that_is_not_stored_any_more_is_not_verified(gate: DeviceClient, assignment: Assignment) -> None:
    assert requested_tests(gate)
    run(Job.objects.get())
    assert SelfTest.objects.get().reason == "the server does not have the rune any more"
    answer(gate, OUTPUTS)
    assert row_of(gate).self_test == "not-verified"


def test_the_rune_of_these_tests_is_the_one_that_devices_run(assignment: Assignment) -> None:
    assert assignment.rune == RUNE
