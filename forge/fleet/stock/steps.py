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


class Step(StrEnum):
    """What a poll brings about."""

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


def next_step(wanted: WantedImage | None, last: StockAction | None, installed: StockAction | None) -> Step:
    """Returns what to do with the last action, where `installed` is the last one that the client installed."""
    if last is not None and last.is_open:
        return _step_of_open(wanted, last)
    if wanted is None:
        return Step.NOTHING
    if last is not None and wanted.is_of(last) and last.state != ActionState.CANCELLED:
        # It was installed, or it failed: then it waits for another release, or for a person who tries again.
        return Step.NOTHING
    if installed is not None and wanted.is_installed_by(installed):
        return Step.ADOPT
    return Step.OFFER


def _step_of_open(wanted: WantedImage | None, last: StockAction) -> Step:
    if wanted is not None and wanted.is_of(last):
        return Step.RESUME if last.state == ActionState.CANCELLING else Step.SHOW
    return Step.DROP if last.state == ActionState.OFFERED else Step.CANCEL
