"""The grants that let devices join or go: each works while the person who made it has the right to do that. Devices
that joined stay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import Organisation, of_living_tokens
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.fleet.models import ClaimCode, DeviceBatch, DeviceCandidate, HandOver, StockAccount

_RULE = "{} while you may let devices join. Devices that joined stay."


def _codes(scope: GrantScope) -> Sequence[Grant]:
    codes = ClaimCode.objects.filter(of_living_tokens(), used=None, revoked=None, expires__gt=timezone.now())
    codes = scope.narrow(codes, "created_by").select_related("organisation")
    return [_grant(each, f"Code {each.hint}… for a device", is_for_anyone=True) for each in codes]


def _candidates(scope: GrantScope) -> Sequence[Grant]:
    candidates = DeviceCandidate.objects.filter(of_living_tokens(), expires__gt=timezone.now())
    candidates = scope.narrow(candidates, "created_by").select_related("organisation")
    return [_grant(each, f"Label {each.label} of a device") for each in candidates]


def _batches(scope: GrantScope) -> Sequence[Grant]:
    batches = DeviceBatch.objects.filter(
        of_living_tokens(), revoked=None, used__lt=F("limit"), expires__gt=timezone.now()
    )
    batches = scope.narrow(batches, "created_by").select_related("organisation")
    return [_grant(each, f"Batch {each.title} of devices", is_for_anyone=True) for each in batches]


def _offers(scope: GrantScope) -> Sequence[Grant]:
    offers = HandOver.objects.filter(of_living_tokens("offered_by_token"), accepted=None)
    offers = scope.narrow(offers, "offered_by", "device__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.offered_by_id or UUID(int=0),
            title=f"Offer of {each.device.name} to {each.to.name}",
            holds=_may(Verb.LOCK_OUT_DEVICES, each.device.organisation),
            place=each.device.organisation.name,
            created=each.offered,
            token=each.offered_by_token,
        )
        for each in offers.select_related("device__organisation", "to")
    ]


def _stock_accounts(scope: GrantScope) -> Sequence[Grant]:
    """Returns the accounts that no client has used: one that a client uses stays, as devices stay that joined."""
    accounts = StockAccount.objects.filter(of_living_tokens(), controller="", revoked=None)
    accounts = scope.narrow(accounts, "created_by", "device__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.created_by_id or UUID(int=0),
            title=f"Token {each.hint}… of the stock client of {each.device.name}",
            holds=_may(Verb.CLAIM_DEVICES, each.device.organisation),
            place=each.device.organisation.name,
            created=each.created,
            is_for_anyone=True,
            token=each.created_by_token,
        )
        for each in accounts.select_related("device__organisation")
    ]


def _grant(row: ClaimCode | DeviceCandidate | DeviceBatch, title: str, *, is_for_anyone: bool = False) -> Grant:
    return Grant(
        id=row.pk,
        maker=row.created_by_id or UUID(int=0),
        title=title,
        holds=_may(Verb.CLAIM_DEVICES, row.organisation),
        place=row.organisation.name,
        created=row.created,
        expires=row.expires,
        is_for_anyone=is_for_anyone,
        token=row.created_by_token,
    )


def _may(verb: Verb, organisation: Organisation) -> Callable[[Actor], bool]:
    return lambda actor: can(actor, verb, organisation)


def _end_codes(ids: Collection[UUID]) -> None:
    ClaimCode.objects.filter(pk__in=ids, used=None, revoked=None).update(revoked=timezone.now())


def _end_candidates(ids: Collection[UUID]) -> None:
    DeviceCandidate.objects.filter(pk__in=ids).delete()


def _end_batches(ids: Collection[UUID]) -> None:
    DeviceBatch.objects.filter(pk__in=ids, revoked=None).update(revoked=timezone.now())


def _end_stock_accounts(ids: Collection[UUID]) -> None:
    StockAccount.objects.filter(pk__in=ids, controller="", revoked=None).update(revoked=timezone.now())


def _end_offers(ids: Collection[UUID]) -> None:
    HandOver.objects.filter(pk__in=ids, accepted=None).delete()


declare(
    GrantKind(
        name="device-offer",
        label="Offers of devices",
        icon="arrow-right-left",
        rule="An offer stands while you may hand devices over.",
        model=HandOver,
        maker="offered_by",
        find=_offers,
        end=_end_offers,
    )
)
declare(
    GrantKind(
        name="device-code",
        label="Codes for devices",
        icon="scan-line",
        rule=_RULE.format("A code works"),
        model=ClaimCode,
        maker="created_by",
        find=_codes,
        end=_end_codes,
    )
)
declare(
    GrantKind(
        name="device-label",
        label="Labels of devices",
        icon="qr-code",
        rule=_RULE.format("A label works"),
        model=DeviceCandidate,
        maker="created_by",
        find=_candidates,
        end=_end_candidates,
    )
)
declare(
    GrantKind(
        name="device-batch",
        label="Batches of devices",
        icon="layers",
        rule=_RULE.format("A batch certificate works"),
        model=DeviceBatch,
        maker="created_by",
        find=_batches,
        end=_end_batches,
    )
)
declare(
    GrantKind(
        name="stock-account",
        label="Tokens of stock clients",
        icon="key-round",
        rule=_RULE.format("A token that no client has used works"),
        model=StockAccount,
        maker="created_by",
        find=_stock_accounts,
        end=_end_stock_accounts,
    )
)
