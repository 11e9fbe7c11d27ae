"""A project's statements about its published versions: release notes, and deprecation."""

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
from forge.registry.models import Tag
from forge.registry.tags.access import find_tag
from forge.registry.tags.describing.announcements import TAG_DESCRIBED
from forge.registry.tags.etag_facets import advice_facets, notes_facets
from forge.registry.tags.messages import checked_notes, checked_sentence
from forge.registry.tags.serializers import TAG

_TAG = "tags/<str:tag>"
Notes = Annotated[str, CharField(max_length=20_000, allow_blank=True)]
Reason = Annotated[str, CharField(max_length=2000)]
Successor = Annotated[str, CharField(max_length=200, allow_blank=True)]


@act("PATCH", PROJECT, _TAG, "tags_describe", verb=Verb.PUBLISH, state=IF_MATCH, answer=TAG, raises=(Conflict, Invalid))
@transaction.atomic
def describe_tag(actor: Actor, project: Project, tag: str, notes: Notes, *, precondition: Precondition = None) -> Tag:
    """Writes what is new in a version, in Markdown, in place of what was said before."""
    row, notes = _lock_tag(actor, project, tag), checked_notes(notes)
    require_precondition(notes_facets(row), precondition)
    if row.notes == notes:
        return row
    row.notes = notes
    row.save(update_fields=["notes"])
    _announce(actor, project, row, "tag.describe")
    return row


@act(
    "PUT",
    PROJECT,
    f"{_TAG}/deprecation",
    "tags_deprecate",
    verb=Verb.PUBLISH,
    state=IF_MATCH,
    answer=TAG,
    raises=(Conflict, Invalid),
)
@transaction.atomic
def deprecate_tag(
    actor: Actor,
    project: Project,
    tag: str,
    reason: Reason,
    successor: Successor = "",
    *,
    precondition: Precondition = None,
) -> Tag:
    """Deprecates a version, with a reason and the tag to take in its place. It can still be pulled; pages, this API
    and `rune pull` say it."""
    row, successor = _lock_tag(actor, project, tag), successor.strip()
    require_precondition(advice_facets(row), precondition)
    reason = checked_sentence(reason, "reason", "Write a reason, so that people know what to do.")
    if successor:
        _check_successor(row, successor)
    if row.is_deprecated and (row.deprecation, row.successor) == (reason, successor):
        return row
    row.deprecated, row.deprecation, row.successor = row.deprecated or timezone.now(), reason, successor
    row.save(update_fields=["deprecated", "deprecation", "successor"])
    _announce(actor, project, row, "tag.deprecate", reason=reason, successor=successor)
    return row


@act("DELETE", PROJECT, f"{_TAG}/deprecation", "tags_undeprecate", verb=Verb.PUBLISH, state=IF_MATCH, answer=TAG)
@transaction.atomic
def end_deprecation(actor: Actor, project: Project, tag: str, *, precondition: Precondition = None) -> Tag:
    """Takes the advice back."""
    row = _lock_tag(actor, project, tag)
    require_precondition(advice_facets(row), precondition)
    if not row.is_deprecated:
        return row
    row.deprecated, row.deprecation, row.successor = None, "", ""
    row.save(update_fields=["deprecated", "deprecation", "successor"])
    _announce(actor, project, row, "tag.undeprecate")
    return row


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


def _announce(actor: Actor, project: Project, tag: Tag, action: str, **what: str) -> None:
    write_entry(actor, action, f"project:{project.pk}", project.place, tag=tag.name, **what)
    append_event(project.stream, TAG_DESCRIBED(tag=tag.name), actor)
