"""Errors in the words of the distribution protocol: a status, one of its codes, and a sentence.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse

from forge.accounts.errors import StorageQuotaReached
from forge.core.errors import (
    Busy,
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NoRoom,
    NotFound,
    QuotaReached,
    SignInNeeded,
    TooLarge,
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

MOST_TEXT = 1_000
"""Characters of a sentence."""


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
    StorageQuotaReached: (403, "DENIED"),
    NoRoom: (507, "DENIED"),
    Busy: (503, "UNAVAILABLE"),
    Forbidden: (403, "DENIED"),
    Conflict: (403, "DENIED"),
    Unprocessable: (400, "MANIFEST_INVALID"),
    Invalid: (400, "MANIFEST_INVALID"),
    NotFound: (404, "NAME_UNKNOWN"),
}
"""Of the errors of actions; the first class that an error is of counts."""


def refusal_of(error: DomainError) -> Refusal:
    """Returns the protocol's error for an error of an action."""
    status, code = next((value for kind, value in _CODES.items() if isinstance(error, kind)), (500, "UNSUPPORTED"))
    headers = {"Range": f"0-{max(0, error.size - 1)}"} if isinstance(error, WrongUploadOffset) else {}
    return Refusal(status, code, error.detail[:MOST_TEXT], headers)


def refusal_response(refusal: Refusal, challenge: str) -> HttpResponse:
    """The answer; `challenge` says how a client signs in."""
    response = JsonResponse({"errors": [{"code": refusal.code, "message": refusal.message}]}, status=refusal.status)
    for name, value in refusal.headers.items():
        response.headers[name] = value
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = challenge
    return response
