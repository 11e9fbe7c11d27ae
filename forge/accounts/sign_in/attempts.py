"""Counts failed sign-ins, so that guessing ends and nobody is locked out by others who guess.

A browser that a person signed in with before is known by a signed cookie and has a count of its own (OWASP calls this
device cookies), which lasts however often others sign in there. All others are counted three times: by person and
address, which ends the usual guessing; by person over all addresses; and by address over all people, with room for an
office that shares one. So somebody who guesses at a person, or in the office's network, makes only unknown browsers
wait. The counts are in the cache: without it, nobody signs in (`forge.core.errors.CountersUnavailable`).
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from forge.core.cache import windows
from forge.core.http.proxies import is_behind_unnamed_proxy

COOKIE = "known-browser"
COOKIE_LIFE = 180 * 24 * 3600
"""Seconds for which a browser stays known."""
_PEOPLE_OF_A_BROWSER = 8
_SALT = "forge.accounts.sign_in.attempts"


@dataclass(frozen=True)
class AttemptLimit:
    """The most failures in so many seconds."""

    failures: int
    seconds: int


KNOWN_BROWSER = AttemptLimit(5, 300)
PERSON_AND_ADDRESS = AttemptLimit(5, 300)
PERSON = AttemptLimit(50, 3600)
ADDRESS = AttemptLimit(100, 600)
UNNAMED_PROXY = AttemptLimit(1000, 600)
"""The limit of an address that is a proxy's, behind which everyone may be (`forge.core.http.proxies`)."""


@dataclass(frozen=True)
class _Browser:
    """The contents of a cookie: the `id` by which a browser is counted, and who signed in there, as `known_people`."""

    id: str
    people: list[str]


@dataclass(frozen=True)
class SignInAttempt:
    """An attempt to sign in, counted as a failure until it is `forgiven`."""

    is_allowed: bool
    _keys: tuple[str, ...]

    def forgive(self) -> None:
        """Counts the attempt as no failure. Counts that have ended meanwhile stay ended."""
        for key in self._keys:
            if cache.get(key):
                cache.decr(key)


def begin(request: HttpRequest, email: str) -> SignInAttempt:
    """Counts an attempt before the password is looked at, so that many at once are not more than the limit.

    Raises `CountersUnavailable`.
    """
    person = _digest(email.strip().lower())
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    browser = _known_browser(request)
    if person in browser.people:
        return _count_attempt([(f"{browser.id}:{person}", KNOWN_BROWSER)])
    of_address = UNNAMED_PROXY if is_behind_unnamed_proxy(request) else ADDRESS
    return _count_attempt([(f"{person}:{address}", PERSON_AND_ADDRESS), (person, PERSON), (address, of_address)])


def _count_attempt(counts: Iterable[tuple[str, AttemptLimit]]) -> SignInAttempt:
    keys, is_allowed = [], True
    for name, limit in counts:
        count = windows.count(f"attempts:{limit.failures}:{name}", limit.seconds)
        keys.append(count.key)
        is_allowed = count.times <= limit.failures and is_allowed
    return SignInAttempt(is_allowed, tuple(keys))


def known_people(request: HttpRequest) -> list[str]:
    """The people, as digests of their addresses, who signed in with this browser before, the last one first."""
    return _known_browser(request).people


def _known_browser(request: HttpRequest) -> _Browser:
    """The browser of a request, which is a new one without a cookie of ours. A cookie that is a list alone has no id of
    its own: it is of an earlier version."""
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_LIFE)
    except signing.BadSignature:
        value = None
    if not isinstance(value, dict):
        return _Browser(secrets.token_hex(16), [])
    return _Browser(value["id"], value["people"])


def remember_browser(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Lets the browser know, in the answer, that the person of this address signed in with it."""
    person, browser = _digest(email), _known_browser(request)
    people = [person, *(each for each in browser.people if each != person)][:_PEOPLE_OF_A_BROWSER]
    response.set_cookie(
        COOKIE,
        signing.dumps({"id": browser.id, "people": people}, salt=_SALT),
        max_age=COOKIE_LIFE,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def network_of(address: str) -> str:
    """Returns the network that counts as one address: an IPv4 address, or the /64 network of an IPv6 subscriber."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return address
    return str(ipaddress.IPv6Network((int(ip), 64), strict=False).network_address)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
