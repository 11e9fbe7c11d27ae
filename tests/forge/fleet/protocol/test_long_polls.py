"""Polls that are held until something changes: each part alone, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.fleet.models import Device
from forge.fleet.protocol.long_polls.grants import GRANT_SECONDS, LongPollGrants
from forge.fleet.protocol.long_polls.revisions import revisions_now, revisions_of
from forge.fleet.protocol.long_polls.terms import LONG_POLL, LONG_WAIT, LongPoll, PollTerms, poll_terms
from forge.request_limits import long_polls
from forge.request_limits.long_polls import LongPolls, WaitingDevices
from hmrd.protocol.addresses import STATE
from hmrd.protocol.wanted import SHORTEST_INTERVAL
from tests.support.forge.factories.devices import joined

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_place_is_kept_while_its_device_asks() -> None:
    clock = FakeClock()
    grants = LongPollGrants(2, 2, clock)
    assert [grants.grant(each, "a") for each in (FIRST, SECOND, THIRD, FIRST)] == [True, True, False, True]
    clock.now += GRANT_SECONDS - 1
    assert grants.grant(FIRST, "a")
    clock.now += 1
    # The second one has not asked for so long, and the first one has.
    assert [grants.grant(each, "a") for each in (THIRD, SECOND, FIRST)] == [True, False, True]


def test_an_address_has_a_part_of_the_places() -> None:
    grants = LongPollGrants(3, 1, FakeClock())
    assert [grants.grant(each, "a") for each in (FIRST, SECOND)] == [True, False]
    assert grants.grant(SECOND, "b")
    # A device that moved takes its place along.
    assert grants.grant(FIRST, "c")
    assert grants.grant(THIRD, "a")


def test_without_places_nobody_waits() -> None:
    assert not LongPollGrants(0, 1, FakeClock()).grant(FIRST, "a")


@pytest.mark.parametrize(
    ("query", "terms", "seconds"),
    [
        ({}, PollTerms(60, LONG_WAIT), 0),
        ({"wait": "0"}, PollTerms(60, LONG_WAIT), 0),
        ({"wait": "20"}, PollTerms(SHORTEST_INTERVAL, LONG_WAIT), 20),
        ({"wait": "999"}, PollTerms(SHORTEST_INTERVAL, LONG_WAIT), LONG_WAIT),
        ({"wait": "9" * 5000}, PollTerms(60, LONG_WAIT), 0),
        ({"wait": "-1"}, PollTerms(60, LONG_WAIT), 0),
        ({"wait": "²"}, PollTerms(60, LONG_WAIT), 0),
    ],
)
def test_the_terms_follow_from_what_a_device_asks(
    settings: LazySettings, query: dict[str, str], terms: PollTerms, seconds: int
) -> None:
    settings.DEVICE_POLL_SECONDS = 60
    request, long_poll, device = RequestFactory().get(STATE, query), LongPoll(lambda _: True), Device()
    vars(request)["scope"] = {LONG_POLL: long_poll}
    assert poll_terms(request, device, "1") == terms
    assert long_poll.seconds == seconds
    assert (long_poll.device, long_poll.revisions) == ((device.pk, "1") if seconds else (None, ""))


@pytest.mark.parametrize("long_poll", [None, LongPoll(lambda _: False)])
def test_without_room_the_interval_stays(settings: LazySettings, long_poll: LongPoll | None) -> None:
    settings.DEVICE_POLL_SECONDS = 60
    request = RequestFactory().get(STATE, {"wait": "20"})
    vars(request)["scope"] = {LONG_POLL: long_poll}
    assert poll_terms(request, Device(), "1") == PollTerms(60)
    assert long_poll is None or not long_poll.seconds


def test_a_retired_device_has_no_place(settings: LazySettings) -> None:
    settings.DEVICE_POLL_SECONDS = 60
    request = RequestFactory().get(STATE, {"wait": "20"})
    vars(request)["scope"] = {LONG_POLL: LongPoll(lambda _: True)}
    assert poll_terms(request, Device(retired=timezone.now()), "1") == PollTerms(60)


@pytest.mark.django_db
def test_one_look_names_the_states_of_all_that_are_in_service(
    organisation: Organisation, django_assert_num_queries: Any
) -> None:
    devices = [joined(organisation, name) for name in ("gate-1", "gate-2", "gate-3")]
    Device.objects.filter(pk=devices[2].pk).update(retired=devices[2].claimed)
    with django_assert_num_queries(1):
        now = revisions_now([each.pk for each in devices])
    assert now == {each.pk: revisions_of(each) for each in devices[:2]}


class StateSource:
    """States of devices that a test changes, and how often somebody looked."""

    def __init__(self) -> None:
        self.states: dict[UUID, str] = {}
        self.looks: list[list[UUID]] = []
        self.is_away = False

    async def look(self, devices: list[UUID]) -> Mapping[UUID, str]:
        self.looks.append(devices)
        if self.is_away:
            raise OperationalError
        return {device: self.states[device] for device in devices if device in self.states}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> StateSource:
    monkeypatch.setattr(long_polls, "LOOK_SECONDS", 0.01)
    return StateSource()


def wait(waiting: WaitingDevices, device: UUID, revisions: str, seconds: float = 60.0) -> Any:
    leaving: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    return SimpleNamespace(
        task=asyncio.create_task(waiting.is_changed(device, revisions, seconds, leaving)), leaving=leaving
    )


def test_a_change_of_one_device_ends_its_wait_alone(server: StateSource) -> None:
    async def run() -> None:
        waiting, devices = WaitingDevices(server.look), [uuid4() for _ in range(20)]
        server.states = dict.fromkeys(devices, "1")
        pending = [wait(waiting, each, "1") for each in devices]
        while len(server.looks) < 3:
            await asyncio.sleep(0.01)
        assert not any(each.task.done() for each in pending)
        assert all(sorted(each) == sorted(devices) for each in server.looks), "one look for all"
        server.states[devices[4]] = "2"
        assert await pending[4].task
        # A device that is not in service any more is asked to ask again.
        del server.states[devices[5]]
        assert await pending[5].task
        assert sum(each.task.done() for each in pending) == 2
        for each in pending:
            each.leaving.set_result(None)
        assert [await each.task for each in pending[6:]] == [False] * 14

    asyncio.run(run())


def test_a_wait_ends_after_its_time_and_then_nobody_looks(server: StateSource) -> None:
    async def run() -> None:
        waiting, device = WaitingDevices(server.look), uuid4()
        server.states[device] = "1"
        assert not await wait(waiting, device, "1", 0.05).task
        await asyncio.sleep(0.05)
        looks = len(server.looks)
        await asyncio.sleep(0.05)
        assert len(server.looks) == looks
        # The next one begins the looks again.
        server.states[device] = "2"
        assert await wait(waiting, device, "1").task

    asyncio.run(run())


def test_a_second_poll_of_a_device_ends_the_first(server: StateSource) -> None:
    async def run() -> None:
        waiting, device = WaitingDevices(server.look), uuid4()
        server.states[device] = "1"
        first = wait(waiting, device, "1")
        await asyncio.sleep(0.02)
        second = wait(waiting, device, "1")
        assert not await first.task
        server.states[device] = "2"
        assert await second.task

    asyncio.run(run())


def test_a_client_that_leaves_waits_no_longer(server: StateSource) -> None:
    device, answer = uuid4(), list[Any]()
    server.states[device] = "1"
    messages = [{"type": "http.response.start", "status": 304}, {"type": "http.response.body", "body": b""}]

    async def unchanged(scope: Any, receive: Any, send: Any) -> None:
        scope[LONG_POLL].device, scope[LONG_POLL].revisions, scope[LONG_POLL].seconds = device, "1", 60
        for message in messages:
            await send(message)

    async def send(message: Any) -> None:
        answer.append(message)

    async def run() -> None:
        leaving: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        application = LongPolls(unchanged, LongPollGrants(1, 1), server.look)
        poll = asyncio.create_task(application({"type": "http", "path": STATE}, lambda: leaving, send))
        while len(server.looks) < 2:
            await asyncio.sleep(0.01)
        assert (answer, poll.done()) == ([], False)
        leaving.set_result({"type": "http.disconnect"})
        await poll
        assert answer == []

    asyncio.run(run())


def test_a_database_that_is_away_changes_nothing(server: StateSource) -> None:
    async def run() -> None:
        waiting, device = WaitingDevices(server.look), uuid4()
        server.is_away = True
        poll = wait(waiting, device, "1")
        while len(server.looks) < 2:
            await asyncio.sleep(0.01)
        assert not poll.task.done()
        server.is_away, server.states[device] = False, "2"
        assert await poll.task

    asyncio.run(run())
