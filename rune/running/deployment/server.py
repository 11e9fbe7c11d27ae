"""The answers of a deployment's server, over HTTP."""

from __future__ import annotations

import http.client
import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from rune.digests import is_digest
from rune.running.deployment.errors import DeploymentError

LARGEST_RUNE = 256 * 1024 * 1024
"""Bytes."""
_LARGEST_JSON = 4 * 1024 * 1024
_SLOW_AFTER, _SLOWEST = 30.0, 1000
"""After so many seconds, a server that has sent fewer bytes than so many for each further second counts as away."""
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_FILES: Final = frozenset({"application/wasm", "application/octet-stream"})
_NO_JSON: Final = object()
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class ServedRelease:
    """Says which rune a deployment serves."""

    version: str
    release: int
    """Counts up with each change, also when the deployment goes back to an earlier version."""
    since: str
    """The time at which the release began, as ISO 8601."""
    rune: str
    """The digest of the rune's bytes."""
    size: int
    url: str

    @classmethod
    def from_json(cls, value: Any) -> ServedRelease:
        """Reads the answer of a server or a stored file. Raises `DeploymentError`."""
        try:
            rune = value["rune"]
            served_release = cls(
                str(value["version"]),
                int(value["release"]),
                str(value["since"]),
                str(rune["digest"]),
                int(rune["size"]),
                str(rune["url"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            served_release = None
        if served_release is None or not is_digest(served_release.rune) or not 0 < served_release.size <= LARGEST_RUNE:
            raise DeploymentError("refused", "The address answers with something that is not a deployment's.")
        return served_release

    def to_json(self) -> dict[str, Any]:
        """The same as a server says it."""
        rune = {"digest": self.rune, "size": self.size, "url": self.url}
        return {"version": self.version, "release": self.release, "since": self.since, "rune": rune}


class DeploymentServer:
    """Asks a deployment's address. The key is sent to the address's own server alone."""

    def __init__(self, url: str, key: str | None, seconds: float) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
            raise DeploymentError("refused", f"{url} is not an https address. Only localhost may be asked without TLS.")
        self._url, self._key, self._seconds = url.rstrip("/"), key, seconds
        self.date: str | None = None
        """The time of the server's clock at its last answer."""

    @property
    def url(self) -> str:
        """The address of the deployment."""
        return self._url

    def document(self, url: str) -> bytes:
        """A JSON document at the deployment's address or below it, not yet verified. Raises `DeploymentError`."""
        data = self._get(url, self._headers_for(url), _LARGEST_JSON, _require_json)
        if _json(data) is _NO_JSON:
            raise _foreign_answer(url, "answers with JSON that is not valid")
        return data

    def _headers_for(self, url: str) -> dict[str, str]:
        """The key, for what is below the deployment's address: nothing else gets it."""
        is_ours = url == self._url or url.startswith(f"{self._url}/")
        return {"x-api-key": self._key} if self._key and is_ours else {}

    def served_release(self) -> ServedRelease:
        """Returns which rune it serves now. Raises `DeploymentError`."""
        served_release = ServedRelease.from_json(_json(self.document(self._url)))
        scheme, host, *_ = urlsplit(self._url)
        if not served_release.url.startswith(f"{scheme}://{host}/") or not served_release.url.isascii():
            raise DeploymentError("refused", f"The deployment names a rune on another server: {served_release.url}")
        return served_release

    def rune(self, served_release: ServedRelease) -> bytes:
        """The bytes of the rune, not yet compared with its digest. Raises `DeploymentError`."""
        url = served_release.url
        return self._get(url, self._headers_for(url), served_release.size, _require_no_page)

    def signatures(self, served_release: ServedRelease) -> Any:
        """The manifest and the bundles of the rune's signatures, not yet verified. Raises `DeploymentError`."""
        return _json(self.document(f"{served_release.url}/signatures"))

    def _get(self, url: str, headers: dict[str, str], limit: int, require_type: Callable[[str, str], None]) -> bytes:
        """The bytes of an answer whose address and content type `require_type` accepts."""
        request = urllib.request.Request(url, headers=headers)  # noqa: S310  the scheme was checked
        try:
            with _OPENER.open(request, timeout=self._seconds) as answer:
                self.date = answer.headers.get("Date")
                if not 200 <= answer.status < 300:
                    raise _refusal(url, answer)
                require_type(url, answer.headers.get_content_type())
                data = _read(answer, limit + 1)
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise DeploymentError("server-away", f"{url} did not answer: {reason}") from None
        if len(data) > limit:
            raise DeploymentError("damaged", f"{url} sends more than the {limit:,} bytes that were announced.")
        return data


def _read(answer: http.client.HTTPResponse, limit: int) -> bytes:
    """The bytes of an answer, at most `limit`. Raises `IncompleteRead` if the connection ends too early, and
    `TimeoutError` if the answer drips."""
    data, late = bytearray(), time.monotonic() + _SLOW_AFTER
    while len(data) < limit and (part := answer.read1(limit - len(data))):
        data += part
        if time.monotonic() > late + len(data) / _SLOWEST:
            raise TimeoutError("less than 1 kB came in a second")
    if len(data) < limit and answer.length:
        raise http.client.IncompleteRead(bytes(data), answer.length)
    return bytes(data)


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Hands on each answer as it came. A deployment's address never redirects, and following a redirect would hand the
    key to another server."""

    def http_response(self, request: object, response: Any) -> Any:  # noqa: ARG002  the library calls it by name
        return response

    https_response = http_response


_OPENER = urllib.request.build_opener(_AnyStatus)


def _refusal(url: str, answer: http.client.HTTPResponse) -> DeploymentError:
    """The server's own refusal, which is JSON. Where another one answers, or where its server in front is out of order,
    the server counts as away."""
    status = answer.status
    if status >= 500:
        return DeploymentError("server-away", f"{url} answered {status}.", status)
    if status < 400:
        return _foreign_answer(url, "leads to another address", status)
    if not _is_json(answer.headers.get_content_type()):
        return _foreign_answer(url, f"answered {status} without a reason", status)
    try:
        problem = json.loads(_read(answer, _LARGEST_JSON))
        return DeploymentError(str(problem["name"]), str(problem["detail"]), status)
    except (OSError, http.client.HTTPException, ValueError, RecursionError, KeyError, TypeError):
        return DeploymentError("refused", f"{url} answered {status}.", status)


def _foreign_answer(url: str, what: str, status: int | None = None) -> DeploymentError:
    """The error for an answer that is not the server's. It counts as none: a network that wants a login answers with a
    page or a redirect in place of every server."""
    advice = "A network that wants a login does so. Log in to the network, or compare the address."
    return DeploymentError("server-away", f"{url} {what}. {advice}", status)


def _require_no_page(url: str, content_type: str) -> None:
    if content_type in _PAGES:
        raise _foreign_answer(url, "answers with a web page")


def _require_json(url: str, content_type: str) -> None:
    _require_no_page(url, content_type)
    if content_type in _FILES:
        raise DeploymentError("refused", f"{url} is the address of a file. Name the address of a deployment.")
    if not _is_json(content_type):
        raise _foreign_answer(url, "answers with something that is not JSON")


def _is_json(content_type: str) -> bool:
    return content_type.endswith(("/json", "+json"))


def _json(data: bytes) -> Any:
    """The value in a JSON text, or `_NO_JSON`."""
    try:
        return json.loads(data)
    except ValueError:
        return _NO_JSON
    except RecursionError:
        # Nothing of a deployment is nested so deeply.
        return None
