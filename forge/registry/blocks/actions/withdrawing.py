"""Taking a published version of a block back: no list has it and nobody gets it by name. Its bytes stay for projects
that have its digest in their lock."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.models import Project
from forge.projects.place import PROJECT
from forge.registry.blocks.access import find_any_block
from forge.registry.blocks.announcements import BLOCK_DESCRIBED
from forge.registry.blocks.etag_facets import block_facets
from forge.registry.blocks.serializers import BLOCK
from forge.registry.models import BlockVersion
from forge.registry.tags.messages import checked_sentence

_WITHDRAWAL = "blocks/<str:block>/<str:version>/withdrawal"


@act(
    "PUT",
    PROJECT,
    _WITHDRAWAL,
    "blocks_withdraw",
    verb=Verb.PUBLISH,
    state=IF_MATCH,
    answer=BLOCK,
    raises=(Conflict, Invalid),
)
@transaction.atomic
def withdraw_block(
    actor: Actor,
    project: Project,
    block: str,
    version: str,
    reason: Annotated[str, CharField(max_length=2000)],
    *,
    precondition: Precondition = None,
) -> BlockVersion:
    """Withdraws a version, with a reason: it is listed, offered and fetched by name no more. Projects that have its
    digest in their `rune.lock` go on building, with a warning. The version never means other bytes."""
    reason = checked_sentence(reason, "reason", "Write a reason, so that people know what to do.")
    row = _lock_block(find_any_block(actor, project, block, version))
    require_precondition(block_facets(row), precondition)
    if row.withdrawal == reason:
        return row
    row.withdrawn, row.withdrawal = row.withdrawn or timezone.now(), reason
    row.save(update_fields=["withdrawn", "withdrawal"])
    facts = {"block": row.name, "version": row.version}
    write_entry(actor, "block.withdraw", f"project:{project.pk}", project.place, **facts, reason=reason)
    append_event(project.stream, BLOCK_DESCRIBED(**facts), actor)
    return row


@act("DELETE", PROJECT, _WITHDRAWAL, "blocks_end_withdrawal", verb=Verb.PUBLISH, state=IF_MATCH, answer=BLOCK)
@transaction.atomic
def end_block_withdrawal(
    actor: Actor, project: Project, block: str, version: str, *, precondition: Precondition = None
) -> BlockVersion:
    """Lists and offers it again."""
    row = _lock_block(find_any_block(actor, project, block, version))
    require_precondition(block_facets(row), precondition)
    if not row.is_withdrawn:
        return row
    row.withdrawn, row.withdrawal = None, ""
    row.save(update_fields=["withdrawn", "withdrawal"])
    facts = {"block": row.name, "version": row.version}
    write_entry(actor, "block.restore", f"project:{project.pk}", project.place, **facts)
    append_event(project.stream, BLOCK_DESCRIBED(**facts), actor)
    return row


def _lock_block(block: BlockVersion) -> BlockVersion:
    rows = BlockVersion.objects.select_for_update(of=("self",), no_key=True)
    blocks = rows.select_related("manifest", "author", "repository__project__organisation", "source_version")
    return blocks.get(pk=block.pk)
