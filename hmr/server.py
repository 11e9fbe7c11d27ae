"""Asking one project of a server: its API with the errors of this package, and waiting for jobs."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import httpx

from hmr.errors import HmrError
from rune.tools.remote import (
    CredentialStore,
    DataClient,
    RegistryRefused,
    RegistryUnreachable,
    RemoteError,
    RemoteNotFound,
    TokenNeeded,
    registry_url,
)
from rune.tools.remote.api import ApiRequest, ProjectNames

T = TypeVar("T")
P = ParamSpec("P")
TOKEN_VARIABLE = "HMR_TOKEN"  # noqa: S105  the name of a variable, not a secret
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_PAUSE = 0.3
"""Seconds between two looks at a job."""
_AWAY_SECONDS = 60.0
"""How long a server that is asked again and again may not answer."""
_AWAY = frozenset({502, 503, 504})
"""The answers of a proxy whose server starts anew."""
_NEEDS = (
    "Make one on the page Tokens of your account, and give it to rune login --token-stdin, to HMR_TOKEN or as `token`. "
    "The token of a code of rune login may only pull."
)


class ProjectServer:
    """A project on a server. Its methods raise `HmrError`."""

    def __init__(self, organisation: str, project: str, server: str | None, token: str | None) -> None:
        self.organisation, self.project = organisation, project
        self.full_name = f"{organisation}/{project}"
        try:
            credentials = CredentialStore().read()
            address = server or credentials.usual
            if address is None:
                message = 'Name the server: run rune login, or pass server="https://forge.example".'
                raise HmrError("refused", message)
            self.address = registry_url(address, insecure=False)
        except RemoteError as error:
            raise HmrError("refused", str(error)) from None
        secret = (token or os.environ.get(TOKEN_VARIABLE) or credentials.tokens.get(self.address) or "").strip()
        if not secret:
            raise HmrError("token-needed", f"There is no token for {self.address}. {_NEEDS}")
        if not (secret.isascii() and secret.isprintable()):
            raise HmrError("token-needed", "The token has characters that no token has. Copy it again.")
        self.data = DataClient(self.address, secret, self.full_name)
        # A notebook has no place to say that it needs the server no more.
        weakref.finalize(self, self.data.close)
        self.names: ProjectNames = {"organisation": organisation, "name": project}

    def ask(self, request: ApiRequest[T]) -> T:
        """The answer to a request."""
        return self.run(lambda: self.data.ask(request, _NEEDS))

    def state(self, request: ApiRequest[object]) -> str:
        """The state of what a request reads, for an act that changes nothing newer."""
        return self.run(lambda: self.data.state(request))

    def download(self, request: ApiRequest[bytes], limit: int) -> bytes:
        """The bytes of an answer."""
        return self.run(lambda: self.data.download(request, limit))

    def fetch(self, url: str, limit: int) -> bytes:
        """The bytes at an address of the server that needs no token, such as a script."""
        try:
            with httpx.stream("GET", url, timeout=_TIMEOUT, trust_env=False) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise HmrError("not-there", f"{url} answered {answer.status_code}.")
                data = bytearray()
                for chunk in answer.iter_bytes():
                    data += chunk
                    if len(data) > limit:
                        raise HmrError("refused", f"{url} sends more than {limit:,} bytes.")
        except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as error:
            raise HmrError("server-away", f"{url} did not answer: {error}") from None
        return bytes(data)

    def wait(self, request: ApiRequest[T], is_over: Callable[[T], bool], seconds: float, what: str) -> T:
        """Asks again until it is over. A server that starts anew meanwhile may be away for a minute."""
        last_answer = begin = time.monotonic()
        while True:
            try:
                answer = self.ask(request)
                last_answer = time.monotonic()
                if is_over(answer):
                    return answer
            except HmrError as error:
                if error.name != "server-away" or time.monotonic() > last_answer + _AWAY_SECONDS:
                    raise
            if time.monotonic() > begin + seconds:
                raise HmrError("too-slow", f"{what} did not end within {seconds:g} s. It goes on: look at {self.page}.")
            time.sleep(_PAUSE)

    @property
    def page(self) -> str:
        """The address of the project's page."""
        return f"{self.address}/{self.full_name}"

    @staticmethod
    def run(act: Callable[[], T]) -> T:
        """The result of an act; its errors are those of this package."""
        try:
            return act()
        except TokenNeeded as error:
            raise HmrError("token-needed", str(error)) from None
        except RemoteNotFound as error:
            raise HmrError("not-there", str(error)) from None
        except RegistryUnreachable as error:
            raise HmrError("server-away", str(error)) from None
        except RegistryRefused as error:
            raise HmrError("server-away" if error.status in _AWAY else "refused", str(error)) from None
        except RemoteError as error:
            raise HmrError("refused", str(error)) from None


def reads_answers(
    act: Callable[Concatenate[ProjectServer, P], T],
) -> Callable[Concatenate[ProjectServer, P], T]:
    """Decorates what reads answers of a server, which may be anything: another program may have the address."""

    @wraps(act)
    def read(server: ProjectServer, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return act(server, *args, **kwargs)
        except (LookupError, TypeError, AttributeError):
            raise HmrError("refused", f"{server.address} did not answer as Hammer Forge does.") from None

    return read
