"""Devices whose owners are asked for samples, and what they answer and send."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from forge.telemetry.sample_requests.actions.requesting import ask_for_samples
from forge.telemetry.sample_requests.models import SampleRequest
from hmrd.protocol.addresses import SAMPLE_ANSWERS, SAMPLE_WINDOWS
from hmrd.protocol.samples import AnswerKind, OfferAnswer, SampleOffer, SampleWindow
from rune.running.container import pack, rune_sections
from tests.support.forge.counts import MODULE, CountingFleet, counting_fleet
from tests.support.forge.devices import DeviceClient
from tests.support.watch import with_watch

GRAPH = {
    "capabilities": {"audio": {"kind": {"type": "sound"}, "args": {"hz": "16000"}}},
    "outputs": {"out": {"kind": {"type": "tensor"}, "inputs": ["t"]}},
    "requests": {"capabilities": ["audio"], "outputs": ["out"]},
}
HEARING = with_watch(pack(MODULE, rune_sections(GRAPH)))
"""A rune that hears, and counts in `tests.support.watch.LAYOUT`."""


def wav(value: int = 1000, samples: int = 4000) -> bytes:
    """A WAV of 16,000 samples a second, whose waves are as high as `value`."""
    data = struct.pack(f"<{samples}h", *(value if place % 20 < 10 else -value for place in range(samples)))
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16)
    return head + struct.pack("<4sI", b"data", len(data)) + data


@dataclass
class RequestedFleet:
    """A device of a deployment that counts, and one open request."""

    fleet: CountingFleet
    request: SampleRequest

    @property
    def client(self) -> DeviceClient:
        """The device."""
        return self.fleet.client

    @property
    def offer(self) -> SampleOffer:
        """The request as the device gets it."""
        (offer,) = self.client.poll().json()["samples"]
        return SampleOffer.from_json(offer)

    def answer(self, kind: AnswerKind = AnswerKind.YES, number: int = 1, **changes: Any) -> Any:
        """Sends the answer of the owner, with all purposes unless `changes` say others. Returns the reply."""
        request = str(changes.pop("request", self.request.pk))
        terms = self.request.terms
        purposes = changes.pop("purposes", tuple(sorted(terms.requested_purposes)))
        digest = changes.pop("terms", terms.digest(purposes))
        is_yes = kind is AnswerKind.YES
        message = OfferAnswer(request, number, kind, purposes if is_yes else (), digest if is_yes else "")
        response = (changes.pop("client", None) or self.client).send(
            "POST", SAMPLE_ANSWERS, message.to_json(), **changes
        )
        return response.json() if response.status_code == 200 else response

    def window(self, data: bytes | None = None, number: int = 1, **changes: Any) -> Any:
        """Sends a window. Returns the reply."""
        request = str(changes.pop("request", self.request.pk))
        message = SampleWindow(request, number, "wav", wav() if data is None else data).to_json()
        response = (changes.pop("client", None) or self.client).send("POST", SAMPLE_WINDOWS, message, **changes)
        return response.json() if response.status_code == 200 else response


def fleet_with_request(organisation: Organisation, project: Project, developer: User, **wanted: Any) -> RequestedFleet:
    """Returns a device that is asked for what the rune calls knock, or for what `wanted` says."""
    fleet = counting_fleet(organisation, project, developer, HEARING)
    request = ask_for_samples(developer, fleet.deployment, **(wanted or {"label": "knock"}))
    return RequestedFleet(fleet, request)
