"""The labels that people gave in the queue, as JSON."""

from __future__ import annotations

from typing import TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp
from forge.datasets.models.labelling import SampleOpinion


class DataOpinionJson(TypedDict):
    """The label that a person gave a sample in the queue."""

    person: PersonJson | None
    label: str
    created: Timestamp


def opinion_to_json(opinion: SampleOpinion) -> DataOpinionJson:
    """The label that a person gave."""
    return {
        "person": person_to_json(opinion.person) if opinion.person else None,
        "label": opinion.label,
        "created": opinion.created.isoformat(),
    }
