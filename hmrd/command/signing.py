"""`hmrd sign`: orders of the key that an organisation keeps at home. It needs neither a daemon nor a device."""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path
from typing import Final

from hmrd.home.keys import home_key
from hmrd.home.releases import DeploymentPage, NotADeployment
from hmrd.protocol.orders import KeysOrder, LeaveOrder, MoveOrder, Order, RunOrder, sign_order
from hmrd.protocol.reading import BadMessage
from rune.digests import digest_of
from rune.tools.signing.errors import BadKey

TOKEN_VARIABLE: Final = "HMR_TOKEN"  # noqa: S105  the name of a variable, not a secret
_EXAMPLE: Final = "https://forge.example/acme/door-knock/deployments/gateways"


class SigningFailed(Exception):
    """Nothing was signed. The text says why."""


def add_sign(parser: argparse.ArgumentParser) -> None:
    """Adds what `hmrd sign` takes."""
    kinds = parser.add_subparsers(dest="order", required=True, metavar="ORDER")
    release = kinds.add_parser("release", help="have devices run the release of a deployment")
    release.add_argument("page", help=f"address of the deployment's page, such as {_EXAMPLE}")
    release.add_argument("--rune", type=Path, metavar="FILE", help="sign only if the release is this very rune")
    release.add_argument(
        "--token-file", type=Path, help=f"file with the token; without it the variable {TOKEN_VARIABLE}"
    )
    release.add_argument("--yes", action="store_true", help="do not ask")
    keys = kinds.add_parser("keys", help="have devices believe other keys from now on; prints the order")
    keys.add_argument("organisation")
    keys.add_argument("number", type=int, help="higher than that of each earlier order about keys")
    keys.add_argument("public", type=Path, nargs="+", help="PEM files of the public keys")
    keys.add_argument("--root", default="", help="digest of the root document that devices accept from now on")
    move = kinds.add_parser("move", help="move the devices of a deployment to another one; prints the order")
    move.add_argument("deployment", help="such as acme/door-knock/gateways")
    move.add_argument("to", help="such as acme/door-knock/gateways-2")
    move.add_argument("number", type=int, help="number of the last release of the deployment that is left")
    leave = kinds.add_parser("leave", help="let a device leave the organisation; prints the order")
    leave.add_argument("organisation")
    leave.add_argument("device", help="id of the device")
    for each in (release, keys, move, leave):
        each.add_argument("--key", type=Path, required=True, help="PEM file of the private key")


def sign(options: argparse.Namespace) -> None:
    """Signs an order. Raises `SigningFailed`, `BadServerAddress` and `ServerFailed`."""
    try:
        if options.order == "release":
            _sign_release(options)
        else:
            print(sign_order(_order(options), home_key(options.key, getpass.getpass)))
    except (BadKey, BadMessage, NotADeployment) as error:
        raise SigningFailed(str(error)) from None
    except OSError as error:
        raise SigningFailed(f"{error.filename} cannot be read: {error.strerror}.") from None


def _order(options: argparse.Namespace) -> Order:
    match options.order:
        case "keys":
            public = tuple(path.read_text("utf-8") for path in options.public)
            return KeysOrder(options.organisation, options.number, public, options.root)
        case "move":
            return MoveOrder(options.deployment, options.to, options.number)
        case _:
            return LeaveOrder(options.organisation, options.device)


def _sign_release(options: argparse.Namespace) -> None:
    page = DeploymentPage(options.page, _token(options.token_file))
    release = page.pending_release()
    order = release.order
    print(f"Release {order.number} of {order.deployment}: version {order.version}")
    print(f"  {order.rune}, {order.size:,} bytes")
    if release.is_signed:
        print("The server has an order for it.")
        return
    _compare(order, options.rune)
    if not options.yes and input("Sign that the devices shall run it? [y/N] ").strip().lower() not in ("y", "yes"):
        raise SigningFailed("Nothing was signed.")
    page.store(sign_order(order, home_key(options.key, getpass.getpass)), release.etag)
    print("Signed. The devices get it with their next poll.")


def _compare(order: RunOrder, rune: Path | None) -> None:
    if rune is None:
        return
    digest = digest_of(rune.read_bytes())
    if digest != order.rune:
        raise SigningFailed(
            f"{rune} has the digest {digest}, which is another rune than the release. Nothing was signed."
        )


def _token(file: Path | None) -> str:
    token = (file.read_text("utf-8") if file is not None else os.environ.get(TOKEN_VARIABLE, "")).strip()
    if not token or not (token.isascii() and token.isprintable()):
        raise SigningFailed(f"There is no token. Put one with deployment:manage into {TOKEN_VARIABLE} or a file.")
    return token
