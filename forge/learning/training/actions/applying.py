"""Applying the model of a run at once: the project's files become those of the run, and a build begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from django.db import transaction
from rest_framework import serializers

from forge.accounts.permissions import Verb, can
from forge.accounts.quotas.limits import require_room
from forge.builds.actions import request_build
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import SETS
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import read_blob
from forge.core.errors import Conflict, DomainError, NoRoom, Unprocessable
from forge.core.events.log import append_event
from forge.learning.hooks import asks_for_review
from forge.learning.training.actions.runs import announce_run
from forge.learning.training.actions.using import NO_TEXTS, offer_of_run, require_finished, use_model_with
from forge.learning.training.models import TrainingRun
from forge.learning.training.offered_version import ModelOffer, stored_offer
from forge.learning.training.place import RUN
from forge.learning.training.results.threshold_text import LabelThreshold, with_threshold
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.models import Project
from forge.projects.versions.actions.restore import restore_version
from rune.datasets.label_names import WORD_LIMIT
from rune.project.runefile import DEFAULT_RUNEFILE


@dataclass(frozen=True)
class AppliedModel:
    """The page on which the model is used now: the studio, or the change request with it. `build_note` says why no
    build began; "" where one did or none was to."""

    url: str
    change_url: str | None = None
    build_number: int | None = None
    build_note: str = ""


class ThresholdSerializer(serializers.Serializer[None]):
    """The mean score from which on a label is called."""

    # A field; the class has one of its own.
    label = serializers.CharField(max_length=WORD_LIMIT)  # type: ignore[assignment]
    value = serializers.FloatField(min_value=0.01, max_value=1.0)

    def to_internal_value(self, data: Any) -> LabelThreshold:
        return LabelThreshold(**super().to_internal_value(data))


class AppliedModelJson(TypedDict):
    """The place where the model of a run is used now."""

    url: Annotated[str, "the page that comes next: the studio, or the change request"]
    change_url: Annotated[str | None, "of the change request, where the project's rules ask for a review"]
    build: Annotated[int | None, "the number of the build that began; null where none did"]
    build_note: Annotated[str, 'why no build began; "" where one did']


def applied_to_json(applied: AppliedModel) -> AppliedModelJson:
    """The result of applying a model."""
    return {
        "url": applied.url,
        "change_url": applied.change_url,
        "build": applied.build_number,
        "build_note": applied.build_note,
    }


APPLIED = ActAnswer(applied_to_json, status=201)


@act(
    "POST",
    RUN,
    "apply",
    "training_run_apply",
    verb=Verb.EDIT,
    state=SETS,
    answer=APPLIED,
    raises=(Conflict, NoRoom, Unprocessable),
)
def apply_model(
    actor: Actor,
    run: TrainingRun,
    threshold: Annotated[LabelThreshold | None, ThresholdSerializer(allow_null=True)] = None,
) -> AppliedModel:
    """Writes the model, its Runefile, its record and `forge.yml` into the project at once, and begins a build. Where
    the project's rules ask for a review, it opens a change request in place of that.

    The files as they were are a version, which can be restored.
    """
    project = run.project
    require_finished(run)
    require_room(project.organisation_id)
    texts = _texts(run, threshold)
    if asks_for_review(project):
        change_url = use_model_with(actor, run, "", texts).change_url
        return AppliedModel(change_url, change_url)
    put_model(actor, project, offer_of_run(run, "", texts))
    with transaction.atomic():
        write_entry(actor, "training.apply", project.stream, project.place, number=run.number)
        announce_run(run, actor)
    number, note = _begin_build(actor, run)
    return AppliedModel(f"{project.get_absolute_url()}/studio", None, number, note)


def put_model(actor: Actor, files: Project, offer: ModelOffer) -> tuple[str, ...]:
    """Writes a model, its Runefile, its record and `forge.yml` into the files of a project or of a draft, and returns
    the paths that changed. The files as they were are a version. Raises `StorageQuotaReached`, `TooManyFiles`, and
    `Forbidden` or `NotFound`."""
    require(actor, Verb.EDIT, files)
    with stored_offer(actor, files, offer) as offer_version:
        append_event(files.stream, VERSION_SAVED(number=offer_version.version.number), actor)
    paths = offer_version.changed_paths
    if paths:
        restore_version(actor, files, offer_version.version, paths)
    return tuple(sorted(paths))


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
