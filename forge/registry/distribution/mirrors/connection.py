"""Requests to another registry: the connection, its sign-in and its redirects. It knows no table and no manifest.

https://distribution.github.io/distribution/spec/auth/token/ describes the sign-in. A password is sent to the registry
and to the address at which it gives out passes, over TLS, unless the operator named the registry.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore

from forge.core.http.outgoing.guarded_connection import GuardedBackend, NotPublic
from forge.core.http.outgoing.public_addresses import Resolve, resolve
from forge.registry.distribution.mirrors.errors import RemoteFailed

_REDIRECTS = 5
_PASS_LIMIT = 64 * 1024
"""Bytes of an answer that has a pass."""
_REASON_LIMIT = 2_000
"""Bytes of a refusal that are read for its reason."""
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_ERRORS = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError, ValueError)


@dataclass(frozen=True)
class MirrorCredentials:
    """The credentials for the other registry."""

    user: str
    password: str

    @property
    def basic(self) -> str:
        """The credentials as a header has them."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class RemoteConnection:
    """A connection to one registry for at most `seconds`. A context manager: leaving it closes the connection.

    `anywhere` allows addresses that are not public, and plain HTTP; `trust` says whose certificates are taken, those
    of the system without it.
    """

    def __init__(
        self,
        registry: str,
        credentials: MirrorCredentials | None,
        scope: str,
        *,
        anywhere: bool,
        seconds: float,
        resolving: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.registry = registry
        self._credentials, self._scope, self._anywhere, self._seconds = credentials, scope, anywhere, seconds
        backend = GuardedBackend(anywhere, resolving, time.monotonic() + seconds)
        context = trust or ssl.create_default_context()
        self._pool = httpcore.ConnectionPool(network_backend=backend, ssl_context=context)
        self._authorization = ""

    def __enter__(self) -> RemoteConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    @contextmanager
    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | Iterator[bytes] = b"",
    ) -> Iterator[httpcore.Response]:
        """Sends a request to an address of the registry and yields the answer, whatever its status.

        It signs in where the registry asks for that, and follows redirects of readings; a pass goes to the registry
        alone. A stream of `content` is sent once: a caller that has one signs in by an earlier request. Raises
        `RemoteFailed`.
        """
        with self._named_errors():
            for _ in range(_REDIRECTS):
                with self._send(method, url, headers or {}, content) as response:
                    status = response.status
                    if status == 401 and not self._authorization and isinstance(content, bytes):
                        if self._sign_in(header(response, "WWW-Authenticate")):
                            continue
                    elif method in ("GET", "HEAD") and 300 <= status < 400 and (target := header(response, "Location")):
                        url = self._redirect_target(url, target)
                        continue
                    yield response
                    return
        raise RemoteFailed(f"{self.registry} redirects more than {_REDIRECTS} times.")

    @contextmanager
    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | Iterator[bytes]
    ) -> Iterator[httpcore.Response]:
        own = {"Authorization": self._authorization} if self._authorization and self._is_own(url) else {}
        pairs = [*headers.items(), *own.items(), ("User-Agent", "hammer-forge")]
        with self._pool.stream(method, url, headers=pairs, content=content or None) as response:
            yield response

    def _sign_in(self, challenge: str) -> bool:
        """Gets what the registry asks for; False where it asks for nothing that is known here."""
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "basic" and self._credentials is not None:
            self._authorization = self._credentials.basic
            return True
        if kind.lower() != "bearer":
            return False
        parameters = dict(_PARAMETER.findall(rest))
        realm = parameters.get("realm", "")
        self._require_safe(realm)
        query = {"scope": self._scope} | ({"service": parameters["service"]} if "service" in parameters else {})
        url = f"{realm}{'&' if urlsplit(realm).query else '?'}{urlencode(query)}"
        headers = {"Authorization": self._credentials.basic} if self._credentials is not None else {}
        with self._pool.stream("GET", url, headers=list(headers.items())) as response:
            if response.status != 200:
                raise RemoteFailed(f"{self.registry} refused the sign-in{reason(response)}", response.status)
            answer = json_object(limited_body(response, _PASS_LIMIT, "The sign-in's answer"))
        token = answer.get("token") or answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise RemoteFailed(f"{self.registry} answered the sign-in without a pass.")
        self._authorization = f"Bearer {token}"
        return True

    def _redirect_target(self, url: str, target: str) -> str:
        target = urljoin(url, target)
        self._require_safe(target)
        return target

    def _require_safe(self, url: str) -> None:
        """Raises `RemoteFailed` for an address over plain HTTP, unless the operator named the registry."""
        if urlsplit(url).scheme != "https" and not (self._anywhere and urlsplit(url).scheme == "http"):
            raise RemoteFailed(f"{self.registry} names an address that is not https.")

    def _is_own(self, url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.lower()}" == self.registry

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except NotPublic as error:
            raise RemoteFailed(str(error)) from None
        except httpcore.TimeoutException:
            raise RemoteFailed(f"{self.registry} did not answer within {self._seconds:g} seconds.") from None
        except _ERRORS as error:
            raise RemoteFailed(f"{self.registry} cannot be reached: {error or type(error).__name__}"[:300]) from None


def header(response: httpcore.Response, name: str) -> str:
    """A header of an answer, "" where it has none."""
    encoded_name = name.lower().encode()
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == encoded_name), "")


def limited_body(response: httpcore.Response, limit: int, what: str) -> bytes:
    """The body of an answer, of at most `limit` bytes. Raises `RemoteFailed`."""
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > limit:
            raise RemoteFailed(f"{what} has more than {limit} bytes.")
    return bytes(body)


def json_object(data: bytes) -> dict[str, object]:
    """The JSON object in some bytes; an empty one where they are anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def reason(response: httpcore.Response) -> str:
    """The status and the reason that a registry gives for a refusal, as the end of a sentence."""
    body = b""
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > _REASON_LIMIT:
            break
    errors = json_object(body).get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    text = str(first.get("message") or first.get("code") or "")
    printable_text = "".join(letter for letter in text if letter.isprintable())[:200].strip().rstrip(".")
    return f" with status {response.status}{f': {printable_text}' if printable_text else ''}."
