"""What an editor asks of the server about a Runefile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from forge.compute.compiler_pool import CompilerPool, language_pool
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.forge.builds.conftest import BROKEN_RUNEFILE

pytestmark = pytest.mark.django_db(transaction=True)

SINE = Path(__file__).parents[3] / "examples/sine/sine.tflite"


@pytest.fixture(scope="module", autouse=True)
def resting() -> Iterator[None]:
    yield
    language_pool.close()


def address(project: Project) -> str:
    return f"/api/v1/projects/{project.organisation.name}/{project.name}/language"


def test_a_stored_runefile_is_checked(client: Any, developer: Any, project: Project) -> None:
    write_file(developer, project, "Runefile.yml", BROKEN_RUNEFILE)
    client.force_login(developer)
    said = client.post(address(project), {"ask": "check"}, content_type="application/json").json()
    assert [one["code"] for one in said["answer"]["diagnostics"]] == ["RUNE0021"]


def test_a_text_that_is_not_stored_yet_goes_before_the_stored_one(
    client: Any, developer: Any, project: Project
) -> None:
    client.force_login(developer)
    request = {"ask": "check", "files": {"Runefile.yml": {"text": BROKEN_RUNEFILE.decode()}}}
    said = client.post(address(project), request, content_type="application/json").json()
    assert said["answer"]["has_errors"]
    assert not client.post(address(project), {"ask": "check"}, content_type="application/json").json()["answer"][
        "has_errors"
    ]


def test_a_request_that_is_none_is_told_so(client: Any, developer: Any, project: Project) -> None:
    client.force_login(developer)
    said = client.post(address(project), {"ask": "sing"}, content_type="application/json")
    assert said.json()["error"]["name"] == "bad-request"
    assert client.post(address(project), [1], content_type="application/json").status_code == 400


def test_a_stranger_learns_nothing(client: Any, stranger: Any, project: Project) -> None:
    client.force_login(stranger)
    assert client.post(address(project), {"ask": "check"}, content_type="application/json").status_code == 404


def test_a_model_is_known_by_what_goes_in_and_out(developer: Any, project: Project) -> None:
    own = CompilerPool()
    try:
        write_file(developer, project, "models/sine.tflite", SINE.read_bytes())
        text = "version: 1\nimage: x\npipeline:\n  m:\n    model: ./models/sine.tflite\n    inputs: [nothing]\n"
        request = {"ask": "hover", "offset": text.index("sine"), "files": {"Runefile.yml": {"text": text}}}
        said = own.answer(project, request)
        assert "f32[1, 1]" in said["answer"]["text"]
    finally:
        own.close()


def test_a_summary_is_kept_for_the_organisation_whose_process_made_it() -> None:
    own = CompilerPool()
    files = {"Runefile.yml": {"digest": "sha256:0"}}
    one, other = uuid4(), uuid4()
    try:
        pids = []
        for organisation in (one, one, other):
            found = own.summarise(organisation, files, {"Runefile.yml": BROKEN_RUNEFILE})
            assert found["errors"] == 1
            assert own._compiler is not None
            pids.append(own._compiler.pid)
        assert pids[0] == pids[1] != pids[2]
    finally:
        own.close()
