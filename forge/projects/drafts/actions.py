"""Drafts of a project's files: starting one, and discarding it."""

from __future__ import annotations

import secrets
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.permissions import Verb
from forge.accounts.principals import PrincipalKind
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.database.numbers import next_number
from forge.core.events.log import append_event
from forge.projects.access import require
from forge.projects.drafts.access import find_draft
from forge.projects.drafts.announcements import DRAFT_CHANGED, DraftStep
from forge.projects.drafts.serializers import DRAFT_ANSWER
from forge.projects.errors import TooManyDrafts
from forge.projects.files.document import entries
from forge.projects.files.document_store import append_update, read_document
from forge.projects.files.storage import link_uploaded
from forge.projects.models import LONGEST_REQUEST, MAX_DESCRIPTION, Draft, Fork, Project
from forge.projects.place import PROJECT, below_project
from forge.projects.versions.store import snapshot

MOST_DRAFTS = 50
"""Drafts of a project that may be written at once."""
DRAFT = below_project("drafts/<int:number>/", lambda actor, project, names: find_draft(actor, project, names["number"]))

Title = Annotated[str, CharField(max_length=MAX_DESCRIPTION, help_text="a few words that say what changes")]
Request = Annotated[
    str, CharField(max_length=LONGEST_REQUEST, allow_blank=True, help_text="the task, as the person gave it")
]


@act("POST", PROJECT, "drafts", "drafts_start", verb=Verb.DRAFT, state=MAKES, answer=DRAFT_ANSWER, raises=TooManyDrafts)
def start_draft(actor: Actor, project: Project, title: Title, request: Request = "") -> Draft:
    """Starts a draft with the project's files as they are now."""
    return begin_draft(actor, project, title, request)


def begin_draft(actor: Actor, project: Project, title: str, request: str, *, agent_name: str = "") -> Draft:
    """Starts a draft, which has the name of the agent that writes it. Raises `Forbidden`, `NotFound`, `TooManyDrafts`
    and `StorageQuotaReached`."""
    require(actor, Verb.DRAFT, project)
    require_room(project.organisation_id)
    state = read_document(project.pk).document().get_update()
    with transaction.atomic():
        Project.objects.lock(project.pk)
        drafts = Draft.objects.filter(files__draft_of=project)
        if drafts.filter(ended__isnull=True).count() >= MOST_DRAFTS:
            raise TooManyDrafts(f"{MOST_DRAFTS} drafts of {project.full_name} are open. Discard some of them.")
        files = _row_of_draft(actor, project, state)
        draft = Draft.objects.create(
            files=files,
            number=next_number(drafts),
            title=title[:MAX_DESCRIPTION],
            request=request[:LONGEST_REQUEST],
            agent=UUID(str(actor.id)) if actor.kind == PrincipalKind.AGENT else None,
            agent_name=agent_name,
        )
        _note(actor, draft, "draft.start", DraftStep.STARTED)
    base = snapshot(files, actor.person)
    # Its changes are offered to the project as those of a fork are.
    Fork.objects.create(project=files, origin=project, base=base, is_duplicate=True)
    return draft


@act("DELETE", DRAFT, "", "drafts_discard", verb=Verb.DRAFT, state=ENDS, answer=DONE)
@transaction.atomic
def discard_draft(actor: Actor, draft: Draft) -> None:
    """Ends a draft. Nobody edits it any more; what was offered of it stays."""
    _end(draft)
    _note(actor, draft, "draft.discard", DraftStep.DISCARDED)


def _row_of_draft(actor: Actor, project: Project, state: bytes) -> Project:
    """Returns the row of a new draft, whose document has the text and the ids of the project's files."""
    files = Project.objects.create(
        organisation=project.organisation,
        name=f"draft-{secrets.token_hex(6)}",
        created_by=actor.person,
        template=project.template,
        draft_of=project,
    )
    append_update(files.pk, state, None, origin="api")
    document = read_document(files.pk).document()
    link_uploaded(files, [entry.digest for entry in entries(document) if entry.digest], files)
    files.refresh_from_db()
    return files


def _end(draft: Draft) -> None:
    """A row that is deleted takes no edits and has no address."""
    draft.ended = draft.files.deleted_at = timezone.now()
    draft.save(update_fields=["ended"])
    draft.files.save(update_fields=["deleted_at"])


def _note(actor: Actor, draft: Draft, action: str, step: DraftStep) -> None:
    write_entry(actor, action, draft.project.stream, draft.project.place, number=draft.number, title=draft.title)
    append_event(draft.project.stream, DRAFT_CHANGED(number=draft.number, step=step), actor)
