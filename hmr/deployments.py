"""Publishing a build and serving it under a deployment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hmr.builds import BuiltRune
from hmr.errors import HmrError
from hmr.server import ProjectServer

if TYPE_CHECKING:
    from rune import Deployment

SIGNING_SECONDS = 60.0
"""Most of the time that the server's signer gets for a release."""
KEY_NAME = "hmr"
"""The name of a key that this package makes."""


@dataclass(frozen=True)
class DeployedRune:
    """The current state of a deployment."""

    name: str
    version: str
    url: str
    """The address that apps load, with the key."""
    key: str
    """The key that was made just now, or "" where the deployment was there before: keys are shown once."""
    page: str
    root: str
    """The digest of the root document whose keys sign what is served, as `rune.Deployment` takes it; "" where the
    server's signer has signed nothing in time."""

    @property
    def link(self) -> str:
        """Opens the rune in a browser, on a phone too, without an account: the key is in the part of the link that
        browsers send to nobody. Whoever has it may try the rune until the key is revoked."""
        return f"{self.url}/try#key={quote(self.key, safe='')}" if self.key else ""

    def client(self, key: str = "") -> Deployment:
        """Returns its loader in Python, which accepts only what the keys of `root` signed as current. `key` is needed
        where none was made just now. Raises `HmrError`, `not-signed`."""
        from rune import Deployment

        if not self.root:
            raise HmrError("not-signed", f"The server has not signed what {self.name} serves. Look at {self.page}.")
        return Deployment(self.url, key or self.key or None, root=self.root)

    def __repr__(self) -> str:
        return f"{self.name} serves {self.version} at {self.url}, {self.page}"


def publish(server: ProjectServer, built: BuiltRune, version: str) -> None:
    """Publishes a build under a version, once. Raises `HmrError` where the version is another build's, or where the
    project's rules are not fulfilled."""
    try:
        tag = server.ask("GET", server.here(f"/tags/{quote(version, safe='')}"))
    except HmrError as error:
        if error.name != "not-there":
            raise
        tag = {}
    if tag and tag.get("build_number") == built.number:
        return
    seen = server.state(f"/builds/{built.id}/gate")
    server.ask("POST", server.here("/tags"), {"build": built.id, "tag": version}, seen=seen)


def deploy(
    server: ProjectServer, version: str, title: str, kind: str, origins: Collection[str], days: int = 0
) -> DeployedRune:
    """Makes a deployment serve a published version; makes the deployment and its key where it is not there. With
    `days` there is a new key in any case, which ends after them. Raises `HmrError`."""
    rows = server.ask("GET", server.here("/deployments"))["deployments"]
    row = next((each for each in rows if each["title"] == title), None)
    if row is None:
        body = {"title": title, "kind": kind, "tag": version, "origins": list(origins)}
        row = server.ask("POST", server.here("/deployments"), body)
        key = make_key(server, row, days)
    else:
        row = server.ask("PUT", _of(server, row, "/version"), {"tag": version}, seen=server.state(_of(server, row)))
        key = make_key(server, row, days) if days else ""
    signed = row["signed"] or {}
    page = f"{server.page}/deployments/{row['name']}"
    return DeployedRune(row["title"], row["history"][0]["version"], row["url"], key, page, signed.get("root", ""))


def signed_deployment(server: ProjectServer, deployed: DeployedRune, seconds: float) -> DeployedRune:
    """A deployment once the server has signed the release that it serves, or as it is when the seconds are over: its
    key was shown, and must not be lost to an error."""
    path = server.here(f"/deployments/{quote(deployed.page.rpartition('/')[2])}")
    try:
        row = server.wait(path, _is_signed, seconds, "Signing")
    except HmrError as error:
        if error.name != "too-slow":
            raise
        return deployed
    return replace(deployed, root=row["signed"]["root"])


def _is_signed(row: dict[str, Any]) -> bool:
    return bool(row["signed"]) and row["signed"]["release"] >= row["history"][0]["number"]


def make_key(server: ProjectServer, row: dict[str, Any], days: int = 0) -> str:
    """A new key of a deployment, which ends after some days, or never."""
    body = {"name": KEY_NAME, "days": days or None}
    return str(server.ask("POST", _of(server, row, "/keys"), body)["secret"])


def _of(server: ProjectServer, row: dict[str, Any], rest: str = "") -> str:
    return server.here(f"/deployments/{row['name']}{rest}")
