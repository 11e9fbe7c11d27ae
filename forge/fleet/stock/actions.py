"""Accounts of devices with stock clients: made, given another token, revoked; and offering again what failed."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, RegexField

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.principals import token_of
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import ENDS, MAKES, WORKS
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.fleet.devices.labels import require_labels
from forge.fleet.devices.locking import require_in_service
from forge.fleet.devices.models import ClaimedWith, Device
from forge.fleet.enrolment.actions.codes import DeviceLabels, Note
from forge.fleet.enrolment.joining import join
from forge.fleet.enrolment.secret_hashes import enrolment_hash, new_stock_token
from forge.fleet.errors import BadBoardName, NoStockAccount, NothingFailed
from forge.fleet.place import DEVICE
from forge.fleet.stock.access import account_state
from forge.fleet.stock.models import StockAccount
from forge.fleet.stock.offering import lock, offer_again
from forge.fleet.stock.reporting import empty_report
from forge.fleet.stock.serializers import AccountState, NewStockAccount, account_to_json, new_account_to_json
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.names import BOARD, LONGEST_NAME

_HINT_LENGTH = 4
_NEW = ActAnswer(new_account_to_json, status=201)
BoardName = Annotated[str, RegexField(rf"\A{BOARD.pattern}\Z", max_length=LONGEST_NAME)]


@act(
    "POST",
    ORGANISATION,
    "stock-devices",
    "stock_devices_create",
    verb=Verb.CLAIM_DEVICES,
    state=MAKES,
    answer=_NEW,
    raises=(Conflict,),
)
@transaction.atomic
def create_stock_device(
    actor: Actor,
    organisation: Organisation,
    board: BoardName,
    name: Annotated[str, CharField(max_length=LONGEST_NAME, allow_blank=True)] = "",
    labels: DeviceLabels | None = None,
    note: Note = "",
) -> NewStockAccount:
    """Makes a device with an update client of another project, such as SWUpdate or Zephyr's hawkBit client, and an
    account for it. The token is in this answer and in no other. The client that uses it first is bound to it; until
    then the token ends with the right of the person who made it."""
    device = join(
        organisation=organisation,
        public_key=None,
        name=name,
        report=empty_report(_checked_board(board)),
        labels=require_labels(labels or {}),
        note=note,
        trust=TrustKind.SERVER,
        claimed_with=ClaimedWith.STOCK,
        claimed_by=actor.person,
    )
    # It has said nothing yet: what `join` wrote is what the person said of it.
    Device.objects.filter(pk=device.pk).update(seen=None, reported=None)
    token = new_stock_token()
    row = StockAccount.objects.create(
        device=device,
        token_hash=enrolment_hash(token),
        hint=token[:_HINT_LENGTH],
        created_by=actor.person,
        created_by_token=token_of(actor),
        created=timezone.now(),
    )
    write_entry(actor, "stock-account.create", device.subject, organisation.place, device=device.name, hint=row.hint)
    return NewStockAccount(row, token)


@act(
    "POST",
    DEVICE,
    "stock-token",
    "stock_devices_renew",
    verb=Verb.LOCK_OUT_DEVICES,
    state=ENDS,
    answer=_NEW,
    raises=(Conflict,),
)
@transaction.atomic
def renew_stock_token(actor: Actor, device: Device) -> NewStockAccount:
    """Makes another token for a device with a stock client. The former one is refused from now on, and the client that
    uses the new one first is bound to it, so that the hardware may be another."""
    device, account = _locked(device)
    require_in_service(device)
    token, former = new_stock_token(), account.hint
    account.token_hash, account.hint = enrolment_hash(token), token[:_HINT_LENGTH]
    account.created_by, account.created_by_token, account.created = actor.person, token_of(actor), timezone.now()
    account.revoked, account.controller, account.configured = None, "", None
    account.save()
    write_entry(
        actor,
        "stock-account.renew",
        device.subject,
        device.organisation.place,
        device=device.name,
        hint=account.hint,
        former_hint=former,
    )
    return NewStockAccount(account, token)


@act(
    "DELETE",
    DEVICE,
    "stock-account",
    "stock_devices_revoke",
    verb=Verb.LOCK_OUT_DEVICES,
    state=ENDS,
    answer=DONE,
    raises=(Conflict,),
)
@transaction.atomic
def revoke_stock_token(actor: Actor, device: Device) -> None:
    """Refuses the token of a device with a stock client from now on. The device keeps what it runs, and its row stays;
    another token lets it in again."""
    device, account = _locked(device)
    if account.revoked is not None:
        return
    account.revoked = timezone.now()
    account.save(update_fields=["revoked"])
    place = device.organisation.place
    write_entry(actor, "stock-account.revoke", device.subject, place, device=device.name, hint=account.hint)


@act(
    "POST",
    DEVICE,
    "stock-retry",
    "stock_devices_retry",
    verb=Verb.CHANGE_DEVICES,
    state=WORKS,
    answer=ActAnswer(account_to_json, status=202),
    raises=(Conflict,),
)
@transaction.atomic
def retry_stock_update(actor: Actor, device: Device) -> AccountState:
    """Offers what a stock client could not install once more, with its next poll. Without this it is offered the next
    release alone."""
    device, account = _locked(device)
    require_in_service(device)
    if not offer_again(account, device, timezone.now()):
        raise NothingFailed("Nothing that the device shall run has failed.")
    state = account_state(device)
    version = state.action.version if state.action else ""
    place = device.organisation.place
    write_entry(actor, "stock-account.retry", device.subject, place, device=device.name, version=version)
    return state


def _checked_board(board: str) -> str:
    """Returns the name of a board, which a page's form sends as it was typed. Raises `BadBoardName`."""
    if len(board) > LONGEST_NAME or BOARD.fullmatch(board) is None:
        raise BadBoardName
    return board


def _locked(device: Device) -> tuple[Device, StockAccount]:
    """Returns the device as it is now, locked, with its account. Raises `NoStockAccount`."""
    device = lock(device)
    account = StockAccount.objects.filter(device=device).first()
    if account is None:
        raise NoStockAccount
    account.device = device
    return device, account
