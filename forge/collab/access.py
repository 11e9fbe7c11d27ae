"""Access to a project's sockets, checked when one opens and again whenever roles may have changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from forge.accounts.permissions import Verb, can, verbs_on
from forge.accounts.principals import Principal
from forge.accounts.quotas.limits import QuotaResource, limit_of
from forge.collab.reader import reader
from forge.core.audit.denials import record_denial
from forge.core.errors import AddressChanged, DomainError
from forge.core.events.log import last_sequences
from forge.projects.access import find_project
from forge.projects.models import Project


@dataclass(frozen=True)
class SocketAccess:
    """A person's rights on a project's sockets, and the streams with events that can change them."""

    project_id: UUID
    may: frozenset[Verb]
    address: str
    """The names of organisation and project, which are in addresses."""
    project_stream: str
    organisation_stream: str

    @property
    def may_edit(self) -> bool:
        """Whether what is sent is taken."""
        return Verb.EDIT in self.may


@dataclass(frozen=True)
class InitialAccess:
    """Access when a socket opens, and the numbers of the streams' last events that it is sure to reflect."""

    access: SocketAccess
    last_numbers: Mapping[str, int]
    most_sockets: int
    """How many the organisation may have open."""


async def enter_by_address(principal: Principal, organisation: str, name: str) -> InitialAccess | None:
    """A member's access to the project at an address, also a former one; None for anyone else."""
    return await reader.ask(_enter, principal, organisation, name)


async def access_now(principal: Principal, project_id: UUID) -> SocketAccess | None:
    """The access as it is now; None when it is lost."""
    return await reader.ask(_now, principal.afresh(), project_id)


def _enter(principal: Principal, organisation: str, name: str) -> InitialAccess | None:
    first = _by_address(principal, organisation, name)
    if first is None:
        return None
    streams = (first.project_stream, first.organisation_stream, principal.insist().stream)
    last_numbers = dict.fromkeys(streams, 0) | last_sequences(streams)
    # Asked again after the numbers are read: a change in between is either in the answer or has a higher number.
    access = _now(principal.afresh(), first.project_id)
    return (
        None
        if access is None
        else InitialAccess(access, last_numbers, limit_of(access.organisation_stream, QuotaResource.SOCKETS))
    )


def _by_address(principal: Principal, organisation: str, name: str) -> SocketAccess | None:
    try:
        return _access(principal, find_project(principal, organisation, name, Verb.READ))
    except AddressChanged as error:
        _, organisation, name = error.location.split("/")
    except DomainError as error:
        record_denial(error)
        return None
    try:
        return _access(principal, find_project(principal, organisation, name, Verb.READ))
    except DomainError as error:
        record_denial(error)
        return None


def _now(principal: Principal, project_id: UUID) -> SocketAccess | None:
    project = Project.objects.alive().select_related("organisation").filter(pk=project_id).first()
    if project is None or not can(principal, Verb.READ, project):
        return None
    return _access(principal, project)


def _access(principal: Principal, project: Project) -> SocketAccess:
    return SocketAccess(
        project_id=project.pk,
        may=verbs_on(principal, project),
        address=project.full_name,
        project_stream=project.stream,
        organisation_stream=project.organisation.stream,
    )
