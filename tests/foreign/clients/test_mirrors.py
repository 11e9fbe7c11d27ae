"""A project is copied to Debian's docker-registry and fetched from there and from another server like this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.clients.test_pushing import image_in, skopeo
from tests.foreign.clients.test_signed_runes import PublishingOrganisation
from tests.support.servers.docker_registry import DockerRegistry, running_docker_registry
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture(scope="module")
def docker_registry() -> Iterator[DockerRegistry]:
    with running_docker_registry() as registry:
        yield registry


@pytest.fixture(scope="module")
def mirroring(docker_registry: DockerRegistry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose operator allows this docker-registry, and the server itself."""
    server = LiveServer(tmp_path_factory.mktemp("mirroring") / "data")
    server.environment["MIRROR_REGISTRIES"] = f"{docker_registry.origin},{server.address}"
    with server:
        yield server


def project_in(live: LiveServer, name: str) -> str:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": name, "template": "sine"})
    return f"{organisation}/{name}"


def set_mirror(live: LiveServer, project: str, direction: str, registry: str, repository: str, **sign_in: str) -> Any:
    """Sets a mirror, in place of the one that stands there now."""
    body = {"registry": registry, "repository": repository, **sign_in}
    address = f"projects/{project}/mirrors/{direction}"
    state = live.http.get(f"/api/v1/{address}").headers.get("ETag")
    return live.api("PUT", address, headers={"If-Match": state} if state is not None else {}, json=body)


def test_what_is_published_is_copied_with_its_provenance(
    mirroring: LiveServer, docker_registry: DockerRegistry
) -> None:
    project = project_in(mirroring, "door")
    set_mirror(mirroring, project, "to", docker_registry.origin, "team/door")
    build = mirroring.build(project)
    mirroring.publish(project, build["id"], "1.0")
    mirroring.until(lambda: docker_registry.get("team/door/manifests/1.0").status_code == 200)
    mirroring.until(lambda: mirroring.api("GET", f"projects/{project}/mirrors/to")["changed"])
    assert mirroring.api("GET", f"projects/{project}/mirrors/to")["problem"] == ""

    token = mirroring.token("registry:pull")
    headers = {"Authorization": f"Bearer {token}", "Accept": _MANIFEST}
    own = mirroring.http.get(f"/v2/{project}/manifests/1.0", headers=headers)
    response = docker_registry.get("team/door/manifests/1.0")
    assert response.content == own.content
    layer = json.loads(response.content)["layers"][0]["digest"]
    assert docker_registry.get(f"team/door/blobs/{layer}").content == mirroring.http.get(build["rune_url"]).content

    # docker-registry knows no referrers: they are listed by the tag that clients look at in that case.
    digest = f"sha256-{sha256(own.content).hexdigest()}"
    mirroring.until(lambda: docker_registry.get(f"team/door/manifests/{digest}", _INDEX).status_code == 200)
    here = mirroring.http.get(f"/v2/{project}/referrers/{digest.replace('-', ':')}", headers=headers).json()
    there = docker_registry.get(f"team/door/manifests/{digest}", _INDEX).json()
    assert {each["digest"] for each in there["manifests"]} == {each["digest"] for each in here["manifests"]} != set()


@pytest.mark.slow
def test_a_copy_has_the_signatures_and_is_verified_without_this_server(
    mirroring: LiveServer, docker_registry: DockerRegistry, tmp_path: Path
) -> None:
    organisation = PublishingOrganisation(mirroring, "signing")
    (tmp_path / "key.pub").write_text(organisation.create_key().pem)
    set_mirror(mirroring, organisation.repository, "to", docker_registry.origin, "team/signed")
    digest = organisation.publish("1.0")
    signatures = f"{digest.replace(':', '-')}.sig"
    mirroring.until(lambda: docker_registry.get(f"team/signed/manifests/{signatures}").status_code == 200)
    token = mirroring.token("registry:pull")
    headers = {"Authorization": f"Bearer {token}", "Accept": _MANIFEST}
    own = mirroring.http.get(f"/v2/{organisation.repository}/manifests/{signatures}", headers=headers)
    copy = docker_registry.get(f"team/signed/manifests/{signatures}")
    assert copy.content == own.content
    for layer in json.loads(copy.content)["layers"]:
        assert docker_registry.get(f"team/signed/blobs/{layer['digest']}").status_code == 200
    list_address = f"team/signed/manifests/{digest.replace(':', '-')}"
    mirroring.until(lambda: docker_registry.get(list_address, _INDEX).status_code == 200)

    reference = f"{docker_registry.origin.removeprefix('http://')}/team/signed:1.0"
    options = ["--verify", "--key", str(tmp_path / "key.pub"), "--signed-as", f"{organisation.repository}:1.0"]
    command = [sys.executable, "-m", "rune.tools.cli", "pull", reference, *options, "-o", str(tmp_path / "door.rune")]
    environment = os.environ | {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}

    def pull() -> subprocess.CompletedProcess[str] | None:
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return result if result.returncode == 0 else None

    assert mirroring.until(pull) is not None
    assert (tmp_path / "door.rune").stat().st_size > 0


def test_what_is_pulled_is_fetched_and_stays_when_the_other_registry_is_away(
    mirroring: LiveServer, docker_registry: DockerRegistry, tmp_path: Path
) -> None:
    source = image_in(tmp_path / "image")
    origin = docker_registry.origin.removeprefix("http://")
    push = skopeo(
        "copy", "--insecure-policy", "--dest-tls-verify=false", "--preserve-digests",
        f"dir:{source}", f"docker://{origin}/team/camera:nightly",
    )  # fmt: skip
    assert push.returncode == 0, push.stderr
    project = project_in(mirroring, "camera")
    rules = f"organisations/{mirroring.organisation()}/registry"
    state = mirroring.http.get(f"/api/v1/{rules}").headers["ETag"]
    terms = {"takes_all": True, "versions_move": False}
    mirroring.api("PUT", rules, headers={"If-Match": state}, json=terms)
    set_mirror(mirroring, project, "from", docker_registry.origin, "team/camera")
    credentials = f"anyone:{mirroring.token('registry:pull')}"

    def pull(name: str) -> bytes:
        result = skopeo(
            "copy", "--insecure-policy", "--src-tls-verify=false", "--preserve-digests", "--src-creds", credentials,
            f"docker://127.0.0.1:{mirroring.port}/{project}:nightly", f"dir:{tmp_path / name}",
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return (tmp_path / name / "manifest.json").read_bytes()

    assert pull("first") == (source / "manifest.json").read_bytes()
    docker_registry.server.stop()
    try:
        assert pull("second") == pull("first")
    finally:
        docker_registry.server.start()


def test_a_server_like_this_one_is_fetched_from_with_a_token_and_its_referrers(mirroring: LiveServer) -> None:
    project = project_in(mirroring, "source")
    build = mirroring.build(project)
    mirroring.publish(project, build["id"], "2.0")
    token = mirroring.token("registry:pull")
    headers = {"Authorization": f"Bearer {token}", "Accept": _MANIFEST}
    own = mirroring.http.get(f"/v2/{project}/manifests/2.0", headers=headers)
    digest = own.headers["Docker-Content-Digest"]
    referrers = mirroring.until(
        lambda: mirroring.http.get(f"/v2/{project}/referrers/{digest}", headers=headers).json()["manifests"]
    )
    copy = project_in(mirroring, "copy")
    set_mirror(mirroring, copy, "from", mirroring.address, project, user="anyone", password="wrong")
    assert mirroring.http.get(f"/v2/{copy}/manifests/2.0", headers=headers).status_code == 404
    assert "refused" in mirroring.api("GET", f"projects/{copy}/mirrors/from")["problem"]
    set_mirror(mirroring, copy, "from", mirroring.address, project, user="anyone", password=token)
    response = mirroring.http.get(f"/v2/{copy}/manifests/{digest}", headers=headers)
    assert response.content == own.content
    manifests = mirroring.http.get(f"/v2/{copy}/referrers/{digest}", headers=headers).json()["manifests"]
    assert {each["digest"] for each in manifests} == {each["digest"] for each in referrers}
