"""The addresses of webhooks."""

from __future__ import annotations

from urllib.parse import urlsplit

from forge.core.http.outgoing.public_addresses import may_be_public
from forge.webhooks.errors import BadWebhookAddress

LONGEST = 500
"""Characters of an address."""


def checked_url(url: str, *, anywhere: bool) -> str:
    """The address of a webhook. Whether its name leads inside is seen when it is connected to.

    Raises `BadWebhookAddress`.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad("This is not a valid URL. It looks like https://example.com/hook.") from None
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise _bad(f"An address has at most {LONGEST} characters, all of them ASCII; write a name as xn--….")
    if parts.scheme not in (("http", "https") if anywhere else ("https",)) or not host or port == 0:
        raise _bad("An address begins with https:// and has a host, as https://example.com/hook.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad("An address has no user, password or fragment. Messages are signed: the secret proves who sends.")
    if not anywhere and not may_be_public(host):
        raise _bad(f"{host} is in a private network. Messages are sent to public addresses only.")
    return url


def _bad(message: str) -> BadWebhookAddress:
    return BadWebhookAddress(message, errors={"url": [message]})
