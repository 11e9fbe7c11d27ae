"""Requests to the server's API, as its description has them: `get("/projects/{organisation}/{name}", …)`.

Their addresses, parameters, bodies and answers are types of `forge_api`, which is generated from the description and
which only mypy reads (docs/adr/0058). The code behind them is here. An address that the description does not have, or
a field of an answer that is not in it, is an error of the types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

T_co = TypeVar("T_co", covariant=True)
ROOT = "/api/v1"
_PARAMETER = re.compile(r"{(\w+)}")
_TRAILING = "path"
"""The parameter that is the rest of an address: its slashes stay."""


@dataclass(frozen=True)
class ApiRequest(Generic[T_co]):
    """A request whose answer is a `T_co`. Made by `get`, `post`, `put`, `patch` and `delete` alone."""

    method: str
    path: str
    """Below `ROOT`, with its query."""
    body: Mapping[str, Any] | None = None
    content: bytes | Iterable[bytes] | None = None
    etag: str | None = None
    """The state of the thing on which the act depends."""


class ProjectNames(TypedDict):
    """The parameters of an address below a project."""

    organisation: str
    name: str


def names_of(project: str) -> ProjectNames:
    """The parameters for a project or repository (`acme/door-knock`)."""
    organisation, _, name = project.partition("/")
    return {"organisation": organisation, "name": name}


def next_cursor(address: str | None) -> str | None:
    """Returns the cursor in the address of a list's next page, or None after the last page."""
    (cursor, *_) = parse_qs(urlsplit(address or "").query).get("cursor") or (None,)
    return cursor


def _request(
    method: str,
    address: str,
    /,
    *,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    content: bytes | Iterable[bytes] | None = None,
    etag: str | None = None,
    **names: str | int,
) -> ApiRequest[Any]:
    def fill(parameter: re.Match[str]) -> str:
        name = parameter[1]
        return quote(str(names[name]), safe="/" if name == _TRAILING else "")

    path = _PARAMETER.sub(fill, address)
    words = {name: str(value).lower() if isinstance(value, bool) else value for name, value in (query or {}).items()}
    return ApiRequest(method, f"{path}?{urlencode(words)}" if words else path, body, content, etag)


if TYPE_CHECKING:
    from forge_api import delete as delete
    from forge_api import get as get
    from forge_api import patch as patch
    from forge_api import post as post
    from forge_api import put as put
else:
    delete = partial(_request, "DELETE")
    get = partial(_request, "GET")
    patch = partial(_request, "PATCH")
    post = partial(_request, "POST")
    put = partial(_request, "PUT")
