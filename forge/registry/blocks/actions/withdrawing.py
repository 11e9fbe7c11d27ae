"""Taking a published version of a block back: no list has it and nobody gets it by name. Its bytes stay for projects
that have its digest in their lock."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.blocks.access import find_any_block
from forge.registry.blocks.announcements import BLOCK_DESCRIBED
from forge.registry.blocks.facets import block_facets
from forge.registry.models import BlockVersion
from forge.registry.tags.messages import checked_sentence


@transaction.atomic
def withdraw_block(
    actor: Actor, project: Project, name: str, version: str, reason: str, *, precondition: Precondition = None
) -> BlockVersion:
    """Takes a version of a block back, with a reason.

    No list has it, no project finds it by its name; projects that have its digest in their lock go on building, with a
    warning. The version never means other bytes. Raises `Forbidden`, `NoSuchBlock`, `Stale` and
    `Invalid`.
    """
    require(actor, Verb.PUBLISH, project)
    reason = checked_sentence(reason, "reason", "Write a reason, so that people know what to do.")
    block = _lock_block(find_any_block(actor, project, name, version))
    require_precondition(block_facets(block), precondition)
    if block.withdrawal == reason:
        return block
    block.withdrawn, block.withdrawal = block.withdrawn or timezone.now(), reason
    block.save(update_fields=["withdrawn", "withdrawal"])
    facts = {"block": block.name, "version": block.version}
    write_entry(actor, "block.withdraw", f"project:{project.pk}", project.place, **facts, reason=reason)
    append_event(project.stream, BLOCK_DESCRIBED(**facts), actor)
    return block


@transaction.atomic
def end_block_withdrawal(
    actor: Actor, project: Project, name: str, version: str, *, precondition: Precondition = None
) -> BlockVersion:
    """Lists and offers a version again. Raises `Forbidden`, `NoSuchBlock` and `Stale`."""
    require(actor, Verb.PUBLISH, project)
    block = _lock_block(find_any_block(actor, project, name, version))
    require_precondition(block_facets(block), precondition)
    if not block.is_withdrawn:
        return block
    block.withdrawn, block.withdrawal = None, ""
    block.save(update_fields=["withdrawn", "withdrawal"])
    facts = {"block": block.name, "version": block.version}
    write_entry(actor, "block.restore", f"project:{project.pk}", project.place, **facts)
    append_event(project.stream, BLOCK_DESCRIBED(**facts), actor)
    return block


def _lock_block(block: BlockVersion) -> BlockVersion:
    rows = BlockVersion.objects.select_for_update(of=("self",), no_key=True)
    blocks = rows.select_related("manifest", "author", "repository__project__organisation", "source_version")
    return blocks.get(pk=block.pk)
