"""The update client of a device without `hmrd`: its account, what it was offered last, and the account's buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.fleet.devices.models import ClaimedWith, Device
from forge.fleet.devices.releases import release_of
from forge.fleet.stock.access import account_state
from forge.fleet.stock.models import ActionState, StockAccount, StockAction
from forge.fleet.stock.serializers import NewStockAccount, new_account_to_json

STOCK_TRUST: Final = (
    "The key of its images",
    "The client checks the signature of an image with the certificate or the key that you installed on the device. "
    "What it reports is not signed.",
)
"""The keys that a device with a stock client believes, as `forge.fleet.pages.sentences.TRUST` has them for others."""
_COLOURS: Final = {ActionState.SUCCEEDED: "ok", ActionState.FAILED: "bad", ActionState.STARTED: "info"}


@dataclass(frozen=True)
class StockCard:
    """The account of a stock client as the page of its device shows it, and the buttons that its reader may press."""

    account: StockAccount
    action: StockAction | None
    image: str
    """The sentence that says whether what the device shall run has an image."""
    lacks_image: bool
    may_renew: bool
    may_revoke: bool
    may_retry: bool

    @property
    def action_colour(self) -> str:
        """The colour of the state of what was offered last."""
        return "" if self.action is None else _COLOURS.get(ActionState(self.action.state), "")

    @property
    def attributes(self) -> list[str]:
        """The texts that the client told about itself, as `key=value`."""
        return [f"{key}={value}" for key, value in sorted(self.account.attributes.items())]


def has_stock_client(device: Device) -> bool:
    """Returns whether a device has an update client of another project."""
    return device.claimed_with == ClaimedWith.STOCK


def stock_card(actor: Actor, device: Device) -> StockCard | None:
    """Returns the account of a device that the caller has found; None of one with a key."""
    if not has_stock_client(device):
        return None
    state = account_state(device)
    may_lock_out = can(actor, Verb.LOCK_OUT_DEVICES, device.organisation)
    is_in_service = device.retired is None and device.locked_out is None
    return StockCard(
        account=state.row,
        action=state.action,
        image=_image_text(device, has_image=state.has_image),
        lacks_image=_wants_release(device) and not state.has_image,
        may_renew=may_lock_out and is_in_service,
        may_revoke=may_lock_out and device.retired is None and state.row.revoked is None,
        may_retry=state.is_retryable and is_in_service and can(actor, Verb.CHANGE_DEVICES, device.organisation),
    )


def new_account_context(new: NewStockAccount) -> dict[str, Any]:
    """Returns what `fleet/stock/new-account.html` shows of an account with another token."""
    return {"new_stock": new_account_to_json(new), "new_device": new.row.device}


def _wants_release(device: Device) -> bool:
    release = release_of(device)
    return release is not None and bool(release.rune)


def _image_text(device: Device, *, has_image: bool) -> str:
    offered_release = release_of(device)
    if offered_release is None:
        return "No deployment is for this device, so the client is offered nothing."
    release = f"Release {offered_release.number} ({offered_release.version})"
    if not offered_release.rune:
        return f"{release} was withdrawn or is not signed yet, so the client is offered nothing."
    return f"{release} has an image." if has_image else f"{release} has no image, so the client is offered nothing."
