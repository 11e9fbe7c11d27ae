"""Statuses of runes as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.exposure.models import VexJustification, VexStatement, VexStatus

VexStatusJson = Annotated[str, choices("VexStatus", VexStatus.values)]
VexJustificationJson = Annotated[str, choices("VexJustification", ["", *VexJustification.values])]


class VexStatementRowJson(TypedDict):
    """A status of a rune for an advisory, in the words of OpenVEX."""

    id: Uuid
    project: Annotated[str, "such as `acme/door-knock`"]
    rune: Annotated[str, "the digest of the rune"]
    advisory: str
    status: VexStatusJson
    justification: VexJustificationJson
    statement: str
    by: PersonJson | None
    at: Timestamp


def statement_to_json(row: VexStatement) -> VexStatementRowJson:
    """Returns a status as JSON."""
    return {
        "id": str(row.pk),
        "project": row.project.full_name,
        "rune": row.rune,
        "advisory": row.advisory,
        "status": row.status,
        "justification": row.justification,
        "statement": row.statement,
        "by": person_to_json(row.author) if row.author else None,
        "at": row.at.isoformat(),
    }


VEX_ANSWER: ActAnswer[VexStatement] = ActAnswer(statement_to_json, status=201)
