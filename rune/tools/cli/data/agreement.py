"""Agreeing to the terms of recordings at a terminal."""

from __future__ import annotations

import click

from rune.tools.cli.failure import CommandFailed
from rune.tools.remote import DataClient


def require_consent(client: DataClient, days: int, *, agrees: bool) -> str:
    """Prints the terms of today and asks for consent, unless `agrees`; returns the consent. Ends the command without
    one. Raises `RemoteError`."""
    terms = client.terms(days)
    click.echo(f"{terms.text}\n", err=True)
    if not agrees and not click.confirm("Do you agree, and does everyone who was recorded?", err=True):
        raise CommandFailed("Nothing was sent.")
    return client.agree(terms)
