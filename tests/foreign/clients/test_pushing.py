"""Stock clients push as they pull: skopeo copies an image in, oras pushes a file; tokens and policy decide."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import oras.client
import pytest

from tests.support.servers.live_server import LiveServer
from tools.needs import SKOPEO, lack

pytestmark = pytest.mark.foreign


@pytest.fixture(scope="module")
def repository(live: LiveServer) -> str:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "door", "template": "sine"})
    return f"{organisation}/door"


@pytest.fixture
def takes_all(live: LiveServer) -> Iterator[None]:
    """Lets the registry take every artifact, for a test."""
    address = f"organisations/{live.organisation()}/registry"

    def change(takes_all: bool) -> None:
        state = live.http.get(f"/api/v1/{address}").headers["ETag"]
        terms = {"takes_all": takes_all, "versions_move": False}
        live.api("PUT", address, headers={"If-Match": state}, json=terms)

    change(True)
    yield
    change(False)


def skopeo(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("skopeo")
    if program is None:
        pytest.skip(lack(SKOPEO))
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def image_in(folder: Path) -> Path:
    """An image with one layer, in the form of skopeo's `dir:`."""
    folder.mkdir()
    layer = b"a layer of an image" * 1000
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}, "history": []}
    blobs = {"config": json.dumps(config).encode(), "layer": layer}
    descriptors = {
        name: {"digest": f"sha256:{sha256(data).hexdigest()}", "size": len(data)} for name, data in blobs.items()
    }
    for data in blobs.values():
        (folder / sha256(data).hexdigest()).write_bytes(data)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **descriptors["config"]},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **descriptors["layer"]}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    return folder


def push(live: LiveServer, source: Path, target: str, token: str) -> subprocess.CompletedProcess[str]:
    credentials = ("--dest-creds", f"anyone:{token}") if token else ()
    destination = f"docker://127.0.0.1:{live.port}/{target}"
    return skopeo(
        "copy",
        "--insecure-policy",
        "--dest-tls-verify=false",
        "--preserve-digests",
        *credentials,
        f"dir:{source}",
        destination,
    )


def test_skopeo_pushes_an_image_where_the_organisation_takes_it(
    live: LiveServer, repository: str, takes_all: None, tmp_path: Path
) -> None:
    source, token = image_in(tmp_path / "image"), live.token("registry:push")
    result = push(live, source, f"{repository}:nightly", token)
    assert result.returncode == 0, result.stderr
    again = skopeo(
        "copy", "--insecure-policy", "--src-tls-verify=false", "--preserve-digests", "--src-creds", f"anyone:{token}",
        f"docker://127.0.0.1:{live.port}/{repository}:nightly", f"dir:{tmp_path / 'out'}",
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "out" / "manifest.json").read_bytes() == (source / "manifest.json").read_bytes()
    deletion = skopeo(
        "delete",
        "--tls-verify=false",
        "--creds",
        f"anyone:{token}",
        f"docker://127.0.0.1:{live.port}/{repository}:nightly",
    )
    assert deletion.returncode == 0, deletion.stderr
    missing = skopeo(
        "inspect", "--raw", "--tls-verify=false", "--creds", f"anyone:{token}",
        f"docker://127.0.0.1:{live.port}/{repository}:nightly",
    )  # fmt: skip
    assert missing.returncode != 0


def test_skopeo_is_refused_without_the_policy_and_without_the_right_token(
    live: LiveServer, repository: str, tmp_path: Path
) -> None:
    source = image_in(tmp_path / "image")
    result = push(live, source, f"{repository}:nightly", live.token("registry:push"))
    assert result.returncode != 0
    assert "An owner can allow all artifacts" in result.stderr
    for token in (live.token("registry:pull"), "nonsense", ""):
        assert push(live, source, f"{repository}:nightly", token).returncode != 0


def test_oras_pushes_a_file_and_fetches_it_again(
    live: LiveServer, repository: str, takes_all: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("report.json").write_text('{"accuracy": 0.97}')
    client = oras.client.OrasClient(hostname=f"127.0.0.1:{live.port}", insecure=True, auth_backend="basic")
    client.auth.set_basic_auth("anyone", live.token("registry:push"))
    target = f"127.0.0.1:{live.port}/{repository}:report"
    for chunked in (False, True):
        answer = client.push(target=target, files=["report.json"], do_chunked=chunked, chunk_size=8)
        assert answer.status_code == 201
    files = client.pull(target=target, outdir=str(tmp_path / "out"))
    assert Path(files[0]).read_text() == '{"accuracy": 0.97}'
    assert "report" in client.get_tags(f"127.0.0.1:{live.port}/{repository}")


def test_a_large_blob_in_parts_comes_through_the_server(live: LiveServer, repository: str) -> None:
    data = bytes(range(256)) * 4096 * 3
    headers = {"Authorization": f"Bearer {live.token('registry:push')}"}
    with httpx.Client(base_url=live.address, headers=headers, timeout=60, trust_env=False) as client:
        upload = client.post(f"/v2/{repository}/blobs/uploads/")
        location, half = upload.headers["Location"], len(data) // 2
        part = client.patch(location, content=data[:half], headers={"Content-Range": f"0-{half - 1}"})
        assert (part.status_code, part.headers["Range"]) == (202, f"0-{half - 1}")
        # The rest without a length, as Docker's clients send it.
        part = client.patch(location, content=(data[at : at + 65536] for at in range(half, len(data), 65536)))
        assert part.status_code == 202, part.text
        digest = f"sha256:{sha256(data).hexdigest()}"
        assert client.put(location, params={"digest": digest}).status_code == 201
        assert client.get(f"/v2/{repository}/blobs/{digest}").content == data
        assert client.get(f"/v2/{repository}/blobs/{digest}", headers={"Range": "bytes=1-4"}).content == data[1:5]
