"""The hooks that the registry registers with lower floors: a project's state shows its tags, and its names keep
the bytes that were published under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from forge.compute.secret_search import require_searched
from forge.core.actors import Actor
from forge.core.blobs.dependents import names_of_users
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.datasets.hooks import work_stoppers
from forge.jobs.kinds import register as register_kind
from forge.projects.hooks import (
    PublishedVersions,
    VersionPartsJson,
    deletion_facets,
    name_assigned,
    published_versions,
    sharing_obstacles,
    state_parts,
    version_parts,
)
from forge.projects.models import Project, Version
from forge.projects.secrets.results import secret_sentences
from forge.projects.secrets.scan import MAX_SENTENCES
from forge.projects.versions.mounting import published_blocks, usable_texts
from forge.registry.blocks.access import locked_blocks
from forge.registry.blocks.usable import usable_texts_of
from forge.registry.discovery.standings.withdrawn import close_tables, end_entries
from forge.registry.distribution.artifacts.dependents import tags_needing
from forge.registry.distribution.artifacts.sweep import SWEEP_EVERY, sweep
from forge.registry.distribution.mirrors.jobs import COPY, request_copies
from forge.registry.distribution.mirrors.jobs import REQUEST_EVERY as COPY_EVERY
from forge.registry.hooks import withdrawals
from forge.registry.models import Tag, WithdrawnRune
from forge.registry.provenance.signing.jobs import (
    COMPLETE_EVERY,
    MAKE_KEY,
    SIGN,
    SIGN_BLOCK,
    complete_blocks,
    complete_publications,
)
from forge.registry.provenance.signing.supervisor import CHECK_EVERY, start_signer
from forge.registry.rebuilds.jobs import REBUILD, REQUEST_EVERY, request_rebuilds
from forge.registry.tags.access import default_tag, tags_of
from forge.registry.tags.etag_facets import tag_facets
from forge.registry.tags.fixed_versions import take_along
from forge.registry.tags.pulling.uses import FLUSH_EVERY, write_down
from forge.registry.tags.serializers import TagsJson, tag_to_json
from forge.registry.tags.templates.publishing import EVERY, publish_templates

name_assigned.register(take_along)
deletion_facets.register(tag_facets)
names_of_users.register(tags_needing)
work_stoppers.register(close_tables)
withdrawals.register(end_entries)
published_blocks.register(locked_blocks)
usable_texts.register(usable_texts_of)
register_kind(MAKE_KEY)
register_kind(SIGN)
register_kind(SIGN_BLOCK)
register_kind(REBUILD)
register_kind(COPY)
register(
    PeriodicTask(
        "artifacts",
        SWEEP_EVERY,
        RunsIn.ONE_WORKER,
        "ends uploads that stopped, empties the trash",
        sweep,
        deletes_old=True,
    )
)
register(PeriodicTask("uses", FLUSH_EVERY, RunsIn.EACH_SERVER, "writes down how often runes were used", write_down))
register(
    PeriodicTask(
        "signatures",
        COMPLETE_EVERY,
        RunsIn.EACH_SERVER,
        "adds provenance and signatures that are missing",
        complete_publications,
    )
)
register(
    PeriodicTask(
        "block-signatures",
        COMPLETE_EVERY,
        RunsIn.EACH_SERVER,
        "adds provenance and signatures that blocks lack",
        complete_blocks,
    )
)
register(PeriodicTask("signer", CHECK_EVERY, RunsIn.EACH_SERVER, "starts the signer when there is work", start_signer))
register(
    PeriodicTask(
        "rebuilds", REQUEST_EVERY, RunsIn.ONE_WORKER, "builds what was published a second time", request_rebuilds
    )
)
register(PeriodicTask("mirrors", COPY_EVERY, RunsIn.ONE_WORKER, "copies what was published to mirrors", request_copies))
register(PeriodicTask("templates", EVERY, RunsIn.ONE_WORKER, "builds and publishes the templates", publish_templates))


@state_parts.register
def tags_state(project: Project, actor: Actor) -> TagsJson:
    """The part `tags` of a project's state."""
    return {"tags": [tag_to_json(tag) for tag in tags_of(actor, project)]}


@published_versions.register
def what_is_published(actor: Actor, project: Project) -> PublishedVersions | None:
    """The versions of the builds that are tagged."""
    tags = _shared_tags(actor, project)
    usual = default_tag(tags)
    if usual is None or usual.build.version is None:
        return None
    names: dict[Version, list[str]] = {}
    for tag in reversed(tags):
        if tag.build.version is not None:
            names.setdefault(tag.build.version, []).append(tag.name)
    return PublishedVersions(usual.build.version, list(names.items()))


@sharing_obstacles.register
def find_secrets_in_published_files(project: Project) -> Sequence[str]:
    """Returns what looks like a secret in the files that sharing would give away. The caller has found the project.

    Raises `Busy`.
    """
    tags = Tag.objects.filter(repository__project=project, withdrawn=None).exclude(build__version=None)
    versions = dict.fromkeys(tag.build.source for tag in tags.select_related("build__version").order_by("-created"))
    for version in versions:
        require_searched(version)
    return [
        f"In version {version.number}: {sentence}" for version in versions for sentence in secret_sentences(version)
    ][:MAX_SENTENCES]


def _shared_tags(actor: Actor, project: Project) -> list[Tag]:
    """The tags whose files are given to strangers: without those that were withdrawn, and without others that were
    built from the same files."""
    digests = set(WithdrawnRune.objects.filter(repository__project=project).values_list("files", flat=True))
    return [each for each in tags_of(actor, project) if each.build.version and each.build.version.digest not in digests]


@version_parts.register
def tags_of_versions(version_ids: Sequence[UUID]) -> Mapping[UUID, VersionPartsJson]:
    """The tags of versions' builds, by name. The caller has found the project for someone."""
    names_of_versions: dict[UUID, list[str]] = {}
    rows = Tag.objects.filter(build__version_id__in=version_ids).order_by("name")
    for name, version in rows.values_list("name", "build__version_id"):
        names_of_versions.setdefault(version, []).append(name)
    return {version: {"tags": names} for version, names in names_of_versions.items()}
