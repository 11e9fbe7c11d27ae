"""Sends each answer to a web address, with POST."""

from __future__ import annotations

from pathlib import Path

from hmrd.config.model import SinkConfig
from hmrd.network.http import HttpRequest, ServerFailed, Transport, bounded_blocks
from hmrd.running.sinks.queue import AnswerRefused, DeliveryFailed
from hmrd.server_address import read_address

_LARGEST_ANSWER = 64 * 1024
_TRIED_AGAIN = frozenset({408, 425, 429})


class HttpSink:
    """A web address."""

    def __init__(self, config: SinkConfig) -> None:
        base, mark, query = config.url.partition("?")
        self._address = read_address(base, with_path=True)
        self._target = f"{self._address.path or '/'}{mark}{query}"
        self._headers_file = config.headers_file
        self._transport = Transport(config.ca or None)

    def deliver(self, answer: bytes) -> None:
        """Sends an answer."""
        headers = {"Content-Type": "application/json", **self._headers()}
        try:
            with self._transport.open(self._address, HttpRequest("POST", self._target, headers, answer)) as response:
                for _ in bounded_blocks(self._address, response, _LARGEST_ANSWER):
                    pass
                status = response.status
        except ServerFailed as error:
            raise DeliveryFailed(str(error)) from None
        if 400 <= status < 500 and status not in _TRIED_AGAIN:
            raise AnswerRefused(f"{self._address.authority} refuses answers with {status}.")
        if not 200 <= status < 300:
            raise DeliveryFailed(f"{self._address.authority} answered {status}.")

    def close(self) -> None:
        """Keeps no connection."""

    def _headers(self) -> dict[str, str]:
        """Returns the lines of a file such as `Authorization: Bearer ...`, which is read anew, so that it can be
        replaced.
        """
        if not self._headers_file:
            return {}
        try:
            lines = Path(self._headers_file).read_text("utf-8").splitlines()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise DeliveryFailed(f"{self._headers_file} cannot be read: {reason}.") from None
        pairs = (line.partition(":") for line in lines if ":" in line)
        return {name.strip(): value.strip() for name, _, value in pairs}
