"""Recording with a phone: its code, what it may do, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.errors import LinkEnded
from forge.accounts.models import Membership, Role, User
from forge.builds.contents import keep_contents
from forge.core.errors import Invalid
from forge.core.models import AuditEntry
from forge.datasets.collecting.access import sender_by_cookie
from forge.datasets.collecting.actions import delete_ended_links, enter_collecting, make_collecting_link
from forge.datasets.collecting.task import SOUND_RATE, Task, checked_task
from forge.datasets.models import CollectingLink, Collector, Consent, Sample
from forge.datasets.models.samples import SampleKind
from forge.datasets.samples.actions.add import SESSION
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.phones import Phone
from tests.support.forge.factories.recordings import loud

pytestmark = pytest.mark.django_db(transaction=True)

Browser = Callable[[User | None], Client]
KNOCKS = Task(SampleKind.SOUND, "knock", wanted=20, hint="Knock three times.")


@pytest.fixture
def phone(project: Project, user: User) -> Phone:
    """A phone whose person scanned the code."""
    device = Phone(make_collecting_link(user, project, KNOCKS)[1])
    assert device.enter().status_code == 200
    return device


def test_the_form_begins_with_what_the_pipeline_reads(client: Client, project: Project, user: User) -> None:
    def chosen() -> str:
        page = compact(client.get("/acme/kitchen/data/collect").content.decode())
        return page.partition('name="kind"')[2].partition(" selected")[0].rpartition('value="')[2].strip('"')

    keep_contents(project.pk, {"nodes": [{"kind": "capability", "detail": "IMAGE 96 x 96"}]}, [])
    assert chosen() == "picture"
    keep_contents(project.pk, {"nodes": [{"kind": "capability", "detail": "ACCEL 50 Hz"}]}, [])
    assert chosen() == "motion"


# -- what is refused


@pytest.mark.protects("recordings/phone-codes")
def test_a_code_works_once_and_not_for_long(project: Project, user: User) -> None:
    link, url = make_collecting_link(user, project, KNOCKS)
    token = url.partition("#token=")[2]
    assert "?" not in url, "the secret is in the fragment, which no server sees"
    for wrong in ("x", token[:-1], ""):
        with pytest.raises(LinkEnded):
            enter_collecting(wrong, link.pk)
    other, _ = make_collecting_link(user, project, KNOCKS)
    with pytest.raises(LinkEnded):
        enter_collecting(token, other.pk)
    enter_collecting(token, link.pk)
    with pytest.raises(LinkEnded, match="used already"):
        enter_collecting(token, link.pk)
    late, late_url = make_collecting_link(user, project, KNOCKS)
    CollectingLink.objects.filter(pk=late.pk).update(expires=timezone.now())
    with pytest.raises(LinkEnded):
        enter_collecting(late_url.partition("#token=")[2], late.pk)


@pytest.mark.protects("recordings/phone-codes")
@pytest.mark.parametrize("end", ["role", "password", "account", "time", "project"])
def test_a_phone_records_no_longer_than_its_person_may(phone: Phone, project: Project, user: User, end: str) -> None:
    assert phone.agree().json()["has_agreed"]
    match end:
        case "role":
            Membership.objects.filter(user=user).update(role=Role.VIEWER)
        case "password":
            user.set_password("another long one 7")
            user.save()
        case "account":
            User.objects.filter(pk=user.pk).update(is_active=False)
        case "time":
            Collector.objects.update(expires=timezone.now())
        case "project":
            Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())
    assert phone.state().status_code == 401
    assert phone.send(loud()).status_code == 401
    assert phone.post("agree", {"text": "x"}).status_code == 401
    assert not Sample.objects.exists()


@pytest.mark.protects("reviews/stale-settings")
def test_a_phone_agrees_to_the_terms_that_its_person_read_alone(phone: Phone) -> None:
    terms = phone.state().json()["terms"]["text"]
    for text in ("Anything goes.", terms[1:], f"{terms} And more."):
        assert phone.post("agree", {"text": text}).status_code == 409
    assert not Consent.objects.exists()
    assert phone.send(loud()).status_code == 409
    assert phone.agree().json()["has_agreed"]


@pytest.mark.protects("recordings/phone-codes")
def test_a_phone_opens_nothing_but_its_own_page(phone: Phone, project: Project, user: User) -> None:
    phone.agree()
    for address in ("", "/data", "/studio", "/share"):
        assert phone.client.get(f"/acme/kitchen{address}").status_code == 302, "a visitor is sent to sign in"
    for address in ("", "/data", "/data/samples", "/files"):
        assert phone.client.get(f"/api/v1/projects/acme/kitchen{address}").status_code == 401
    other = Phone(make_collecting_link(user, project, KNOCKS)[1])
    other.client.cookies = phone.client.cookies
    assert other.state().status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = phone.client.cookies
    answer = strict.post(f"{phone.base}/recordings", loud(), content_type="audio/wav")
    assert answer.status_code == 403
    assert not Sample.objects.exists()


@pytest.mark.protects("recordings/consent-of-others")
def test_nothing_is_taken_before_its_person_agreed_or_long_after(phone: Phone) -> None:
    assert phone.send(loud()).json()["title"] == "Agree to the terms again"
    assert phone.post("agree", {"text": "yes"}).json()["title"] == "The terms have changed"
    phone.agree()
    Consent.objects.update(agreed=timezone.now() - SESSION)
    assert phone.send(loud()).json()["title"] == "Agree to the terms again"
    assert not phone.state().json()["has_agreed"]
    assert not Sample.objects.exists()


def test_a_viewer_makes_no_code(project: Project, viewer: User, browser_of: Browser) -> None:
    assert browser_of(viewer).post("/acme/kitchen/data/collect", {"kind": "sound"}).status_code == 403
    assert not CollectingLink.objects.exists()


@each_case(
    "task",
    [
        Task(SampleKind.SOUND, "x" * 61),
        Task(SampleKind.SOUND, milliseconds=100),
        Task(SampleKind.SOUND, milliseconds=30_001),
        Task(SampleKind.SOUND, wanted=0),
        Task(SampleKind.SOUND, wanted=501),
        Task(SampleKind.MOTION, rate=60),
        Task(SampleKind.MOTION, rate=50, hint="x" * 201),
        Task(SampleKind.PICTURE, days=731),
    ],
)
def test_what_cannot_be_asked_for_is_refused(task: Task) -> None:
    with pytest.raises(Invalid):
        checked_task(task)


# -- what works


def test_a_task_has_the_rate_of_its_sensor() -> None:
    assert checked_task(Task(SampleKind.SOUND, " door  knock ", rate=1)) == Task(
        SampleKind.SOUND, "door knock", rate=SOUND_RATE
    )
    assert checked_task(Task(SampleKind.PICTURE)).milliseconds == checked_task(Task(SampleKind.PICTURE)).rate == 0


def test_a_recording_of_a_phone_is_a_sample_of_its_person(phone: Phone, user: User) -> None:
    task = phone.state().json()
    assert (task["label"], task["kind"], task["milliseconds"], task["rate"]) == ("knock", "sound", 1500, 16_000)
    assert (task["wanted"], task["hint"], task["person"]) == (20, "Knock three times.", str(user))
    assert task["terms"]["text"] == " ".join(task["terms"][part] for part in ("who", "uses", "until"))
    assert (task["has_agreed"], task["sent"], task["labels"]) == (False, 0, [])
    assert phone.agree().json()["has_agreed"]
    assert phone.send(loud(), "label=knock&device=phone,+Android,+16+kHz").status_code == 201
    sample = Sample.objects.get()
    assert (sample.label, sample.source, sample.device) == ("knock", "phone", "phone, Android, 16 kHz")
    assert sample.group is not None
    assert sample.group.person == user
    assert Consent.objects.get().text == task["terms"]["text"]
    state = phone.state().json()
    assert (state["sent"], state["labels"]) == (1, ["knock"])
    entries = AuditEntry.objects.filter(action__in=["data.collect-enter", "data.agree", "data.add"])
    assert set(entries.values_list("principal_kind", "actor")) == {("phone-pass", user.pk)}


def test_the_same_recording_twice_and_a_broken_one_are_named(phone: Phone) -> None:
    phone.agree()
    assert phone.send(loud()).status_code == 201
    assert phone.send(loud()).json()["title"] == "This sample already exists"
    assert phone.send(b"hello").status_code == 422
    assert Sample.objects.count() == 1


def test_a_phone_gives_its_access_back(phone: Phone) -> None:
    phone.agree()
    phone.send(loud())
    assert phone.post("leave", {}).status_code == 204
    assert phone.state().status_code == 401
    assert Sample.objects.count() == 1
    assert not CollectingLink.objects.exists()


def test_a_phone_may_send_bodies_that_strangers_may_not(phone: Phone) -> None:
    cookies = {name: morsel.value for name, morsel in phone.client.cookies.items()}
    assert sender_by_cookie(cookies) == f"collector:{Collector.objects.get().pk}"
    assert sender_by_cookie(dict.fromkeys(cookies, "x")) is None
    assert sender_by_cookie({}) is None
    Collector.objects.update(expires=timezone.now())
    assert sender_by_cookie(cookies) is None


def test_ended_codes_and_phones_are_deleted(phone: Phone, project: Project, user: User) -> None:
    waiting, _ = make_collecting_link(user, project, KNOCKS)
    delete_ended_links()
    assert CollectingLink.objects.count() == 2
    CollectingLink.objects.filter(pk=waiting.pk).update(expires=timezone.now() - timedelta(seconds=1))
    Collector.objects.update(expires=timezone.now() - timedelta(seconds=1))
    delete_ended_links()
    assert not CollectingLink.objects.exists()


@pytest.mark.slow
def test_the_desk_shows_the_code_once(client: Client, project: Project) -> None:
    page = client.get("/acme/kitchen/data/collect").content.decode()
    assert "Show the code" in page
    fields: dict[str, Any] = {"kind": "motion", "rate": "50", "label": "ring", "purposes": ["training"]}
    answer = client.post("/acme/kitchen/data/collect", fields)
    text = answer.content.decode()
    link = CollectingLink.objects.get()
    assert (link.kind, link.rate, link.milliseconds, link.label) == ("motion", 50, 1500, "ring")
    assert link.purposes == ["training"]
    assert f"/collect/{link.pk}#token=" in text
    assert "data:image/svg+xml" in text
    wrong_fields: list[dict[str, Any]] = [{"kind": "smell"}, {"seconds": "long"}, {"wanted": "0"}, {"purposes": []}]
    for wrong in [*wrong_fields, {"purposes": ["readers"]}]:
        assert client.post("/acme/kitchen/data/collect", fields | wrong).status_code == 400
    assert CollectingLink.objects.count() == 1
    assert Client().get(f"/collect/{link.pk}").status_code == 200
