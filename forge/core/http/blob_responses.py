"""Answering with a blob's bytes: streamed, as an attachment, and such that a browser never takes them for a page."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from forge.core.blobs.chunks import chunks_for
from forge.core.blobs.ranges import Unsatisfiable, requested_range
from forge.core.blobs.store import blob_name, blob_storage, open_blob, open_intact, read_blob
from forge.core.http.policies import NOT_A_PAGE

INTERNAL_PLACE = "/-/stored/"
"""The location of stored bytes in nginx's settings, as the guide for operators has it."""
READ_AT_ONCE = 64 * 1024
"""Bytes up to which a document is read before its answer begins: to stream it takes four turns of a thread."""
SIGNED_SECONDS = 300
"""The seconds for which an address of the store is signed: long enough to follow it, and to go on with an interrupted
pull."""
R = TypeVar("R", bound=HttpResponseBase)


def blob_response(
    request: HttpRequest | Any, digest: str, size: int, *, filename: str, content_type: str = "application/octet-stream"
) -> HttpResponseBase:
    """A blob as a download. The caller has checked that the person may have it, and `size` is the store's and not a
    client's. Raises `NotFound` and `BytesDamaged` while streaming: the transfer then breaks off before its end.
    """
    if sends_by_front():
        return as_foreign(_sent_by_front(digest, content_type), filename=filename, digest=digest)
    chunks = chunks_for(request, partial(open_blob, digest, size))
    response = StreamingHttpResponse(chunks, content_type=content_type)
    response.headers["Content-Length"] = str(size)
    return as_foreign(response, filename=filename, digest=digest)


def document_response(
    request: HttpRequest, digest: str, size: int, *, filename: str, content_type: str
) -> HttpResponseBase:
    """A blob that is a document, such as a manifest: mostly small, and then read at once.

    The caller has checked as for `blob_response`. Raises `NotFound` and `BytesDamaged`.
    """
    if request.method != "GET" or size > READ_AT_ONCE or "Range" in request.headers:
        return part_response(request, digest, size, filename=filename, content_type=content_type)
    response = HttpResponse(read_blob(digest), content_type=content_type)
    response.headers["Content-Length"] = str(len(response.content))
    return as_foreign(response, filename=filename, digest=digest)


def part_response(
    request: HttpRequest | Any, digest: str, size: int, *, filename: str, content_type: str = "application/octet-stream"
) -> HttpResponseBase:
    """A blob, whole or the part of it that `Range` asks for, which is how a player jumps; without bytes for HEAD.

    The caller has checked as for `blob_response`.
    """
    if request.method == "GET" and sends_by_front():
        return as_foreign(_sent_by_front(digest, content_type), filename=filename, digest=digest)
    try:
        part = requested_range(request.headers.get("Range"), size) if request.method == "GET" else None
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = part or (0, size - 1)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    else:
        # A part is given when all was compared; the whole is compared while it is sent.
        open_bytes = partial(open_intact, digest) if part else partial(open_blob, digest, size)
        chunks = chunks_for(request, open_bytes, first, last - first + 1)
        response = StreamingHttpResponse(chunks, content_type=content_type, status=206 if part else 200)
    response.headers["Content-Length"] = str(last - first + 1)
    if part:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return as_foreign(response, filename=filename, digest=digest)


def sends_by_front() -> bool:
    """Returns whether nginx, in front of this server, reads stored bytes itself once a request for them was allowed."""
    return bool(settings.BLOB_SENDER == "nginx") and isinstance(blob_storage(), FileSystemStorage)


def sends_by_store() -> bool:
    """Returns whether clients of the registry get blobs from the S3 store itself, once a request for them was
    allowed."""
    return bool(settings.BLOB_SENDER == "store") and not isinstance(blob_storage(), FileSystemStorage)


def store_redirect(digest: str) -> HttpResponse:
    """Sends a client to the store, with an address that is signed for a few minutes. The caller has checked that it may
    have the blob."""
    address = blob_storage().url(blob_name(digest), expire=SIGNED_SECONDS)  # type: ignore[call-arg]
    return HttpResponse(status=307, headers={"Location": address})


def _sent_by_front(digest: str, content_type: str) -> HttpResponse:
    """Tells nginx which file to send, with its ranges. Its place there is internal: nobody can ask for it.

    https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers describes the header.
    """
    return HttpResponse(content_type=content_type, headers={"X-Accel-Redirect": f"{INTERNAL_PLACE}{blob_name(digest)}"})


def as_foreign(response: R, *, filename: str, digest: str | None = None) -> R:
    """Marks an answer whose bytes a user stored: nosniff, sandboxed, an attachment; with its digest as ETag."""
    response.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = NOT_A_PAGE
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if digest:
        response.headers["ETag"] = f'"{digest}"'
    return response
