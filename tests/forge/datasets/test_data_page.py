"""The page of a project's data: what it shows, its forms, and how it answers for many samples."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.models.samples import SampleKind
from forge.datasets.sample_cards import SampleCard, drawing_paths
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.recordings import consent_of, png, sample_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/acme/kitchen/data"


@pytest.fixture
def sample(project: Project, user: User) -> Sample:
    return sample_of(consent_of(user, project), user)


@pytest.mark.slow
def test_an_empty_page_says_what_samples_are(client: Client, project: Project) -> None:
    page = client.get(PAGE).content.decode()
    assert "No samples yet" in page
    assert "data-samples" not in page
    assert 'aria-current="page">Data' in client.get(PAGE).content.decode()


@pytest.mark.slow
def test_samples_are_shown_with_labels_splits_and_drawings(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    sample_of(consent, user, label="<knock>", pseudonym="Guest 7", device="phone")
    sample_of(consent, user, png(), label="", alone=True)
    sample_of(consent, user, b"1,2,3\n4,5,6\n", label="wave")
    page = client.get(PAGE).content.decode()
    assert "&lt;knock&gt;" in page
    assert "<knock>" not in page
    assert "Guest 7 · phone" in page
    assert 'src="/api/v1/projects/acme/kitchen/data/samples/2/recording"' in page
    assert page.count("<path d=") == 1 + 3
    assert "1 without a label" in page
    assert "&lt;knock&gt; and wave have no samples for" in page
    listing = client.get(f"{PAGE}?label=wave").content.decode()
    assert ('data-number="3"' in listing, 'data-number="1"' in listing) == (True, False)
    assert "Show all" in listing
    fragment = client.get(f"{PAGE}/cards?numbers=1,3").content.decode()
    assert fragment.index('data-number="3"') < fragment.index('data-number="1"')
    assert "<html" not in fragment


@pytest.mark.slow
def test_forms_label_leave_out_and_save_without_scripts(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    for label in ("knock", ""):
        sample_of(consent, user, label=label)
    answer = client.post(f"{PAGE}/mark", {"numbers": ["1", "2"], "do": "label", "label": "glass", "revision": "2"})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert set(Sample.objects.values_list("label", flat=True)) == {"glass"}
    client.post(f"{PAGE}/mark", {"numbers": "2", "do": "exclude", "revision": "3"})
    assert client.post(f"{PAGE}/versions", {"revision": "4", "message": "Two"}).status_code == 302
    assert DataVersion.objects.get().figures["samples"] == 1
    page = client.get(PAGE).content.decode()
    assert "· left out" in page
    assert "Two" in page


@each_case(
    ("form", "status", "words"),
    [
        ({"numbers": "1", "do": "label", "label": "x", "revision": "0"}, 412, "changed since you read"),
        ({"numbers": "1", "do": "burn", "revision": "9"}, 400, "Choose what to do"),
        ({"numbers": "x", "do": "label", "revision": "9"}, 400, "Load the page again"),
        ({"do": "label", "label": "x", "revision": "9"}, 400, "Name 1 to 5000 samples"),
    ],
)
def test_a_form_that_is_refused_shows_the_page_and_the_reason(
    client: Client, sample: Sample, form: dict[str, str], status: int, words: str
) -> None:
    answer = client.post(f"{PAGE}/mark", form)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert Sample.objects.get().label == "knock"


@pytest.mark.slow
def test_a_sample_has_a_page_with_consent_versions_and_deleting(client: Client, project: Project, user: User) -> None:
    sample_of(consent_of(user, project), user)
    client.post(f"{PAGE}/versions", {"revision": "1"})
    page = client.get(f"{PAGE}/samples/1").content.decode()
    assert "For tests, training." in page
    assert "Everyone in Acme can see and hear" in page
    assert "<dd" in page
    assert "v1" in page
    assert "<audio controls" in page
    assert client.post(f"{PAGE}/samples/1/delete").status_code == 302
    assert client.get(f"{PAGE}/samples/1").status_code == 404


def test_a_sample_that_a_version_tests_on_has_its_forms_for_owners_alone(
    client: Client, project: Project, user: User, owner: User, browser_of: Callable[[User], Client]
) -> None:
    sample_of(consent_of(user, project), user)
    action = 'action="/acme/kitchen/data/mark"'
    page = f"{PAGE}/samples/1/panel"
    assert action in client.get(page).content.decode()
    Sample.objects.update(tested_since=2, split="test")
    text = client.get(page).content.decode()
    assert action not in text
    assert "data-cut" not in text
    assert "Version 2 tests on this sample, so only owners change it." in text
    assert action in browser_of(owner).get(page).content.decode()


@pytest.mark.slow
def test_the_first_frame_waits_for_cards_only_where_there_are_some(
    client: Client, project: Project, user: User
) -> None:
    assert 'rel="expect"' not in client.get(PAGE).content.decode()
    sample_of(consent_of(user, project), user)
    page = client.get(PAGE).content.decode()
    assert '<link rel="expect" href="#versions-title" blocking="render">' in page
    assert 'id="versions-title"' in page


def test_a_drawing_stays_in_its_box() -> None:
    assert drawing_paths({"peaks": [0, 100]}) == ["M36.0 25.5v1.0M108.0 2.0v48.0"]
    assert drawing_paths({"axes": [[-100, 100], [0]]}) == ["M0.0 50.0L144.0 2.0", "M0 26.0H144"]
    assert drawing_paths({"width": 2, "height": 1}) == []


@each_case(
    ("drawing", "is_enlarged"),
    [
        ({"width": 28, "height": 28}, True),
        ({"width": 128, "height": 96}, True),
        ({"width": 28, "height": 640}, False),
        ({"width": 1024, "height": 768}, False),
        ({}, False),
    ],
)
def test_a_picture_of_few_pixels_is_enlarged_and_a_photograph_is_not(drawing: Any, is_enlarged: bool) -> None:
    card = SampleCard(Sample(kind=SampleKind.PICTURE, drawing=drawing), [], "", "", 0, None)
    assert card.has_few_pixels is is_enlarged


def many_samples(person: User, project: Project, count: int) -> None:
    """Copies the row of one sample: what lists read does not need the bytes."""
    first = sample_of(consent_of(person, project), person)
    copies = [
        Sample(
            data_set=first.data_set,
            number=number,
            kind=first.kind,
            media_type=first.media_type,
            digest=f"sha256:{number:064x}",
            size=first.size,
            milliseconds=first.milliseconds,
            drawing=first.drawing,
            quality=first.quality,
            label=("knock", "glass", "speech", "nothing")[number % 4],
            split=first.split,
            group=first.group,
            source=first.source,
            consent=first.consent,
            revision=1,
        )
        for number in range(2, count + 1)
    ]
    Sample.objects.bulk_create(copies, batch_size=2000)
    DataSet.objects.update(last_number=count)


@pytest.mark.proof
def test_lists_of_20_000_samples_take_less_than_200_ms(client: Client, project: Project, user: User) -> None:
    many_samples(user, project, 20_000)
    data = "/api/v1/projects/acme/kitchen/data"
    for address in (
        f"{data}/samples?label=knock&limit=10",
        f"{data}/samples/numbers?label=knock&split=train",
        f"{data}/samples/numbers",
        f"{PAGE}/cards?numbers={','.join(map(str, range(9_000, 9_100)))}",
    ):
        client.get(address)
        times = []
        for _ in range(5):
            start = process_time()
            assert client.get(address).status_code == 200
            times.append(process_time() - start)
        assert min(times) < 0.2, address
    start = process_time()
    assert client.post(f"{data}/versions", {"revision": 1}, content_type="application/json").status_code == 201
    assert process_time() - start < 1


@pytest.mark.slow
def test_a_table_is_drawn_and_phones_are_asked_for_what_they_can_record(
    client: Client, project: Project, user: User
) -> None:
    consent = consent_of(user, project)
    sample_of(consent, user, b"temperature,humidity\n20.5,55\n21,54\n", label="dry")
    sample_of(consent, user, b"temperature,humidity\n20.5,55\n", label="wet")
    page = client.get(PAGE).content.decode()
    assert page.count('class="sample-face table"') == 2
    assert page.count("<path d=") == 2 + 1
    assert '<input type="hidden" name="kind" value="sound">' in page, "no phone records a table"
    panel = compact(client.get(f"{PAGE}/samples/1").content.decode())
    assert "Crop or split" in panel
    assert "<audio" not in panel
    assert '<th scope="col" class="written">humidity</th>' in panel
    assert "2 columns, 2 rows" in panel
    assert panel.index("<td>20.5</td>") < panel.index("<td>21</td>")
    single = compact(client.get(f"{PAGE}/samples/2").content.decode())
    assert '<dt class="written">humidity</dt><dd>55</dd>' in single
    assert "2 columns, 1 row<" in single
    response = client.post(f"{PAGE}/collect", {"kind": "table", "label": "dry", "wanted": "20", "seconds": "1.5"})
    assert "Choose what is recorded: sound, picture or motion." in response.content.decode()


@pytest.mark.slow
def test_the_page_of_a_long_table_lists_its_first_rows(client: Client, project: Project, user: User) -> None:
    rows = "".join(f"{number},{-number}\n" for number in range(1200))
    sample_of(consent_of(user, project), user, b"<level>,flow\n" + rows.encode(), label="dry")
    panel = compact(client.get(f"{PAGE}/samples/1").content.decode())
    assert '<th scope="col" class="written">&lt;level&gt;</th>' in panel
    assert "2 columns, 1,200 rows" in panel
    assert "The first 5 rows." in panel
    assert "<td>-4</td>" in panel
    assert "<td>-5</td>" not in panel


def test_data_of_things_speaks_of_no_people(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    for number in range(3):
        sample_of(consent, user, png(width=number + 1), label="bolt", alone=True)
    page = client.get(f"{project.get_absolute_url()}/data").content.decode()
    middle = page[page.index('class="data-head') : page.index('id="playing"')]
    for word in ("person or device", "people", "Nobody"):
        assert word not in middle, word
    panel = client.get(f"{project.get_absolute_url()}/data/samples/1/panel").content.decode()
    assert "Nobody" not in panel
    assert "Terms of" in panel


def test_data_of_one_person_gets_one_warning(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    for number in range(6):
        sample_of(consent, user, label=("knock", "glass", "ring")[number % 3])
    page = client.get(f"{project.get_absolute_url()}/data").content.decode()
    assert "1 warning about splits" in page
    assert page.count("come from one person or device") == 1
