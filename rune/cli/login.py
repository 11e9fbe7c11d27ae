"""`rune login`: remember a token for a registry. It asks the registry whether the token holds before it keeps it."""

from __future__ import annotations

import sys

import click

from rune.cli.remote_errors import explained
from rune.remote import CredentialStore, ReferenceInvalid, Registry, registry_url

TOKEN_LIMIT = 4096
"""Characters; anything longer is not a token but a file piped in by mistake."""


@click.command()
@click.argument("registry")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input instead of asking for it.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@explained
def command(registry: str, token_stdin: bool, insecure: bool) -> None:
    """Remember a token for REGISTRY, such as http://127.0.0.1:8000.

    The token comes from your account's page. It is kept in ~/.config/rune/credentials.json, which only you can read.
    """
    address = registry_url(registry, insecure=insecure)
    if token_stdin:
        token = sys.stdin.read(TOKEN_LIMIT + 1).strip()
    else:
        token = click.prompt(f"Token for {address}", hide_input=True).strip()
    if not token or len(token) > TOKEN_LIMIT or not token.isascii() or not token.isprintable() or " " in token:
        raise ReferenceInvalid("That is not a token: copy it from your account's page, in one line.")
    with Registry(address, token, insecure=insecure) as remote:
        remote.check_token()
    store = CredentialStore()
    store.remember(address, token)
    click.echo(f"Signed in to {address}. The token is kept in {store.path}")
