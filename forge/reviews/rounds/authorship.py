"""The authors of what a build holds: none of them gives its verdict, and no approval of theirs counts."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.projects.models import Version
from forge.reviews.models import Verdict, VerdictChoice


def authors_of(build: Build) -> frozenset[UUID]:
    """Returns who requested a build of these bytes, or wrote in the files since the last approved build
    (docs/adr/0070).

    That is the newest one with other bytes, approved and wanted changed by nobody, whose files are not newer. Who takes
    a suggestion wrote it; who gives a recording wrote nothing.
    """
    return _requesters(build) | _who_wrote(build)


def is_own_rune(actor: Actor, build: Build) -> bool:
    """Returns whether the person is among the authors."""
    return build.requested_by_id == actor.pk or actor.pk in authors_of(build)


def _requesters(build: Build) -> frozenset[UUID]:
    if build.artefact is None:
        return frozenset()
    same = Build.objects.numbered().filter(project=build.project_id, artefact__digest=build.artefact.digest)
    return frozenset(same.exclude(job__requested_by=None).values_list("job__requested_by", flat=True))


def _who_wrote(build: Build) -> frozenset[UUID]:
    if build.version is None:
        return frozenset()
    since = Version.objects.filter(project=build.project_id, sequence__lte=build.version.sequence)
    approved_sequence = _approved_sequence(build)
    if approved_sequence is not None:
        # The version that a change request would make has writers who wrote elsewhere, and the number of the files
        # here.
        since = since.filter(Q(sequence__gt=approved_sequence) | Q(pk=build.version.pk))
    return frozenset(UUID(person) for people in since.values_list("writers", flat=True) for person in people)


def _approved_sequence(build: Build) -> int | None:
    """Up to which update of the document somebody else approved what is in the build; None for nothing.

    Builds of results that are not merged are left out: such a result may lack text that the project has, and its
    approval says nothing about that text.
    """
    assert build.version is not None  # noqa: S101 (a numbered build)
    standing = Verdict.objects.standing().filter(project=build.project_id)
    approving = standing.filter(verdict=VerdictChoice.APPROVE).values("rune_digest")
    objecting = standing.filter(verdict=VerdictChoice.CHANGES).values("rune_digest")
    older = (
        Build.objects.numbered()
        .succeeded()
        .filter(project=build.project_id, version__sequence__lte=build.version.sequence, version__is_proposed=False)
    )
    approved_builds = older.filter(artefact__digest__in=approving).exclude(artefact__digest__in=objecting)
    if build.artefact is not None:
        approved_builds = approved_builds.exclude(artefact__digest=build.artefact.digest)
    return approved_builds.order_by("-version__sequence").values_list("version__sequence", flat=True).first()
