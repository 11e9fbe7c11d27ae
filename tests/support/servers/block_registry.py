"""A registry with one shared block, and the command in a folder that uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.digests import digest_of
from rune.tools.cli import main
from tests.support.runes.shared_blocks import PATH, RUNEFILE, SMOOTH, published
from tests.support.servers.listening import QuietHandler, http_server

DIGEST, _MOUNTS = published()
MANIFEST = next(data for data in _MOUNTS.values() if digest_of(data) == DIGEST)
BASE = "/v2/acme/sounds/blocks/smooth"


class BlockRegistry(QuietHandler):
    """A registry with one block; `answers` are bytes by path."""

    answers: dict[str, bytes]
    requests: list[str]
    warned: list[str]
    """Paths that are answered with a warning."""

    def do_GET(self) -> None:
        self.requests.append(self.path)
        body = self.answers.get(self.path.partition("?")[0])
        warning = {"Warning": '299 - "deprecated"'} if self.path in self.warned else {}
        self.respond(200 if body is not None else 404, body or b"{}", warning)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[BlockRegistry]]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    answers = {
        f"{BASE}/tags/list": json.dumps({"tags": ["0.9", "1.2", "latest"]}).encode(),
        f"{BASE}/manifests/1.2": MANIFEST,
        f"{BASE}/manifests/{DIGEST}": MANIFEST,
        f"{BASE}/blobs/{digest_of(SMOOTH)}": SMOOTH,
    }
    handler = type("Handler", (BlockRegistry,), {"answers": answers, "requests": [], "warned": []})
    with http_server(handler) as address:
        config = tmp_path / "config" / "rune" / "credentials.json"
        config.parent.mkdir(parents=True)
        config.write_text(json.dumps({"tokens": {}, "usual": address}))
        yield handler


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "clap"
    path.mkdir()
    (path / "Runefile.yml").write_text(RUNEFILE.format(block=PATH, type="f32"))
    return path


def rune_in(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])
