"""Links between devices and servers that lose requests and answers, send them twice, and deliver them late."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.fleet.polling import Connections, MeasuredAnswer
from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.protocol.signatures import SignedRequest, sign

MOST_AT_ONCE = 48
"""Requests that are under way."""


class LinkLost(Exception):
    """No answer came."""


@dataclass(frozen=True)
class LinkChances:
    """The probability of each thing that happens to a request."""

    request_lost: float = 0.0
    answer_lost: float = 0.0
    """The server does its work, and the device does not learn it."""
    sent_twice: float = 0.0
    """Two servers may get the same message at once."""
    late_copy: float = 0.0
    """A copy comes when later messages of the device were answered."""
    delayed: float = 0.0
    longest_delay: float = 0.0
    """Seconds."""


LOSSLESS = LinkChances()
LOSSY = LinkChances(0.007, 0.007, 0.03, 0.02, 0.05, 6.0)


@dataclass
class LossyLink:
    """The links of all devices to the servers at some ports."""

    ports: Sequence[int]
    chances: LinkChances
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    """How often each thing happened."""
    failures: list[str] = field(default_factory=list)
    """Answers that no server may give."""
    _copies: set[asyncio.Task[None]] = field(default_factory=set)
    _connections: dict[int, Connections] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def exchange(
        self, key: SimulatedKey, now: float, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> MeasuredAnswer:
        """Sends a request that a device signs. Raises `LinkLost`."""
        port = self.chance.choice(self.ports)
        request = SignedRequest(method, f"127.0.0.1:{port}", path, "", body)
        signed = {**sign(request, str(key.device), now, key.sign), **headers}
        if self._happens("requests lost", self.chances.request_lost):
            raise LinkLost
        if self._happens("requests delayed", self.chances.delayed):
            await asyncio.sleep(self.chance.uniform(0, self.chances.longest_delay))
        if self._happens("requests sent twice", self.chances.sent_twice):
            self._copy(port, method, path, signed, body, 0.0)
        if self._happens("late copies", self.chances.late_copy):
            self._copy(port, method, path, signed, body, self.chance.uniform(0, 10 * self.chances.longest_delay))
        answer = await self._send(port, method, path, signed, body)
        if self._happens("answers delayed", self.chances.delayed):
            await asyncio.sleep(self.chance.uniform(0, self.chances.longest_delay))
        if self._happens("answers lost", self.chances.answer_lost):
            raise LinkLost
        return answer

    async def settle(self) -> None:
        """Returns when all copies were sent, and no connection is open."""
        await asyncio.gather(*self._copies)
        for each in self._connections.values():
            each.close()

    def _happens(self, name: str, probability: float) -> bool:
        happens = self.chance.random() < probability
        self.counts[name] += happens
        return happens

    async def _send(self, port: int, method: str, path: str, headers: Mapping[str, str], body: bytes) -> MeasuredAnswer:
        connections = self._connections.setdefault(port, Connections(port, MOST_AT_ONCE))
        async with self._room:
            try:
                answer = await connections.exchange(method, path, headers, body)
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                self.counts["requests without a server"] += 1
                raise LinkLost from error
        self.counts["requests answered"] += 1
        if answer.status >= 500 and answer.status != 503:
            self.failures.append(f"{method} {path} was answered {answer.status}: {answer.body[:200]!r}")
        return answer

    def _copy(self, port: int, method: str, path: str, headers: Mapping[str, str], body: bytes, delay: float) -> None:
        async def send() -> None:
            await asyncio.sleep(delay)
            try:
                await self._send(port, method, path, headers, body)
            except LinkLost:
                return

        task = asyncio.get_running_loop().create_task(send())
        self._copies.add(task)
        task.add_done_callback(self._copies.discard)
