"""The interval at which a device asks, and the time for which its poll is held.

A request takes its `LongPoll` along in its scope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from forge.fleet.models import Device
from hmrd.protocol.wanted import SHORTEST_INTERVAL

LONG_POLL = "forge.long_poll"
"""The key in a request's scope."""
LONG_WAIT = 50
"""Seconds for which a poll is held, at most: proxies give an answer up after a minute."""


@dataclass
class LongPoll:
    """A poll that may be held: the answer to it notes here for whom and for how long."""

    grant: Callable[[UUID], bool]
    """Gives a device a place among those whose polls are held."""
    device: UUID | None = None
    revisions: str = ""
    """The state that the device has, as `revisions_of` says it."""
    seconds: int = 0
    """Seconds for which it may be held, if nothing changed."""


@dataclass(frozen=True)
class PollTerms:
    """The conditions of the next polls of a device."""

    interval: int
    wait: int = 0
    """Seconds for which the next one may be held."""

    @property
    def tag(self) -> str:
        """The part of the tag of a state that is about them."""
        return f"{self.interval}.{self.wait}"


def poll_terms(request: HttpRequest, device: Device, revisions: str) -> PollTerms:
    """Says what a device may ask next, and notes for how long this poll may be held.

    A device that asks to wait gets a short interval: held polls come as often then as others do without. One that never
    asks to wait keeps its interval.
    """
    long_poll: LongPoll | None = getattr(request, "scope", {}).get(LONG_POLL)
    interval = settings.DEVICE_POLL_SECONDS
    if long_poll is None or device.retired is not None or not long_poll.grant(device.pk):
        return PollTerms(interval)
    wait = request.GET.get("wait", "")
    # A few digits: what is longer is no number of seconds.
    is_number = wait.isascii() and wait.isdecimal() and len(wait) < 4
    seconds = min(int(wait), LONG_WAIT) if is_number else 0
    if not seconds:
        return PollTerms(interval, LONG_WAIT)
    long_poll.device, long_poll.revisions, long_poll.seconds = device.pk, revisions, seconds
    return PollTerms(SHORTEST_INTERVAL, LONG_WAIT)
