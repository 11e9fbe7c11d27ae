"""Accounts of stock clients as JSON."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypedDict

from django.conf import settings

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, choices
from forge.fleet.models import StockAccount, StockAction
from forge.fleet.stock.configuration import swupdate_configuration, zephyr_configuration
from forge.fleet.stock.models import ActionState


class StockActionJson(TypedDict):
    """A release that a stock client was offered."""

    number: Annotated[int, "rises with each action of the device"]
    state: Annotated[str, choices("StockActionState", ActionState.values)]
    version: str
    detail: Annotated[str, "the last message of the client, which nobody signed"]
    created: Timestamp
    closed: Timestamp | None


class StockAccountJson(TypedDict):
    """The account of a device with a stock client, without its token."""

    device: Annotated[str, "the name of the device"]
    hint: Annotated[str, "the first characters of the token"]
    created: Timestamp
    created_by: PersonJson | None
    revoked: Timestamp | None
    controller: Annotated[str, "the id with which the client asked first; it takes no other. Empty until then"]
    attributes: Annotated[dict[str, str], "the configuration that the client told about itself"]
    has_image: Annotated[bool, "whether what it shall run has an image; without one nothing is offered"]
    action: Annotated[StockActionJson | None, "the last one; null before the first"]


class NewStockAccountJson(TypedDict):
    """An account that was made, or that has another token. The token is in this answer and in no other."""

    device: Annotated[str, "the name of the device"]
    token: str
    swupdate: Annotated[str, "SWUpdate's configuration file"]
    zephyr: Annotated[str, "the lines of a project's configuration with Zephyr"]


class NewStockAccount(NamedTuple):
    """An account with its token."""

    row: StockAccount
    token: str


class AccountState(NamedTuple):
    """An account, and what its client was offered last."""

    row: StockAccount
    action: StockAction | None
    has_image: bool
    is_retryable: bool
    """Whether the action failed and is still wanted."""


def new_account_to_json(new: NewStockAccount) -> NewStockAccountJson:
    """Returns an account with its token."""
    name = new.row.device.name
    return {
        "device": name,
        "token": new.token,
        "swupdate": swupdate_configuration(settings.PUBLIC_URL, new.row.controller or name, new.token),
        "zephyr": zephyr_configuration(settings.PUBLIC_URL, new.token),
    }


def account_to_json(state: AccountState) -> StockAccountJson:
    """Returns an account, of a device that the reader may see."""
    row = state.row
    return {
        "device": row.device.name,
        "hint": row.hint,
        "created": row.created.isoformat(),
        "created_by": person_to_json(row.created_by) if row.created_by else None,
        "revoked": row.revoked.isoformat() if row.revoked else None,
        "controller": row.controller,
        "attributes": row.attributes,
        "has_image": state.has_image,
        "action": None if state.action is None else _action_to_json(state.action),
    }


def _action_to_json(action: StockAction) -> StockActionJson:
    return {
        "number": action.number,
        "state": action.state,
        "version": action.version,
        "detail": action.detail,
        "created": action.created.isoformat(),
        "closed": action.closed.isoformat() if action.closed else None,
    }
