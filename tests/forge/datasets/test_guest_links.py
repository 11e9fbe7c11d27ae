"""Links by which people outside record: what they must not, pending recordings, and what a receipt deletes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import change_role
from forge.accounts.models import Membership, Organisation, Role, User
from forge.core.blobs.store import blob_path
from forge.core.models import AuditEntry, Blob
from forge.datasets.collecting.actions import GuestTask, make_guest_link, sweep_submissions, withdraw_as_guest
from forge.datasets.collecting.actions.submissions import WAITING_DAYS
from forge.datasets.collecting.task import Task
from forge.datasets.models import CollectingLink, Collector, Consent, DataSet, Group, Sample, Submission
from forge.datasets.models.collecting import SubmissionState
from forge.datasets.models.samples import SampleKind
from forge.datasets.versions.actions import save_version
from forge.projects.models import Project
from tests.support.forge.factories.phones import Phone
from tests.support.forge.factories.recordings import loud

pytestmark = pytest.mark.django_db(transaction=True)

Browser = Callable[[User | None], Client]
WAITING = "/acme/kitchen/data/waiting"


class RecordingGuest(Phone):
    """A browser of somebody outside, who has a link and its code."""

    def __init__(self, url: str, code: str) -> None:
        super().__init__(url)
        self.code = code

    def enter(self) -> Any:
        return self.post("enter", {"token": self.token, "code": self.code})

    def receipt(self, **fields: str) -> Any:
        address, _, token = self.state_seen["receipt"].partition("#token=")
        return Client().post("/" + address.split("/", 3)[3], {"token": token, **fields})

    def begin(self) -> RecordingGuest:
        assert self.enter().status_code == 200
        self.agree()
        self.state_seen = self.state().json()
        return self


def link_of(maker: User, project: Project, title: str = "Neighbours") -> RecordingGuest:
    cache.clear()
    return RecordingGuest(*make_guest_link(maker, project, Task(SampleKind.SOUND, "knock"), GuestTask(title))[1:])


@pytest.fixture
def guest(project: Project, owner: User) -> RecordingGuest:
    """A guest who agreed."""
    return link_of(owner, project).begin()


def stored(data: bytes) -> bool:
    digests = Blob.objects.filter(size=len(data)).values_list("pk", flat=True)
    return any((path := blob_path(digest)) is not None and path.exists() for digest in digests)


# -- what is refused


@pytest.mark.protects("recordings/guest-links")
def test_a_link_without_its_code_lets_nobody_in(project: Project, owner: User) -> None:
    link = link_of(owner, project)
    for code in ("", "x", "000000 "):
        answer = link.post("enter", {"token": link.token, "code": code})
        assert (answer.status_code, answer.json()["title"]) == (422, "Type the code")
    assert link.post("enter", {"token": "x", "code": link.code}).status_code == 400
    assert not Collector.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/guest-links")
def test_codes_are_not_tried_out(project: Project, owner: User) -> None:
    link = link_of(owner, project)
    answers = [link.post("enter", {"token": link.token, "code": f"{n}"}).status_code for n in range(25)]
    assert answers[:20] == [422] * 20
    assert set(answers[20:]) == {429}
    assert link.enter().status_code == 429, "not with the right one either, for an hour"


@pytest.mark.protects("recordings/guest-links")
@pytest.mark.parametrize("end", ["role", "account", "time", "project", "by-hand"])
def test_a_link_ends_with_the_right_of_who_made_it(
    guest: RecordingGuest, project: Project, owner: User, organisation: Organisation, browser_of: Browser, end: str
) -> None:
    second = User.objects.create_user("second@acme.example", name="Second")
    Membership.objects.create(organisation=organisation, user=second, role=Role.OWNER)
    match end:
        case "role":
            change_role(second, organisation, owner.pk, "reviewer")
        case "account":
            User.objects.filter(pk=owner.pk).update(is_active=False)
        case "time":
            CollectingLink.objects.update(expires=timezone.now())
        case "project":
            Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())
        case "by-hand":
            link = CollectingLink.objects.get()
            browser_of(second).post(f"/acme/kitchen/data/collect/{link.pk}/end")
    assert guest.state().status_code == 401
    assert guest.send(loud()).status_code == 401
    assert guest.enter().status_code == 400
    assert not Submission.objects.exists()


@pytest.mark.protects("recordings/guest-links")
def test_a_guest_sees_nothing_of_the_project(
    guest: RecordingGuest, project: Project, owner: User, browser_of: Browser
) -> None:
    guest.send(loud(1))
    browser_of(owner).post(WAITING, {"do": "accept", "ids": [str(Submission.objects.get().pk)]})
    state = guest.state().json()
    assert state["labels"] == []
    assert state["person"] == "Guest 1"
    assert str(owner) not in guest.state().content.decode()
    for address in ("/acme/kitchen", "/acme/kitchen/data", WAITING, "/acme/kitchen/data/samples/1"):
        assert guest.client.get(address).status_code == 302
    for address in ("", "/data", "/data/samples", "/data/samples/1/recording", "/files"):
        assert guest.client.get(f"/api/v1/projects/acme/kitchen{address}").status_code == 401
    other = link_of(owner, project, "Others").begin()
    assert other.state().json()["person"] == "Guest 2"
    assert "knock" not in other.receipt().content.decode()


@pytest.mark.protects("recordings/guest-links")
def test_a_viewer_or_reviewer_makes_no_link_and_decides_nothing(
    guest: RecordingGuest, project: Project, reviewer: User, browser_of: Browser
) -> None:
    guest.send(loud())
    row = Submission.objects.get()
    browser = browser_of(reviewer)
    browser.post(
        "/acme/kitchen/data/collect", {"kind": "sound", "purposes": "tests", "audience": "guests", "title": "x"}
    )
    assert CollectingLink.objects.count() == 1
    assert browser.get(WAITING).status_code == 403
    assert browser.post(WAITING, {"do": "accept", "ids": [str(row.pk)]}).status_code == 403
    assert browser.get(f"{WAITING}/{row.pk}/recording").status_code == 403
    assert not Sample.objects.exists()


# -- pending recordings


@pytest.mark.slow
@pytest.mark.protects("recordings/quarantine")
def test_what_a_guest_sent_is_no_sample_before_a_member_accepts_it(
    guest: RecordingGuest, project: Project, owner: User, browser_of: Browser, client: Client
) -> None:
    assert guest.send(loud(), "label=forged&device=phone").json() == {"number": None}
    row = Submission.objects.get()
    assert (row.label, row.state) == ("knock", "waiting"), "the label is the link's"
    data = "/api/v1/projects/acme/kitchen/data"
    assert client.get(f"{data}/samples").json()["results"] == []
    assert client.get(data).json()["samples"] == 0
    browser = browser_of(owner)
    assert "1 recording of" in browser.get("/acme/kitchen/data").content.decode()
    assert b"".join(browser.get(f"{WAITING}/{row.pk}/recording").streaming_content) == loud()  # type: ignore[attr-defined]
    assert browser.post(WAITING, {"one": f"accept:{row.pk}"}).status_code == 302
    sample = Sample.objects.get()
    assert (str(sample.group), sample.label, sample.source, sample.digest) == ("Guest 1", "knock", "guest", row.digest)
    assert sample.labelled_by == owner
    assert "Nothing is waiting" in browser.get(WAITING).content.decode()
    assert AuditEntry.objects.get(action="data.submit").principal_kind == "guest"


@pytest.mark.protects("recordings/quarantine")
def test_refused_recordings_leave_no_byte(guest: RecordingGuest, owner: User, browser_of: Browser) -> None:
    for seed in range(3):
        assert guest.send(loud(seed)).status_code == 201
    assert stored(loud())
    ids = [str(row.pk) for row in Submission.objects.all()]
    assert browser_of(owner).post(WAITING, {"do": "refuse", "ids": ids}).status_code == 302
    assert not stored(loud())
    assert set(Submission.objects.values_list("state", flat=True)) == {SubmissionState.REFUSED}
    assert not Submission.objects.filter(erased=None).exists()
    assert not Sample.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/quarantine")
def test_a_recording_that_cannot_be_accepted_stops_no_other(
    guest: RecordingGuest, owner: User, browser_of: Browser
) -> None:
    for seed in range(3):
        guest.send(loud(seed))
    first, second, third = [str(row.pk) for row in Submission.objects.order_by("created")]
    browser = browser_of(owner)
    browser.post(WAITING, {"do": "accept", "ids": [first]})
    Group.objects.update(split="test")
    # As when the guest agreed to other terms before the second.
    training = Consent.objects.create(
        data_set=DataSet.objects.get(),
        text="x",
        for_tests=False,
        for_training=True,
        for_readers=False,
        for_other_projects=False,
    )
    Submission.objects.filter(pk=second).update(consent=training)
    browser.post(WAITING, {"do": "accept", "ids": [second, third]})
    assert list(Submission.objects.order_by("created").values_list("state", flat=True)) == [
        "accepted",
        "refused",
        "accepted",
    ]


@pytest.mark.protects("recordings/quarantine")
def test_other_kinds_broken_files_and_too_many_are_refused(
    guest: RecordingGuest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guest.send(b"1,2,3\n").status_code == 422
    assert guest.send(b"hello").status_code == 422
    assert guest.send(loud()).status_code == 201
    assert guest.send(loud()).json()["title"] == "This sample already exists"
    monkeypatch.setattr("forge.datasets.collecting.actions.submissions.MAX_WAITING", 1)
    assert guest.send(loud(1)).status_code == 403
    assert Submission.objects.count() == 1
    assert Blob.objects.filter(links=None).count() == 0


@pytest.mark.protects("recordings/quarantine")
def test_uploads_are_limited_by_address(guest: RecordingGuest, monkeypatch: pytest.MonkeyPatch) -> None:
    from forge.datasets.collecting import limits

    monkeypatch.setattr(
        "forge.datasets.collecting.actions.links.RECORDINGS_OF_ADDRESS", limits.CollectingLimit("collect-address", 2)
    )
    assert [guest.send(loud(seed)).status_code for seed in range(3)] == [201, 201, 429]


@pytest.mark.protects("recordings/quarantine")
def test_what_nobody_looked_at_or_whose_time_is_over_is_deleted(guest: RecordingGuest) -> None:
    guest.send(loud())
    sweep_submissions()
    assert stored(loud())
    sweep_submissions(timezone.now() + timedelta(days=WAITING_DAYS, seconds=1))
    assert Submission.objects.get().state == "deleted"
    assert not stored(loud())
    guest.send(loud(1))
    Consent.objects.update(ends=timezone.now())
    sweep_submissions()
    assert not stored(loud(1))


# -- the receipt


@pytest.mark.slow
@pytest.mark.protects("recordings/receipts")
def test_a_receipt_deletes_what_waits_and_what_became_a_sample(
    guest: RecordingGuest, project: Project, owner: User, browser_of: Browser
) -> None:
    for seed in range(2):
        guest.send(loud(seed))
    first = Submission.objects.order_by("created")[0]
    browser_of(owner).post(WAITING, {"one": f"accept:{first.pk}"})
    save_version(owner, project, revision=DataSet.objects.get().revision)
    # Also when the link has ended.
    CollectingLink.objects.update(expires=timezone.now())
    page = guest.receipt().content.decode()
    assert "Guest 1" in page
    assert "Accepted" in page
    assert "Waiting" in page
    assert "2 recordings deleted" in guest.receipt(do="delete").content.decode()
    assert not stored(loud())
    assert Sample.objects.get().removal_reason == "withdrawn"
    assert set(Submission.objects.values_list("state", flat=True)) == {"deleted"}
    version = browser_of(owner).get("/api/v1/projects/acme/kitchen/data/versions/1/samples").json()
    assert [entry["deleted"] for entry in version["results"]] == [True]
    assert "0 recordings deleted" in guest.receipt(do="delete").content.decode()


@pytest.mark.protects("recordings/receipts")
def test_a_receipt_is_for_its_guest_alone(guest: RecordingGuest, project: Project, owner: User) -> None:
    guest.send(loud())
    other = link_of(owner, project, "Others").begin()
    mine = guest.state_seen["receipt"].partition("#token=")
    assert Client().post(f"{guest.base}/receipt", {"token": "x", "do": "delete"}).status_code == 400
    assert Client().post(f"{other.base}/receipt", {"token": mine[2], "do": "delete"}).status_code == 400
    assert Client().post(f"{guest.base}/receipt", {"token": guest.token, "do": "delete"}).status_code == 400
    assert withdraw_as_guest(Collector.objects.get(number=2)) == 0
    assert Submission.objects.get().state == "waiting"
    assert stored(loud())


@pytest.mark.protects("recordings/receipts")
def test_after_a_withdrawal_nothing_more_is_taken_under_that_consent(guest: RecordingGuest) -> None:
    guest.send(loud())
    guest.receipt(do="delete")
    assert guest.send(loud(1)).json()["title"] == "Agree to the terms again"
    assert not stored(loud())


@pytest.mark.slow
def test_the_desk_shows_link_and_code_once_and_lists_the_link(
    owner: User, project: Project, browser_of: Browser
) -> None:
    browser = browser_of(owner)
    guests = {"audience": "guests", "title": "Neighbours", "link_days": "7"}
    fields = guests | {"kind": "sound", "label": "knock", "purposes": "tests"}
    page = browser.post("/acme/kitchen/data/collect", fields).content.decode()
    link = CollectingLink.objects.get()
    assert f"/collect/{link.pk}#token=" in page
    assert "data-link-code" in page
    listing = browser.get("/acme/kitchen/data/collect").content.decode()
    assert "Neighbours" in listing
    assert "#token=" not in listing
    for wrong in ({"title": ""}, {"link_days": "91"}, {"link_days": "x"}):
        assert browser.post("/acme/kitchen/data/collect", fields | wrong).status_code == 400
