"""Taking a published version back: no list has it and nobody gets it by name. Its bytes stay, for who pinned them."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.access import require_operator
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
from forge.registry.hooks import withdrawals
from forge.registry.listings.rows import list_newest
from forge.registry.models import Tag, TagQuerySet, WithdrawnRune
from forge.registry.tags.access import find_any_tag
from forge.registry.tags.describing.announcements import TAG_DESCRIBED
from forge.registry.tags.etag_facets import withdrawal_facets
from forge.registry.tags.messages import checked_sentence
from forge.registry.tags.serializers import TAG
from forge.registry.tags.withdrawing.announcements import TAG_WITHDRAWN

_WITHDRAWAL = "tags/<str:tag>/withdrawal"


@act(
    "PUT",
    PROJECT,
    _WITHDRAWAL,
    "tags_withdraw",
    verb=Verb.PUBLISH,
    state=IF_MATCH,
    answer=TAG,
    raises=(Conflict, Invalid),
)
@transaction.atomic
def withdraw_tag(
    actor: Actor,
    project: Project,
    tag: str,
    reason: Annotated[str, CharField(max_length=2000)],
    *,
    precondition: Precondition = None,
) -> Tag:
    """Withdraws a version and all tags of the same bytes, with a reason: it is listed, shared, forked and pulled by
    name no more. Its bytes stay for who names their digest, with a warning."""
    row = _lock_tag(actor, project, tag)
    require_precondition(withdrawal_facets(row), precondition)
    return _withdraw(actor, project, row, reason)


@transaction.atomic
def withdraw_for_operator(actor: Actor, project: Project, name: str, reason: str) -> Tag:
    """The same, by a command on the server's machine. Raises `Forbidden`, `NoSuchTag` and `Invalid`."""
    require_operator(actor)
    tag = (
        Tag.objects.filter(repository__project=project, name=name)
        .select_related("manifest", "build__version", "build__artefact", "repository")
        .first()
    )
    return _withdraw(actor, project, tag or find_any_tag(actor, project, name), reason)


@act("DELETE", PROJECT, _WITHDRAWAL, "tags_end_withdrawal", verb=Verb.PUBLISH, state=IF_MATCH, answer=TAG)
@transaction.atomic
def end_withdrawal(actor: Actor, project: Project, tag: str, *, precondition: Precondition = None) -> Tag:
    """Lists and shares a version again, and all tags of the same bytes; bytes that the tag meant before may be
    published again."""
    row = _lock_tag(actor, project, tag)
    require_precondition(withdrawal_facets(row), precondition)
    # Those that the tag meant before it was set to other bytes, too.
    ended_count, _ = WithdrawnRune.objects.filter(_meant_by(row), repository=row.repository_id).delete()
    if not ended_count:
        return row
    _same_bytes(row).update(withdrawn=None, withdrawal="")
    list_newest(row.repository)
    write_entry(actor, "tag.restore", f"project:{project.pk}", project.place, tag=row.name)
    append_event(project.stream, TAG_DESCRIBED(tag=row.name), actor)
    row.refresh_from_db()
    return row


def _lock_tag(actor: Actor, project: Project, name: str) -> Tag:
    tag = find_any_tag(actor, project, name)
    rows = Tag.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("build__version", "build__artefact", "manifest", "repository").get(pk=tag.pk)


def _withdraw(actor: Actor, project: Project, tag: Tag, reason: str) -> Tag:
    reason = checked_sentence(reason, "reason", "Write a reason, so that people know what to do.")
    if tag.withdrawal == reason:
        return tag
    others = _same_bytes(tag).exclude(pk=tag.pk).values_list("name", flat=True)
    also = list(others)
    _same_bytes(tag).update(withdrawn=timezone.now(), withdrawal=reason)
    files = tag.build.version.digest if tag.build.version else ""
    values = {"files": files, "tag": tag.name, "reason": reason}
    WithdrawnRune.objects.update_or_create(values, repository=tag.repository, digest=tag.manifest.blob_id)
    list_newest(tag.repository)
    withdrawals.call(tag, reason)
    what = {"tag": tag.name, "reason": reason, "also": also}
    write_entry(actor, "tag.withdraw", f"project:{project.pk}", project.place, **what)
    append_event(project.stream, TAG_WITHDRAWN(tag=tag.name, reason=reason), actor)
    tag.refresh_from_db()
    return tag


def _meant_by(tag: Tag) -> Q:
    return Q(digest=tag.manifest.blob_id) | Q(tag=tag.name)


def _same_bytes(tag: Tag) -> TagQuerySet:
    return Tag.objects.filter(repository=tag.repository_id, manifest=tag.manifest_id)
