"""A registry that means harm: `rune pull` ends in one sentence, writes nothing elsewhere and keeps its memory."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.oci import LARGEST_MANIFEST
from rune.tools.cli import main
from tests.support.servers.simulated_registry import Answer, SimulatedRegistry, digest_of, simulated_registry

RUNE = b"\0asm\1\0\0\0" + bytes(range(256)) * 40
MANIFEST = "/v2/acme/keywords/manifests/1"


@pytest.fixture
def registry() -> Iterator[SimulatedRegistry]:
    with simulated_registry() as registry:
        yield registry


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def pulled(registry: SimulatedRegistry) -> Result:
    result = CliRunner().invoke(main, ["pull", f"{registry.address}/acme/keywords:1"])
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.protects("registry/redirects")
@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://[",
        "http://[::1/x",
        "https://\x7f",
        "//evil.example:99999/x",
        "javascript:alert(1)",
        "gopher://127.0.0.1:1/x",
        "http://127.0.0.1.evil.example/x",
        "http://127.0.0.1@evil.example/x",
    ],
)
def test_a_redirect_to_anything_but_https_is_not_followed(
    registry: SimulatedRegistry, folder: Path, location: str
) -> None:
    registry.answers[MANIFEST] = Answer(307, b"", {"Location": location})
    result = pulled(registry)
    assert result.exit_code in (1, 2, 3)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.protects("registry/redirects")
def test_a_circle_of_redirects_ends(registry: SimulatedRegistry, folder: Path) -> None:
    registry.answers[MANIFEST] = Answer(307, b"", {"Location": MANIFEST})
    assert pulled(registry).exit_code == 1
    assert len(registry.seen) == 5


@pytest.mark.protects("registry/titles")
@pytest.mark.parametrize("title", ["../../evil", "/etc/cron.d/evil", "a/../../evil", "\x00", "\x1b[2J", "con"])
def test_a_title_decides_no_path(registry: SimulatedRegistry, folder: Path, title: str) -> None:
    layer = {
        "mediaType": "application/wasm",
        "digest": digest_of(RUNE),
        "size": len(RUNE),
        "annotations": {"org.opencontainers.image.title": title},
    }
    registry.publish("acme/keywords", "1", RUNE, layers=[layer])
    assert pulled(registry).exit_code == 0
    assert [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()] == ["work/keywords.rune"]


@pytest.mark.protects("registry/endless-answers")
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"config":' * 50_000, b'{"size":' + b"9" * 10_000 + b"}", b"x" * (LARGEST_MANIFEST + 1)]
)
def test_a_manifest_made_to_exhaust_its_reader_is_refused(
    registry: SimulatedRegistry, folder: Path, body: bytes
) -> None:
    registry.answers[MANIFEST] = Answer(200, body)
    assert pulled(registry).exit_code in (1, 7)


@pytest.mark.parametrize("size", [-1, 2**70, 1.5, "10", None])
def test_a_size_that_is_none_is_refused_before_a_byte_is_asked_for(
    registry: SimulatedRegistry, folder: Path, size: object
) -> None:
    layer = {"mediaType": "application/wasm", "digest": digest_of(RUNE), "size": size}
    registry.publish("acme/keywords", "1", RUNE, layers=[layer])
    assert pulled(registry).exit_code == 1
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.protects("registry/endless-answers")
@pytest.mark.parametrize("body", [b"x" * 30_000_000, b"[" * 60_000, b'{"errors":[{"message":"\x1b[2Jno"}]}'])
def test_a_refusal_of_any_size_is_one_sentence(registry: SimulatedRegistry, folder: Path, body: bytes) -> None:
    registry.answers[MANIFEST] = Answer(500, body)
    tracemalloc.start()
    result = pulled(registry)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert peak < 5_000_000


@pytest.mark.slow
@pytest.mark.protects("registry/endless-answers")
def test_bytes_that_unfold_beyond_what_was_promised_are_cut_off(registry: SimulatedRegistry, folder: Path) -> None:
    registry.publish("acme/keywords", "1", RUNE)
    bomb = gzip.compress(bytes(50_000_000))
    registry.answers[f"/v2/acme/keywords/blobs/{digest_of(RUNE)}"] = Answer(200, bomb, {"Content-Encoding": "gzip"})
    assert pulled(registry).exit_code == 1
    assert list(Path.cwd().iterdir()) == []
