"""The keys that an organisation signs with, as its registry lists them: what `rune sign` needs before it signs, and
which keys were revoked."""

from __future__ import annotations

from collections.abc import Mapping

import click
import httpx

from rune.tools.remote import KeyNotRegistered, RegistryRefused, RemoteError, TokenNeeded
from rune.tools.remote.api import get, names_of
from rune.tools.remote.forge_client import ForgeClient
from rune.tools.signing.keys import PublicKey
from rune.wording import plain


def revoked_keys(url: str, token: str | None, repository: str) -> Mapping[str, str] | None:
    """Returns why keys were revoked, by fingerprint, as the registry says it; None, after a warning, where it does not
    say. A registry that lies can hide a revocation, and cannot make a key trusted."""
    try:
        revocations = _revocations(url, token, repository)
    except (RemoteError, KeyError, TypeError):
        click.secho("warning: the registry does not say which keys were revoked", fg="yellow", err=True)
        return None
    return {fingerprint: reason for fingerprint, reason in revocations.items() if reason is not None}


def require_registered(url: str, token: str | None, repository: str, key: PublicKey) -> None:
    """Raises `KeyNotRegistered` if the organisation of a repository does not have a key or revoked it: its server
    would not count the signature. Warns where a registry has no list of keys, as those of other makers."""
    try:
        revocations = _revocations(url, token, repository)
    except (RegistryRefused, KeyError, TypeError) as error:
        if isinstance(error, TokenNeeded) or _is_broken(error):
            raise
        message = f"warning: {url} does not list the keys of organisations, so it may not count the signature"
        click.secho(message, fg="yellow", err=True)
        return
    organisation = repository.partition("/")[0]
    if key.fingerprint not in revocations:
        raise KeyNotRegistered(
            f"Nothing was signed: {organisation} does not have the key {key.fingerprint}, so its server would not "
            f"count the signature. Ask an owner of {organisation} to add this public half under Settings, Signing "
            f"keys, and run the command again:\n{key.pem.strip()}"
        )
    reason = revocations[key.fingerprint]
    if reason is not None:
        raise KeyNotRegistered(
            f"Nothing was signed: {organisation} revoked the key {key.fingerprint}: {reason.rstrip('.')}. Sign with "
            f"another key, whose public half an owner of {organisation} adds under Settings, Signing keys."
        )


def _is_broken(error: Exception) -> bool:
    """Returns whether a server could not answer, and may later."""
    return isinstance(error, RegistryRefused) and (error.status or 0) >= httpx.codes.INTERNAL_SERVER_ERROR


def _revocations(url: str, token: str | None, repository: str) -> dict[str, str | None]:
    """Returns each key of the organisation by its fingerprint, with why it was revoked, or None if it was not."""
    with ForgeClient(url, token) as client:
        rows = client.ask(get("/projects/{organisation}/{name}/signing-keys", **names_of(repository)))["keys"]
    return {
        str(row["fingerprint"]): plain(str(row["revocation"]), longest=300) if row["revoked"] else None for row in rows
    }
