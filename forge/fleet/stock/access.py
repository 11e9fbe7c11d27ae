"""Finding the account of a device with a stock client, for a member who has found the device."""

from __future__ import annotations

from forge.core.errors import NotFound
from forge.fleet.models import Device, StockAccount
from forge.fleet.stock.offering import wanted_image
from forge.fleet.stock.serializers import AccountState
from forge.fleet.stock.steps import is_retryable


def find_account(device: Device) -> StockAccount:
    """Returns the account of a device that the caller has found. Raises `NotFound` for a device with a key."""
    account = StockAccount.objects.select_related("device", "created_by").filter(device=device).first()
    if account is None:
        raise NotFound("The device has a key of its own, and no account of a stock client.")
    return account


def account_state(device: Device) -> AccountState:
    """Returns the account of a device that the caller has found, and what its client was offered. Raises
    `NotFound`."""
    account = find_account(device)
    action, release = account.actions.first(), wanted_image(device)
    return AccountState(account, action, release is not None, is_retryable(release, action))
