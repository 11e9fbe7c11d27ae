"""Asking Hammer Forge's own API, which an OCI registry has no calls for. One server, and a token."""

from __future__ import annotations

from types import TracebackType
from typing import IO, Self, TypeVar, cast
from urllib.parse import urlsplit

import httpx

from rune.tools.remote.answers import JsonAnswer, bounded_answer, json_answer, json_object
from rune.tools.remote.api import ROOT, ApiRequest, get
from rune.tools.remote.errors import RegistryRefused, RegistryUnreachable, RemoteNotFound, TokenNeeded, needed_token
from rune.tools.remote.reference import is_loopback
from rune.wording import plain, size_text

Answer = TypeVar("Answer")
_ANSWER_LIMIT = 4 * 1024 * 1024
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
"""Publishing a block compiles its tests."""
_NEEDS_READ = needed_token("project:read")
_NEEDS_PUBLISH = needed_token("rune:publish")
_NEEDS_READ_AND_PUBLISH = needed_token("project:read", "rune:publish")


class ForgeClient:
    """One server that is asked. A context manager: leaving it closes the connections."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        headers = {"User-Agent": "rune", **({"Authorization": f"Bearer {token}"} if token else {})}
        trust_env = not is_loopback(urlsplit(url).netloc)
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=trust_env, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def token_scopes(self) -> tuple[str, ...] | None:
        """Returns the scopes of the token, or None where the server does not know it or has no such API."""
        try:
            scopes = self.ask(get("/me/token")).get("scopes")
        except (RegistryRefused, RegistryUnreachable):
            return None
        return tuple(plain(str(each), longest=60) for each in scopes) if isinstance(scopes, list) else None

    def ask(self, request: ApiRequest[Answer], needs: str | None = None) -> Answer:
        """Returns the answer to a request; `needs` says which token the act takes. Raises `RegistryRefused` with the
        server's reason, `TokenNeeded`, `RemoteNotFound` and `RegistryUnreachable`. A server of another version may
        leave out fields that the type has."""
        if needs is None:
            needs = "" if request.method == "GET" else _NEEDS_PUBLISH
        return cast("Answer", self._answer(request, needs).values)

    def stream(self, request: ApiRequest[bytes], target: IO[bytes], limit: int, needs: str) -> None:
        """Writes the bytes of an answer into `target`. Raises as `ask` does, also for more than `limit`."""
        received_size = 0
        try:
            with self._client.stream(request.method, f"{self.url}{ROOT}{request.path}") as response:
                if response.status_code != httpx.codes.OK:
                    body = bytearray()
                    for chunk in response.iter_bytes():
                        body += chunk
                        if len(body) > _ANSWER_LIMIT:
                            break
                    raise self._refusal(JsonAnswer(response.status_code, json_object(bytes(body)), ""), needs)
                for chunk in response.iter_bytes():
                    received_size += len(chunk)
                    if received_size > limit:
                        raise RegistryRefused(f"{self.url} answered with more than {size_text(limit)}")
                    target.write(chunk)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise RegistryUnreachable(
                f"The connection to {self.url} broke. Try again: it continues from there."
            ) from error

    def state(self, request: ApiRequest[object]) -> str:
        """Returns the state of what a request reads, for an act on it that changes nothing newer. Raises as `ask`."""
        return self._answer(request, _NEEDS_READ_AND_PUBLISH).etag

    def file_state(self, request: ApiRequest[bytes]) -> str | None:
        """Returns the state of a file, or None where there is none, whatever its bytes are. Raises as `ask`."""
        status, data, headers = bounded_answer(self._client, "HEAD", self.url, f"{ROOT}{request.path}", _ANSWER_LIMIT)
        if status == httpx.codes.NOT_FOUND:
            return None
        if status == httpx.codes.OK:
            return str(headers.get("ETag", ""))
        raise self._refusal(JsonAnswer(status, json_object(data), ""), _NEEDS_READ_AND_PUBLISH)

    def download(self, request: ApiRequest[bytes], limit: int) -> bytes:
        """Returns the bytes of an answer, of which there are at most `limit`. Raises as `ask` does."""
        status, data, headers = bounded_answer(self._client, request.method, self.url, f"{ROOT}{request.path}", limit)
        if status == httpx.codes.OK:
            return data
        answer = JsonAnswer(status, json_object(data), headers.get("ETag", ""))
        raise self._refusal(answer, _NEEDS_READ)

    def _answer(self, request: ApiRequest[object], needs: str) -> JsonAnswer:
        headers = None if request.etag is None else {"If-Match": request.etag}
        address = f"{ROOT}{request.path}"
        answer = json_answer(
            self._client, request.method, self.url, address, request.body, _ANSWER_LIMIT, headers, request.content
        )
        if answer.status in (httpx.codes.OK, httpx.codes.CREATED, httpx.codes.ACCEPTED) and answer.values:
            return answer
        raise self._refusal(answer, needs)

    def _refusal(self, answer: JsonAnswer, needs: str) -> RegistryRefused:
        """The error for an answer that refuses; `needs` says which token it takes."""
        detail = plain(str(answer.values.get("detail") or f"{self.url} answered {answer.status}"), longest=600)
        title = plain(str(answer.values.get("title") or ""), longest=100)
        if answer.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            return TokenNeeded(f"{detail} {needs}".strip(), answer.status, title)
        return (RemoteNotFound if answer.status == httpx.codes.NOT_FOUND else RegistryRefused)(
            detail, answer.status, title
        )
