"""Recordings of things and not people: phones and guests read nothing of people, and the samples are of nobody."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from forge.accounts.models import User
from forge.datasets.collecting.actions import GuestTask, accept_submissions, make_collecting_link, make_guest_link
from forge.datasets.collecting.task import Task
from forge.datasets.models import CollectingLink, Sample, Submission
from forge.datasets.models.samples import SampleKind
from forge.projects.models import Project
from tests.forge.datasets.test_guest_links import RecordingGuest
from tests.support.forge.factories.phones import Phone
from tests.support.forge.factories.recordings import loud

pytestmark = pytest.mark.django_db(transaction=True)

THINGS = Task(SampleKind.SOUND, "pump", is_of_things=True)


def test_a_phone_of_ones_own_adds_recordings_of_nobody(project: Project, user: User) -> None:
    phone = Phone(make_collecting_link(user, project, THINGS)[1])
    assert phone.enter().status_code == 200
    assert phone.state().json()["is_of_things"] is True
    phone.agree()
    assert phone.send(loud()).status_code == 201
    assert Sample.objects.get().group is None


def test_a_guest_promises_nothing_about_people_and_is_no_group(project: Project, owner: User) -> None:
    cache.clear()
    guest = RecordingGuest(*make_guest_link(owner, project, THINGS, GuestTask("Plant 3"))[1:]).begin()
    terms = guest.state().json()["terms"]
    assert terms["promise"].startswith("I am 18 or older, and these are recordings of things")
    assert "nobody else is recorded" not in terms["text"]
    assert guest.send(loud()).status_code == 201
    accept_submissions(owner, project, [Submission.objects.get().pk])
    assert Sample.objects.get().group is None

    # The receipt still finds what the guest sent.
    assert guest.receipt(do="delete").status_code == 200
    assert not Sample.objects.available().exists()


def test_the_form_asks_whether_things_are_recorded(client: Client, project: Project, user: User) -> None:
    fields = {"kind": "sound", "label": "pump", "wanted": "5", "seconds": "1", "purposes": ["tests", "training"]}
    client.post("/acme/kitchen/data/collect", fields)
    client.post("/acme/kitchen/data/collect", {**fields, "things": "on"})
    assert list(CollectingLink.objects.order_by("created").values_list("is_of_things", flat=True)) == [False, True]
