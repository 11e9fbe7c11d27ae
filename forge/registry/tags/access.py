"""Finding the tags of a project."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from forge.accounts.permissions import Verb, can
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.projects.models import Project
from forge.registry.hooks import Clearance, clearances_of
from forge.registry.models import Admission, Publication, Tag, TagQuerySet
from forge.registry.tags.errors import NoSuchTag, TagWithdrawn


def tags_of(actor: Actor, project: Project) -> list[Tag]:
    """The project's tags that the person may see, the newest first, without those that were withdrawn."""
    return list(_tags_for_reading(actor, project).listed())


def withdrawn_tags_of(actor: Actor, project: Project) -> list[Tag]:
    """Returns the withdrawn tags for a reader of the project; nobody else has a list of them."""
    if not can(actor, Verb.READ, project):
        return []
    return list(_tags_for_reading(actor, project).exclude(withdrawn=None))


def _tags_for_reading(actor: Actor, project: Project) -> TagQuerySet:
    tags = Tag.objects.visible_to(actor).filter(repository__project=project)
    return tags.select_related(
        "manifest",
        "build__artefact__rebuild",
        "build__version",
        "author",
        "publication__author",
        "repository__project",
    )


def default_tag(tags: Sequence[Tag]) -> Tag | None:
    """The tag that a visitor gets who names none, of a project's tags, the newest first.

    The newest that is approved, or that an owner published past the gate. Where there is none, the newest that nobody
    wants changed, and only where each is objected to, the newest of all. One that is deprecated comes after all others.
    """
    if not tags:
        return None
    digests = {tag.build.artefact.digest for tag in tags if tag.build.artefact is not None}
    verdicts = clearances_of(tags[0].repository.project, digests)

    def rank(tag: Tag) -> tuple[bool, int]:
        return tag.is_deprecated, verdict_rank(tag)

    def verdict_rank(tag: Tag) -> int:
        clearance = verdicts.get(tag.build.artefact.digest) if tag.build.artefact is not None else None
        if tag.override is not None:
            return 0
        return (Clearance.APPROVED, Clearance.UNJUDGED, Clearance.OBJECTED).index(clearance or Clearance.UNJUDGED)

    return min(tags, key=rank)


def rejected_among(tags: Sequence[Tag]) -> list[Tag]:
    """Returns the tags of a project whose build somebody wants changed."""
    digests = {tag.pk: tag.build.artefact.digest for tag in tags if tag.build.artefact is not None}
    if not digests:
        return []
    verdicts = clearances_of(tags[0].repository.project, set(digests.values()))
    return [tag for tag in tags if tag.pk in digests and verdicts[digests[tag.pk]] is Clearance.OBJECTED]


def override_of(build: Build) -> Publication | None:
    """The newest publication of a build past a gate, under whatever tag; None if it has none. The caller may see what
    was published of the build."""
    return overrides_of([build.pk]).get(build.pk)


def overrides_of(builds: Collection[UUID]) -> Mapping[UUID, Publication]:
    """The same of several builds, by the build."""
    publications = Publication.objects.filter(build__in=builds, admission=Admission.OVERRIDDEN)
    return {each.build_id: each for each in publications.select_related("author").order_by("created")}


def find_tag(actor: Actor, project: Project, name: str) -> Tag:
    """Returns a tag. Raises `NoSuchTag`, and `TagWithdrawn` for one that was withdrawn."""
    tag = find_any_tag(actor, project, name)
    if tag.is_withdrawn:
        raise TagWithdrawn(tag.advice)
    return tag


def find_any_tag(actor: Actor, project: Project, name: str) -> Tag:
    """Returns a tag, also when it was withdrawn. Raises `NoSuchTag`."""
    tag = _tags_for_reading(actor, project).filter(name=name).first()
    if tag is None:
        raise NoSuchTag(f"Nothing is published under {name}.")
    return tag
