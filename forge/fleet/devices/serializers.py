"""Devices, requests to them, their timeline and offers of them as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.fleet.devices.labels import labels_of
from forge.fleet.devices.models import (
    ClaimedWith,
    Device,
    DeviceDay,
    DeviceEntry,
    DeviceRequest,
    HandOver,
    PersonEntry,
)
from forge.fleet.devices.releases import release_of
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reports import EventKind, Phase, SelfTestOutcome
from hmrd.protocol.wanted import RequestKind

TrustJson = Annotated[str, choices("DeviceTrust", [each.value for each in TrustKind])]
ProblemNameJson = Annotated[str, choices("DeviceProblemName", [each.value for each in ProblemName])]
RequestKindJson = Annotated[str, choices("DeviceRequestKind", [each.value for each in RequestKind])]

SelfTestOutcomeJson = Annotated[str, choices("SelfTestOutcome", [each.value for each in SelfTestOutcome])]


class InstalledRuneJson(TypedDict):
    """A rune in a slot of a device."""

    version: str
    rune: Annotated[str, "its digest"]


class RunningRuneJson(InstalledRuneJson):
    """The rune that a device runs."""

    deployment: Annotated[str, "such as `acme/door-knock/gateways`; empty for a rune that was deployed on the device"]
    number: Annotated[int, "the number of the release"]


class WantedRuneJson(InstalledRuneJson):
    """The release that a device shall run."""

    deployment: str
    title: Annotated[str, "the deployment, as pages call it"]
    number: int


class DeviceProblemJson(TypedDict):
    """The reason why a device does not run what is wanted, or why something that was asked failed."""

    name: ProblemNameJson
    detail: str


class DeviceOfferJson(TypedDict):
    """The offer of a device to another organisation."""

    to: Annotated[str, "the name of the other organisation"]
    offered: Timestamp
    accepted: Annotated[Timestamp | None, "null until a member of the other organisation accepts it"]


class DeviceRightsJson(TypedDict):
    """The acts that the reader may do to a device."""

    change: bool
    read_logs: bool
    lock_out: Annotated[bool, "also whether they may retire it, hand it over and ask for a new key"]


class DeviceJson(TypedDict):
    """A device with the last state that it reported."""

    id: Uuid
    name: str
    note: str
    labels: dict[str, str]
    board: str
    agent: Annotated[str, "its client and the version of that, such as `hmrd 0.1.0`"]
    trust: TrustJson
    trusted_keys: Annotated[list[str], "the fingerprints of the keys at home that it pinned"]
    fingerprint: Annotated[str, "identifies its key; empty for a stock client"]
    is_signed: Annotated[
        bool, "whether its key signs its reports; a stock client has none, so anybody with its token can report"
    ]
    claimed: Timestamp
    claimed_with: Annotated[str, choices("ClaimedWith", ClaimedWith.values)]
    claimed_by: PersonJson | None
    batch: Annotated[str | None, "the title of the batch that it came with"]
    locked_out: Annotated[Timestamp | None, "since when its key is refused"]
    retired: Timestamp | None
    seen: Annotated[Timestamp | None, "its last poll or report"]
    reported: Timestamp | None
    phase: Annotated[str, choices("DevicePhase", [each.value for each in Phase])]
    running: Annotated[RunningRuneJson | None, "null while nothing runs"]
    other: Annotated[InstalledRuneJson | None, "what its second slot has"]
    wanted: Annotated[WantedRuneJson | None, "null while no deployment is for it"]
    self_test: Annotated[SelfTestOutcomeJson | None, "the last one; null before the first"]
    self_tested: Timestamp | None
    problem: DeviceProblemJson | None
    totals: Annotated[dict[str, int], "counts since it joined"]
    offer: DeviceOfferJson | None
    may: DeviceRightsJson


class DeviceRequestJson(TypedDict):
    """Something that was asked of a device."""

    id: int
    kind: RequestKindJson
    created: Timestamp
    created_by: Annotated[PersonJson | None, "null where the server asked by itself"]
    answered: Annotated[Timestamp | None, "null while the device has not answered"]
    problem: DeviceProblemJson | None


class DeviceLogJson(DeviceRequestJson):
    """A request with the log that it came to, which is kept for seven days."""

    log: Annotated[str, "the daemon's own lines; empty for other requests, and for a reader who may not read logs"]


class TimelineEntryJson(TypedDict):
    """A line of a device's timeline."""

    kind: Annotated[str, choices("DeviceEntryKind", [*(each.value for each in EventKind), *PersonEntry.values])]
    at: Annotated[Timestamp, "by the clock of the device, where the device reported it"]
    received: Timestamp
    version: str
    rune: str
    seconds: Annotated[int | None, "how long it took"]
    problem: DeviceProblemJson | None
    person: PersonJson | None


class DeviceDayJson(TypedDict):
    """The counts of a device on a day in UTC."""

    day: str
    reports: int
    restarts: int
    traps: int
    slow_runs: int
    fallbacks: int
    answers_dropped: int


class DeviceDaysJson(TypedDict):
    """The counts of a device by day, the newest first."""

    days: list[DeviceDayJson]


class OfferedDeviceJson(TypedDict):
    """A device that another organisation offers to this one."""

    id: Uuid
    giver: Annotated[str, "the name of the organisation that offers it"]
    device: Annotated[str, "its name there"]
    board: str
    agent: str
    fingerprint: str
    offered: Timestamp
    accepted: Annotated[Timestamp | None, "since when it is on its way: it deletes what it recorded first"]
    name: Annotated[str, "the name that it gets here; empty until it is accepted"]


class OfferedDevicesJson(TypedDict):
    """The devices that other organisations offer to this one, the newest offer first."""

    hand_overs: list[OfferedDeviceJson]


def device_to_json(device: Device, actor: Actor) -> DeviceJson:
    """Returns a device, found by `forge.fleet.access`, for somebody who may see it."""
    return {
        "id": str(device.pk),
        "name": device.name,
        "note": device.note,
        "labels": labels_of(device),
        "board": device.board,
        "agent": device.agent,
        "trust": device.trust,
        "trusted_keys": device.trusted_keys,
        "fingerprint": device.fingerprint,
        "is_signed": device.public_key is not None,
        "claimed": device.claimed.isoformat(),
        "claimed_with": device.claimed_with,
        "claimed_by": person_to_json(device.claimed_by) if device.claimed_by else None,
        "batch": device.batch.title if device.batch else None,
        "locked_out": device.locked_out.isoformat() if device.locked_out else None,
        "retired": device.retired.isoformat() if device.retired else None,
        "seen": device.seen.isoformat() if device.seen else None,
        "reported": device.reported.isoformat() if device.reported else None,
        "phase": device.phase,
        "running": _running(device),
        "other": {"version": device.other_version, "rune": device.other_rune} if device.other_rune else None,
        "wanted": _wanted(device),
        "self_test": device.self_test or None,
        "self_tested": device.self_tested.isoformat() if device.self_tested else None,
        "problem": _problem(device),
        "totals": device.totals,
        "offer": _offer(device),
        "may": {
            "change": can(actor, Verb.CHANGE_DEVICES, device.organisation),
            "read_logs": can(actor, Verb.READ_DEVICE_LOGS, device.organisation),
            "lock_out": can(actor, Verb.LOCK_OUT_DEVICES, device.organisation),
        },
    }


def request_to_json(request: DeviceRequest) -> DeviceRequestJson:
    """Returns a request to a device."""
    return {
        "id": request.pk,
        "kind": request.kind,
        "created": request.created.isoformat(),
        "created_by": person_to_json(request.created_by) if request.created_by else None,
        "answered": request.answered.isoformat() if request.answered else None,
        "problem": _problem(request),
    }


def log_to_json(request: DeviceRequest, *, may_read: bool) -> DeviceLogJson:
    """Returns a request to a device with its log, for who may read that."""
    return {**request_to_json(request), "log": request.log if may_read else ""}


def entry_to_json(entry: DeviceEntry) -> TimelineEntryJson:
    """Returns a line of a timeline."""
    return {
        "kind": entry.kind,
        "at": entry.at.isoformat(),
        "received": entry.received.isoformat(),
        "version": entry.version,
        "rune": entry.rune,
        "seconds": entry.seconds,
        "problem": _problem(entry),
        "person": person_to_json(entry.person) if entry.person else None,
    }


def day_to_json(day: DeviceDay) -> DeviceDayJson:
    """Returns the counts of a day."""
    return {
        "day": day.day.isoformat(),
        "reports": day.reports,
        "restarts": day.restarts,
        "traps": day.traps,
        "slow_runs": day.slow_runs,
        "fallbacks": day.fallbacks,
        "answers_dropped": day.answers_dropped,
    }


def offered_to_json(offer: HandOver) -> OfferedDeviceJson:
    """Returns an offer, for the organisation that may accept it: no label, note or version of the other one."""
    return {
        "id": str(offer.pk),
        "giver": offer.device.organisation.name,
        "device": offer.device.name,
        "board": offer.device.board,
        "agent": offer.device.agent,
        "fingerprint": offer.device.fingerprint,
        "offered": offer.offered.isoformat(),
        "accepted": offer.accepted.isoformat() if offer.accepted else None,
        "name": offer.name,
    }


def _running(device: Device) -> RunningRuneJson | None:
    if not device.running_rune:
        return None
    return {
        "deployment": device.running_deployment,
        "number": device.running_number,
        "version": device.running_version,
        "rune": device.running_rune,
    }


def _wanted(device: Device) -> WantedRuneJson | None:
    assignment, release = device.assignment, release_of(device)
    if assignment is None or release is None or not release.rune:
        return None
    return {
        "deployment": assignment.path,
        "title": assignment.title,
        "number": release.number,
        "version": release.version,
        "rune": release.rune,
    }


def _problem(row: Device | DeviceEntry | DeviceRequest) -> DeviceProblemJson | None:
    return {"name": row.problem, "detail": row.problem_detail} if row.problem else None


def _offer(device: Device) -> DeviceOfferJson | None:
    offer = getattr(device, "hand_over", None)
    if offer is None:
        return None
    return {
        "to": offer.to.name,
        "offered": offer.offered.isoformat(),
        "accepted": offer.accepted.isoformat() if offer.accepted else None,
    }
