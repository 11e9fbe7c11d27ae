"""Blocks of other projects at the terminal: what is refused, fetched once, kept, and built again without a network."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.digests import digest_of
from rune.running.runtime import Runtime
from tests.support.compiler.programs.c_programs import sent_bytes
from tests.support.runes.shared_blocks import PATH, SMOOTH, published
from tests.support.servers.block_registry import BASE, DIGEST, MANIFEST, BlockRegistry, folder, registry, rune_in

__all__ = ["folder", "registry"]  # fixtures


@pytest.mark.slow
@pytest.mark.protects("compiling/shared-blocks")
def test_what_is_not_the_block_that_was_meant_is_refused(registry: type[BlockRegistry], folder: Path) -> None:
    assert rune_in("block", "add", "smooth", folder).exit_code == 2
    assert rune_in("block", "add", "acme/sounds#smooth@3", folder).exit_code == 5
    other, _ = published("1.3")
    registry.answers[f"{BASE}/manifests/1.3"] = MANIFEST
    assert "is smooth@1.2" in (result := rune_in("block", "add", "acme/sounds#smooth@1.3", folder)).output
    assert result.exit_code == 7
    registry.answers[f"{BASE}/blobs/{digest_of(SMOOTH)}"] = SMOOTH + b"\n"
    assert rune_in("block", "add", PATH, folder).exit_code == 6
    assert not (folder / "rune.lock").exists()
    # A lock that somebody else wrote is as little believed.
    (folder / "rune.lock").write_text(f"{PATH} {other}\n")
    registry.answers[f"{BASE}/manifests/{other}"] = MANIFEST
    result = rune_in("check", folder)
    assert result.exit_code == 1
    assert "cannot be fetched" in result.output
    assert "RUNE0122" in result.output


@pytest.mark.slow
def test_a_block_is_fetched_once_and_built_without_a_network(registry: type[BlockRegistry], folder: Path) -> None:
    assert "rune block add" in rune_in("check", folder).output
    result = rune_in("block", "add", "acme/sounds#smooth", folder)
    assert (result.exit_code, PATH in result.output) == (0, True)
    assert (folder / "rune.lock").read_text().splitlines()[-1] == f"{PATH} {DIGEST}"
    registry.answers.clear()
    registry.requests.clear()
    rune = folder / "clap.rune"
    build_result = rune_in("build", folder, "--output", rune)
    assert (build_result.exit_code, registry.requests) == (0, []), build_result.output
    frame = struct.pack("<4f", 1.0, 0.0, 0.0, -4.0)
    assert sent_bytes(Runtime.load(rune.read_bytes()), [[frame]]) == struct.pack("<4f", 0.5, 0.0, 0.0, -2.0)


@pytest.mark.slow
def test_without_a_version_the_newest_is_taken_that_nobody_advises_against(
    registry: type[BlockRegistry], folder: Path
) -> None:
    newer, mounts = published("1.3")
    registry.answers[f"{BASE}/tags/list"] = json.dumps({"tags": ["1.2", "1.3"]}).encode()
    registry.answers[f"{BASE}/manifests/1.3"] = next(data for data in mounts.values() if digest_of(data) == newer)
    assert "smooth@1.3" in rune_in("block", "add", "acme/sounds#smooth", folder).output
    registry.warned.append(f"{BASE}/manifests/1.3")
    assert PATH in (result := rune_in("block", "add", "acme/sounds#smooth", folder)).output
    assert "warning" not in result.output
    registry.warned.append(f"{BASE}/manifests/1.2")
    assert "warning: " in (result := rune_in("block", "add", "acme/sounds#smooth", folder)).output
    assert "smooth@1.3" in result.output


@pytest.mark.slow
def test_what_the_lock_names_is_fetched_by_its_digest(
    registry: type[BlockRegistry], folder: Path, tmp_path: Path
) -> None:
    (folder / "rune.lock").write_text(f"{PATH} {DIGEST}\n")
    first = rune_in("check", folder)
    assert (first.exit_code, f"Fetched {PATH}" in first.output) == (0, True), first.output
    assert registry.requests == [f"{BASE}/manifests/{DIGEST}", f"{BASE}/blobs/{digest_of(SMOOTH)}"]
    # A damaged file in the cache is fetched again.
    (source,) = (tmp_path / "cache").rglob(digest_of(SMOOTH).partition(":")[2])
    source.write_bytes(b"def smooth(x: f32[4]) -> f32[4]:\n    return x\n")
    assert rune_in("check", folder).exit_code == 0
    assert source.read_bytes() == SMOOTH


def test_without_an_organisation_the_catalogue_is_listed() -> None:
    lines = rune_in("block", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == sorted(CATALOGUE)
    blocks = json.loads(rune_in("block", "list", "-f", "json").output)["blocks"]
    assert [each["path"] for each in blocks] == sorted(CATALOGUE)
