"""A device goes to another organisation: both agree, and nothing of the former one goes along."""

from __future__ import annotations

import pytest

from forge.accounts.actions import create_token
from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation, Quota, Role, User
from forge.accounts.principals import acting_as
from forge.core.errors import Conflict, Forbidden, Invalid, NotFound
from forge.fleet.devices.actions.requests import request_of_device
from forge.fleet.devices.actions.standing import retire_device
from forge.fleet.devices.labels import labels_of
from forge.fleet.devices.models import ClaimedWith, Device, HandOver
from forge.fleet.enrolment.joining import join
from forge.fleet.errors import DeviceNameInUse, DeviceQuotaReached, NoKeyAtHome, OrderNeeded
from forge.fleet.hand_overs.actions import (
    accept_device,
    decline_device,
    end_offer,
    finish_hand_over,
    offer_device,
)
from forge.fleet.protocol.long_polls.terms import PollTerms
from forge.fleet.protocol.states import desired_state
from forge.registry.provenance.signing.actions.keys import add_signing_key
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.orders import LeaveOrder, Order, sign_order
from hmrd.protocol.wanted import RequestKind
from rune.tools.signing.keys import Algorithm, SigningHalf, make_private_key
from tests.forge.fleet.conftest import Send
from tests.support.forge.factories.devices import first_report, joined, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(stranger: User) -> Organisation:
    """The organisation of somebody else."""
    return stranger.memberships.get().organisation


def _offer(device: Device) -> HandOver:
    return HandOver.objects.get(device=device)


@pytest.mark.parametrize("change", [{"role": "developer"}, {}], ids=["a lower role", "no role"])
def test_an_offer_ends_with_the_right_of_who_made_it(
    change: dict[str, str], device: Device, maintainer: User, stranger: User, other: Organisation
) -> None:
    offer_device(maintainer, device, "other")
    rows = maintainer.memberships.all()
    _ = rows.update(**change) if change else rows.delete()
    with pytest.raises(NotFound, match="has ended"):
        accept_device(stranger, other, _offer(device).pk, "door-1")


def test_a_device_moves_when_both_agreed_and_it_answered(
    device: Device, maintainer: User, stranger: User, owner: User, other: Organisation
) -> None:
    request_of_device(maintainer, device, "log")
    offer_device(maintainer, device, "other")
    with pytest.raises(Conflict, match="was not handed over"):
        finish_hand_over(device)
    accept_device(stranger, other, _offer(device).pk, "door-1")
    assert set(device.requests.filter(answered=None).values_list("kind", flat=True)) == {"log", "hand-over"}
    device.refresh_from_db()
    assert device.organisation.name == "acme"
    device_there = finish_hand_over(device)
    device_there.refresh_from_db()
    assert (device_there.organisation, device_there.name, device_there.note, labels_of(device_there)) == (
        other,
        "door-1",
        "",
        {},
    )
    assert (device_there.running_rune, device_there.phase, device_there.claimed_by) == ("", "empty", stranger)
    assert [(each.kind, each.person) for each in device_there.entries.all()] == [("handed-over", stranger)]
    assert not device_there.requests.exists()
    assert not HandOver.objects.exists()
    acme = [each.sentence for each in render_entries(list(organisation_entries(owner, device.organisation)))]
    theirs = [each.sentence for each in render_entries(list(organisation_entries(stranger, other)))]
    assert "Noor Haddad offered gate-7 to other." in acme
    assert "The installation moved gate-7 to other." in acme
    assert "Sam accepted gate-7 of acme as door-1." in theirs
    assert "The installation moved door-1 here from acme." in theirs


def test_the_other_organisation_sees_what_it_needs_and_no_more(
    device: Device, maintainer: User, stranger: User, developer: User, other: Organisation, send: Send
) -> None:
    assert send(maintainer, "POST", "devices/gate-7/hand-over", {"to": "other"}).json()["offer"]["to"] == "other"
    row = _offer(device)
    acme = send(maintainer, "GET", "hand-overs")
    assert acme.json() == {"hand_overs": []}
    assert send(developer, "GET", "hand-overs").status_code == 403
    text = send(stranger, "GET", "hand-overs", place="other")
    listing = text.json()["hand_overs"][0]
    assert (listing["id"], listing["giver"], listing["device"]) == (str(row.pk), "acme", "gate-7")
    assert "berlin" not in text.content.decode()
    assert "Depot 2" not in text.content.decode()
    accepted = send(stranger, "POST", f"hand-overs/{row.pk}/accept", {"name": "door-1"}, place="other")
    assert (accepted.status_code, accepted.json()["name"]) == (202, "door-1")


def test_who_may_not_lock_out_does_not_hand_over(device: Device, developer: User, stranger: User) -> None:
    with pytest.raises(Forbidden):
        offer_device(developer, device, "other")
    with pytest.raises(NotFound):
        offer_device(stranger, device, "other")


def test_an_offer_to_nobody_or_to_oneself_is_refused(device: Device, maintainer: User) -> None:
    for name in ("nobody", "acme"):
        with pytest.raises(Invalid) as error:
            offer_device(maintainer, device, name)
        assert list(error.value.errors) == ["to"]


def test_a_device_is_offered_once(device: Device, maintainer: User, stranger: User) -> None:
    offer_device(maintainer, device, "other")
    with pytest.raises(Conflict, match="offered already"):
        offer_device(maintainer, device, "other")


def test_an_offer_ends_also_after_it_was_accepted(
    device: Device, maintainer: User, stranger: User, other: Organisation
) -> None:
    offer_device(maintainer, device, "other")
    accept_device(stranger, other, _offer(device).pk, "door-1")
    end_offer(maintainer, device)
    assert not device.requests.filter(answered=None).exists()
    with pytest.raises(Conflict):
        finish_hand_over(device)
    with pytest.raises(NotFound):
        end_offer(maintainer, device)


def test_an_offer_is_declined(device: Device, maintainer: User, stranger: User, other: Organisation) -> None:
    offer_device(maintainer, device, "other")
    decline_device(stranger, other, _offer(device).pk)
    assert not HandOver.objects.exists()


def test_an_offer_of_others_is_not_there(device: Device, maintainer: User, owner: User, stranger: User) -> None:
    offer_device(maintainer, device, "other")
    with pytest.raises(NotFound):
        accept_device(owner, device.organisation, _offer(device).pk, "mine")


def test_a_name_or_a_quota_that_does_not_fit_is_said_at_the_acceptance(
    device: Device, maintainer: User, stranger: User, other: Organisation
) -> None:
    offer_device(maintainer, device, "other")
    joined(other, "door-1")
    with pytest.raises(DeviceNameInUse):
        accept_device(stranger, other, _offer(device).pk, "door-1")
    with pytest.raises(NoKeyAtHome):
        accept_device(stranger, other, _offer(device).pk, "door-2", "home")
    Quota.objects.create(holder=other.stream, resource="devices", limit=1)
    with pytest.raises(DeviceQuotaReached):
        accept_device(stranger, other, _offer(device).pk, "door-2")


def test_a_name_that_was_given_away_meanwhile_does_not_stop_a_move(
    device: Device, maintainer: User, stranger: User, other: Organisation
) -> None:
    offer_device(maintainer, device, "other")
    accept_device(stranger, other, _offer(device).pk, "door-1")
    joined(other, "door-1")
    assert finish_hand_over(device).name.startswith("device-")


def test_a_retired_device_is_offered_no_more(
    device: Device, maintainer: User, stranger: User, other: Organisation
) -> None:
    offer_device(maintainer, device, "other")
    retire_device(maintainer, device)
    assert not HandOver.objects.exists()
    with pytest.raises(Conflict, match="was retired"):
        offer_device(maintainer, device, "other")


@pytest.fixture
def key(organisation: Organisation, owner: User) -> SigningHalf:
    """A key that the organisation keeps at home."""
    half = make_private_key(Algorithm.ED25519)
    add_signing_key(owner, organisation, half.public.pem)
    return half


def _at_home(organisation: Organisation) -> Device:
    return join(
        organisation=organisation,
        public_key=key_of("gate-9"),
        name="gate-9",
        report=first_report(),
        labels={},
        note="",
        trust=TrustKind.HOME,
        claimed_with=ClaimedWith.CODE,
        claimed_by=None,
    )


@pytest.mark.usefixtures("stranger")
def test_a_device_that_believes_a_key_at_home_goes_by_its_order_alone(
    organisation: Organisation, owner: User, key: SigningHalf
) -> None:
    device = _at_home(organisation)
    assert device.trusted_keys == [key.public.fingerprint]
    right: Order = LeaveOrder("acme", str(device.pk))
    foreign = sign_order(right, make_private_key(Algorithm.ED25519))
    for order in ("", "no order", foreign, sign_order(LeaveOrder("acme", "another"), key)):
        with pytest.raises(OrderNeeded):
            offer_device(owner, device, "other", order)
    order = sign_order(right, key)
    offer_device(owner, device, "other", order)
    assert _offer(device).order == order


@pytest.mark.usefixtures("stranger")
def test_a_device_that_believes_the_server_takes_no_order(device: Device, owner: User, key: SigningHalf) -> None:
    with pytest.raises(OrderNeeded, match="takes no order"):
        offer_device(owner, device, "other", sign_order(LeaveOrder("acme", str(device.pk)), key))


def test_a_retired_device_that_believes_a_key_at_home_gets_the_order_to_leave(
    organisation: Organisation, owner: User, key: SigningHalf
) -> None:
    device = _at_home(organisation)
    with pytest.raises(OrderNeeded, match="cannot be read"):
        retire_device(owner, device, "no order")
    order = sign_order(LeaveOrder("acme", str(device.pk)), key)
    retire_device(owner, device, order)
    device.refresh_from_db()
    state = desired_state(device, PollTerms(60))
    assert ([each.kind for each in state.requests], state.orders) == ([RequestKind.LEAVE], (order,))


def test_it_can_be_retired_without_an_order_too(organisation: Organisation, owner: User, key: SigningHalf) -> None:
    device = _at_home(organisation)
    retire_device(owner, device)
    device.refresh_from_db()
    assert device.retired is not None
    assert desired_state(device, PollTerms(60)).orders == ()


def test_a_device_that_was_accepted_gets_the_order_to_leave(
    organisation: Organisation, owner: User, stranger: User, other: Organisation, key: SigningHalf
) -> None:
    device = _at_home(organisation)
    order = sign_order(LeaveOrder("acme", str(device.pk)), key)
    offer_device(owner, device, "other", order)
    assert desired_state(device, PollTerms(60)).orders == ()
    accept_device(stranger, other, _offer(device).pk, "door-1")
    assert desired_state(device, PollTerms(60)).orders == (order,)


def test_an_offer_ends_with_the_right_of_its_maker(
    device: Device, maintainer: User, stranger: User, other: Organisation
) -> None:
    offer_device(maintainer, device, "other")
    maintainer.memberships.update(role=Role.DEVELOPER)
    with pytest.raises(NotFound):
        accept_device(stranger, other, _offer(device).pk, "door-1")


def test_an_offer_of_a_token_ends_with_it(
    device: Device, maintainer: User, stranger: User, other: Organisation
) -> None:
    token, _ = create_token(maintainer, "ci", ["device:manage", "organisation:read"], None)
    offer_device(acting_as(maintainer, token), device, "other")
    token.delete()
    with pytest.raises(NotFound):
        accept_device(stranger, other, _offer(device).pk, "door-1")
