"""Published runes are fetched byte for byte by skopeo, by oras and by our own command, private ones with a token."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import oras.client
import pytest

from tests.foreign.conftest import PullableRune
from tests.support.runes.shared_blocks import RUNEFILE, SMOOTH
from tests.support.servers.live_server import REPOSITORY, LiveServer
from tools.needs import SKOPEO, lack

pytestmark = pytest.mark.foreign


def skopeo(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("skopeo")
    if program is None:
        pytest.skip(lack(SKOPEO))
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def rune_in(folder: Path, release: PullableRune) -> bytes:
    """The rune's bytes in what skopeo's `dir:` left."""
    return (folder / hashlib.sha256(release.rune).hexdigest()).read_bytes()


def copy(live: LiveServer, release: PullableRune, to: Path, *options: str) -> subprocess.CompletedProcess[str]:
    source = f"docker://127.0.0.1:{live.port}/{release.repository}:{release.tag}"
    return skopeo("copy", "--insecure-policy", "--src-tls-verify=false", *options, source, f"dir:{to}")


def test_skopeo_copies_a_private_rune_with_a_token(live: LiveServer, release: PullableRune, tmp_path: Path) -> None:
    result = copy(live, release, tmp_path / "out", "--src-creds", f"anyone:{release.token}")
    assert result.returncode == 0, result.stderr
    assert rune_in(tmp_path / "out", release) == release.rune
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["layers"][0]["mediaType"] == "application/wasm"
    assert manifest["config"]["mediaType"] == "application/vnd.wasm.config.v0+json"


def test_skopeo_lists_the_tags(live: LiveServer, release: PullableRune) -> None:
    source = f"docker://127.0.0.1:{live.port}/{release.repository}"
    result = skopeo("list-tags", "--tls-verify=false", "--creds", f"anyone:{release.token}", source)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["Tags"] == [release.tag]


def test_skopeo_inspects_a_rune_as_the_artifact_that_it_is(live: LiveServer, release: PullableRune) -> None:
    """Skopeo reads images alone without `--raw`: it refuses every config of another type, whatever is in it."""
    source = f"docker://127.0.0.1:{live.port}/{release.repository}:{release.tag}"
    options = ("--tls-verify=false", "--creds", f"anyone:{release.token}")
    manifest = skopeo("inspect", "--raw", *options, source)
    assert manifest.returncode == 0, manifest.stderr
    digest = f"sha256:{hashlib.sha256(release.rune).hexdigest()}"
    assert json.loads(manifest.stdout)["layers"][0]["digest"] == digest
    config = skopeo("inspect", "--config", "--raw", *options, source)
    assert config.returncode == 0, config.stderr
    assert json.loads(config.stdout)["layerDigests"] == [digest]
    assert "unsupported image-specific operation on artifact" in skopeo("inspect", *options, source).stderr


def test_clients_without_a_token_are_refused_until_the_project_is_public(
    live: LiveServer, release: PullableRune, tmp_path: Path
) -> None:
    result = copy(live, release, tmp_path / "refused")
    assert result.returncode != 0
    live.api("PATCH", f"projects/{release.repository}", json={"visibility": "public"})
    try:
        result = copy(live, release, tmp_path / "allowed")
        assert result.returncode == 0, result.stderr
        assert rune_in(tmp_path / "allowed", release) == release.rune
        client = oras.client.OrasClient(hostname=f"127.0.0.1:{live.port}", insecure=True)
        target = f"127.0.0.1:{live.port}/{release.repository}:{release.tag}"
        files = client.pull(target=target, outdir=str(tmp_path / "oras"))
        assert Path(files[0]).read_bytes() == release.rune
    finally:
        live.api("PATCH", f"projects/{release.repository}", json={"visibility": "private"})


def test_oras_pulls_the_file_under_its_name(live: LiveServer, release: PullableRune, tmp_path: Path) -> None:
    client = oras.client.OrasClient(hostname=f"127.0.0.1:{live.port}", insecure=True, auth_backend="basic")
    client.auth.set_basic_auth("anyone", release.token)
    files = client.pull(target=f"127.0.0.1:{live.port}/{release.repository}:{release.tag}", outdir=str(tmp_path))
    assert [Path(file).name for file in files] == ["first.rune"]
    assert Path(files[0]).read_bytes() == release.rune


def rune(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Our own command, as it is installed."""
    command = [str(Path(sys.executable).parent / "rune"), *arguments]
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=60, cwd=home, env=environment, check=False
    )


def test_rune_pull_fetches_it_after_rune_login(live: LiveServer, release: PullableRune, tmp_path: Path) -> None:
    before = rune(tmp_path, "pull", f"{live.address}/{release.repository}:{release.tag}")
    assert before.returncode == 4
    signed_in = rune(tmp_path, "login", live.address, "--token-stdin", stdin=release.token)
    assert signed_in.returncode == 0, signed_in.stderr
    result = rune(tmp_path, "pull", f"{release.repository}:{release.tag}")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "first.rune").read_bytes() == release.rune


def test_a_pulled_rune_runs(live: LiveServer, release: PullableRune, tmp_path: Path) -> None:
    rune(tmp_path, "login", live.address, "--token-stdin", stdin=release.token)
    rune(tmp_path, "pull", f"{release.repository}:{release.tag}", "-o", "sine.rune")
    result = rune(tmp_path, "run", "--generated", "sine.rune")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)


@pytest.mark.slow
def test_a_block_that_the_command_publishes_and_takes_gives_the_same_rune_here_and_on_the_server(
    live: LiveServer, tmp_path: Path
) -> None:
    organisation = live.organisation()
    sounds, clap = f"{organisation}/sounds", f"{organisation}/clap"
    path = f"{sounds}#smooth@1.2"
    for name in ("sounds", "clap"):
        live.api("POST", "projects", json={"organisation": organisation, "name": name, "template": "sine"})
    live.api("PUT", f"projects/{sounds}/files/smooth.py", content=SMOOTH)
    token = live.token("project:read", "rune:publish", "registry:pull")
    assert rune(tmp_path, "login", live.address, "--token-stdin", stdin=token).returncode == 0
    assert rune(tmp_path, "block", "list", organisation).stdout.startswith("There are no blocks that you may see.")

    result = rune(tmp_path, "block", "publish", path, "--note", "Follows.")
    assert result.stdout.startswith(f"Published {path}, sha256:"), result.stderr
    live.api("PUT", f"projects/{sounds}/files/smooth.py", content=SMOOTH + b"# other\n")
    again = rune(tmp_path, "block", "publish", path)
    assert (again.returncode != 0, "1.2" in again.stderr) == (True, True), again.stderr
    listing = rune(tmp_path, "block", "list", organisation)
    assert listing.stdout == f"{path}  Average the scores, so that one loud moment is not a word.\n"

    folder = tmp_path / "clap"
    folder.mkdir()
    (folder / "Runefile.yml").write_text(RUNEFILE.format(block=path, type="f32"), "utf-8")
    unknown = rune(tmp_path, "block", "add", f"{sounds}#smoother", "clap")
    assert (unknown.returncode, "was not found" in unknown.stderr) == (5, True), unknown.stderr
    assert rune(tmp_path, "block", "add", f"{sounds}#smooth", "clap").returncode == 0
    local_build = rune(tmp_path, "build", "clap", "-o", "clap.rune")
    assert local_build.returncode == 0, local_build.stderr
    for name in ("Runefile.yml", "rune.lock"):
        live.api("PUT", f"projects/{clap}/files/{name}", content=(folder / name).read_bytes())
    build = live.build(clap)
    assert build["state"] == "succeeded", build
    assert live.http.get(build["rune_url"]).content == (tmp_path / "clap.rune").read_bytes()

    assert rune(tmp_path, "withdraw", path, "--reason", "It had a key in it.").stdout.startswith(f"Withdrew {path}.")
    refusal = rune(tmp_path, "block", "add", path, "clap")
    assert (refusal.returncode, "It had a key in it." in refusal.stderr) == (5, True), refusal.stderr
    assert rune(tmp_path, "build", "clap", "-o", "clap.rune").returncode == 0
    live.api("PUT", f"projects/{clap}/files/notes.txt", content=b"Built again.")
    assert live.build(clap)["state"] == "succeeded"


@pytest.mark.slow
def test_the_command_withdraws_a_rune_which_then_only_its_digest_pulls(
    live: LiveServer, release: PullableRune, tmp_path: Path
) -> None:
    token = live.token("project:read", "rune:publish", "registry:pull")
    rune(tmp_path, "login", live.address, "--token-stdin", stdin=release.token)
    name = f"{release.repository}:{release.tag}"
    refusal = rune(tmp_path, "withdraw", name, "--reason", "It had a key in it.")
    assert (refusal.returncode, "rune:publish" in refusal.stderr) == (4, True), refusal.stderr
    assert rune(tmp_path, "pull", name).returncode == 0
    rune(tmp_path, "login", live.address, "--token-stdin", stdin=token)
    assert rune(tmp_path, "withdraw", name).returncode == 2
    assert rune(tmp_path, "withdraw", release.repository, "--reason", "why").returncode == 2
    unknown = rune(tmp_path, "withdraw", f"{release.repository}:99.9", "--reason", "It had a key in it.")
    assert (unknown.returncode, "99.9" in unknown.stderr) == (5, True), unknown.stderr
    tags = live.api("GET", f"projects/{release.repository}/tags")["tags"]
    digest = next(each["digest"] for each in tags if each["tag"] == release.tag)
    result = rune(tmp_path, "withdraw", name, "--reason", "It had a key in it.")
    assert result.stdout.startswith(f"Withdrew {name}, "), result.stderr
    try:
        by_name = rune(tmp_path, "pull", name)
        assert (by_name.returncode, "It had a key in it." in by_name.stderr) == (5, True), by_name.stderr
        pull = rune(tmp_path, "pull", f"{release.repository}@{digest}")
        assert (pull.returncode, "It had a key in it." in pull.stderr) == (0, True), pull.stderr
    finally:
        tag = f"projects/{release.repository}/tags/{release.tag}"
        state = live.http.get(f"/api/v1/{tag}").raise_for_status().headers["ETag"]
        live.api("DELETE", f"{tag}/withdrawal", {"If-Match": state})


@pytest.mark.slow
@pytest.mark.protects("uploads/damaged-bytes")
def test_a_flipped_byte_breaks_the_transfer_and_is_told_to_operators(live: LiveServer, release: PullableRune) -> None:
    digest = hashlib.sha256(release.rune).hexdigest()
    place = live.data / "blobs" / "sha256" / digest[:2] / digest
    blob = f"/v2/{release.repository}/blobs/sha256:{digest}"
    headers = {"Authorization": f"Bearer {release.token}"}
    bad_bytes = bytearray(release.rune)
    bad_bytes[0] ^= 1
    place.write_bytes(bad_bytes)
    try:
        for part in ({}, {"Range": "bytes=-1"}):
            with pytest.raises(httpx.RemoteProtocolError):
                live.http.get(blob, headers=headers | part)
        live.until(lambda: f"The stored bytes of sha256:{digest} are damaged" in live.log())
        result = verify_store(live)
        assert result.returncode == 1, result.stderr
        assert f"damaged: sha256:{digest}" in result.stdout
    finally:
        place.write_bytes(release.rune)
    result = verify_store(live)
    assert (result.returncode, "all whole" in result.stdout) == (0, True), result.stdout + result.stderr
    assert live.http.get(blob, headers=headers).content == release.rune
    assert live.http.get(blob, headers=headers | {"Range": "bytes=-1"}).content == release.rune[-1:]


def verify_store(live: LiveServer) -> subprocess.CompletedProcess[str]:
    """The operator's command, beside the server that runs."""
    command = [sys.executable, "manage.py", "verify_store"]
    return subprocess.run(
        command, cwd=REPOSITORY, env=live.environment, capture_output=True, text=True, timeout=60, check=False
    )
