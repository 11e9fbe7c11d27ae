"""The services of compose.yaml with its own commands and settings: two that serve, one that builds, and an S3 store."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tests.support.servers.compose_file import service_environment
from tests.support.servers.live_forge import LiveForge, free_port
from tests.support.servers.live_server import LiveServer
from tests.support.servers.live_worker import worker
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = pytest.mark.proof

HOW_TO_GET = 'no S3 server that is not ours to store in: pipx install "moto[server,s3]"'


@contextmanager
def s3_store(folder: Path) -> Iterator[dict[str, str]]:
    """A stock S3 server with an empty bucket: what compose.yaml asks the environment for."""
    program = shutil.which("moto_server")
    if program is None or find_spec("storages") is None:
        pytest.skip(HOW_TO_GET)
    address = f"http://127.0.0.1:{free_port()}"
    command = [program, "-H", "127.0.0.1", "-p", address.rpartition(":")[2]]
    with (folder / "s3.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            transport = httpx.HTTPTransport(retries=8)  # it waits longer each time, a minute in all
            with httpx.Client(transport=transport, trust_env=False) as http:
                http.put(f"{address}/forge").raise_for_status()
            yield {"S3_URL": f"s3+{address}/forge", "S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret"}
        finally:
            process.kill()


def keys(store: dict[str, str]) -> list[str]:
    """The names of all that lies in the bucket."""
    response = httpx.get(f"{store['S3_URL'].removeprefix('s3+')}?list-type=2", trust_env=False)
    return re.findall("<Key>([^<]*)</Key>", response.text)


def test_all_of_an_installation_is_wired_by_its_environment_alone(tmp_path: Path) -> None:
    with ExitStack() as stack:
        try:
            services = stack.enter_context(running_services())
        except ServiceMissing as missing:
            pytest.skip(str(missing))
        store = stack.enter_context(s3_store(tmp_path))
        settings = store | {"SECRET_KEY": "s" * 64, "POSTGRES_PASSWORD": "p", "REDIS_PASSWORD": "r"}
        # Compose's hosts have names; here all is on this machine, and its address is that of the connection.
        places = services.environment("forge") | {"BROKER_URL": services.redis.replace("/0", "/1"), "PUBLIC_URL": ""}
        serving, building = (service_environment(name, settings) | places for name in ("web-1", "worker"))

        one, other = LiveServer(tmp_path / "data", serving), LiveServer(tmp_path / "data", serving)
        for web in (one, other):
            stack.callback(LiveForge.__exit__, web)
            stack.callback(web.http.close)
        # As compose starts them: both at once, at a database with nothing in it.
        with ThreadPoolExecutor() as pool:
            list(pool.map(LiveForge.start, (one, other)))
        stack.enter_context(worker(one.environment | building))

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
        other.api("POST", f"projects/{project}/tags", json={"tag": "1.0", "build": build["id"]})

        # Everything lies in the bucket, and nothing of it in the folder.
        assert f"blobs/sha256/{digest[:2]}/{digest}" in keys(store)
        assert not (tmp_path / "data" / "blobs").exists()
