"""Files over the API: text and binaries, models that are verified, paths that cannot leave."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import AsyncClient, Client

from forge.accounts.models import User
from forge.core.models import AuditEntry, Blob
from forge.projects.files import contents as files
from forge.projects.models import DocumentUpdate, Project
from tests.support.cases import each_case
from tests.support.forge.factories.preconditions import etag_headers
from tests.support.models.model_cases import compiled_model, refused_cases

pytestmark = pytest.mark.django_db

BASE = "/api/v1/projects/acme/kitchen"
MODEL = compiled_model("chain_f32_dense")


def _put(client: Client, path: str, data: bytes) -> Any:
    address = f"{BASE}/files/{path}"
    return client.put(address, data, content_type="application/octet-stream", headers=etag_headers(address))


def _delete(client: Client, path: str) -> Any:
    address = f"{BASE}/files/{path}"
    return client.delete(address, headers=etag_headers(address))


def _read(client: Client, path: str) -> Any:
    return client.get(f"{BASE}/files/{path}")


def test_text_comes_back_as_it_was_written(client: Client, project: Project, user: User) -> None:
    response = _put(client, "docs/Read me.md", "# Küche 😀\r\n".encode())
    assert response.json() == {
        "id": response.json()["id"],
        "path": "docs/Read me.md",
        "kind": "text",
        "size": 15,
        "digest": None,
    }
    assert _read(client, "docs/Read me.md").content.decode() == "# Küche 😀\r\n"
    assert AuditEntry.objects.filter(actor=user, action="file.write", data__path="docs/Read me.md").exists()


def test_what_is_not_text_is_kept_byte_for_byte(client: Client, project: Project) -> None:
    data = bytes(range(256)) * 10
    assert _put(client, "clap.wav", data).json()["kind"] == "binary"
    answer = _read(client, "clap.wav")
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Length"] == str(len(data))


def test_what_users_stored_never_becomes_a_page_of_ours(client: Client, project: Project) -> None:
    _put(client, "page.html", b"<script>alert(1)</script>")
    _put(client, "page.bin", b"\xff<script>alert(1)</script>")
    for path in ("page.html", "page.bin"):
        answer = _read(client, path)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert "html" not in answer["Content-Type"]


@pytest.mark.django_db(transaction=True)
async def test_under_the_server_a_binary_is_streamed_in_pieces(project: Project, user: User) -> None:
    client = AsyncClient()
    await client.aforce_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    data = bytes(700_000)
    put = await client.put(f"{BASE}/files/zero.bin", b"\xff" + data, content_type="application/octet-stream")
    assert put.status_code == 200
    answer: Any = await client.get(f"{BASE}/files/zero.bin")
    assert answer.is_async
    pieces = [piece async for piece in answer]
    assert (len(pieces), b"".join(pieces)) == (3, b"\xff" + data)


def test_a_model_is_kept_and_described(client: Client, project: Project) -> None:
    assert _put(client, "models/dense.tflite", MODEL).json()["kind"] == "binary"
    page = client.get(f"{BASE}/models/models/dense.tflite").json()
    assert page["size"] == len(MODEL)
    assert page["inputs"]
    assert page["outputs"]
    assert (page["unsupported"], page["sentence"]) == ([], None)


def test_a_model_that_cannot_be_compiled_is_kept_and_its_page_says_why_the_host_runs_it(
    client: Client, project: Project
) -> None:
    case = refused_cases()[0]
    assert _put(client, "m.tflite", case.data).status_code == 200
    page = client.get(f"{BASE}/models/m.tflite").json()
    assert page["unsupported"][0].keys() == {"op", "types", "count"}
    assert page["unsupported"][0]["op"] in page["sentence"]
    assert page["sentence"].startswith("The rune's host runs this model")


@each_case("data", [b"", b"not a model", MODEL[:100], MODEL[: len(MODEL) // 2], b"\0" * 4096])
def test_what_is_not_a_model_is_refused_with_the_reason(client: Client, project: Project, data: bytes) -> None:
    updates = DocumentUpdate.objects.count()
    response = _put(client, "m.tflite", data)
    assert response.status_code == 422
    problem = response.json()
    assert problem["reason"]
    assert "offset" in problem
    assert DocumentUpdate.objects.count() == updates
    assert not Blob.objects.filter(size=len(data)).exists()
    assert _read(client, "m.tflite").status_code == 404


def test_a_model_cut_short_is_refused_with_its_offset(client: Client, project: Project) -> None:
    assert isinstance(_put(client, "m.tflite", MODEL[:-300]).json()["offset"], int)


def test_a_file_does_not_become_a_model_by_its_name(client: Client, project: Project) -> None:
    _put(client, "m.bin", b"\xff")
    answer = client.post(f"{BASE}/files/m.bin/rename", {"path": "m.tflite"}, content_type="application/json")
    assert answer.status_code == 422


@each_case("path", ["..%2fescape", "a/../../b", "%2fetc/passwd", "a%5cb", "a//b", "c:x", "x" * 201])
def test_a_path_that_leaves_the_project_or_is_too_long_is_refused(client: Client, project: Project, path: str) -> None:
    assert _put(client, path, b"x").status_code in (400, 404)
    assert [entry.path for entry in files.list_files(project)] == ["Runefile.yml"]


def test_a_dot_in_front_is_dropped(client: Client, project: Project) -> None:
    assert _put(client, "./notes.md", b"x").json()["path"] == "notes.md"


def test_a_runefile_over_a_megabyte_or_in_no_utf_8_is_refused(client: Client, project: Project) -> None:
    assert _put(client, "Runefile.yml", b"#" * (1024 * 1024 + 1)).status_code == 413
    assert _put(client, "Runefile.yml", b"\xff\xfe").status_code == 400
    assert _put(client, "large.csv", b"1," * 600_000).json()["kind"] == "binary"


def test_a_file_over_the_upload_limit_is_refused(client: Client, project: Project, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1000
    response = _put(client, "big.bin", b"\xff" * 1001)
    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")


def test_a_project_has_a_limit_of_files(client: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    assert _put(client, "a.md", b"x").status_code == 200
    assert _put(client, "b.md", b"x").status_code == 409
    assert _put(client, "a.md", b"y").status_code == 200


def test_renaming_and_deleting(client: Client, project: Project) -> None:
    _put(client, "a.md", b"x")
    rename = f"{BASE}/files/a.md/rename"
    response = client.post(rename, {"path": "Runefile.yml"}, content_type="application/json")
    assert response.status_code == 409
    file = client.post(rename, {"path": "docs/b.md"}, content_type="application/json")
    assert file.json()["path"] == "docs/b.md"
    assert _read(client, "a.md").status_code == 404
    assert _delete(client, "docs/b.md").status_code == 204
    assert _delete(client, "docs/b.md").status_code == 404


@pytest.mark.protects("uploads/two-spellings")
def test_an_accented_letter_and_the_same_with_a_combining_accent_are_one_name(client: Client, project: Project) -> None:
    accented_name, combining_name = "\u00e9.txt", "e\u0301.txt"
    assert _put(client, combining_name, b"one").json()["path"] == accented_name
    assert client.put(f"{BASE}/files/{accented_name}", b"two", content_type="text/plain").status_code == 428
    assert _put(client, accented_name, b"two").status_code == 200
    assert _read(client, combining_name).content == b"two"
    _put(client, "a.md", b"x")
    for act in ("rename", "copy"):
        address = f"{BASE}/files/a.md/{act}"
        response = client.post(address, {"path": combining_name}, content_type="application/json")
        assert response.status_code == 409
        assert accented_name in response.json()["detail"]
    assert [entry.path for entry in files.list_files(project)].count(accented_name) == 1


def test_a_file_that_was_deleted_can_be_written_again(client: Client, project: Project) -> None:
    _delete(client, "Runefile.yml")
    _put(client, "Runefile.yml", b"version: 1\n")
    assert _read(client, "Runefile.yml").content == b"version: 1\n"


def test_text_that_becomes_binary_and_text_again(client: Client, project: Project) -> None:
    for data, kind in [(b"text", "text"), (b"\xff\xfe", "binary"), (b"again", "text")]:
        assert _put(client, "thing", data).json()["kind"] == kind


def test_my_own_model_makes_a_project_with_a_runefile_that_names_it(client: Client, organisation: Any) -> None:
    response = client.post(
        "/api/v1/projects/from-model?organisation=acme&file=Wand%20v2.tflite",
        MODEL,
        content_type="application/octet-stream",
    )
    assert response.status_code == 201, response.content
    assert response.json()["name"] == "wand-v2"
    paths = [file["path"] for file in client.get("/api/v1/projects/acme/wand-v2/files").json()["files"]]
    assert paths == ["Runefile.yml", "models/wand-v2.tflite"]
    runefile = client.get("/api/v1/projects/acme/wand-v2/files/Runefile.yml").content.decode()
    assert "models/wand-v2.tflite" in runefile


def test_the_runefile_of_my_own_model_checks(client: Client, organisation: Any) -> None:
    from forge.projects.versions.store import VersionFiles, snapshot
    from rune.blocks.catalogue import PUBLISHED_BLOCKS
    from rune.model.tflite import read_model, signature
    from rune.source.runefile import check

    client.post(
        "/api/v1/projects/from-model?organisation=acme&name=own", MODEL, content_type="application/octet-stream"
    )
    checked_files = VersionFiles(snapshot(Project.objects.get(name="own")).manifest)
    report = check(
        checked_files, PUBLISHED_BLOCKS, signatures=lambda path: signature(read_model(checked_files.read(path)))
    )
    assert report.diagnostics == ()
    assert report.pipeline is not None


def test_what_is_not_a_model_makes_no_project(client: Client, organisation: Any) -> None:
    response = client.post(
        "/api/v1/projects/from-model?organisation=acme", b"nonsense", content_type="application/octet-stream"
    )
    assert response.status_code == 422
    assert not Project.objects.exists()
