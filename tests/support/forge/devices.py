"""A small client of the device protocol: what a device sends, signed by a key of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.fleet.devices.models import ClaimedWith, Device
from forge.fleet.enrolment.joining import join
from hmrd.protocol.addresses import ENROLMENTS, REPORTS, STATE
from hmrd.protocol.enrolment import EnrolmentRequest, Proof, TrustKind
from hmrd.protocol.keys import public_key_text
from hmrd.protocol.reports import Report
from hmrd.protocol.signatures import NEW_DEVICE, SignedRequest, sign
from tests.support.forge.factories.devices import first_report

HOST = "testserver"


class DeviceKey:
    """A key as `hmrd` keeps it in a file."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()

    @property
    def public(self) -> str:
        """The public half, as messages have it."""
        return public_key_text(self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, data: bytes) -> bytes:
        """Signs some bytes."""
        return self._private.sign(data)


class DeviceClient:
    """A device that speaks to the server. What an attacker changes is an argument of `send`."""

    def __init__(self, device: str = NEW_DEVICE, key: DeviceKey | None = None, address: str = "127.0.0.1") -> None:
        self.device, self.key, self.address = device, key or DeviceKey(), address
        self._client = Client()

    def send(
        self,
        method: str,
        path: str,
        message: Mapping[str, Any] | None = None,
        *,
        query: str = "",
        device: str | None = None,
        key: DeviceKey | None = None,
        host: str = HOST,
        signed_path: str = "",
        signed_method: str = "",
        signed_query: str | None = None,
        age: float = 0.0,
        changed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Sends a signed request."""
        body = b"" if message is None else json.dumps(message).encode()
        request = SignedRequest(
            signed_method or method, host, signed_path or path, query if signed_query is None else signed_query, body
        )
        own_id = self.device if device is None else device
        signed = sign(request, own_id, time.time() - age, (key or self.key).sign)
        address = f"{path}?{query}" if query else path
        return self.send_as_is(
            method, address, body if changed_body is None else changed_body, {**signed, **(headers or {})}
        )

    def send_as_is(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """Sends a request with these headers, signed or not."""
        return self._client.generic(
            method, address, body, content_type="application/json", headers=dict(headers), REMOTE_ADDR=self.address
        )

    def poll(self, etag: str = "", **options: Any) -> Any:
        """Asks for its state."""
        return self.send("GET", STATE, headers={"If-None-Match": etag} if etag else None, **options)

    def report(self, report: Report, **options: Any) -> Any:
        """Sends a report."""
        return self.send("POST", REPORTS, report.to_json(), **options)

    def enrol(self, proof: Proof, name: str = "", report: Report | None = None, **options: Any) -> Any:
        """Asks to join; from then on it has the id that it got."""
        message = EnrolmentRequest(proof, self.key.public, report or first_report(), name).to_json()
        answer = self.send("POST", ENROLMENTS, message, **{"device": NEW_DEVICE, **options})
        if answer.status_code == 201:
            self.device = answer.json()["device"]
        return answer


def device_client(
    organisation: Organisation, name: str = "gate-7", by: User | None = None, **report: Any
) -> DeviceClient:
    """Returns a device that joined with a key of its own."""
    key = DeviceKey()
    device = join(
        organisation=organisation,
        public_key=key.public,
        name=name,
        report=first_report(**report),
        labels={"site": "berlin"},
        note="",
        trust=TrustKind.SERVER,
        claimed_with=ClaimedWith.CODE,
        claimed_by=by,
    )
    return DeviceClient(str(device.pk), key)


def row_of(client: DeviceClient) -> Device:
    """Returns the row of a device as it is now."""
    return Device.objects.select_related("organisation", "assignment").get(pk=client.device)
