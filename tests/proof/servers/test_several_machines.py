"""The guide to several machines, followed line by line: two web servers and a worker, with no folder in common."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.conftest import REPOSITORY
from tests.proof.servers.test_services_of_compose import keys, s3_store
from tests.support.servers.live_forge import free_port
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = pytest.mark.proof

GUIDE = REPOSITORY / "docs" / "guides" / "several-machines.md"
SET_UP = "python3 -m tools.setup production\n"
"""The one block that is not run: it would replace the packages that run the tests. The container image runs it."""


def blocks() -> dict[str, list[str]]:
    """The guide's code blocks by the section that they are in."""
    commands: dict[str, list[str]] = {}
    for section in GUIDE.read_text("utf-8").split("\n## ")[1:]:
        commands[section.partition("\n")[0]] = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return commands


def with_own(block: str, own: Mapping[str, str]) -> str:
    """A block with a reader's own values in place of the guide's examples. Each of them must be there."""
    for example, value in own.items():
        assert example in block, example
        block = block.replace(example, value)
    return block


@dataclass
class WorkerMachine:
    """A machine of its own: a folder for its data and its `forge.env`, and a port. Its checkout is this one."""

    folder: Path
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.folder.mkdir()

    def local(self, block: str) -> str:
        """A block as it is typed on this machine."""
        return block.replace("./forge.env", str(self.folder / "forge.env"))

    @property
    def environment(self) -> dict[str, str]:
        variables = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        return variables | {"DATA_DIR": str(self.folder / "data"), "PORT": str(self.port)}

    def run(self, block: str) -> str:
        """Runs a block to its end, and gives what it printed."""
        command = ["bash", "-e", "-o", "pipefail", "-c", self.local(block)]
        result = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    @contextmanager
    def running(self, block: str, sign: str) -> Iterator[str]:
        """Runs a block that does not end, from the line of its output that has `sign`, which is given."""
        command = ["bash", "-e", "-c", self.local(block)]
        with subprocess.Popen(
            command, cwd=REPOSITORY, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if sign in line:
                    break
            else:
                raise AssertionError("".join(lines))
            try:
                yield "".join(lines)
            finally:
                process.terminate()
                process.communicate(timeout=30)
            assert process.returncode in (0, -signal.SIGTERM)


class GuidedServer(LiveServer):
    """A server that the guide started: this signs in and asks, and starts nothing."""

    def __init__(self, machine: WorkerMachine, output: str = "") -> None:
        super().__init__(machine.folder / "data", machine.environment)
        self.port = machine.port
        self.address = f"http://127.0.0.1:{machine.port}"
        self.http = httpx.Client(base_url=self.address, timeout=30, trust_env=False)
        self.lines = [output]


def test_each_line_of_the_guide_makes_an_installation_of_three_machines(tmp_path: Path) -> None:
    sections = blocks()
    assert list(sections) == ["The services", "A web server", "A worker", "See that it works", "How much to have"]
    (write_addresses,) = sections["The services"]
    set_up, serve, is_healthy = sections["A web server"]
    (work,) = sections["A worker"]
    (see,) = sections["See that it works"]
    assert set_up == SET_UP
    with ExitStack() as stack:
        try:
            services = stack.enter_context(running_services())
        except ServiceMissing as missing:
            pytest.skip(str(missing))
        store = stack.enter_context(s3_store(tmp_path))
        web, second, builder = (WorkerMachine(tmp_path / name) for name in ("web-1", "web-2", "worker-1"))
        own = {
            "postgresql://forge:PASSWORD@10.0.0.2/forge": services.environment("forge")["DATABASE_URL"],
            "redis://10.0.0.3:6379": services.redis.removesuffix("/0"),
            "s3+https://10.0.0.4:9000/forge": store["S3_URL"],
            "S3_ACCESS_KEY=NAME": f"S3_ACCESS_KEY={store['S3_ACCESS_KEY']}",
            "S3_SECRET_KEY=KEY": f"S3_SECRET_KEY={store['S3_SECRET_KEY']}",
            "https://forge.example": f"http://127.0.0.1:{web.port}",
            "cat > forge.env": f"cat > {web.folder / 'forge.env'}",
        }
        web.run(with_own(write_addresses, own))
        file = web.folder / "forge.env"
        assert file.stat().st_mode & 0o777 == 0o600
        for machine in (second, builder):
            (machine.folder / "forge.env").write_text(file.read_text())

        local = {"HOST=0.0.0.0": "HOST=127.0.0.1"}  # nobody else is to reach a test's server
        output = stack.enter_context(web.running(with_own(serve, local), "#token="))
        stack.enter_context(second.running(with_own(serve, local), "Open "))
        for machine in (web, second):
            assert machine.run(with_own(is_healthy, {":8000": f":{machine.port}"})) == "ok\n"
        stack.enter_context(builder.running(work, "Hammer Forge builds"))

        one, other = GuidedServer(web, output), GuidedServer(second)
        stack.callback(one.http.close)
        stack.callback(other.http.close)
        one.sign_in()
        other.http.cookies = one.http.cookies
        organisation = one.organisation()
        project = f"{organisation}/digits"
        one.api("POST", "projects", json={"organisation": organisation, "name": "digits", "template": "digits"})
        build = one.build(project)
        assert build["state"] == "succeeded", build
        assert other.until(lambda: other.api("GET", f"projects/{project}/preview")["current"])
        rune = other.http.get(build["rune_url"]).content
        digest = hashlib.sha256(rune).hexdigest()
        assert build["report"]["rune"]["digest"] == f"sha256:{digest}"
        assert f"blobs/sha256/{digest[:2]}/{digest}" in keys(store)
        # No machine has files of the others, nor needs them.
        assert not list(tmp_path.glob("*/data/blobs"))
        assert "builds" in web.run(see)


def test_the_guide_names_what_every_machine_needs() -> None:
    (block,) = blocks()["The services"]
    names = set(re.findall(r"^([A-Z0-9_]+)=", block, re.MULTILINE))
    assert {"DATABASE_URL", "REDIS_URL", "BROKER_URL", "S3_URL", "SECRET_KEY", "PUBLIC_URL"} <= names
