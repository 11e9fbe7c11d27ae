"""The right to play samples: the rule for a row beside the rule for a query, each way to the bytes, and the setting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forge.accounts.actions import create_token
from forge.accounts.models import Organisation, Role, User
from forge.accounts.principals import acting_as
from forge.accounts.tokens.secrets import find_token
from forge.core.actors import Actor
from forge.core.models import AuditEntry
from forge.datasets.access import samples_of
from forge.datasets.consent.actions import agree_anew
from forge.datasets.consent_terms import DEFAULT_PURPOSES, terms_for
from forge.datasets.errors import PlayingRefused
from forge.datasets.models import Consent, DataSet, Sample, Submission
from forge.datasets.playing import may_play, playable, restrict_playing
from forge.datasets.recordings.access import find_sample_by_id
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.datasets.versions.actions import save_version
from forge.datasets.versions.export import plan_export
from forge.learning.inputs.trial import sample_choices
from forge.projects.actions import give_project_role, write_file
from forge.projects.models import Project
from rune.datasets.export.data_folder import DATA_FOLDER
from rune.datasets.export.layouts import EXPORT_LAYOUTS
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, built
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.preconditions import etag_form
from tests.support.forge.factories.recordings import consent_of, png, sample_of, submission_of

pytestmark = pytest.mark.django_db(transaction=True)

Browser = Callable[[User | None], Client]
DATA = "/api/v1/projects/acme/kitchen/data"
PAGE = "/acme/kitchen/data"
EXAMPLE = Path(__file__).parents[3] / "examples" / "digits"
DIGITS = (EXAMPLE / "digits.tflite").read_bytes()
SEVEN = (EXAMPLE / "7.png").read_bytes()


@pytest.fixture
def other(organisation: Organisation) -> User:
    """A developer who gave nothing."""
    return make_member(organisation, "olu@acme.example", "Olu Ade", Role.DEVELOPER)


@pytest.fixture
def rows(project: Project, user: User, owner: User) -> dict[str, Sample]:
    """A sample of the developer before the data was restricted, one of the developer and one of the owner since."""
    rows = {"before": sample_of(consent_of(user, project), user, label="knock")}
    restrict_playing(owner, project, is_restricted=True)
    rows["own"] = sample_of(consent_of(user, project), user, label="knock")
    rows["owner's"] = sample_of(consent_of(owner, project), owner, label="knock")
    return rows


def numbers_of(actor: Actor, project: Project) -> tuple[set[int], set[int]]:
    """The numbers that the rule for a row and the rule for a query let somebody play."""
    samples = samples_of(actor, project)
    by_row = {sample.number for sample in samples if may_play(actor, sample)}
    return by_row, set(samples.filter(playable(actor)).values_list("number", flat=True))


def token_of(person: User, project: Project) -> Actor:
    """A token of somebody that is restricted to one project."""
    _, secret = create_token(person, "ci", ["read"], None, [project.stream])
    return acting_as(person, find_token(secret))


@pytest.mark.slow
@pytest.mark.protects("recordings/playing")
@pytest.mark.parametrize("is_restricted", [True, False])
def test_the_rule_for_a_row_and_the_rule_for_a_query_agree(
    project: Project, people: dict[str, Any], other: User, rows: dict[str, Sample], is_restricted: bool
) -> None:
    owner = people["owner"]
    restrict_playing(owner, project, is_restricted=is_restricted)
    manages = make_member(project.organisation, "ida@acme.example", "Ida Berg", Role.VIEWER)
    give_project_role(owner, project, manages.pk, Role.MAINTAINER)
    # The first was given to everyone: it is open again. The others stay as their people agreed.
    others = set() if is_restricted else {1}
    expected: dict[str, tuple[Actor, set[int]]] = {
        "owner": (owner, {1, 2, 3}),
        "a token of the owner": (token_of(owner, project), {1, 2, 3}),
        "maintainer": (people["maintainer"], {1, 2, 3}),
        "a maintainer of this project alone": (manages, {1, 2, 3}),
        "the developer who gave two": (people["developer"], {1, 2}),
        "a token of theirs, for this project": (token_of(people["developer"], project), others),
        "another developer": (other, others),
        "reviewer": (people["reviewer"], others),
        "viewer": (people["viewer"], others),
    }
    results = {who: numbers_of(actor, project) for who, (actor, _) in expected.items()}
    assert results == {who: (numbers, numbers) for who, (_, numbers) in expected.items()}


@pytest.mark.protects("recordings/playing")
def test_test_samples_of_a_version_are_played_by_owners_and_their_givers_in_a_restricted_data_set(
    project: Project, people: dict[str, Any], other: User, rows: dict[str, Sample]
) -> None:
    owner, maintainer, giver = people["owner"], people["maintainer"], people["developer"]
    Sample.objects.update(split="test", tested_since=1)
    expected = {owner: {1, 2, 3}, maintainer: set(), giver: {1, 2}, other: set()}
    assert {who: numbers_of(who, project) for who in expected} == {
        who: (numbers, numbers) for who, numbers in expected.items()
    }
    restrict_playing(owner, project, is_restricted=False)
    Sample.objects.update(tested_since=None)
    assert numbers_of(maintainer, project) == ({1, 2, 3}, {1, 2, 3})


@pytest.mark.protects("recordings/playing")
def test_samples_that_few_may_play_stay_so_until_their_person_agrees_to_other_terms(
    project: Project, owner: User, other: User, rows: dict[str, Sample]
) -> None:
    restrict_playing(owner, project, is_restricted=False)
    assert not may_play(other, find_sample_by_id(other, rows["owner's"].pk))
    terms = terms_for(project, DEFAULT_PURPOSES, 90)
    assert terms.text.startswith("Everyone in Acme")
    agree_anew(owner, rows["owner's"].consent, purposes=DEFAULT_PURPOSES, days=90, text=terms.text)
    assert may_play(other, find_sample_by_id(other, rows["owner's"].pk))


@pytest.mark.protects("recordings/browser-samples")
def test_a_browser_stores_no_recording(
    project: Project, rows: dict[str, Sample], owner: User, browser_of: Browser
) -> None:
    sample = rows["owner's"]
    for address in (f"{DATA}/samples/{sample.number}/recording", f"/api/v1/samples/{sample.pk}/recording"):
        answer = browser_of(owner).get(address)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


@pytest.mark.protects("recordings/playing")
@pytest.mark.slow
def test_no_address_gives_the_bytes_to_who_may_only_train_and_test(
    project: Project, owner: User, other: User, rows: dict[str, Sample], browser_of: Browser
) -> None:
    waiting = submission_of(owner, project).pk
    assert save_version(owner, project, revision=DataSet.objects.get().revision).number == 1
    write_file(owner, project, "digits.tflite", DIGITS)
    picture = sample_of(consent_of(owner, project), owner, SEVEN, label="7")
    Sample.objects.filter(pk=picture.pk).update(split="train")
    trial = f"/api/v1/projects/acme/kitchen/model-inputs/trial?file=digits.tflite&preset=0-1&sample={picture.number}"
    own, theirs = rows["own"].pk, rows["owner's"].pk
    parts = {"revision": 99, "parts": [{"start": 0, "end": 5, "label": "knock"}]}
    requests: list[tuple[str, str, Any]] = [
        ("get", f"{DATA}/samples/3/recording", None),
        ("get", f"/api/v1/samples/{theirs}/recording", None),
        ("get", f"{DATA}/samples/3/parts", None),
        ("post", f"{DATA}/samples/3/parts", parts),
        *(("get", f"{DATA}/versions/1/export?layout={layout}", None) for layout in EXPORT_LAYOUTS),
        ("get", f"{DATA}/versions/1/export?after=2", None),
        ("get", f"{PAGE}/waiting/{waiting}/recording", None),
        ("form", "/acme/kitchen/models/input/try", {"file": "digits.tflite", "input_0": "0-1", "sample": "4"}),
        ("octets", trial, b""),
        ("form", f"{PAGE}/waiting", {"do": "accept", "ids": str(waiting)}),
        ("form", f"{PAGE}/waiting", {"do": "refuse", "ids": str(waiting)}),
    ]

    def status(browser: Client, method: str, address: str, body: Any) -> int:
        if method == "get":
            return browser.get(address).status_code
        if method == "form":
            return browser.post(address, body).status_code
        if method == "octets":
            return browser.post(address, body, content_type="application/octet-stream").status_code
        return browser.post(address, body, content_type="application/json").status_code

    wrong = {each[:2]: code for each in requests if (code := status(browser_of(other), *each)) != 403}
    assert not wrong
    assert Submission.objects.waiting().count() == 1
    # Who manages the project gets them all.
    codes = {each[:2]: status(browser_of(owner), *each) for each in requests}
    # These layouts take series of motion alone, and pictures alone.
    for layout in ("parquet", "mnist"):
        assert codes.pop(("get", f"{DATA}/versions/1/export?layout={layout}")) == 422
    assert not {each: code for each, code in codes.items() if code not in (200, 302)}
    giver = browser_of(rows["own"].consent.person)
    assert giver.get(f"{DATA}/samples/2/recording").status_code == 200
    assert giver.get(f"/api/v1/samples/{own}/recording").status_code == 200
    assert giver.get(f"{DATA}/samples/3/recording").status_code == 403


@pytest.mark.protects("recordings/playing")
@pytest.mark.slow
def test_lists_and_pages_draw_nothing_of_what_may_not_be_played(
    project: Project, owner: User, other: User, rows: dict[str, Sample], browser_of: Browser
) -> None:
    sample_of(consent_of(owner, project), owner, png(), label="glass")
    submission_of(owner, project)
    browser, manager = browser_of(other), browser_of(owner)
    samples = browser.get(f"{DATA}/samples").json()["results"]
    assert [(each["playable"], each["drawing"]) for each in samples] == [(False, {})] * 4
    assert [each["playable"] for each in browser.get("/api/v1/projects/acme/kitchen/samples").json()["samples"]] == [
        False
    ] * 4
    sample = browser.get(f"{DATA}/samples/4").json()["sample"]
    assert (sample["playable"], sample["drawing"], sample["label"]) == (False, {}, "glass")
    pages = [PAGE, f"{PAGE}/cards?numbers=1,2,3,4", *(f"{PAGE}/samples/{number}" for number in (3, 4))]
    for address in [*pages, f"{PAGE}/samples/3/panel", f"{PAGE}/waiting"]:
        text, whole = browser.get(address).content.decode(), manager.get(address).content.decode()
        for part in ("<path d=", '/recording"'):
            assert part not in text, address
        assert '/recording"' in whole, address
        assert "#lock" in text, address
    refusal = "Only those who manage acme/kitchen play this, and only owners play test samples."
    assert refusal in browser.get(f"{PAGE}/samples/3").content.decode()
    assert "/export" not in browser.get(PAGE).content.decode()


@pytest.mark.slow
@pytest.mark.protects("recordings/playing")
def test_builds_and_comparisons_list_samples_and_do_not_play_them(
    project: Project, owner: User, other: User, rows: dict[str, Sample], browser_of: Browser
) -> None:
    for rune in (RUNE, RUNE + bytes(500)):
        built(owner, project, rune)
    for address in ("/acme/kitchen/builds/2/accuracy", "/compare?one=acme/kitchen@1&other=acme/kitchen@2"):
        text, whole = (compact(browser_of(each).get(address).content.decode()) for each in (other, owner))
        assert browser_of(owner).get(address).status_code == 200
        assert (text.count('/recording"'), whole.count('/recording"')) == (0, 3), address
        assert (text.count("data-sample="), whole.count("data-sample=")) == (0, 3), address
        assert text.count("Only those who manage the project play it.") == 3


@pytest.mark.protects("recordings/playing")
def test_who_may_not_play_samples_still_labels_them_and_saves_versions(
    project: Project, other: User, rows: dict[str, Sample]
) -> None:
    revision = DataSet.objects.get().revision
    mark_samples(other, project, [SampleMark(3, label="glass")], revision)
    assert save_version(other, project, revision=revision + 1).figures["labels"] == {"glass": 1, "knock": 2}


@pytest.mark.protects("recordings/playing")
def test_inputs_of_models_are_tried_on_samples_that_the_person_may_play(
    project: Project, other: User, user: User, owner: User, rows: dict[str, Sample]
) -> None:
    Sample.objects.update(split="train")
    assert sample_choices(other, project) == []
    assert [each.number for each in sample_choices(user, project)] == [1, 2]
    assert [each.number for each in sample_choices(owner, project)] == [1, 2, 3]


def test_an_export_is_refused_whole_and_says_how_much_is_not_for_its_person(
    project: Project, other: User, user: User, rows: dict[str, Sample]
) -> None:
    save_version(user, project, revision=DataSet.objects.get().revision)
    with pytest.raises(PlayingRefused, match="You may not export 3 of the 3 samples of version 1, and without them"):
        plan_export(other, project, 1, DATA_FOLDER)
    with pytest.raises(PlayingRefused, match="1 of the 3 samples"):
        plan_export(user, project, 1, DATA_FOLDER, after=3)
    # Samples that are open again are exported.
    DataSet.objects.update(is_restricted=False)
    Consent.objects.filter(samples=rows["owner's"].pk).update(is_restricted=False)
    assert [each.number for each in plan_export(user, project, 1, DATA_FOLDER).samples] == [1, 2, 3]


@pytest.mark.slow
def test_those_who_manage_the_project_set_who_plays_samples(
    project: Project, maintainer: User, client: Client, browser_of: Browser
) -> None:
    browser = browser_of(maintainer)
    managers = etag_form(f"{PAGE}/playing", who="managers")
    assert client.post(f"{PAGE}/playing", managers).status_code == 403
    assert client.patch(DATA, {"restricted": True}, content_type="application/json").status_code == 403
    assert browser.post(f"{PAGE}/playing", {"who": "nobody"}).status_code == 400
    assert not DataSet.objects.filter(is_restricted=True).exists()
    answer = browser.post(f"{PAGE}/playing", managers)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}#playing")
    assert client.get(DATA).json()["restricted"] is True
    assert browser.post(f"{PAGE}/playing", {**managers, "who": "readers"}).status_code == 412
    headers = {"If-Match": client.get(DATA).headers["ETag"]}
    response = browser.patch(DATA, {"restricted": False}, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["restricted"]) == (200, False)
    revision, headers = response.json()["revision"], {"If-Match": response.headers["ETag"]}
    browser.patch(DATA, {"restricted": False}, content_type="application/json", headers=headers)
    assert client.get(DATA).json()["revision"] == revision, "nothing changed"
    actions = AuditEntry.objects.filter(action__in=("data.restrict", "data.open")).order_by("at", "position")
    assert list(actions.values_list("action", flat=True)) == ["data.restrict", "data.open"]


@pytest.mark.slow
def test_the_setting_is_offered_before_the_first_sample_and_to_those_who_manage_the_project(
    project: Project, owner: User, client: Client, browser_of: Browser
) -> None:
    assert "No samples yet" in browser_of(owner).get(PAGE).content.decode()
    assert "Who plays samples" in browser_of(owner).get(PAGE).content.decode()
    assert "Who plays samples" not in client.get(PAGE).content.decode()


@pytest.mark.slow
def test_a_list_asks_the_database_as_often_for_many_locked_samples_as_for_few(
    project: Project, owner: User, other: User, rows: dict[str, Sample], browser_of: Browser
) -> None:
    browser = browser_of(other)

    def queries(address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as context:
            assert browser.get(address).status_code == 200
        return len(context)

    addresses = (
        f"{DATA}/samples",
        f"{PAGE}/cards?numbers=1,2,3,4,5,6,7",
        "/api/v1/projects/acme/kitchen/samples",
        PAGE,
    )
    few = [queries(address) for address in addresses]
    consent = consent_of(owner, project)
    for _ in range(4):
        sample_of(consent, owner, label="knock")
    assert [queries(address) for address in addresses] == few
