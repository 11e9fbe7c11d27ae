"""Debian's SWUpdate, unchanged, with its hawkBit client: it installs a signed image, and refuses an changed one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hmrd.command.main import main
from tests.foreign.conftest import PullableRune
from tests.support.hmrd.image_keys import ImageKey, new_image_key
from tests.support.hmrd.swupdate import STATE_INSTALLED, SwUpdate, can_run
from tests.support.patience import PATIENCE
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.skipif(not can_run(), reason="this needs SWUpdate and namespaces")]


class Gateway(NamedTuple):
    """A device of the live server, and the deployment that is for it."""

    live: LiveServer
    organisation: str
    deployment: str
    """The address of the deployment in the API."""
    configuration: str
    rune: bytes

    def shown(self) -> dict[str, Any]:
        """Returns the device as the API shows it."""
        device: dict[str, Any] = self.live.api("GET", f"organisations/{self.organisation}/devices/gateway-1")
        return device

    def until(self, condition: Callable[[dict[str, Any]], object], client: SwUpdate) -> dict[str, Any]:
        """Waits for a state of the device, and returns it."""
        try:
            device: dict[str, Any] = self.live.until(lambda: _where(condition, self.shown()), PATIENCE)
        except AssertionError:
            raise AssertionError(f"{self.shown()}\n{client.log[-6000:]}") from None
        return device

    def give_image(self, image: bytes) -> None:
        """Stores the image of the newest release."""
        release = self.live.api("GET", self.deployment)["history"][0]["number"]
        self.live.api("PUT", f"{self.deployment}/image?release={release}&name=first.swu", content=image)


def _where(condition: Callable[[dict[str, Any]], object], device: dict[str, Any]) -> dict[str, Any] | None:
    return device if condition(device) else None


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ImageKey:
    return new_image_key(tmp_path_factory.mktemp("image-key"))


@pytest.fixture
def gateway(live: LiveServer, release: PullableRune) -> Iterator[Gateway]:
    organisation = release.repository.partition("/")[0]
    body = {"name": "gateway-1", "board": "linux-x86_64", "labels": {"site": "berlin"}}
    account = live.api("POST", f"organisations/{organisation}/stock-devices", json=body)
    group = {"title": "Stock", "query": "name=gateway-1"}
    live.api("POST", f"organisations/{organisation}/device-groups", json=group)
    project = f"projects/{release.repository}/deployments"
    created = live.api("POST", project, json={"title": "Stock", "kind": "devices", "tag": release.tag})
    deployment = f"{project}/{created['name']}"
    state = live.http.get(f"/api/v1/{deployment}").headers["ETag"]
    live.api("PUT", f"{deployment}/group", json={"group": "stock", "devices": 1}, headers={"If-Match": state})
    gateway = Gateway(live, organisation, deployment, account["swupdate"], release.rune)
    live.until(lambda: gateway.shown()["wanted"], PATIENCE)
    yield gateway
    state = live.http.get(f"/api/v1/{deployment}").headers["ETag"]
    live.api("DELETE", deployment, headers={"If-Match": state})
    address = f"organisations/{organisation}/devices/gateway-1"
    for method, path in (("POST", f"{address}/retire"), ("DELETE", address)):
        state = live.http.get(f"/api/v1/{address}").headers["ETag"]
        live.api(method, path, headers={"If-Match": state}, **({"json": {}} if method == "POST" else {}))
    state = live.http.get(f"/api/v1/organisations/{organisation}/device-groups/stock").headers["ETag"]
    live.api("DELETE", f"organisations/{organisation}/device-groups/stock", headers={"If-Match": state})


def _image(folder: Path, rune: bytes, key: ImageKey, installed: Path) -> bytes:
    (folder / "first.rune").write_bytes(rune)
    output = folder / "first.swu"
    own = ["--key", str(key.key), "--certificate", str(key.certificate), "-o", str(output)]
    where = ["--hardware", "gateway:1.0", "--version", "1.0", "--path", str(installed)]
    assert main(["image", str(folder / "first.rune"), *own, *where]) == 0
    return output.read_bytes()


def test_swupdate_installs_a_signed_image_and_its_success_is_shown(
    gateway: Gateway, key: ImageKey, tmp_path: Path
) -> None:
    installed = tmp_path / "installed.rune"
    gateway.give_image(_image(tmp_path, gateway.rune, key, installed))
    client = SwUpdate(tmp_path / "device", gateway.configuration, key.certificate)
    with client:
        device = gateway.until(lambda _: client.stored().get("ustate") == STATE_INSTALLED, client)
    assert device["running"] is None, "it is installed once the device has started with it"
    assert installed.read_bytes() == gateway.rune
    client.confirm()
    with client:
        device = gateway.until(lambda each: each["running"], client)
    assert (device["phase"], device["running"]["version"], device["problem"]) == ("running", "1.0", None)
    assert device["running"]["rune"] == device["wanted"]["rune"]
    assert device["is_signed"] is False


def test_swupdate_refuses_an_edited_image_and_its_failure_is_shown(
    gateway: Gateway, key: ImageKey, tmp_path: Path
) -> None:
    installed = tmp_path / "installed.rune"
    image = _image(tmp_path, gateway.rune, key, installed)
    changed = image.replace(b'description = "first"', b'description = "worst"')
    assert changed != image
    gateway.give_image(changed)
    client = SwUpdate(tmp_path / "device", gateway.configuration, key.certificate)
    with client:
        device = gateway.until(lambda each: each["problem"], client)
    assert "ignature verification failed" in client.log
    assert not installed.exists()
    assert device["problem"]["name"] == "update-failed"
    assert device["problem"]["detail"]
    assert device["running"] is None
