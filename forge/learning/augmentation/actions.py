"""Shows the effect of a recipe's augmentation on recordings of a project, with settings that are not saved."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forge.accounts.permissions import Verb
from forge.compute.parties import party_of
from forge.compute.scheduler.recent_usage import sharing
from forge.compute.scheduler.slots import SlotScheduler
from forge.compute.workdir import workdir
from forge.core.actors import Actor
from forge.core.errors import Busy, Invalid, TooOften, Unprocessable
from forge.datasets.models import DataVersion
from forge.datasets.playing import playable
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.manifest import Entry
from forge.datasets.versions.other_projects import usable_samples
from forge.learning.augmentation.lab_answers import (
    AugmentationExamplesJson,
    AugmentedRecordingJson,
    are_possible_examples,
)
from forge.learning.lab_jobs.process import LabDied, LabRefused, ask_lab
from forge.learning.learnable_data.archive import ARCHIVE, write_data
from forge.learning.learnable_data.versions import version_to_learn
from forge.learning.recipes import RecipeJson, checked_arguments, recipe_of
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.splits import Split
from rune.datasets.spreading import spread_over_labels

SECONDS = 30.0
"""The time limit of one drawing, which usually takes 2 seconds."""
QUEUE_SECONDS = 10.0
"""How long a request waits for the drawings before it."""
MAX_WAITING = 4
"""Requests of one organisation that may wait at once."""
MAX_SAMPLES = 24
"""Samples that are sent to `lab`, which draws one of each label."""
MAX_BYTES = 4 << 20
"""The largest sample in bytes: two minutes of sound."""
_scheduler = SlotScheduler(1, places=1, short=2.0, half_life=10.0, head_start=1.0, sharing=sharing)


@dataclass(frozen=True)
class AugmentationRequest:
    """The settings of a drawing, which are those of a training run. Another `seed` draws other random changes.
    `begins_with_model` says whether the run begins with a Keras model."""

    recipe: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    version: int | None = None
    data_digest: str = ""
    seed: int = 0
    begins_with_model: bool = False


@dataclass(frozen=True)
class AugmentedSample:
    """A recording before and after augmentation. `sample` is the number of the sample in the project; None for a part
    of a sample, and for a sample of another project."""

    sample: int | None
    recording: AugmentedRecordingJson


def draw_augmentation(actor: Actor, project: Project, request: AugmentationRequest) -> list[AugmentedSample]:
    """Augments one sample of each label, of the train split's samples that the person may play.

    Raises `Invalid`, `NoDataVersion`, `DataVersionNotFound`, `Unprocessable`, `TooOften`, `Busy`, and `Forbidden` or
    `NotFound`.
    """
    require(actor, Verb.READ, project)
    recipe = recipe_of(request.recipe)
    if not recipe["augmentation"]:
        message = f"The recipe {recipe['name']} has no augmentation that can be seen or heard."
        raise Invalid(message, errors={"recipe": ["Choose another recipe."]})
    begins_with_model = request.begins_with_model
    arguments = checked_arguments(recipe, request.arguments, begins_with_model=begins_with_model)
    version = version_to_learn(actor, project, request.version, request.data_digest)
    entries = _playable_entries(actor, project, version, recipe)
    party = party_of(actor, project.organisation_id)
    if _scheduler.waiting(party.organisation) >= MAX_WAITING:
        raise TooOften(
            "Too many previews of the augmentation are waiting in this organisation. Try again in a moment.",
            retry_after=2,
        )
    deadline = time.monotonic() + QUEUE_SECONDS
    with _scheduler.claim(party) as slot, tempfile.TemporaryDirectory(dir=workdir(), prefix="augment-") as name:
        if not slot.wait(lambda: time.monotonic() > deadline):
            raise Busy("The server is busy with other previews of the augmentation. Try again in a moment.")
        data = Path(name) / ARCHIVE
        numbers = write_data(version, entries, data)
        examples = _examples(recipe, arguments, request, data)
    is_own = version.data_set.project_id == project.pk
    return [AugmentedSample(numbers.get(each["recording"]) if is_own else None, each) for each in examples]


def _playable_entries(actor: Actor, project: Project, version: DataVersion, recipe: RecipeJson) -> Sequence[Entry]:
    """Returns samples of the version's train split, of each label about as many. Their consent covers training, and the
    person may play them. Raises `Unprocessable` if the split has no such sample."""
    samples = usable_samples(version, project, SampleUse.TRAINING).included().filter(playable(actor))
    fits = samples.filter(kind=recipe["kind"], size__lte=MAX_BYTES)
    numbers = frozenset(fits.values_list("number", flat=True))
    entries = [each for each in entries_of(version) if each.number in numbers and each.split == Split.TRAIN]
    if not entries:
        raise Unprocessable(
            f"Version {version.number} of the data has no {recipe['kind']} samples in the train split that you may "
            "play. Choose another version, or record samples on the Data page and save a new version."
        )
    return spread_over_labels(entries, lambda each: each.label, MAX_SAMPLES)


def _examples(
    recipe: RecipeJson, arguments: Mapping[str, object], request: AugmentationRequest, data: Path
) -> list[AugmentedRecordingJson]:
    job = {
        "action": "augment",
        "data": str(data),
        "recipe": recipe["name"],
        "arguments": dict(arguments),
        "seed": request.seed,
        "start": request.begins_with_model,
    }
    try:
        answer = ask_lab(
            job,
            AugmentationExamplesJson,
            seconds=SECONDS,
            tick=lambda: None,
            report=lambda _share, _text: None,
            work="drawing of the augmentation",
        )
    except LabRefused as refused:
        raise Unprocessable(refused.with_detail) from refused
    except LabDied as died:
        raise Unprocessable("The preview of the augmentation failed: its process ended. Try again.") from died
    if not are_possible_examples(answer["examples"]):
        raise Unprocessable(
            "The preview of the augmentation failed: its process sent a malformed answer. Tell the operator."
        )
    return answer["examples"]
