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
from tests.forge.factories.recordings import loud, sound
from tests.support.archives import zipped
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign


@dataclass(frozen=True)
class Desk:
    """A project on the server, and the command of a person with a token."""

    live: LiveServer
    project: str
    home: Path

    def rune(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(self.home / "config")}
        return subprocess.run(
            [sys.executable, "-m", "rune.tools.cli", *arguments],
            input=typed,
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
def desk(live: LiveServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    name = f"data-{len(request.node.name)}"
    live.api("POST", "projects", json={"organisation": live.organisation(), "name": name, "template": "sine"})
    desk = Desk(live, f"{live.organisation()}/{name}", tmp_path)
    token = live.token("registry", "project:read", "project:write")
    assert desk.rune("login", live.address, "--token-stdin", typed=token).returncode == 0
    yield desk
    live.delete_project(desk.project)


RECORDINGS = {
    "train/knock/1.wav": loud(1),
    "train/knock/2.wav": loud(2),
    "test/glass/3.wav": sound(*[5_000, -5_000] * 90),
}


@pytest.mark.slow
def test_a_data_set_is_imported_pulled_changed_and_pushed(desk: Desk) -> None:
    (desk.home / "sounds.zip").write_bytes(zipped(RECORDINGS | {"notes.txt": b"x"}))
    refused = desk.rune("data", "import", desk.project, "sounds.zip", typed="n\n")
    assert (refused.returncode, "Nothing was sent." in refused.stderr) == (1, True)
    assert "Builds of" in refused.stderr, "the terms are printed before the question"
    done = desk.rune("data", "import", desk.project, "sounds.zip", "--nobody", "--agree", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Labels: glass 1, knock 2" in done.stderr
    assert "notes.txt: It is not a WAV, FLAC, PNG, JPEG or CSV file." in done.stderr
    assert f"{desk.project}: 3 samples added, 0 were there, 1 left out" in done.stdout

    assert "has no version" in desk.rune("data", "pull", desk.project, "-o", "kitchen").stderr
    assert desk.save() == 1
    pulled = desk.rune("data", "pull", desk.project, "-o", "kitchen")
    assert pulled.returncode == 0, pulled.stderr
    assert "version 1, 3 samples, 3 fetched" in pulled.stdout
    folder = desk.home / "kitchen"
    data = rune.load_data(folder)
    x, y = data.arrays("train", length=160)
    assert (x.shape, y.tolist(), data.labels) == ((2, 160), [1, 1], ("glass", "knock"))

    # An interrupted pull goes on: only missing files are fetched.
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))
    (folder / files[1]).unlink()
    assert "3 samples, 1 fetched" in desk.rune("data", "pull", desk.project, "-o", "kitchen").stdout

    # A file in another folder has its label, and a new file is a new sample.
    (folder / "thud").mkdir()
    knock = next(path for path in files if path.startswith("knock/"))
    (folder / knock).rename(folder / "thud" / "moved.wav")
    (folder / "thud" / "new.wav").write_bytes(loud(9))
    (folder / "thud" / "broken.wav").write_bytes(b"RIFF")
    stopped = desk.rune("data", "pull", desk.project, "-o", "kitchen")
    assert (stopped.returncode, "1 label that you changed" in stopped.stderr) == (1, True)
    pushed = desk.rune("data", "push", "kitchen", "--nobody", "--agree")
    assert pushed.returncode == 1
    assert "thud/broken.wav: The file has no rows of numbers." in pushed.stderr
    assert "1 sample added, 0 were there, 1 label changed" in pushed.stdout
    (folder / "thud" / "broken.wav").unlink()
    again = desk.rune("data", "push", "kitchen", "--nobody", "--agree")
    assert (again.returncode, "0 samples added, 1 were there, 0 labels changed" in again.stdout) == (0, True)
    labels = {each["number"]: each["label"] for each in desk.data("GET", "/samples")["results"]}
    assert sorted(labels.values()) == ["glass", "knock", "thud", "thud"]

    # A later version: files move to their labels, and those of deleted samples go.
    listed = json.loads((folder / "data-set.json").read_text())["samples"]
    glass = next(row for row in listed if row["label"] == "glass")
    desk.data("DELETE", f"/samples/{glass['number']}")
    assert desk.save() == 2
    assert "version 2, 3 samples, 1 fetched" in desk.rune("data", "pull", desk.project, "-o", "kitchen").stdout
    assert not (folder / glass["file"]).exists()
    assert (folder / "thud" / "moved.wav").exists()

    # A forge.yml names the version that belongs to the files.
    digests = {each["number"]: each["digest"] for each in desk.data("GET", "/versions")["results"]}
    (desk.home / "forge.yml").write_text(f"data: {digests[1]}\n")
    assert "version 1, 2 samples" in desk.rune("data", "pull", desk.project, "-o", "first").stdout
    assert "version 2, 3 samples" in desk.rune("data", "pull", desk.project, "-o", "second", "--version", "2").stdout
    (desk.home / "forge.yml").write_text(f"data: sha256:{0:064x}\n")
    assert desk.rune("data", "pull", desk.project, "-o", "third").returncode == 5
    (desk.home / "forge.yml").write_text("data: newest\n")
    assert "forge.yml has an error" in desk.rune("data", "pull", desk.project, "-o", "third").stderr


def test_a_label_that_somebody_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    (desk.home / "sounds" / "knock").mkdir(parents=True)
    (desk.home / "sounds" / "knock" / "a.wav").write_bytes(loud(20))
    done = desk.rune("data", "push", "sounds", "--project", desk.project, "--agree")
    assert "1 sample added" in done.stdout, done.stderr
    desk.save()
    desk.rune("data", "pull", desk.project, "-o", "kitchen")
    desk.data("POST", "/samples/marks", json={"revision": 99, "changes": [{"number": 1, "label": "glass"}]})
    (desk.home / "kitchen" / "knock").rename(desk.home / "kitchen" / "thud")
    # The folder's new name is unknown to the list, so that all of it has this label.
    refused = desk.rune("data", "push", "kitchen")
    assert (refused.returncode, "Sample 1 is labelled glass by now" in refused.stderr) == (1, True)
    assert desk.data("GET", "/samples/1")["sample"]["label"] == "glass"


def test_an_interrupted_import_of_a_folder_goes_on_where_it_was(desk: Desk) -> None:
    for name, data in RECORDINGS.items():
        (desk.home / "sounds" / name).parent.mkdir(parents=True, exist_ok=True)
        (desk.home / "sounds" / name).write_bytes(data)
    # The person stops at the question of the preview; the bytes are on the server by then.
    stopped = desk.rune("data", "import", desk.project, "sounds", "--agree", typed="n\n")
    assert stopped.returncode == 1
    identifier = desk.data("GET", "/imports")["results"][0]["id"]
    assert f"--resume {identifier}" in stopped.stderr
    done = desk.rune("data", "import", desk.project, "sounds", "--resume", identifier, "--yes", "--label", "knock")
    assert "2 samples added" in done.stdout, done.stderr
    (desk.home / "sounds" / "more.wav").write_bytes(loud(30))
    other = desk.rune("data", "import", desk.project, "sounds", "--resume", identifier, "--yes")
    assert (other.returncode, "is of an archive with" in other.stderr) == (1, True)


def test_a_wrong_call_is_explained(desk: Desk) -> None:
    for arguments, status, words in (
        (("pull", "kitchen"), 2, "does not name a project"),
        (("pull", "acme/kitchen:1.0"), 2, "does not name a project"),
        (("pull", "nobody/here"), 5, ""),
        (("push", "."), 1, "Name its project, such as --project acme/kitchen"),
        (("pull", "acme/kitchen", "--layout", "tfrecord"), 2, "'data-folder', 'folders'"),
    ):
        done = desk.rune("data", *arguments)
        assert (done.returncode, words in done.stderr) == (status, True), (arguments, done.stderr)
