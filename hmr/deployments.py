"""Publishing a build and serving it under a deployment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

from hmr.builds import BuiltRune
from hmr.errors import HmrError
from hmr.server import ProjectServer, reads_answers
from rune.tools.remote.api import delete, get, next_cursor, post, put

if TYPE_CHECKING:
    from forge_api import DeploymentsListQuery
    from forge_api.shapes import Deployment, DeploymentKeysCreate, DeploymentsCreate, Publish

    import rune

DeploymentKind = Literal["web", "app", "devices"]
SIGNING_SECONDS = 60.0
"""Most of the time that the server's signer gets for a release."""
_DEPLOYMENT: Final = "/projects/{organisation}/{name}/deployments/{deployment}"
_VERSION: Final = "/projects/{organisation}/{name}/deployments/{deployment}/version"
_KEY: Final = "/projects/{organisation}/{name}/deployments/{deployment}/keys/{key_id}"
KEY_NAME = "hmr"
"""The name of a key that this package makes."""
MOST_LINKS = 20
"""The newest links of previews, which stay valid until their end."""


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
        browsers send to nobody. Anybody who has it may try the rune until the key is revoked."""
        return f"{self.url}/try#key={quote(self.key, safe='')}" if self.key else ""

    def client(self, key: str = "") -> rune.Deployment:
        """Returns its loader in Python, which accepts only what the keys of `root` signed as current. `key` is needed
        where none was made just now. Raises `HmrError`, `not-signed`."""
        from rune import Deployment

        if not self.root:
            raise HmrError("not-signed", f"The server has not signed what {self.name} serves. Look at {self.page}.")
        return Deployment(self.url, key or self.key or None, root=self.root)

    def __repr__(self) -> str:
        return f"{self.name} serves {self.version} at {self.url}, {self.page}"


@reads_answers
def publish(server: ProjectServer, build: BuiltRune, version: str) -> None:
    """Publishes a build under a version, once. Raises `HmrError` where the version is another build's, or where the
    project's rules are not fulfilled."""
    try:
        tag = server.ask(get("/projects/{organisation}/{name}/tags/{tag}", **server.names, tag=version))
        is_published = tag["build_number"] == build.number
    except HmrError as error:
        if error.name != "not-there":
            raise
        is_published = False
    if is_published:
        return
    etag = server.state(get("/builds/{build_id}/gate", build_id=build.id))
    body: Publish = {"build": build.id, "tag": version}
    server.ask(post("/projects/{organisation}/{name}/tags", **server.names, body=body, etag=etag))


@reads_answers
def deploy(
    server: ProjectServer, version: str, title: str, kind: DeploymentKind, origins: Collection[str], days: int = 0
) -> DeployedRune:
    """Makes a deployment serve a published version; makes the deployment and its key where it is not there. With
    `days` there is a new key in any case, which ends after them. Raises `HmrError`."""
    row = _deployment_with_title(server, title)
    if row is None:
        body: DeploymentsCreate = {"title": title, "kind": kind, "tag": version, "origins": list(origins)}
        row = server.ask(post("/projects/{organisation}/{name}/deployments", **server.names, body=body))
        key = make_key(server, row["name"], days)
    else:
        if days:
            _revoke_links(server, row)
        etag = server.state(get(_DEPLOYMENT, **server.names, deployment=row["name"]))
        row = server.ask(put(_VERSION, **server.names, deployment=row["name"], body={"tag": version}, etag=etag))
        key = make_key(server, row["name"], days) if days else ""
    root = row["signed_release"]["root"] if row["signed_release"] else ""
    page = f"{server.page}/deployments/{row['name']}"
    return DeployedRune(row["title"], row["history"][0]["version"], row["url"], key, page, root)


def _deployment_with_title(server: ProjectServer, title: str) -> Deployment | None:
    """The deployment of a title, or None if the project has none. Asks for a page of the list at a time."""
    query: DeploymentsListQuery = {"limit": 200}
    while True:
        page = server.ask(get("/projects/{organisation}/{name}/deployments", **server.names, query=query))
        for each in page["results"]:
            if each["title"] == title:
                return each
        cursor = next_cursor(page["next"])
        if cursor is None:
            return None
        query["cursor"] = cursor


@reads_answers
def signed_deployment(server: ProjectServer, deployed_rune: DeployedRune, seconds: float) -> DeployedRune:
    """A deployment once the server has signed the release that it serves, or as it is when the seconds are over: its
    key was shown, and must not be lost to an error."""
    name = deployed_rune.page.rpartition("/")[2]
    try:
        row = server.wait(get(_DEPLOYMENT, **server.names, deployment=name), _is_signed, seconds, "Signing")
    except HmrError as error:
        if error.name != "too-slow":
            raise
        return deployed_rune
    return replace(deployed_rune, root=row["signed_release"]["root"] if row["signed_release"] else "")


def _is_signed(row: Deployment) -> bool:
    return row["signed_release"] is not None and row["signed_release"]["release"] >= row["history"][0]["number"]


def _revoke_links(server: ProjectServer, row: Deployment) -> None:
    """Revokes the oldest temporary keys of this package. A deployment has a limited number of keys, and each run of a
    notebook creates one."""
    links = [key for key in row["keys"] if key["name"] == KEY_NAME and key["expires"] and not key["revoked"]]
    for key in sorted(links, key=lambda each: each["created"])[: -(MOST_LINKS - 1)]:
        etag = server.state(get(_DEPLOYMENT, **server.names, deployment=row["name"]))
        server.ask(delete(_KEY, **server.names, deployment=row["name"], key_id=key["id"], etag=etag))


@reads_answers
def make_key(server: ProjectServer, deployment: str, days: int = 0) -> str:
    """A new key of a deployment, which ends after some days, or never."""
    body: DeploymentKeysCreate = {"name": KEY_NAME, "days": days or None}
    address: Final = "/projects/{organisation}/{name}/deployments/{deployment}/keys"
    return server.ask(post(address, **server.names, deployment=deployment, body=body))["secret"]
