"""The sessions of people in their browsers: what each is called, from where, and when it was last used.

Written when someone signs in and then at most every few minutes, so that reading a page costs no query.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone

from forge.accounts.models import BrowserSession
from forge.accounts.sign_in.browsers import browser_name
from forge.core.actors import Actor

WRITE_INTERVAL = timedelta(minutes=5)
MAX_REMEMBERED = 10_000
"""Sessions of which a process remembers that they were written a moment ago."""


@dataclass(frozen=True)
class RequestOrigin:
    """The origin of a request."""

    address: str
    browser: str


def origin_of(request: HttpRequest) -> RequestOrigin:
    """The connection's address, or what a trusted proxy says of it, and the browser's name."""
    return RequestOrigin(
        str(request.META.get("REMOTE_ADDR", ""))[:45], browser_name(request.headers.get("User-Agent", ""))
    )


class RecentlySeen:
    """The session keys that were written within the last minutes by this process."""

    def __init__(self, seconds: float, most: int = MAX_REMEMBERED) -> None:
        self._seconds = seconds
        self._most = most
        self._lock = threading.Lock()
        self._last_seen: OrderedDict[str, float] = OrderedDict()

    def is_due(self, key: str) -> bool:
        """Returns whether it has to be written; then it counts as written from now on."""
        now = time.monotonic()
        with self._lock:
            if now - self._last_seen.get(key, -self._seconds) < self._seconds:
                return False
            self._last_seen[key] = now
            self._last_seen.move_to_end(key)
            if len(self._last_seen) > self._most:
                self._last_seen.popitem(last=False)
            return True

    def forget(self, key: str) -> None:
        """Lets it be due again."""
        with self._lock:
            self._last_seen.pop(key, None)


recently_seen = RecentlySeen(WRITE_INTERVAL.total_seconds())
"""This process's."""


def remember_session(session_key: str, person: UUID, origin: RequestOrigin) -> None:
    """Writes that a session is used; nothing if it ended meanwhile."""
    if not Session.objects.filter(pk=session_key).exists():
        return
    values = {"user_id": person, "address": origin.address, "browser": origin.browser, "last_used": timezone.now()}
    with contextlib.suppress(IntegrityError):  # it ended between the two
        BrowserSession.objects.update_or_create(session_id=session_key, defaults=values)


def sessions_of(actor: Actor) -> list[BrowserSession]:
    """The sessions in which the person is signed in, the one that was used last first."""
    return list(BrowserSession.objects.visible_to(actor).alive())
