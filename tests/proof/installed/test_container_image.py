"""The Dockerfile's image, built and started without Docker: it serves, runs as nobody, and keeps its data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from rune.isolation.protections import Protection
from rune.source.templates import list_templates
from tests.proof.installed.container_image import BASE_IMAGE, REPOSITORY, Container, ImageBuilder, processes_below
from tests.support.patience import PATIENCE
from tests.support.servers.compose_file import compose_file, service_environment
from tests.support.servers.live_forge import free_port
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = pytest.mark.proof

IMAGE = "hammer-forge"
USER = 10001
MOST_ADDED = 450_000_000
"""Bytes that the image may have beyond Debian; a third of them is the C compiler."""


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageBuilder]:
    """buildah with the image in it, made of what is committed here."""
    missing = [name for name in ("buildah", "debootstrap") if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root, buildah and debootstrap; missing: {', '.join(missing) or 'root'}")
    folder = tmp_path_factory.mktemp("image")
    builder = ImageBuilder(folder)
    context = folder / "context"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{REPOSITORY}", str(context)], check=True)
    builder.make_base()
    try:
        builder.build(context, IMAGE)
    except subprocess.CalledProcessError:
        pytest.fail((folder / "build.log").read_text(errors="replace")[-4000:])
    yield builder
    builder.run("rmi", "--all", "--force")


@dataclass(frozen=True)
class Running:
    """A server in a container, as someone outside sees it."""

    container: Container
    process: int
    address: str

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=30, trust_env=False)


def until(condition: Callable[[], bool], what: str) -> None:
    """Asks again until it holds: a server in a container says nothing that could be waited for."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.2)


def volume(folder: Path) -> Path:
    """An empty volume, owned as Docker makes one for the image: like the folder that it hides."""
    folder.mkdir()
    os.chown(folder, USER, USER)
    folder.chmod(0o700)
    return folder


class ImageServer:
    """The image, started as `docker run -p -v data:/data` does. A context manager."""

    def __init__(self, builder: ImageBuilder, data: Path, environment: Mapping[str, str] | None = None) -> None:
        self._port = free_port()
        self._container = builder.container(IMAGE, data, {**(environment or {}), "PORT": str(self._port)})
        self._command = builder.configuration(IMAGE)["Cmd"]

    def __enter__(self) -> Running:
        container = self._container.__enter__()
        self._process = container.started(self._command)
        process = self._process.__enter__()
        running = Running(container, process.pid, f"http://127.0.0.1:{self._port}")
        until(lambda: answers(running), "an answer of the server")
        return running

    def __exit__(self, *error: object) -> None:
        self._process.__exit__(None, None, None)
        self._container.__exit__(None, None, None)


def answers(running: Running) -> bool:
    try:
        with running.client as client:
            return client.get("/healthz").is_success
    except httpx.TransportError:
        return False


def link(running: Running) -> str:
    """The token of a new sign-in link."""
    result = running.container.run(".venv/bin/python", "manage.py", "link")
    match = re.search(r"#token=(\S+)", result.stdout)
    assert match, result
    return match[1]


def sign_in(running: Running, client: httpx.Client) -> None:
    page = client.get("/sign-in").text
    csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert csrf is not None
    fields = {"csrfmiddlewaretoken": csrf[1], "token": link(running)}
    assert client.post("/sign-in", data=fields, headers={"Origin": running.address}).status_code == 302


def test_the_image_serves_a_page_to_sign_in_and_its_health_check_passes(builder: ImageBuilder, tmp_path: Path) -> None:
    check = builder.configuration(IMAGE)["Healthcheck"]["Test"]
    assert check[0] == "CMD"
    with ImageServer(builder, volume(tmp_path / "data")) as running:
        with running.client as client:
            page = client.get("/sign-in")
            assert page.status_code == 200
            assert "csrfmiddlewaretoken" in page.text
            for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
                assert client.get(asset).status_code == 200, asset
        assert running.container.run(*check[1:]).returncode == 0
    with builder.container(IMAGE, volume(tmp_path / "still"), {"PORT": str(free_port())}) as container:
        ill = container.run(*check[1:])
        assert ill.returncode == 1
        assert "does not answer" in ill.stderr


def test_the_image_does_not_run_as_root_and_owns_nothing_but_its_data(builder: ImageBuilder, tmp_path: Path) -> None:
    data = volume(tmp_path / "data")
    with ImageServer(builder, data) as running:
        commands = processes_below(running.process).values()
        servers = {user for user, command in commands if command.startswith(".venv/bin/python manage.py serve")}
        assert servers == {USER}
        assert (data / "secret-key").stat().st_uid == USER
        assert (data / "forge.sqlite3").stat().st_uid == USER
        listing = running.container.run("find", "/", "-xdev", "-user", str(USER), "-not", "-path", "/proc/*").stdout
        assert [path for path in listing.splitlines() if not path.startswith(("/data", "/tmp", "/dev"))] == []


def test_the_image_has_no_secret_in_it_and_each_volume_gets_its_own(builder: ImageBuilder, tmp_path: Path) -> None:
    variables = builder.configuration(IMAGE)["Env"]
    assert not [one for one in variables if re.match(r"(?i)[^=]*(secret|password|token|_key)[^=]*=", one)]
    keys = []
    for name in ("one", "two"):
        data = volume(tmp_path / name)
        with builder.container(IMAGE, data, {}) as container:
            listing = container.run(
                "find", "/forge", "-name", "secret-key*", "-o", "-name", "*.sqlite3*", "-o", "-name", ".git"
            )
            assert listing.stdout == ""
            assert container.run(".venv/bin/python", "manage.py", "link").returncode == 0
        key = data / "secret-key"
        assert key.stat().st_mode & 0o777 == 0o600
        keys.append(key.read_text())
    assert keys[0] != keys[1]


def test_a_volume_keeps_people_and_projects_over_a_restart_in_another_container(
    builder: ImageBuilder, tmp_path: Path
) -> None:
    assert list(builder.configuration(IMAGE)["Volumes"]) == ["/data"]
    data = volume(tmp_path / "data")
    with ImageServer(builder, data) as running, running.client as client:
        sign_in(running, client)
        person = client.get("/api/v1/me").json()
        organisation = person["organisations"][0]["name"]
        headers = {"X-CSRFToken": client.cookies["csrftoken"], "Origin": running.address}
        body = {"organisation": organisation, "name": "kept", "template": "sine"}
        assert client.post("/api/v1/projects", json=body, headers=headers).status_code == 201
        session = client.cookies["sessionid"]
    with ImageServer(builder, data) as running, running.client as client:
        client.cookies.set("sessionid", session)
        assert client.get("/api/v1/me").json() == person
        assert client.get(f"/api/v1/projects/{organisation}/kept/state").status_code == 200


def test_what_the_image_lacks_of_the_compiler_is_not_needed_to_build(builder: ImageBuilder, tmp_path: Path) -> None:
    data = volume(tmp_path / "data")
    names = [template.name for template in list_templates()]
    with builder.container(IMAGE, data, {}) as container:
        for name in names:
            result = container.run(
                ".venv/bin/rune", "build", f"examples/{name}/Runefile.yml", "-o", f"/data/{name}.rune"
            )
            assert (result.returncode, result.stderr) == (0, "")
            assert container.run(".venv/bin/rune", "run", f"/data/{name}.rune", "--generated").returncode == 0
        firmware = container.run(".venv/bin/rune", "build", "examples/sine", "--target", "pico", "-o", "/data/pico.zip")
        assert (firmware.returncode, firmware.stderr) == (0, "")
    source = builder.folder / "context"
    for name in names:
        here = tmp_path / f"{name}.rune"
        command = [sys.executable, "-c", "from rune.tools.cli import main; main()", "build"]
        arguments = [f"examples/{name}/Runefile.yml", "-o", str(here)]
        environment = os.environ | {"PYTHONPATH": str(source)}
        subprocess.run([*command, *arguments], cwd=source, env=environment, check=True)
        assert (data / f"{name}.rune").read_bytes() == here.read_bytes(), "the same bytes inside and outside"


def test_the_image_is_small(builder: ImageBuilder, record_property: Callable[[str, object], None]) -> None:
    base, whole = builder.size(BASE_IMAGE), builder.size(IMAGE)
    record_property("image", f"{whole / 1e6:.0f} MB, {(whole - base) / 1e6:.0f} MB of them on top of Debian")
    assert whole - base < MOST_ADDED


def test_the_image_tells_what_isolates_what_it_computes(builder: ImageBuilder, tmp_path: Path) -> None:
    with ImageServer(builder, volume(tmp_path / "data")) as running:
        report = running.container.run(".venv/bin/python", "-m", "forge.serving.healthy", "--isolation").stdout
    assert {line.partition(":")[0] for line in report.splitlines()} == set(Protection)
    assert "system-calls: in force" in report
    assert "no-new-privileges: in force" in report


def test_the_image_runs_as_the_three_services_of_the_compose_file(builder: ImageBuilder, tmp_path: Path) -> None:
    with ExitStack() as stack:
        try:
            services = stack.enter_context(running_services())
        except ServiceMissing as missing:
            pytest.skip(str(missing))
        settings = {"SECRET_KEY": "s" * 64, "POSTGRES_PASSWORD": "p", "REDIS_PASSWORD": "r"}
        # Compose's hosts have names; a container of buildah is on this machine's network.
        places = services.environment("composed") | {"BROKER_URL": services.redis.replace("/0", "/1")}
        data = volume(tmp_path / "data")
        web = service_environment("web-1", settings) | places
        one = stack.enter_context(ImageServer(builder, data, web))
        other = stack.enter_context(ImageServer(builder, data, service_environment("web-2", settings) | places))
        working = stack.enter_context(builder.container(IMAGE, data, service_environment("worker", settings) | places))
        command = compose_file()["services"]["worker"]["command"]
        process = stack.enter_context(working.started(command))
        assert process.stdout is not None
        until(lambda: "Hammer Forge builds" in str(process.stdout and process.stdout.readline()), "a worker's start")
        with one.client as client:
            sign_in(one, client)
            organisation = client.get("/api/v1/me").json()["organisations"][0]["name"]
            headers = {"X-CSRFToken": client.cookies["csrftoken"], "Origin": one.address}
            body = {"organisation": organisation, "name": "composed", "template": "sine"}
            assert client.post("/api/v1/projects", json=body, headers=headers).status_code == 201
            answer = client.post(f"/api/v1/projects/{organisation}/composed/builds", headers=headers).json()
            session = client.cookies["sessionid"]
        with other.client as client:
            client.cookies.set("sessionid", session)
            build = f"/api/v1/builds/{answer['id']}"
            until(lambda: client.get(build).json()["state"] not in ("queued", "running"), "the end of a build")
            assert client.get(build).json()["state"] == "succeeded"
            assert client.get("/readyz").json() == {"ready": True, "problems": []}
