"""The tests of a block, compiled and run when a page asks for them: what each found, and what is refused."""

from __future__ import annotations

import struct
from threading import Event as Flag
from typing import Any

import pytest
from django.test import Client

from forge.builds.models import Preview
from forge.builds.previews.refresh import refresh_previews
from forge.builds.previews.superseding import PreviewWork
from forge.compute.pool.compiler import Compiler
from forge.compute.scheduler.compute_pace import ComputePace
from forge.core.models import Event
from forge.projects.actions import write_file

pytestmark = pytest.mark.django_db(transaction=True)

WATCH = "/api/v1/projects/acme/kitchen/preview/watch"
BLOCK = b"""\
def double(x: f32["n"]) -> f32["n"]:
    y = x[:]
    for i in range(len(x)):
        y[i] = x[i] * 2.0
    return y
"""
TESTS = b"""\
def test_it_doubles():
    assert double([1.0, -2.0]) == [2.0, -4.0]


def test_it_triples():
    assert double([1.0]) == [3.0]
"""


def ask(client: Client, **fields: Any) -> Any:
    return client.post(WATCH, fields, content_type="application/json")


def answer_of(client: Client, project: Any, compiler: Compiler) -> dict[str, Any]:
    response = ask(client, tests="double_test.py")
    assert response.status_code == 202, response.content
    refresh_previews(project.pk, compiler, Flag())
    answer: dict[str, Any] = client.get(f"{WATCH}/{response.json()['id']}").json()
    return answer


@pytest.mark.slow
def test_each_test_says_what_it_found_compiled(
    client: Client, project: Any, developer: Any, compiler: Compiler
) -> None:
    write_file(developer, project, "double.py", BLOCK)
    write_file(developer, project, "double_test.py", TESTS)
    answer = answer_of(client, project, compiler)
    assert (answer["state"], answer["error"], answer["build"]) == ("ready", None, None)
    problem = {"file": "double_test.py", "line": 6, "message": "element 0 is 2, expected 3"}
    first, second = answer["tests"]["tests"]
    output = {"count": 8, "sum": 2637618651, "first": struct.pack("<2f", 2.0, -4.0).hex()}
    assert first == {"name": "test_it_doubles", "line": 1, "problem": None, "output": output}
    assert (second["name"], second["line"], second["problem"]) == ("test_it_triples", 5, problem)
    assert second["output"]["first"] == struct.pack("<f", 2.0).hex()
    data = Event.objects.filter(type="preview.watched").latest("sequence").data
    assert (data["watch"], data["state"]) == (answer["id"], "ready")

    # Of the same text it is not done again, of another one it is.
    before = Preview.objects.get(pk=answer["id"]).changed
    assert ask(client, tests="double_test.py").json()["state"] == "ready"
    write_file(developer, project, "double_test.py", TESTS.replace(b"[3.0]", b"[2.0]"))
    again = answer_of(client, project, compiler)
    assert again["id"] == answer["id"]
    assert [each["problem"] for each in again["tests"]["tests"]] == [None, None]
    assert Preview.objects.get(pk=answer["id"]).changed > before

    # Without its block there is nothing to run; half a test says where it is wrong.
    write_file(developer, project, "double_test.py", b"def test_half():\n    assert\n")
    (half,) = answer_of(client, project, compiler)["tests"]["tests"]
    assert (half["name"], half["problem"]["line"], half["output"]) == ("", 2, None)


@pytest.mark.slow
@pytest.mark.protects("compiling/block-tests")
def test_what_is_no_test_file_is_refused(client: Client, project: Any, developer: Any, compiler: Compiler) -> None:
    for fields in (
        {"tests": "double.py"},
        {"tests": 3},
        {"tests": "a_test.py", "timed": True},
        {"tests": "a\0_test.py"},
    ):
        assert ask(client, **fields).status_code == 400, fields
    write_file(developer, project, "double_test.py", TESTS)
    answer = answer_of(client, project, compiler)
    assert (answer["state"], answer["tests"]) == ("failed", None)
    assert "no such test file" in answer["error"]


RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  numbers:
    capability: RAW
    args: {length: 4}
    outputs: [{type: f32, dimensions: [1]}]
  double:
    proc-block: ./double.py
    inputs: [numbers]
  out:
    out: SERIAL
    inputs: [double]
"""


def problems_of(project: Any, compiler: Compiler) -> list[tuple[str, str, int, str, list[str]]]:
    refresh_previews(project.pk, compiler, Flag())
    preview = Preview.objects.plain().get(project=project)
    assert (preview.state, preview.build is None) == ("ready", False)
    return [
        (
            each["file"],
            each["severity"],
            each["span"]["start"]["line"],
            each["code"],
            [fix["title"] for fix in each["fixes"]],
        )
        for each in preview.diagnostics
    ]


@pytest.mark.slow
def test_a_failing_test_is_a_problem_of_the_preview_which_runs(
    project: Any, developer: Any, compiler: Compiler
) -> None:
    for path, data in (("double.py", BLOCK), ("double_test.py", TESTS), ("Runefile.yml", RUNEFILE.encode())):
        write_file(developer, project, path, data)
    problem = ("double_test.py", "error", 6, "RUNE0121", ["Expect 2.0", "Remove test_it_triples"])
    assert problems_of(project, compiler) == [problem]

    # The file of another stage changes: the problem stays, and is said once.
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("SERIAL", "TENSOR").encode())
    assert problems_of(project, compiler) == [problem]

    # A test that cannot run is an error as in a build, and the preview runs all the same.
    write_file(developer, project, "double_test.py", b"def test_half():\n    assert\n")
    ((file, severity, line, _, fixes),) = problems_of(project, compiler)
    assert (file, severity, line, fixes) == ("double_test.py", "error", 2, [])

    # A problem of the rules fails a build too.
    write_file(developer, project, "double_test.py", TESTS.replace(b"[3.0]", b"[2.0]"))
    assert problems_of(project, compiler) == []
    write_file(developer, project, "forge.yml", b"version: 1\nfoo: 3\n")
    assert {(file, severity) for file, severity, *_ in problems_of(project, compiler)} == {("forge.yml", "error")}


def test_tests_of_no_block_of_the_pipeline_are_no_problem(project: Any, developer: Any, compiler: Compiler) -> None:
    for path, data in (("double.py", BLOCK), ("double_test.py", TESTS)):
        write_file(developer, project, path, data)
    assert problems_of(project, compiler) == []


@pytest.mark.slow
def test_tests_that_give_way_to_a_request_run_after_it(project: Any, developer: Any, compiler: Compiler) -> None:
    # Tests that no other test of this file compiled: the answer is not there before the request comes.
    tests = TESTS.replace(b"[3.0]", b"[3.25]")
    for path, data in (("double.py", BLOCK), ("double_test.py", tests), ("Runefile.yml", RUNEFILE.encode())):
        write_file(developer, project, path, data)
    work = PreviewWork()

    def pace() -> ComputePace:
        """Sends another request each time: it is called several times a second while the compiler is at work."""
        work.supersede(0)
        return ComputePace.USUAL

    refresh_previews(project.pk, compiler, Flag(), pace, work)
    preview = Preview.objects.plain().get(project=project)
    assert (preview.state, preview.diagnostics) == ("ready", [])
    assert [each[3] for each in problems_of(project, compiler)] == ["RUNE0121"]
