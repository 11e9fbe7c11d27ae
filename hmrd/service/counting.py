"""The counts of a rune that the server wants: kept on the disk, closed with their day, and sent with the next contact.

Nothing is kept or sent unless the state says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hmrd import clock
from hmrd.counting import AHEAD, ClockProblem, Ledger, PeriodOfRune, add, close, is_nothing, moment, with_mode
from hmrd.counting import without_future as ledger_without_future
from hmrd.network.http import ServerFailed
from hmrd.pair_counting import PairKey, PairLedger, add_pairs, close_hours, pairs_without_future
from hmrd.protocol.counts import CountsDocument, batches, device_key, rune_key
from hmrd.protocol.pairs import AnyDocument, PairsDocument
from hmrd.protocol.wanted import Telemetry
from hmrd.service.device import LocalDevice, ServerConnection
from hmrd.storage.files import StorageFailed
from hmrd.storage.log import fault_text
from rune.watch import pairs as watch_pairs
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.pairs import LabelPairs, PairBins
from rune.wording import counted

FIRST_RETRY: Final = 60.0
LONGEST_RETRY: Final = 3600.0


@dataclass(frozen=True)
class LeavingDocument:
    """A document as it leaves, or as it would if its day ended now."""

    document: AnyDocument
    data: bytes
    is_over: bool

    def to_json(self) -> dict[str, Any]:
        """Returns it for the person at the device."""
        return {"period": self.document.period.name, "is_over": self.is_over, "data": self.data.hex()}


class RuneCounting:
    """The counts of one rune of the configuration. Its methods are for any thread."""

    def __init__(self, device: LocalDevice, name: str, now: Callable[[], float] | None = None) -> None:
        """`now` is the system's clock."""
        self._device, self._name = device, name
        self._now = now or clock.wall_time
        self._files = device.folder.counts(name)
        self._lock = threading.RLock()
        self._ledger = self._saved = self._files.read()
        self._pairs_file = device.folder.pairs(name)
        self._pairs = self._saved_pairs = self._pairs_file.read()
        self._failed = 0
        self._next_sending = 0.0
        self._is_sending = False
        self.problem: ClockProblem | None = None
        """The reason why the last counts were not counted."""

    @property
    def mode(self) -> Telemetry:
        """The counts that the server wants."""
        return self._ledger.mode

    @property
    def unsent(self) -> int:
        """The number of documents that are not sent yet."""
        return len(self._files.documents())

    def set_mode(self, mode: Telemetry) -> None:
        """Takes what the server wants. With `off`, all counts are deleted. Raises `StorageFailed`."""
        with self._lock:
            if mode is self._ledger.mode:
                return
            if mode is Telemetry.OFF:
                self.forget()
                self._device.log.write(f"{self._name}: the server wants no counts. All that were kept are deleted.")
                return
            self._ledger = with_mode(self._ledger, mode)
            self._save()
            self._device.log.write(f"{self._name}: the server wants the counts of each {mode}. hmrd counts shows them.")

    def add(self, seconds: float, rune: str, counts: Counts) -> None:
        """Counts what was counted around a time of the system's clock."""
        with self._lock:
            self._ledger, problem = add(self._ledger, moment(seconds), rune, counts, self._server_time())
            if problem is not None and problem is not self.problem:
                self._device.log.write(f"{self._name}: clock-wrong: not counted, because {problem}.")
            self.problem = problem

    def add_pairs(self, seconds: float, runes: tuple[str, str], bins: PairBins, pairs: LabelPairs) -> None:
        """Counts pairs of labels of two runes, the one that answers first, around a time of the system's clock."""
        with self._lock:
            if self._ledger.mode is Telemetry.OFF:
                return
            self._pairs, problem = add_pairs(self._pairs, moment(seconds), runes, bins, pairs, self._server_time())
            if problem is not None and problem is not self.problem:
                self._device.log.write(f"{self._name}: clock-wrong: not counted, because {problem}.")
            self.problem = problem

    def note_restart(self, rune: str) -> None:
        """Counts that the rune is started again."""
        self.add(self._now(), rune, Counts(restarts=1))

    def settle(self) -> None:
        """Writes what was counted, and makes documents of the periods that are over. Raises `StorageFailed`."""
        with self._lock:
            if self._ledger.mode is Telemetry.OFF:
                return
            server = self._server_time()
            if server is not None:
                self._forget_future(server)
            now = moment(self._now())
            is_wrong = server is not None and abs(now - server) > AHEAD
            ledger, over = (self._ledger, dict[PeriodOfRune, Counts]()) if is_wrong else close(self._ledger, now)
            pair_ledger, hours = (
                (self._pairs, dict[PairKey, LabelPairs]()) if is_wrong else close_hours(self._pairs, now)
            )
            if not self._write_documents(over, hours):
                ledger, pair_ledger = self._ledger, self._pairs
            self._ledger, self._pairs = ledger, pair_ledger
            self._save()

    def documents(self) -> list[LeavingDocument]:
        """Returns what leaves with the next contact, byte for byte, and what the running periods would be."""
        with self._lock:
            key, device = self._device.folder.identity.key(), self._device_key()
            closed = [LeavingDocument(each, each.signed(key.sign), True) for each in self._files.documents().values()]
            running: list[AnyDocument] = []
            if device is not None:
                running += [_document(each, self._ledger.open[each], device) for each in self._open()]
                running += [_pairs_document(each, pairs, device) for each, pairs in self._pairs.open.items()]
            return closed + [LeavingDocument(each, each.signed(key.sign), False) for each in running]

    def is_due(self, now: float) -> bool:
        """Returns whether something is to be sent, by the steady clock of the daemon."""
        with self._lock:
            is_on = self._ledger.mode is not Telemetry.OFF
            return is_on and now >= self._next_sending and bool(self._files.documents())

    def send(self, connection: ServerConnection, now: float) -> None:
        """Sends what is not sent. What the server has, or refuses, is deleted. Raises `StorageFailed`."""
        with self._lock:
            documents = self._files.documents() if self._ledger.mode is not Telemetry.OFF else {}
        key = self._device.folder.identity.key()
        names = list(documents)
        try:
            for message in batches([documents[name].signed(key.sign) for name in names]):
                some, names = names[: len(message.documents)], names[len(message.documents) :]
                self._settle_answers(some, connection.client.counts(message).answers)
        except ServerFailed as error:
            self._failed += 1
            self._next_sending = now + min(FIRST_RETRY * 2.0 ** min(self._failed - 1, 6), LONGEST_RETRY)
            self._device.log.write(f"{self._name}: counts did not reach the server: {error.problem.detail}")
            return
        self._failed, self._next_sending = 0, 0.0

    def send_soon(self, connection: ServerConnection, now: float) -> None:
        """Sends what is not sent, in a thread, if there is something and nothing is being sent."""
        if self._is_sending or not self.is_due(now):
            return
        self._is_sending = True

        def send() -> None:
            try:
                without_disk(lambda: self.send(connection, now), self._device.log.write)
            except Exception as error:
                self._device.log.write(f"Counts were not sent: {fault_text(error)}.")
            finally:
                self._is_sending = False

        threading.Thread(target=send, name=f"{self._name} counts", daemon=True).start()

    def forget(self) -> None:
        """Deletes all counts. Raises `StorageFailed`."""
        with self._lock:
            self._ledger = self._saved = Ledger()
            self._pairs = self._saved_pairs = PairLedger()
            self.problem = None
            self._files.clear()
            self._pairs_file.clear()

    def _settle_answers(self, names: list[str], answers: Any) -> None:
        for name, answer in zip(names, answers, strict=True):
            if not answer.is_accepted:
                day = name.partition(".")[0]
                self._device.log.write(f"{self._name}: the counts of {day} were refused: {answer.name} {answer.detail}")
            self._files.delete(name)

    def _write_documents(self, over: Mapping[PeriodOfRune, Counts], hours: Mapping[PairKey, LabelPairs]) -> bool:
        """Writes documents of periods that are over. Returns whether the device has a name to write in them."""
        device = self._device_key()
        if device is None:
            return False
        if not over and not hours:
            return True
        for key, counts in over.items():
            if not is_nothing(counts):
                self._files.add(_document(key, counts, device))
        for hour, pairs in hours.items():
            # After a power cut, the document of an hour may be there and its pairs in the running hour too.
            if not self._files.has(document := _pairs_document(hour, pairs, device)):
                self._files.add(document)
        count = self._files.delete_old()
        if count:
            self._device.log.write(f"{self._name}: {counted(count, 'document')} of counts were too old to keep.")
        return True

    def _forget_future(self, server: datetime) -> None:
        ledger = ledger_without_future(self._ledger, server)
        if ledger != self._ledger:
            self._device.log.write(f"{self._name}: clock-wrong: counts of days that are not yet were deleted.")
            self._ledger = ledger
        self._pairs = pairs_without_future(self._pairs, server)
        self._files.delete_ahead((server + AHEAD).date())

    def _save(self) -> None:
        if self._ledger != self._saved:
            self._files.write(self._ledger)
            self._saved = self._ledger
        if self._pairs != self._saved_pairs:
            self._pairs_file.write(self._pairs)
            self._saved_pairs = self._pairs

    def _open(self) -> list[PeriodOfRune]:
        return sorted(self._ledger.open, key=lambda each: (each.period.name, each.rune))

    def _device_key(self) -> bytes | None:
        connection = self._device.connection
        return None if connection is None else device_key(UUID(connection.identity.trust.device))

    def _server_time(self) -> datetime | None:
        seconds = self._device.server_clock.known
        return None if seconds is None else moment(seconds)


def _document(key: PeriodOfRune, counts: Counts, device: bytes) -> CountsDocument:
    return CountsDocument(key.period, device, rune_key(key.rune), encode(counts))


def _pairs_document(key: PairKey, pairs: LabelPairs, device: bytes) -> PairsDocument:
    data = watch_pairs.encode(pairs, key.bins)
    return PairsDocument(key.period, device, rune_key(key.rune), rune_key(key.beside), data)


def without_disk(action: Callable[[], None], log: Callable[[str], None]) -> None:
    """Does something with counts. A disk that takes none stops nothing else."""
    try:
        action()
    except StorageFailed as error:
        log(error.problem.detail)
