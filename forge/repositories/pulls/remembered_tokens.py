"""The token that opens a linked repository, for as long as its owner is signed in.

It is sealed in that person's session, so nobody else pulls with it, and it goes to the address that it was typed for
alone: a person who links another one does not get it.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from forge.core.sealing import seal, unseal
from forge.repositories.models import LinkedBranch

_KEY = "git-tokens"
_PURPOSE = "git token of a session"
_MOST = 20
"""Repositories of which a session remembers tokens: the ones that were used last."""

Session = SessionBase | MutableMapping[str, Any]


def remember(session: Session, link: LinkedBranch, token: str) -> None:
    """Keeps a token for the next pulls of this address, until the session ends."""
    others = {url: sealed_token for url, sealed_token in session.get(_KEY, {}).items() if url != link.url}
    session[_KEY] = dict([*others.items(), (link.url, seal(token, _PURPOSE))][-_MOST:])


def recall(session: Session, link: LinkedBranch) -> str:
    """The token that was typed for this address in this session; "" where there is none."""
    sealed_token = session.get(_KEY, {}).get(link.url, "")
    return (unseal(sealed_token, _PURPOSE) or "") if sealed_token else ""


def forget(session: Session, link: LinkedBranch) -> None:
    """Deletes the token of this address from the session."""
    session[_KEY] = {url: sealed_token for url, sealed_token in session.get(_KEY, {}).items() if url != link.url}
