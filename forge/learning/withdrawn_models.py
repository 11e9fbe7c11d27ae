"""The models that learned from samples that are deleted: those of runs and of trials, and the builds that have one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from forge.builds.models import Build, BuildQuerySet
from forge.builds.serializers import build_url
from forge.core.blobs.links import owner_kind
from forge.core.models import BlobLink
from forge.datasets.removals.hooks import Learner, LearnerKind, SampleScope, learners
from forge.learning.searches.cancelling import searches_that_learned, trials_with_models
from forge.learning.searches.models import ModelSearch
from forge.learning.training.models import TrainingRun
from forge.learning.training.withdrawn_samples import runs_that_learned
from forge.projects.models import Version

MODEL_SUFFIXES = (".tflite", ".keras")


def builds_that_learned(scope: SampleScope) -> BuildQuerySet:
    """The numbered builds, of any project, whose files have a model that learned from one of the samples."""
    return _builds_with(_models(runs_that_learned(scope), searches_that_learned(scope)))


@learners.register
def learned_from(scope: SampleScope) -> Sequence[Learner]:
    """The runs and searches that learned from samples, and the builds with their models."""
    runs, searches = runs_that_learned(scope), searches_that_learned(scope)
    of_runs = [
        Learner(LearnerKind.RUN, run.project, str(run), run.get_absolute_url(), run.files.get(run.model_path, ""))
        for run in runs
    ]
    of_searches = [Learner(LearnerKind.RUN, each.project, str(each), each.get_absolute_url()) for each in searches]
    digests = _models(runs, searches)
    of_builds = [
        Learner(LearnerKind.BUILD, build.project, f"Build {build.number}", build_url(build) or "")
        for build in (_builds_with(digests) if digests else ())
    ]
    return [*of_runs, *of_searches, *of_builds]


def _models(runs: Sequence[TrainingRun], searches: Sequence[ModelSearch]) -> frozenset[str]:
    """The digests of the model files."""
    trials = trials_with_models().filter(search__in=searches).values_list("files", flat=True)
    files = [*(run.files for run in runs), *(trials if searches else ())]
    return frozenset(digest for each in files for path, digest in each.items() if path.endswith(MODEL_SUFFIXES))


def _builds_with(digests: Collection[str]) -> BuildQuerySet:
    versions = BlobLink.objects.filter(blob__in=digests, owner_kind=owner_kind(Version)).values("owner_id")
    builds = Build.objects.succeeded().filter(version__in=versions, number__isnull=False)
    return builds.select_related("project__organisation").order_by("created")
