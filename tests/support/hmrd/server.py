"""A small server that speaks the device protocol, with faults that a test chooses."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from hmrd.protocol import addresses
from hmrd.protocol.counts import CountsAnswer, CountsMessage, CountsVerdict, DocumentAnswer
from hmrd.protocol.doorbell import DoorbellAccount
from hmrd.protocol.enrolment import (
    CodeProof,
    Enrolment,
    EnrolmentRequest,
    KeyChange,
    PendingEnrolment,
    TrustAnchor,
    TrustKind,
)
from hmrd.protocol.keys import verifies
from hmrd.protocol.reading import parsed, written
from hmrd.protocol.reports import Report
from hmrd.protocol.samples import OfferAnswer, SampleReply, SampleVerdict, SampleWindow
from hmrd.protocol.signatures import NEW_DEVICE, SignedRequest, read_signature
from hmrd.protocol.wanted import ApprovedOutputs, DesiredState, RequestKind, RequestToDevice, WantedRune
from rune.digests import digest_of
from rune.running.runtime.self_test import self_test
from tests.support.hmrd.signed_documents import DocumentKeys
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.listening import QuietHandler, http_server

CODE = "KN472Q8XW"
DEVICE = "0d3f2c1e-1111-4222-8333-444455556666"
DEPLOYMENT = "acme/door-knock/gateways"
SEED = 7


class ProtocolServer:
    """A server with one device: its key, its reports, and what is wanted of it."""

    def __init__(self) -> None:
        self.url = ""
        self.keys = DocumentKeys()
        self.public_key: str | None = None
        self.is_confirmed = True
        self.desired = DesiredState(None, 10)
        self.runes: dict[str, bytes] = {}
        self.documents: dict[str, bytes] = {}
        self.reports: list[Report] = []
        self.counts: list[bytes] = []
        """The documents of counts that were taken."""
        self.counts_answer = DocumentAnswer(CountsVerdict.ACCEPTED)
        self.sample_answers: list[OfferAnswer] = []
        self.sample_windows: list[SampleWindow] = []
        self.sample_reply: Callable[[OfferAnswer], SampleReply] = lambda _: SampleReply(SampleVerdict.ACCEPTED)
        self.last_report = 0
        self.clock: Callable[[], float] = time.time
        self.fault = ""
        """`html`, `redirect`, `garbage`, `endless`, `broken` or `away`: what every answer is."""
        self.cut = 0
        """Bytes of a rune after which the next download breaks off; 0 for none."""
        self.requests: list[tuple[str, str, Mapping[str, str]]] = []
        self.trust: TrustAnchor | None = None
        self.has_left = False
        self.doorbell: DoorbellAccount | None = None
        self.lock = threading.Lock()

    def want(
        self, data: bytes, number: int, *, version: str = "", is_approved: bool = True, **changes: Any
    ) -> WantedRune:
        """Wants a rune, whose outputs were approved, with signed documents that say so."""
        outputs = self_test(data, SEED).outputs if is_approved else ""
        approved_outputs = ApprovedOutputs(SEED, outputs) if outputs else None
        wanted_rune = WantedRune(
            DEPLOYMENT, number, version or f"1.{number}", digest_of(data), len(data), approved_outputs
        )
        with self.lock:
            self.runes[wanted_rune.rune] = data
            self.documents = self.keys.documents(wanted_rune)
            self.desired = replace(self.desired, wanted=replace(wanted_rune, **changes))
        return wanted_rune

    def want_beside(self, data: bytes, number: int, *, is_signed: bool = True) -> WantedRune:
        """Wants a rune beside the one that is wanted, with signed documents that name it."""
        wanted_rune = self.desired.wanted
        assert wanted_rune is not None
        beside = WantedRune(DEPLOYMENT, number, f"1.{number}", digest_of(data), len(data))
        with self.lock:
            self.runes[beside.rune] = data
            self.documents = self.keys.documents(wanted_rune, beside=beside if is_signed else None)
            self.desired = replace(self.desired, shadow=beside)
        return beside

    def withdraw_beside(self) -> None:
        """Wants no rune beside any more."""
        with self.lock:
            self.desired = replace(self.desired, shadow=None)

    def ask(self, number: int, kind: RequestKind, seed: int | None = None) -> None:
        """Asks something of the device."""
        with self.lock:
            requests = (*self.desired.requests, RequestToDevice(number, kind, seed))
            self.desired = replace(self.desired, requests=requests)

    @property
    def enrolment(self) -> Enrolment:
        """The answer to a device that joined."""
        trust = self.trust or TrustAnchor(TrustKind.SERVER, self.keys.root_digest)
        return Enrolment(DEVICE, "gw-1", "acme", trust, self.desired.interval)

    @property
    def report(self) -> Report:
        """The last report."""
        return self.reports[-1]

    def wait_for_report(self, matches: Callable[[Report], bool], what: str) -> Report:
        """Returns the last report, as soon as it is one that matches."""
        wait_until(lambda: bool(self.reports) and matches(self.reports[-1]), what)
        return self.reports[-1]


@contextmanager
def protocol_server() -> Iterator[ProtocolServer]:
    """A server until the end of the block."""
    state = ProtocolServer()

    class Handler(_Handler):
        server_state = state

    with http_server(Handler) as url:
        state.url = url
        yield state


class _Handler(QuietHandler):
    server_state: ProtocolServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:  # noqa: N802  the library calls it by name
        self._answer()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server_state.clock() if timestamp is None else timestamp)

    def _answer(self) -> None:
        state, body = self.server_state, self.body()
        state.requests.append((self.command, self.path, dict(self.headers.items())))
        match state.fault:
            case "html":
                return self.respond(200, b"<html>Log in</html>", {"Content-Type": "text/html"})
            case "redirect":
                return self.respond(302, b"", {"Location": "http://login.example/"})
            case "garbage":
                return self.respond(200, b'{"interval": "soon"}', {"Content-Type": "application/json"})
            case "endless":
                return self.respond(200, b" " * 1_000_000, {"Content-Type": "application/json"})
            case "broken":
                return self.respond(503, b"")
            case "away":
                self.close_connection = True
                return None
        with state.lock:
            self._dispatch(state, urlsplit(self.path).path, body)
        return None

    def _dispatch(self, state: ProtocolServer, path: str, body: bytes) -> None:
        if path.startswith("/v2/"):
            return self._send_rune(state, path.rpartition("/")[2])
        if (refusal := self._refusal(state, body)) is not None:
            return self._refuse(401, refusal)
        match self.command, path:
            case "POST", addresses.ENROLMENTS:
                return self._enrol(state, EnrolmentRequest.from_json(parsed(body, len(body))))
            case "GET", addresses.ENROLMENTS:
                return self._json(200, state.enrolment.to_json())
            case "GET", addresses.STATE:
                return self._send_state(state)
            case "GET", addresses.DOORBELL if state.doorbell is not None:
                return self._json(200, state.doorbell.to_json())
            case "POST", addresses.REPORTS:
                return self._take(state, Report.from_json(parsed(body, len(body))))
            case "POST", addresses.COUNTS:
                documents = CountsMessage.from_json(parsed(body, len(body))).documents
                state.counts.extend(documents)
                return self._json(200, CountsAnswer((state.counts_answer,) * len(documents)).to_json())
            case "POST", addresses.SAMPLE_ANSWERS:
                state.sample_answers.append(OfferAnswer.from_json(parsed(body, len(body))))
                return self._json(200, state.sample_reply(state.sample_answers[-1]).to_json())
            case "POST", addresses.SAMPLE_WINDOWS:
                state.sample_windows.append(SampleWindow.from_json(parsed(body, len(body))))
                return self._json(200, SampleReply(SampleVerdict.ACCEPTED).to_json())
            case "PUT", addresses.KEY:
                state.public_key = KeyChange.from_json(parsed(body, len(body))).public_key
                return self.respond(204)
            case "DELETE", addresses.DEVICE:
                state.has_left = True
                return self.respond(204)
        if path.startswith(f"/d/{DEPLOYMENT}/"):
            name = unquote(path.removeprefix(f"/d/{DEPLOYMENT}/"))
            if name in state.documents:
                return self.respond(200, state.documents[name], {"Content-Type": "application/json"})
            if name in state.runes:
                return self._send_rune(state, name)
            return self._refuse(404, "document-unknown")
        return self._refuse(404, "address-unknown")

    def _refusal(self, state: ProtocolServer, body: bytes) -> str | None:
        parts = urlsplit(self.path)
        signature = read_signature({name.lower(): value for name, value in self.headers.items()})
        request = SignedRequest(self.command, self.headers["Host"], parts.path, parts.query, body)
        if not signature.is_fresh(state.clock()):
            return "clock-wrong"
        key = state.public_key
        if signature.device == NEW_DEVICE:
            key = EnrolmentRequest.from_json(parsed(body, len(body))).public_key
        is_signed = key is not None and verifies(key, signature.signature, signature.signed_bytes(request))
        return None if is_signed else "signature-refused"

    def _enrol(self, state: ProtocolServer, request: EnrolmentRequest) -> None:
        if isinstance(request.proof, CodeProof) and request.proof.code != CODE:
            return self._refuse(403, "code-refused")
        if not state.is_confirmed:
            return self._json(202, PendingEnrolment(1).to_json())
        state.public_key = request.public_key
        state.reports.append(request.report)
        state.last_report = request.report.sequence
        return self._json(201, state.enrolment.to_json())

    def _send_state(self, state: ProtocolServer) -> None:
        answer = written(replace(state.desired, sequence=state.last_report).to_json())
        etag = f'"{digest_of(answer)}"'
        if self.headers.get("If-None-Match") == etag:
            return self.respond(304, b"", {"ETag": etag})
        return self.respond(200, answer, {"ETag": etag, "Content-Type": "application/json"})

    def _take(self, state: ProtocolServer, report: Report) -> None:
        if report.sequence < state.last_report:
            return self._json(409, {"name": "report-refused", "detail": "Known.", "last": state.last_report})
        if report.sequence > state.last_report:
            state.reports.append(report)
            state.last_report = report.sequence
            answered_ids = {each.id for each in report.answers}
            rest = tuple(each for each in state.desired.requests if each.id not in answered_ids)
            state.desired = replace(state.desired, requests=rest)
        return self.respond(204)

    def _send_rune(self, state: ProtocolServer, digest: str) -> None:
        data = state.runes[digest]
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(match[1]) if match else 0
        part = data[start:]
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Type", "application/wasm")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        if state.cut:
            part, state.cut = part[: state.cut], 0
            self.close_connection = True
        self.wfile.write(part)

    def _json(self, status: int, value: Mapping[str, Any]) -> None:
        self.respond(status, written(value), {"Content-Type": "application/json"})

    def _refuse(self, status: int, name: str) -> None:
        self._json(status, {"name": name, "detail": f"Refused: {name}."})
