"""Setting the status of a rune for an advisory (VEX)."""

from __future__ import annotations

from typing import Annotated, Final

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, ChoiceField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import COMPARES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, NotFound
from forge.core.events.log import append_event
from forge.exposure.announcements import VEX_STATED
from forge.exposure.bills.known_runes import RunePlace, project_places
from forge.exposure.models import LONGEST_STATEMENT, VexJustification, VexStatement, VexStatus
from forge.exposure.vex.serializers import VEX_ANSWER
from forge.exposure.vex.statuses import history_of
from forge.projects.models import Project
from forge.projects.place import PROJECT
from forge.registry.provenance.advisories.osv import LONGEST_ID, is_advisory_id
from rune.digests import DIGEST_LENGTH

_STATEMENT_NEEDED: Final = "Write what people who use it must do: update, switch it off, or wait for a fixed version."


class OtherStatement(Conflict):
    """Somebody else set another status meanwhile."""

    title = "The status has changed since you read it"


@act(
    "POST",
    PROJECT,
    "vex-statements",
    "vex_statements_create",
    verb=Verb.DEPLOY,
    state=COMPARES,
    answer=VEX_ANSWER,
    raises=(Conflict, Invalid),
)
@transaction.atomic
def state_vex(
    actor: Actor,
    project: Project,
    rune: Annotated[str, CharField(max_length=DIGEST_LENGTH)],
    advisory: Annotated[str, CharField(max_length=LONGEST_ID)],
    status: Annotated[str, ChoiceField(VexStatus.choices)],
    justification: Annotated[str, ChoiceField(VexJustification.choices, allow_blank=True)] = "",
    statement: Annotated[str, CharField(max_length=LONGEST_STATEMENT, allow_blank=True)] = "",
    replaces: Annotated[str, CharField(max_length=36, allow_blank=True)] = "",
) -> VexStatement:
    """Sets the status of a rune for an advisory. `replaces` is the id of the statement that counted when the caller
    read it, or empty if there was none. Statements are never changed: the former ones are the history."""
    _check(advisory, status, justification, statement)
    advisory = advisory.upper()
    Project.objects.select_for_update(of=("self",), no_key=True).get(pk=project.pk)
    place = _place(project, rune)
    former = history_of(project, rune, advisory).first()
    if (str(former.pk) if former else "") != replaces:
        raise OtherStatement(_meanwhile(former))
    row = VexStatement.objects.create(
        project=project,
        rune=rune,
        advisory=advisory,
        status=status,
        justification=justification,
        statement=statement.strip(),
        author=actor.person,
        at=timezone.now(),
    )
    facts = {"rune": rune, "version": place.version, "advisory": advisory, "status": status}
    reason = row.statement or row.get_justification_display()
    write_entry(actor, "vex.state", project.stream, project.place, **facts, statement=reason)
    append_event(project.stream, VEX_STATED(**facts, justification=justification), actor)
    return row


def _check(advisory: str, status: str, justification: str, statement: str) -> None:
    """Refuses what no OpenVEX document may say. Raises `Invalid`."""
    if not is_advisory_id(advisory):
        raise _invalid("advisory", "This is not the id of an advisory, such as CVE-2026-1234.")
    if status not in VexStatus:
        raise _invalid("status", "Choose a status.")
    if status == VexStatus.NOT_AFFECTED and justification not in VexJustification:
        raise _invalid("justification", "Choose why the rune is not affected.")
    if status != VexStatus.NOT_AFFECTED and justification:
        raise _invalid("justification", "Only a rune that is not affected has such a reason.")
    if status == VexStatus.AFFECTED and not statement.strip():
        raise _invalid("statement", _STATEMENT_NEEDED)
    if len(statement) > LONGEST_STATEMENT:
        raise _invalid("statement", f"Write at most {LONGEST_STATEMENT} characters.")


def _place(project: Project, rune: str) -> RunePlace:
    """Returns the newest name of a rune of a project. Raises `NotFound`."""
    places = project_places(project.pk, rune)
    if not places:
        raise NotFound("The project published no such rune.")
    return places[-1]


def _meanwhile(former: VexStatement | None) -> str:
    if former is None:
        return "The statement that you read is not the one that counts. Read the status again."
    who = former.author or "Somebody who left"
    return f"{who} set it to “{former.get_status_display()}” meanwhile. Read that first, then set yours."


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, errors={field: [message]})
