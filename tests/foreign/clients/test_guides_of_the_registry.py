"""The lines of the guides that pull from the registry and push to it work as they are written, on a fresh server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.foreign.conftest import PullableRune
from tests.support.servers.live_server import REPOSITORY, LiveServer
from tools.needs import SKOPEO, lack

pytestmark = pytest.mark.foreign

GUIDES = REPOSITORY / "docs" / "guides"
SHELL, PYTHON = "", "python"
BY_CODE = re.compile(r"^(rune login http://\S+)$", re.MULTILINE)
"""The lines that sign in by code and wait for a person in a browser; `tests/e2e` has that."""


def blocks(guide: str, first: str, last: str, language: str) -> list[str]:
    """The blocks of a guide in a language, from one heading to the beginning of another."""
    text = (GUIDES / guide).read_text("utf-8")
    section = text[text.index(f"## {first}\n") : text.index(f"## {last}\n")]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def play(live: LiveServer, release: PullableRune, folder: Path, language: str, text: str, token: str) -> str:
    """Runs a block as a reader does who put in the names of a project. Returns what it wrote; fails where it fails."""
    names = {"127.0.0.1:8000": f"127.0.0.1:{live.port}", "ORG/NAME": release.repository}
    names["ORG/OTHER"] = release.repository.replace("/first", "/second")
    for name, value in names.items():
        text = text.replace(name, value)
    text = BY_CODE.sub(r'\1 --token-stdin <<< "$TOKEN"', text)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "REGISTRY_AUTH_FILE": str(folder / "auth.json"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TOKEN": token,
    }
    command = ["bash", "-ec", text] if language == SHELL else [sys.executable, "-c", f"TOKEN = {token!r}\n{text}"]
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, f"{text}\n{result.stdout}{result.stderr}"
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if shutil.which("skopeo") is None:
        pytest.skip(lack(SKOPEO))
    (tmp_path / "report.json").write_text('{"accuracy": 0.97}')
    return tmp_path


def test_the_lines_that_fetch_a_rune(live: LiveServer, release: PullableRune, folder: Path) -> None:
    shell, python = (blocks("publish.md", "Fetch it", "What is stored", each) for each in (SHELL, PYTHON))
    assert (len(shell), len(python)) == (3, 1)
    for text in shell:
        play(live, release, folder, SHELL, text, release.token)
    play(live, release, folder, PYTHON, python[0], release.token)
    digest = sha256(release.rune).hexdigest()
    assert (folder / "first.rune").read_bytes() == (folder / "out" / digest).read_bytes() == release.rune
    assert (folder / "out" / "first.rune").read_bytes() == release.rune


def test_the_lines_that_push(live: LiveServer, release: PullableRune, folder: Path) -> None:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "second", "template": "sine"})
    token = live.token("registry:push")
    section = ("push.md", "Sign in", "Which artifacts the registry accepts")
    shell, (python,) = blocks(*section, SHELL), blocks(*section, PYTHON)
    assert len(shell) == 2
    for text in shell:
        play(live, release, folder, SHELL, text, token)
    headers = {"Authorization": f"Bearer {token}"}
    copy = live.http.get(f"/v2/{organisation}/second/manifests/1.0", headers=headers)
    assert copy.content == live.http.get(f"/v2/{release.repository}/manifests/1.0", headers=headers).content
    with pytest.raises(AssertionError, match="An owner can allow all artifacts"):
        play(live, release, folder, PYTHON, python, token)
    address = f"organisations/{organisation}/registry"
    for takes_all in (True, False):
        state = live.http.get(f"/api/v1/{address}").headers["ETag"]
        rules = {"takes_all": takes_all, "versions_move": False}
        live.api("PUT", address, headers={"If-Match": state}, json=rules)
        if takes_all:
            play(live, release, folder, PYTHON, python, token)
    manifest = live.http.get(f"/v2/{release.repository}/manifests/report", headers=headers).json()
    assert manifest["layers"][0]["annotations"]["org.opencontainers.image.title"] == "report.json"
    # Other tests list the tags of this repository.
    assert live.http.delete(f"/v2/{release.repository}/manifests/report", headers=headers).status_code == 202
