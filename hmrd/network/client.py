"""The device protocol as a device speaks it: each request signed by its key."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from hmrd.clock import uptime
from hmrd.network.http import HttpAnswer, HttpRequest, ServerFailed, Transport
from hmrd.protocol import addresses
from hmrd.protocol.counts import LARGEST_COUNTS, CountsAnswer, CountsMessage
from hmrd.protocol.doorbell import LARGEST_DOORBELL, DoorbellAccount
from hmrd.protocol.enrolment import (
    LARGEST_ENROLMENT,
    Enrolment,
    EnrolmentRequest,
    KeyChange,
    PendingEnrolment,
    key_change_text,
)
from hmrd.protocol.keys import KeyOfDevice
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reading import BadDeviceMessage, parsed, written
from hmrd.protocol.reports import Report
from hmrd.protocol.samples import LARGEST_ANSWER, OfferAnswer, SampleReply, SampleWindow
from hmrd.protocol.signatures import NEW_DEVICE, TOLERANCE, SignedRequest, sign
from hmrd.protocol.wanted import LARGEST_STATE, DesiredState
from hmrd.server_address import ServerAddress

T = TypeVar("T")

_ACCEPTED: Final = 202
_NOT_MODIFIED: Final = 304
_CONFLICT: Final = 409
_UNAUTHORISED: Final = 401
_LARGEST_EMPTY: Final = 4096


class ServerClock:
    """The server's clock, as far as the device knows it. It is used to sign requests and to tell days that cannot be,
    and for nothing else: a server must not decide when documents end."""

    def __init__(self, now: Callable[[], float] = time.time, uptime: Callable[[], float] = uptime) -> None:
        self._now, self._uptime = now, uptime
        self._offset = 0.0
        self._start: float | None = None

    def learn(self, date: float) -> None:
        """Takes over the time that the server says."""
        self._start = date - self._uptime()
        offset = date - self._now()
        self._offset = offset if abs(offset) > TOLERANCE / 5 else 0.0

    def now(self) -> float:
        """Returns the time for a signature."""
        return self._now() + self._offset

    @property
    def known(self) -> float | None:
        """The time of the server, whatever the device's clock was set to since; None before its first answer. Days
        that cannot be differ from it."""
        return None if self._start is None else self._start + self._uptime()


class ServerClient:
    """A device at its server. Every method raises `ServerFailed`."""

    def __init__(
        self,
        address: ServerAddress,
        key: KeyOfDevice,
        device: str = NEW_DEVICE,
        *,
        clock: ServerClock | None = None,
        ca: str | None = None,
    ) -> None:
        self.address = address
        self._key, self._device = key, device
        self._clock = clock or ServerClock()
        self.transport = Transport(ca, self._clock.learn)
        self._etag = ""

    def enrol(self, request: EnrolmentRequest) -> Enrolment | PendingEnrolment:
        """Asks to join an organisation."""
        answer = self._send("POST", addresses.ENROLMENTS, written(request.to_json()), LARGEST_ENROLMENT)
        if answer.status == _ACCEPTED:
            return self._read(answer, LARGEST_ENROLMENT, PendingEnrolment.from_json)
        return self._read(answer, LARGEST_ENROLMENT, Enrolment.from_json)

    def enrolment(self) -> Enrolment:
        """Asks for the organisation that the device belongs to now."""
        answer = self._send("GET", addresses.ENROLMENTS, b"", LARGEST_ENROLMENT)
        return self._read(answer, LARGEST_ENROLMENT, Enrolment.from_json)

    def state(self, wait: int = 0) -> DesiredState | None:
        """Asks what is wanted; None if nothing changed since it was asked last. `wait` are the seconds for which the
        server may hold the request."""
        headers = {"If-None-Match": self._etag} if self._etag else {}
        query = f"wait={wait}" if wait else ""
        answer = self._send("GET", addresses.STATE, b"", LARGEST_STATE, headers, query=query, seconds=30.0 + wait)
        if answer.status == _NOT_MODIFIED:
            return None
        desired = self._read(answer, LARGEST_STATE, DesiredState.from_json)
        self._etag = answer.headers.get("etag", "")
        return desired

    def report(self, report: Report) -> int | None:
        """Sends a report. Returns None if the server has it now, or the number of the last one that it has."""
        try:
            self._send("POST", addresses.REPORTS, written(report.to_json()), _LARGEST_EMPTY)
        except ServerFailed as error:
            last = error.fields.get("last")
            if error.status == _CONFLICT and isinstance(last, int) and not isinstance(last, bool) and last >= 0:
                return last
            raise
        return None

    def counts(self, message: CountsMessage) -> CountsAnswer:
        """Sends documents of counts. Returns the answer to each."""
        answer = self._send("POST", addresses.COUNTS, written(message.to_json()), LARGEST_COUNTS)
        counts_answer = self._read(answer, LARGEST_COUNTS, CountsAnswer.from_json)
        if len(counts_answer.answers) != len(message.documents):
            raise ServerFailed(ProblemName.SERVER_STRANGE, f"{self.address.authority} did not answer each document.")
        return counts_answer

    def sample_answer(self, answer: OfferAnswer) -> SampleReply:
        """Tells the answer of the owner to a request for samples."""
        reply = self._send("POST", addresses.SAMPLE_ANSWERS, written(answer.to_json()), LARGEST_ANSWER)
        return self._read(reply, LARGEST_ANSWER, SampleReply.from_json)

    def sample_window(self, window: SampleWindow) -> SampleReply:
        """Sends a window that the owner chose."""
        reply = self._send("POST", addresses.SAMPLE_WINDOWS, written(window.to_json()), LARGEST_ANSWER)
        return self._read(reply, LARGEST_ANSWER, SampleReply.from_json)

    def doorbell(self) -> DoorbellAccount:
        """Asks for the device's account at the broker."""
        answer = self._send("GET", addresses.DOORBELL, b"", LARGEST_DOORBELL)
        return self._read(answer, LARGEST_DOORBELL, DoorbellAccount.from_json)

    def replace_key(self, key: KeyOfDevice) -> None:
        """Has the server take another key from now on."""
        proof = key.sign(key_change_text(self._device, key.public)).hex()
        self._send("PUT", addresses.KEY, written(KeyChange(key.public, proof).to_json()), _LARGEST_EMPTY)
        self._key = key

    def try_key(self, key: KeyOfDevice) -> None:
        """Asks whether the server knows this key as the device's."""
        former, self._key = self._key, key
        try:
            self._send("GET", addresses.STATE, b"", LARGEST_STATE)
        except ServerFailed:
            self._key = former
            raise

    def forget_state(self) -> None:
        """Has the server send its next state whole."""
        self._etag = ""

    def leave(self) -> None:
        """Leaves the organisation."""
        self._send("DELETE", addresses.DEVICE, b"", _LARGEST_EMPTY)

    def document(self, path: str, largest: int) -> HttpAnswer:
        """Returns a signed document of a deployment."""
        return self._send("GET", path, b"", largest)

    def signed(self, method: str, path: str, query: str = "", body: bytes = b"") -> dict[str, str]:
        """Returns the headers that sign a request."""
        request = SignedRequest(method, self.address.authority, path, query, body)
        return sign(request, self._device, self._clock.now(), self._key.sign)

    def _send(
        self,
        method: str,
        path: str,
        body: bytes,
        largest: int,
        headers: Mapping[str, str] | None = None,
        *,
        query: str = "",
        seconds: float = 30.0,
    ) -> HttpAnswer:
        target = f"{path}?{query}" if query else path

        def attempt() -> HttpAnswer:
            signed = self.signed(method, path, query, body) | dict(headers or {})
            if body:
                signed["Content-Type"] = "application/json"
            return self.transport.exchange(self.address, HttpRequest(method, target, signed, body, seconds), largest)

        before = self._clock.now()
        try:
            return attempt()
        except ServerFailed as error:
            # The answer told the server's time: a device whose clock is wrong signs once more, by that time.
            if error.status != _UNAUTHORISED or abs(self._clock.now() - before) < TOLERANCE / 5:
                raise
        return attempt()

    def _read(self, answer: HttpAnswer, largest: int, read: Callable[[object], T]) -> T:
        try:
            return read(parsed(answer.body, largest))
        except BadDeviceMessage as error:
            raise ServerFailed(ProblemName.SERVER_STRANGE, f"{self.address.authority}: {error}") from None
