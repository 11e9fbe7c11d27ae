"""The release of a deployment that waits for the order of a key at home: read from the server, and signed elsewhere.

This runs on the computer that has the key. What the server says is shown and compared with what the person named, since
the order has to keep this very server from deciding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from hmrd.network.http import HttpAnswer, HttpRequest, Transport
from hmrd.protocol.names import DEPLOYMENT
from hmrd.protocol.orders import RunOrder, read_payload
from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.server_address import ServerAddress, read_address

_LARGEST: Final = 1 << 20
_PAGE: Final = "deployments"


class NotADeployment(Exception):
    """An address is not that of a deployment's page."""


@dataclass(frozen=True)
class PendingRelease:
    """The order that a release needs, with the state of the deployment that it was read at."""

    order: RunOrder
    etag: str
    is_signed: bool
    """Whether the server has an order for it."""


class DeploymentPage:
    """A deployment, by the address of its page: `https://forge.example/acme/door-knock/deployments/gateways`."""

    def __init__(self, url: str, token: str, transport: Transport | None = None) -> None:
        """Raises `NotADeployment` and `BadServerAddress`."""
        words = urlsplit(url).path.strip("/").split("/")
        if len(words) != 4 or words[2] != _PAGE:
            raise NotADeployment(f"{url} is not the page of a deployment: https://…/organisation/project/{_PAGE}/name.")
        organisation, project, _, name = words
        self.path = f"{organisation}/{project}/{name}"
        """`acme/door-knock/gateways`."""
        if DEPLOYMENT.fullmatch(self.path) is None:
            raise NotADeployment(f"{self.path} is not the name of a deployment.")
        self._address: ServerAddress = read_address(url.split("/" + "/".join(words))[0])
        self._api = f"/api/v1/projects/{quote(organisation)}/{quote(project)}/{_PAGE}/{quote(name)}"
        self._token, self._transport = token, transport or Transport()

    def pending_release(self) -> PendingRelease:
        """Returns the release that devices shall run. Raises `ServerFailed` and `BadDeviceMessage`."""
        answer = self._send("GET", self._api)
        fields = Fields(parsed(answer.body, _LARGEST), "the deployment")
        if not fields.has("devices"):
            raise BadDeviceMessage(f"{self.path} is for no group of devices.")
        order = fields.item("devices", lambda value: Fields(value, "devices").item("order", lambda each: each))
        payload = Fields(order, "order")
        if not payload.has("payload"):
            raise BadDeviceMessage(
                f"Nothing of {self.path} is wanted of devices: it is not signed yet, or was withdrawn."
            )
        run = payload.item("payload", read_payload)
        if not isinstance(run, RunOrder) or run.deployment != self.path:
            raise BadDeviceMessage(f"The server asks for an order that is not for {self.path}. Sign nothing.")
        return PendingRelease(run, answer.headers.get("etag", ""), payload.truth("is_stored"))

    def store(self, envelope: str, etag: str) -> None:
        """Hands an order to the server. Raises `ServerFailed`."""
        self._send("PUT", f"{self._api}/order", {"envelope": envelope}, etag)

    def _send(self, method: str, target: str, message: dict[str, Any] | None = None, etag: str = "") -> HttpAnswer:
        headers = {"Authorization": f"Bearer {self._token}"}
        body = b"" if message is None else written(message)
        headers |= {"Content-Type": "application/json"} if message is not None else {}
        headers |= {"If-Match": etag} if etag else {}
        return self._transport.exchange(self._address, HttpRequest(method, target, headers, body), _LARGEST)
