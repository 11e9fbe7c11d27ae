"""Codes, candidates and batches as JSON."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypedDict

from django.utils import timezone

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.fleet.devices.serializers import TrustJson
from forge.fleet.enrolment.models import ClaimCode, DeviceBatch, DeviceCandidate
from hmrd.protocol.keys import fingerprint

OPEN, USED, REVOKED, EXPIRED = "open", "used", "revoked", "expired"


class ClaimCodeJson(TypedDict):
    """A code that lets one device join within a day."""

    id: Uuid
    hint: Annotated[str, "its first characters"]
    state: Annotated[str, choices("ClaimCodeState", (OPEN, USED, REVOKED, EXPIRED))]
    labels: Annotated[dict[str, str], "the labels that the device gets"]
    note: str
    trust: TrustJson
    created: Timestamp
    created_by: PersonJson | None
    expires: Timestamp
    device: Annotated[str | None, "the name of the device that used it"]


class NewClaimCodeJson(ClaimCodeJson):
    """A code that was made. It is in this answer and in no other."""

    code: str
    command: Annotated[str, "what a person types on the device"]
    key_fingerprints: Annotated[list[str], "the keys at home that the device shall pin; compare them on the device"]


class NewClaimCode(NamedTuple):
    """A code that was made, as a person types it."""

    row: ClaimCode
    code: str
    command: str
    fingerprints: tuple[str, ...]


RequestTimeJson = TypedDict(  # noqa: UP013 (a key of the API)
    "RequestTimeJson", {"asked": Annotated[Timestamp | None, "when the device asked; null until it does"]}
)
"""The time of a candidate's request."""


class DeviceCandidateJson(RequestTimeJson):
    """A device whose label was entered. It joins when it has asked and a member confirms it."""

    id: Uuid
    label: Annotated[str, "the id on its label"]
    labels: dict[str, str]
    note: str
    trust: TrustJson
    created: Timestamp
    created_by: PersonJson | None
    expires: Timestamp
    name: Annotated[str, "the name that it asked for"]
    board: Annotated[str, "empty until it asks"]
    agent: str
    fingerprint: Annotated[str, "identifies its key; compare it with what `hmrd status` shows on the device"]


class DeviceCandidatesJson(TypedDict):
    """The devices that wait for a member, the newest first."""

    candidates: list[DeviceCandidateJson]


class DeviceBatchJson(TypedDict):
    """A certificate with which a number of devices join until a date."""

    id: Uuid
    title: str
    state: Annotated[str, choices("DeviceBatchState", (OPEN, USED, REVOKED, EXPIRED))]
    limit: int
    used: int
    labels: dict[str, str]
    trust: TrustJson
    created: Timestamp
    created_by: PersonJson | None
    expires: Timestamp


class NewDeviceBatchJson(DeviceBatchJson):
    """A batch that was made. Its certificate is in this answer and in no other."""

    certificate: str
    key_fingerprints: Annotated[list[str], "the keys at home that its devices shall pin"]


class NewBatch(NamedTuple):
    """A batch that was made, with its certificate."""

    row: DeviceBatch
    certificate: str
    fingerprints: tuple[str, ...]


def code_to_json(code: ClaimCode) -> ClaimCodeJson:
    """Returns a code, found by `forge.fleet.enrolment.access`."""
    return {
        "id": str(code.pk),
        "hint": code.hint,
        "state": USED if code.used else _state(code),
        "labels": code.labels,
        "note": code.note,
        "trust": code.trust,
        "created": code.created.isoformat(),
        "created_by": person_to_json(code.created_by) if code.created_by else None,
        "expires": code.expires.isoformat(),
        "device": code.device.name if code.device else None,
    }


def new_code_to_json(new: NewClaimCode) -> NewClaimCodeJson:
    """Returns a code that was made."""
    return {
        **code_to_json(new.row),
        "code": new.code,
        "command": new.command,
        "key_fingerprints": list(new.fingerprints),
    }


def candidate_to_json(candidate: DeviceCandidate) -> DeviceCandidateJson:
    """Returns a candidate, found by `forge.fleet.enrolment.access`. The secret of its label stays here."""
    return {
        "id": str(candidate.pk),
        "label": candidate.label,
        "labels": candidate.labels,
        "note": candidate.note,
        "trust": candidate.trust,
        "created": candidate.created.isoformat(),
        "created_by": person_to_json(candidate.created_by) if candidate.created_by else None,
        "expires": candidate.expires.isoformat(),
        "asked": candidate.requested.isoformat() if candidate.requested else None,
        "name": candidate.name,
        "board": candidate.report.get("board", ""),
        "agent": candidate.report.get("agent", ""),
        "fingerprint": fingerprint(candidate.public_key) if candidate.public_key else "",
    }


def batch_to_json(batch: DeviceBatch) -> DeviceBatchJson:
    """Returns a batch, found by `forge.fleet.enrolment.access`."""
    return {
        "id": str(batch.pk),
        "title": batch.title,
        "state": USED if batch.used >= batch.limit else _state(batch),
        "limit": batch.limit,
        "used": batch.used,
        "labels": batch.labels,
        "trust": batch.trust,
        "created": batch.created.isoformat(),
        "created_by": person_to_json(batch.created_by) if batch.created_by else None,
        "expires": batch.expires.isoformat(),
    }


def new_batch_to_json(new: NewBatch) -> NewDeviceBatchJson:
    """Returns a batch that was made."""
    return {**batch_to_json(new.row), "certificate": new.certificate, "key_fingerprints": list(new.fingerprints)}


def _state(row: ClaimCode | DeviceBatch) -> str:
    if row.revoked is not None:
        return REVOKED
    return EXPIRED if row.expires <= timezone.now() else OPEN
