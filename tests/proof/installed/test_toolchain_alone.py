"""The toolchain by itself: its wheel and the base packages in a fresh environment do all that `rune` does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rune.source.templates import list_templates
from rune.toolchain import source_digest
from tests.support.servers.simulated_registry import SimulatedRegistry, simulated_registry

pytestmark = pytest.mark.proof

ROOT = Path(__file__).resolve().parents[3]
UV = Path(sys.executable).with_name("uv")


@dataclass(frozen=True)
class LoneToolchain:
    """An environment with nothing but the wheel and what it requires."""

    environment: Path
    checkout: Path
    """The source of the wheel."""

    def run(self, *arguments: str, folder: Path, stdin: str = "") -> str:
        """Runs `rune` in a folder and returns its output; nothing of this checkout is in its reach."""
        result = subprocess.run(
            [self.environment / "bin" / "rune", *arguments],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


@pytest.fixture(scope="module")
def toolchain(tmp_path_factory: pytest.TempPathFactory) -> LoneToolchain:
    folder = tmp_path_factory.mktemp("toolchain")
    checkout, environment = folder / "checkout", folder / "venv"
    # A clone of the committed files: building a wheel leaves files beside the sources.
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", checkout], check=True)
    subprocess.run([UV, "--quiet", "build", "--wheel", "--out-dir", folder, checkout], check=True)
    subprocess.run([UV, "--quiet", "venv", "--python", sys.executable, environment], check=True)
    install: list[str | Path] = [UV, "--quiet", "pip", "install", "--python", environment / "bin" / "python"]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements" / "base.txt"], check=True)
    subprocess.run([*install, "--no-deps", *folder.glob("*.whl")], check=True)
    return LoneToolchain(environment, checkout)


@pytest.fixture
def registry() -> Iterator[SimulatedRegistry]:
    with simulated_registry() as registry:
        registry.token = "secret-token"
        yield registry


def test_nothing_of_the_web_app_is_installed_with_it(toolchain: LoneToolchain) -> None:
    names = {path.name.lower() for path in toolchain.environment.glob("lib/python*/site-packages/*")}
    assert not names & {"django", "channels", "celery", "rest_framework", "pycrdt", "uvicorn", "pip"}


def test_it_is_the_same_toolchain_as_in_the_checkout(toolchain: LoneToolchain, tmp_path: Path) -> None:
    version = json.loads(toolchain.run("version", "--format", "json", folder=tmp_path))
    compiler = version["compiler"].replace("zig", "ziglang")
    assert version["toolchain-digest"] == source_digest(toolchain.checkout / "rune", compiler)


@pytest.mark.parametrize("name", [template.name for template in list_templates()])
def test_a_template_becomes_a_rune_that_runs(name: str, toolchain: LoneToolchain, tmp_path: Path) -> None:
    assert any(line.startswith(name) for line in toolchain.run("new", folder=tmp_path).splitlines())
    toolchain.run("new", name, folder=tmp_path)
    assert "0 errors, 0 warnings" in toolchain.run("check", name, folder=tmp_path)
    toolchain.run("build", name, "-o", "made.rune", folder=tmp_path)
    assert name in toolchain.run("inspect", "made.rune", folder=tmp_path)
    assert json.loads(toolchain.run("run", "made.rune", "--generated", folder=tmp_path))
    model = next(path for path in (tmp_path / name).glob("*.tflite"))
    assert "FULLY_CONNECTED" in toolchain.run("model-info", str(model), folder=tmp_path)


def test_a_rune_is_fetched_from_a_registry(
    toolchain: LoneToolchain, registry: SimulatedRegistry, tmp_path: Path
) -> None:
    rune = b"\0asm\1\0\0\0"
    registry.publish("acme/keywords", "1.0", rune)
    toolchain.run("login", registry.address, "--token-stdin", folder=tmp_path, stdin="secret-token\n")
    toolchain.run("pull", "acme/keywords:1.0", folder=tmp_path)
    assert (tmp_path / "keywords.rune").read_bytes() == rune
