"""Polls that a real server holds for real sockets: `hmrd`'s own client asks, and people change something meanwhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from hmrd.network.client import ServerClient
from hmrd.network.http import ServerFailed
from hmrd.protocol.enrolment import CodeProof, Enrolment, EnrolmentRequest
from hmrd.protocol.wanted import SHORTEST_INTERVAL, DesiredState, RequestKind
from hmrd.server_address import read_address
from tests.support.forge.devices import DeviceKey
from tests.support.forge.factories.devices import first_report
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.slow]
PLACES = 2


@pytest.fixture
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("data"), {"DEVICE_LONG_POLLS": str(PLACES)}) as live:
        yield live


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def api(live: LiveServer, method: str, path: str, body: Any = None) -> Any:
    return live.api(method, f"organisations/{live.organisation()}/{path}", json=body or {})


def joined(live: LiveServer, name: str) -> ServerClient:
    """Returns a device that joined by a code, and has not asked yet."""
    code, key = api(live, "POST", "device-codes")["code"], DeviceKey()
    address = read_address(live.address)
    enrolment = ServerClient(address, key).enrol(EnrolmentRequest(CodeProof(code), key.public, first_report(), name))
    assert isinstance(enrolment, Enrolment)
    return ServerClient(address, key, enrolment.device)


def waiting(live: LiveServer, name: str) -> ServerClient:
    """Returns a device that has its state, and may have its next poll held."""
    client = joined(live, name)
    first = client.state()
    assert first is not None
    assert (first.interval, first.wait > 0) == (60, True)
    second = client.state(first.wait)
    assert second is not None
    assert (second.interval, second.wait) == (SHORTEST_INTERVAL, first.wait)
    return client


def is_pending(poll: Future[DesiredState | None]) -> bool:
    """Returns whether a poll has no answer within two seconds, in which the server looks for changes twice."""
    try:
        poll.result(2)
    except TimeoutError:
        return True
    return False


def test_a_held_poll_is_answered_as_soon_as_something_is_asked(live: LiveServer, threads: ThreadPoolExecutor) -> None:
    clients = {name: waiting(live, name) for name in ("gate-1", "gate-2")}
    polls = {name: threads.submit(client.state, 20) for name, client in clients.items()}
    assert all(is_pending(each) for each in polls.values())
    api(live, "POST", "devices/gate-1/requests", {"kind": "restart"})
    desired = polls["gate-1"].result(10)
    assert desired is not None
    assert [each.kind for each in desired.requests] == [RequestKind.RESTART]
    assert (desired.interval, desired.wait > 0) == (SHORTEST_INTERVAL, True)
    # The other device learned nothing, and its poll ends when nothing happens.
    assert not polls["gate-2"].done()
    assert polls["gate-2"].result(30) is None


def test_a_device_that_is_locked_out_meanwhile_is_refused(live: LiveServer, threads: ThreadPoolExecutor) -> None:
    poll = threads.submit(waiting(live, "gate-1").state, 40)
    assert is_pending(poll)
    api(live, "POST", "devices/gate-1/lock-out")
    with pytest.raises(ServerFailed) as error:
        poll.result(10)
    assert (error.value.status, error.value.refusal) == (403, "locked-out")


def test_where_there_is_no_room_a_poll_is_answered_at_once(live: LiveServer) -> None:
    for number in range(PLACES):
        waiting(live, f"gate-{number}")
    client = joined(live, "late")
    desired = client.state()
    assert desired is not None
    assert (desired.interval, desired.wait) == (60, 0)
    begin = time.monotonic()
    assert client.state(40) is None
    assert time.monotonic() - begin < 20


def test_a_second_poll_of_a_device_takes_the_place_of_the_first(live: LiveServer, threads: ThreadPoolExecutor) -> None:
    client = waiting(live, "gate-1")
    first = threads.submit(client.state, 40)
    assert is_pending(first)
    second = threads.submit(client.state, 40)
    assert first.result(10) is None
    assert is_pending(second)
    api(live, "POST", "devices/gate-1/requests", {"kind": "restart"})
    assert second.result(10) is not None


def test_a_server_that_stops_waits_for_no_held_poll(live: LiveServer, threads: ThreadPoolExecutor) -> None:
    client = waiting(live, "gate-1")
    poll = threads.submit(client.state, 50)
    assert is_pending(poll)
    begin = time.monotonic()
    assert live.stop() == 0
    assert time.monotonic() - begin < 25, "it waited for the end of the poll"
    # The device hears nothing new, or that the connection ended; at the next poll the server has its state.
    with contextlib.suppress(ServerFailed):
        assert poll.result(10) is None
    live.start()
    api(live, "POST", "devices/gate-1/requests", {"kind": "restart"})
    desired = client.state()
    assert desired is not None
    assert [each.kind for each in desired.requests] == [RequestKind.RESTART]
