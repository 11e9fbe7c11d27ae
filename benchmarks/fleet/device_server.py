"""A server with a deployment that is for the devices of a group, and its devices."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import ROOT, CannotMeasure
from benchmarks.machine import processor_time
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, Services, running_services

PROJECT = "gates"
DEPLOYMENT = "gateways"


@dataclass(frozen=True)
class ProcessorSeconds:
    """Processor time of the server and of its database."""

    server: float
    database: float

    @property
    def both(self) -> float:
        return self.server + self.database


@dataclass(frozen=True)
class DeviceServer:
    """A server and its database, with a deployment that serves version 1.0."""

    live: LiveServer
    services: Services
    organisation: str

    @property
    def project(self) -> str:
        return f"{self.organisation}/{PROJECT}"

    @property
    def deployment(self) -> str:
        """The path of the deployment below that of the API."""
        return f"projects/{self.project}/deployments/{DEPLOYMENT}"

    def add_devices(self, count: int) -> None:
        """Adds devices of the group, while the server does not run."""
        self.live.stop()
        fill = [sys.executable, "-m", "benchmarks.fleet.rows", self.organisation, str(count)]
        subprocess.run(fill, cwd=ROOT, env=self.live.environment, check=True, timeout=600)
        self.live.start()

    def bind(self, devices: int) -> None:
        """Has the devices of the group run what the deployment serves, once that is signed."""
        self.live.until(lambda: self.live.api("GET", self.deployment)["signed_release"])
        state = self.live.http.get(f"/api/v1/{self.deployment}").raise_for_status().headers["ETag"]
        body = {"group": "berlin", "devices": devices}
        self.live.api("PUT", f"{self.deployment}/group", headers={"If-Match": state}, json=body)

    def processor_seconds(self) -> ProcessorSeconds:
        """Returns the processor time that was used until now."""
        return ProcessorSeconds(processor_time(self.live.pid), processor_time(self.services.postgresql_server.pid))


@contextmanager
def device_server(environment: Mapping[str, str]) -> Iterator[DeviceServer]:
    """Runs a server with PostgreSQL alone, as on one machine. Raises `CannotMeasure`."""
    with TemporaryDirectory() as folder:
        try:
            with running_services(durable=True) as services:
                database = services.environment("devices")["DATABASE_URL"]
                settings = {"DATABASE_URL": database, **environment}
                with LiveServer(Path(folder) / "data", settings) as live:
                    yield _prepared(live, services)
        except ServiceMissing as missing:
            raise CannotMeasure(str(missing)) from missing


def _prepared(live: LiveServer, services: Services) -> DeviceServer:
    organisation = live.organisation()
    server = DeviceServer(live, services, organisation)
    live.api("POST", "projects", json={"organisation": organisation, "name": PROJECT, "template": "sine"})
    live.publish(server.project, live.build(server.project)["id"], "1.0")
    new = {"title": "Gateways", "kind": "devices", "tag": "1.0"}
    live.api("POST", f"projects/{server.project}/deployments", json=new)
    live.api("POST", f"organisations/{organisation}/device-groups", json={"title": "Berlin", "query": "site=berlin"})
    return server
