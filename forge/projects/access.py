"""Finding a project by its address for a person: unknown and forbidden look the same, a former name redirects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from forge.accounts.access import nothing_for, refusal
from forge.accounts.models import FormerOrganisationName, Organisation
from forge.accounts.names import is_name
from forge.accounts.permissions import Verb, can, open_visibilities
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE
from forge.core.database.compiled_queries import CompiledLookup
from forge.core.errors import AddressChanged, Gone, SignInNeeded
from forge.projects.errors import FilesNotShared
from forge.projects.models import Favourite, Fork, FormerProjectName, Project, ProjectQuerySet

_SEEN_BY = frozenset({Verb.SEE})
_living_by_address = CompiledLookup(
    lambda organisation, name: (
        Project.objects.alive()
        .select_related("organisation")
        .filter(organisation__name=organisation, name=name)
        .order_by()[:1]
    ),
    str,
    str,
)
"""The cache of living projects by address, which nearly each request reads."""


@dataclass(frozen=True)
class Popularity:
    """A project's popularity in numbers: nobody is named."""

    favourites: int
    forks: int
    is_favourite: bool


def find_project(actor: Actor, organisation_name: str, name: str, verb: Verb = Verb.READ) -> Project:
    """The living project at an address, if the person may do `verb` to it.

    Raises `SignInNeeded` for a visitor, `NotFound` for what is not there or not theirs, `Forbidden` for a member
    whose role does not include the verb, `AddressChanged`, with the present `/organisation/name`, for a former
    name, and `Gone` for a public page that was taken down.
    """
    project, has_moved = _by_address(organisation_name, name)
    where = f"{organisation_name}/{name}"
    if project is None:
        raise nothing_for(actor, verb, where, NOWHERE)
    if verb in _SEEN_BY and is_closed_to(actor, project):
        raise unpublished_error(project)
    if not can(actor, Verb.SEE, project) or (verb not in _SEEN_BY and not can(actor, Verb.READ, project)):
        raise nothing_for(actor, verb, where, project.place)
    if has_moved:
        raise AddressChanged(project.get_absolute_url())
    if not can(actor, verb, project):
        raise refusal(actor, verb, where, project.place)
    return project


def is_closed_to(actor: Actor, project: Project) -> bool:
    """Returns whether a person does not see the project's page for the one reason that it was taken down."""
    was_open = project.taken_down is not None and project.visibility in open_visibilities(actor)
    return was_open and not can(actor, Verb.SEE, project)


def unpublished_error(project: Project) -> Gone:
    """Returns the error for a project whose public page was taken down."""
    since = f"{project.taken_down:%-d %B %Y}" if project.taken_down else ""
    return Gone(f"What {project.full_name} shared was taken down by the operator of this server on {since}.")


def require(actor: Actor, verb: Verb, project: Project) -> None:
    """Raises what `find_project` would when the person may not do `verb` to the project; actions begin with it."""
    if can(actor, verb, project):
        return
    answer = refusal if can(actor, Verb.READ, project) else nothing_for
    raise answer(actor, verb, project.full_name, project.place)


def organisations_of_projects(actor: Actor) -> frozenset[UUID]:
    """The ids of the organisations in whose projects somebody has a role of their own. A query where they have any."""
    if not actor.project_roles:
        return frozenset()
    projects = Project.objects.of_member(actor).filter(pk__in=actor.project_roles)
    return frozenset(projects.values_list("organisation", flat=True))


def origin_of(actor: Actor, project: Project) -> Project | None:
    """The project from which this one was forked, where the person may see its page. They were shown this one."""
    forks = Fork.objects.visible_to(actor).select_related("origin__organisation")
    fork = forks.filter(project=project, is_duplicate=False).first()
    return fork.origin if fork else None


def may_copy(actor: Actor, project: Project) -> bool:
    """Returns whether a person may copy a project's files: readers may, and where the project shares its files,
    everyone with an account who sees its page may copy those that it published."""
    if can(actor, Verb.READ, project):
        return True
    return project.shares_files and actor.person is not None and can(actor, Verb.SEE, project)


def require_copy(actor: Actor, project: Project) -> None:
    """Raises `FilesNotShared` for who sees the page alone, and what `require` raises for who does not."""
    if may_copy(actor, project):
        return
    require(actor, Verb.SEE, project)
    if actor.person is None:
        raise SignInNeeded("Sign in to copy this.")
    raise FilesNotShared(
        f"{project.full_name} shows what it published, and not its files. Ask its people to share them."
    )


def is_favourite(actor: Actor, project: Project) -> bool:
    """Returns whether a project is among a person's favourites. The caller has found it for them."""
    return Favourite.objects.filter(person=actor.pk, project=project).exists()


def favourites_of(actor: Actor) -> ProjectQuerySet:
    """The favourites of a person that they may still read, those that changed last first."""
    mine = Favourite.objects.filter(person=actor.pk).values("project")
    return Project.objects.of_member(actor).filter(pk__in=mine)


def favourites_seen(actor: Actor) -> ProjectQuerySet:
    """Returns the favourites that a person may open, those of other organisations included.

    A list shows no more of them than their own pages do.
    """
    mine = Favourite.objects.filter(person=actor.pk).values("project")
    return Project.objects.visible_to(actor).filter(pk__in=mine)


def popularity_of(actor: Actor, project: Project) -> Popularity:
    """Returns how many people chose and forked a project, and whether the person did.

    The caller has found it for them. One query.
    """
    favourites = Favourite.objects.filter(project=project)
    forks = Fork.objects.filter(origin=project, is_duplicate=False, project__deleted_at=None)
    counts = Project.objects.filter(pk=project.pk).values_list(
        Coalesce(Subquery(_count(favourites)), 0),
        Coalesce(Subquery(_count(forks)), 0),
        Exists(favourites.filter(person=actor.pk)),
    )
    return Popularity(*counts[0])


def _count(rows: QuerySet[Any]) -> Any:
    return rows.order_by().annotate(one=Value(1)).values("one").annotate(count=Count("*")).values("count")


def with_favourites(actor: Actor, projects: ProjectQuerySet) -> ProjectQuerySet:
    """Projects that say whether they are a person's favourites, in the query that reads them."""
    mine = Favourite.objects.filter(person=actor.pk, project=OuterRef("pk"))
    return projects.annotate(is_favourite=Exists(mine))  # type: ignore[no-redef]


def _by_address(organisation_name: str, name: str) -> tuple[Project | None, bool]:
    """The living project at an address and whether it has another one now."""
    if not is_name(organisation_name) or not is_name(name):
        return None, False
    project = _living_by_address.first(organisation_name, name)
    if project is not None:
        return project, False
    living = Project.objects.alive().select_related("organisation")
    organisation = Organisation.objects.filter(name=organisation_name).first()
    if organisation is None:
        former = FormerOrganisationName.objects.filter(name=organisation_name).first()
        if former is None:
            return None, False
        organisation = Organisation.objects.get(pk=former.organisation_id)
    project = living.filter(organisation=organisation, name=name).first()
    if project is None:
        former_name = FormerProjectName.objects.filter(organisation=organisation, name=name).first()
        project = living.filter(pk=former_name.project_id).first() if former_name else None
    return project, True
