"""The events of projects, what becomes of them, and the sentences of the audit log about projects."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypedDict
from uuid import UUID

from forge.accounts.people.serializers import PersonJson
from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.core.api.json_types import Uuid
from forge.core.audit.messages import AuditSentences, AuditTopic, Thing, ids_among, things_named
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    StoredEvent,
)
from forge.core.events.declarations import EVERYTHING, EventType, StreamKind, declare
from forge.projects.models import Project
from forge.projects.serializers import ProjectSummaryJson


class ProjectChangedJson(TypedDict):
    """The project has another name, description or visibility, or was restored."""

    project: ProjectSummaryJson


class ProjectDeletedJson(TypedDict):
    """The project was deleted, and its sockets close."""


class ProjectTakenDownJson(TypedDict):
    """The operator took its public page down, or put it back."""

    change: str
    """`taken-down` or `put-back`."""


class VersionSavedJson(TypedDict):
    """The files were saved as a version of this number, or such a version has another message."""

    number: int


class VersionRestoredJson(TypedDict):
    """The files, or those of `paths`, are what they were in a version. `before` is the version that they were until
    then: restoring it takes that back."""

    number: int
    before: int
    by: PersonJson | None


class OrganisationProjectCreatedJson(TypedDict):
    """The organisation has a new project."""

    project: Uuid
    name: str


class OrganisationProjectDeletedJson(TypedDict):
    """A project was deleted."""

    project: Uuid


class OrganisationProjectRestoredJson(TypedDict):
    """A deleted project was restored, possibly under another name."""

    project: Uuid


TAKE_DOWNS = NoticeTopic(
    "taken-down",
    icon="flag",
    messages={
        "taken-down": "The operator of this server took it down",
        "put-back": "The operator of this server put it back",
    },
    action="See why",
)


def _take_down_notice(event: StoredEvent[ProjectTakenDownJson]) -> NoticeDraft | None:
    """Tells those who manage the project."""
    project = Project.objects.filter(pk=event.holder).first()
    if project is None:
        return None
    return NoticeDraft(
        TAKE_DOWNS,
        event.data["change"],
        title=f"The public page of {project.name}",
        subject=f"take-down:{project.pk}",
        path="",
        addressees=frozenset(mate.user.pk for mate in team_of(project, Verb.MANAGE)),
        is_for_watchers=False,
    )


def _created(event: StoredEvent[OrganisationProjectCreatedJson]) -> ActivityEntry:
    project = event.data["project"]
    return ActivityEntry("created", project, project=UUID(project))


def _restore_entry(event: StoredEvent[OrganisationProjectRestoredJson]) -> ActivityEntry:
    project = event.data["project"]
    return ActivityEntry("restored", project, project=UUID(project))


def _deletion_entry(event: StoredEvent[OrganisationProjectDeletedJson]) -> ActivityEntry:
    """Returns an entry of the organisation: nobody sees the project any more, so the entry has its name alone."""
    project = event.data["project"]
    return ActivityEntry("deleted", project, {"name": Project.objects.values_list("name", flat=True).get(pk=project)})


PROJECT_CHANGED = declare(
    EventType(
        "project.changed",
        StreamKind.PROJECT,
        ProjectChangedJson,
        audit=AuditSentences(AuditTopic.PROJECTS, {"project.update": "changed the project {project}: {changes}"}),
    )
)
PROJECT_DELETED = declare(EventType("project.deleted", StreamKind.PROJECT, ProjectDeletedJson, (EVERYTHING,)))
PROJECT_TAKEN_DOWN = declare(
    EventType(
        "project.taken-down",
        StreamKind.PROJECT,
        ProjectTakenDownJson,
        ("state",),
        audit=AuditSentences(
            AuditTopic.PROJECTS,
            {
                "project.take-down": "took the public page of {project} down: “{reason}”",
                "project.put-back": "put the public page of {project} back",
            },
        ),
        notice=NoticeAnnouncement((TAKE_DOWNS,), _take_down_notice),
    )
)
VERSION_SAVED = declare(
    EventType(
        "version.saved",
        StreamKind.PROJECT,
        VersionSavedJson,
        ("versions",),
        audit=AuditSentences(AuditTopic.FILES, {"version.save": "saved version {number} of {project}"}),
        activity=ActivityAnnouncement(
            {"saved": ActivitySentence("saved", rest="as version {number}")},
            lambda event: ActivityEntry("saved", f"version:{event.data['number']}"),
        ),
    )
)
VERSION_RESTORED = declare(
    EventType(
        "version.restored",
        StreamKind.PROJECT,
        VersionRestoredJson,
        ("versions",),
        audit=AuditSentences(AuditTopic.FILES, {"version.restore": "restored version {number} of {project}"}),
    )
)

_PROJECTS = ("projects",)
ORGANISATION_PROJECT_CREATED = declare(
    EventType(
        "project.created",
        StreamKind.ORGANISATION,
        OrganisationProjectCreatedJson,
        _PROJECTS,
        audit=AuditSentences(
            AuditTopic.PROJECTS,
            {"project.create": "created the project {project}", "project.fork": "created {project} as a fork"},
        ),
        activity=ActivityAnnouncement({"created": ActivitySentence("created")}, _created),
    )
)
ORGANISATION_PROJECT_DELETED = declare(
    EventType(
        "project.deleted",
        StreamKind.ORGANISATION,
        OrganisationProjectDeletedJson,
        _PROJECTS,
        audit=AuditSentences(AuditTopic.PROJECTS, {"project.delete": "deleted the project {project}"}),
        activity=ActivityAnnouncement(
            {"deleted": ActivitySentence("deleted", thing="{name}")}, _deletion_entry, values=("name",)
        ),
    )
)
ORGANISATION_PROJECT_RESTORED = declare(
    EventType(
        "project.restored",
        StreamKind.ORGANISATION,
        OrganisationProjectRestoredJson,
        _PROJECTS,
        audit=AuditSentences(AuditTopic.PROJECTS, {"project.restore": "restored the project {project}"}),
        activity=ActivityAnnouncement({"restored": ActivitySentence("restored")}, _restore_entry),
    )
)

# Actions that write no event, or one of another app.
declare_sentences(AuditTopic.PROJECTS, {"project.copied": "copied the published files of {project}"})
declare_sentences(
    AuditTopic.MEMBERS,
    {
        "project.role": "changed the role of {member} in {project} from {before} to {after}",
        "project.leave": "ended the role of {member} in {project}",
        "project.team-role": "changed the role of the team {team} in {project} from {before} to {after}",
        "project.team-leave": "ended the role of the team {team} in {project}",
    },
)
declare_sentences(
    AuditTopic.ACCOUNTS,
    {
        "favourite.add": "added {favourite} to the favourites",
        "favourite.remove": "removed {favourite} from the favourites",
    },
)
declare_sentences(
    AuditTopic.FILES,
    {
        "file.write": "wrote {path} in {project}",
        "file.delete": "deleted {path} in {project}",
        "file.copy": "copied {path} to {new_path} in {project}",
        "file.rename": "renamed {path} to {new_path} in {project}",
        "files.unpack": "unpacked an archive into {project}: {added} added, {replaced} replaced",
        "history.bring": "imported {versions} versions into {project}",
        "git.fetch": "created {project} from {url}",
    },
)
declare_sentences(
    AuditTopic.DOWNLOADS,
    {
        "file.download": "downloaded {path} of {project}",
        "archive.download": "downloaded the files of {project}",
        "git.push": "pushed the versions of {project} to {branch} of {url}",
    },
)


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Returns the names of projects; a deleted one has no page."""
    ids = ids_among(keys, "project")
    projects = Project.objects.select_related("organisation").filter(pk__in=ids) if ids else ()
    return {each.stream: Thing(each.full_name, "" if each.deleted_at else each.get_absolute_url()) for each in projects}
