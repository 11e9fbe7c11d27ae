"""The models that learned from samples that are deleted: those of runs, of trials and of conversions, and the builds
that have one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from forge.builds.models import Build, BuildQuerySet
from forge.builds.serializers.builds import build_url
from forge.core.blobs.links import owner_kind
from forge.core.models import BlobLink
from forge.datasets.hooks import Learner, LearnerKind, SampleScope, learners
from forge.learning.conversions.withdrawn_samples import forms_that_learned
from forge.learning.models import ConvertedForm
from forge.learning.searches.cancelling import searches_that_learned, trials_with_models
from forge.learning.searches.models import ModelSearch
from forge.learning.training.models import TrainingRun
from forge.learning.training.withdrawn_samples import runs_that_learned
from forge.projects.models import Version
from rune.wording import listed

MODEL_SUFFIXES = (".tflite", ".keras")
UNKNOWN_SAMPLES = (
    "On which samples its ranges were measured was not kept when it was made, so these may be among them: convert the "
    "model again."
)


@dataclass(frozen=True)
class LearnedModels:
    """The runs, searches and conversions whose models learned from samples, and the digests of these models."""

    runs: Sequence[TrainingRun]
    searches: Sequence[ModelSearch]
    forms: Sequence[ConvertedForm]
    digests: frozenset[str]


def builds_that_learned(scope: SampleScope) -> BuildQuerySet:
    """The numbered builds, of any project, whose files have a model that learned from one of the samples."""
    return _builds_with(_models(scope).digests)


@learners.register
def learned_from(scope: SampleScope) -> Sequence[Learner]:
    """The runs, searches and conversions that learned from samples, and the builds with their models."""
    models = _models(scope)
    of_runs = [
        Learner(LearnerKind.RUN, run.project, str(run), run.get_absolute_url(), run.files.get(run.model_path, ""))
        for run in models.runs
    ]
    of_searches = [
        Learner(LearnerKind.RUN, each.project, str(each), each.get_absolute_url()) for each in models.searches
    ]
    of_builds = [
        Learner(LearnerKind.BUILD, build.project, f"Build {build.number}", build_url(build) or "")
        for build in (_builds_with(models.digests) if models.digests else ())
    ]
    return [*of_runs, *of_searches, *_conversions(models), *of_builds]


def _conversions(models: LearnedModels) -> Iterator[Learner]:
    """Each conversion once, with the names of its forms."""
    for row, group in groupby(models.forms, key=lambda form: form.conversion):
        of_row = list(group)
        title = f"{row}: {listed([form.name for form in of_row])}"
        is_known = row.source_digest in models.digests or any(form.calibrated_on is not None for form in of_row)
        doubt = "" if is_known else UNKNOWN_SAMPLES
        yield Learner(LearnerKind.CONVERSION, row.project, title, row.get_absolute_url(), doubt=doubt)


def _models(scope: SampleScope) -> LearnedModels:
    runs, searches = runs_that_learned(scope), searches_that_learned(scope)
    trials = trials_with_models().filter(search__in=searches).values_list("files", flat=True)
    files = [*(run.files for run in runs), *(trials if searches else ())]
    trained_digests = frozenset(
        digest for each in files for path, digest in each.items() if path.endswith(MODEL_SUFFIXES)
    )
    forms = forms_that_learned(scope, trained_digests)
    return LearnedModels(runs, searches, forms, trained_digests | {form.digest for form in forms})


def _builds_with(digests: Collection[str]) -> BuildQuerySet:
    versions = BlobLink.objects.filter(blob__in=digests, owner_kind=owner_kind(Version)).values("owner_id")
    builds = Build.objects.succeeded().filter(version__in=versions, number__isnull=False)
    return builds.select_related("project__organisation").order_by("created")
