"""Linked branches and pulls as JSON, and what of them comes in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.jobs.serializers import JobStateJson
from forge.projects.files.document import MAXIMUM_PATH
from forge.projects.git.remote import MAX_ADDRESS_LENGTH, MAX_BRANCH_LENGTH, MAX_TOKEN_LENGTH
from forge.repositories.models import LinkedBranch, Pull, PullOutcome
from forge.repositories.request_refs import LONGEST_REQUEST


class OutsideCommitJson(TypedDict):
    """A commit as its repository tells of it. `moment` is in seconds since 1970."""

    commit: str
    author: str
    subject: str
    moment: int


class LinkedBranchJson(TypedDict):
    """The branch that a project follows."""

    url: str
    branch: str
    folder: Annotated[str, '"" is all of it']
    linked_by: Annotated[PersonJson | None, "each pull is made with the rights of this person"]
    linked: Timestamp
    ended: Annotated[Timestamp | None, "since when it is not pulled any more"]
    commit: Annotated[str, 'the newest one whose files the project has; "" before there is one']
    version: Annotated[int | None, "the version with its files"]


class PullJson(TypedDict):
    """A pull of the linked branch. Its id is that of its job, which can be cancelled and retried."""

    id: Uuid
    state: JobStateJson
    request: Annotated[str, 'the number of a request of the repository; "" for the linked branch']
    outcome: Annotated[str, choices("PullOutcome", PullOutcome.values)] | None
    commit: str
    commits: Annotated[list[OutsideCommitJson], "the newest 20"]
    commit_count: int
    skipped_paths: Annotated[list[str], "links and submodules"]
    version: Annotated[int | None, "of the project, with the commit's files"]
    change_request: Annotated[int | None, "the number of the one that merges both sides"]
    by: PersonJson | None
    created: Timestamp
    error: str


class PullsJson(TypedDict):
    """The newest pulls, newest first."""

    pulls: list[PullJson]


class LinkSerializer(serializers.Serializer[None]):
    """A branch on a Git server, or a folder of it."""

    url = serializers.CharField(
        max_length=MAX_ADDRESS_LENGTH, help_text="https://…: of a server that the installation allows"
    )
    branch = serializers.CharField(max_length=MAX_BRANCH_LENGTH)
    folder = serializers.CharField(
        max_length=MAXIMUM_PATH, required=False, default="", allow_blank=True, help_text="by default all of it"
    )


class PullStartSerializer(serializers.Serializer[None]):
    """The source of a pull, and the credentials of a private repository."""

    request = serializers.CharField(
        max_length=LONGEST_REQUEST,
        required=False,
        default="",
        allow_blank=True,
        help_text="a pull or merge request of the repository: its number, or its ref; by default the linked branch",
    )
    token = serializers.CharField(
        max_length=MAX_TOKEN_LENGTH,
        required=False,
        default="",
        allow_blank=True,
        help_text="kept, sealed, until the pull ends",
    )


def link_to_json(link: LinkedBranch) -> LinkedBranchJson:
    """A linked branch, found by `forge.repositories.access`."""
    return {
        "url": link.url,
        "branch": link.branch,
        "folder": link.folder,
        "linked_by": person_to_json(link.linked_by) if link.linked_by else None,
        "linked": link.linked.isoformat(),
        "ended": link.ended.isoformat() if link.ended else None,
        "commit": link.commit,
        "version": None if link.version is None else link.version.number,
    }


def pull_to_json(pull: Pull) -> PullJson:
    """A pull, found by `forge.repositories.access`."""
    return {
        "id": str(pull.pk),
        "state": pull.job.state,
        "request": pull.request,
        "outcome": pull.outcome or None,
        "commit": pull.commit,
        "commits": pull.commits,
        "commit_count": pull.commit_count,
        "skipped_paths": pull.skipped_paths,
        "version": None if pull.version is None else pull.version.number,
        "change_request": None if pull.change_request is None else pull.change_request.number,
        "by": person_to_json(pull.job.requested_by) if pull.job.requested_by else None,
        "created": pull.created.isoformat(),
        "error": pull.job.error,
    }
