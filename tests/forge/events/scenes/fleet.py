"""Scenes of devices: joined, changed, asked, locked out, retired and handed over."""

from __future__ import annotations

from django.utils import timezone

from forge.accounts.models import Membership, Organisation
from forge.fleet.devices.actions import changing, joined, requests, standing
from forge.fleet.devices.models import HandOver
from forge.fleet.enrolment.actions import candidates
from forge.fleet.enrolment.models import DeviceCandidate
from forge.fleet.hand_overs import actions as hand_overs
from forge.fleet.stock import actions as stock
from hmrd.protocol.keys import fingerprint
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.devices import first_report, key_of
from tests.support.forge.factories.devices import joined as device_of


def _other(world: EventWorld) -> Organisation:
    return Membership.objects.get(user=world.stranger).organisation


def _offer(world: EventWorld) -> HandOver:
    device = device_of(world.organisation)
    hand_overs.offer_device(world.owner, device, _other(world).name)
    return HandOver.objects.select_related("device__organisation").get(device=device)


def _offer_here(world: EventWorld) -> HandOver:
    device = device_of(_other(world))
    hand_overs.offer_device(world.stranger, device, world.organisation.name)
    return HandOver.objects.select_related("device__organisation").get(device=device)


@scene(joined.announce_joined)
def a_device_joins(world: EventWorld) -> Act:
    device = device_of(world.organisation)
    return lambda: joined.announce_joined(device, world.owner)


@scene(changing.change_device)
def a_developer_renames_a_device(world: EventWorld) -> Act:
    device = device_of(world.organisation)
    return lambda: changing.change_device(world.developer, device, name="gate-8")


@scene(requests.request_of_device)
def a_developer_asks_for_a_log(world: EventWorld) -> Act:
    device = device_of(world.organisation)
    return lambda: requests.request_of_device(world.developer, device, "log")


@scene(standing.lock_out_device)
def an_owner_locks_a_device_out(world: EventWorld) -> Act:
    device = device_of(world.organisation)
    return lambda: standing.lock_out_device(world.owner, device)


@scene(standing.let_in_device)
def an_owner_lets_a_device_in(world: EventWorld) -> Act:
    device = device_of(world.organisation)
    standing.lock_out_device(world.owner, device)
    return lambda: standing.let_in_device(world.owner, device)


@scene(standing.retire_device)
def an_owner_retires_a_device(world: EventWorld) -> Act:
    device = device_of(world.organisation)
    return lambda: standing.retire_device(world.owner, device)


@scene(standing.delete_device)
def an_owner_deletes_a_retired_device(world: EventWorld) -> Act:
    device = device_of(world.organisation)
    standing.retire_device(world.owner, device)
    return lambda: standing.delete_device(world.owner, device)


@scene(candidates.confirm_candidate)
def a_developer_confirms_a_device(world: EventWorld) -> Act:
    row = candidates.enter_label(world.developer, world.organisation, "0123456789abcdef", "5e" * 16)
    key = key_of("gate-7")
    DeviceCandidate.objects.filter(pk=row.pk).update(
        public_key=key, report=first_report().to_json(), requested=timezone.now()
    )
    return lambda: candidates.confirm_candidate(world.developer, world.organisation, row.pk, fingerprint(key))


@scene(hand_overs.offer_device)
def an_owner_offers_a_device(world: EventWorld) -> Act:
    device, name = device_of(world.organisation), _other(world).name
    return lambda: hand_overs.offer_device(world.owner, device, name)


@scene(hand_overs.end_offer)
def an_owner_ends_an_offer(world: EventWorld) -> Act:
    offer = _offer(world)
    return lambda: hand_overs.end_offer(world.owner, offer.device)


@scene(hand_overs.accept_device)
def another_organisation_accepts_a_device(world: EventWorld) -> Act:
    offer = _offer(world)
    return lambda: hand_overs.accept_device(world.stranger, offer.to, offer.pk, "door-1")


@scene(hand_overs.decline_device)
def another_organisation_declines_a_device(world: EventWorld) -> Act:
    offer = _offer(world)
    return lambda: hand_overs.decline_device(world.stranger, offer.to, offer.pk)


@scene(hand_overs.finish_hand_over)
def a_device_moves_away(world: EventWorld) -> Act:
    offer = _offer(world)
    hand_overs.accept_device(world.stranger, offer.to, offer.pk, "door-1")
    return lambda: hand_overs.finish_hand_over(offer.device)


@scene(hand_overs.finish_hand_over)
def a_device_of_others_moves_here(world: EventWorld) -> Act:
    offer = _offer_here(world)
    hand_overs.accept_device(world.owner, world.organisation, offer.pk, "door-1")
    return lambda: hand_overs.finish_hand_over(offer.device)


@scene(stock.create_stock_device)
def a_developer_makes_an_account_of_a_stock_client(world: EventWorld) -> Act:
    return lambda: stock.create_stock_device(world.developer, world.organisation, "gateway")
