"""The data of a project over the API: agreeing, sending, listing, labelling, saving versions."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from forge.accounts.models import User
from forge.core.blobs.links import is_linked
from forge.core.blobs.store import read_blob
from forge.core.models import AuditEntry, Blob, Event
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import Consent, DataVersion, Group, Sample
from forge.datasets.samples.actions.add import SESSION
from forge.projects.models import Project
from tests.forge.datasets.data_requests import DATA, Browser, agreed, mark, numbers, save, send
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import consent_of, loud, png, sample_of, sound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sample(project: Project, user: User) -> Sample:
    return sample_of(consent_of(user, project), user)


def test_terms_say_who_hears_what_for_and_until_when(client: Client, project: Project) -> None:
    text = client.get(f"{DATA}/terms?days=10&purposes=tests").json()["text"]
    assert text.startswith("Everyone in Acme can see and hear these recordings")
    assert "Builds of acme/kitchen are tested on them." in text
    assert "learn from them" not in text
    end = timezone.now() + timedelta(days=10)
    assert f"on {end:%-d %B %Y} at the latest" in text
    assert "no other end" in client.get(f"{DATA}/terms?days=0").json()["text"]


@each_case("query", ["days=731", "days=-1", "days=x", "purposes=", "purposes=readers", "purposes=fun"])
def test_other_terms_are_not_offered(client: Client, project: Project, query: str) -> None:
    assert client.get(f"{DATA}/terms?{query}").status_code == 400


@pytest.mark.protects("recordings/consent-of-others")
def test_nobody_agrees_to_terms_that_they_did_not_read(client: Client, project: Project, owner: User) -> None:
    read = client.get(f"{DATA}/terms").json()
    body = {"purposes": ["tests", "training", "readers"], "days": 90, "text": read["text"]}
    answer = client.post(f"{DATA}/consents", body, content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (409, "The terms have changed")
    assert not Consent.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/consent-of-others")
def test_a_recording_needs_a_consent_of_its_sender_that_is_in_force(
    client: Client, project: Project, user: User, owner: User
) -> None:
    others = consent_of(owner, project)
    assert send(client, str(others.pk), loud()).status_code == 409
    assert send(client, "x", loud()).status_code == 400
    own = consent_of(user, project)
    Consent.objects.filter(pk=own.pk).update(agreed=timezone.now() - SESSION)
    assert send(client, str(own.pk), loud()).json()["title"] == "Agree to the terms again"
    Consent.objects.filter(pk=own.pk).update(agreed=timezone.now(), withdrawn=timezone.now())
    assert send(client, str(own.pk), loud()).status_code == 409
    assert not Sample.objects.exists()
    assert not Blob.objects.filter(links=None).exists(), "refused bytes stay nowhere"


@pytest.mark.slow
def test_a_recording_becomes_a_sample_of_its_person(client: Client, project: Project, user: User) -> None:
    consent = agreed(client)
    answer = send(client, consent, loud(), label=" door  knock ", device="phone of Zoe\u0308")
    assert answer.status_code == 201, answer.content
    sample = answer.json()
    assert (sample["number"], sample["label"], sample["device"], sample["quality"]) == (
        1,
        "door knock",
        "phone of Zo\u00eb",
        "good",
    )
    assert (sample["group"], sample["labelled_by"]["name"]) == ({"number": 1, "name": "Jo Okafor"}, "Jo Okafor")
    row = Sample.objects.get()
    assert is_linked(row, row.digest)
    assert read_blob(row.digest) == loud()
    assert Event.objects.filter(type="data.changed").last().data == {"revision": 1}  # type: ignore[union-attr]
    assert AuditEntry.objects.filter(action="data.add").get().data == {"number": 1}
    # The recording itself, as its page plays it.
    response = client.get(f"{DATA}/samples/1/recording")
    assert b"".join(response.streaming_content) == loud()  # type: ignore[attr-defined]
    assert "0001.wav" in response.headers["Content-Disposition"]


@pytest.mark.slow
def test_what_cannot_be_a_sample_is_refused_and_leaves_nothing(client: Client, project: Project) -> None:
    consent = agreed(client)
    answer = send(client, consent, b"hello")
    assert (answer.status_code, answer.json()["title"]) == (422, "This cannot be a sample")
    assert send(client, consent, loud(), label="x" * 61).status_code == 400
    assert send(client, consent, loud(), label="a\x00b").status_code == 400
    assert send(client, consent, loud(), alone="maybe").status_code == 400
    assert not Sample.objects.exists()
    assert send(client, consent, loud()).status_code == 201
    assert send(client, consent, loud()).json()["title"] == "This sample already exists"


@pytest.mark.protects("recordings/traces-of-the-maker")
def test_notes_in_a_recording_are_not_stored(client: Client, project: Project) -> None:
    consent = agreed(client)
    secret = b"52.52N 13.40E"
    send(client, consent, sound(*[9_000] * 9, extra=[(b"LIST", secret)]))
    send(client, consent, png((b"eXIf", secret)), alone="true")
    blobs = [read_blob(digest) for digest in Sample.objects.values_list("digest", flat=True)]
    assert len(blobs) == 2
    assert not [data for data in blobs if secret in data]


@pytest.mark.protects("recordings/turned-pictures")
def test_a_picture_is_stored_upright_and_heic_is_refused_by_name(client: Client, project: Project) -> None:
    consent = agreed(client)
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 90, 30)).save(photo, "JPEG", exif=exif)
    answer = send(client, consent, photo.getvalue(), label="tile", alone="true")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["drawing"]["width"], answer.json()["drawing"]["height"]) == (20, 40)
    with Image.open(io.BytesIO(read_blob(Sample.objects.get().digest))) as image:
        assert (image.size, dict(image.getexif())) == ((20, 40), {})
    answer = send(client, consent, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("HEIC pictures are not read. Export as JPEG or PNG and send it again.")


@pytest.mark.slow
@pytest.mark.protects("recordings/people-on-two-sides")
def test_samples_of_one_person_are_in_one_split_and_keep_it(project: Project, user: User) -> None:
    consent = consent_of(user, project)
    for _ in range(3):
        for pseudonym in ("Guest 1", "Guest 2", "Guest 3", "Guest 4"):
            sample_of(consent, user, pseudonym=pseudonym)
    splits = {group.pseudonym: set(group.samples.values_list("split", flat=True)) for group in Group.objects.all()}
    assert all(len(each) == 1 for each in splits.values())
    assert {split for each in splits.values() for split in each} == {"train", "validation", "test"}
    # A person whose samples were deleted comes back to where they were.
    before = splits["Guest 2"]
    for sample in Sample.objects.filter(group__pseudonym="Guest 2"):
        Sample.objects.filter(pk=sample.pk).update(removed=timezone.now())
    assert {sample_of(consent, user, pseudonym="Guest 2").split} == before


@pytest.mark.slow
def test_what_may_not_be_learned_from_is_for_tests(client: Client, project: Project, user: User) -> None:
    tests_only = agreed(client, purposes="tests")
    assert send(client, tests_only, loud(1), group="Ana").json()["split"] == "test"
    assert send(client, tests_only, loud(2), alone="true").json()["split"] == "test"
    both = agreed(client)
    assert send(client, both, loud(3), group="Bo").json()["split"] == "train"
    assert send(client, tests_only, loud(4), group="Bo").json()["title"] == "The consent does not cover this"


@pytest.mark.slow
def test_samples_are_listed_by_pages_and_filters(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    sample_of(consent, user, label="knock", pseudonym="Ana", device="phone")
    sample_of(consent, user, label="glass", pseudonym="Bo", device="Pico")
    sample_of(consent, user, sound(*[1] * 99), label="", pseudonym="Bo")
    assert numbers(client) == [3, 2, 1]
    assert numbers(client, label="knock") == [1]
    assert numbers(client, unlabelled="true") == [3]
    assert numbers(client, group=2) == [3, 2]
    assert numbers(client, device="Pico") == [2]
    assert numbers(client, quality="quiet") == [3]
    assert numbers(client, split="train") == [each.number for each in Sample.objects.filter(split="train")]
    assert numbers(client, numbers="1,3,x,99") == [3, 1]
    page = client.get(f"{DATA}/samples?limit=2").json()
    assert [each["number"] for each in client.get(page["next"]).json()["results"]] == [1]
    assert client.get(f"{DATA}/samples/numbers?label=glass").json() == {"revision": 3, "numbers": [2]}


@each_case("query", ["split=holdout", "quality=bad", "group=x", "kind=smell", "limit=0", "is_excluded=x"])
def test_a_wrong_filter_is_refused_by_name(client: Client, project: Project, query: str) -> None:
    answer = client.get(f"{DATA}/samples?{query}")
    assert answer.status_code == 400 or (query == "is_excluded=x" and answer.status_code == 200)
    if answer.status_code == 400:
        assert query.partition("=")[0] in answer.json()["detail"]


def test_a_foreign_cursor_is_no_page(client: Client, project: Project) -> None:
    assert client.get(f"{DATA}/samples?cursor=cD1hYmM=").status_code == 404


@pytest.mark.slow
def test_the_summary_counts_labels_splits_and_people(client: Client, project: Project, user: User) -> None:
    assert client.get(DATA).json()["samples"] == 0
    consent = consent_of(user, project)
    for pseudonym in ("Ana", "Bo"):
        sample_of(consent, user, sound(*[9_000 + len(pseudonym)] * 16_000), label="knock", pseudonym=pseudonym)
    sample_of(consent, user, label="", device="phone")
    summary = client.get(DATA).json()
    assert (summary["samples"], summary["unlabelled"], summary["milliseconds"]) == (3, 1, 2010)
    assert summary["labels"] == [
        {"label": "knock", "train": 1, "validation": 0, "test": 1, "groups": 2, "milliseconds": 2000}
    ]
    assert summary["splits"] == [
        {"split": "train", "samples": 1, "groups": 1},
        {"split": "validation", "samples": 0, "groups": 0},
        {"split": "test", "samples": 1, "groups": 1},
    ]
    assert [each["name"] for each in summary["groups"]] == ["Ana", "Bo", "Jo Okafor"]
    assert summary["devices"] == ["phone"]
    assert summary["warnings"] == ["knock has no samples for validation. Collect from more people."]


@pytest.mark.slow
def test_labels_change_at_once_and_the_answer_undoes_it(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    for label in ("knock", "", "glass"):
        sample_of(consent, user, label=label)
    answer = mark(client, 3, {"number": 1, "label": "glass"}, {"number": 2, "label": "glass", "is_excluded": True})
    assert answer.status_code == 200, answer.content
    assert list(Sample.objects.order_by("number").values_list("label", "is_excluded")) == [
        ("glass", False),
        ("glass", True),
        ("glass", False),
    ]
    undone = mark(client, answer.json()["revision"], *answer.json()["before"])
    assert undone.status_code == 200
    assert list(Sample.objects.order_by("number").values_list("label", flat=True)) == ["knock", "", "glass"]
    assert Sample.objects.get(number=2).labelled_by is None
    assert AuditEntry.objects.filter(action="data.mark").count() == 2


def test_an_undo_leaves_marked_places_and_who_labelled_as_they_were(
    client: Client, project: Project, user: User, owner: User, browser_of: Browser
) -> None:
    sample_of(consent_of(user, project), user)
    # An import of an earlier version stored places that end after the recording.
    events = [{"label": "knock", "start": 0.0, "end": 9.0}]
    Sample.objects.update(events=events)
    other = browser_of(owner)
    answer = mark(other, 1, {"number": 1, "is_excluded": True}).json()
    undone = mark(other, answer["revision"], *answer["before"])
    assert undone.status_code == 200, undone.content
    sample = Sample.objects.get()
    assert (sample.is_excluded, sample.events, sample.labelled_by) == (False, events, user)


@pytest.mark.slow
@pytest.mark.protects("recordings/overwritten-labels")
def test_a_label_that_somebody_changed_meanwhile_is_not_written_over(
    client: Client, project: Project, user: User, owner: User, browser_of: Browser
) -> None:
    consent = consent_of(user, project)
    sample_of(consent, user)
    sample_of(consent, user)
    assert mark(browser_of(owner), 2, {"number": 1, "label": "glass"}).status_code == 200
    stale = mark(client, 2, {"number": 1, "label": "x"}, {"number": 2, "label": "x"})
    assert (stale.status_code, Sample.objects.filter(label="x").count()) == (412, 0)
    assert "Sample 1 changed" in stale.json()["detail"]
    assert mark(client, 2, {"number": 2, "label": "x"}).status_code == 200, "the other one is as it was read"


@each_case(
    ("change", "status"),
    [
        ({"number": 9, "label": "x"}, 404),
        ({"number": 0}, 400),
        ({"label": "x"}, 400),
        ({"number": 1, "label": "\n" * 9 + "\x07"}, 400),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    client: Client, sample: Sample, change: dict[str, Any], status: int
) -> None:
    assert mark(client, 1, {"number": 1, "label": "ok"} if status == 404 else change, change).status_code == status
    assert Sample.objects.get().label == "knock"


@pytest.mark.slow
def test_a_version_is_named_by_what_is_in_it(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    assert save(client).json()["title"] == "There is nothing to save"
    for label in ("knock", "glass", ""):
        sample_of(consent, user, label=label)
    answer = save(client, message="first")
    assert answer.status_code == 201, answer.content
    version = answer.json()
    assert version["figures"] == {
        "samples": 2,
        "groups": 1,
        "milliseconds": 20,
        "labels": {"glass": 1, "knock": 1},
        "splits": {"train": 2},
    }
    assert (version["number"], version["message"]) == (1, "first")
    assert save(client).json()["digest"] == version["digest"], "nothing changed: the same version"
    assert DataVersion.objects.count() == 1
    mark(client, 9, {"number": 1, "label": "glass"})
    assert save(client).json()["number"] == 2
    changed = client.get(f"{DATA}/versions/1/compared-with/2").json()
    assert changed["relabelled"] == [{"number": 1, "before": "knock", "after": "glass"}]
    assert [each["number"] for each in client.get(f"{DATA}/versions").json()["results"]] == [2, 1]
    assert client.get(f"{DATA}/versions/9").status_code == 404
    entries = client.get(f"{DATA}/versions/1/samples?limit=1").json()
    assert (entries["results"][0]["label"], entries["results"][0]["deleted"]) == ("knock", False)
    assert [each["label"] for each in client.get(entries["next"]).json()["results"]] == ["glass"]


def test_a_version_is_saved_of_the_data_that_was_looked_at(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    sample_of(consent, user)
    sample_of(consent, user)
    assert client.post(f"{DATA}/versions", {"revision": 1}, content_type="application/json").status_code == 412
    assert not DataVersion.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/changed-tests")
def test_test_samples_of_a_version_are_changed_by_owners_alone(
    client: Client, project: Project, user: User, maintainer: User, owner: User, browser_of: Browser
) -> None:
    consent = consent_of(user, project, purposes=frozenset({Purpose.TESTS}))
    sample_of(consent, user)
    assert mark(client, 9, {"number": 1, "label": "glass"}).status_code == 200, "before a version has it"
    save(client)
    assert Sample.objects.get().tested_since == 1
    assert mark(client, 9, {"number": 1, "label": "ring"}).status_code == 403
    assert mark(browser_of(maintainer), 9, {"number": 1, "label": "ring"}).status_code == 403
    assert mark(browser_of(owner), 9, {"number": 1, "label": "ring"}).status_code == 200
