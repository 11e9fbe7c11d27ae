"""The two ends of a pairing: a person's phone and the same person's studio, which the server relays between.

A phone asks; both ends show the same four digits; the studio's person says that they are the same; then the phone's
outputs, or as a sensor its sealed frames, go to that one studio, until either end closes. Nothing is stored.
Ends find each other by delivery groups, so they may be in different processes; what the other end said last shows
that it still is there.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async

from forge.accounts.principals import Principal, acting_as
from forge.collab.closing import Closing
from forge.collab.consumers import ProjectSocket
from forge.core.events.delivery import Message, deliver, listen, stop_listening
from forge.core.studio_limits import MESSAGE_LIMIT
from forge.player.messages import (
    BadMessage,
    Confirm,
    End,
    PhoneMessage,
    Refuse,
    SealedFrame,
    read_from_phone,
    read_from_studio,
)
from forge.player.models import PhonePass
from forge.player.passes import find_pass, is_alive, phones_group
from forge.player.token_bucket import TokenBucket

_log = logging.getLogger(__name__)

WAIT = 120.0
"""Seconds that a phone waits for its studio to confirm."""
BEAT = 5.0
"""Seconds after which an end says that it is still there."""
LOST_AFTER = 15.0
"""Seconds of silence after which the other end counts as gone."""
TRIES = 3
"""Wrong digits that end a phone's asking."""
A_SECOND, AT_ONCE = 12.0, 24.0
"""Messages that a phone may send; those above are dropped."""
TOO_MANY = 300
"""Dropped messages after which a phone's socket is closed."""


class PairingClosing:
    """Close codes of a pairing, beside those of `Closing`."""

    OVER = 4000
    REFUSED = 4401
    TOO_FAST = 4429


def digits_of(pairing: str) -> str:
    """The four digits that both ends show for a pairing's random id."""
    return f"{int.from_bytes(hashlib.sha256(pairing.encode()).digest()[:8]) % 10_000:04}"


class PairingSocket(ProjectSocket):
    """The shared part of both ends: their groups, the partner's heartbeat, and closing once."""

    other = "other side"
    """The name of the other end."""
    partner: str | None = None
    """The other end's own group while they are paired."""
    _groups: tuple[str, ...] = ()
    _following_partner: asyncio.Task[None] | None = None
    _last_message_at = 0.0

    async def opened(self) -> None:
        person, project = self.principal.insist().pk, self.access.project_id
        self.phones, self.studios = phones_group(person, project), f"studios.{person}.{project}"
        self.key = secrets.token_hex(16)
        self.group = f"pairing.{self.key}"
        self._pairing_inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._groups = (self.group, self.shared_group())
        for group in self._groups:
            listen(group, self._pairing_inbox.put_nowait)
        self._following_partner = asyncio.create_task(self._follow_partner())
        await self.on_listening()

    def shared_group(self) -> str:
        """The group of all ends of this kind, of this person and project."""
        raise NotImplementedError

    async def on_listening(self) -> None:
        """The end is listening."""
        raise NotImplementedError

    async def on_message(self, message: Message) -> None:
        """A message from an end of the same person and project."""
        raise NotImplementedError

    async def on_partner_exit(self, reason: str) -> None:
        """The other end is gone."""
        raise NotImplementedError

    async def beat(self) -> None:
        """Checks the connection; called every few seconds."""

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self._following_partner is not None:
            self._following_partner.cancel()
            for group in self._groups:
                stop_listening(group, self._pairing_inbox.put_nowait)
            self.leave()

    def leave(self) -> None:
        """Tells the other end that this one goes."""
        partner, self.partner = self.partner, None
        if partner is not None:
            deliver(partner, {"what": "bye", "from": self.group})

    async def send_message(self, **message: Any) -> None:
        """Sends a message to the client."""
        if not self._is_closing:
            await self.send(text_data=json.dumps(message, separators=(",", ":")))

    def paired_with(self, partner: str) -> None:
        self.partner = partner
        self._last_message_at = time.monotonic()

    async def _follow_partner(self) -> None:
        next_beat = time.monotonic() + BEAT
        while True:
            try:
                if time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + BEAT
                    await self._beat_on()
                with suppress(TimeoutError):
                    message = await asyncio.wait_for(self._pairing_inbox.get(), max(0.0, next_beat - time.monotonic()))
                    await self._handle_partner_message(message)
            except Exception:
                _log.exception("A message of a pairing could not be answered; its socket is closed")
                await self.close_for(Closing.TRY_AGAIN, "Something went wrong on the server. Pair again.")

    async def _handle_partner_message(self, message: Message) -> None:
        if message.get("from") == self.partner:
            self._last_message_at = time.monotonic()
        if message["what"] == "bye":
            if message["from"] == self.partner:
                self.partner = None
                await self.on_partner_exit(f"The {self.other} ended the connection.")
        elif message["what"] != "beat":
            await self.on_message(message)

    async def _beat_on(self) -> None:
        if self.partner is not None:
            if time.monotonic() - self._last_message_at > LOST_AFTER:
                self.leave()
                await self.on_partner_exit(f"The {self.other} is not connected.")
            else:
                deliver(self.partner, {"what": "beat", "from": self.group})
        await self.beat()


class PhoneConsumer(PairingSocket):
    """The phone's end."""

    other = "studio"
    phone: PhonePass | None = None
    _wrong = 0
    _dropped_count = 0
    _ends_at = 0.0

    async def connect(self) -> None:
        route = self.scope["url_route"]["kwargs"]
        phone_pass = await _pass_of(self.scope.get("cookies", {}), route["organisation"], route["name"])
        if phone_pass is not None:
            self.phone, self.scope["user"] = phone_pass, phone_pass.user
        self._bucket = TokenBucket(A_SECOND, AT_ONCE)
        await super().connect()

    def acting(self) -> Principal:
        return acting_as(self.scope["user"], self.phone)

    def shared_group(self) -> str:
        return self.phones

    async def on_listening(self) -> None:
        self.digits = digits_of(self.key)
        self._ends_at = time.monotonic() + WAIT
        await self.send_message(type="digits", digits=self.digits)
        self._ask()

    def _ask(self) -> None:
        asks = {"what": "asks", "from": self.group, "pairing": self.key, "digits": self.digits}
        deliver(self.studios, asks)

    def leave(self) -> None:
        deliver(self.studios, {"what": "gone", "from": self.group, "pairing": self.key, "except": self.partner})
        super().leave()

    async def on_message(self, message: Message) -> None:
        match message["what"]:
            case "who" if self.partner is None:
                self._ask()
            case "look":
                await self.refresh_access()
            case "sealed" if message["from"] == self.partner:
                await self.send_message(**message["data"])
            case "refuse" if self.partner is None:
                await self.close_for(PairingClosing.REFUSED, "The studio refused this phone.")
            case "confirm" if self.partner is None:
                await self._handle_confirm(message)

    async def _handle_confirm(self, message: Message) -> None:
        mine = (str(self.principal.pk), str(self.access.project_id))
        if (message["person"], message["project"]) != mine:
            return
        if not secrets.compare_digest(message["digits"].encode(), self.digits.encode()):
            self._wrong += 1
            deliver(message["from"], {"what": "wrong", "from": self.group, "pairing": self.key})
            if self._wrong >= TRIES:
                await self.close_for(
                    PairingClosing.REFUSED, "Different digits were confirmed three times. Start again."
                )
            return
        self.paired_with(message["from"])
        deliver(message["from"], {"what": "paired", "from": self.group, "pairing": self.key})
        message_out = {"what": "gone", "from": self.group, "pairing": self.key, "except": message["from"]}
        deliver(self.studios, message_out)
        await self.send_message(type="paired")

    async def on_partner_exit(self, reason: str) -> None:
        await self.close_for(PairingClosing.OVER, reason)

    async def beat(self) -> None:
        if self.partner is None and time.monotonic() > self._ends_at:
            await self.close_for(PairingClosing.OVER, "The digits were not confirmed in the studio. Start again.")
        elif self.phone is not None:
            await self.refresh_access()

    async def refresh_access(self) -> None:
        """The role as for every socket, and for one that a pass opened whether the pass is still good."""
        if self.phone is not None and not await _is_alive(self.phone.pk):
            await self.close_for(Closing.NO_ACCESS, "This phone's access was ended. Scan a new code in the studio.")
        else:
            await super().refresh_access()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._following_partner is None or self._is_closing:
            return
        if not self._bucket.take(time.monotonic()):
            self._dropped_count += 1
            if self._dropped_count > TOO_MANY:
                await self.close_for(PairingClosing.TOO_FAST, "The phone sent too many results at once. Pair again.")
            return
        if text_data is not None and len(text_data) > MESSAGE_LIMIT:
            await self.close_for(Closing.TOO_LARGE, "A result is too large to be shown in the studio.")
            return
        try:
            message = read_from_phone(text_data or "")
        except BadMessage as error:
            await self.close_for(Closing.MALFORMED, f"The phone's message cannot be read: {error}.")
            return
        match message:
            case PhoneMessage(data) if self.partner is not None:
                deliver(self.partner, {"what": "shown", "from": self.group, "data": data})
            case End():
                await self.close_for(PairingClosing.OVER, "You ended the connection.")


class StudioConsumer(PairingSocket):
    """The studio's end. It shows who asks; the one that its person confirms is its partner."""

    other = "phone"

    def shared_group(self) -> str:
        return self.studios

    async def connect(self) -> None:
        self._bucket = TokenBucket(A_SECOND, AT_ONCE)
        await super().connect()

    async def on_listening(self) -> None:
        self._requests: dict[str, str] = {}
        await self.send_message(type="open")
        deliver(self.phones, {"what": "who", "from": self.group})

    async def on_message(self, message: Message) -> None:
        match message["what"]:
            # One that asked by itself may have heard this studio's question as well.
            case "asks" if message["pairing"] not in self._requests:
                self._requests[message["pairing"]] = message["from"]
                await self.send_message(type="asks", pairing=message["pairing"], digits=message["digits"])
            case "gone" if message["except"] != self.group and self._requests.pop(message["pairing"], None):
                await self.send_message(type="gone", pairing=message["pairing"])
            case "wrong":
                await self.send_message(type="wrong", pairing=message["pairing"])
            case "paired" if self._requests.pop(message["pairing"], None) == message["from"]:
                self.leave()
                self.paired_with(message["from"])
                await self.send_message(type="paired", pairing=message["pairing"])
            case "shown" if message["from"] == self.partner:
                await self.send_message(**message["data"])

    async def on_partner_exit(self, reason: str) -> None:
        await self.send_message(type="ended", reason=reason)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._following_partner is None or self._is_closing:
            return
        if not self._bucket.take(time.monotonic()):
            await self.close_for(PairingClosing.TOO_FAST, "The studio sent too many messages at once. Pair again.")
            return
        try:
            message = read_from_studio(text_data or "")
        except BadMessage as error:
            await self.close_for(Closing.MALFORMED, f"The studio's message cannot be read: {error}.")
            return
        match message:
            case Confirm(pairing, digits) if pairing in self._requests:
                person, project = str(self.principal.pk), str(self.access.project_id)
                confirmation = {
                    "what": "confirm",
                    "from": self.group,
                    "person": person,
                    "project": project,
                    "digits": digits,
                }
                deliver(self._requests[pairing], confirmation)
            case Confirm(pairing):
                await self.send_message(type="gone", pairing=pairing)
            case Refuse(pairing) if pairing in self._requests:
                deliver(self._requests.pop(pairing), {"what": "refuse", "from": self.group})
            case SealedFrame(data) if self.partner is not None:
                deliver(self.partner, {"what": "sealed", "from": self.group, "data": data})
            case End() if self.partner is not None:
                self.leave()
                await self.send_message(type="ended", reason="You ended the connection.")


async def _pass_of(cookies: Any, organisation: str, name: str) -> PhonePass | None:
    phone_pass: PhonePass | None = await database_sync_to_async(find_pass, thread_sensitive=False)(
        cookies, organisation, name
    )
    return phone_pass


async def _is_alive(pass_id: UUID) -> bool:
    alive: bool = await database_sync_to_async(is_alive, thread_sensitive=False)(pass_id)
    return alive
