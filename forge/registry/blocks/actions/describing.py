"""Advice against a version of a block."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.models import Project, Visibility
from forge.registry.blocks.access import find_block, find_path
from forge.registry.blocks.announcements import BLOCK_DESCRIBED
from forge.registry.blocks.facets import block_facets
from forge.registry.models import BlockVersion
from forge.registry.tags.messages import checked_sentence
from rune.blocks.shared_path import SharedPath, is_block_version, parse_shared_path


def deprecate_block(
    actor: Actor,
    project: Project,
    name: str,
    version: str,
    reason: str,
    successor: str = "",
    *,
    precondition: Precondition = None,
) -> BlockVersion:
    """Advises against a version of a block, with a reason and what to take in its place: another version of it, or
    another block by its path. It can still be used: who depends on it is warned. Raises `Forbidden`, `NoSuchBlock`,
    `Stale` and `Invalid`."""
    require(actor, Verb.PUBLISH, project)
    reason = checked_sentence(reason, "reason", "Write a reason, so that people know what to do.")
    block = find_block(actor, project, name, version)
    return _say(actor, project, block, reason, _checked_successor(actor, block, successor.strip()), precondition)


def end_block_deprecation(
    actor: Actor, project: Project, name: str, version: str, *, precondition: Precondition = None
) -> BlockVersion:
    """Takes the advice back. Raises `Forbidden`, `NoSuchBlock` and `Stale`."""
    require(actor, Verb.PUBLISH, project)
    return _say(actor, project, find_block(actor, project, name, version), "", "", precondition)


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
    """Whether everybody who can use a block can use what is named in its place: it names nothing that they may not
    see."""
    one, other = successor.repository.project, block.repository.project
    return one.organisation_id == other.organisation_id and _openness(one) >= _openness(other)


def _openness(project: Project) -> int:
    return (Visibility.PRIVATE, Visibility.INTERNAL, Visibility.PUBLIC).index(Visibility(project.visibility))


@transaction.atomic
def _say(
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
