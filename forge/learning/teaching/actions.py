"""Saving what was taught in a page: a training run that is finished, with the files of the rune that knows it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_bytes
from forge.core.database.numbers import next_number
from forge.core.errors import Conflict, Invalid
from forge.learning.lab_jobs.endings import LearningEnding
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.teaching.limits import EXAMPLES, MAX_EXAMPLES, MAX_LABELS, MAX_WEIGHT, MIN_LABELS
from forge.learning.teaching.project import TeachableProject, taught_runefile, teachable_project
from forge.learning.training.actions.runs import announce_run, require_room_for_run
from forge.learning.training.kinds import TAUGHT_RECIPE
from forge.learning.training.models import TrainingRun
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure
from forge.projects.models import Project
from rune.blocks.dense import MOST_WEIGHTS as MAX_WEIGHTS
from rune.datasets.label_names import WORD_LIMIT
from rune.toolchain import toolchain_digest
from rune.wording import quoted

WEIGHTS, BIASES, RECORD = "taught.weights.txt", "taught.biases.txt", "taught.provenance.json"
LEARNER = "logistic_regression"
"""The block whose C learned in the page."""
CHANGED = "The project's model or the stages in front of it changed while you taught. Reload the page and teach again."


class ProjectChanged(Conflict):
    """The weights belong to another state of the project."""

    title = "The project changed"


@dataclass(frozen=True)
class TaughtLabel:
    """A label with how many examples it has, and how many of them were recognised by what the others taught, each
    left out in turn."""

    name: str
    examples: int
    recognised: int


@dataclass(frozen=True)
class TaughtLayer:
    """A last layer that a page learned. `digest` names what the rune sees (`TeachableProject.digest`); `weights` has a
    row for each label with a number for each feature, `biases` one for each label."""

    digest: str
    labels: Sequence[TaughtLabel]
    weights: Sequence[Sequence[float]]
    biases: Sequence[float]


def save_taught(actor: Actor, project: Project, layer: TaughtLayer) -> TrainingRun:
    """Stores what was taught as a finished run of the project. Recordings do not come with it.

    Raises `Invalid`, `ProjectChanged`, `Unprocessable`, `TooManyRuns`, `StorageQuotaReached`, `TooManyQuestions`,
    `LanguageBusy`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    labels = _checked_labels(layer.labels)
    require_room(project.organisation_id)
    teachable = teachable_project(actor, project)
    if layer.digest != teachable.digest:
        raise ProjectChanged(CHANGED)
    _check_numbers(layer, teachable.features)
    names = [label.name for label in labels]
    text = taught_runefile(actor, project, teachable, names, WEIGHTS, BIASES)
    files = _files(teachable, layer, text)
    blobs = {path: put_bytes(data) for path, data in files.items()}
    digests = [blob.digest for blob in blobs.values()]
    with delete_on_failure(digests), transaction.atomic():
        Project.objects.lock(project.pk)
        runs = TrainingRun.objects.filter(project=project)
        require_room_for_run(runs)
        run = TrainingRun.objects.create(
            project=project,
            number=next_number(runs),
            person=actor.person,
            state=LabJobState.FINISHED,
            recipe=TAUGHT_RECIPE,
            form="float",
            model_path=teachable.embedding_model,
            data_number=0,
            report={"taught": _label_rows(labels), "parameters": len(labels) * (teachable.features + 1)},
            files={path: blob.digest for path, blob in blobs.items()},
            sizes={path: blob.size for path, blob in blobs.items()},
        )
        link_derived(run, digests, project.organisation_id)
        write_entry(actor, "training.teach", project.stream, project.place, number=run.number, labels=len(labels))
        announce_run(run, actor, ending=LearningEnding.FINISHED)
    return run


def _files(teachable: TeachableProject, layer: TaughtLayer, runefile: str) -> dict[str, bytes]:
    """The files of the project in which the rune knows the labels."""
    weights = "\n".join(" ".join(map(_number, row)) for row in layer.weights)
    files = {
        teachable.runefile: runefile,
        WEIGHTS: f"{weights}\n",
        BIASES: " ".join(map(_number, layer.biases)) + "\n",
        RECORD: json.dumps(_record(teachable, layer), indent=2, ensure_ascii=False) + "\n",
    }
    contents = {path: text.encode("utf-8") for path, text in files.items()}
    if teachable.embedding_model != teachable.model:
        contents[teachable.embedding_model] = teachable.embedding
    return contents


def _record(teachable: TeachableProject, layer: TaughtLayer) -> dict[str, Any]:
    """Returns the record of where the last layer came from."""
    source = teachable.tree.manifest[teachable.model]
    return {
        "trained": "in a page, from recordings that were not sent",
        "labels": _label_rows(layer.labels),
        "embedding": {"digest": teachable.digest, "features": teachable.features},
        "model": {"path": teachable.model, "digest": source["digest"]},
        "learner": {"block": LEARNER, "toolchain": toolchain_digest()},
        "figures": "by the page that taught it; nobody checked them",
    }


def _label_rows(labels: Sequence[TaughtLabel]) -> list[Mapping[str, Any]]:
    return [{"label": each.name, "examples": each.examples, "recognised": each.recognised} for each in labels]


def _checked_labels(labels: Sequence[TaughtLabel]) -> Sequence[TaughtLabel]:
    """Raises `Invalid`."""
    if not MIN_LABELS <= len(labels) <= MAX_LABELS:
        raise Invalid(f"{MIN_LABELS} to {MAX_LABELS} labels can be taught.")
    names = [label.name for label in labels]
    for label in labels:
        if not label.name.strip() or not label.name.isprintable() or len(label.name) > WORD_LIMIT:
            raise Invalid(f"{quoted(label.name)} cannot be a label: write 1 to {WORD_LIMIT} characters on one line.")
        if not EXAMPLES <= label.examples <= MAX_EXAMPLES or not 0 <= label.recognised <= label.examples:
            raise Invalid(f"{quoted(label.name)} needs {EXAMPLES} to {MAX_EXAMPLES} examples.")
    if len({name.strip().casefold() for name in names}) < len(names):
        raise Invalid("Two labels have the same name.")
    return labels


def _check_numbers(layer: TaughtLayer, features: int) -> None:
    """Raises `Invalid`."""
    count = len(layer.labels)
    if len(layer.weights) != count or len(layer.biases) != count or any(len(row) != features for row in layer.weights):
        raise Invalid(f"A last layer of {count} labels has {features} weights and a bias for each.")
    numbers = [*layer.biases, *(number for row in layer.weights for number in row)]
    if len(numbers) - count > MAX_WEIGHTS:
        raise Invalid(f"A last layer has at most {MAX_WEIGHTS:,} weights. Teach fewer labels.")
    if not all(math.isfinite(number) and abs(number) <= MAX_WEIGHT for number in numbers):
        raise Invalid(f"Weights and biases are numbers up to {MAX_WEIGHT:g}.")


def _number(value: float) -> str:
    """Returns the number as text from which an f32 is read again to the bit."""
    return f"{value:.9g}"
