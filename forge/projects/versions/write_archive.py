"""Files as a .zip that is made while it is sent: one piece of one file is in memory at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import IO, Any

from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.store import open_blob
from forge.core.http import media_types
from forge.core.http.blob_responses import as_foreign
from forge.core.http.streaming import in_threads
from forge.projects.errors import ProjectFileNotFound
from forge.projects.versions.store import Manifest

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The same files are the same bytes, whenever they are packed."""
_PLAIN_FILE = 0o100644 << 16


class _Buffer(io.RawIOBase):
    """The buffer of a zip file that is written; its bytes are removed piece by piece."""

    def __init__(self) -> None:
        self._data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._data += data
        return len(data)

    def take(self) -> bytes:
        data, self._data = bytes(self._data), bytearray()
        return data


def pack(files: Iterable[tuple[str, Callable[[], IO[bytes]]]]) -> Iterator[bytes]:
    """A .zip of files, each of which is opened when it comes to it. In their order, without times.

    Raises `NotFound` or `BytesDamaged` in the middle for bytes that are no longer stored: the download then breaks off.
    """
    buffer = _Buffer()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, open_source in files:
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _PLAIN_FILE, 3
            with open_source() as source, archive.open(info, "w") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    if piece := buffer.take():
                        yield piece
            del open_source  # frees the source of a long list before the directory of 100,000 files comes
    yield buffer.take()


def folder_of(manifest: Manifest, folder: str) -> dict[str, str]:
    """The files below a folder, each with its name from the folder's own on. Raises `ProjectFileNotFound`."""
    if not folder:
        return {path: path for path in manifest}
    cut = len(folder.rpartition("/")[0])
    names = {path: path[cut:].lstrip("/") for path in manifest if path.startswith(f"{folder}/")}
    if not names:
        raise ProjectFileNotFound(f"There is no folder {folder}.")
    return names


def archive_response(
    request: Any,
    manifest: Manifest,
    texts: Mapping[str, bytes],
    *,
    folder: str,
    filename: str,
    beside: Iterable[tuple[str, bytes]] = (),
) -> StreamingHttpResponse:
    """Files as a download. `texts` are those that no store has; what is `beside` comes after them, made when it comes
    to it. Raises `ProjectFileNotFound`."""
    openers: dict[str, Callable[[], IO[bytes]]] = {}
    for path, name in folder_of(manifest, folder).items():
        text = texts.get(path)
        file = manifest[path]
        open_stored = partial(open_blob, file["digest"], file["size"])
        openers[name] = open_stored if text is None else partial(io.BytesIO, text)
    more = ((name, partial(io.BytesIO, data)) for name, data in beside)
    return zip_response(request, chain(sorted(openers.items()), more), filename=filename)


def zip_response(
    request: Any, files: Iterable[tuple[str, Callable[[], IO[bytes]]]], *, filename: str
) -> StreamingHttpResponse:
    """Files as a download, each of them opened when it comes to it."""
    pieces = pack(files)
    is_async = isinstance(getattr(request, "_request", request), ASGIRequest)
    answer = StreamingHttpResponse(in_threads(pieces) if is_async else pieces, content_type=media_types.ZIP)
    return as_foreign(answer, filename=filename)
