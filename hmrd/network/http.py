"""Requests over HTTP whose answers are bounded: in bytes, in time, and in what they may be.

A network that wants a login answers with a page or a redirect in place of every server: that is `server-strange`. One
that answers nothing, too slowly or with an error of its own is `server-away`.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

from hmrd.protocol.problems import LONGEST_DETAIL, DeviceProblem, ProblemName
from hmrd.server_address import ServerAddress

CONNECT_SECONDS: Final = 30.0
_SLOW_AFTER: Final = 30.0
_SLOWEST: Final = 1000
"""After so many seconds, a server that has sent fewer bytes than so many for each further second counts as away."""
_LARGEST_REFUSAL: Final = 64 * 1024
_BLOCK: Final = 64 * 1024
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_NOT_YET_VALID: Final = 9
"""The code of OpenSSL for a certificate that begins in the future: the device's clock is wrong."""


class ServerFailed(Exception):
    """The server gave no answer of the protocol, or refused."""

    def __init__(
        self,
        name: ProblemName,
        detail: str,
        *,
        status: int = 0,
        refusal: str = "",
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = DeviceProblem(name, detail[:LONGEST_DETAIL])
        self.status = status
        self.refusal = refusal
        """The server's own name of its refusal; "" where it gave none."""
        self.fields = fields or {}


@dataclass(frozen=True)
class HttpRequest:
    """A request to a server."""

    method: str
    target: str
    """The path, with the query."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = CONNECT_SECONDS
    """Seconds in which something has to come."""


@dataclass(frozen=True)
class HttpAnswer:
    """An answer that is not an error: a status from 200 on, or 304."""

    status: int
    headers: Mapping[str, str]
    """The values by names in lower case."""
    body: bytes

    @property
    def date(self) -> float | None:
        """The time of the server's clock, in seconds since 1970."""
        return _date(self.headers)


class Transport:
    """Makes connections, with the certificates of the system or of a file."""

    def __init__(self, ca: str | None = None, on_date: Callable[[float], None] | None = None) -> None:
        self._ca = ca
        self._on_date = on_date
        self._tls: ssl.SSLContext | None = None

    def exchange(self, address: ServerAddress, request: HttpRequest, largest: int) -> HttpAnswer:
        """Sends a request, and returns the answer, of at most `largest` bytes. Raises `ServerFailed`."""
        with self.open(address, request) as response:
            if response.status == http.client.NOT_MODIFIED:
                return HttpAnswer(response.status, _headers(response), b"")
            _require_success(address, response)
            body = b"".join(bounded_blocks(address, response, largest))
            if body:
                _require_json(address, response)
            return HttpAnswer(response.status, _headers(response), body)

    @contextmanager
    def open(self, address: ServerAddress, request: HttpRequest) -> Iterator[http.client.HTTPResponse]:
        """The answer to a request, whatever its status. Raises `ServerFailed`, also for an answer that breaks off."""
        connection = self._connection(address, request.seconds)
        headers = {"Host": address.authority, "Accept-Encoding": "identity", "Connection": "close", **request.headers}
        if request.body or request.method in ("POST", "PUT"):
            headers["Content-Length"] = str(len(request.body))
        response: http.client.HTTPResponse | None = None
        try:
            connection.request(request.method, request.target, body=request.body or None, headers=headers)
            response = connection.getresponse()
            if self._on_date is not None and (date := _date(_headers(response))) is not None:
                self._on_date(date)
            yield response
        except ssl.SSLCertVerificationError as error:
            if error.verify_code == _NOT_YET_VALID:
                detail = (
                    f"The certificate of {address.authority} is not valid yet by this device's clock. Set the clock."
                )
                raise ServerFailed(ProblemName.CLOCK_WRONG, detail) from None
            detail = f"{address.authority} has a certificate that is not trusted: {error.verify_message}."
            raise ServerFailed(ProblemName.SERVER_STRANGE, detail) from None
        except (OSError, http.client.HTTPException) as error:
            detail = f"{address.authority} did not answer: {_reason(error)}."
            raise ServerFailed(ProblemName.SERVER_AWAY, detail) from None
        finally:
            if response is not None:
                response.close()
            connection.close()

    def _connection(self, address: ServerAddress, seconds: float) -> http.client.HTTPConnection:
        if address.scheme == "http":
            return http.client.HTTPConnection(address.host, address.port, timeout=seconds)
        if self._tls is None:
            try:
                self._tls = ssl.create_default_context(cafile=self._ca)
            except OSError as error:
                detail = f"The certificates in {self._ca} cannot be read: {error.strerror or error}."
                raise ServerFailed(ProblemName.CONFIG_WRONG, detail) from None
        return http.client.HTTPSConnection(address.host, address.port, timeout=seconds, context=self._tls)


def bounded_blocks(address: ServerAddress, response: http.client.HTTPResponse, largest: int) -> Iterator[bytes]:
    """Yields the body of an answer, in blocks. Raises `ServerFailed` where it has more bytes, and `OSError` or
    `HTTPException` where it drips or breaks off."""
    count, end = 0, time.monotonic() + _SLOW_AFTER
    while block := response.read1(_BLOCK):
        count += len(block)
        if count > largest:
            raise ServerFailed(ProblemName.SERVER_STRANGE, f"{address.authority} sends more than {largest:,} bytes.")
        yield block
        if time.monotonic() > end + count / _SLOWEST:
            raise TimeoutError("less than 1 kB came in a second")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)


def refusal_of(address: ServerAddress, response: http.client.HTTPResponse) -> ServerFailed:
    """Returns the error of an answer that is not a success."""
    status, where = response.status, address.authority
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.TOO_MANY_REQUESTS:
        return ServerFailed(ProblemName.SERVER_AWAY, f"{where} answered {status}.", status=status)
    if status < http.client.BAD_REQUEST:
        return ServerFailed(ProblemName.SERVER_STRANGE, f"{where} leads to another address.", status=status)
    fields: Any = None
    if _is_json(response):
        try:
            fields = json.loads(b"".join(bounded_blocks(address, response, _LARGEST_REFUSAL)))
        except (ValueError, RecursionError, ServerFailed):
            fields = None
    if not isinstance(fields, dict) or not isinstance(fields.get("name"), str):
        detail = f"{where} answered {status} without a reason. A network that wants a login does so."
        return ServerFailed(ProblemName.SERVER_STRANGE, detail, status=status)
    is_late = fields["name"] == ProblemName.CLOCK_WRONG
    name = ProblemName.CLOCK_WRONG if is_late else _NAMES.get(status, ProblemName.SERVER_STRANGE)
    detail = " ".join(str(fields.get("detail", "")).split()) or f"{where} answered {status}."
    return ServerFailed(name, detail, status=status, refusal=fields["name"], fields=fields)


_NAMES: Final = {401: ProblemName.KEY_REFUSED, 403: ProblemName.KEY_REFUSED, 410: ProblemName.KEY_REFUSED}


def _require_success(address: ServerAddress, response: http.client.HTTPResponse) -> None:
    if not http.client.OK <= response.status < http.client.MULTIPLE_CHOICES:
        raise refusal_of(address, response)
    if response.status != http.client.NO_CONTENT:
        require_no_page(address, response)


def require_no_page(address: ServerAddress, response: http.client.HTTPResponse) -> None:
    """Raises `ServerFailed` for a page of HTML."""
    if response.headers.get_content_type() in _PAGES and response.headers.get("Content-Type"):
        detail = f"{address.authority} answers with a web page. A network that wants a login does so."
        raise ServerFailed(ProblemName.SERVER_STRANGE, detail, status=response.status)


def _require_json(address: ServerAddress, response: http.client.HTTPResponse) -> None:
    if not _is_json(response):
        raise ServerFailed(ProblemName.SERVER_STRANGE, f"{address.authority} answers with something that is not JSON.")


def _is_json(response: http.client.HTTPResponse) -> bool:
    return response.headers.get_content_type().endswith(("/json", "+json"))


def _headers(response: http.client.HTTPResponse) -> Mapping[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _date(headers: Mapping[str, str]) -> float | None:
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return str(error) if str(error) != "timed out" else "nothing came in time"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).rstrip(".")
