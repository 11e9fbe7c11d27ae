"""The choice of what a stock client is offered, from what is wanted and from the actions before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from forge.fleet.hooks import StockImage
from forge.fleet.stock.models import ActionState, StockAction


@dataclass(frozen=True)
class WantedImage:
    """The release that a device shall run, as an image."""

    deployment: UUID
    path: str
    release: int
    version: str
    rune: str
    image: StockImage

    def is_of(self, action: StockAction) -> bool:
        """Returns whether an action is about this release with this image."""
        mine = (self.deployment, self.release, self.image.digest)
        return mine == (action.deployment, action.release, action.image)

    def is_installed_by(self, action: StockAction) -> bool:
        """Returns whether an action installed these very bytes, perhaps as another release."""
        return (self.rune, self.image.digest) == (action.rune, action.image)


class OfferStep(StrEnum):
    """The effect of a poll."""

    NOTHING = "nothing"
    SHOW = "show"
    """The open action is still wanted."""
    RESUME = "resume"
    """The action that was to be cancelled is wanted again."""
    CANCEL = "cancel"
    """The client has begun something that is not wanted any more, and is asked to stop."""
    DROP = "drop"
    """The client has not begun what is not wanted any more."""
    ADOPT = "adopt"
    """The device has what is wanted already: nothing is offered."""
    OFFER = "offer"


def is_retryable(release: WantedImage | None, last: StockAction | None) -> bool:
    """Returns whether the last action failed and is still wanted, so that a person may have it offered again."""
    return release is not None and last is not None and last.state == ActionState.FAILED and release.is_of(last)


def next_step(release: WantedImage | None, last: StockAction | None, installed: StockAction | None) -> OfferStep:
    """Returns what to do with the last action, where `installed` is the last one that the client installed."""
    if last is not None and last.is_open:
        return _step_of_open(release, last)
    if release is None:
        return OfferStep.NOTHING
    if last is not None and release.is_of(last) and last.state != ActionState.CANCELLED:
        # It was installed, or it failed: then it waits for another release, or for a person who tries again.
        return OfferStep.NOTHING
    if installed is not None and release.is_installed_by(installed):
        return OfferStep.ADOPT
    return OfferStep.OFFER


def _step_of_open(release: WantedImage | None, last: StockAction) -> OfferStep:
    if release is not None and release.is_of(last):
        return OfferStep.RESUME if last.state == ActionState.CANCELLING else OfferStep.SHOW
    return OfferStep.DROP if last.state == ActionState.OFFERED else OfferStep.CANCEL
