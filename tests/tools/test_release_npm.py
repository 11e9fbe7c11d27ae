"""Releasing the npm package: the stock npm client sends the built tarball, once, and of a tagged commit alone."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.listening import QuietHandler, http_server
from tools.packaging.release_npm import (
    PACKAGE,
    NotReleasable,
    Tarball,
    publish,
    read_tarball,
    require_tagged,
    require_unpublished,
)
from tools.setup import node_environment

ADDRESS = "/@hammer-forge%2frune"


class _Npm(QuietHandler):
    """A registry of npm with at most one package, which it takes from anybody who has the token."""

    packages: dict[str, dict[str, Any]]

    def do_GET(self) -> None:
        package = self.packages.get(self.path)
        self.respond(404 if package is None else 200, json.dumps(package or {"error": "Not found"}).encode())

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != "Bearer right":
            self.respond(401, b"{}")
            return
        self.packages[self.path] = json.loads(body)
        self.respond(201, b"{}")


@pytest.fixture
def npm(tmp_path: Path) -> Iterator[tuple[type[_Npm], dict[str, str]]]:
    """The registry, and the environment of an npm that is signed in to it."""
    handler = type("Handler", (_Npm,), {"packages": {}})
    with http_server(handler) as address:
        settings = tmp_path / "npmrc"
        host = address.partition(":")[2]
        settings.write_text(f"registry={address}/\n{host}/:_authToken=right\nfetch-retries=0\n")
        own = {"NPM_CONFIG_USERCONFIG": str(settings), "NPM_CONFIG_CACHE": str(tmp_path / "cache")}
        yield handler, node_environment() | own


@pytest.fixture
def tarball(tmp_path: Path) -> Tarball:
    """A package of version 1.2.3."""
    write(tmp_path / "hammer-forge-rune-1.2.3.tgz", {"name": PACKAGE, "version": "1.2.3"})
    return read_tarball(tmp_path, "1.2.3")


def write(path: Path, manifest: Mapping[str, str]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in {"package.json": json.dumps(manifest).encode(), "index.js": b"export {};\n"}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
def test_npm_gets_the_bytes_of_the_tarball_once(tarball: Tarball, npm: tuple[type[_Npm], dict[str, str]]) -> None:
    registry, environment = npm
    require_unpublished(tarball, environment)
    publish(tarball, environment)
    (document,) = registry.packages.values()
    assert document["access"] == "public"
    assert document["dist-tags"] == {"latest": "1.2.3"}
    (attachment,) = document["_attachments"].values()
    assert base64.b64decode(attachment["data"]) == tarball.path.read_bytes()
    with pytest.raises(NotReleasable, match=r"has @hammer-forge/rune 1\.2\.3 already"):
        require_unpublished(tarball, environment)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
def test_a_refusal_of_npm_and_a_registry_that_is_away_are_named(
    tarball: Tarball, npm: tuple[type[_Npm], dict[str, str]]
) -> None:
    registry, environment = npm
    settings = Path(environment["NPM_CONFIG_USERCONFIG"])
    settings.write_text(settings.read_text().replace("right", "wrong"))
    with pytest.raises(NotReleasable, match="npm did not publish it"):
        publish(tarball, environment)
    assert registry.packages == {}
    settings.write_text("registry=http://127.0.0.1:1/\nfetch-retries=0\n")
    with pytest.raises(NotReleasable, match="does not say which versions"):
        require_unpublished(tarball, environment)


def test_a_tarball_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReleasable, match="cannot be read"):
        read_tarball(tmp_path, "1.2.3")
    write(tmp_path / "hammer-forge-rune-1.2.3.tgz", {"name": PACKAGE, "version": "1.2.2"})
    with pytest.raises(NotReleasable, match=r"is @hammer-forge/rune 1\.2\.2, and not"):
        read_tarball(tmp_path, "1.2.3")


@pytest.mark.slow
def test_only_the_unchanged_commit_of_the_version_s_tag_is_released(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        names = ["-c", "user.name=Jo", "-c", "user.email=jo@example.org"]
        subprocess.run(["git", *names, *arguments], cwd=tmp_path, env=os.environ | own, check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "a.txt").write_text("a")
    git("add", ".")
    git("commit", "-qm", "Add a")
    with pytest.raises(NotReleasable, match=r"no tag v1\.2\.3"):
        require_tagged(tmp_path, "1.2.3")
    git("tag", "v1.2.3")
    require_tagged(tmp_path, "1.2.3")
    (tmp_path / "a.txt").write_text("b")
    with pytest.raises(NotReleasable, match=r"a\.txt"):
        require_tagged(tmp_path, "1.2.3")
