"""Publishes @hammer-forge/rune to npm: the tarball that servers of this version have at `/dist/`.

    python -m tools.packaging.release_npm            # says what would be published
    python -m tools.packaging.release_npm --publish

What is published is the commit that has the version's tag, with nothing changed. A version is published once: npm takes
none a second time, and neither does this. The account is that of `npm login`, or of npm's own settings in CI.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.setup import (
    ASSETS,
    FRONTEND,
    ROOT,
    build_frontend,
    install_frontend_packages,
    largest_set,
    node_environment,
)

PACKAGE = "@hammer-forge/rune"
_MANIFEST = "package/package.json"


class NotReleasable(Exception):
    """Nothing was published; the text says why, and what to do."""


@dataclass(frozen=True)
class Tarball:
    """The built package."""

    path: Path
    version: str
    files: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The digest as `sha256:` and hexadecimal digits."""
        return f"sha256:{hashlib.sha256(self.path.read_bytes()).hexdigest()}"


def read_tarball(folder: Path, version: str) -> Tarball:
    """Returns the tarball of a version in the folder of a build. Raises `NotReleasable`."""
    path = folder / f"hammer-forge-rune-{version}.tgz"
    try:
        with tarfile.open(path) as archive:
            names = tuple(sorted(each.name for each in archive.getmembers() if each.isfile()))
            member = archive.extractfile(_MANIFEST)
            manifest = json.loads(member.read()) if member else {}
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise NotReleasable(f"{path} cannot be read: {error}. Run make setup.") from None
    package = (manifest.get("name"), manifest.get("version"))
    if package != (PACKAGE, version):
        raise NotReleasable(f"{path} is {package[0]} {package[1]}, and not {PACKAGE} {version}. Run make setup.")
    return Tarball(path, version, names)


def require_tagged(repository: Path, version: str) -> None:
    """Raises `NotReleasable` unless the files are those of the version's tag."""
    if changed := _output_of(["git", "status", "--porcelain"], repository):
        raise NotReleasable(f"Files were changed since the last commit:\n{changed}\nCommit them, or put them away.")
    tags = _output_of(["git", "tag", "--points-at", "HEAD"], repository).split()
    if f"v{version}" not in tags:
        raise NotReleasable(f"This commit has no tag v{version}. Check out the tag, or set it: git tag v{version}")


def require_unpublished(tarball: Tarball, environment: Mapping[str, str]) -> None:
    """Raises `NotReleasable` where npm has the version already, or does not answer."""
    command = ["npm", "view", f"{PACKAGE}@{tarball.version}", "version", "--json"]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if process.returncode == 0 and process.stdout.strip():
        raise NotReleasable(f"npm has {PACKAGE} {tarball.version} already. A version is published once.")
    if process.returncode and "E404" not in process.stdout + process.stderr:
        raise NotReleasable(f"npm does not say which versions there are:\n{process.stderr.strip()}")


def publish(tarball: Tarball, environment: Mapping[str, str]) -> None:
    """Publishes it for everybody. Raises `NotReleasable`."""
    command = ["npm", "publish", str(tarball.path), "--access", "public"]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if process.returncode:
        raise NotReleasable(f"npm did not publish it:\n{process.stderr.strip()}")


def main(arguments: Sequence[str]) -> int:
    if set(arguments) - {"--publish"}:
        print(__doc__, file=sys.stderr)
        return 2
    version = json.loads((FRONTEND / "package.json").read_text("utf-8"))["version"]
    environment = node_environment()
    try:
        if "--publish" in arguments:
            require_tagged(ROOT, version)
        install_frontend_packages(largest_set("server"))
        build_frontend()
        tarball = read_tarball(ASSETS / "sdk", version)
        require_unpublished(tarball, environment)
        print(f"{PACKAGE} {version}, {tarball.path.stat().st_size:,} bytes, {tarball.digest}")
        print("\n".join(f"  {name}" for name in tarball.files))
        if "--publish" in arguments:
            publish(tarball, environment)
            print(f"Published {PACKAGE} {version}.")
    except NotReleasable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _output_of(command: Sequence[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
