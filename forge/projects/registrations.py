"""The hooks that projects register with lower floors: to which projects a token may be restricted, what an invitation
to one is to, and periodic tasks."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from uuid import UUID

from forge.accounts.hooks import (
    InvitationPurpose,
    MemberProject,
    member_projects,
    projects_of_organisation,
    purposes,
    readable_projects_among,
)
from forge.accounts.models import Invitation, Organisation
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, organisation_counts
from forge.core.actors import Actor
from forge.core.audit.messages import ids_among
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.projects.creating.quotas import count_projects
from forge.projects.models import Project
from forge.projects.versions.autosave_task import INTERVAL_SECONDS, autosave_changed_projects


@readable_projects_among.register
def own_projects(actor: Actor, keys: Collection[str]) -> Set[str]:
    """The keys of projects among these that are that one reads by a role."""
    ids = ids_among(keys, "project")
    return {each.stream for each in Project.objects.of_member(actor).filter(pk__in=ids)} if ids else set()


@projects_of_organisation.register
def projects_among(organisation: UUID, keys: Collection[str]) -> Set[str]:
    """The keys of an organisation's projects among these."""
    ids = ids_among(keys, "project")
    return {each.stream for each in Project.objects.filter(organisation=organisation, pk__in=ids)} if ids else set()


@member_projects.register
def offered_projects(actor: Actor, organisation: UUID | None, limit: int | None) -> Sequence[MemberProject]:
    """The projects that the actor may read by a role, by name."""
    projects = Project.objects.of_member(actor).order_by("name")
    if organisation is not None:
        projects = projects.filter(organisation=organisation)
    return [MemberProject(each.pk, each.organisation_id, each.name, each.stream) for each in projects[:limit]]


@purposes.register
def project_of(invitation: Invitation) -> InvitationPurpose | None:
    """The project that an invitation is to, while it is there."""
    if invitation.project is None:
        return None
    project = Project.objects.alive().select_related("organisation").filter(pk=invitation.project).first()
    return InvitationPurpose("", project.full_name, project.get_absolute_url()) if project else None


@organisation_counts.register
def projects_of(organisation: Organisation) -> Counts:
    """Returns how many projects an organisation has."""
    return {QuotaResource.PROJECTS: count_projects(organisation)}


register(
    PeriodicTask(
        "versions",
        INTERVAL_SECONDS,
        RunsIn.ONE_WORKER,
        "saves what people work on as versions",
        autosave_changed_projects,
    )
)
