"""The page Training before a run: what recipes find in the data, sizes, what differs from one, and what is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.datasets.models import DataSet, Sample
from forge.datasets.versions.actions import save_version
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.recipes import recipe_of
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.fields import RecipeArgumentField, size_of, typed_arguments
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.training import finished_run, motion_version, picture_version

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/acme/kitchen/training"
RUNS = "/api/v1/projects/acme/kitchen/training"
SEARCHES = "/api/v1/projects/acme/kitchen/searches"


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)


@pytest.fixture
def trains(client: Client, project: Project, user: User) -> Client:
    motion_version(user, project)
    return client


def page_of(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return compact(answer.content.decode())


def argument(page: str, name: str) -> str:
    """The part of the page with an argument."""
    return page[page.index(f'data-argument="{name}"') :].partition('<div class="argument')[0]


def test_each_recipe_says_what_it_finds_in_the_data(trains: Client) -> None:
    page = page_of(trains)
    card = page[page.index('href="?recipe=motion#new-run"') :].partition("</a>")[0]
    assert "3 labels, 2 people" in card
    other = page[page.index('href="?recipe=anomaly#new-run"') :].partition("</a>")[0]
    assert "Name the one of normal" in other
    assert "3 train · 3 validation · 3 test, 2 people, nobody in two of them" in page


@pytest.mark.protects("availability/unlearnable-runs")
@each_case("recipe", ["anomaly", "keywords", "counting"])
def test_a_run_that_could_not_end_with_a_model_is_not_queued(trains: Client, recipe: str) -> None:
    body = {"recipe": recipe}
    answer = trains.post(RUNS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (409, "The recipe cannot learn from this data")
    lack = page_of(trains, f"?recipe={recipe}").partition("data-lack>")[2].partition("</div>")[0]
    assert answer.json()["detail"].partition(":")[0][:40] in lack.replace("&quot;", '"')
    assert 'href="/acme/kitchen/data"' in lack
    form = trains.post(f"{PAGE}/begin", {"recipe": recipe, "argument-epochs": "7"})
    assert form.status_code == 409
    assert 'value="7"' in argument(compact(form.content.decode()), "epochs")
    assert not TrainingRun.objects.exists()


@pytest.mark.protects("availability/unlearnable-runs")
def test_one_label_is_refused_for_what_tells_labels_apart_and_learned_as_normal(
    client: Client, project: Project, user: User
) -> None:
    motion_version(user, project)
    Sample.objects.exclude(label="still").update(is_excluded=True)
    revision = DataSet.objects.values_list("revision", flat=True).get(project=project)
    save_version(user, project, revision=revision)
    answer = client.post(RUNS, {"recipe": "motion"}, content_type="application/json")
    assert answer.status_code == 409
    assert 'All recordings are of the label "still".' in answer.json()["detail"]
    search = client.post(SEARCHES, {"recipe": "motion"}, content_type="application/json")
    assert search.status_code == 409, search.content
    assert client.post(RUNS, {"recipe": "anomaly"}, content_type="application/json").status_code == 201


@pytest.mark.slow
def test_pictures_without_marks_are_not_counted_in(
    client: Client, project: Project, user: User, tmp_path: Path
) -> None:
    picture_version(user, project, tmp_path)
    answer = client.post(RUNS, {"recipe": "counting"}, content_type="application/json")
    assert answer.status_code == 409
    assert "no picture has any. Mark the middle of each object" in answer.json()["detail"]
    assert ">Mark objects</a>" in page_of(client, "?recipe=counting")


def test_a_size_fills_in_its_network_and_nothing_differs_from_it(trains: Client) -> None:
    page = page_of(trains, "?recipe=motion&size=small")
    assert 'value="8"' in argument(page, "filters")
    assert 'name="size" value="small"' in page
    assert re.search(r"data-differing hidden", page)
    assert re.search(r'aria-current="true"> ?<b>Small</b>', page)
    assert 'name="size" value="balanced"' in page_of(trains)


def test_what_differs_is_counted_named_and_has_the_value_of_the_size(trains: Client) -> None:
    fields = {"recipe": "motion", "argument-filters": "8", "percent-dropout": "35", "argument-epochs": "0"}
    answer = trains.post(f"{PAGE}/begin", fields)
    assert answer.status_code == 400
    page = compact(answer.content.decode())
    assert "Epochs, at most (epochs) must be a whole number from 1 to 10000 epochs." in page
    assert "1 differs from Small: dropout" in page
    dropout = argument(page, "dropout")
    assert 'value="35" min="0" max="90"' in dropout
    assert ">20 %</span></small>" in dropout
    assert 'value="0"' in argument(page, "epochs")


def test_a_form_sends_shares_in_per_cent_and_switches_as_on_and_off(trains: Client) -> None:
    fields = {"recipe": "motion", "percent-dropout": "7", "argument-balance": ["0"], "argument-separable": ["0", "1"]}
    answer = trains.post(f"{PAGE}/begin", fields)
    assert answer.status_code == 302, compact(answer.content.decode())
    arguments = TrainingRun.objects.get().arguments
    assert (arguments["dropout"], arguments["balance"], arguments["separable"]) == (0.07, 0, 1)


def test_the_api_says_how_people_set_each_argument(trains: Client) -> None:
    rows = trains.get(f"{RUNS}/recipes").json()["recipes"]
    keywords = next(each for each in rows if each["name"] == "keywords")
    arguments = {each["name"]: each for each in keywords["arguments"]}
    stream, kernel = arguments["stream"], arguments["kernel"]
    assert (stream["title"], stream["shown"], stream["group"]) == ("Streaming", "switch", "Front end")
    assert (kernel["title"], kernel["unit"], kernel["group"]) == ("Kernel size", "frames", "Network")
    assert arguments["dropout"]["shown"] == "share"
    assert keywords["main_arguments"] == ["duration", "hop", "epochs"]
    assert [each["name"] for each in keywords["sizes"]] == ["small", "balanced", "accurate"]
    assert len({each["title"] for each in keywords["arguments"]}) == len(keywords["arguments"])


def test_a_size_is_told_by_its_network_alone() -> None:
    recipe: Any = recipe_of("motion")
    assert size_of(recipe, {"filters": 32, "dropout": 0.5}, "")["name"] == "accurate"
    assert size_of(recipe, {"filters": 9}, "small")["name"] == "small"
    assert size_of(recipe, {"filters": 9}, "none")["name"] == "balanced"


def test_text_that_is_no_number_is_left_to_be_refused() -> None:
    from django.http import QueryDict

    arguments = recipe_of("motion")["arguments"]
    typed_values = typed_arguments(arguments, QueryDict("argument-filters=many&percent-dropout=half&argument-hop=nan"))
    assert (typed_values["filters"], typed_values["dropout"]) == ("many", "half")
    field = RecipeArgumentField(arguments[0], "many", 1)
    assert field.differs


def test_the_list_of_runs_has_curve_range_and_figures(trains: Client, project: Project, user: User) -> None:
    write_file(user, project, "forge.yml", b"limits:\n  accuracy: 90 %\n  ram:\n    cortex-m0plus: 800 B\n")
    finished_run(user, project)
    page = page_of(trains)
    row = page[page.index('<tr data-run="1">') :].partition("</tr>")[0]
    assert 'title="1 of 2 validation recordings, 9 to 91 %"' in row
    assert 'aria-label="9 to 91 %"' in row
    assert 'aria-label="Run 1: epoch 3 of 4 is used, 80.0 % of windows"' in row
    assert re.search(r'<td class="over">900 B ?<small>limit 800 B</small> ?</td><td>9.0 kB</td><td>0.09 M</td>', row)
    assert "on Raspberry Pi Pico" in page
    assert "not read" in row
