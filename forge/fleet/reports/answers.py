"""Takes the answers of a device to what was asked of it. Each request is answered once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from forge.core.errors import DomainError
from forge.fleet.hand_overs.actions import finish_hand_over
from forge.fleet.models import Device, DeviceRequest, SelfTest
from forge.fleet.reports.actions import leave
from forge.fleet.self_tests.judging import judge
from forge.fleet.self_tests.requests import is_served, request_outputs
from hmrd.protocol.problems import LONGEST_DETAIL, ProblemName
from hmrd.protocol.reports import RequestAnswer
from hmrd.protocol.wanted import RequestKind


def take_answers(device: Device, answers: Sequence[RequestAnswer], now: datetime) -> None:
    """Stores the answers of a report, whose device is locked. Answers to requests of other devices,
    and to those that have an answer, are dropped."""
    by_id = {answer.id: answer for answer in answers}
    requests = DeviceRequest.objects.filter(device=device, answered=None, pk__in=by_id) if by_id else ()
    for request in list(requests):
        answer = by_id[request.pk]
        request.answered, request.device = now, device
        request.outputs = answer.outputs
        request.log = answer.log if request.kind == RequestKind.LOG else ""
        if answer.problem is not None:
            request.problem, request.problem_detail = answer.problem.name.value, answer.problem.detail
        request.save(update_fields=["answered", "outputs", "log", "problem", "problem_detail"])
        _follow(device, request)


def _follow(device: Device, request: DeviceRequest) -> None:
    """Does what an answer brings about."""
    if request.kind == RequestKind.SELF_TEST:
        _compare(device, request)
    elif request.problem:
        return
    elif request.kind == RequestKind.LEAVE:
        leave(device)
    elif request.kind == RequestKind.HAND_OVER:
        _move(device, request)


def _move(device: Device, request: DeviceRequest) -> None:
    """Moves a device to the organisation that accepted it. Where that cannot take it any more, it stays, and the
    request says why."""
    try:
        with transaction.atomic():
            finish_hand_over(device)
    except DomainError as error:
        request.problem, request.problem_detail = ProblemName.UNEXPECTED, error.detail[:LONGEST_DETAIL]
        request.save(update_fields=["problem", "problem_detail"])


def _compare(device: Device, request: DeviceRequest) -> None:
    """Judges a self-test, now or once a worker has computed what the approved rune answers."""
    if request.seed is None or not request.rune:
        return
    tests = SelfTest.objects.filter(organisation=device.organisation_id, rune=request.rune, seed=request.seed)
    test = tests.first()
    if test is None:
        if not is_served(device.organisation_id, request.rune):
            return
        test = SelfTest.objects.create(
            organisation=device.organisation, rune=request.rune, seed=request.seed, created=request.created
        )
    if test.computed is None:
        request_outputs(test)
    else:
        judge(test, request)
