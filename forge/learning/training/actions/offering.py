"""Offering a model: a change request with its files, and with what `forge.yml` says about how it was trained."""

from __future__ import annotations

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.events.log import append_event
from forge.learning.hooks import IncomingModelFiles, model_changes
from forge.learning.offers.trained_models import comparison_lines, trained_model_changes
from forge.learning.training.offered_version import ModelOffer, stored_offer
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.models import Project


def offer_model(actor: Actor, project: Project, offer: ModelOffer) -> str:
    """Opens the change request and returns its address. The project's files stay as they are until it is merged.

    Raises `StorageQuotaReached`, `TooManyOffers`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    with stored_offer(actor, project, offer) as offer_version:
        append_event(project.stream, VERSION_SAVED(number=offer_version.version.number), actor)
        place = offer.origin[:1].upper() + offer.origin[1:]
        changes = trained_model_changes(actor, project, offer_version.base.manifest, offer_version.version.manifest)
        message = "\n\n".join((offer.message, *("\n".join(comparison_lines(each)) for each in changes)))
        change = IncomingModelFiles(offer.title, message, place, offer_version.base, offer_version.version)
        number = model_changes.call(actor, project, change)[0]
    return f"{project.get_absolute_url()}/change-requests/{number}"


def accuracy_text(split: str, accuracy: tuple[float, float, float], samples: int) -> str:
    """A sentence with a share and its 95 % interval."""
    share, low, high = (f"{100 * each:.1f}" for each in accuracy)
    return f"{share} % of {samples} recordings of the {split} split (95 % interval {low} to {high} %)."
