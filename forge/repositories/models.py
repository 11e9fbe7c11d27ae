"""The branch that a project follows, each pull of it, and what came from there as change requests."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.permissions import Verb, projects_where
from forge.core.actors import Actor
from forge.jobs.models import Job
from forge.projects.files.document import MAXIMUM_PATH
from forge.projects.git.remote import MAX_ADDRESS_LENGTH, MAX_BRANCH_LENGTH, Remote
from forge.projects.models import Project, Version
from forge.repositories.request_refs import number_of
from forge.reviews.changes.models import ChangeRequest


class LinkedBranchQuerySet(models.QuerySet["LinkedBranch"]):
    """Linked branches, as seen by someone."""

    def visible_to(self, actor: Actor) -> LinkedBranchQuerySet:
        """Returns the links of projects that the person edits: an address may reveal what others should not know."""
        return self.filter(project__in=Project.objects.alive().filter(projects_where(actor, Verb.EDIT)))

    def active(self) -> LinkedBranchQuerySet:
        """Returns the links that can be pulled."""
        return self.filter(ended=None)


class LinkedBranch(models.Model):
    """A branch of a repository on a Git server, or a folder of it, that a project follows."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="linked_branch")
    url = models.CharField(max_length=MAX_ADDRESS_LENGTH)
    branch = models.CharField(max_length=MAX_BRANCH_LENGTH)
    folder = models.CharField(max_length=MAXIMUM_PATH, blank=True)
    """"" is all of it."""
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """The person with whose rights the files are read into the project, no matter who presses the button."""
    linked = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    """The time when pulling ended: the right of `linked_by` ended, or they ended it."""
    commit = models.CharField(max_length=40, blank=True)
    """The newest commit whose files the project has; "" before there is one."""
    version = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The version with that commit's files."""
    shared = models.DateTimeField(null=True, blank=True)
    """The time when the project got them."""

    objects = LinkedBranchQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.branch} of {self.url}"

    @property
    def place(self) -> str:
        """The name of the link for readers."""
        return f"{self.branch} of {self.address}"

    @property
    def address(self) -> str:
        """The address without the scheme, as people write it."""
        split = urlsplit(self.url)
        return f"{split.netloc}{split.path}".removesuffix("/").removesuffix(".git")

    @property
    def ref(self) -> str:
        """The branch as Git calls it."""
        return f"refs/heads/{self.branch}"

    def remote(self, token: str) -> Remote:
        """The remote from which to fetch."""
        return Remote(self.url, self.branch, token, self.folder)

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/push"


class PullOutcome(models.TextChoices):
    """The result of a pull."""

    UNCHANGED = "unchanged", "Nothing new"
    UPDATED = "updated", "Files updated"
    """The project had no change since the last commit, so it has the new files."""
    OFFERED = "offered", "Change request"
    """Both sides changed: a change request merges them."""


class Pull(models.Model):
    """A fetch of the linked branch, which a job does."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="pull")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pulls")
    sealed_token = models.TextField(blank=True)
    """The token that opens the repository, until the job ends (`forge.core.sealing`)."""
    outcome = models.CharField(max_length=10, choices=PullOutcome.choices, blank=True)
    commit = models.CharField(max_length=40, blank=True)
    commits = models.JSONField(default=list)
    """The newest commits that came: `commit`, `author`, `subject`, `moment`, as the repository tells of them."""
    commit_count = models.PositiveIntegerField(default=0)
    skipped_paths = models.JSONField(default=list)
    """Links and submodules."""
    version = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    change_request = models.ForeignKey(
        ChangeRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"pull {self.outcome or self.job.state}"

    @property
    def request(self) -> str:
        """The number of the request that was pulled; "" for the linked branch."""
        return number_of(next(iter(self.job.spec.get("refs", [])), ""))


class RemoteRequest(models.Model):
    """A branch of another repository as a change request: the change request that shows a ref of it."""

    change_request = models.OneToOneField(
        ChangeRequest, on_delete=models.CASCADE, primary_key=True, related_name="remote_request"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="remote_requests")
    url = models.CharField(max_length=MAX_ADDRESS_LENGTH)
    ref = models.CharField(max_length=250)
    """`refs/heads/main` of the linked branch, `refs/pull/7/head` of a request there."""
    commit = models.CharField(max_length=40)
    """The one whose files are offered now."""

    class Meta:
        indexes = [models.Index(fields=["project", "ref"], name="remote_requests_by_ref")]

    def __str__(self) -> str:
        return f"{self.ref} of {self.url}"
