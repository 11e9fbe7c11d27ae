"""The descriptions of a pipeline on pages, for the front end that draws it and for screen readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.models import Preview
from forge.builds.pages.pipeline_picture import DrawnPipeline, DrawnStage, PictureMark, drawn_pipeline
from forge.projects.models import Project
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built

Browser = Callable[[User | None], Client]


def wire(source: str, target: str, index: int = 0) -> dict[str, Any]:
    return {"source": source, "source_index": 0, "target": target, "target_index": index, "type": None}


def node(name: str, kind: str, detail: str) -> dict[str, Any]:
    return {"name": name, "kind": kind, "detail": detail, "line": 1, "file": None}


BRANCHING = {
    "nodes": [
        node("sound", "capability", "SOUND"),
        node("motion", "capability", "ACCEL"),
        node("fft", "block", "fft"),
        node("join", "model", "join"),
        node("word", "output", "SERIAL"),
        node("raw", "output", "TENSOR"),
        node("lost", "output", "SERIAL"),
    ],
    "wires": [
        wire("sound", "fft"),
        wire("fft", "join"),
        wire("motion", "join", 1),
        wire("fft", "join", 2),
        wire("join", "word"),
        wire("motion", "raw"),
    ],
}


def test_each_stage_is_said_with_what_it_reads() -> None:
    pipeline = drawn_pipeline(BRANCHING)
    assert pipeline is not None
    rows = [(stage.name, stage.kind_word, stage.reads_words) for stage in pipeline.stages]
    assert rows == [
        ("sound", "capability", "nothing"),
        ("motion", "capability", "nothing"),
        ("fft", "proc-block", "sound"),
        ("join", "model", "fft and motion"),
        ("word", "output", "join"),
        ("raw", "output", "motion"),
        ("lost", "output", "nothing"),
    ]


def test_what_is_drawn_has_every_stage_every_wire_and_its_marks() -> None:
    marks = {"fft": PictureMark("added", "added"), "join": PictureMark("changed", "replaced")}
    pipeline = drawn_pipeline(BRANCHING, marks)
    assert pipeline is not None
    data = json.loads(pipeline.json)
    assert [one["name"] for one in data["nodes"]] == [one["name"] for one in BRANCHING["nodes"]]
    assert data["wires"] == BRANCHING["wires"]
    assert {one["name"]: (one["mark"], one["note"]) for one in data["nodes"] if one["mark"]} == {
        "fft": ("added", "added"),
        "join": ("changed", "replaced"),
    }


@pytest.mark.parametrize("outline", [{}, {"nodes": [], "wires": []}])
def test_where_there_is_no_stage_there_is_no_picture(outline: dict[str, Any]) -> None:
    assert drawn_pipeline(outline) is None


@pytest.mark.slow
@pytest.mark.django_db
def test_a_card_and_a_build_page_show_the_same_pipeline(browser_of: Browser, project: Project, developer: User) -> None:
    Preview.objects.update_or_create(project=project, defaults={"outline": BRANCHING})
    build = built(developer, project, outline=BRANCHING)
    client = browser_of(developer)
    expected = drawn_pipeline(BRANCHING)
    assert expected is not None
    for path in ("/?view=cards", f"{project.get_absolute_url()}/builds/{build.number}"):
        page = compact(client.get(path).content.decode())
        attribute = page.partition('data-pipeline="')[2].partition('"')[0]
        assert json.loads(unescape(attribute)) == json.loads(expected.json)
        assert page.count('<li><span class="kind') == len(BRANCHING["nodes"])
        assert "reads fft and motion" in page


def test_a_slider_alone_needs_little_room() -> None:
    number, picture = (DrawnStage(each, "capability", "Input", each, "", ()) for each in ("RAW", "IMAGE"))
    answer = DrawnStage("result", "output", "Output", "SERIAL", "", ("RAW",))
    assert DrawnPipeline((number, answer), "").takes_one_number
    for stages in ((picture, answer), (number, number, answer), (number, answer, answer), (answer,)):
        assert not DrawnPipeline(stages, "").takes_one_number
