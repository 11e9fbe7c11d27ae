"""The actions of the daemon that a person at the device may ask for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar

from hmrd.config.model import Origin
from hmrd.control.offers import answer_offer, layouts_of, offers_of, stored_window
from hmrd.control.status import recording_of
from hmrd.machine import can_go_back
from hmrd.network.http import ServerFailed
from hmrd.protocol.counts import rune_key
from hmrd.protocol.enrolment import MOST_KEYS, Enrolment, TrustAnchor, TrustKind, read_proof
from hmrd.protocol.local import LARGEST_REQUEST, LocalAnswer, LocalCommand, LocalRequest
from hmrd.protocol.names import LONGEST_NAME
from hmrd.protocol.pairs import AnyDocument, PairsDocument
from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.reading import BadDeviceMessage, Fields
from hmrd.protocol.reports import LARGEST_LOG
from hmrd.protocol.wanted import LARGEST_RUNE, LONGEST_VERSION, WantedRune
from hmrd.running.checks import check_rune
from hmrd.sample_requests import OwnerAnswerRefused
from hmrd.server_address import BadServerAddress
from hmrd.service.device import LocalDevice
from hmrd.service.joining import AlreadyJoined, first_report, join, require_unjoined
from hmrd.service.rune_service import RuneService
from hmrd.state import Deployed, ReportAcknowledged, WentBack
from hmrd.storage.files import StorageFailed, write_file
from hmrd.storage.recordings import MOST_WINDOWS, BadSession
from hmrd.trust import TrustRefused, fingerprints_of
from rune.digests import DIGEST_LENGTH, digest_of, is_digest
from rune.watch.layout import WatchLayout

T = TypeVar("T")
_LONGEST: Final = 1000


class ActionRefused(Exception):
    """The daemon does not do what was asked. The text says why."""


class ActionsHost(Protocol):
    """The daemon, as actions see it."""

    device: LocalDevice

    def service(self, name: str | None) -> RuneService | None:
        """Returns the rune of this name, or the server's, or the only one."""

    def status(self) -> dict[str, Any]:
        """Returns the answer to `hmrd status`."""

    def call(self, function: Callable[[], T]) -> T:
        """Calls a function in the thread of the loop."""


class Actions:
    """Answers local requests, each in a thread of its own."""

    def __init__(self, host: ActionsHost) -> None:
        self._host = host
        self._actions: Mapping[LocalCommand, Callable[[Fields], Mapping[str, Any]]] = {
            LocalCommand.STATUS: lambda _: host.call(host.status),
            LocalCommand.LOG: self._log,
            LocalCommand.COUNTS: self._counts,
            LocalCommand.SELF_TEST: self._self_test,
            LocalCommand.GO_BACK: self._go_back,
            LocalCommand.DEPLOY: self._deploy,
            LocalCommand.ENROL: self._enrol,
            LocalCommand.LEAVE: self._leave,
            LocalCommand.TRUST: self._trust,
            LocalCommand.COLLECT: self._collect,
            LocalCommand.END_COLLECTION: self._end,
            LocalCommand.RECORDINGS: self._recordings,
            LocalCommand.DELETE_RECORDINGS: self._delete,
            LocalCommand.OFFERS: lambda fields: offers_of(self._service(fields)),
            LocalCommand.STORED_WINDOW: lambda fields: stored_window(self._service(fields), fields),
            LocalCommand.ANSWER_OFFER: self._answer_offer,
        }

    def answer(self, request: LocalRequest) -> LocalAnswer:
        """Does what a request asks."""
        try:
            return LocalAnswer(self._actions[request.command](Fields(request.arguments, "the request")))
        except (
            ActionRefused,
            AlreadyJoined,
            OwnerAnswerRefused,
            BadServerAddress,
            BadDeviceMessage,
            BadSession,
            ServerFailed,
            StorageFailed,
            TrustRefused,
        ) as error:
            return LocalAnswer(error=str(error))

    def _log(self, fields: Fields) -> Mapping[str, Any]:
        return {"log": self._host.device.log.tail(fields.integer("size", 1, 1 << 20, default=LARGEST_LOG))}

    def _counts(self, fields: Fields) -> Mapping[str, Any]:
        service = self._service(fields)
        self._host.call(service.count)
        layouts = {rune_key(digest): layout for digest, layout in layouts_of(service).items()}
        documents = [{**each.to_json(), **_layout_of(each.document, layouts)} for each in service.counting.documents()]
        return {"mode": str(service.counting.mode), "documents": documents}

    def _self_test(self, fields: Fields) -> Mapping[str, Any]:
        service = self._service(fields)
        state = service.machine.state
        data = (
            None if state.active is None or state.running is None else service.slots.read(state.active, state.running)
        )
        if data is None or state.running is None:
            raise ActionRefused("Nothing is installed, so there is nothing to test.")
        result = check_rune(data, state.running.self_test, service.config.seconds)
        if isinstance(result, DeviceProblem):
            return {"version": state.running.version, "problem": result.to_json()}
        return {"version": state.running.version, "outcome": str(result)}

    def _go_back(self, fields: Fields) -> Mapping[str, Any]:
        service = self._service(fields)

        def go_back() -> Mapping[str, Any]:
            if not can_go_back(service.machine):
                raise ActionRefused("There is no other rune whose health was confirmed.")
            service.handle(WentBack(self._now()))
            running = service.machine.state.running
            return {"version": "" if running is None else running.version}

        return self._host.call(go_back)

    def _deploy(self, fields: Fields) -> Mapping[str, Any]:
        service = self._service(fields)
        if service.config.origin is not Origin.LOCAL:
            raise ActionRefused(f'{service.config.name} comes from the server. Deploy to a rune with from = "local".')
        version = fields.text("version", LONGEST_VERSION)
        try:
            data = base64.b64decode(fields.text("data", LARGEST_REQUEST), validate=True)
        except binascii.Error:
            raise BadDeviceMessage("data of the request is not base64.") from None
        if not 0 < len(data) <= LARGEST_RUNE:
            raise ActionRefused(f"A rune has at most {LARGEST_RUNE:,} bytes.")

        def deploy() -> Mapping[str, Any]:
            former = service.machine.state.wanted
            number = 1 if former is None else former.number + 1
            rune = WantedRune("", number, version, digest_of(data), len(data))
            write_file(service.slots.incoming(rune), data)
            service.handle(Deployed(self._now(), rune))
            return {"rune": rune.rune}

        return self._host.call(deploy)

    def _enrol(self, fields: Fields) -> Mapping[str, Any]:
        service = self._host.service(None)
        if service is None or service.config.origin is not Origin.SERVER:
            raise ActionRefused('hmrd.toml has no rune with from = "server".')
        require_unjoined(self._host.device)
        proof, name = fields.item("proof", read_proof), fields.text("name", LONGEST_NAME, default="")
        report = first_report(service.machine)
        fingerprints = fields.items("fingerprints", _fingerprint, MOST_KEYS)
        answer = join(self._host.device, fields.text("server", _LONGEST), proof, name, report, fingerprints)
        if not isinstance(answer, Enrolment):
            return {"retry": answer.retry}
        self._host.call(lambda: service.joined(ReportAcknowledged(self._now(), report.sequence)))
        return {"organisation": answer.organisation, "name": answer.name, **trust_of(answer.trust)}

    def _trust(self, fields: Fields) -> Mapping[str, Any]:
        """Pins what a person at the device decides."""
        device = self._host.device
        connection = device.connection
        if connection is None:
            raise ActionRefused("This device belongs to no organisation.")
        keys = fields.items("keys", _key, MOST_KEYS)
        fingerprints = fingerprints_of(keys)
        pinned = connection.identity.trust
        root = fields.text("root", DIGEST_LENGTH, default=pinned.root)
        deployment = fields.text("deployment", _LONGEST, default="")
        kind = TrustKind.HOME if keys else TrustKind.SERVER
        trust = replace(pinned, kind=kind, keys=keys, root=root, deployment=deployment)
        self._host.call(lambda: device.pin(connection, trust))
        device.log.write(f"A person at the device pinned {', '.join(fingerprints) or 'the keys of the server'}.")
        return {"trust": str(kind), "fingerprints": list(fingerprints)}

    def _leave(self, fields: Fields) -> Mapping[str, Any]:
        connection, service = self._host.device.connection, self._host.service(None)
        if connection is None or service is None:
            raise ActionRefused("This device belongs to no organisation.")
        try:
            connection.client.leave()
        except ServerFailed as error:
            if not fields.truth("force", default=False):
                raise ActionRefused(f"{error} With --force the device leaves without telling the server.") from None
        self._host.call(service.leave)
        return {"organisation": connection.identity.trust.organisation}

    def _collect(self, fields: Fields) -> Mapping[str, Any]:
        self._host.device.recordings.begin(
            fields.text("label", _LONGEST),
            fields.text("consent", _LONGEST),
            fields.text("until", _LONGEST),
            self._now(),
            seconds=fields.integer("seconds", 1) if fields.has("seconds") else None,
            last=fields.integer("last", 1, MOST_WINDOWS) if fields.has("last") else None,
        )
        return {"recording": recording_of(self._host.device)}

    def _end(self, _: Fields) -> Mapping[str, Any]:
        self._host.device.recordings.end()
        return {}

    def _recordings(self, _: Fields) -> Mapping[str, Any]:
        recordings = self._host.device.recordings
        recordings.delete_expired(self._now())
        sessions = [
            {**each.to_json(), "recordings": recordings.count(each), "files": each.files}
            for each in recordings.sessions
        ]
        return {"folder": str(recordings.data), "sessions": sessions}

    def _delete(self, fields: Fields) -> Mapping[str, Any]:
        number = fields.integer("id", 1)
        recordings = self._host.device.recordings
        session = next((each for each in recordings.sessions if each.id == number), None)
        if session is None:
            raise ActionRefused(f"There is no session {number}. hmrd collect --list shows them.")
        recordings.delete(session)
        return {}

    def _answer_offer(self, fields: Fields) -> Mapping[str, Any]:
        service = self._service(fields)
        result = answer_offer(service, fields)
        # The next contact, with which an allowed window goes, need not wait.
        self._host.call(service.ring)
        return result

    def _service(self, fields: Fields) -> RuneService:
        name = fields.text("rune", LONGEST_NAME) if fields.has("rune") else None
        service = self._host.service(name)
        if service is None:
            raise ActionRefused(
                "Name the rune: hmrd status shows them." if name is None else f"No rune is called {name}."
            )
        return service

    def _now(self) -> float:
        return self._host.device.clock.now()


def trust_of(trust: TrustAnchor) -> dict[str, Any]:
    """Returns whom a device believes, as a person reads it."""
    return {"trust": str(trust.kind), "fingerprints": list(fingerprints_of(trust.keys))}


def _fingerprint(value: object) -> str:
    if not isinstance(value, str) or not is_digest(value):
        raise BadDeviceMessage("A fingerprint is sha256: and 64 hexadecimal digits.")
    return value


def _key(value: object) -> str:
    if not isinstance(value, str):
        raise BadDeviceMessage("A key is a text in PEM.")
    return value


def _layout_of(document: AnyDocument, layouts: Mapping[bytes, WatchLayout]) -> Mapping[str, Any]:
    """Returns what the bytes of a document mean, as far as the device has the runes."""
    layout = layouts.get(document.rune)
    if not isinstance(document, PairsDocument):
        return {"is_pairs": False, "layout": None if layout is None else layout.to_json()}
    beside = layouts.get(document.beside)
    labels = [each.labels.names for each in (layout, beside) if each is not None and each.labels is not None]
    return {"is_pairs": True, "labels": labels if len(labels) == 2 else None}
