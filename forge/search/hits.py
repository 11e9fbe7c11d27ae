"""Searches projects, builds, people, files and documentation that a person may see, with one query each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, When

from forge.accounts.access import organisations_of, people_beside
from forge.accounts.models import Organisation
from forge.builds.contents import contents_with
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.projects.models import Project, ProjectQuerySet
from forge.search.docs import find_headings
from forge.search.query import SearchQuery

RESULTS_SHOWN = 6
"""Results of each kind while somebody types."""
ROWS_PER_HIT = 8
"""Rows read for each result, where several rows may belong to one result."""


class HitKind(StrEnum):
    """The kinds of results, in display order."""

    PROJECT = "project"
    BUILD = "build"
    ORGANISATION = "organisation"
    PERSON = "person"
    FILE = "file"
    DOCS = "docs"


@dataclass(frozen=True)
class Hit:
    """A search result."""

    kind: HitKind
    title: str
    detail: str
    url: str


def find(actor: Actor, query: SearchQuery, limit: int = RESULTS_SHOWN) -> list[Hit]:
    """Returns at most `limit` results of each kind, the best match first, then the newest. An empty query returns
    recent projects and builds."""
    if query.is_empty:
        return [*_projects(_recent_projects(actor), limit), *_builds(_recent_builds(actor), limit)]
    return [
        *_projects(_ranked_projects(actor, query.typed_words), limit),
        *_builds(_numbered_builds(actor, query), limit),
        *_organisations(actor, query.typed_words, limit),
        *_people(actor, query.typed_words, limit),
        *_files(actor, query.typed_words, limit),
        *_docs(query.typed_words, limit),
    ]


def _recent_projects(actor: Actor) -> ProjectQuerySet:
    return Project.objects.of_member(actor).order_by("-changed")


def _recent_builds(actor: Actor) -> QuerySet[Build]:
    return Build.objects.visible_to(actor).numbered().requested_by(actor.pk).order_by("-created")


def _ranked_projects(actor: Actor, words: Sequence[str]) -> ProjectQuerySet:
    """Returns projects whose name, description or organisation contains each word; matching names come first."""
    projects = Project.objects.of_member(actor)
    for word in words:
        projects = projects.filter(
            Q(name__icontains=word) | Q(description__icontains=word) | Q(organisation__name__icontains=word)
        )
    first = words[0]
    rank = Case(
        When(name__iexact=first, then=0),
        When(name__istartswith=first, then=1),
        When(name__icontains=first, then=2),
        default=3,
        output_field=IntegerField(),
    )
    return projects.order_by(rank, "-changed")


def _numbered_builds(actor: Actor, query: SearchQuery) -> QuerySet[Build]:
    """Returns builds with the number, in projects whose names contain the words."""
    if query.number is None:
        return Build.objects.none()
    builds = Build.objects.visible_to(actor).numbered().filter(number=query.number)
    for word in query.words:
        builds = builds.filter(Q(project__name__icontains=word) | Q(project__organisation__name__icontains=word))
    return builds.order_by("-created")


def _projects(projects: ProjectQuerySet, limit: int) -> Iterator[Hit]:
    for project in projects.select_related("organisation")[:limit]:
        detail = project.organisation.name
        yield Hit(HitKind.PROJECT, project.name, detail, f"{project.get_absolute_url()}/studio")


def _builds(builds: QuerySet[Build], limit: int) -> Iterator[Hit]:
    for build in builds.select_related("project__organisation", "version")[:limit]:
        title = f"{build.project.name}, {build.title}"
        detail = f"{build.project.organisation.name} · {build.state.label}"
        yield Hit(HitKind.BUILD, title, detail, f"{build.project.get_absolute_url()}/builds/{build.number}")


def _organisations(actor: Actor, words: Sequence[str], limit: int) -> Iterator[Hit]:
    organisations: QuerySet[Organisation] = organisations_of(actor)
    for word in words:
        organisations = organisations.filter(Q(name__icontains=word) | Q(title__icontains=word))
    for each in organisations.order_by("name")[:limit]:
        yield Hit(HitKind.ORGANISATION, each.name, each.title, each.get_absolute_url())


def _people(actor: Actor, words: Sequence[str], limit: int) -> Iterator[Hit]:
    """Members of the same organisations, each once."""
    person_ids: set[UUID] = set()
    # Somebody has a row for each organisation that they share.
    for membership in people_beside(actor, words)[: limit * max(ROWS_PER_HIT, len(actor.roles))]:
        person, organisation = membership.user, membership.organisation
        if person.pk not in person_ids and len(person_ids) < limit:
            person_ids.add(person.pk)
            yield Hit(HitKind.PERSON, str(person), f"{organisation.name} · {person.email}", f"/users/{person.pk}")


def _files(actor: Actor, words: Sequence[str], limit: int) -> Iterator[Hit]:
    """Yields files whose path contains each word, from the most recently changed projects first."""
    count = 0
    for contents in contents_with(actor, words)[: limit * ROWS_PER_HIT]:
        for path in contents.paths.split("\n"):
            if count < limit and all(word in path.lower() for word in words):
                count += 1
                url = f"{contents.project.get_absolute_url()}/studio?{urlencode({'file': path})}"
                yield Hit(HitKind.FILE, path, contents.project.full_name, url)


def _docs(words: Sequence[str], limit: int) -> Iterator[Hit]:
    for heading in find_headings(words, limit):
        yield Hit(HitKind.DOCS, heading.text, "" if heading.text == heading.page else heading.page, heading.url)
