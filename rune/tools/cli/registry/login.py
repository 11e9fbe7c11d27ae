"""`rune login`: gets a token by a browser, or reads one, and verifies it with the registry."""

from __future__ import annotations

import os
import platform
import sys
import webbrowser

import click

from rune.tools.cli.registry.remote_errors import explained
from rune.tools.remote import (
    BrowserSignIn,
    CredentialStore,
    NoBrowserSignIn,
    ReferenceInvalid,
    Registry,
    SignInCode,
    TokenNeeded,
    registry_url,
)
from rune.tools.remote.forge_client import ForgeClient
from rune.wording import plain

TOKEN_LIMIT = 4096
"""Characters; anything longer is not a token but a file piped in by mistake."""


@click.command()
@click.argument("registry")
@click.option("--token-stdin", is_flag=True, help="Read a token from standard input instead, as scripts do.")
@click.option("--no-browser", is_flag=True, help="Print the address, but open no browser.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@explained
def command(registry: str, token_stdin: bool, no_browser: bool, insecure: bool) -> None:
    """Sign in to REGISTRY, such as http://127.0.0.1:8000.

    It prints an address and a short code. Enter the code there, signed in, and this machine gets a token that may
    pull and nothing else, for 90 days. For all else, such as pushing, signing and data, and for scripts, create a token
    on the page Tokens of your account and give it with --token-stdin. The token is kept in
    ~/.config/rune/credentials.json, which only you can read.
    """
    address = registry_url(registry, insecure=insecure)
    if token_stdin:
        token, who = sys.stdin.read(TOKEN_LIMIT + 1).strip(), ""
    else:
        token, who = _from_browser(address, insecure=insecure, opens=not no_browser)
    if not token or len(token) > TOKEN_LIMIT or not token.isascii() or not token.isprintable() or " " in token:
        raise ReferenceInvalid("That is not a token: copy it from your account's page, in one line.")
    pulls = _may_pull(address, token, insecure=insecure)
    store = CredentialStore()
    store.remember(address, token)
    limit = "" if pulls else " It may not pull from the registry: that takes the scope registry:pull."
    click.echo(f"Signed in to {address}{who}. The token is kept in {store.path}.{limit}")


def _may_pull(address: str, token: str, *, insecure: bool) -> bool:
    """Whether a token may pull. One of Hammer Forge that may not is good for other things, such as data: its API tells
    a token that lacks a scope from one that it does not know. Raises `TokenNeeded` for the latter."""
    try:
        with Registry(address, token, insecure=insecure) as remote:
            remote.check_token()
    except TokenNeeded:
        with ForgeClient(address, token) as client:
            if not client.knows_token():
                raise
        return False
    return True


def _from_browser(address: str, *, insecure: bool, opens: bool) -> tuple[str, str]:
    """A token that a person granted on a page, and that person; a typed token where the registry has no such page."""
    with BrowserSignIn(address, insecure=insecure) as browser:
        try:
            sign_in_code = browser.ask(platform.node())
        except NoBrowserSignIn:
            return click.prompt(f"Token for {address}", hide_input=True).strip(), ""
        _show(sign_in_code, opened=opens and _open(sign_in_code.page_with_code))
        grant = browser.wait(sign_in_code)
    return grant.token, f" as {plain(grant.person, longest=80)}" if grant.person else ""


def _show(sign_in_code: SignInCode, *, opened: bool) -> None:
    action = "A browser opens" if opened else "Open"
    lines = [
        f"{action} {sign_in_code.page} and asks for this code:"
        if opened
        else f"{action} {sign_in_code.page} and enter this code:",
        "",
        f"    {sign_in_code.user_code}",
        "",
        f"Waiting until you allow it, for {sign_in_code.seconds // 60} minutes. Ctrl-C stops.",
    ]
    click.echo("\n".join(lines), err=True)


def _open(page: str) -> bool:
    """Opens a browser where a person sits in front of this machine; whether it did."""
    if not sys.stderr.isatty() or os.environ.get("SSH_CONNECTION"):
        return False
    has_screen = sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    try:
        return has_screen and webbrowser.open(page)
    except webbrowser.Error:
        return False
