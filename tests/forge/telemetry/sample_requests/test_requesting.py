"""Asking for samples: who may, which devices are asked, what they read, and how a request ends."""

from __future__ import annotations

from typing import Any

import pytest

from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation, User
from forge.core.errors import Conflict, Forbidden, Invalid, NotFound, QuotaReached
from forge.core.models import Event
from forge.fleet.devices.models import DeviceLabel
from forge.fleet.models import Device
from forge.telemetry.models import DeviceSampleRequest, SampleRequest
from forge.telemetry.sample_requests.access import tallies_of
from forge.telemetry.sample_requests.actions.answering import answer_sample_request
from forge.telemetry.sample_requests.actions.requesting import ask_for_samples, end_sample_request
from forge.telemetry.sample_requests.ending import forget_former_owner
from forge.telemetry.switch.actions import turn_off
from hmrd.protocol.samples import AnswerKind, WindowCondition
from tests.support.forge.counts import CountingFleet
from tests.support.forge.devices import device_client, row_of
from tests.support.forge.sample_requests import RequestedFleet

pytestmark = pytest.mark.django_db


def test_the_device_gets_what_its_owner_reads(site: RequestedFleet) -> None:
    offer = site.offer
    assert offer.asks == 'Jo Okafor of Acme asks for sounds that 1.0 calls "knock".'
    assert (offer.condition, offer.most) == (WindowCondition(label=2), 10)
    assert offer.terms.requested_purposes == {"tests", "training"}
    text = offer.terms.text(offer.terms.requested_purposes)
    assert "Everyone in Acme can see and hear these recordings" in text
    assert "They are not shown to everyone" in text
    assert "90 days after I agreed at the latest." in text
    assert offer.page is None


def test_a_poll_is_answered_anew_when_somebody_asks_or_ends(site: RequestedFleet, developer: User) -> None:
    etag = site.client.poll().headers["ETag"]
    assert site.client.poll(etag).status_code == 304
    end_sample_request(developer, site.fleet.deployment, site.request.pk)
    assert "samples" not in site.client.poll(etag).json()


def test_who_may_not_edit_asks_nobody(fleet: CountingFleet, viewer: User, stranger: User) -> None:
    for person, error in ((viewer, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            ask_for_samples(person, fleet.deployment, label="knock")
    assert not SampleRequest.objects.exists()


def test_nobody_is_asked_while_telemetry_is_off(site: RequestedFleet, developer: User) -> None:
    turn_off(developer, site.fleet.deployment)
    with pytest.raises(Conflict, match="Telemetry of this deployment is off"):
        ask_for_samples(developer, site.fleet.deployment, label="knock")


@pytest.mark.parametrize(
    ("wanted_windows", "sentence"),
    [
        ({}, "Say which samples you want"),
        ({"label": "glass"}, "It has: nothing, speech, knock"),
        ({"less_sure_than": 0.1}, "Choose at least 25 %"),
        ({"feature": "light mean"}, "It counts: audio level"),
        ({"label": "knock", "query": "batch=B"}, "No device of this deployment matches"),
        ({"label": "knock", "version": "9.9"}, "never served a version 9.9"),
        ({"label": "knock", "for_tests": False, "for_training": False}, "for tests, for training, or for both"),
    ],
)
def test_what_cannot_be_asked_is_said(
    site: RequestedFleet, developer: User, wanted_windows: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        ask_for_samples(developer, site.fleet.deployment, **wanted_windows)


def test_a_rune_that_reads_no_sound_is_not_asked_for(fleet: CountingFleet, developer: User) -> None:
    with pytest.raises(Invalid, match="Devices send sounds and motion"):
        ask_for_samples(developer, fleet.deployment, label="knock")


def test_four_requests_are_open_at_a_time(site: RequestedFleet, developer: User) -> None:
    for label in ("speech", "nothing", "knock"):
        ask_for_samples(developer, site.fleet.deployment, label=label)
    with pytest.raises(QuotaReached):
        ask_for_samples(developer, site.fleet.deployment, label="knock")


def test_a_query_narrows_the_devices(site: RequestedFleet, developer: User, organisation: Organisation) -> None:
    other = row_of(device_client(organisation, "gate-8"))
    Device.objects.filter(pk=other.pk).update(assignment=row_of(site.client).assignment)
    DeviceLabel.objects.create(device=other, organisation=organisation, key="lot", value="b")
    request = ask_for_samples(developer, site.fleet.deployment, label="speech", query="lot=b")
    assert [each.device_name for each in request.devices.all()] == ["gate-8"]
    everybody = ask_for_samples(developer, site.fleet.deployment, less_sure_than=0.5)
    assert everybody.devices.count() == 2
    assert everybody.condition == WindowCondition(confidence=1)
    assert everybody.what == "sounds at which 1.0 is less sure than 50 %"


def test_asking_and_ending_are_told(
    site: RequestedFleet, developer: User, owner: User, organisation: Organisation
) -> None:
    end_sample_request(developer, site.fleet.deployment, site.request.pk)
    end_sample_request(developer, site.fleet.deployment, site.request.pk)
    sentences = [entry.sentence for entry in render_entries(list(organisation_entries(owner, organisation)))]
    what = 'of Gateways of acme/kitchen for sounds that 1.0 calls "knock".'
    assert [each for each in sentences if "knock" in each] == [
        f"Jo Okafor ended the request {what}",
        f"Jo Okafor asked the owners of 1 devices {what}",
    ]
    assert list(Event.objects.filter(type="samples.requested").values_list("data__change", flat=True)) == [
        "asked",
        "ended",
    ]


def test_answers_are_counted_by_device(site: RequestedFleet, developer: User, organisation: Organisation) -> None:
    for name in ("gate-8", "gate-9"):
        row = row_of(device_client(organisation, name))
        DeviceSampleRequest.objects.create(request=site.request, device=row, device_name=name)
    site.answer()
    site.window()
    DeviceSampleRequest.objects.filter(device_name="gate-8").update(answer="no")
    tally = tallies_of([site.request])[site.request.pk]
    assert (tally.devices, tally.yes, tally.no, tally.unanswered, tally.sent, tally.waiting) == (3, 1, 1, 1, 1, 1)


def test_the_next_owner_of_a_device_was_not_asked(site: RequestedFleet) -> None:
    site.answer()
    site.window()
    forget_former_owner(row_of(site.client))
    assert site.answer(AnswerKind.TAKE_BACK, 2)["name"] == "request-unknown"
    assert "samples" not in site.client.poll().json()
    assert tallies_of([site.request])[site.request.pk].yes == 1


class TestThePageOfTheDevice:
    def test_a_yes_reaches_the_device_with_its_next_poll(self, site: RequestedFleet, owner: User) -> None:
        device = row_of(site.client)
        row = answer_sample_request(owner, device, site.request.pk, "yes", for_tests=True, for_training=False)
        assert (row.answer, row.page_answer) == ("", "yes"), "the device has not answered yet"
        page = site.offer.page
        assert page is not None
        assert (page.kind, page.purposes, page.number) == (AnswerKind.YES, ("tests",), 1)

    @pytest.mark.protects("devices/taken-over-servers")
    def test_a_yes_on_the_page_of_a_device_with_a_key_at_home_means_nothing(
        self, site: RequestedFleet, owner: User
    ) -> None:
        Device.objects.update(trust="home")
        with pytest.raises(Conflict, match="Answer at the device"):
            answer_sample_request(owner, row_of(site.client), site.request.pk, "yes")
        assert site.offer.page is None

    @pytest.mark.protects("devices/samples-taken-back")
    def test_what_is_taken_back_on_the_page_is_gone_at_once(self, site: RequestedFleet, owner: User) -> None:
        site.answer()
        site.window()
        answer_sample_request(owner, row_of(site.client), site.request.pk, "take-back")
        assert tallies_of([site.request])[site.request.pk].sent == 0
        assert site.window()["name"] == "not-consented"

    def test_who_may_not_change_devices_answers_for_none(
        self, site: RequestedFleet, viewer: User, stranger: User
    ) -> None:
        for person, error in ((viewer, Forbidden), (stranger, NotFound)):
            with pytest.raises(error):
                answer_sample_request(person, row_of(site.client), site.request.pk, "yes")

    def test_a_device_that_was_not_asked_has_nothing_to_answer(
        self, site: RequestedFleet, owner: User, organisation: Organisation
    ) -> None:
        with pytest.raises(NotFound):
            answer_sample_request(owner, row_of(device_client(organisation, "gate-8")), site.request.pk, "yes")
