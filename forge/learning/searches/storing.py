"""Stores a trial of a search that has ended, with the files of its model as blobs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from forge.core.blobs.links import link_derived
from forge.jobs.kinds import AttemptFailed, JobContext
from forge.learning.lab_jobs.storing import store_files, stored_under_lease
from forge.learning.searches.actions.searches import announce_search
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.training.running.storing import LARGEST_FILE
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.runefile.model_records import record_path


def store_trial(
    job: JobContext, search: ModelSearch, trial: SearchTrial, names: Mapping[str, str], folder: Path
) -> None:
    """Stores a trial, and the files of a folder with these names by their paths in the project. Raises `AttemptFailed`
    for files that no trial has, `JobFailed` where one is missing, and `LeaseLost`."""
    is_trained = trial.state == SearchTrialState.TRAINED
    if not names.keys() <= (_trial_paths(search) if is_trained else frozenset()):
        raise AttemptFailed("The process of the search sent files that no trial has.", attempts=1)
    blobs = store_files(folder, names, "training process", LARGEST_FILE)
    trial.files = {path: blob.digest for path, blob in blobs.items()}
    trial.sizes = {path: blob.size for path, blob in blobs.items()}
    with stored_under_lease(job, blobs.values()):
        link_derived(search, trial.files.values(), search.project.organisation_id)
        trial.save()
        announce_search(search)
    for name in names.values():
        (folder / PurePosixPath(name).name).unlink(missing_ok=True)


def _trial_paths(search: ModelSearch) -> frozenset[str]:
    """The paths of the files that a trained trial has."""
    model = search.model_path
    report = str(PurePosixPath(model).with_suffix(".training.json"))
    return frozenset({model, record_path(model), report, DEFAULT_RUNEFILE})
