"""The types of requests in Python are those of the API's description: nothing else can be sent or read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.generators.api_client import BadDescription, signatures, write
from tools.setup import API, ROOT

PATH = "/api/v1/projects/{organisation}/{name}/files/{path}"
NAMES = [{"in": "path", "name": name, "schema": {"type": "string"}} for name in ("organisation", "name", "path")]
IF_MATCH = {"in": "header", "name": "If-Match", "schema": {"type": "string"}, "required": True}


def described(method: str = "get", **operation: Any) -> Mapping[str, Any]:
    """A description of one operation."""
    whole = {"operationId": "files_retrieve", "parameters": NAMES, "responses": {"204": {}}, **operation}
    return {"paths": {PATH: {method: whole}}}


def signature(description: Mapping[str, Any]) -> str:
    """The signature of its operation."""
    return signatures(description, "class File(TypedDict):\n    path: str\n").split("@overload\n")[1].strip()


def json_of(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def test_the_signature_of_a_request_has_the_parameters_of_its_address() -> None:
    assert signature(described(responses={"200": json_of("File")})) == (
        "def get(_address: Literal['/projects/{organisation}/{name}/files/{path}'], /, *, organisation: str, "
        "name: str, path: str) -> ApiRequest[shapes.File]: ..."
    )


def test_a_part_of_an_address_may_be_named_like_the_address() -> None:
    part = {"in": "path", "name": "address", "schema": {"type": "string"}}
    assert "def get(_address: Literal" in signature(described(parameters=[part]))
    assert "/, *, address: str)" in signature(described(parameters=[part]))


def test_an_act_that_depends_on_a_state_cannot_leave_it_out() -> None:
    assert "etag: str)" in signature(described("delete", parameters=[*NAMES, IF_MATCH]))
    assert "etag: str | None = ...)" in signature(
        described("delete", parameters=[*NAMES, {**IF_MATCH, "required": False}])
    )


def test_bodies_are_shapes_or_bytes_and_answers_are_shapes_or_bytes_or_nothing() -> None:
    assert "body: shapes.File) -> ApiRequest[None]" in signature(
        described("put", requestBody={**json_of("File"), "required": True})
    )
    request_body = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    answers = {"200": {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}
    assert "content: bytes | Iterable[bytes]) -> ApiRequest[bytes]" in signature(
        described("put", requestBody=request_body, responses=answers)
    )


def test_a_query_has_its_fields_and_may_be_left_out_where_none_is_needed() -> None:
    limit = {"in": "query", "name": "limit", "schema": {"type": "integer"}}
    form = {"in": "query", "name": "as", "schema": {"type": "string", "enum": ["csv", "json"]}, "required": True}
    whole = signatures(described(parameters=[limit]), "")
    assert "class FilesRetrieveQuery(TypedDict):\n    limit: NotRequired[int]" in whole
    assert "query: FilesRetrieveQuery = ..." in whole
    whole = signatures(described(parameters=[limit, form]), "")
    assert "{'limit': NotRequired[int], 'as': Literal['csv', 'json']}" in whole
    assert "query: FilesRetrieveQuery)" in whole


def test_an_answer_without_a_type_is_refused() -> None:
    with pytest.raises(BadDescription, match="files_retrieve has Folder"):
        signature(described(responses={"200": json_of("Folder")}))


def test_only_one_module_makes_requests_and_knows_where_the_api_is() -> None:
    makers, addresses = set(), set()
    for folder in ("rune", "hmr"):
        for file in (ROOT / folder).rglob("*.py"):
            source = file.read_text("utf-8")
            name = file.relative_to(ROOT).as_posix()
            makers |= {name} if re.search(r"\bApiRequest\(", source) else set()
            addresses |= {name} if "/api/v1/" in source or '"/api/v1"' in source else set()
    assert makers == addresses == {"rune/tools/remote/api.py"}


RIGHT = """
from rune.tools.remote.api import get, post, put, names_of

names = names_of("acme/door")
request = get("/projects/{organisation}/{name}/deployments/{deployment}", **names, deployment="site")
begun = post("/projects/{organisation}/{name}/builds", **names)
moved = put("/projects/{organisation}/{name}/deployments/{deployment}/version", **names, deployment="site",
            body={"tag": "1.0"}, etag="1")
"""
WRONG = {
    "an address that is not there": 'get("/projects/{organisation}/{name}/deploys", **names)',
    "a method that the address does not have": 'put("/projects/{organisation}/{name}/builds", **names)',
    "a parameter that is missing": 'get("/projects/{organisation}/{name}/deployments/{deployment}", **names)',
    "a parameter that is not there": 'get("/me", me="jo")',
    "a field of a body that is not there": 'post("/projects", body={"organisation": "acme", "title": "x"})',
    "a field of a body of another type": 'post("/projects", body={"organisation": "acme", "name": 3})',
    "a body that is missing": 'post("/projects")',
    "a query that is not there": 'get("/projects", query={"page": 3})',
    "a state that is missing": 'post("/change-requests/{change_id}/merge", change_id="1")',
}


@pytest.mark.slow
def test_what_the_description_does_not_have_is_an_error_of_the_types(tmp_path: Path) -> None:
    write(API, tmp_path / "forge_api")
    lines = [*RIGHT.splitlines(), *WRONG.values()]
    program = tmp_path / "program.py"
    program.write_text("\n".join(lines) + "\n", "utf-8")
    options = ["--strict", "--explicit-package-bases", "--python-version=3.11", "--follow-imports=silent"]
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file=",
        *options,
        f"--cache-dir={tmp_path / 'cache'}",
        str(program),
    ]
    environment = os.environ | {"MYPYPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    process = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    numbers = {int(number) for number in re.findall(r"program\.py:(\d+): error", process.stdout)}
    first = len(RIGHT.splitlines()) + 1
    assert numbers == set(range(first, first + len(WRONG))), process.stdout + process.stderr
