"""The stored figures of a model and the counted needs of its rune, by the digest of its file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from forge.builds.access import complete_builds
from forge.builds.artefacts.comparison_source import figures_of
from forge.builds.models import Build
from forge.comparison.figures import PackageFigures
from forge.core.actors import Actor
from forge.learning.background.trials import background_of_build, background_of_run
from forge.learning.conversions.serializers import accuracy_of
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.training.models import TrainingRun
from forge.learning.training_data import model_owners
from forge.projects.models import Project
from rune.assessment.evaluation.trials.background import BackgroundTrial
from rune.datasets.splits import Split
from rune.source.runefile.model_records import RECORD_SUFFIX

RECORD_SUFFIXES: Final = (RECORD_SUFFIX, ".training.json", ".splits.json")
"""The ends of the names of the records that a run writes beside what it learned."""
BUILDS_READ: Final = 20
"""The newest builds among which one with a model is looked for."""
ACCURACY: Final = "Accuracy"
MEAN_ERROR: Final = "Mean error"
F1: Final = "F1"
FigureName = Literal["Accuracy", "Mean error", "F1"]


@dataclass(frozen=True)
class HeldOutFigure:
    """A figure on recordings of a split from which the model did not learn, with its 95 % interval. A share is from 0
    to 1, and more is better; a mean error has the unit of what was learned, and less is better."""

    name: FigureName
    split: str
    value: float
    low: float
    high: float
    samples: int

    @property
    def is_share(self) -> bool:
        return self.name != MEAN_ERROR


@dataclass(frozen=True)
class StoredFigures:
    """The figures of a model. `origin` names the run, the trial, the build or the conversion that measured them, such
    as "training run 3", and `url` is its page. `data_number` and `data_digest` name the data version of the recordings,
    or are 0 and "" if no version is known. `needs` has the needs of the whole rune by target."""

    origin: str
    url: str
    data_number: int = 0
    data_digest: str = ""
    held_out_figures: tuple[HeldOutFigure, ...] = ()
    needs: Mapping[str, PackageFigures] = field(default_factory=dict)
    background: BackgroundTrial | None = None
    """The labels that its rune calls in silence, noise and tones, where a run or a build tried that."""


def trained_figures(actor: Actor, project: Project, digests: Collection[str]) -> dict[str, StoredFigures]:
    """The figures of the models that runs and searches of a project gave, by digest. The newest run counts, and a run
    goes before a trial."""
    runs = TrainingRun.objects.visible_to(actor).filter(project=project, pk__in=model_owners(TrainingRun, digests))
    searches = ModelSearch.objects.visible_to(actor).filter(project=project, pk__in=model_owners(ModelSearch, digests))
    trials = SearchTrial.objects.filter(search__in=searches).select_related("search__project__organisation")
    figures: dict[str, StoredFigures] = {}
    for trial in trials.order_by("search__number", "number"):
        digest = trial.files.get(main_file(trial.files, trial.search.model_path), "")
        if digest in digests:
            figures[digest] = _of_trial(trial)
    for run in runs.select_related("project__organisation").order_by("number"):
        digest = run.files.get(main_file(run.files, run.model_path), "")
        if digest in digests:
            figures[digest] = _of_run(run)
    return figures


def tested_figures(actor: Actor, project: Project, path: str, digest: str) -> StoredFigures | None:
    """The figures of a model that no run or search gave: those of the newest build that was tested with this file at
    this path, or else of its conversion; None where nobody tested it."""
    return _of_builds(actor, project, path, digest) or _of_conversions(actor, project, digest)


def main_file(files: Collection[str], model_path: str) -> str:
    """The path of what was learned among the files of a run or a trial: the model, or the file of parameters that a
    block of the catalogue reads; "" for neither."""
    if model_path in files:
        return model_path
    stem = model_path.removesuffix(".tflite") + "."
    others = sorted(path for path in files if path.startswith(stem) and not path.endswith(RECORD_SUFFIXES))
    return others[0] if others else ""


def _of_run(run: TrainingRun) -> StoredFigures:
    split = Split.VALIDATION.value
    judgement = run.report.get("judgements", {}).get(split)
    held_out_figures = () if judgement is None else tuple(_of_split(split, judgement))
    needs = {
        target: PackageFigures(each["flash"], each["ram"], each["instructions"])
        for target, each in run.needs.items()
        if "refused" not in each
    }
    return StoredFigures(
        f"training run {run.number}",
        run.get_absolute_url(),
        run.data_number,
        run.data_digest,
        held_out_figures,
        needs,
        background_of_run(run),
    )


def _of_split(split: str, judgement: Mapping[str, Any]) -> Iterator[HeldOutFigure]:
    """The figures of a split: one kind, by what the recipe answers with."""
    samples = judgement["samples"]
    if judgement["accuracy"] is not None:
        yield _accuracy(split, judgement["accuracy"], samples)
    if error := judgement.get("error"):
        yield HeldOutFigure(MEAN_ERROR, split, **error["error"], samples=samples)
    if (counting := judgement.get("counting")) and counting["f1"] is not None:
        yield HeldOutFigure(F1, split, **counting["f1"], samples=samples)


def _accuracy(split: str, share: Sequence[float], samples: int) -> HeldOutFigure:
    value, low, high = share
    return HeldOutFigure(ACCURACY, split, value, low, high, samples)


def _of_trial(trial: SearchTrial) -> StoredFigures:
    search = trial.search
    share = trial.accuracy
    samples = search.description.get("validation", 0)
    return StoredFigures(
        f"trial {trial.number} of search {search.number}",
        f"{search.get_absolute_url()}?trial={trial.number}",
        search.data_number,
        search.data_digest,
        () if share is None else (_accuracy("validation", share, samples),),
        {each["target"]: PackageFigures(each["flash"], each["ram"], each["instructions"]) for each in trial.all_needs},
    )


def _of_builds(actor: Actor, project: Project, path: str, digest: str) -> StoredFigures | None:
    builds = complete_builds().visible_to(actor).filter(project=project, evaluation__isnull=False)
    rows = builds.numbered().succeeded().exclude(artefact=None)
    for build in rows.order_by("-number")[:BUILDS_READ]:
        summary = build.evaluation or {}
        if build.source.manifest.get(path, {}).get("digest") == digest and summary.get("accuracy") is not None:
            return _of_build(build, summary)
    return None


def _of_build(build: Build, summary: Mapping[str, Any]) -> StoredFigures:
    data = build.data_version
    figure = HeldOutFigure(ACCURACY, "test", summary["accuracy"], summary["low"], summary["high"], summary["samples"])
    return StoredFigures(
        f"build {build.number}",
        f"{build.project.get_absolute_url()}/builds/{build.number}",
        0 if data is None else data.number,
        "" if data is None else data.digest,
        (figure,),
        figures_of(build).targets,
        background_of_build(build),
    )


def _of_conversions(actor: Actor, project: Project, digest: str) -> StoredFigures | None:
    """Returns the accuracy of conversions on validation samples.

    What a conversion counts on boards is the model alone, and not a rune.
    """
    conversions = ModelConversion.objects.visible_to(actor).filter(project=project)
    forms = ConvertedForm.objects.filter(conversion__in=conversions, digest=digest).exclude(figures={})
    form = forms.select_related("conversion__project__organisation").order_by("-created").first()
    accuracy = None if form is None else accuracy_of(form.figures)
    if form is None or accuracy is None:
        return None
    share, count = (accuracy["share"], accuracy["low"], accuracy["high"]), accuracy["samples"]
    figure = _accuracy(Split.VALIDATION.value, share, count)
    row = form.conversion
    return StoredFigures(f"the conversion of {row.source_name}", row.get_absolute_url(), held_out_figures=(figure,))
