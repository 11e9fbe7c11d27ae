"""The arguments of the command."""

from __future__ import annotations

import argparse
from pathlib import Path

from hmrd.command.image import add_image
from hmrd.command.offers import add_offers
from hmrd.command.signing import add_sign
from hmrd.config.files import DEFAULT as CONFIG
from hmrd.protocol.names import LONGEST_NAME
from hmrd.protocol.reports import LARGEST_LOG
from hmrd.storage.folder import DEFAULT as STATE


def parser() -> argparse.ArgumentParser:
    """Reads the command line."""
    root = argparse.ArgumentParser("hmrd", description="Runs runes on this device, and fetches what a server wants.")
    root.add_argument("--state", type=Path, default=STATE, help=f"folder of all that the daemon keeps ({STATE})")
    root.add_argument("--config", type=Path, default=CONFIG, help=f"configuration ({CONFIG})")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="run the daemon")
    commands.add_parser("version", help="show the version")
    _add_enroll(commands.add_parser("enroll", help="join an organisation"))
    status = commands.add_parser("status", help="show what runs, and why not what is wanted")
    status.add_argument("--json", action="store_true", help="as JSON")
    logs = commands.add_parser("logs", help="show the daemon's last lines")
    logs.add_argument("--bytes", type=int, default=LARGEST_LOG, help="how many bytes at most")
    counts = commands.add_parser("counts", help="show byte for byte which counts leave this device")
    counts.add_argument("--rune", help="name of the rune in hmrd.toml")
    counts.add_argument("--json", action="store_true", help="as JSON")
    for name, text in (("self-test", "run the self-test of what runs"), ("go-back", "switch to the rune before")):
        commands.add_parser(name, help=text).add_argument("--rune", help="name of the rune in hmrd.toml")
    deploy = commands.add_parser("deploy", help='run a file as a rune with from = "local"')
    deploy.add_argument("file", type=Path, help=".rune file")
    deploy.add_argument("--rune", help="name of the rune in hmrd.toml")
    deploy.add_argument("--version", default="local", help="name of this version")
    _add_collect(commands.add_parser("collect", help="keep what the runes read in a data set on this device"))
    trust = commands.add_parser("trust", help="decide at the device which keys it believes")
    trust.add_argument(
        "--key", type=Path, action="append", default=[], metavar="FILE", help="public key at home, as PEM"
    )
    trust.add_argument("--root", help="digest of the root document of the organisation's deployments")
    trust.add_argument("--deployment", help="the deployment that orders are about; without it the next order decides")
    leave = commands.add_parser("leave", help="leave the organisation, and delete its runes and all recordings")
    leave.add_argument("--force", action="store_true", help="also where the server does not answer")
    add_sign(commands.add_parser("sign", help="sign an order with the key that an organisation keeps at home"))
    add_image(commands.add_parser("image", help="sign a rune as an image for an update client such as SWUpdate"))
    commands.add_parser("check-config", help="name the wrong lines of the configuration")
    return root


def _add_enroll(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("server", help="address of the server, such as https://forge.example")
    parser.add_argument("code", nargs="?", help="code that a member made, such as KN4-72Q-8XW")
    parser.add_argument("--label", action="store_true", help="by the label of this device, which a member enters")
    parser.add_argument("--organisation", help="with --label: the organisation to join")
    parser.add_argument("--batch", type=Path, metavar="FILE", help="by the certificate of a batch")
    parser.add_argument("--name", default="", help=f"name of the device, at most {LONGEST_NAME} characters")
    parser.add_argument(
        "--key-fingerprint",
        action="append",
        default=[],
        metavar="SHA256",
        help="join only if this key at home is named",
    )
    parser.add_argument("--no-wait", action="store_true", help="with --label: do not wait until a member confirmed it")


def _add_collect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--label", help="label of what is recorded")
    parser.add_argument("--consent", help="who agreed to the recording")
    parser.add_argument("--until", metavar="DATE", help="last day on which it is kept, such as 2027-01-31")
    parser.add_argument("--seconds", type=int, help="how long to record; without it until --end")
    parser.add_argument("--last", type=int, help="keep the last windows alone, so many")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="show what was recorded")
    what.add_argument("--end", action="store_true", help="record no more")
    what.add_argument("--delete", type=int, metavar="SESSION", help="delete the recordings of a session")
    add_offers(parser, what)
