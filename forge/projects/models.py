"""Projects, the updates that make their live document, and versions: all files at one moment."""

from __future__ import annotations

import uuid
from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.accounts.models import Organisation, User
from forge.accounts.names import MAXIMUM_LENGTH
from forge.accounts.permissions import Verb, open_visibilities, projects_where
from forge.core.actors import Actor
from forge.core.audit.entries import AuditPlace
from forge.core.reasons import LONGEST_REASON
from rune.digests import DIGEST_LENGTH

MAX_DESCRIPTION = 200
"""Characters of a project's description."""
LONGEST_REQUEST = 2000
"""Characters of the task for which a draft is written."""


class Visibility(models.TextChoices):
    """The people who may see that a project is there and try what it published."""

    PRIVATE = "private", "Private"
    INTERNAL = "internal", "Internal"
    """Everyone with an account on this installation."""
    PUBLIC = "public", "Public"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects, as seen by someone. Deleted ones are seen by nobody but through `deleted_for`."""

    def alive(self) -> ProjectQuerySet:
        return self.filter(deleted_at__isnull=True)

    def lock(self, project_id: uuid.UUID) -> None:
        """Takes a project's row until the transaction ends: so do all who write its document, versions or links.

        Rows that name the project may be written meanwhile: who does that holds the project's stream, for which who
        holds this waits.
        """
        self.select_for_update(no_key=True).only("pk").filter(pk=project_id).first()

    def apart_from_drafts(self) -> ProjectQuerySet:
        return self.filter(draft_of__isnull=True)

    def visible_to(self, actor: Actor) -> ProjectQuerySet:
        """Projects whose page the person may open: those where they have a role, and those that are open to them."""
        is_open = Q(visibility__in=open_visibilities(actor), taken_down__isnull=True)
        return self.alive().apart_from_drafts().filter(projects_where(actor, Verb.SEE) | is_open)

    def open_to(self, actor: Actor) -> ProjectQuerySet:
        """Projects whose page the person may open whatever their roles are."""
        living = self.alive().apart_from_drafts()
        return living.filter(visibility__in=open_visibilities(actor), taken_down__isnull=True)

    def of_member(self, actor: Actor) -> ProjectQuerySet:
        """Projects of the person's own organisations."""
        return self.alive().apart_from_drafts().filter(projects_where(actor, Verb.READ))

    def of_member_with_drafts(self, actor: Actor) -> ProjectQuerySet:
        """The same with the rows of their drafts, for what is asked for by its name and not listed."""
        mine = Project.objects.of_member(actor)
        return self.alive().filter(Q(pk__in=mine) | Q(draft_of__in=mine))

    def deleted_for(self, actor: Actor) -> ProjectQuerySet:
        """Deleted projects of the person's own organisations."""
        return self.apart_from_drafts().filter(projects_where(actor, Verb.READ), deleted_at__isnull=False)


class Project(models.Model):
    """A project: one live document of files, its versions and builds.

    A draft is a row of this table too: its files are a live document, which is stored, locked, numbered, previewed and
    edited as that of a project. It has the people of the project that `draft_of` names and fewer verbs, and no list of
    projects has it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=MAXIMUM_LENGTH)
    description = models.CharField(max_length=MAX_DESCRIPTION, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE)
    files_shared = models.DateTimeField(null=True, blank=True)
    """The time when copying the published files was allowed to everyone with an account who may see its page; None if
    never."""
    template = models.CharField(max_length=MAXIMUM_LENGTH, blank=True)
    draft_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="draft_rows")
    """The project whose files this row has a draft of; None of a project."""
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    taken_down = models.DateTimeField(null=True, blank=True)
    """The time when the operator took its public page down: hidden from others since, whatever its visibility."""
    taken_down_because = models.CharField(max_length=LONGEST_REASON, blank=True)
    """The reason, for its people."""
    sequence = models.BigIntegerField(default=0)
    """The number of the last update of its document."""
    is_favourite: bool
    """True if it is one of who asks; of what `forge.projects.access.with_favourites` found."""

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(deleted_at__isnull=True), name="one_living_project_a_name"
            )
        ]
        # No index has `changed` or `sequence` in it: each keystroke changes them, and would have to change it too.
        ordering = ["-changed"]

    @property
    def shares_files(self) -> bool:
        """Whether everyone with an account who sees its page may copy the files of what it published."""
        return self.files_shared is not None

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """The key of its event log."""
        return f"project:{self.pk}"

    @property
    def full_name(self) -> str:
        """`organisation/name`, as the registry and every address say it."""
        return f"{self.organisation.name}/{self.name}"

    @property
    def place(self) -> AuditPlace:
        """The place where its events are recorded: a draft's is that of its project."""
        return AuditPlace(organisation=self.organisation_id, project=self.draft_of_id or self.pk)

    def get_absolute_url(self) -> str:
        return f"/{self.full_name}"


class FormerProjectName(models.Model):
    """A name that a project had; it leads to the project until another project of the organisation takes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=MAXIMUM_LENGTH)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="former_names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_project_a_former_name")]

    def __str__(self) -> str:
        return self.name


class Favourite(models.Model):
    """A person's favourite, listed on their home page and in Explore. Others see only the number, on the project's
    page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "project"], name="one_favourite_a_project")]

    def __str__(self) -> str:
        return f"{self.project_id} of {self.person_id}"


class DocumentUpdate(models.Model):
    """A Yjs update of a project's document, in the order in which they were accepted.

    A row is written with each keystroke, so there is one index, and the database looks after neither reference: the
    project's row is locked by a request that appends, and an author who is gone meanwhile is one who is not known.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="updates", db_index=False, db_constraint=False
    )
    sequence = models.BigIntegerField()
    update = models.BinaryField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "sequence"], name="one_update_a_number")]
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.project_id} {self.sequence}"


class DocumentState(models.Model):
    """A project's whole document as it was after an update, so that loading reads few updates."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="state")
    sequence = models.BigIntegerField()
    state = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.project_id} {self.sequence}"


class MergedAuthor(models.Model):
    """Somebody whose updates were merged into a document's state, and the number of the last of them."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    """The author, without a foreign key, as in an update: the account may be deleted by now."""
    sequence = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="one_last_update_a_person")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.sequence}"


class DocumentClient(models.Model):
    """Says which person stands behind a Yjs client of a project's document, as the server saw it: who wrote what."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="clients")
    client = models.BigIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "client"], name="one_person_a_client")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.client}"


class Version(models.Model):
    """A project's files at one moment: `{path: {"digest", "size"}}`, named by the digest of its canonical form.

    Each build is of one. A person may save one too, with a message; `saved_at` is then set.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    manifest = models.JSONField()
    file_ids = models.JSONField(default=dict)
    """Says which file of the live document had which path, so that restoring finds a file that was renamed since."""
    sequence = models.BigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The person who requested it."""
    writers = models.JSONField(default=list)
    """The ids of the people who wrote in the files since the version before (`forge.projects.files.writers`)."""
    created = models.DateTimeField(auto_now_add=True)
    message = models.CharField(max_length=200, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField(null=True, blank=True)
    automatic = models.BooleanField(default=False, db_default=False)
    """True if it was saved by itself while people worked, and nobody wanted it since: it may be thinned out."""
    original_authors = models.JSONField(default=list, db_default=[])
    """The names of the authors, as text, of a version that came with a history from elsewhere."""
    is_proposed = models.BooleanField(default=False, db_default=False)
    """Whether a change request would make it: the project's own files were never these."""
    proposed_in = models.PositiveIntegerField(null=True, blank=True)
    """The number of the last change request that would make it, or made it; None of others."""
    commit = models.CharField(max_length=40, blank=True, default="", db_default="")
    """The commit of a branch elsewhere that has these files; "" of a version of the project's own."""
    secrets = models.JSONField(null=True, blank=True)
    """Possible secrets in its texts (`forge.projects.secrets.scan`); None until they were searched."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "digest"], name="one_version_a_digest"),
            models.UniqueConstraint(fields=["project", "number"], name="one_version_a_number"),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.digest


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts, as seen by someone."""

    def visible_to(self, actor: Actor) -> DraftQuerySet:
        """Returns the drafts of projects that the person reads."""
        return self.filter(files__draft_of__in=Project.objects.of_member(actor))


class Draft(models.Model):
    """Changes to a project that are written apart from its files, until people take them or leave them."""

    files = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="draft")
    """The row of its live document. `files.draft_of` is the project, and `files.created_by` the person."""
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=MAX_DESCRIPTION)
    request = models.CharField(max_length=LONGEST_REQUEST, blank=True)
    """The task that the person gave, in their words as the agent quotes them."""
    agent = models.UUIDField(null=True, blank=True, db_index=True)
    """The grant of the agent that writes it; None of a person's draft."""
    agent_name = models.CharField(max_length=80, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    """The time when it was discarded, or its changes were taken; None while it is written."""
    versions = models.ManyToManyField(Version, related_name="+")
    """The versions of the project that have its files as they were when somebody built them."""

    objects = DraftQuerySet.as_manager()

    def __str__(self) -> str:
        return f"draft {self.number} of {self.files.draft_of_id}"

    @property
    def project(self) -> Project:
        """The project that it is a draft of."""
        return cast(Project, self.files.draft_of)

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/drafts/{self.number}"


class ForkQuerySet(models.QuerySet["Fork"]):
    """The forks of projects, as seen by a person."""

    def visible_to(self, actor: Actor) -> ForkQuerySet:
        """Returns the forks between projects whose pages the person may open: a fork reveals no origin that they could
        not see anyway, nor an origin a fork."""
        visible_projects = Project.objects.visible_to(actor)
        return self.filter(project__in=visible_projects, origin__in=visible_projects)


class Fork(models.Model):
    """A fork of a project from another, and the version that both have in common."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="fork")
    origin = models.ForeignKey(Project, null=True, on_delete=models.SET_NULL, related_name="forks")
    base = models.ForeignKey(Version, on_delete=models.RESTRICT, related_name="+")
    """The fork's own first version: it stays when the origin is gone or changes who sees it."""
    is_duplicate = models.BooleanField(default=False, db_default=False)
    """True if it shows nobody where it came from; its changes can be offered back all the same."""
    created = models.DateTimeField(auto_now_add=True)

    objects = ForkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.project_id} from {self.origin_id}"
