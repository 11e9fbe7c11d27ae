"""Consents, and what became of one that was withdrawn, as JSON, and what requests say of them."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.datasets.consent.actions import purposes_of
from forge.datasets.consent_terms import MAX_DAYS, Purpose
from forge.datasets.models.consents import Consent
from forge.datasets.removals.report import RemovalReport


class DataTermsJson(TypedDict):
    """The terms that a person reads before they give recordings."""

    purposes: list[Annotated[str, choices("DataPurpose", list(Purpose))]]
    days: int
    ends: Timestamp | None
    text: str


class DataConsentJson(TypedDict):
    """A person's consent."""

    id: Uuid
    person: PersonJson | None
    purposes: list[Annotated[str, choices("DataPurpose", list(Purpose))]]
    text: str
    agreed: Timestamp
    ends: Timestamp | None
    withdrawn: Timestamp | None


class DataCopyJson(TypedDict):
    """An earlier copy: a person fetched the recordings of a version."""

    version: int
    layout: str
    by_program: Annotated[bool, "whether a token fetched it, as `rune data pull` does"]
    created: Timestamp


class DataWithdrawnJson(TypedDict):
    """The result of withdrawing a consent, and the copies that it cannot reach."""

    samples: int
    versions: Annotated[list[int], "those that have tombstones since"]
    stopped_work: Annotated[list[str], "what worked with the samples and was stopped, as sentences"]
    copies: Annotated[list[DataCopyJson], "exports and pulls of before that may have the recordings"]
    backups_until: Annotated[
        Timestamp | None, "from when on no backup of the server has them; null where the operator does not say"
    ]


class DataAgreementSerializer(serializers.Serializer[None]):
    """Agreeing to the terms of recordings."""

    purposes = serializers.ListField(child=serializers.ChoiceField([each.value for each in Purpose]), max_length=4)
    days = serializers.IntegerField(min_value=0, max_value=MAX_DAYS, help_text="0: until somebody deletes them")
    text = serializers.CharField(max_length=4000, help_text="the `text` of the terms that were read")


def consent_to_json(consent: Consent) -> DataConsentJson:
    """A consent, found by `forge.datasets.access`."""
    return {
        "id": str(consent.pk),
        "person": person_to_json(consent.person) if consent.person else None,
        "purposes": [each.value for each in Purpose if each in purposes_of(consent)],
        "text": consent.text,
        "agreed": consent.agreed.isoformat(),
        "ends": consent.ends.isoformat() if consent.ends else None,
        "withdrawn": consent.withdrawn.isoformat() if consent.withdrawn else None,
    }


def withdrawn_to_json(report: RemovalReport | None) -> DataWithdrawnJson:
    """The result of a withdrawal; `report` is None where it covered no samples."""
    if report is None:
        return {"samples": 0, "versions": [], "stopped_work": [], "copies": [], "backups_until": None}
    until = report.backups_until
    return {
        "samples": report.removal.count,
        "versions": [each.number for each in report.versions],
        "stopped_work": report.removal.stopped,
        "copies": [
            {
                "version": each.version.number,
                "layout": each.layout,
                "by_program": each.by_program,
                "created": each.created.isoformat(),
            }
            for each in report.copies
        ],
        "backups_until": until.isoformat() if until else None,
    }
