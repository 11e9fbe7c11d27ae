"""The tables under everything: blobs, the event log, the audit log, and discussion threads.

No business of its own: what a stream, an entry or a thread is about is a key that the floors above choose.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.core.database.leases import LeasedRow
from rune.digests import DIGEST_LENGTH


class NeverChanged(TypeError):
    """Something would change an entry of the audit log."""

    def __init__(self) -> None:
        super().__init__("An entry of the audit log is written once. It ends by its age, and not before.")


class Blob(models.Model):
    """Immutable stored bytes, named by their digest. They are kept as long as something links them."""

    digest = models.CharField(primary_key=True, max_length=DIGEST_LENGTH)  # sha256:<64 hexadecimal digits>
    size = models.BigIntegerField()
    created = models.DateTimeField(default=timezone.now)
    put_at = models.DateTimeField(default=timezone.now)
    """The time when the bytes were last stored; equals `created` if they were stored once."""
    synced = models.BooleanField(default=True)
    """True if they are known to be on the disk, so that a power cut leaves them. A preview's need not be."""
    damaged_at = models.DateTimeField(null=True, blank=True)
    """The time when damage was detected; None for intact bytes."""

    class Meta:
        indexes = [models.Index(fields=["damaged_at"], condition=Q(damaged_at__isnull=False), name="damaged_blobs")]

    def __str__(self) -> str:
        return self.digest


class BlobLink(models.Model):
    """A row's need for a blob. Unlinked blobs are deleted; linked ones never are."""

    owner_kind = models.CharField(max_length=60)
    """The owner's model, as Django labels it: `projects.version`."""
    owner_id = models.UUIDField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="links")
    organisation = models.UUIDField(null=True, blank=True)
    """The organisation that the bytes count for; None where it is unknown."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_kind", "owner_id", "blob"], name="one_link_a_blob_of_an_owner")
        ]
        indexes = [models.Index(fields=["organisation", "blob"], name="blobs_of_organisations")]

    def __str__(self) -> str:
        return f"{self.owner_kind} {self.owner_id}: {self.blob_id}"


class BlobHold(models.Model):
    """Forbids deleting blobs for a while, because a backup copies them (`forge.core.blobs.backup_hold`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=60)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.purpose} until {self.until:%Y-%m-%d %H:%M:%S}"


class StoredBytes(models.Model):
    """The number of bytes that are stored for an organisation (`forge.core.blobs.usage`)."""

    organisation = models.UUIDField(primary_key=True)
    size = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.organisation}: {self.size}"


class Stream(models.Model):
    """A log of events: of a project, an organisation or a person. `last` is the number given out last."""

    key = models.CharField(primary_key=True, max_length=80)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """An event of a stream, with its number; numbers have no gaps."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="events")
    sequence = models.BigIntegerField()
    type = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agent = models.UUIDField(null=True, blank=True)
    """The id of the agent that acted for the actor; None where none did."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "sequence"], name="one_event_a_number")]
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.sequence} {self.type}"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Entries, which are read and never changed. They end all together, by their age."""

    def update(self, **values: Any) -> int:
        raise NeverChanged

    def bulk_update(self, *args: Any, **values: Any) -> int:
        raise NeverChanged

    def delete(self) -> tuple[int, dict[str, int]]:
        raise NeverChanged

    def end_through(self, position: int, most: int) -> int:
        """Deletes up to `most` of the first entries of the chain, up to a position; answers how many."""
        oldest = self.filter(position__lte=position).order_by("position")[:most]
        return self.filter(pk__in=list(oldest.values_list("pk", flat=True)))._raw_delete(self.db)

    def place(self, entry: AuditEntry) -> None:
        """Stores the place of an entry in the chain, once (`forge.core.audit.chain`). Raises `NeverChanged`."""
        names = ("position", "previous", "digest", "salt", "actor_commitment")
        values = {name: getattr(entry, name) for name in names}
        if not models.QuerySet.update(self.filter(pk=entry.pk, position=None), **values):
            raise NeverChanged


class AuditEntry(models.Model):
    """An entry of the audit log: who did what to what, where, and when. Written by every action, never changed.

    Who: what acted, by its kind and id, and the person behind it. Where: whose log it is in
    (`forge.core.audit.entries.AuditPlace`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The person behind what acted; None for a visitor and for the installation."""
    principal_kind = models.CharField(max_length=20)
    """The kind of actor (`forge.accounts.principals.PrincipalKind`): a person themself, a token, a phone's pass, the
    installation."""
    principal_id = models.CharField(max_length=64, blank=True)
    """The principal identifier of the person, the token or the pass, also after it is gone; "" for the installation."""
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, db_index=True)
    organisation = models.UUIDField(null=True, blank=True)
    project = models.UUIDField(null=True, blank=True)
    person = models.UUIDField(null=True, blank=True)
    """The person whose account it concerns. These three are no references: an entry outlives its subjects."""
    data = models.JSONField(default=dict)

    position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    """The position in the chain (`forge.core.audit.chain`), from 1; None for the moment until it is there."""
    previous = models.CharField(max_length=64, blank=True, editable=False)
    """The digest of the entry before."""
    digest = models.CharField(max_length=64, blank=True, editable=False)
    salt = models.CharField(max_length=32, blank=True, editable=False)
    actor_commitment = models.CharField(max_length=64, blank=True, editable=False)
    """Says who `actor` is without telling it, so that the chain stays whole when the person is deleted."""

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["at", "id"], condition=Q(position__isnull=True), name="entries_without_a_position"),
            models.Index(fields=["organisation", "at"], name="entries_of_organisations"),
            models.Index(fields=["organisation", "actor", "at"], name="entries_of_actors"),
            models.Index(fields=["person", "at"], name="entries_of_people"),
            models.Index(fields=["principal_kind", "principal_id", "at"], name="entries_of_principals"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise NeverChanged
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise NeverChanged


class AuditChain(models.Model):
    """The end of the chain of audit entries: one row, whose lock puts those who extend it into an order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_chain")]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


class AuditCopy(LeasedRow):
    """A place outside that gets a copy of the audit log, and how far it has it (`forge.serving.audit_copies`)."""

    address = models.CharField(primary_key=True, max_length=500)
    """The address, without a password."""
    position = models.BigIntegerField(default=0)
    """The position of the last entry that it has for sure."""
    due = models.DateTimeField(default=timezone.now)
    """The time of the next attempt."""
    failures = models.PositiveIntegerField(default=0)
    """The number of failures in a row."""
    error = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return f"{self.address} up to {self.position}"


class Thread(models.Model):
    """A discussion about a subject, whose key is like `build:<id>`: a comment and its replies. It may be resolved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(max_length=120, db_index=True)
    created = models.DateTimeField(auto_now_add=True)
    resolved = models.DateTimeField(null=True, blank=True)
    """The time when a person said that there is nothing left to do; None while it is open."""
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.subject


class Comment(models.Model):
    """A comment that a person wrote in a thread, as it reads now. A deleted one stays without its text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    guest_name = models.CharField(max_length=80, blank=True, default="", db_default="")
    """The name that somebody without an account gave; "" for all others."""
    text = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    edited = models.DateTimeField(null=True, blank=True)
    """The time when its author wrote the present text; None where it is the first."""
    deleted = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def speaker(self) -> str:
        """The author as pages show them."""
        if self.author is not None:
            return str(self.author)
        return f"{self.guest_name} (guest)" if self.guest_name else "Someone who left"


class EarlierText(models.Model):
    """The earlier text of an edited comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="earlier_texts")
    text = models.TextField()
    written = models.DateTimeField()

    class Meta:
        ordering = ["written", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class PeriodicRun(LeasedRow):
    """The next time at which one process of the installation does a periodic task, and the outcome of the last time."""

    name = models.CharField(primary_key=True, max_length=64)
    due = models.DateTimeField()
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    """None while it runs, or after its process died in the middle."""
    error = models.TextField(default="", blank=True)
