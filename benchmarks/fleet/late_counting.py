"""`python -m benchmarks.fleet.late_counting <port> <devices> <days> <seconds>` sends the counts of devices that
come back.

Each device sends the documents of its days in one request, at a moment of its own within the time. The program writes a
line when it begins, and then the times as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.fleet.polling import Connections
from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.protocol.addresses import COUNTS, STATE
from hmrd.protocol.counts import (
    LARGEST_COUNTS,
    CountedPeriod,
    CountsAnswer,
    CountsDocument,
    batches,
    device_key,
    rune_key,
)
from hmrd.protocol.reading import parsed, written
from hmrd.protocol.signatures import SignedRequest, sign
from hmrd.protocol.wanted import LARGEST_STATE, DesiredState, WantedRune
from rune.watch.counts import Counts
from rune.watch.encoding import encode

RUNS = 80_000
"""Runs of a device on a day: about one a second."""


@dataclass
class ReturningDevices:
    """The devices, and the measurements of them."""

    port: int
    keys: Sequence[SimulatedKey]
    days: int
    connections: Connections
    requests: list[float] = field(default_factory=list)
    """Milliseconds."""
    lateness: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    rune: bytes = b""

    async def learn(self) -> None:
        """Asks for the rune that all of these devices shall run, until a worker has computed what they compare with."""
        while (wanted_rune := await self._wanted()) is None:
            await asyncio.sleep(1)
        self.rune = rune_key(wanted_rune.rune)

    async def send(self, number: int, due: float) -> None:
        """Sends the documents of a device."""
        key = self.keys[number]
        documents = [self._document(key, back) for back in range(1, self.days + 1)]
        self.lateness.append((time.monotonic() - due) * 1000)
        for message in batches(documents):
            body = written(message.to_json())
            try:
                answer = await self.connections.exchange("POST", COUNTS, self._headers(key, "POST", COUNTS, body), body)
            except (OSError, asyncio.IncompleteReadError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")
                return
            self.requests.append((time.monotonic() - due) * 1000)
            if answer.status != 200:
                self.failures.append(f"a request was answered {answer.status}")
                return
            answers = CountsAnswer.from_json(parsed(answer.body, LARGEST_COUNTS)).answers
            self.failures += [f"{each.name}: {each.detail}" for each in answers if not each.is_accepted]

    def _document(self, key: SimulatedKey, back: int) -> bytes:
        day = (datetime.now(UTC) - timedelta(days=back)).date()
        runs = RUNS + back
        counts = Counts(time=(runs, 0, 0, 0, 0, 0, 0, 0), answers=runs, microseconds=200 * runs, memory=61_440)
        document = CountsDocument(CountedPeriod(day), device_key(key.device), self.rune, encode(counts))
        return document.signed(key.sign)

    async def _wanted(self) -> WantedRune | None:
        answer = await self.connections.exchange("GET", STATE, self._headers(self.keys[0], "GET", STATE, b""))
        return DesiredState.from_json(parsed(answer.body, LARGEST_STATE)).wanted

    def _headers(self, key: SimulatedKey, method: str, path: str, body: bytes) -> dict[str, str]:
        request = SignedRequest(method, f"127.0.0.1:{self.port}", path, "", body)
        signed = sign(request, str(key.device), time.time(), key.sign)
        return {**signed, "Content-Type": "application/json"} if body else signed


async def come_back(devices: ReturningDevices, seconds: float) -> None:
    """Has all devices send within a time, and returns when all are answered."""
    await devices.learn()
    chance = random.Random(1)
    moments = sorted((chance.uniform(0, seconds), number) for number in range(len(devices.keys)))
    print("begun", flush=True)
    begin = time.monotonic()
    tasks: set[asyncio.Task[None]] = set()
    for moment, number in moments:
        await asyncio.sleep(max(0.0, begin + moment - time.monotonic()))
        task = asyncio.create_task(devices.send(number, begin + moment))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    print("ended", flush=True)


def main() -> None:
    port, devices, days, seconds = (int(each) for each in sys.argv[1:])
    keys = [SimulatedKey(number) for number in range(devices)]
    for key in keys:
        key.sign(b"")  # makes the key now
    returning = ReturningDevices(port, keys, days, Connections(port, 0))
    asyncio.run(come_back(returning, seconds))
    names = ("requests", "lateness", "failures")
    json.dump({name: getattr(returning, name) for name in names}, sys.stdout)


if __name__ == "__main__":
    main()
