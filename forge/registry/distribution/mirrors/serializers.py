"""Mirrors as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp
from forge.core.preconditions import Facet
from forge.jobs.models import Job
from forge.registry.distribution.mirrors.models import Mirror


class MirrorJson(TypedDict):
    """Another registry that a project's repository is copied to, or fetched from."""

    direction: Annotated[str, "`to` or `from`"]
    registry: str
    repository: str
    user: str
    has_password: bool
    ended: Annotated[bool, "whether it no longer works, since the person who set it may no longer manage the project"]
    changed: Annotated[Timestamp | None, "when something was copied or fetched last, or that failed"]
    problem: Annotated[str, "why that failed, or empty if it did not"]


class MirrorsJson(TypedDict):
    """The mirrors of a project, at most one in each direction."""

    mirrors: list[MirrorJson]


class MirrorCopyJson(TypedDict):
    """The job that copies."""

    job: str


def mirror_facets(mirror: Mirror | None) -> tuple[Facet, ...]:
    """Returns the facets that changing a mirror depends on."""
    values = [] if mirror is None else [mirror.registry, mirror.repository, mirror.user, str(mirror.ended)]
    return (Facet("mirror", values, "The mirror changed."),)


def mirror_to_json(mirror: Mirror) -> MirrorJson:
    """A mirror without its password."""
    return {
        "direction": mirror.direction,
        "registry": mirror.registry,
        "repository": mirror.repository,
        "user": mirror.user,
        "has_password": bool(mirror.sealed_password),
        "ended": mirror.ended is not None,
        "changed": mirror.changed.isoformat() if mirror.changed else None,
        "problem": mirror.problem,
    }


def copy_to_json(job: Job) -> MirrorCopyJson:
    """The job of a copy."""
    return {"job": str(job.pk)}


MIRROR = ActAnswer(mirror_to_json, mirror_facets)
COPY = ActAnswer(copy_to_json, status=202)
