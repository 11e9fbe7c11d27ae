"""Hooks of the registry; higher floors register functions in their `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.core.preconditions import Facet
from forge.projects.models import Project, Version
from forge.registry.models import Tag


@dataclass(frozen=True)
class GateAnswer:
    """The answer of a gate about publishing a build under a tag.

    `missing` holds a sentence for each obstacle, with what to do next. A tag that is not protected has only the
    obstacles that are secrets in the files.
    """

    is_protected: bool
    missing: tuple[str, ...] = ()


gates: Hook[[Build, str], GateAnswer] = Hook()
"""The gates, called in the transaction that publishes, with the project's row locked, and by pages that show the answer
beforehand."""


block_gates: Hook[[Project, Version, str], GateAnswer] = Hook()
"""The same of a version of a block, whose files are a version of the project. Asked with the project's row locked."""


protections: Hook[[Project, Collection[str]], Collection[str]] = Hook()
"""The functions that return which of some tags of a project are protected, whatever is pushed under them."""


class Clearance(StrEnum):
    """The members' verdict on a rune."""

    APPROVED = "approved"
    """Somebody approves it, and nobody wants it changed."""
    UNJUDGED = "unjudged"
    OBJECTED = "objected"
    """Somebody wants it changed."""


withdrawals: Hook[[Tag, str], None] = Hook()
"""The hooks that are called with a tag and the reason for which it is withdrawn, in the transaction that withdraws
it."""


clearances: Hook[[Project, Collection[str]], Mapping[str, Clearance]] = Hook()
"""The clearances by the digests of runes. A rune that is not listed is unjudged. The caller has found the project for
the person."""


publication_facets: Hook[[Build], Sequence[Facet]] = Hook()
"""Returns other facets of publishing a build, such as verdicts of reviews. The caller may see the build."""


judges_of: Hook[[Build], Collection[UUID]] = Hook()
"""The people whose verdicts on a build's bytes stand: they hear of its publication."""


@dataclass(frozen=True)
class BuildApproval:
    """An approval of a build's bytes by a person: in which round of a review, 0 outside of one, and since when."""

    person: UUID
    round: int
    time: datetime


approvals: Hook[[Build], Collection[BuildApproval]] = Hook()
"""The approvals of a build's bytes that stand. The caller has found the build for someone, or says it without names."""


class DependantKind(StrEnum):
    """A kind of dependant, in the order of lists."""

    DEPLOYMENT = "deployment"
    BLOCK = "block"
    """A project that uses a block."""
    FORK = "fork"


@dataclass(frozen=True)
class Dependant:
    """Something that depends on what a project published. `path` is the address of its page."""

    kind: DependantKind
    title: str
    path: str
    version: str = ""
    """The version that it depends on, or "" if no tag names that now."""


dependants: Hook[[Actor, Project], Sequence[Dependant]] = Hook()
"""The dependants of higher floors, as far as the person may see them. The caller has found the project for them."""


def gate(build: Build, tag: str) -> GateAnswer:
    """Returns the combined result of all gates."""
    return _together(gates.call(build, tag))


def block_gate(project: Project, source: Version, version: str) -> GateAnswer:
    """Returns the combined result of all gates for a block's version."""
    return _together(block_gates.call(project, source, version))


def is_protected(project: Project, tag: str) -> bool:
    """Returns whether one of the gates protects a tag of a project."""
    return any(protections.call(project, [tag]))


def clearances_of(project: Project, digests: Collection[str]) -> dict[str, Clearance]:
    """Returns the verdicts on runes; the worst, where there are several for one."""
    results = dict.fromkeys(digests, Clearance.UNJUDGED)
    order = (Clearance.UNJUDGED, Clearance.APPROVED, Clearance.OBJECTED)
    for verdicts in clearances.call(project, digests):
        for digest, clearance in verdicts.items():
            results[digest] = max(results[digest], clearance, key=order.index)
    return results


def _together(answers: Collection[GateAnswer]) -> GateAnswer:
    missing = tuple(dict.fromkeys(each for answer in answers for each in answer.missing))
    return GateAnswer(any(answer.is_protected for answer in answers), missing)
