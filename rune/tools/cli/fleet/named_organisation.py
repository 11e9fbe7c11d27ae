"""Says which organisation of which server a command is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rune.tools.remote import CredentialStore, ReferenceInvalid, registry_url

_NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")


@dataclass(frozen=True)
class NamedOrganisation:
    """An organisation that a command was given, with the address of its server and the token for it."""

    name: str
    address: str
    token: str | None


def named_organisation(text: str, *, insecure: bool) -> NamedOrganisation:
    """Reads `acme`, or `https://forge.example/acme`. Without a server it is that of the last sign-in. Raises
    `RemoteError`."""
    server, _, name = text.rpartition("/")
    if _NAME.fullmatch(name) is None:
        raise ReferenceInvalid(f"{text!r} does not name an organisation: write it as https://forge.example/acme")
    credentials = CredentialStore().read()
    address = server or credentials.usual
    if address is None:
        raise ReferenceInvalid(
            f"Name the server of {name}: run rune login first, or write the server in front: "
            f"http://127.0.0.1:8000/{name}"
        )
    address = registry_url(address, insecure=insecure)
    return NamedOrganisation(name, address, credentials.tokens.get(address))
