"""The deployments that serve what learned from samples that were deleted."""

from __future__ import annotations

from collections.abc import Sequence

from forge.datasets.hooks import Learner, LearnerKind, SampleScope, learners
from forge.deployments.models import Release
from forge.learning.withdrawn_models import builds_that_learned


@learners.register
def served_now(scope: SampleScope) -> Sequence[Learner]:
    """Returns the deployments whose current release has a model that learned from one of the samples."""
    builds = builds_that_learned(scope).order_by().values("pk")
    releases = Release.objects.filter(ended=None, build__in=builds).select_related("deployment__project__organisation")
    return [
        Learner(
            LearnerKind.DEPLOYMENT,
            release.deployment.project,
            str(release.deployment),
            release.deployment.get_absolute_url(),
            release.version,
        )
        for release in releases
    ]
