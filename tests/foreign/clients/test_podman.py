"""Podman signs in, pushes and pulls images and lists of images, and shows its user why something was refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from tests.support.servers.live_server import LiveServer
from tools.needs import PODMAN, lack

pytestmark = [pytest.mark.foreign, pytest.mark.slow]


class Podman:
    """Podman with a store and a sign-in of its own; it runs no container."""

    def __init__(self, program: str, folder: Path, host: str) -> None:
        self._program, self._folder, self.host = program, folder, host
        storage = f'[storage]\ndriver = "vfs"\nrunroot = "{folder}/run"\ngraphroot = "{folder}/graph"\n'
        (folder / "storage.conf").write_text(storage)
        (folder / "registries.conf").write_text(f'[[registry]]\nlocation = "{host}"\ninsecure = true\n')
        (folder / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')

    def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self._folder / "registries.conf"),
            "REGISTRY_AUTH_FILE": str(self._folder / "auth.json"),
        }
        return subprocess.run(
            [self._program, *arguments], env=environment, input=stdin, capture_output=True, text=True, timeout=120,
            check=False, cwd=self._folder,
        )  # fmt: skip

    def must(self, *arguments: str, stdin: str = "") -> str:
        result = self(*arguments, stdin=stdin)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def image(self, name: str, text: bytes) -> str:
        """Makes an image with one file; returns its id."""
        with tarfile.open(self._folder / "layer.tar", "w") as layer:
            member = tarfile.TarInfo("hello")
            member.size = len(text)
            layer.addfile(member, BytesIO(text))
        self.must("import", "--quiet", "layer.tar", name)
        return self.must("image", "inspect", "--format", "{{.Id}}", name)


@pytest.fixture(scope="module")
def repository(live: LiveServer) -> Iterator[str]:
    """A repository that takes every artifact."""
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "images", "template": "sine"})
    address = f"organisations/{organisation}/registry"

    def change(takes_all: bool) -> None:
        state = live.http.get(f"/api/v1/{address}").headers["ETag"]
        terms = {"takes_all": takes_all, "versions_move": False}
        live.api("PUT", address, headers={"If-Match": state}, json=terms)

    change(True)
    yield f"{organisation}/images"
    change(False)


@pytest.fixture
def podman(live: LiveServer, tmp_path: Path) -> Podman:
    program = shutil.which("podman")
    if program is None:
        pytest.skip(lack(PODMAN))
    return Podman(program, tmp_path, f"127.0.0.1:{live.port}")


def test_an_image_is_pushed_and_pulled_after_signing_in(podman: Podman, live: LiveServer, repository: str) -> None:
    name, pull = f"{podman.host}/{repository}:nightly", live.token("registry:pull")
    image = podman.image(name, b"an image")
    assert podman("push", name).returncode != 0, "nobody is signed in"
    assert podman("login", "--username", "anyone", "--password-stdin", podman.host, stdin="nonsense").returncode != 0
    podman.must("login", "--username", "anyone", "--password-stdin", podman.host, stdin=live.token("registry:push"))
    podman.must("push", name)
    podman.must("rmi", name)
    podman.must("login", "--username", "anyone", "--password-stdin", podman.host, stdin=pull)
    podman.must("pull", "--quiet", name)
    assert podman.must("image", "inspect", "--format", "{{.Id}}", name) == image
    assert podman("push", name).returncode != 0, "this token pulls alone"
    podman.must("logout", podman.host)
    podman.must("rmi", name)
    assert podman("pull", "--quiet", name).returncode != 0


def test_a_version_keeps_its_bytes_and_podman_says_so(podman: Podman, live: LiveServer, repository: str) -> None:
    name = f"{podman.host}/{repository}:1.0"
    podman.must("login", "--username", "anyone", "--password-stdin", podman.host, stdin=live.token("registry:push"))
    podman.image(name, b"the first")
    podman.must("push", name)
    podman.must("push", name)
    podman.image(name, b"the second")
    result = podman("push", name)
    assert result.returncode != 0
    assert "keeps its bytes" in result.stderr


def test_a_list_of_images_is_pushed_whole(podman: Podman, live: LiveServer, repository: str) -> None:
    name = f"{podman.host}/{repository}:all"
    podman.must("login", "--username", "anyone", "--password-stdin", podman.host, stdin=live.token("registry:push"))
    podman.must("manifest", "create", "all")
    for number in (1, 2):
        podman.image(f"localhost/one:{number}", f"image {number}".encode())
        podman.must("manifest", "add", "all", f"containers-storage:localhost/one:{number}")
    podman.must("manifest", "push", "--all", "all", f"docker://{name}")
    # Podman 4.3 inspects lists without its sign-in.
    headers = {"Authorization": f"Bearer {live.token('registry:pull')}"}
    with httpx.Client(base_url=f"{live.address}/v2/{repository}", headers=headers, trust_env=False) as client:
        manifests = client.get("/manifests/all").json()["manifests"]
        assert len(manifests) == 2
        for each in manifests:
            (layer,) = client.get(f"/manifests/{each['digest']}").json()["layers"]
            assert client.head(f"/blobs/{layer['digest']}").headers["Content-Length"] == str(layer["size"])
