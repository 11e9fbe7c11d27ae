"""Applying the model of a run at once: the project's files become those of the run, and a build begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from forge.accounts.permissions import Verb, can
from forge.accounts.quotas.limits import require_room
from forge.builds.actions import request_build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import read_blob
from forge.core.errors import DomainError
from forge.core.events.log import append_event
from forge.learning.hooks import asks_for_review
from forge.learning.training.actions.runs import announce_run
from forge.learning.training.actions.using import NO_TEXTS, offer_of_run, require_finished, use_model
from forge.learning.training.models import TrainingRun
from forge.learning.training.offered_version import stored_offer
from forge.learning.training.threshold_text import LabelThreshold, with_threshold
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.versions.actions.restore import restore_version
from rune.project.runefile import DEFAULT_RUNEFILE


@dataclass(frozen=True)
class AppliedModel:
    """The page on which the model is used now: the studio, or the change request with it. `build_note` says why no
    build began; "" where one did or none was to."""

    url: str
    change_url: str | None = None
    build_number: int | None = None
    build_note: str = ""


def apply_model(actor: Actor, run: TrainingRun, threshold: LabelThreshold | None = None) -> AppliedModel:
    """Writes the model of a run with its Runefile, its records and `forge.yml` into the project, and begins a build.
    Where the rules of the project ask for a review, it opens a change request and leaves the files as they are.

    The files as they were are a version, which can be restored. Raises `RunNotFinished`, `Invalid`, `TooManyFiles`,
    `StorageQuotaReached`, `TooManyOffers`, and `Forbidden` or `NotFound`.
    """
    project = run.project
    require(actor, Verb.EDIT, project)
    require_finished(run)
    require_room(project.organisation_id)
    texts = _texts(run, threshold)
    if asks_for_review(project):
        change_url = use_model(actor, run, texts=texts).change_url
        return AppliedModel(change_url, change_url)
    with stored_offer(actor, project, offer_of_run(run, "", texts)) as offer_version:
        append_event(project.stream, VERSION_SAVED(number=offer_version.version.number), actor)
    if offer_version.changed_paths:
        restore_version(actor, project, offer_version.version, offer_version.changed_paths)
    with transaction.atomic():
        write_entry(actor, "training.apply", project.stream, project.place, number=run.number)
        announce_run(run, actor)
    number, note = _begin_build(actor, run)
    return AppliedModel(f"{project.get_absolute_url()}/studio", None, number, note)


def _texts(run: TrainingRun, threshold: LabelThreshold | None) -> Mapping[str, bytes]:
    """The Runefile with the threshold. Raises `Invalid`."""
    if threshold is None:
        return NO_TEXTS
    runefile = read_blob(run.files[DEFAULT_RUNEFILE]).decode("utf-8")
    return {DEFAULT_RUNEFILE: with_threshold(runefile, run.description["labels"], threshold).encode()}


def _begin_build(actor: Actor, run: TrainingRun) -> tuple[int | None, str]:
    """Begins a build; returns its number, or why there is none. The model is in the project either way."""
    if not can(actor, Verb.BUILD, run.project):
        return None, ""
    try:
        return request_build(actor, run.project).number, ""
    except DomainError as error:
        return None, str(error)
