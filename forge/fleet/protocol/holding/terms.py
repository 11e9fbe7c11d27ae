"""How often a device asks, and whether its poll is held. A poll takes its `Hold` along in its scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from forge.fleet.models import Device
from hmrd.protocol.wanted import SHORTEST_INTERVAL

HOLD = "forge.held_poll"
"""The key in a request's scope."""
LONG_WAIT = 50
"""Seconds for which a poll is held, at most: proxies give an answer up after a minute."""


@dataclass
class Hold:
    """What the answer to a poll says to whoever may hold it."""

    grant: Callable[[UUID], bool]
    """Gives a device a place among those whose polls are held."""
    device: UUID | None = None
    revisions: str = ""
    """The state that the device has, as `revisions_of` says it."""
    seconds: int = 0
    """For so long it may be held, if nothing changed."""


@dataclass(frozen=True)
class PollTerms:
    """What a device is told of its next polls."""

    interval: int
    wait: int = 0
    """Seconds for which the next one may be held."""

    @property
    def tag(self) -> str:
        """The part of the tag of a state that is about them."""
        return f"{self.interval}.{self.wait}"


def poll_terms(request: HttpRequest, device: Device, revisions: str) -> PollTerms:
    """Says what a device may ask next, and notes for how long this poll may be held.

    A device that asks to wait is told to ask again soon: held polls come as often then as others do without. One that
    never asks to wait keeps its interval.
    """
    hold: Hold | None = getattr(request, "scope", {}).get(HOLD)
    interval = settings.DEVICE_POLL_SECONDS
    if hold is None or device.retired is not None or not hold.grant(device.pk):
        return PollTerms(interval)
    asked = request.GET.get("wait", "")
    # A few digits: what is longer is no number of seconds.
    seconds = min(int(asked), LONG_WAIT) if asked.isdecimal() and asked.isascii() and len(asked) < 4 else 0
    if not seconds:
        return PollTerms(interval, LONG_WAIT)
    hold.device, hold.revisions, hold.seconds = device.pk, revisions, seconds
    return PollTerms(SHORTEST_INTERVAL, LONG_WAIT)
