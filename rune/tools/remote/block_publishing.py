"""Asking Hammer Forge to publish a block of a project that it has, and which blocks an organisation has."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from rune.compiler.blocks.shared_path import SharedName
from rune.tools.remote.answers import json_answer
from rune.tools.remote.errors import NotFound, RegistryRefused, SignInNeeded
from rune.tools.remote.reference import is_loopback
from rune.wording import plain

_ANSWER_LIMIT = 4 * 1024 * 1024
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
"""Publishing compiles the block's tests."""


@dataclass(frozen=True)
class PublishedBlock:
    """A version of a block: its path in Runefiles, its digest, and what is said of it. `deprecation` says why another
    should be taken, and which."""

    path: str
    digest: str
    summary: str
    deprecation: str


class BlockPublisher:
    """One server that is asked. A context manager: leaving it closes the connections."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        headers = {"User-Agent": "rune", **({"Authorization": f"Bearer {token}"} if token else {})}
        trust_env = not is_loopback(urlsplit(url).netloc)
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=trust_env, headers=headers)

    def __enter__(self) -> BlockPublisher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def publish(self, block: SharedName, file: str, version: str, notes: str) -> PublishedBlock:
        """Publishes the block in a file of the project as the server has it. Raises `RegistryRefused` with its reason,
        `SignInNeeded`, `NotFound` and `RegistryUnreachable`."""
        address = f"/api/v1/projects/{block.organisation}/{block.project}/blocks"
        answer = self._request("POST", address, {"path": file, "version": version, "notes": notes})
        return _version(answer, "")

    def of_organisation(self, organisation: str) -> tuple[PublishedBlock, ...]:
        """The newest version of each block that an organisation's projects published, of those one may see."""
        answer = self._request("GET", f"/api/v1/organisations/{quote(organisation, safe='')}/blocks", None)
        try:
            return tuple(_version(each["versions"][0], str(each["summary"])) for each in answer["blocks"])
        except (KeyError, IndexError, TypeError) as error:
            raise RegistryRefused(f"{self._url} answered with blocks that cannot be read") from error

    def _request(self, method: str, path: str, body: dict[str, str] | None) -> dict[str, Any]:
        status, answer = json_answer(self._client, method, self._url, path, body, _ANSWER_LIMIT)
        if status in (httpx.codes.OK, httpx.codes.CREATED) and answer:
            return answer
        detail = plain(str(answer.get("detail") or f"{self._url} answered {status}"), longest=600)
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            needs = "Publishing needs a token with the scope rune:publish, of the page Tokens of your account."
            raise SignInNeeded(f"{detail} {needs if method == 'POST' else ''}".strip(), status)
        raise (NotFound if status == httpx.codes.NOT_FOUND else RegistryRefused)(detail, status)


def _version(value: Any, summary: str) -> PublishedBlock:
    try:
        texts = {key: plain(str(value[key]), longest=300) for key in ("path", "digest", "deprecation")}
    except (KeyError, TypeError) as error:
        raise RegistryRefused("The server answered with a block that cannot be read") from error
    successor = plain(str(value.get("successor") or ""), longest=300)
    advice = f"{texts['deprecation']} Take {successor} instead." if successor else texts["deprecation"]
    return PublishedBlock(texts["path"], texts["digest"], plain(summary, longest=200), advice)
