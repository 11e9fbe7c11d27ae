"""The senders of bodies who have no session and no token but a cookie of their own: floors above register how to name
them.

It decides no right, and is asked before the body is read (`forge.request_limits.sender_identity`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

FindSender = Callable[[Mapping[str, str]], str | None]
"""Names the sender by the cookies of a request, or answers None if it knows nobody."""

_finders: list[FindSender] = []


def register(find: FindSender) -> None:
    """Adds a way to name senders."""
    if find not in _finders:
        _finders.append(find)


def sender_of(cookies: Mapping[str, str]) -> str | None:
    """Returns the name of the person who sends with these cookies, or None if no registered function knows them."""
    return next((name for find in _finders if (name := find(cookies)) is not None), None)
