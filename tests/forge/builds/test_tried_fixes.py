"""Fixes that are tried beside the text: the rune of the newest text with an answer to its open question in it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from threading import Event as Flag
from typing import Any

import pytest
from django.test import Client

from forge.builds.compiling.artefact_store import open_rune
from forge.builds.models import PLAIN, Build, Preview
from forge.builds.previews.refresh import refresh_previews
from forge.compute.pool.compiler import Compiler
from forge.core.models import Event
from forge.projects.actions import write_file
from forge.projects.versions.store import working_tree
from rune.running.runtime import Runtime
from rune.source.runefile.advice.open_question import pixel_question
from tests.support.cases import each_case

pytestmark = pytest.mark.django_db(transaction=True)

WATCH = "/api/v1/projects/acme/kitchen/preview/watch"
PREVIEW = "/api/v1/projects/acme/kitchen/preview"
AS_IT_IS = {"code": "RUNE0048", "place": 0, "choice": 0}
BYTES = {"code": "RUNE0048", "place": 0, "choice": 1}
QUESTION = "\n".join(
    [
        "version: 1",
        "image: runicos/base",
        "pipeline:",
        "  image:",
        "    capability: IMAGE",
        "    args: {width: 2, height: 1, pixel-format: '@PixelFormat::GrayScale'}",
        "    outputs:",
        "      - {type: u8, dimensions: [1, 1, 2, 1]}",
        *pixel_question("image", "pixels"),
        "  pixels:",
        "    proc-block: image_normalization",
        "    inputs: [image]",
        "    outputs:",
        "      - {type: f32, dimensions: [1, 1, 2, 1]}",
        "  out:",
        "    out: SERIAL",
        "    inputs: [pixels]",
        "",
    ]
).encode()


@pytest.fixture
def questioning(project: Any, developer: Any, compiler: Compiler) -> Any:
    """A project whose Runefile asks for the range of pixels, and whose preview is built."""
    write_file(developer, project, "Runefile.yml", QUESTION)
    refresh_previews(project.pk, compiler, Flag())
    return project


def ask(client: Client, fix: Any, **more: Any) -> Any:
    return client.post(WATCH, {"fix": fix, **more}, content_type="application/json")


def tried(client: Client, project: Any, compiler: Compiler, fix: Any) -> dict[str, Any]:
    response = ask(client, fix)
    assert response.status_code == 202, response.content
    refresh_previews(project.pk, compiler, Flag())
    payload: dict[str, Any] = client.get(f"{WATCH}/{response.json()['id']}").json()
    return payload


def rune_of(payload: dict[str, Any]) -> bytes:
    build = Build.objects.get(pk=payload["build"]["id"])
    assert build.artefact is not None
    with open_rune(build.artefact) as file:
        data: bytes = file.read()
    return data


@pytest.mark.slow
@pytest.mark.protects("live/tried-fixes")
def test_the_other_answer_runs_on_the_same_pixels_and_the_text_stays(
    client: Client, questioning: Any, compiler: Compiler
) -> None:
    before, sequence = working_tree(questioning), client.get(PREVIEW).json()["sequence"]
    watch = tried(client, questioning, compiler, BYTES)
    assert (watch["state"], watch["error"], watch["fix"]) == ("ready", None, BYTES)
    running, other = Runtime.load(rune_of(client.get(PREVIEW).json())), Runtime.load(rune_of(watch))
    (pixels,), (floats,) = running.capabilities, other.capabilities
    (as_it_is,), (as_bytes,) = (
        running.call({pixels.id: bytes([51, 255])}),
        other.call({floats.id: struct.pack("<2f", 51, 255)}),
    )
    assert as_it_is.tensors[0].elements == pytest.approx((0.2, 1.0))
    assert as_bytes.tensors[0].elements == (51.0, 255.0)
    assert (working_tree(questioning), client.get(PREVIEW).json()["sequence"]) == (before, sequence)
    events = Event.objects.filter(stream_id=questioning.stream, type="preview.watched")
    assert [event.data for event in events] == [{"watch": watch["id"], "state": "ready"}]


@pytest.mark.slow
def test_what_is_built_bears_the_digest_of_the_files_with_the_answer_in_them(
    client: Client, questioning: Any, developer: Any, compiler: Compiler
) -> None:
    watch = tried(client, questioning, compiler, BYTES)
    question = next(one for one in client.get(PREVIEW).json()["diagnostics"] if one["code"] == "RUNE0048")
    text = QUESTION.decode()
    for edit in sorted(question["fixes"][1]["edits"], key=lambda edit: -edit["span"]["start"]["offset"]):
        span = edit["span"]
        text = text[: span["start"]["offset"]] + edit["text"] + text[span["end"]["offset"] :]
    write_file(developer, questioning, "Runefile.yml", text.encode())
    assert watch["build"]["version"] == working_tree(questioning).digest
    refresh_previews(questioning.pk, compiler, Flag())
    # The tried fix is the one that runs once it is chosen: nothing is built twice.
    assert client.get(PREVIEW).json()["build"]["id"] == watch["build"]["id"]


@pytest.mark.slow
def test_the_first_answer_leaves_the_rune_as_it_is(client: Client, questioning: Any, compiler: Compiler) -> None:
    watch = tried(client, questioning, compiler, AS_IT_IS)
    assert watch["build"]["rune_digest"] == client.get(PREVIEW).json()["build"]["rune_digest"]


@pytest.mark.slow
@pytest.mark.parametrize("fix", [{**BYTES, "place": 1}, {**BYTES, "choice": 2}, {**BYTES, "code": "RUNE0001"}])
def test_a_fix_that_the_text_does_not_have_is_said_so(
    client: Client, questioning: Any, compiler: Compiler, fix: dict[str, Any]
) -> None:
    watch = tried(client, questioning, compiler, fix)
    assert (watch["state"], watch["build"]) == ("failed", None)
    assert watch["error"] == "The text no longer has this problem."


@pytest.mark.slow
def test_a_question_that_was_answered_meanwhile_is_not_answered_again(
    client: Client, questioning: Any, developer: Any, compiler: Compiler
) -> None:
    response = ask(client, BYTES).json()
    write_file(developer, questioning, "Runefile.yml", QUESTION.replace(b"# Open question:", b"# Answered:"))
    refresh_previews(questioning.pk, compiler, Flag())
    watch = client.get(f"{WATCH}/{response['id']}").json()
    assert (watch["state"], watch["build"]) == ("failed", None)


@each_case(
    "fix",
    [
        None,
        "RUNE0048",
        {"code": "RUNE0048", "place": 0},
        {**BYTES, "place": True},
        {**BYTES, "choice": -1},
        {**BYTES, "choice": 10**9},
        {**BYTES, "code": "RUNE0048\0"},
        {**BYTES, "code": 48},
    ],
)
def test_what_names_no_fix_is_refused(client: Client, project: Any, fix: Any) -> None:
    answer = ask(client, fix)
    assert answer.status_code == 400, answer.content
    assert not Preview.objects.requested().exists()


@pytest.mark.slow
@pytest.mark.protects("live/tried-fixes")
def test_edits_that_somebody_sends_along_are_refused(client: Client, questioning: Any) -> None:
    body = {**BYTES, "edits": [{"file": "Runefile.yml", "text": "pipeline: {}"}], "text": "pipeline: {}"}
    answer = ask(client, body)
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, ["fix.edits", "fix.text"])
    assert not Preview.objects.requested().exists()


@pytest.mark.slow
def test_a_fix_is_tried_without_wires_and_times(client: Client, questioning: Any) -> None:
    assert ask(client, BYTES, timed=True).status_code == 400
    assert ask(client, BYTES, wires=[{"stage": "image", "index": 0}]).status_code == 400
    assert list(Preview.objects.values_list("key", flat=True)) == [PLAIN]


@pytest.mark.slow
def test_whoever_may_read_may_try_a_fix(
    questioning: Any, people: dict[str, Any], browser_of: Callable[[Any], Client]
) -> None:
    statuses = {kind: ask(browser_of(person), BYTES).status_code for kind, person in people.items()}
    assert statuses == {
        "owner": 202,
        "maintainer": 202,
        "developer": 202,
        "reviewer": 202,
        "viewer": 202,
        "stranger": 404,
        "anonymous": 401,
    }
