"""Devices that join a running server over HTTP, as `hmrd` does, for tests of its pages."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from hmrd.protocol.addresses import ENROLMENTS, REPORTS, SAMPLE_ANSWERS, SAMPLE_WINDOWS, STATE
from hmrd.protocol.enrolment import EnrolmentRequest, Proof
from hmrd.protocol.reports import Report
from hmrd.protocol.samples import AnswerKind, OfferAnswer, SampleOffer, SampleWindow
from hmrd.protocol.signatures import NEW_DEVICE, SignedRequest, sign
from tests.support.forge.devices import DeviceKey
from tests.support.forge.factories.devices import first_report


class LiveDevice:
    """A device with a key of its own; `id` is what the server calls it after it has joined."""

    def __init__(self, address: str, name: str) -> None:
        self.address, self.name, self.key, self.id = address, name, DeviceKey(), NEW_DEVICE

    def join(self, proof: Proof) -> None:
        """Joins with a proof."""
        message = EnrolmentRequest(proof, self.key.public, first_report(), self.name).to_json()
        self.id = json.loads(self._send("POST", ENROLMENTS, message))["device"]

    def report(self, **fields: Any) -> None:
        """Reports its state, with the next number."""
        report: Report = first_report(sequence=2, **fields)
        self._send("POST", REPORTS, dict(report.to_json()))

    def poll(self) -> dict[str, Any]:
        """Returns what is wanted of it."""
        state: dict[str, Any] = json.loads(self._send("GET", STATE, None))
        return state

    def answer(self, offer: SampleOffer, kind: AnswerKind) -> str:
        """Answers a request for samples. Returns the verdict."""
        purposes = tuple(sorted(offer.terms.requested_purposes)) if kind is AnswerKind.YES else ()
        terms = offer.terms.digest(purposes) if purposes else ""
        message = OfferAnswer(offer.id, 1, kind, purposes, terms).to_json()
        return str(json.loads(self._send("POST", SAMPLE_ANSWERS, message))["name"])

    def send_window(self, offer: SampleOffer, data: bytes) -> str:
        """Sends a WAV that its owner chose. Returns the verdict."""
        message = SampleWindow(offer.id, 1, "wav", data).to_json()
        return str(json.loads(self._send("POST", SAMPLE_WINDOWS, message))["name"])

    def _send(self, method: str, path: str, message: Any) -> bytes:
        body = b"" if message is None else json.dumps(message).encode()
        request = SignedRequest(method, urlsplit(self.address).netloc, path, "", body)
        headers = {"Content-Type": "application/json", **sign(request, self.id, time.time(), self.key.sign)}
        with urlopen(Request(f"{self.address}{path}", body or None, headers, method=method)) as answer:
            content: bytes = answer.read()
        return content
