"""Publications: a repository for each project, its manifests and blobs, and the tags that name them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.accounts.names import MAXIMUM_LENGTH
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.database.constraints import reason_constraint
from forge.core.models import Blob
from forge.projects.models import Project
from forge.registry.admission import Admission
from forge.registry.blocks.models import BlockVersion, BlockVersionQuerySet
from forge.registry.discovery.standings.models import StandingEntry, StandingTable
from forge.registry.distribution.artifacts.models import ArtifactTag, BlobDigest, PushedBlob, RegistryRules, Upload
from forge.registry.distribution.mirrors.models import Mirror
from forge.registry.oci.digests import LONGEST_DIGEST
from forge.registry.oci.manifests import TAG_LENGTH
from forge.registry.provenance.signing.models import (
    BlockProvenanceRecord,
    ProvenanceRecord,
    PublishedBlockSignature,
    Signature,
    SigningKey,
)
from forge.registry.rebuilds.models import Rebuild
from rune.digests import DIGEST_LENGTH

__all__ = [
    "Admission",
    "ArtifactTag",
    "BlobDigest",
    "BlockProvenanceRecord",
    "BlockVersion",
    "BlockVersionQuerySet",
    "Listing",
    "ListingQuerySet",
    "Manifest",
    "Mirror",
    "ProvenanceRecord",
    "Publication",
    "PublicationQuerySet",
    "PublishedBlockSignature",
    "PublishedVersion",
    "PushedBlob",
    "Rebuild",
    "RegistryRules",
    "Repository",
    "Signature",
    "SigningKey",
    "StandingEntry",
    "StandingTable",
    "Tag",
    "TagQuerySet",
    "Upload",
    "UseOfDay",
    "WithdrawnRune",
]


class Repository(models.Model):
    """The publications of a project, runes and blocks. It belongs to the project's id, so a rename moves it along.

    A blob is pulled only through a repository that links it (`forge.core.blobs.links`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="repository")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.project_id)


class Manifest(models.Model):
    """An artifact: its bytes are a blob, whose digest names it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="manifests")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    media_type = models.CharField(max_length=255)
    artifact_type = models.CharField(max_length=255, blank=True, db_default="")
    """The type in lists of referrers."""
    subject = models.CharField(max_length=LONGEST_DIGEST, blank=True, db_default="")
    """The digest of the manifest that it refers to, which need not exist, or "" if it refers to none."""
    annotations = models.JSONField(default=dict, db_default={})
    """The annotations of the author, by name."""
    fixed = models.BooleanField(default=False, db_default=False)
    """Whether the server published it as a version or beside one, or counts it as a signature of one. Nobody deletes
    it while its repository is there."""
    trashed = models.DateTimeField(null=True, blank=True)
    """The time when it was deleted, or None if it was not. Its bytes are kept for 30 days."""
    trashed_tags = models.JSONField(default=list, db_default=[])
    """The tags that it had when it was deleted."""
    created = models.DateTimeField(auto_now_add=True)
    """The time when it came last: pushed for the first time, or back from the trash."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "blob"], name="one_manifest_a_digest")]
        indexes = [models.Index(fields=["repository", "subject"], condition=~Q(subject=""), name="referrers")]

    def __str__(self) -> str:
        return self.blob_id


class TagQuerySet(models.QuerySet["Tag"]):
    """Tags, as seen by someone."""

    def visible_to(self, actor: Actor) -> TagQuerySet:
        """Tags of the projects whose page the person may open."""
        return self.filter(repository__project__in=Project.objects.visible_to(actor))

    def listed(self) -> TagQuerySet:
        """Tags that were not withdrawn."""
        return self.filter(withdrawn=None)


class Tag(models.Model):
    """A name for a manifest, and the build that it came from. What a version's tag means is `PublishedVersion`'s."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=TAG_LENGTH)
    moves = models.BooleanField()
    """True if it may be set to another manifest later, as `latest` is; a version (`1.0`) stays."""
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="tags")
    build = models.ForeignKey(Build, on_delete=models.PROTECT, related_name="tags")
    publication = models.ForeignKey("Publication", null=True, on_delete=models.SET_NULL, related_name="+")
    """How it came to be this build, or None if it was published before there were gates."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()
    """The time when it was set to this manifest."""
    notes = models.TextField(blank=True)
    """The release notes, in Markdown."""
    deprecated = models.DateTimeField(null=True, blank=True)
    """The time when it was deprecated, or None."""
    deprecation = models.TextField(blank=True)
    """The reason."""
    successor = models.CharField(max_length=TAG_LENGTH, blank=True)
    """The tag to take in its place, if there is one."""
    withdrawn = models.DateTimeField(null=True, blank=True)
    """The time when it was withdrawn from lists and sharing, or None. Its bytes stay available by digest."""
    withdrawal = models.TextField(blank=True, db_default="")
    """The reason."""

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "name"], name="one_manifest_a_tag"),
            reason_constraint("deprecated", "deprecation", "successor", name="a_deprecation_has_a_reason"),
            reason_constraint("withdrawn", "withdrawal", name="a_withdrawal_has_a_reason"),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_withdrawn(self) -> bool:
        """Whether its project took it back."""
        return self.withdrawn is not None

    @property
    def is_deprecated(self) -> bool:
        """Whether its project advises against it."""
        return self.deprecated is not None

    @property
    def override(self) -> Publication | None:
        """The override by which it was published past its gate; None if it was not."""
        return self.publication if self.publication is not None and self.publication.is_overridden else None

    @property
    def advice(self) -> str:
        """The warning for users of a withdrawn or deprecated version, as one line, or "" for any other."""
        if self.is_withdrawn:
            return f"{self.name} was withdrawn: {self.withdrawal}"
        if not self.is_deprecated:
            return ""
        instead = f" Take {self.successor} instead." if self.successor else ""
        return f"{self.name} is deprecated: {self.deprecation}{instead}"


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Publications, as seen by someone."""

    def visible_to(self, actor: Actor) -> PublicationQuerySet:
        """Publications of the projects whose page the person may open."""
        return self.filter(repository__project__in=Project.objects.visible_to(actor))


class WithdrawnRune(models.Model):
    """A withdrawal of a rune's bytes by a project, whatever its tags are set to later: `latest` moves on, and the bytes
    stay withdrawn until that is ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="withdrawn_runes")
    digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the manifest."""
    files = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the version that it was built from: no other build of the same files is shared either."""
    tag = models.CharField(max_length=TAG_LENGTH)
    """The tag by which it was withdrawn."""
    reason = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "digest"], name="one_withdrawal_a_digest")]

    def __str__(self) -> str:
        return f"{self.tag} was withdrawn: {self.reason}"


class Publication(models.Model):
    """A publication: a tag was set to a build, and how that was admitted. Nothing changes it later.

    `policy` is what the build's `forge.yml` said. That of the newest publication which passed the gate is in force in
    the project (`forge.reviews.gate.check`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="publications")
    tag = models.CharField(max_length=TAG_LENGTH)
    build = models.ForeignKey(Build, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    admission = models.CharField(max_length=10, choices=Admission.choices)
    missing = models.JSONField(default=list)
    """The unmet conditions of an override, in sentences."""
    reason = models.TextField(blank=True)
    """The reason of an override."""
    policy = models.JSONField()
    """`rune.source.policy.policy.PolicyJson`."""
    created = models.DateTimeField()

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(admission=Admission.OVERRIDDEN) | ~models.Q(reason=""),
                name="an_override_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tag}: {self.admission}"

    @property
    def is_overridden(self) -> bool:
        """Whether an owner published it although something was missing."""
        return self.admission == Admission.OVERRIDDEN

    @property
    def override_sentence(self) -> str:
        """A sentence that says who published it past its gate, and why. Everyone who sees the version reads it."""
        return f"{self.author or 'An owner who left'} published {self.tag} past its gate: {self.reason}"


class ListingQuerySet(models.QuerySet["Listing"]):
    """The listings of Explore that are visible to someone."""

    def visible_to(self, actor: Actor) -> ListingQuerySet:
        """Runes of the projects whose page the person may open without a role, or as a visitor.

        What is private is left out, also for its own people: they find it at home.
        """
        return self.filter(repository__project__in=Project.objects.open_to(actor))


class Listing(models.Model):
    """Explore's row of the rune that a project published last, written with the publication."""

    repository = models.OneToOneField(Repository, on_delete=models.CASCADE, primary_key=True, related_name="listing")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    rune_digest = models.CharField(max_length=DIGEST_LENGTH)
    size = models.BigIntegerField()
    """Bytes of the rune."""
    memory = models.BigIntegerField()
    """Bytes that a run needs beside the model's constants."""
    sensors = models.CharField(max_length=120, blank=True)
    """The capabilities that its pipeline reads, with spaces around each: ` IMAGE SOUND `."""
    licence = models.CharField(max_length=40, blank=True)
    """The SPDX identifier of the licence, as its LICENSE file begins, or "" if that is not a known one."""
    stages = models.JSONField(default=list, db_default=[])
    """The first stages of its pipeline, each `[kind, detail]`, such as `["capability", "SOUND 16 kHz"]`. An output also
    has the answer in words: `["output", "SERIAL", "yes or no"]`."""
    accuracy = models.FloatField(null=True, blank=True)
    """The share of the project's test samples on which it was right when it was published, or None if it had none."""
    published = models.DateTimeField(db_index=True)
    uses = models.BigIntegerField(default=0, db_default=0, db_index=True)
    """How often what the project published was used, in all."""

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["-published"]

    def __str__(self) -> str:
        return str(self.repository_id)


class UseOfDay(models.Model):
    """The number of uses on one day of what a project published, and nothing about the users."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="days_of_use")
    day = models.DateField()
    uses = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "day"], name="one_row_a_day_of_use")]

    def __str__(self) -> str:
        return f"{self.day}: {self.uses}"


class PublishedVersion(models.Model):
    """The permanent target of a version's tag at a name, also when the tag, the project or the organisation is deleted.

    It is kept by the organisation and not by the name of it, since all names of an organisation that publishes stay
    with it (`forge.accounts.organisations.name_reservations`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.UUIDField()
    """The id of the organisation, whose row this one outlives."""
    project_name = models.CharField(max_length=MAXIMUM_LENGTH)
    """A name under which it could be pulled: the project's, or a former one that led to it."""
    tag = models.CharField(max_length=TAG_LENGTH)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the manifest."""
    published = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "project_name", "tag"], name="one_meaning_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.project_name}:{self.tag}"
