"""The named errors of a deployment's address, as apps get them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RefusalKind:
    """A reason for which an app gets nothing. `name` never changes: apps compare it."""

    name: str
    status: int
    title: str


KEY_MISSING = RefusalKind("key-missing", 401, "Send the deployment's key as x-api-key")
KEY_UNKNOWN = RefusalKind("key-unknown", 403, "The key is not one of this deployment, or there is no such deployment")
KEY_REVOKED = RefusalKind("key-revoked", 403, "The key was revoked")
KEY_EXPIRED = RefusalKind("key-expired", 403, "The key has expired")
DEVICE_REFUSED = RefusalKind("device-refused", 403, "The signature is of no device that is in service")
ORIGIN_REFUSED = RefusalKind("origin-refused", 403, "The deployment is not for pages of this origin")
VERSION_WITHDRAWN = RefusalKind("version-withdrawn", 410, "The version was withdrawn by its project")
PROJECT_TAKEN_DOWN = RefusalKind("project-taken-down", 410, "The operator of this server took the project down")
RUNE_UNKNOWN = RefusalKind("rune-unknown", 404, "The deployment serves no rune of this digest")
DOCUMENT_UNKNOWN = RefusalKind("document-unknown", 404, "The deployment has no such signed document")
TOO_OFTEN = RefusalKind("too-often", 429, "The key is used too often")
ENCRYPTION_KEY_REFUSED = RefusalKind("encryption-key-refused", 400, "The key for the encrypted rune is not valid")
RUNE_TOO_LARGE = RefusalKind("rune-too-large", 413, "The rune is too large to be encrypted")
PREVIEW_ENDED = RefusalKind("preview-ended", 410, "The change request is closed, and its preview with it")
PREVIEW_NOT_BUILT = RefusalKind("preview-not-built", 404, "The merged result of the change request has no build yet")
METHOD_REFUSED = RefusalKind("method-refused", 405, "The method is not allowed here")


class ServingRefusal(Exception):
    """An app gets nothing, for a named reason."""

    def __init__(self, kind: RefusalKind, detail: str = "") -> None:
        super().__init__(kind.title)
        self.kind = kind
        self.detail = detail or f"{kind.title}."
