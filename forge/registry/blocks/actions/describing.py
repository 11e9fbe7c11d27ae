"""Advice against a version of a block."""

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
from forge.projects.models import Project, Visibility
from forge.projects.place import PROJECT
from forge.registry.blocks.access import find_block, find_path
from forge.registry.blocks.announcements import BLOCK_DESCRIBED
from forge.registry.blocks.etag_facets import block_facets
from forge.registry.blocks.models import SUCCESSOR_LENGTH
from forge.registry.blocks.serializers import BLOCK
from forge.registry.models import BlockVersion
from forge.registry.tags.messages import checked_sentence
from rune.blocks.shared_path import SharedPath, is_block_version, parse_shared_path

_DEPRECATION = "blocks/<str:block>/<str:version>/deprecation"


@act(
    "PUT",
    PROJECT,
    _DEPRECATION,
    "blocks_deprecate",
    verb=Verb.PUBLISH,
    state=IF_MATCH,
    answer=BLOCK,
    raises=(Conflict, Invalid),
)
def deprecate_block(
    actor: Actor,
    project: Project,
    block: str,
    version: str,
    reason: Annotated[str, CharField(max_length=2000)],
    successor: Annotated[str, CharField(max_length=SUCCESSOR_LENGTH, allow_blank=True)] = "",
    *,
    precondition: Precondition = None,
) -> BlockVersion:
    """Deprecates a version, with a reason and what to take in its place: a version of the block, or another block
    (`acme/sounds#calm@2.0`). Projects that use it go on building, with a warning."""
    reason = checked_sentence(reason, "reason", "Write a reason, so that people know what to do.")
    row = find_block(actor, project, block, version)
    return _advise(actor, project, row, reason, _checked_successor(actor, row, successor.strip()), precondition)


@act("DELETE", PROJECT, _DEPRECATION, "blocks_undeprecate", verb=Verb.PUBLISH, state=IF_MATCH, answer=BLOCK)
def end_block_deprecation(
    actor: Actor, project: Project, block: str, version: str, *, precondition: Precondition = None
) -> BlockVersion:
    """Takes the advice back."""
    return _advise(actor, project, find_block(actor, project, block, version), "", "", precondition)


def _checked_successor(actor: Actor, block: BlockVersion, successor: str) -> str:
    """The path of what to take in place of a block: it is published, and nobody advises against it."""
    if not successor:
        return ""
    path = SharedPath(block.shared_name, successor) if is_block_version(successor) else parse_shared_path(successor)
    successor_version = None if path is None else find_path(actor, path)
    message = ""
    if path is None:
        message = "Name a version of it, like 1.3, or another block, like acme/sounds#calm@2.0."
    elif successor_version is None:
        message = f"There is no block {path} that you can see. Publish it first, or leave this empty."
    elif successor_version.pk == block.pk:
        message = "A version cannot be taken in place of itself."
    elif successor_version.deprecation:
        message = f"{path} is deprecated too. Name one that people should take."
    elif not _reaches(successor_version, block):
        message = f"{path} is not open to everyone who uses {block.shared_name}. Name one that they can use."
    if message:
        raise Invalid(message, errors={"successor": [message]})
    return str(path)


def _reaches(successor: BlockVersion, block: BlockVersion) -> bool:
    """Returns whether everybody who can use a block can use its replacement: it names nothing that they may not see."""
    one, other = successor.repository.project, block.repository.project
    return one.organisation_id == other.organisation_id and _openness(one) >= _openness(other)


def _openness(project: Project) -> int:
    return (Visibility.PRIVATE, Visibility.INTERNAL, Visibility.PUBLIC).index(Visibility(project.visibility))


@transaction.atomic
def _advise(
    actor: Actor, project: Project, version: BlockVersion, reason: str, successor: str, precondition: Precondition
) -> BlockVersion:
    rows = BlockVersion.objects.select_for_update(of=("self",), no_key=True)
    block = rows.select_related("manifest", "repository__project__organisation", "source_version").get(pk=version.pk)
    require_precondition(block_facets(block), precondition)
    if (block.deprecation, block.successor) == (reason, successor):
        return block
    block.deprecation, block.deprecated = reason, (block.deprecated or timezone.now()) if reason else None
    block.successor = successor
    block.save(update_fields=["deprecation", "deprecated", "successor"])
    facts = {"block": block.name, "version": block.version}
    why = {"reason": reason, "successor": successor} if reason else {}
    action = "block.deprecate" if reason else "block.undeprecate"
    write_entry(actor, action, f"project:{project.pk}", project.place, **facts, **why)
    append_event(project.stream, BLOCK_DESCRIBED(**facts), actor)
    return block
