"""`rune data` against a running server: what a person pulls, changes, pushes and imports, and where it goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import rune
from tests.support.forge.factories.recordings import loud, sound
from tests.support.installations.archives import zipped
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign


@dataclass(frozen=True)
class CommandUser:
    """A project on the server, and the command of a person with a token."""

    live: LiveServer
    project: str
    home: Path

    def rune(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(self.home / "config")}
        return subprocess.run(
            [sys.executable, "-m", "rune.tools.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            env=environment,
            cwd=self.home,
            check=False,
        )

    def data(self, method: str, path: str, **arguments: Any) -> Any:
        return self.live.api(method, f"projects/{self.project}/data{path}", **arguments)

    def save(self) -> int:
        number: int = self.data("POST", "/versions", json={"revision": self.data("GET", "")["revision"]})["number"]
        return number


@pytest.fixture
def client(live: LiveServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[CommandUser]:
    name = f"data-{len(request.node.name)}"
    live.api("POST", "projects", json={"organisation": live.organisation(), "name": name, "template": "sine"})
    client = CommandUser(live, f"{live.organisation()}/{name}", tmp_path)
    token = live.token("registry", "project:read", "project:write")
    assert client.rune("login", live.address, "--token-stdin", stdin=token).returncode == 0
    yield client
    live.delete_project(client.project)


RECORDINGS = {
    "train/knock/1.wav": loud(1),
    "train/knock/2.wav": loud(2),
    "test/glass/3.wav": sound(*[5_000, -5_000] * 90),
}


@pytest.mark.slow
def test_a_data_set_is_imported_pulled_changed_and_pushed(client: CommandUser) -> None:
    (client.home / "sounds.zip").write_bytes(zipped(RECORDINGS | {"notes.txt": b"x"}))
    refusal = client.rune("data", "import", client.project, "sounds.zip", stdin="n\n")
    assert (refusal.returncode, "Nothing was sent." in refusal.stderr) == (1, True)
    assert "Builds of" in refusal.stderr, "the terms are printed before the question"
    result = client.rune("data", "import", client.project, "sounds.zip", "--nobody", "--agree", "--yes")
    assert result.returncode == 0, result.stderr
    assert "Labels: glass 1, knock 2" in result.stderr
    assert "notes.txt: It is not a WAV, FLAC, PNG, JPEG or CSV file." in result.stderr
    assert f"{client.project}: 3 samples added, 0 were there, 1 left out" in result.stdout

    assert "has no version" in client.rune("data", "pull", client.project, "-o", "kitchen").stderr
    assert client.save() == 1
    pull = client.rune("data", "pull", client.project, "-o", "kitchen")
    assert pull.returncode == 0, pull.stderr
    assert "version 1, 3 samples, 3 fetched" in pull.stdout
    folder = client.home / "kitchen"
    data = rune.load_data(folder)
    x, y = data.arrays("train", length=160)
    assert (x.shape, y.tolist(), data.labels) == ((2, 160), [1, 1], ("glass", "knock"))

    # An interrupted pull goes on: only missing files are fetched.
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))
    (folder / files[1]).unlink()
    assert "3 samples, 1 fetched" in client.rune("data", "pull", client.project, "-o", "kitchen").stdout

    # A file in another folder has its label, and a new file is a new sample.
    (folder / "thud").mkdir()
    knock = next(path for path in files if path.startswith("knock/"))
    (folder / knock).rename(folder / "thud" / "moved.wav")
    (folder / "thud" / "new.wav").write_bytes(loud(9))
    (folder / "thud" / "broken.wav").write_bytes(b"RIFF")
    conflict = client.rune("data", "pull", client.project, "-o", "kitchen")
    assert (conflict.returncode, "1 label that you changed" in conflict.stderr) == (1, True)
    push = client.rune("data", "push", "kitchen", "--nobody", "--agree")
    assert push.returncode == 1
    assert "thud/broken.wav: The file has no rows of numbers." in push.stderr
    assert "1 sample added, 0 were there, 1 label changed" in push.stdout
    (folder / "thud" / "broken.wav").unlink()
    again = client.rune("data", "push", "kitchen", "--nobody", "--agree")
    assert (again.returncode, "0 samples added, 1 were there, 0 labels changed" in again.stdout) == (0, True)
    labels = {each["number"]: each["label"] for each in client.data("GET", "/samples")["results"]}
    assert sorted(labels.values()) == ["glass", "knock", "thud", "thud"]

    # A later version: files move to their labels, and those of deleted samples go.
    samples = json.loads((folder / "data-set.json").read_text())["samples"]
    glass = next(row for row in samples if row["label"] == "glass")
    client.data("DELETE", f"/samples/{glass['number']}")
    assert client.save() == 2
    assert "version 2, 3 samples, 1 fetched" in client.rune("data", "pull", client.project, "-o", "kitchen").stdout
    assert not (folder / glass["file"]).exists()
    assert (folder / "thud" / "moved.wav").exists()

    # A forge.yml names the version that belongs to the files.
    digests = {each["number"]: each["digest"] for each in client.data("GET", "/versions")["results"]}
    (client.home / "forge.yml").write_text(f"data: {digests[1]}\n")
    assert "version 1, 2 samples" in client.rune("data", "pull", client.project, "-o", "first").stdout
    assert (
        "version 2, 3 samples" in client.rune("data", "pull", client.project, "-o", "second", "--version", "2").stdout
    )
    (client.home / "forge.yml").write_text(f"data: sha256:{0:064x}\n")
    assert client.rune("data", "pull", client.project, "-o", "third").returncode == 5
    (client.home / "forge.yml").write_text("data: newest\n")
    assert "forge.yml has an error" in client.rune("data", "pull", client.project, "-o", "third").stderr


def test_a_label_that_somebody_changed_meanwhile_is_not_overwritten(client: CommandUser) -> None:
    (client.home / "sounds" / "knock").mkdir(parents=True)
    (client.home / "sounds" / "knock" / "a.wav").write_bytes(loud(20))
    result = client.rune("data", "push", "sounds", "--project", client.project, "--agree")
    assert "1 sample added" in result.stdout, result.stderr
    client.save()
    client.rune("data", "pull", client.project, "-o", "kitchen")
    client.data("POST", "/samples/marks", json={"revision": 99, "changes": [{"number": 1, "label": "glass"}]})
    (client.home / "kitchen" / "knock").rename(client.home / "kitchen" / "thud")
    # The folder's new name is unknown to the list, so that all of it has this label.
    conflict = client.rune("data", "push", "kitchen")
    assert (conflict.returncode, "Sample 1 is labelled glass by now" in conflict.stderr) == (1, True)
    assert client.data("GET", "/samples/1")["sample"]["label"] == "glass"


def test_an_interrupted_import_of_a_folder_goes_on_where_it_was(client: CommandUser) -> None:
    for name, data in RECORDINGS.items():
        (client.home / "sounds" / name).parent.mkdir(parents=True, exist_ok=True)
        (client.home / "sounds" / name).write_bytes(data)
    # The person stops at the question of the preview; the bytes are on the server by then.
    interruption = client.rune("data", "import", client.project, "sounds", "--agree", stdin="n\n")
    assert interruption.returncode == 1
    identifier = client.data("GET", "/imports")["results"][0]["id"]
    assert f"--resume {identifier}" in interruption.stderr
    result = client.rune(
        "data", "import", client.project, "sounds", "--resume", identifier, "--yes", "--label", "knock"
    )
    assert "2 samples added" in result.stdout, result.stderr
    (client.home / "sounds" / "more.wav").write_bytes(loud(30))
    other = client.rune("data", "import", client.project, "sounds", "--resume", identifier, "--yes")
    assert (other.returncode, "is of an archive with" in other.stderr) == (1, True)


def test_a_wrong_call_is_explained(client: CommandUser) -> None:
    for arguments, status, words in (
        (("pull", "kitchen"), 2, "does not name a project"),
        (("pull", "acme/kitchen:1.0"), 2, "does not name a project"),
        (("pull", "nobody/here"), 5, ""),
        (("push", "."), 1, "Name its project, such as --project acme/kitchen"),
        (("pull", "acme/kitchen", "--layout", "tfrecord"), 2, "'data-folder', 'folders'"),
    ):
        result = client.rune("data", *arguments)
        assert (result.returncode, words in result.stderr) == (status, True), (arguments, result.stderr)
