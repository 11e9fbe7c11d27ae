"""The files of the front end's build are served in front of Django, with lasting caches only for names with a hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge.core.http.asgi.static_files import StaticFiles


class _Beyond:
    is_called = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.is_called = True


async def _get(
    folder: Path, path: str, method: str = "GET", headers: list[tuple[bytes, bytes]] | None = None
) -> tuple[int, dict[str, str], bytes, bool]:
    beyond, messages = _Beyond(), []

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers or []}
    await StaticFiles(beyond, folder, "/static/", autorefresh=False)(scope, None, send)  # type: ignore[arg-type]
    if beyond.is_called:
        return 0, {}, b"", True
    sent_headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return messages[0]["status"], sent_headers, b"".join(message.get("body", b"") for message in messages[1:]), False


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "build" / "assets").mkdir(parents=True)
    (tmp_path / "build" / "assets" / "studio-Ab12_-9z.js").write_text("export {};")
    (tmp_path / "build" / "worker.js").write_text("worker")
    return tmp_path


async def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(folder: Path) -> None:
    status, headers, body, _ = await _get(folder, "/static/build/assets/studio-Ab12_-9z.js")
    assert (status, body) == (200, b"export {};")
    assert headers["content-type"] == 'text/javascript; charset="utf-8"'
    assert "immutable" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not headers.keys() & {"etag", "last-modified", "access-control-allow-origin"}


async def test_a_file_that_keeps_its_name_is_asked_for_again_soon(folder: Path) -> None:
    _, headers, _, _ = await _get(folder, "/static/build/worker.js")
    assert headers["cache-control"] == "max-age=60, public"
    again = await _get(folder, "/static/build/worker.js", headers=[(b"if-none-match", headers["etag"].encode())])
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize("path", ["/static/none.js", "/static/../manage.py", "/static/build/", "/static/build"])
async def test_what_is_not_a_file_of_the_folder_is_not_found(folder: Path, path: str) -> None:
    assert (await _get(folder, path))[0] == 404


async def test_only_reading_is_answered(folder: Path) -> None:
    assert (await _get(folder, "/static/build/worker.js", "POST"))[0] == 404
    assert (await _get(folder, "/static/build/worker.js", "HEAD"))[2] == b""


async def test_everything_else_goes_on_to_django(folder: Path) -> None:
    assert (await _get(folder, "/acme/static/x"))[3]


@pytest.mark.parametrize(
    ("encodings", "encoding", "expected"),
    [(b"gzip, br", "br", b"brotli"), (b"gzip", "gzip", b"gzip it is"), (b"identity", None, b"the whole of it")],
)
async def test_what_the_build_compressed_goes_in_the_best_form_that_can_be_read(
    folder: Path, encodings: bytes, encoding: str | None, expected: bytes
) -> None:
    for ending, content in (("", b"the whole of it"), (".br", b"brotli"), (".gz", b"gzip it is")):
        (folder / "build" / f"pictures.js{ending}").write_bytes(content)
    status, headers, body, _ = await _get(
        folder, "/static/build/pictures.js", headers=[(b"accept-encoding", encodings)]
    )
    assert (status, body, headers.get("content-encoding")) == (200, expected, encoding)
    assert headers["content-type"] == 'text/javascript; charset="utf-8"'
    assert headers["vary"] == "Accept-Encoding"
