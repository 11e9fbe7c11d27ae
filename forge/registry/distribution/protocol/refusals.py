"""Errors in the words of the distribution protocol: a status, a code, and a sentence for the user of a client.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes has no code for a server that cannot
take anything now. The code of the registry that most clients know is UNAVAILABLE.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse

from forge.accounts.errors import StorageQuotaReached
from forge.core.errors import (
    Busy,
    Conflict,
    DiskFull,
    DomainError,
    Forbidden,
    Invalid,
    NoRoom,
    NotFound,
    QuotaReached,
    SignInNeeded,
    TooLarge,
    TooOften,
    Unprocessable,
)
from forge.registry.distribution.artifacts.errors import (
    BadArtifact,
    BlobMissing,
    NoSuchBlob,
    NoSuchUpload,
    WrongBytes,
    WrongUploadOffset,
)
from forge.registry.tags.errors import BadTag, NoSuchTag
from rune.wording import size_text

MOST_TEXT = 1_000
"""Characters of a sentence."""
FULL_DISK = (
    "The disk of the registry's server is full, and nothing of this request was stored. Tell the operator of the "
    "registry, and push again when there is room."
)


class Refusal(Exception):
    """An error in the protocol's own words."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


_CODES: Mapping[type[DomainError], tuple[int, str]] = {
    SignInNeeded: (401, "UNAUTHORIZED"),
    WrongUploadOffset: (416, "BLOB_UPLOAD_INVALID"),
    WrongBytes: (400, "DIGEST_INVALID"),
    BadArtifact: (400, "MANIFEST_INVALID"),
    BadTag: (400, "MANIFEST_INVALID"),
    BlobMissing: (404, "MANIFEST_BLOB_UNKNOWN"),
    NoSuchUpload: (404, "BLOB_UPLOAD_UNKNOWN"),
    NoSuchBlob: (404, "BLOB_UNKNOWN"),
    NoSuchTag: (404, "MANIFEST_UNKNOWN"),
    TooLarge: (413, "SIZE_INVALID"),
    QuotaReached: (429, "TOOMANYREQUESTS"),
    TooOften: (429, "TOOMANYREQUESTS"),
    StorageQuotaReached: (403, "DENIED"),
    NoRoom: (507, "UNAVAILABLE"),
    Busy: (503, "UNAVAILABLE"),
    Forbidden: (403, "DENIED"),
    Conflict: (403, "DENIED"),
    Unprocessable: (400, "MANIFEST_INVALID"),
    Invalid: (400, "MANIFEST_INVALID"),
    NotFound: (404, "NAME_UNKNOWN"),
}
"""The codes of the errors of actions; the first class that an error is of counts."""

_CODES_OF_STATUSES = {
    401: "UNAUTHORIZED",
    408: "BLOB_UPLOAD_INVALID",
    413: "SIZE_INVALID",
    429: "TOOMANYREQUESTS",
    503: "UNAVAILABLE",
    507: "UNAVAILABLE",
}
"""The codes of requests that are refused before an action, or while their bytes come."""


def refusal_of(error: DomainError) -> Refusal:
    """Returns the protocol's error for an error of an action."""
    status, code = next((value for kind, value in _CODES.items() if isinstance(error, kind)), (500, "UNSUPPORTED"))
    headers = {"Range": f"0-{max(0, error.size - 1)}"} if isinstance(error, WrongUploadOffset) else {}
    return Refusal(status, code, _message_of(error)[:MOST_TEXT], headers)


def refusal_of_status(status: int, message: str) -> Refusal:
    """Returns the protocol's error for a request that is refused by its status."""
    return Refusal(
        status, _CODES_OF_STATUSES.get(status, "BLOB_UPLOAD_INVALID"), FULL_DISK if status == 507 else message
    )


def _message_of(error: DomainError) -> str:
    """The sentence of an error. Those that name things of a page are said for the user of a client."""
    if isinstance(error, StorageQuotaReached):
        return (
            f"The organisation may store {size_text(error.limit)}, and this does not fit. Ask an owner of the "
            "organisation to delete what is not needed, or the operator of the registry for a higher limit."
        )
    return FULL_DISK if isinstance(error, DiskFull) else error.detail


def body_of(refusal: Refusal) -> dict[str, Any]:
    """The body of an answer, as JSON."""
    return {"errors": [{"code": refusal.code, "message": refusal.message}]}


def refusal_response(refusal: Refusal, challenge: str) -> HttpResponse:
    """The answer; `challenge` says how a client signs in."""
    response = JsonResponse(body_of(refusal), status=refusal.status)
    for name, value in refusal.headers.items():
        response.headers[name] = value
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = challenge
    return response
