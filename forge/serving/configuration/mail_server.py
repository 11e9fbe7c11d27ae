"""The mail server that letters go out by, as the environment names it. Nothing here knows Django."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from forge.serving.errors import BadAddress

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """A server that takes mail by SMTP."""

    host: str
    port: int
    user: str
    password: str
    scheme: str
    """`smtps` is encrypted from the start, `smtp+starttls` after the greeting, `smtp` not at all."""

    @property
    def use_ssl(self) -> bool:
        return self.scheme == "smtps"

    @property
    def use_starttls(self) -> bool:
        return self.scheme == "smtp+starttls"


def read_mail_server(address: str) -> MailServer | None:
    """`smtps://user:password@host:465`, `smtp+starttls://…:587` or `smtp://host:25`; None for nothing.

    Raises `BadAddress`.
    """
    if not address:
        return None
    try:
        split = urlsplit(address)
        port = split.port
    except ValueError:
        raise BadAddress(_EXPECTED_FORM) from None
    if split.scheme not in _PORTS or not split.hostname or split.path.strip("/"):
        raise BadAddress(_EXPECTED_FORM)
    user, password = unquote(split.username or ""), unquote(split.password or "")
    return MailServer(split.hostname, port or _PORTS[split.scheme], user, password, split.scheme)


_EXPECTED_FORM = (
    "must look like smtps://user:password@host:465, smtp+starttls://user:password@host:587 or smtp://host:25"
)
