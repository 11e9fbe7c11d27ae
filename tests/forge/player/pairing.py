"""The two ends of a pairing: a studio and a phone on the sockets of a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter

from forge.player.actions import make_phone_link, redeem_phone_link
from forge.player.passes import cookie_name
from forge.player.routing import websocket_urlpatterns
from tests.support.clients.yjs_socket import Socket

ROUTER = URLRouter(websocket_urlpatterns)
OUTPUTS = {
    "type": "outputs",
    "outputs": [{"channel": 1, "stage": None, "tensors": [{"type": "f32", "dimensions": [1], "elements": [0.5]}]}],
    "milliseconds": 0.1,
    "isStream": True,
}


class PairedEnd(Socket):
    """An end of a pairing."""

    def __init__(self, path: str, user: Any, cookies: dict[str, str] | None = None) -> None:
        super().__init__(user, path)
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": [], "user": user}
        make: Callable[..., Any] = ApplicationCommunicator
        self._communicator = make(ROUTER, scope | {"cookies": cookies or {}})

    async def send_message(self, **message: Any) -> None:
        await self.send(json.dumps(message))


def studio_of(user: Any) -> PairedEnd:
    return PairedEnd("/ws/projects/acme/kitchen/phones", user)


def phone_of(user: Any, cookies: dict[str, str] | None = None) -> PairedEnd:
    return PairedEnd("/player/acme/kitchen/pairing", user, cookies)


async def let_in(user: Any, project: Any) -> dict[str, str]:
    """The cookies of a phone that scanned the person's code."""
    token = (await sync_to_async(make_phone_link)(user, project)).partition("#token=")[2]
    phone, secret = await sync_to_async(redeem_phone_link)(token, "acme", "kitchen")
    return {cookie_name(phone.project_id): secret}


async def pair(studio: PairedEnd, phone: PairedEnd) -> None:
    asks = await studio.event()
    assert asks["type"] == "asks"
    await studio.send_message(type="confirm", pairing=asks["pairing"], digits=asks["digits"])
    assert await phone.event() == {"type": "paired"}
    assert (await studio.event())["type"] == "paired"
