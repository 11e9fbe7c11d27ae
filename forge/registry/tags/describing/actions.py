"""A project's statements about its published versions: release notes, and deprecation."""

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
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.registry.tags.access import find_tag
from forge.registry.tags.describing.announcements import TAG_DESCRIBED
from forge.registry.tags.facets import advice_facets, notes_facets
from forge.registry.tags.messages import checked_notes, checked_sentence


@transaction.atomic
def describe_tag(actor: Actor, project: Project, name: str, notes: str, *, precondition: Precondition = None) -> Tag:
    """Writes what is new in a version, in place of what was said before; "" for nothing. Raises `Forbidden`,
    `NoSuchTag`, `Stale` and `Invalid`."""
    require(actor, Verb.PUBLISH, project)
    tag, notes = _lock_tag(actor, project, name), checked_notes(notes)
    require_precondition(notes_facets(tag), precondition)
    if tag.notes == notes:
        return tag
    tag.notes = notes
    tag.save(update_fields=["notes"])
    _tell(actor, project, tag, "tag.describe")
    return tag


@transaction.atomic
def deprecate_tag(
    actor: Actor, project: Project, name: str, reason: str, successor: str = "", *, precondition: Precondition = None
) -> Tag:
    """Advises against a version, with a reason and, if there is one, the tag to take in its place. It stays where
    it is, for who depends on it. Raises `Forbidden`, `NoSuchTag`, `Stale` and `Invalid`."""
    require(actor, Verb.PUBLISH, project)
    tag, successor = _lock_tag(actor, project, name), successor.strip()
    require_precondition(advice_facets(tag), precondition)
    reason = checked_sentence(reason, "reason", "Write a reason, so that people know what to do.")
    if successor:
        _check_successor(tag, successor)
    if tag.is_deprecated and (tag.deprecation, tag.successor) == (reason, successor):
        return tag
    tag.deprecated, tag.deprecation, tag.successor = tag.deprecated or timezone.now(), reason, successor
    tag.save(update_fields=["deprecated", "deprecation", "successor"])
    _tell(actor, project, tag, "tag.deprecate", reason=reason, successor=successor)
    return tag


@transaction.atomic
def end_deprecation(actor: Actor, project: Project, name: str, *, precondition: Precondition = None) -> Tag:
    """Takes the advice back. Raises `Forbidden`, `NoSuchTag` and `Stale`."""
    require(actor, Verb.PUBLISH, project)
    tag = _lock_tag(actor, project, name)
    require_precondition(advice_facets(tag), precondition)
    if not tag.is_deprecated:
        return tag
    tag.deprecated, tag.deprecation, tag.successor = None, "", ""
    tag.save(update_fields=["deprecated", "deprecation", "successor"])
    _tell(actor, project, tag, "tag.undeprecate")
    return tag


def _lock_tag(actor: Actor, project: Project, name: str) -> Tag:
    tag = find_tag(actor, project, name)
    rows = Tag.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("build", "manifest", "publication").get(pk=tag.pk)


def _check_successor(tag: Tag, successor: str) -> None:
    """A tag of the same project that is not this one and is not deprecated itself."""
    other = Tag.objects.filter(repository_id=tag.repository_id, name=successor).first()
    message = ""
    if other is None:
        message = f"Nothing is published under {successor}. Publish it first, or leave this empty."
    elif other.pk == tag.pk:
        message = "A version cannot be taken in place of itself."
    elif other.is_deprecated:
        message = f"{successor} is deprecated too. Name one that people should take."
    if message:
        raise Invalid(message, errors={"successor": [message]})


def _tell(actor: Actor, project: Project, tag: Tag, action: str, **what: str) -> None:
    write_entry(actor, action, f"project:{project.pk}", project.place, tag=tag.name, **what)
    append_event(project.stream, TAG_DESCRIBED(tag=tag.name), actor)
