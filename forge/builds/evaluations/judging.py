"""Judging a build by what is known of it: when it has succeeded, and again when each of its packages is made."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from forge.builds.evaluations.limits import judgements_for
from forge.builds.evaluations.outcomes import stored_evaluation
from forge.builds.models import Build, BuildPackage
from forge.jobs.kinds import JobContext
from forge.jobs.models import UNFINISHED_STATES
from rune.source.policy import Judgement
from rune.source.policy.wording import judgement_line


@transaction.atomic
def judge_build(job: JobContext, build_id: UUID) -> Sequence[Judgement]:
    """Says of each limit of `forge.yml` whether the build meets it, and stores that. Raises `LeaseLost`."""
    job.confirm_lease()
    return judge_again(build_id)


@transaction.atomic
def judge_again(build_id: UUID) -> Sequence[Judgement]:
    """Does so without a job, because something that is known of the build changed."""
    # Two packages that are made at once are judged one after the other.
    build = Build.objects.select_related(None).select_for_update().get(pk=build_id)
    if build.artefact is None:
        return ()
    packages = BuildPackage.objects.filter(build=build).values_list("target", "needs")
    needs = {target: each for target, each in packages if each is not None}
    # Without samples there may be the reason why there is no evaluation.
    evaluation = stored_evaluation(build.artefact, build.samples) if build.samples else build.evaluation
    judgements = judgements_for(build.artefact, build.measurement, evaluation, needs, pending_targets(build_id))
    Build.objects.filter(pk=build_id).update(judgements=[each.to_json() for each in judgements])
    return judgements


def log_judgements(job: JobContext, judgements: Sequence[Judgement]) -> None:
    """Adds a line for each to the job's log. A missed limit fails no build."""
    for each in judgements:
        job.log(judgement_line(each), "info" if each.outcome.passes else "warning", "limits")


def pending_targets(build_id: UUID) -> frozenset[str]:
    """The targets whose packages are not made yet."""
    pending = BuildPackage.objects.filter(build=build_id, needs__isnull=True, job__state__in=UNFINISHED_STATES)
    return frozenset(pending.values_list("target", flat=True))
