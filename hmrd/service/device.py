"""The parts of a device that all its runes share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from hmrd.clock import Clock
from hmrd.config.model import Config
from hmrd.network.client import ServerClient, ServerClock
from hmrd.network.downloads import Downloads
from hmrd.protocol.enrolment import TrustKind
from hmrd.server_address import read_address
from hmrd.storage.folder import StateFolder
from hmrd.storage.identity import Identity
from hmrd.storage.log import RingLog
from hmrd.storage.recordings import DeviceRecordings
from hmrd.trust import PinnedTrust

_NOT_INSTALLED: Final = "0"


def agent() -> str:
    """Returns the name and the version of this program, as reports have them."""
    for distribution in ("hammer-forge-hmrd", "hammer-forge"):
        try:
            return f"hmrd {version(distribution)}"
        except PackageNotFoundError:
            continue
    return f"hmrd {_NOT_INSTALLED}"


@dataclass
class ServerConnection:
    """The device at its server, from one key to the next."""

    identity: Identity
    client: ServerClient
    downloads: Downloads
    wait: int = 0
    """Seconds for which the server may hold the next poll."""


@dataclass
class LocalDevice:
    """The folder, the log and the server of a device."""

    folder: StateFolder
    config: Config
    log: RingLog
    clock: Clock = field(default_factory=Clock)
    server_clock: ServerClock = field(default_factory=ServerClock)
    connection: ServerConnection | None = None
    agent: str = field(default_factory=agent)
    restart_all: Callable[[], None] = lambda: None
    """Has all runes start again."""

    def __post_init__(self) -> None:
        self.recordings = DeviceRecordings(self.folder.recordings)
        self._lock = threading.Lock()
        self.connect()

    def connect(self) -> None:
        """Takes up the organisation that the device joined, with its present key. Raises `StorageFailed`."""
        identity = self.folder.identity.read()
        if identity is None:
            self.connection = None
            return
        client = self.client(identity.server, identity.trust.device)
        downloads = Downloads(client, self.config.mirror, self.config.ca)
        self.connection = ServerConnection(identity, client, downloads)

    def client(self, server: str, device: str) -> ServerClient:
        """Returns a client of a server with the device's key."""
        key = self.folder.identity.key()
        return ServerClient(read_address(server), key, device, clock=self.server_clock, ca=self.config.ca)

    def pin(self, connection: ServerConnection, trust: PinnedTrust) -> None:
        """Pins other trust, which is on the disk before anything follows from it. Raises `StorageFailed`."""
        with self._lock:
            if trust != connection.identity.trust:
                identity = Identity(connection.identity.server, connection.identity.name, trust)
                self.folder.identity.write(identity)
                connection.identity = identity

    @property
    def has_server_keys(self) -> bool:
        """Whether the device believes keys that its server keeps."""
        return self.connection is not None and self.connection.identity.trust.kind is TrustKind.SERVER
