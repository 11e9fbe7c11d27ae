"""The Debian package of the daemon: it runs from where it is unpacked, without this environment, and is the same each
time."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.packaging import deb
from tools.setup import WHEELS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not on this machine"),
]
MOST_INSTALLED = 140 * 1024 * 1024


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deb.build(WHEELS, tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    return root


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(root / "usr/bin/hmrd"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)


def test_it_runs_with_its_own_libraries_alone(root: Path, tmp_path: Path) -> None:
    assert run(root, "version").stdout.startswith("hmrd ")
    shipped = run(root, "--config", str(root / "etc/hmrd/hmrd.toml"), "check-config")
    assert shipped.returncode == 0, shipped.stdout
    away = run(root, "--state", str(tmp_path), "status")
    assert away.returncode == 1
    assert "No daemon answers" in away.stderr


def test_its_libraries_load(root: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(root / deb.LIBRARIES)!r})\n"
        "import hmrd.daemon, rune.running.deployment.updates, tuf.ngclient\n"
        "assert all(sys.modules[name].__file__.startswith(sys.path[0]) for name in ('hmrd', 'rune', 'tuf', 'wasmtime'))"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_it_is_small_and_its_configuration_is_the_owners(package: Path, root: Path) -> None:
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    assert size < MOST_INSTALLED, size
    fields = subprocess.run(["dpkg-deb", "-I", package, "conffiles"], check=True, capture_output=True, text=True)
    assert fields.stdout.split() == ["/etc/hmrd/hmrd.toml"]


def test_the_unit_is_one_that_systemd_reads(root: Path) -> None:
    unit = (root / "usr/lib/systemd/system/hmrd.service").read_text()
    for line in ("User=hmrd", "ProtectSystem=strict", "NoNewPrivileges=yes", "StateDirectory=hmrd"):
        assert f"\n{line}\n" in unit


def test_the_same_files_are_the_same_package(package: Path, tmp_path: Path) -> None:
    again = deb.build(WHEELS, tmp_path)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(package.read_bytes()).digest()
