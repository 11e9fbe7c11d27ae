"""The data that models learned from, as the rows of the runs and searches that gave them say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from forge.core.blobs.links import owner_kind
from forge.core.models import BlobLink
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project


@dataclass(frozen=True)
class TrainingData:
    """A version of a data set by its number and digest, which outlive it."""

    number: int
    digest: str


def training_data_of(project: Project, models: Collection[str]) -> Mapping[str, TrainingData]:
    """The data that models were trained on in a project, by the digests of their files.

    It leaves out a model that came from elsewhere, and one that was taught in a page, whose recordings stayed there.
    The caller has found the project for someone.
    """
    if not models:
        return {}
    runs = TrainingRun.objects.filter(project=project, pk__in=model_owners(TrainingRun, models)).exclude(data_digest="")
    searches = ModelSearch.objects.filter(project=project, pk__in=model_owners(ModelSearch, models))
    trials = SearchTrial.objects.filter(search__in=searches).select_related("search").order_by("search__created")
    data_by_model: dict[str, TrainingData] = {}
    for run in runs.order_by("created"):
        _add(data_by_model, run.files, run.data_number, run.data_digest)
    for trial in trials:
        _add(data_by_model, trial.files, trial.search.data_number, trial.search.data_digest)
    return {digest: data for digest, data in data_by_model.items() if digest in models}


def model_owners(kind: type[TrainingRun | ModelSearch], models: Collection[str]) -> list[object]:
    """The ids of those that link a file. A run also links the backbone, which it did not train."""
    links = BlobLink.objects.filter(blob_id__in=models, owner_kind=owner_kind(kind))
    return list(links.values_list("owner_id", flat=True))


def _add(data_by_model: dict[str, TrainingData], files: Mapping[str, str], number: int, digest: str) -> None:
    """Adds the files that something gave. The first one that gave a file counts, so that the answer stays the same."""
    for file in files.values():
        data_by_model.setdefault(file, TrainingData(number, digest))
