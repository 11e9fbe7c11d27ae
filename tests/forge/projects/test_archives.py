"""Archives: what comes in is one step or nothing, whatever the .zip is; what goes out are the files."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from typing import Any

import pytest
from django.test import AsyncClient, Client

from forge.accounts.models import User
from forge.core.models import Blob
from forge.projects.actions import restore_version, write_file
from forge.projects.errors import ArchiveRefused
from forge.projects.files.contents import list_files
from forge.projects.files.read_archive import LIST_LIMIT, Archive
from forge.projects.models import DocumentUpdate, Project
from forge.projects.versions.store import find_version
from tests.support.cases import each_case
from tests.support.models.model_cases import compiled_model

pytestmark = pytest.mark.django_db

BASE = "/api/v1/projects/acme/kitchen"
ZIP = "application/zip"
MODEL = compiled_model("chain_f32_dense")


def _zip(files: dict[str, bytes], **each: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in each.items():
                setattr(info, field, value)
            archive.writestr(info, data)
    return buffer.getvalue()


def _post(client: Client, data: bytes, query: str = "") -> Any:
    return client.post(f"{BASE}/archive{query}", data, content_type=ZIP)


def _paths(project: Project) -> list[str]:
    return [entry.path for entry in list_files(project)]


def test_a_zip_comes_in_as_one_step_and_is_taken_back_as_one(client: Client, project: Project, user: User) -> None:
    updates = DocumentUpdate.objects.filter(project=project).count()
    archive = _zip(
        {"labels.txt": b"up\n", "models/m.tflite": MODEL, "models/": b"", "__MACOSX/._x": b"", "raw.bin": b"\xff"}
    )
    answer = _post(client, archive)
    assert answer.status_code == 200
    assert answer.json() == {
        "before": 1,
        "added_paths": ["labels.txt", "models/m.tflite", "raw.bin"],
        "replaced_paths": [],
    }
    assert DocumentUpdate.objects.filter(project=project).count() == updates + 1
    assert _paths(project) == ["Runefile.yml", "labels.txt", "models/m.tflite", "raw.bin"]
    restore_version(user, project, find_version(project, 1), answer.json()["added_paths"])
    assert _paths(project) == ["Runefile.yml"]


def test_files_are_replaced_only_when_that_is_said(client: Client, project: Project) -> None:
    archive = _zip({"Runefile.yml": b"version: 1\n", "new.txt": b"x"})
    response = _post(client, archive)
    assert (response.status_code, response.json()["paths"]) == (409, ["Runefile.yml"])
    assert _paths(project) == ["Runefile.yml"]
    assert _post(client, archive, "?replace=true").json()["replaced_paths"] == ["Runefile.yml"]


def test_an_archive_goes_below_a_folder_and_a_projects_top_folder_is_left_out(client: Client, project: Project) -> None:
    _post(client, _zip({"a.csv": b"1"}), "?folder=data/raw")
    _post(client, _zip({"digits-main/Runefile.yml": b"version: 1", "digits-main/x.txt": b""}), "?replace=1")
    assert _paths(project) == ["Runefile.yml", "data/raw/a.csv", "x.txt"]


HOSTILE = {
    "a path that leads out": _zip({"../../etc/passwd": b"x"}),
    "an absolute path": _zip({"/etc/passwd": b"x"}),
    "a drive": _zip({"C:/x": b"x"}),
    "a backslash": _zip({"..\\x": b"x"}),
    "a link": _zip({"link": b"/etc/passwd"}, external_attr=0o120777 << 16, create_system=3),
    "a device": _zip({"tty": b""}, external_attr=0o020666 << 16, create_system=3),
    "a name of no characters": _zip({"": b"x"}),
    "twice the same name": _zip({"a": b"1", "./a": b"2"}),
    "one name in two spellings": _zip({"\u00e9": b"1", "e\u0301": b"2"}),
    "a file that holds another": _zip({"a": b"1", "a/b": b"2"}),
    "a model that is none": _zip({"good.txt": b"x", "m.tflite": b"nothing"}),
    "a Runefile that is no text": _zip({"Runefile.yml": b"\xff\xfe"}),
    "too many files": _zip({f"{number}.txt": b"" for number in range(501)}),
    "nothing in it": _zip({}),
    "no zip": b"PK\x03\x04 but nothing follows",
    "an empty body": b"",
    "a bomb": _zip({f"{number}.bin": b"\0" * 2_000_000 for number in range(3)}),
}


@pytest.mark.protects("uploads/zip-names", "uploads/two-spellings")
@each_case("what", HOSTILE)
def test_a_hostile_archive_leaves_nothing(what: str, client: Client, project: Project, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1_000_000
    updates, blobs = DocumentUpdate.objects.count(), Blob.objects.count()
    answer = _post(client, HOSTILE[what])
    assert answer.status_code == 422, answer.json()
    assert len(answer.json()["detail"]) > 20
    assert (DocumentUpdate.objects.count(), Blob.objects.count()) == (updates, blobs)
    assert _paths(project) == ["Runefile.yml"]


def _encrypted() -> bytes:
    data = bytearray(_zip({"a.txt": b"secret"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + offset
        data[place] |= 1
    return bytes(data)


def _lying_size() -> bytes:
    """The list says 10 bytes where 1,000 follow."""
    data = bytearray(_zip({"a.txt": b"x" * 1000}))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<L", 10)
    return bytes(data)


def _cut_short() -> bytes:
    data = bytearray(_zip({"a.txt": b"".join(bytes([number * 7 % 256]) for number in range(5000))}))
    data[60:200] = bytes(140)
    return bytes(data)


@pytest.mark.protects("uploads/zip-names")
@pytest.mark.parametrize("data", [_encrypted(), _lying_size(), _cut_short()], ids=["locked", "lying", "damaged"])
def test_an_archive_that_is_locked_lies_or_is_damaged_is_refused_by_name(
    data: bytes, client: Client, project: Project
) -> None:
    answer = _post(client, data)
    assert answer.status_code == 422
    assert "a.txt" in answer.json()["detail"]
    assert _paths(project) == ["Runefile.yml"]


@pytest.mark.protects("uploads/zip-bombs")
def test_a_list_of_a_million_files_is_refused_before_it_is_read() -> None:
    entry = b"PK\x01\x02" + bytes(42)
    entries = entry * (LIST_LIMIT // len(entry) + 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, len(entries), 0, 0)
    with pytest.raises(ArchiveRefused, match="list of files has"):
        Archive(io.BytesIO(entries + end), files=500, limit=10)
    locator = b"PK\x06\x07" + bytes(16)
    with pytest.raises(ArchiveRefused, match="4 GB"):
        Archive(io.BytesIO(locator + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)), files=5, limit=10)


@pytest.mark.slow
@pytest.mark.protects("uploads/zip-bombs")
def test_any_bytes_are_an_archive_or_refused() -> None:
    chance = random.Random(7)
    whole = _zip({"a.txt": b"hello", "b/c.txt": b"x" * 300})
    for _ in range(1500):
        data = bytearray(whole[: chance.choice((len(whole), chance.randrange(len(whole))))])
        for _ in range(chance.randrange(6)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            archive = Archive(io.BytesIO(bytes(data)), files=10, limit=10_000)
            assert sum(len(chunk) for member in archive.members for chunk in archive.read(member)) <= 10_000
        except ArchiveRefused:
            continue


@pytest.mark.slow
def test_a_project_a_folder_and_a_version_go_out_as_the_same_files(client: Any, project: Project, user: User) -> None:
    write_file(user, project, "data/en/a.csv", "grö\n".encode())
    write_file(user, project, "data/raw.bin", b"\xff" * 600_000)
    client.post(f"{BASE}/versions", {"message": "x"}, content_type="application/json")
    for query, names in (("", ["Runefile.yml", "data/en/a.csv", "data/raw.bin"]), ("?folder=data/en", ["en/a.csv"])):
        answer = client.get(f"{BASE}/archive{query}")
        assert answer["Content-Disposition"] == f'attachment; filename="{"en" if query else "kitchen"}.zip"'
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        assert archive.namelist() == names
        assert archive.testzip() is None
    answer = client.get(f"{BASE}/versions/1/archive")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.read("data/en/a.csv").decode() == "grö\n"
    assert client.get(f"{BASE}/archive?folder=none").status_code == 404


@pytest.mark.django_db(transaction=True)
async def test_under_the_server_an_archive_is_sent_piece_by_piece(project: Project, user: User) -> None:
    client = AsyncClient()
    await client.aforce_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer: Any = await client.get(f"{BASE}/archive")
    assert answer.is_async
    content = b"".join([piece async for piece in answer])
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["Runefile.yml"]
