"""`rune login`: gets a token by a browser, or reads one, and verifies it with the registry."""

from __future__ import annotations

import os
import platform
import sys
import webbrowser
from collections.abc import Collection, Mapping

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
from rune.wording import alternatives, listed, plain

TOKEN_LIMIT = 4096
"""Characters; anything longer is not a token but a file piped in by mistake."""
_ACTS: Mapping[str, str] = {
    "pull runes": "registry:pull",
    "push or sign runes": "registry:push",
    "publish blocks": "rune:publish",
    "read data": "project:read",
    "write data": "project:write",
}
"""The scope that each act of the command takes."""


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
    scopes = _scopes(address, token, insecure=insecure)
    store = CredentialStore()
    store.remember(address, token)
    click.echo(f"Signed in to {address}{who}. The token is kept in {store.path}.")
    if scopes is not None:
        click.echo(_abilities(scopes))


def _scopes(address: str, token: str, *, insecure: bool) -> tuple[str, ...] | None:
    """Returns the scopes of a token that holds; None where only the registry knows it, which lets it pull. A token of
    Hammer Forge that may not pull is good for other things, such as data. Raises `TokenNeeded` for any other."""
    with ForgeClient(address, token) as client:
        scopes = client.token_scopes()
    try:
        with Registry(address, token, insecure=insecure) as remote:
            remote.check_token()
    except TokenNeeded:
        if scopes is None:
            raise
    return scopes


def _abilities(scopes: Collection[str]) -> str:
    """Says what a token with these scopes may do, and what it may not of what the command does."""
    text = f"Its scopes: {', '.join(scopes)}." if scopes else "It has no scopes."
    missing = {act: scope for act, scope in _ACTS.items() if scope not in scopes}
    if not missing:
        return text
    names = listed(list(missing.values()))
    advice = f"Create a token with {names} on the page Tokens of your account, and give it to --token-stdin."
    return f"{text}\nThis token cannot {alternatives(list(missing))}. {advice}"


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
