"""What the streams of projects and of their organisations tell of projects."""

from __future__ import annotations

from typing import TypedDict

from forge.accounts.people.serializers import PersonJson
from forge.core.api.json_types import Uuid
from forge.core.events.declarations import EVERYTHING, EventType, StreamKind, declare
from forge.projects.serializers import ProjectSummaryJson


class ProjectChangedJson(TypedDict):
    """The project has another name, description or visibility, or was restored."""

    project: ProjectSummaryJson


class ProjectDeletedJson(TypedDict):
    """The project was deleted, and its sockets close."""


class SamplesChangedJson(TypedDict):
    """A sample was sent or deleted."""


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


PROJECT_CHANGED = declare(EventType("project.changed", StreamKind.PROJECT, ProjectChangedJson))
PROJECT_DELETED = declare(EventType("project.deleted", StreamKind.PROJECT, ProjectDeletedJson, (EVERYTHING,)))
SAMPLES_CHANGED = declare(EventType("samples.changed", StreamKind.PROJECT, SamplesChangedJson, ("samples",)))
VERSION_SAVED = declare(EventType("version.saved", StreamKind.PROJECT, VersionSavedJson, ("versions",)))
VERSION_RESTORED = declare(EventType("version.restored", StreamKind.PROJECT, VersionRestoredJson, ("versions",)))

_PROJECTS = ("projects",)
ORGANISATION_PROJECT_CREATED = declare(
    EventType("project.created", StreamKind.ORGANISATION, OrganisationProjectCreatedJson, _PROJECTS)
)
ORGANISATION_PROJECT_DELETED = declare(
    EventType("project.deleted", StreamKind.ORGANISATION, OrganisationProjectDeletedJson, _PROJECTS)
)
ORGANISATION_PROJECT_RESTORED = declare(
    EventType("project.restored", StreamKind.ORGANISATION, OrganisationProjectRestoredJson, _PROJECTS)
)
