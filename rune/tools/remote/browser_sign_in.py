"""Getting a token by a browser (RFC 8628): requests a short code, and polls for the person's decision."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from rune.tools.remote.answers import json_answer
from rune.tools.remote.api import ROOT, ApiRequest, post
from rune.tools.remote.errors import RegistryRefused, TokenNeeded
from rune.tools.remote.reference import is_loopback
from rune.wording import plain

_ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer."""
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_NOT_KNOWN = (404, 405, 501)
_LONGEST_WAIT = 30 * 60
"""Seconds, whatever the registry says."""


class NoBrowserSignIn(RegistryRefused):
    """The registry does not support sign-in by a browser."""


@dataclass(frozen=True)
class SignInCode:
    """The data for a person: the page, the page with the code in it, and the code. `seconds` until it ends."""

    page: str
    page_with_code: str
    user_code: str
    seconds: int
    interval: int
    device_code: str


@dataclass(frozen=True)
class TokenGrant:
    """A token, what it is called, and in whose name it is."""

    token: str
    name: str
    person: str


class BrowserSignIn:
    """One registry that is asked. A context manager: leaving it closes the connections."""

    def __init__(self, url: str, *, insecure: bool = False) -> None:
        self._url = url
        self._insecure = insecure
        trust_env = not is_loopback(urlsplit(url).netloc)
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=trust_env, headers={"User-Agent": "rune"})

    def __enter__(self) -> BrowserSignIn:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, machine: str) -> SignInCode:
        """A code for this machine. Raises `NoBrowserSignIn`, `RegistryRefused`, `RegistryUnreachable`."""
        status, answer = self._request(post("/device-sign-ins", body={"machine": machine}))
        if status in _NOT_KNOWN:
            raise NoBrowserSignIn(f"{self._url} does not support sign-in by a browser", status)
        if status != httpx.codes.CREATED:
            raise RegistryRefused(f"{self._url} answered {status}: {_detail(answer)}", status)
        try:
            page, code = _text(answer, "verification_uri"), _text(answer, "user_code")
            return SignInCode(
                page=self._safe(page),
                page_with_code=self._safe(str(answer.get("verification_uri_complete") or page)),
                user_code=code,
                seconds=min(int(answer["expires_in"]), _LONGEST_WAIT),
                interval=max(1, min(int(answer.get("interval", 5)), 60)),
                device_code=_text(answer, "device_code"),
            )
        except (KeyError, TypeError, ValueError):
            raise RegistryRefused(f"{self._url} answered with a sign-in that cannot be read") from None

    def wait(self, code: SignInCode, pause: Callable[[float], None] = time.sleep) -> TokenGrant:
        """Asks until a person has decided. Raises `TokenNeeded` where they refused, or the code ended."""
        interval, ends = code.interval, time.monotonic() + code.seconds
        while time.monotonic() < ends:
            pause(interval)
            status, answer = self._request(post("/device-sign-ins/token", body={"device_code": code.device_code}))
            if status == httpx.codes.OK:
                return TokenGrant(
                    _text(answer, "access_token"), str(answer.get("name", "")), str(answer.get("person", ""))
                )
            match answer.get("error"):
                case "authorization_pending":
                    continue
                case "slow_down":
                    interval += 5
                case "access_denied":
                    raise TokenNeeded("The request was refused in the browser. No token was created.", status)
                case "expired_token":
                    break
                case _:
                    raise RegistryRefused(f"{self._url} answered {status}: {_detail(answer)}", status)
        raise TokenNeeded("The code expired before it was allowed. Run rune login again.")

    def _request(self, request: ApiRequest[object]) -> tuple[int, dict[str, Any]]:
        address = f"{ROOT}{request.path}"
        status, values, _ = json_answer(self._client, request.method, self._url, address, request.body, _ANSWER_LIMIT)
        return status, values

    def _safe(self, url: str) -> str:
        """An address to be shown and opened. Raises `ValueError` for what a browser should not be sent to."""
        parts = urlsplit(url)
        is_allowed = parts.scheme == "https" or (
            parts.scheme == "http" and (is_loopback(parts.netloc) or self._insecure)
        )
        if not is_allowed or not url.isprintable() or " " in url or len(url) > 500:
            raise ValueError(url)
        return url


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 4096 or not value.isascii() or not value.isprintable():
        raise RegistryRefused(f"The registry's answer has no {name} that can be used")
    return value


def _detail(answer: dict[str, Any]) -> str:
    return plain(str(answer.get("detail") or "no reason given"), longest=200)
