"""The stock client that sends a request, by its token. Cookies, sessions and people are not known here."""

from __future__ import annotations

from django.http import HttpRequest

from forge.accounts.models import of_living_tokens
from forge.accounts.permissions import Verb, can
from forge.core.database.compiled_queries import CompiledLookup
from forge.fleet.enrolment.secret_hashes import enrolment_hash
from forge.fleet.models import StockAccount
from forge.fleet.protocol.authentication import require_in_service
from forge.fleet.protocol.limits import require_rate
from forge.fleet.protocol.refusals import CONTROLLER_WRONG, TOKEN_MISSING, TOKEN_REFUSED, DeviceRefusal
from forge.fleet.stock.messages import CONTROLLER, plain_text
from forge.fleet.stock.models import LONGEST_CONTROLLER

SCHEME = "TargetToken"
_by_token = CompiledLookup(
    lambda token_hash: (
        StockAccount.objects.filter(token_hash=token_hash, revoked=None)
        .select_related("created_by", "device__organisation", "device__assignment")
        .order_by()[:1]
    ),
    str,
)
"""This is asked with each request of a stock client."""


def require_account(request: HttpRequest, controller: str) -> StockAccount:
    """Returns the account of a client, with its device and what that shall run. The client's first request binds the
    account to its id. Raises `DeviceRefusal`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != SCHEME or not token:
        raise DeviceRefusal(TOKEN_MISSING, f"Send the device's token: Authorization: {SCHEME} <token>.")
    account = _by_token.first(enrolment_hash(token.strip()))
    if account is None:
        raise DeviceRefusal(TOKEN_REFUSED)
    require_in_service(account.device)
    require_rate(account.device_id)
    if account.controller != controller:
        _bind(account, controller)
    return account


def _bind(account: StockAccount, controller: str) -> None:
    """Binds an account to the id of the client that uses it first, while its maker may let devices join."""
    if account.controller:
        asked = plain_text(controller, LONGEST_CONTROLLER)
        detail = f"The token belongs to the client {account.controller}, not to {asked}. Each device has its own token."
        raise DeviceRefusal(CONTROLLER_WRONG, detail)
    if CONTROLLER.fullmatch(controller) is None:
        raise DeviceRefusal(CONTROLLER_WRONG, "The id of a client has at most 64 letters, digits and . _ : -")
    maker = account.created_by
    is_living = StockAccount.objects.filter(of_living_tokens(), pk=account.pk).exists()
    if maker is None or not maker.is_active or not is_living:
        raise DeviceRefusal(TOKEN_REFUSED)
    if not can(maker, Verb.CLAIM_DEVICES, account.device.organisation):
        raise DeviceRefusal(TOKEN_REFUSED)
    if not StockAccount.objects.filter(pk=account.pk, controller="").update(controller=controller):
        raise DeviceRefusal(CONTROLLER_WRONG, "Another client used this token at the same time.")
    account.controller = controller
