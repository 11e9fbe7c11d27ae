"""The odd windows of a rune, and the answers of the device's owner to those who ask for them.

Windows are kept while the server wants counts and the configuration allows it, encrypted on the disk alone. Nothing is
sent but what an answer of the owner allows: given at the device, or on its page where the device believes its server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hmrd import clock
from hmrd.network.http import ServerFailed
from hmrd.protocol.samples import (
    LARGEST_WINDOW,
    AnswerKind,
    SampleOffer,
    SampleReply,
    SampleVerdict,
    SampleWindow,
)
from hmrd.running.recorded import recorded_file
from hmrd.running.runner import Windows
from hmrd.sample_requests import (
    OwnerAnswer,
    OwnerAnswerRefused,
    SampleLedger,
    StoredWindow,
    agree,
    bins_of,
    dues,
    expire,
    follow_page,
    is_odd,
    is_wanted,
    keep,
    refuse,
    renumbered,
    with_changed,
    with_offers,
    without,
)
from hmrd.service.device import LocalDevice, ServerConnection
from hmrd.storage.files import StorageFailed
from hmrd.storage.log import fault_text
from rune.tools.api.ports import Input
from rune.watch.counts import Counts
from rune.watch.record import WatchRecord

FIRST_RETRY: Final = 60.0
LONGEST_RETRY: Final = 3600.0


@dataclass(frozen=True)
class AnsweredRune:
    """The rune that answered: its digest, the deployment that wanted it, and what it says that it counts."""

    digest: str
    deployment: str
    record: WatchRecord


class RuneSampleRequests:
    """The windows and requests of one rune of the configuration. Its methods are for any thread."""

    def __init__(
        self, device: LocalDevice, name: str, is_counting: Callable[[], bool], now: Callable[[], float] | None = None
    ) -> None:
        """`is_counting` says whether the server wants counts, and `now` is the system's clock."""
        self._device, self._name, self._is_counting = device, name, is_counting
        self._now = now or clock.wall_time
        self._files = device.folder.windows(name)
        self._lock = threading.RLock()
        self._ledger = self._files.read() if self.is_on else SampleLedger()
        self._failed, self._next_sending = 0, 0.0
        self._is_sending = False

    @property
    def is_on(self) -> bool:
        """Whether windows are kept: while the server wants counts, unless the configuration says no."""
        return self._is_counting() and self._device.config.samples.keep

    @property
    def ledger(self) -> SampleLedger:
        """The windows, requests and answers now."""
        return self._ledger

    def open_offers(self) -> tuple[SampleOffer, ...]:
        """Returns the requests that the owner may answer now."""
        return self._ledger.open_offers(self._now())

    def observe(self, rune: AnsweredRune, inputs: Sequence[Input], read: Windows, counts: Counts | None) -> None:
        """Keeps the window of an answer that is odd, or that is asked for."""
        bins, now = bins_of(counts), self._now()
        if bins is None or not self.is_on:
            return
        odd = is_odd(bins, rune.record)
        with self._lock:
            # Telemetry may have been turned off, and all deleted, in between.
            if not self.is_on or not is_wanted(self._ledger, rune.digest, bins, odd, now):
                return
            file = next((file for port in inputs if (file := _file(port, read)) is not None), None)
            if file is None:
                return
            ending, data = file
            number, size = self._ledger.next_window, len(data)
            window = StoredWindow(number, rune.digest, rune.deployment, now, bins, odd, ending, size)
            try:
                self._files.write_window(window, data)
                self._ledger, deleted_windows = keep(self._ledger, window, now)
                self._delete(deleted_windows)
            except StorageFailed as error:
                self._device.log.write(f"{self._name}: a window was not kept: {error.problem.detail}")

    def take_offers(self, offers: Sequence[SampleOffer], deployment: str = "") -> None:
        """Takes the requests that the server has now. Windows of another deployment than this one are deleted. Raises
        `StorageFailed`."""
        with self._lock:
            if not self.is_on:
                return
            self._ledger, deleted_windows = expire(self._ledger, self._now(), deployment)
            self._delete(deleted_windows)
            known_ids = {each.id for each in self._ledger.offers}
            ledger = with_offers(self._ledger, offers)
            self._set(follow_page(ledger) if self._follows_page else ledger)
            for offer in offers:
                if offer.id not in known_ids:
                    self._device.log.write(f"{self._name}: {offer.asks} hmrd collect --offers shows it.")

    def settle(self) -> None:
        """Deletes the windows whose time is over, and all of them where none may be kept. Raises `StorageFailed`."""
        with self._lock:
            if not self.is_on:
                if self._ledger != SampleLedger() or self._files.is_there:
                    self.forget()
                return
            self._ledger, deleted_windows = expire(self._ledger, self._now())
            self._delete(deleted_windows)

    def data_of(self, number: int) -> tuple[str, bytes] | None:
        """Returns the ending and the bytes of a kept window; None of one that is not kept."""
        window = next((each for each in self._ledger.windows if each.number == number), None)
        data = None if window is None else self._files.data_of(number)
        return None if window is None or data is None else (window.ending, data)

    def answer_yes(
        self, offer: SampleOffer, purposes: Collection[str] | None, windows: Collection[int] | None
    ) -> OwnerAnswer:
        """Takes the yes of a person at the device, which is on the disk when this returns.

        Raises `OwnerAnswerRefused` and `StorageFailed`."""
        with self._lock:
            ledger = agree(self._ledger, offer, purposes=purposes, windows=windows)
            answer = ledger.answer_to(offer.id)
            if answer is None or not answer.windows:
                raise OwnerAnswerRefused("No kept window is one that this request is about. Answer when there is one.")
            self._set(ledger)
            self._next_sending = 0.0
            return answer

    def answer_no(self, request: str, kind: AnswerKind) -> None:
        """Takes the no of a person at the device, or that they take all back. Raises `OwnerAnswerRefused` and
        `StorageFailed`."""
        with self._lock:
            if kind is AnswerKind.TAKE_BACK and self._ledger.answer_to(request) is None:
                raise OwnerAnswerRefused("Nothing was sent for this request.")
            self._set(refuse(self._ledger, request, kind))
            self._next_sending = 0.0

    def forget(self) -> None:
        """Deletes all windows and answers. Raises `StorageFailed`."""
        with self._lock:
            self._ledger = SampleLedger()
            self._files.clear()

    def send_soon(self, connection: ServerConnection, now: float) -> None:
        """Sends what the owner allowed, in a thread, if there is something and nothing is being sent. `now` is the
        steady clock of the daemon."""
        with self._lock:
            if self._is_sending or now < self._next_sending or next(dues(self._ledger), None) is None:
                return
            self._is_sending = True

        def send() -> None:
            try:
                self.send(connection, now)
            except StorageFailed as error:
                self._device.log.write(error.problem.detail)
            except Exception as error:
                self._device.log.write(f"Samples were not sent: {fault_text(error)}.")
            finally:
                self._is_sending = False

        threading.Thread(target=send, name=f"{self._name} samples", daemon=True).start()

    def send(self, connection: ServerConnection, now: float) -> None:
        """Tells the server the answers of the owner, and sends what they allow. Raises `StorageFailed`."""
        try:
            for answer in list(dues(self._ledger)):
                self._send_answer(connection, answer)
        except ServerFailed as error:
            self._failed += 1
            self._next_sending = now + min(FIRST_RETRY * 2.0 ** min(self._failed - 1, 6), LONGEST_RETRY)
            self._device.log.write(f"{self._name}: samples did not reach the server: {error.problem.detail}")
            return
        self._failed, self._next_sending = 0, 0.0

    def _send_answer(self, connection: ServerConnection, answer: OwnerAnswer) -> None:
        if not answer.is_reported:
            reply = connection.client.sample_answer(answer.message)
            if reply.name == SampleVerdict.ANSWER_OLD and self._renumber(answer, reply.number):
                answer = next((each for each in dues(self._ledger) if each.request == answer.request), answer)
                reply = connection.client.sample_answer(answer.message)
            if not reply.is_accepted:
                self._give_up(answer, reply)
                return
            answer = replace(answer, is_reported=True)
            self._change(answer)
            self._device.log.write(f"{self._name}: told the server {answer.kind} to request {answer.request[:8]}.")
        for number in answer.windows:
            # The owner may have answered otherwise meanwhile.
            if self._ledger.answer_to(answer.request) != answer:
                return
            window = self.data_of(number)
            if window is not None:
                reply = connection.client.sample_window(SampleWindow(answer.request, answer.number, *window))
                if not reply.is_accepted:
                    self._give_up(answer, reply)
                    return
            rest = tuple(each for each in answer.windows if each != number)
            answer = replace(answer, windows=rest, sent=answer.sent + (window is not None))
            with self._lock:
                self._change(answer)
                self._ledger = without(self._ledger, {number})
                self._files.delete_window(number)

    def _renumber(self, answer: OwnerAnswer, last: int) -> bool:
        with self._lock:
            self._set(renumbered(self._ledger, answer, last))
        return self._ledger.answer_to(answer.request) is not None

    def _give_up(self, answer: OwnerAnswer, reply: SampleReply) -> None:
        """Keeps why the server did not take something. The windows stay with the owner."""
        refusal = f"{reply.name}: {reply.detail}" if reply.detail else reply.name
        self._device.log.write(f"{self._name}: request {answer.request[:8]}: {refusal}")
        self._change(replace(answer, windows=(), refusal=refusal))

    def _change(self, answer: OwnerAnswer) -> None:
        with self._lock:
            self._set(with_changed(self._ledger, answer))

    def _set(self, ledger: SampleLedger) -> None:
        """Takes a ledger, whose answers are on the disk before anything follows from them."""
        if ledger.answers != self._ledger.answers:
            self._files.write_answers(ledger)
        self._ledger = ledger

    def _delete(self, windows: Sequence[StoredWindow]) -> None:
        for window in windows:
            self._files.delete_window(window.number)

    @property
    def _follows_page(self) -> bool:
        """Whether an answer on the device's page is one of its owner: not with a key at home, since who took the server
        over could then ask and answer."""
        return self._device.has_server_keys and self._device.config.samples.page


def _file(port: Input, read: Windows) -> tuple[str, bytes] | None:
    """Returns the window of an input as a file; None of one that no data set takes, or that is too large."""
    file = recorded_file(port, read[port.name]) if port.name in read else None
    return None if file is None or len(file[1]) > LARGEST_WINDOW else file
