"""Fetching the bytes of a rune by digest, with ranges: from a mirror if there is one, and from the server."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urljoin

from hmrd.network.client import ServerClient
from hmrd.network.http import HttpRequest, ServerFailed, Transport, bounded_blocks, refusal_of, require_no_page
from hmrd.protocol import addresses
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import WantedRune
from hmrd.server_address import BadServerAddress, ServerAddress, read_address
from hmrd.storage.files import StorageFailed, storage_failure
from hmrd.storage.slots import Slots

_MOST_REDIRECTS: Final = 3
_PARTIAL: Final = 206
_RANGE_WRONG: Final = 416
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class DownloadStopped(Exception):
    """The rune is not wanted any more."""


class Downloads:
    """Brings runes into slots. A download that breaks off goes on where it ended."""

    def __init__(self, client: ServerClient, mirror: ServerAddress | None = None, ca: str | None = None) -> None:
        self._client, self._mirror = client, mirror
        # A mirror gets neither signatures nor anything else of the device: the digest alone says what is right.
        self._foreign = Transport(ca)

    def fetch(self, rune: WantedRune, slots: Slots, slot: int, is_stopped: Callable[[], bool]) -> DeviceProblem | None:
        """Brings the bytes of a rune into a slot. Returns what went wrong. Raises `DownloadStopped`."""
        if slots.read(slot, rune) is not None:
            return None
        try:
            if self._mirror is not None:
                try:
                    return self._from_mirror(self._mirror, rune, slots, slot, is_stopped)
                except ServerFailed:
                    pass  # The server itself has the rune too.
            return self._from_server(rune, slots, slot, is_stopped)
        except ServerFailed as error:
            return error.problem
        except StorageFailed as error:
            return error.problem

    def _from_server(
        self, rune: WantedRune, slots: Slots, slot: int, is_stopped: Callable[[], bool]
    ) -> DeviceProblem | None:
        path = addresses.rune_path(rune.deployment, rune.rune)
        headers = self._client.signed("GET", path)
        address = self._client.address
        return _load(self._client.transport, address, path, headers, rune, slots, slot, is_stopped, redirects=0)

    def _from_mirror(
        self, mirror: ServerAddress, rune: WantedRune, slots: Slots, slot: int, is_stopped: Callable[[], bool]
    ) -> DeviceProblem | None:
        path = f"/v2{quote(mirror.path)}/blobs/{rune.rune}"
        return _load(self._foreign, mirror, path, {}, rune, slots, slot, is_stopped, redirects=_MOST_REDIRECTS)


def _load(
    transport: Transport,
    address: ServerAddress,
    target: str,
    headers: dict[str, str],
    rune: WantedRune,
    slots: Slots,
    slot: int,
    is_stopped: Callable[[], bool],
    *,
    redirects: int,
) -> DeviceProblem | None:
    start = slots.fetched_bytes(rune)
    if start < rune.size:
        ranged = headers | ({"Range": f"bytes={start}-"} if start else {})
        with transport.open(address, HttpRequest("GET", target, ranged)) as response:
            if redirects and response.status in (301, 302, 303, 307, 308):
                address, target = _redirected(address, target, response.headers.get("Location", ""))
                return _load(transport, address, target, {}, rune, slots, slot, is_stopped, redirects=redirects - 1)
            if response.status == _RANGE_WRONG:
                start = 0
                slots.open_part(rune, 0).close()
                raise ServerFailed(ProblemName.SERVER_STRANGE, f"{address.authority} has no such range of the rune.")
            if response.status not in (http.client.OK, _PARTIAL):
                raise refusal_of(address, response)
            require_no_page(address, response)
            _write(address, response, rune, slots, _first_byte(response, start), is_stopped)
    if slots.finish(slot, rune):
        return None
    return DeviceProblem(ProblemName.DAMAGED, f"{address.authority} sent other bytes than those of the digest.")


def _write(
    address: ServerAddress,
    response: http.client.HTTPResponse,
    rune: WantedRune,
    slots: Slots,
    start: int,
    is_stopped: Callable[[], bool],
) -> None:
    with slots.open_part(rune, start) as file:
        for block in bounded_blocks(address, response, rune.size - start):
            if is_stopped():
                raise DownloadStopped
            try:
                file.write(block)
                file.flush()
            except OSError as error:
                raise storage_failure(slots.path(0).parent, error) from None
        if file.tell() != rune.size:
            raise ServerFailed(ProblemName.SERVER_STRANGE, f"{address.authority} sent less than the whole rune.")


def _first_byte(response: http.client.HTTPResponse, start: int) -> int:
    """Returns the place of the first byte of an answer: a server without ranges sends all of them."""
    if response.status != _PARTIAL:
        return 0
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if match is None or int(match[1]) != start:
        raise ServerFailed(ProblemName.SERVER_STRANGE, "The server sent another range than it was asked for.")
    return start


def _redirected(address: ServerAddress, target: str, location: str) -> tuple[ServerAddress, str]:
    url = urljoin(f"{address.scheme}://{address.authority}{target}", location)
    base, _, query = url.partition("?")
    try:
        address = read_address(base, with_path=True)
    except BadServerAddress as error:
        raise ServerFailed(ProblemName.SERVER_STRANGE, f"The mirror leads to {str(error)[:200]}") from None
    path = address.path or "/"
    return ServerAddress(address.scheme, address.host, address.port), f"{path}?{query}" if query else path
