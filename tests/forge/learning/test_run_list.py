"""The list of runs: the data, the figures on both splits, the limits that are broken, and what became of each run."""

from __future__ import annotations

import re

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forge.accounts.models import User
from forge.builds.models import Build
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.recipes import recipe_of
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages import views
from forge.learning.training.pages.run_rows import _size_title, data_sentence
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from lab.formats.tflite_builder import Builder
from rune.assessment.evaluation.evaluation import SampleOutcome
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.evaluations import evaluated
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]
PAGE = "/acme/kitchen/training"


@pytest.fixture
def trains(client: Client, project: Project, user: User) -> Client:
    motion_version(user, project)
    return client


def run_with(user: User, project: Project, model: str) -> TrainingRun:
    """A finished run that gave the model of this name."""
    return finish_run(motion_run(user, project), model_of(model))


def model_of(name: str) -> bytes:
    """A model of a few bytes, which is another one for each name."""
    builder = Builder()
    source = builder.tensor("input", (1, 4))
    shape = builder.constant(name, np.array([4, 1], np.int32))
    return builder.file({"input": source}, {"output": builder.add("RESHAPE", [source, shape], (4, 1), "output")})


def built_with(user: User, project: Project, model: str, *, right: int | None = 9) -> Build:
    """A numbered build with this model, which is right on so many of 10 test samples; None for one that read none."""
    write_file(user, project, "model.tflite", model_of(model))
    build = built(user, project)
    if right is None:
        return build
    return evaluated(
        build, [SampleOutcome(str(each), "yes", "yes" if each < right else "no", 0.9) for each in range(10)]
    )


def row_of(client: Client, number: int, address: str = PAGE) -> str:
    """The row of a run as text, its cells divided by `|`."""
    page = client.get(address).content.decode()
    row = page[page.index(f'<tr data-run="{number}">') :].partition("</tr>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", row.replace("</t", " | </t")))


@pytest.mark.protects("recordings/test-split")
def test_the_test_figure_is_that_of_the_build_with_the_model_of_the_run(
    trains: Client, project: Project, user: User
) -> None:
    run_with(user, project, "first")
    run_with(user, project, "second")
    built_with(user, project, "first")
    assert "90.0 %9 of 10 test recordings, 60 to 98 %" in row_of(trains, 1)
    assert "In build 1" in row_of(trains, 1)
    assert "not read" in row_of(trains, 2)
    assert f'href="{PAGE.removesuffix("training")}builds/1/accuracy"' in trains.get(PAGE).content.decode()
    built_with(user, project, "second", right=None)
    assert "not read" in row_of(trains, 2)
    assert "In build 2" in row_of(trains, 2)


def test_the_state_says_what_became_of_a_run(trains: Client, project: Project, user: User) -> None:
    for model in ("published", "large", "stopped", "plain", "waiting"):
        run_with(user, project, model)
    publish_build(user, built_with(user, project, "published"), "1.5.0")
    of_number = {run.number: run for run in TrainingRun.objects.all()}
    of_number[2].needs["cortex-m0plus"]["ram"] = 300_000
    of_number[3].report["ended"] = "stopped"
    of_number[5].state = LabJobState.WAITING
    TrainingRun.objects.bulk_update(of_number.values(), ["needs", "report", "state"])
    assert "In 1.5.0" in row_of(trains, 1)
    assert "Too large" in row_of(trains, 2)
    assert "| 300 kB limit 270 kB |" in row_of(trains, 2)
    assert "Stopped at epoch 4" in row_of(trains, 3)
    assert "Finished" in row_of(trains, 4)
    assert "Waiting" in row_of(trains, 5)
    assert "Too large" not in row_of(trains, 4)


def test_a_limit_of_the_project_is_named_and_marks_what_breaks_it(trains: Client, project: Project, user: User) -> None:
    write_file(user, project, "forge.yml", b"limits:\n  accuracy: 92.5 %\n  flash:\n    cortex-m0plus: 8 kB\n")
    run_with(user, project, "model")
    assert "Range, limit 92.5 %" in compact(trains.get(PAGE).content.decode())
    assert "| 900 B | 9.0 kB limit 8.0 kB | 0.09 M | Too large" in row_of(trains, 1)


def test_the_newest_runs_stand_below_the_form_and_a_link_leads_to_all(
    trains: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "NEWEST_RUNS", 2)
    monkeypatch.setattr(views, "SHOWN_RUNS", 2)
    for _ in range(2):
        run_with(user, project, "model")
    assert "runs=all" not in trains.get(PAGE).content.decode()
    run_with(user, project, "model")
    page = compact(trains.get(PAGE).content.decode())
    assert re.findall(r'data-run="(\d)"', page) == ["3", "2"]
    assert '<a href="?runs=all#runs">All 3</a>' in page
    assert "Pages of runs" not in page
    everything = compact(trains.get(f"{PAGE}?runs=all").content.decode())
    assert ">All 3</a>" not in everything
    assert 'href="?runs=all&amp;page=2#runs"' in everything
    assert re.findall(r'data-run="(\d)"', trains.get(f"{PAGE}?page=2").content.decode()) == ["1"]


@pytest.mark.slow
def test_more_runs_take_no_more_queries(trains: Client, project: Project, user: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert trains.get(PAGE).status_code == 200
        return len(captured)

    run_with(user, project, "0")
    publish_build(user, built_with(user, project, "0"), "1.0")
    trains.get(PAGE)
    few = queries()
    for number in range(1, 4):
        run_with(user, project, str(number))
        publish_build(user, built_with(user, project, str(number)), f"1.{number}")
    assert queries() == few
    assert "In 1.3" in row_of(trains, 4)


def test_several_versions_of_the_data_are_named_as_not_comparable(trains: Client, project: Project, user: User) -> None:
    for _ in range(2):
        run_with(user, project, "model")
    assert "not progress" not in trains.get(PAGE).content.decode()
    TrainingRun.objects.filter(number=2).update(data_number=7, data_digest="sha256:" + "7" * 64)
    assert "v1 and v7 can have different validation samples; a difference between them is not progress." in compact(
        trains.get(PAGE).content.decode()
    )
    assert "| v7 |" in row_of(trains, 2)
    runs = [TrainingRun(data_number=number, data_digest=str(number), recipe="motion") for number in range(5)]
    assert data_sentence(runs).startswith("Different versions of the data can have")


@each_case(
    ("values", "title"),
    [
        ({}, "Small"),
        ({"blocks": 4}, "Small, 4 blocks"),
        ({"blocks": 1}, "Small, 1 block"),
        ({"blocks": 4, "filters": 31}, ""),
    ],
)
def test_a_run_is_named_after_its_size_and_the_argument_in_which_it_differs(
    values: dict[str, float], title: str
) -> None:
    recipe = recipe_of("motion")
    small = next(each["arguments"] for each in recipe["sizes"] if each["name"] == "small")
    assert _size_title(TrainingRun(recipe="motion", arguments={**small, **values}), recipe) == title
