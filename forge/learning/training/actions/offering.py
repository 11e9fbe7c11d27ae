"""Offering a model: a change request with its files, and with what `forge.yml` says about how it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.blobs.store import put_all
from forge.core.events.log import append_event
from forge.learning.hooks import IncomingModelFiles, model_changes
from forge.learning.offers.trained_models import comparison_lines, trained_model_changes
from forge.learning.training.declarations import training_block, with_section
from forge.learning.training.kinds import TAUGHT_RECIPE
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.files.storage import delete_on_failure
from forge.projects.models import Project
from forge.projects.versions.outside import store_outside_version
from forge.projects.versions.store import described_bytes, snapshot, working_tree
from rune.source.policy import POLICY_FILE


@dataclass(frozen=True)
class ModelOffer:
    """A trained model to be offered. `origin` is where it comes from, such as "training run 3"; `files` has digest and
    size of each file by its path; `arguments` are those of the recipe; `data_digest` is that of the data version,
    `backbone` the path of the file behind which the recipe learned, `teacher` that of the model whose answers it
    learned, `start` that of the model that it began with."""

    title: str
    message: str
    origin: str
    files: Mapping[str, Mapping[str, Any]]
    recipe: str
    model_path: str
    form: str
    seed: int
    arguments: Mapping[str, Any]
    data_digest: str
    backbone: str = ""
    teacher: str = ""
    start: str = ""


def offer_model(actor: Actor, project: Project, offer: ModelOffer) -> str:
    """Opens the change request and returns its address. The project's files stay as they are until it is merged.

    Raises `StorageQuotaReached`, `TooManyOffers`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    # A run that was taught has no recipe, and no data that could be learned from again.
    own = {} if offer.recipe == TAUGHT_RECIPE else {POLICY_FILE: _policy_text(project, offer)}
    descriptions = {path: described_bytes(data) for path, data in own.items()}
    with delete_on_failure([each["digest"] for each in descriptions.values()]), transaction.atomic():
        base = snapshot(project, actor.person)
        put_all(own.values(), project.organisation_id)
        manifest = {**base.manifest, **offer.files, **descriptions}
        offered_version = store_outside_version(actor, project, manifest, None, f"With the model of {offer.origin}")
        append_event(project.stream, VERSION_SAVED(number=offered_version.number), actor)
        place = offer.origin[:1].upper() + offer.origin[1:]
        changes = trained_model_changes(actor, project, base.manifest, manifest)
        message = "\n\n".join((offer.message, *("\n".join(comparison_lines(each)) for each in changes)))
        change = IncomingModelFiles(offer.title, message, place, base, offered_version)
        number = model_changes.call(actor, project, change)[0]
    return f"{project.get_absolute_url()}/change-requests/{number}"


def accuracy_text(split: str, accuracy: tuple[float, float, float], samples: int) -> str:
    """A sentence with a share and its 95 % interval."""
    share, low, high = (f"{100 * each:.1f}" for each in accuracy)
    return f"{share} % of {samples} recordings of the {split} split (95 % interval {low} to {high} %)."


def _policy_text(project: Project, offer: ModelOffer) -> bytes:
    """The `forge.yml` of the project, which says how the model was trained and on which data."""
    text = working_tree(project).texts.get(POLICY_FILE, b"").decode("utf-8", "replace")
    learned_with = {"backbone": offer.backbone, "teacher": offer.teacher, "start": offer.start}
    block = training_block(offer.recipe, offer.model_path, offer.form, offer.seed, offer.arguments, **learned_with)
    text = with_section(text, "training", block)
    return with_section(text, "data", f"data: {offer.data_digest}\n").encode()
