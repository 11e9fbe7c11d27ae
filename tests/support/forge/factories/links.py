"""Links with a secret: invitations, sign-in links, links for guests."""

from __future__ import annotations


def secret_of(link: str) -> str:
    """The secret behind a link's `#token=`."""
    return link.partition("#token=")[2]
