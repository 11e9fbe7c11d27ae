"""Server processes on PostgreSQL whose database has a journal, with a deployment for the devices of each site."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.network.client import ServerClient
from hmrd.protocol.wanted import DesiredState
from hmrd.server_address import read_address
from tests.support.patience import PATIENCE
from tests.support.rollouts.device_crowd import CrowdClock, CrowdDevice, DeviceCrowd, crowd_device
from tests.support.rollouts.journal import DatabaseJournal, keep_commit_times
from tests.support.rollouts.lossy_link import LinkChances, LossyLink
from tests.support.rollouts.oracle import GroupMembers
from tests.support.servers.live_forge import REPOSITORY
from tests.support.servers.live_installation import LiveInstallation
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import running_services

PROJECT: Final = "gates"
FIRST_VERSION: Final = "1.0"
_OFFSETS: Final = {"1.1": "0.0023617", "1.2": "0.002361"}
"""The further versions: each computes something else."""


@dataclass
class CrowdInstallation:
    """The servers, and the devices of each site by their numbers."""

    live: LiveInstallation
    journal: DatabaseJournal
    sites: Mapping[str, int]
    organisation: str
    digests: Mapping[str, str]
    """The digest of the manifest of each version."""

    @property
    def project(self) -> str:
        """The name of the project, with its organisation."""
        return f"{self.organisation}/{PROJECT}"

    def numbers(self, site: str) -> range:
        """Returns the numbers of the devices of a site."""
        names = list(self.sites)
        start = sum(self.sites[each] for each in names[: names.index(site)])
        return range(start, start + self.sites[site])

    def rollout(self, site: str) -> RolloutClient:
        """Returns what decides about the rollouts of a site."""
        return RolloutClient(self, site)

    def groups(self) -> Sequence[GroupMembers]:
        """Returns the devices of each deployment."""
        return [
            GroupMembers(
                f"{self.project}/{site}",
                str(self.journal.one("SELECT id::text FROM deployments_deployment WHERE name = %s", site)),
                frozenset(str(SimulatedKey(number).device) for number in self.numbers(site)),
            )
            for site in self.sites
        ]

    def crowd(self, chances: LinkChances, *, speed: float, seed: int) -> DeviceCrowd:
        """Returns the devices, which run what is wanted of them now. They begin within their first interval."""
        clock, chance = CrowdClock(speed), random.Random(seed)
        devices: list[CrowdDevice] = []
        for site in self.sites:
            desired = self._desired(self.numbers(site)[0])
            assert desired.wanted is not None
            for number in self.numbers(site):
                poll = clock.now() + chance.uniform(0, desired.interval)
                devices.append(crowd_device(number, desired.wanted, desired.interval, poll))
        link = LossyLink([each.port for each in self.live.processes], chances, random.Random(seed + 1))
        return DeviceCrowd(devices, link, clock, chance)

    def _desired(self, number: int) -> DesiredState:
        """Asks what a device shall run, once a worker has computed what devices compare with."""
        key = SimulatedKey(number)
        client = ServerClient(read_address(self.live.first.address), key, str(key.device))

        def ask() -> DesiredState | None:
            client.forget_state()
            desired = client.state()
            return desired if desired is not None and desired.wanted is not None else None

        desired: DesiredState = self.live.first.until(ask, PATIENCE)
        return desired

    def have_been_away(self, devices: Sequence[str]) -> None:
        """Has devices not been seen for a day."""
        self.journal.change(
            "UPDATE fleet_device SET seen = seen - interval '1 day' WHERE id = ANY(%s::uuid[])", devices
        )

    def restart(self, number: int) -> None:
        """Kills one server, and starts it again."""
        self.live.processes[number].kill()
        self.live.processes[number].start()


@dataclass(frozen=True)
class RolloutClient:
    """A person who decides about the newest rollout of a site. A call is made again while no server answers."""

    installation: CrowdInstallation
    site: str

    @property
    def path(self) -> str:
        """The path of the deployment, below that of the API."""
        return f"projects/{self.installation.project}/deployments/{self.site}"

    def start(self, version: str, plan: Mapping[str, Any]) -> None:
        """Starts a rollout."""
        devices = self.installation.sites[self.site]
        body = {"tag": version, "digest": self.installation.digests[version], "devices": devices, "plan": plan}
        self._post(self.path, "/rollouts", body)

    def decide(self, act: str, **body: Any) -> None:
        """Decides something: pause, resume, go-on, go-back or abort."""
        self._post(f"{self.path}/rollouts/{self._number()}", f"/{act}", body)

    def state(self) -> str:
        """Returns the state of the rollout, as the database has it, or "" before it began."""
        return self._value("state") or ""

    def since(self) -> float:
        """Returns the time since when it is in that state: seconds since 1970."""
        return float(self._value("extract(epoch FROM changed)::float8"))

    def stages(self) -> int:
        """Returns the number of the stages that began."""
        query = "SELECT count(*) FROM rollouts_rolloutstage WHERE rollout_id = %s"
        return int(self.installation.journal.one(query, self._value("id")))

    def _number(self) -> int:
        return int(self._value("number"))

    def _value(self, column: str) -> Any:
        return self.installation.journal.one(
            f"SELECT {column} FROM rollouts_rollout WHERE deployment_id = "
            "(SELECT id FROM deployments_deployment WHERE name = %s) ORDER BY number DESC LIMIT 1",
            self.site,
        )

    def _post(self, path: str, act: str, body: Mapping[str, Any]) -> None:
        live = self.installation.live.first
        state = live.http.get(f"/api/v1/{path}").raise_for_status().headers["ETag"]
        live.api("POST", f"{path}{act}", headers={"If-Match": state}, json=body)


@contextmanager
def crowd_installation(
    folder: Path, sites: Mapping[str, int], poll_seconds: int, processes: int = 2
) -> Iterator[CrowdInstallation]:
    """Runs servers with so many devices at each site. Raises `ServiceMissing`."""
    with running_services() as services:
        keep_commit_times(services.postgresql)
        services.postgresql_server.stop()
        services.postgresql_server.start()
        variables = services.environment("rollouts")
        environment = {**variables, "DEVICE_POLL_SECONDS": str(poll_seconds), "DEVICE_LONG_POLLS": "0"}
        with LiveInstallation(folder / "data", environment, processes) as live:
            organisation, digests = _prepare(live, sites)
            for process in live.processes:
                process.stop()
            arguments = [each for site, size in sites.items() for each in (site, str(size))]
            fill = [sys.executable, "-m", "benchmarks.fleet.rows", organisation, str(sum(sites.values())), *arguments]
            subprocess.run(fill, cwd=REPOSITORY, env=live.first.environment, check=True, timeout=600)
            live.start_all()
            journal = DatabaseJournal(variables["DATABASE_URL"])
            journal.begin()
            yield CrowdInstallation(live, journal, sites, organisation, digests)


def _prepare(live: LiveInstallation, sites: Mapping[str, int]) -> tuple[str, Mapping[str, str]]:
    """Publishes three versions, and has a deployment serve the first one to the group of each site."""
    server, organisation = live.first, live.first.organisation()
    project = f"{organisation}/{PROJECT}"
    server.api("POST", "projects", json={"organisation": organisation, "name": PROJECT, "template": "sine"})
    digests = {FIRST_VERSION: server.publish(project, server.build(project)["id"], FIRST_VERSION)["digest"]}
    path = f"projects/{project}/files/Runefile.yml"
    text = server.http.get(f"/api/v1/{path}").raise_for_status().text
    for version, offset in _OFFSETS.items():
        changed = text.replace("offset: 0.0023617199", f"offset: {offset}")
        assert changed != text
        server.api("PUT", path, content=changed.encode())
        digests[version] = server.publish(project, server.build(project)["id"], version)["digest"]
    for site in sites:
        deployment = f"projects/{project}/deployments/{site}"
        new = {"title": site.title(), "kind": "devices", "tag": FIRST_VERSION}
        server.api("POST", f"projects/{project}/deployments", json=new)
        group = {"title": site.title(), "query": f"site={site}"}
        server.api("POST", f"organisations/{organisation}/device-groups", json=group)
        server.until(partial(_is_signed, server, deployment), PATIENCE)
        state = server.http.get(f"/api/v1/{deployment}").raise_for_status().headers["ETag"]
        server.api("PUT", f"{deployment}/group", headers={"If-Match": state}, json={"group": site, "devices": 0})
    return organisation, digests


def _is_signed(server: LiveServer, deployment: str) -> bool:
    return bool(server.api("GET", deployment)["signed_release"])
