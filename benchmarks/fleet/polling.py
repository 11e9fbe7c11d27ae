"""`python -m benchmarks.fleet.polling <port> <devices> <seconds> <connections>` polls a server as many devices do.

Each device asks once a minute, at a moment of its own, varied by a tenth, whether or not the polls of others were
answered. Every fiftieth poll is one of a device that does not have the state yet: it gets all of it, and reports. The
program writes a line when its devices have begun, and then the times as JSON.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from benchmarks.fleet.rows import first_report
from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.protocol.addresses import REPORTS, STATE
from hmrd.protocol.reading import parsed, written
from hmrd.protocol.reports import DeviceEvent, EventKind, InstalledRune, Phase, Report
from hmrd.protocol.signatures import SignedRequest, sign
from hmrd.protocol.wanted import LARGEST_STATE, DesiredState

INTERVAL = 60.0
"""Seconds between two polls of a device."""
JITTER = 0.1
NEWS_EVERY = 50
"""The number of polls of which one is by a device for which there is something new."""
WARMING = 15.0
"""Seconds of polls that are not counted."""
CONNECTION_REST = 2.0
"""A connection that was not used for so many seconds is not used again: the server may be about to close it."""


@dataclass(frozen=True)
class MeasuredAnswer:
    """An answer of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connections:
    """Connections to the server: a new one for each request, or some that stay open, as from a proxy in front of it."""

    def __init__(self, port: int, pool: int) -> None:
        self._port, self._pool = port, pool
        self._resting: list[tuple[float, Connection]] = []

    async def exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> MeasuredAnswer:
        """Sends a request and reads the whole answer."""
        fields = {"Host": f"127.0.0.1:{self._port}", "Content-Length": str(len(body)), **headers}
        if not self._pool:
            fields["Connection"] = "close"
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items()), "", ""])
        connection = self._rested() or await asyncio.open_connection("127.0.0.1", self._port)
        try:
            connection[1].write(head.encode() + body)
            answer = await _read(connection[0])
        except BaseException:
            connection[1].close()
            raise
        if len(self._resting) < self._pool:
            self._resting.append((time.monotonic(), connection))
        else:
            connection[1].close()
        return answer

    def close(self) -> None:
        """Closes the connections that stayed open."""
        for _, connection in self._resting:
            connection[1].close()
        self._resting.clear()

    def _rested(self) -> Connection | None:
        while self._resting:
            since, connection = self._resting.pop()
            if time.monotonic() - since < CONNECTION_REST and not connection[0].at_eof():
                return connection
            connection[1].close()
        return None


async def _read(reader: asyncio.StreamReader) -> MeasuredAnswer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    length = 0 if head[0].startswith("HTTP/1.1 304") else int(headers.get("content-length", 0))
    return MeasuredAnswer(int(head[0].split(" ")[1]), headers, await reader.readexactly(length))


@dataclass
class PollingDevices:
    """The devices, and what was measured of them in milliseconds."""

    port: int
    keys: list[SimulatedKey]
    connections: Connections
    polls: list[float] = field(default_factory=list)
    reports: list[float] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    """How late this program itself was to begin the polls."""
    failures: list[str] = field(default_factory=list)
    etag: str = ""
    """The tag of the state, which all of these devices have in common until something is asked of one."""
    is_counting: bool = False
    _running: InstalledRune | None = None

    async def learn(self) -> None:
        """Asks for what all devices shall run, until a worker has computed what they compare with."""
        while (rune := _desired(answer := await self._poll(0, "")).wanted) is None:
            await asyncio.sleep(1)
        self.etag = answer.headers["etag"]
        self._running = InstalledRune(rune.deployment, rune.number, rune.version, rune.rune)

    async def act(self, number: int, due: float, *, is_news: bool) -> None:
        """Sends the poll of a device, and a report if there is something new."""
        late = time.monotonic() - due
        try:
            answer = await self._poll(number, "" if is_news else self.etag)
            end = time.monotonic()
            if self.is_counting:
                self.polls.append((end - due) * 1000)
                self.lateness.append(late * 1000)
            if answer.status not in (200, 304):
                self.failures.append(f"a poll was answered {answer.status}")
            elif is_news:
                await self._report(number, _desired(answer).sequence + 1)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")

    async def _report(self, number: int, sequence: int) -> None:
        assert self._running is not None
        event = DeviceEvent(
            EventKind.INSTALLED, int(time.time()), self._running.version, self._running.rune, seconds=70
        )
        before = first_report(self._running)
        report = Report(sequence, before.agent, before.board, Phase.RUNNING, self._running, events=(event,))
        body = written(report.to_json())
        begin = time.monotonic()
        answer = await self._send(number, "POST", REPORTS, body, {"Content-Type": "application/json"})
        if self.is_counting:
            self.reports.append((time.monotonic() - begin) * 1000)
        if answer.status != 204:
            self.failures.append(f"a report was answered {answer.status}")

    async def _poll(self, number: int, etag: str) -> MeasuredAnswer:
        return await self._send(number, "GET", STATE, b"", {"If-None-Match": etag} if etag else {})

    async def _send(
        self, number: int, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> MeasuredAnswer:
        key = self.keys[number]
        request = SignedRequest(method, f"127.0.0.1:{self.port}", path, "", body)
        signed = sign(request, str(key.device), time.time(), key.sign)
        return await self.connections.exchange(method, path, {**signed, **headers}, body)


def _desired(answer: MeasuredAnswer) -> DesiredState:
    return DesiredState.from_json(parsed(answer.body, LARGEST_STATE))


def moments(devices: int, chance: random.Random) -> Iterator[tuple[float, int]]:
    """Yields the seconds after which devices poll, in order, and which device does."""
    due = [(chance.uniform(0, INTERVAL), number) for number in range(devices)]
    heapq.heapify(due)
    while True:
        moment, number = due[0]
        yield moment, number
        heapq.heapreplace(due, (moment + INTERVAL * chance.uniform(1 - JITTER, 1 + JITTER), number))


async def poll(fleet: PollingDevices, seconds: float) -> None:
    """Has the devices poll for so long after warming up. Returns when all are answered."""
    await fleet.learn()
    begin = time.monotonic()
    tasks: set[asyncio.Task[None]] = set()
    for count, (moment, number) in enumerate(moments(len(fleet.keys), random.Random(1)), 1):
        if moment > WARMING + seconds:
            break
        if moment > WARMING and not fleet.is_counting:
            fleet.is_counting = True
            print("begun", flush=True)
        await asyncio.sleep(max(0.0, begin + moment - time.monotonic()))
        task = asyncio.create_task(fleet.act(number, begin + moment, is_news=count % NEWS_EVERY == 0))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    print("ended", flush=True)
    await asyncio.gather(*tasks)


def main() -> None:
    port, devices, seconds, pool = (int(each) for each in sys.argv[1:])
    keys = [SimulatedKey(number) for number in range(devices)]
    for key in keys:
        key.sign(b"")  # makes the key now
    fleet = PollingDevices(port, keys, Connections(port, pool))
    asyncio.run(poll(fleet, seconds))
    names = ("polls", "reports", "lateness", "failures")
    json.dump({name: getattr(fleet, name) for name in names}, sys.stdout)


if __name__ == "__main__":
    main()
