"""Versions of proc-blocks that projects published."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.core.actors import Actor
from forge.core.database.constraints import reason_constraint
from forge.projects.models import Project, Version, Visibility
from forge.registry.admission import Admission
from rune.blocks.shared_path import SharedName, SharedPath

BLOCK_NAME_LENGTH = 60
SUCCESSOR_LENGTH = 250
"""Characters of a block's name."""


class BlockVersionQuerySet(models.QuerySet["BlockVersion"]):
    """Versions of blocks, as seen by someone or used by a project."""

    def visible_to(self, actor: Actor) -> BlockVersionQuerySet:
        """Blocks of the projects whose page the person may open."""
        return self.filter(repository__project__in=Project.objects.visible_to(actor))

    def usable_by(self, project: Project) -> BlockVersionQuerySet:
        """Blocks that a project can use, no matter who asks: those of its own organisation's projects, and those of
        projects that are open to everyone with an account."""
        own = Q(repository__project__organisation=project.organisation_id)
        return self.filter(own | _OPEN, repository__project__deleted_at__isnull=True)

    def readable_for(self, project: Project) -> BlockVersionQuerySet:
        """Returns the versions whose bytes a project that named them in its lock goes on to get: those of its own
        organisation also when their project was deleted."""
        own = Q(repository__project__organisation=project.organisation_id)
        return self.filter(own | (_OPEN & Q(repository__project__deleted_at__isnull=True)))

    def listed(self) -> BlockVersionQuerySet:
        """Versions that were not withdrawn."""
        return self.filter(withdrawn=None)


_OPEN = Q(
    repository__project__visibility__in=(Visibility.PUBLIC, Visibility.INTERNAL),
    repository__project__taken_down__isnull=True,
)


class BlockVersion(models.Model):
    """A version of a proc-block that a project published: an artifact of its source, its tests and the licence.

    It means the same bytes for ever, as a version's tag does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey("registry.Repository", on_delete=models.CASCADE, related_name="blocks")
    name = models.CharField(max_length=BLOCK_NAME_LENGTH)
    version = models.CharField(max_length=40)
    manifest = models.ForeignKey("registry.Manifest", on_delete=models.PROTECT, related_name="blocks")
    source_version = models.ForeignKey(Version, on_delete=models.RESTRICT, related_name="+")
    """The project's files that it was published from."""
    path = models.CharField(max_length=200)
    """The path of its source in them."""
    summary = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()
    admission = models.CharField(max_length=10, choices=Admission.choices, blank=True, db_default="")
    """How it came past the gate, or "" if it was published before that was kept."""
    override = models.TextField(blank=True, db_default="")
    """The reason why it was published past its gate; empty if it was not."""
    notes = models.TextField(blank=True)
    """The release notes, in Markdown."""
    deprecated = models.DateTimeField(null=True, blank=True)
    deprecation = models.TextField(blank=True)
    """The reason why its project advises against it; empty while it does not."""
    successor = models.CharField(max_length=SUCCESSOR_LENGTH, blank=True, db_default="")
    """The replacement, as a Runefile names it; empty if none is named."""
    withdrawn = models.DateTimeField(null=True, blank=True)
    """The time when it was withdrawn from lists and sharing, or None. Its bytes stay available by digest."""
    withdrawal = models.TextField(blank=True, db_default="")
    """The reason."""
    interface = models.JSONField(null=True, default=None)
    """The description of its function (`rune.pyblock.interface`), or None if it was published before that
    was kept."""

    objects = BlockVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "name", "version"], name="one_meaning_a_block_version"),
            reason_constraint("deprecated", "deprecation", "successor", name="a_deprecated_block_has_a_reason"),
            reason_constraint("withdrawn", "withdrawal", name="a_withdrawn_block_has_a_reason"),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether its project took it back."""
        return self.withdrawn is not None

    @property
    def objection(self) -> str:
        """The reason why another version should be used, as one sentence, or "" if it is neither withdrawn nor
        deprecated."""
        return f"It was withdrawn: {self.withdrawal}" if self.is_withdrawn else self.deprecation

    @property
    def advice(self) -> str:
        """The objection, and which version or block to use instead, or "" if there is no objection."""
        instead = f" Take {self.successor} instead." if self.successor else ""
        return f"{self.objection}{instead}"

    @property
    def shared_name(self) -> SharedName:
        """The name of the block in Runefiles, with the current name of its project."""
        project = self.repository.project
        return SharedName(project.organisation.name, project.name, self.name)

    @property
    def shared_path(self) -> SharedPath:
        """The path of this version in Runefiles and locks, with the current name of its project."""
        return SharedPath(self.shared_name, self.version)

    @property
    def fixed_name(self) -> str:
        """The name in the permanent record of versions; no tag is written so."""
        return f"{self.name}@{self.version}"
