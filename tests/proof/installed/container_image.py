"""Builds the Dockerfile and starts its image with buildah, on a base image that debootstrap makes here.

Needs root, buildah and debootstrap; no Docker and no registry of images. Knows nothing of what the image must do.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
BASE_IMAGE = "debian:bookworm-slim"
RELEASE = "bookworm"

# Variables that tell this machine's clients which package indexes and which authorities to use. Where they are set, the
# packages can be reached only with them, so the base image has them too. None of them is in the Dockerfile.
_PASSED_ON = ("PIP_", "UV_", "npm_config_", "NPM_CONFIG_")
_PASSED_ON_NAMES = (
    "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
_AUTHORITIES = Path("/usr/local/share/ca-certificates")


@dataclass(frozen=True)
class ImageBuilder:
    """buildah, with a store of its own in `folder`, so that nothing of it stays on the machine."""

    folder: Path

    def run(self, *arguments: str) -> str:
        """Runs a buildah command and returns its output. Raises `CalledProcessError`; its complaints go to stderr."""
        return subprocess.run(self.command(*arguments), env=self.environment, check=True, stdout=subprocess.PIPE,
                              text=True).stdout.strip()  # fmt: skip

    def command(self, *arguments: str) -> list[str]:
        # The plainest way to store layers works everywhere, inside another container too.
        store = ("--storage-driver", "vfs", "--root", str(self.folder / "store"), "--runroot", str(self.folder / "run"))
        return ["buildah", *store, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "BUILDAH_ISOLATION": "chroot"}

    def make_base(self) -> None:
        """Debian's minimal system under the name that the Dockerfile gets in place of its own."""
        root = self.folder / "root"
        log = self.folder / "debootstrap.log"
        with log.open("w") as out:
            command = ["debootstrap", "--variant=minbase", RELEASE, str(root), *debian_mirror()]
            result = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False)
        assert result.returncode == 0, log.read_text()[-2000:]
        for archive in (root / "var/cache/apt/archives").glob("*.deb"):
            archive.unlink()
        container = self.run("from", "scratch")
        self.run("add", "--quiet", container, str(root), "/")
        if _AUTHORITIES.is_dir() and any(_AUTHORITIES.iterdir()):
            self.run("add", "--quiet", container, str(_AUTHORITIES), str(_AUTHORITIES))
        for name, value in package_settings().items():
            self.run("config", "--env", f"{name}={value}", container)
        self.run("config", "--cmd", "/bin/bash", container)
        self.run("commit", "--quiet", "--rm", container, BASE_IMAGE)
        shutil.rmtree(root)

    def build(self, context: Path, tag: str) -> None:
        """The Dockerfile of a folder, in Docker's format: the other one knows no health check."""
        base = ("--pull=never", "--build-arg", f"DEBIAN={BASE_IMAGE}")
        command = self.command("bud", *base, "--format", "docker", "--tag", tag, str(context))
        with (self.folder / "build.log").open("w") as log:
            subprocess.run(command, env=self.environment, check=True, stdout=log, stderr=subprocess.STDOUT)

    def configuration(self, image: str) -> Mapping[str, Any]:
        """User, environment, command, volumes and health check of an image."""
        inspection = json.loads(self.run("inspect", "--type", "image", image))
        configuration: Mapping[str, Any] = inspection["Docker"]["config"]
        return configuration

    def size(self, image: str) -> int:
        """Bytes of all files of an image."""
        container = self.run("from", "--pull=never", image)
        try:
            root = self.run("mount", container)
            return tree_size(Path(root))
        finally:
            self.run("umount", container)
            self.run("rm", container)

    @contextmanager
    def container(self, image: str, data: Path, variables: Mapping[str, str]) -> Iterator[Container]:
        """A container of an image whose /data is a folder here; processes in it see this machine's network."""
        name = self.run("from", "--pull=never", image)
        for path in self.configuration(image).get("Volumes") or {}:
            # buildah would put an empty folder of its own over the one that is given.
            self.run("config", "--volume", f"{path}-", name)
        try:
            yield Container(self, name, data, variables)
        finally:
            self.run("rm", name)


@dataclass(frozen=True)
class Container:
    """A container in which commands can be run, as the image's user."""

    builder: ImageBuilder
    name: str
    data: Path
    variables: Mapping[str, str]

    def command(self, *arguments: str) -> list[str]:
        variables = [part for name, value in self.variables.items() for part in ("--env", f"{name}={value}")]
        return self.builder.command("run", *variables, "--volume", f"{self.data}:/data", self.name, "--", *arguments)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command, environment = self.command(*arguments), self.builder.environment
        return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)

    @contextmanager
    def started(self, arguments: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on by itself; it is interrupted, as by Ctrl-C, when the block ends."""
        process = subprocess.Popen(
            self.command(*arguments),
            env=self.builder.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()


def processes_below(parent: int) -> dict[int, tuple[int, str]]:
    """User and command line of each living process that descends from one, by its number."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            children.setdefault(int(_status(folder, "PPid")), []).append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    processes, left = {}, list(children.get(parent, []))
    while left:
        process = left.pop()
        left += children.get(process, [])
        folder = Path("/proc") / str(process)
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            processes[process] = (int(_status(folder, "Uid").split()[0]), command.strip())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return processes


def _status(process: Path, field: str) -> str:
    for line in (process / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return line.partition(":")[2].strip()
    raise ProcessLookupError(process)


def package_settings() -> dict[str, str]:
    """The variables of this machine that package managers read."""
    return {
        name: value
        for name, value in os.environ.items()
        if value and (name.startswith(_PASSED_ON) or name in _PASSED_ON_NAMES) and not name.endswith("FIND_LINKS")
    }


def debian_mirror() -> list[str]:
    """Returns where this machine gets Debian's release from; nothing, for debootstrap's own default, on another
    system."""
    form = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    command = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    listing = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        address, release, component = line.split()
        if (release, component) == (RELEASE, "main"):
            return [address]
    return []


def tree_size(root: Path) -> int:
    """Bytes of the files below a folder, a file with two names counted once."""
    sizes: dict[tuple[int, int], int] = {}
    for folder, _, names in os.walk(root):
        for name in names:
            status = (Path(folder) / name).lstat()
            sizes[status.st_dev, status.st_ino] = status.st_size
    return sum(sizes.values())
