"""Answers and windows of devices: nothing is taken that their owner did not allow, and all of it can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.core.models import Blob
from forge.datasets.collecting.actions import accept_submissions
from forge.datasets.models import CollectingLink, Consent, Sample, Submission
from forge.fleet.devices.actions.standing import retire_device
from forge.fleet.models import Device
from forge.projects.models import Project
from forge.telemetry.models import DeviceSampleRequest
from forge.telemetry.sample_requests.actions.requesting import end_sample_request
from forge.telemetry.switch.actions import turn_off
from hmrd.protocol.samples import LARGEST_WINDOW, AnswerKind
from tests.support.forge.devices import device_client, row_of
from tests.support.forge.sample_requests import RequestedFleet, fleet_with_request, wav

pytestmark = pytest.mark.django_db


@pytest.mark.protects("devices/unwanted-samples")
def test_nothing_is_taken_before_the_owner_said_yes(site: RequestedFleet) -> None:
    assert site.window()["name"] == "not-consented"
    assert site.answer(AnswerKind.NO)["name"] == "accepted"
    assert site.window()["name"] == "not-consented"
    assert not Submission.objects.exists()
    assert not Consent.objects.exists()


def test_a_yes_is_a_consent_with_exactly_the_purposes_that_were_allowed(site: RequestedFleet) -> None:
    assert site.answer(purposes=("tests",))["name"] == "accepted"
    consent = Consent.objects.get()
    assert (consent.for_tests, consent.for_training, consent.for_readers, consent.person) == (True, False, False, None)
    assert consent.text == site.request.terms.text(["tests"])
    assert "Models of" not in consent.text
    assert site.window()["name"] == "accepted"
    submission = Submission.objects.get()
    assert (submission.consent, submission.device, submission.label) == (consent, "gate-7", "")
    assert str(submission.collector) == "Device 1"


def test_an_accepted_window_is_a_sample_that_names_its_device(
    site: RequestedFleet, project: Project, developer: User
) -> None:
    site.answer(purposes=("training",))
    site.window()
    assert accept_submissions(developer, project, [Submission.objects.get().pk]) == 1
    sample = Sample.objects.get()
    assert (sample.source, sample.device, sample.split, sample.label) == ("device", "gate-7", "train", "")


@pytest.mark.protects("devices/samples-taken-back")
def test_the_owner_takes_all_back_also_after_the_request_ended(
    site: RequestedFleet, project: Project, developer: User
) -> None:
    site.answer()
    for value in (1000, 2000):
        site.window(wav(value))
    accept_submissions(developer, project, [Submission.objects.first().pk])  # type: ignore[union-attr]
    digests = set(Submission.objects.values_list("digest", flat=True))
    end_sample_request(developer, site.fleet.deployment, site.request.pk)
    assert site.answer(AnswerKind.TAKE_BACK, 2)["name"] == "accepted"
    assert not Sample.objects.available().exists()
    assert not Submission.objects.waiting().exists()
    assert Consent.objects.get().withdrawn is not None
    assert not Blob.objects.filter(digest__in=digests).exists()
    assert site.answer(AnswerKind.TAKE_BACK, 2)["name"] == "accepted", "the same answer again is acknowledged"
    assert site.window()["name"] == "not-consented"


@pytest.mark.protects("devices/replayed-samples")
def test_an_answer_or_a_window_that_somebody_kept_says_nothing(site: RequestedFleet) -> None:
    site.answer()
    site.window()
    site.answer(AnswerKind.TAKE_BACK, 2)
    reply = site.answer()
    assert (reply["name"], reply["number"]) == ("answer-old", 2)
    assert site.window()["name"] == "not-consented"
    assert site.answer(AnswerKind.NO, 2)["name"] == "answer-old", "another answer of the same number"
    assert not Submission.objects.waiting().exists()


def test_the_same_window_again_is_acknowledged_and_stored_once(site: RequestedFleet) -> None:
    site.answer()
    assert [site.window()["name"] for _ in range(2)] == ["accepted", "accepted"]
    assert Submission.objects.count() == 1
    assert site.answer()["name"] == "accepted"
    assert Consent.objects.count() == 1


@pytest.mark.protects("devices/others-samples")
def test_a_device_answers_for_itself_alone(site: RequestedFleet, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    assert site.answer(client=other)["name"] == "request-unknown"
    site.answer()
    assert site.window(client=other)["name"] == "request-unknown"
    assert site.answer(request="0d3f2c1e-1111-4222-8333-444455556666")["name"] == "request-unknown"
    assert site.answer(number=2, key=other.key).status_code == 401
    assert site.window(key=other.key).status_code == 401
    assert not Submission.objects.exists()


@pytest.mark.protects("devices/unwanted-samples")
@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"purposes": ("tests", "readers")}, "purposes-wrong"),
        ({"purposes": ()}, "purposes-wrong"),
        ({"purposes": ("tests",), "terms": f"sha256:{'5e' * 32}"}, "terms-differ"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_name(site: RequestedFleet, changes: dict[str, Any], name: str) -> None:
    assert site.answer(**changes)["name"] == name
    assert not Consent.objects.exists()
    assert DeviceSampleRequest.objects.get().answer == ""


@pytest.mark.protects("devices/unwanted-samples")
def test_nothing_is_accepted_once_nobody_asks(
    site: RequestedFleet, developer: User, organisation: Organisation
) -> None:
    site.answer()
    deployment = site.fleet.deployment
    end_sample_request(developer, deployment, site.request.pk)
    assert site.window()["name"] == "request-ended"
    assert site.answer(number=2)["name"] == "request-ended"
    CollectingLink.objects.update(expires=timezone.now() + timedelta(days=1))
    assert site.window()["name"] == "accepted"
    Device.objects.update(assignment=None)
    assert site.window(wav(2000))["name"] == "request-ended", "the device is not of the deployment any more"


def test_turning_telemetry_off_ends_requests(site: RequestedFleet, developer: User) -> None:
    site.answer()
    turn_off(developer, site.fleet.deployment)
    assert site.window()["name"] == "request-ended"
    assert "samples" not in site.client.poll().json()


def test_a_request_ends_with_the_right_of_who_made_it(site: RequestedFleet, developer: User) -> None:
    site.answer()
    User.objects.filter(pk=developer.pk).update(is_active=False)
    assert site.window()["name"] == "request-ended"


def test_a_retired_device_sends_nothing(site: RequestedFleet, owner: User) -> None:
    site.answer()
    retire_device(owner, row_of(site.client))
    assert site.window().status_code == 410


@pytest.mark.protects("devices/sample-floods")
def test_a_device_sends_as_many_windows_as_were_asked_for(
    organisation: Organisation, project: Project, developer: User, reviewer: User
) -> None:
    site = fleet_with_request(organisation, project, developer, label="knock", most=2)
    site.answer()
    names = [site.window(wav(value))["name"] for value in (1000, 2000, 3000, 1000)]
    assert names == ["accepted", "accepted", "too-many", "accepted"]
    assert Submission.objects.count() == 2


@pytest.mark.protects("devices/sample-floods")
def test_what_is_no_recording_is_refused_by_name(site: RequestedFleet) -> None:
    site.answer()
    assert site.window(b"\0" * 100)["name"] == "recording-refused"
    assert site.window(b"x,y,z\n1,2,3\n")["name"] == "recording-refused"
    assert site.window(b"\0" * (LARGEST_WINDOW + 1)).status_code == 400
    assert not Submission.objects.exists()


@pytest.mark.protects("devices/sample-floods")
def test_a_device_sends_at_a_rate(site: RequestedFleet) -> None:
    statuses = [getattr(site.answer(number=2, purposes=("readers",)), "status_code", 200) for _ in range(71)]
    assert statuses[:70] == [200] * 70
    assert statuses[70] == 429
